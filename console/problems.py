"""Problems as a person reads them: place, code, one sentence, the source line with a caret, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.codes import CATALOGUE, Severity
from engine.problems import Place, Problem
from engine.words import like_hint
from engine.yamltext import Source


def near(path: str) -> str:
    """Show a path from the current folder when that is shorter."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return path


def plain_code(text: str) -> str:
    """Return a school's code as it stands in the data: people write «№ 9003» as well as 9003."""
    return text.strip().removeprefix("№").strip()


def no_school(code: str, known: Iterable[str]) -> str:
    """Say that a saved run has no such school, and which code is most like it."""
    return f"Школы № {code} в этом расчёте нет. {like_hint(code, known)}".rstrip()


def problem_lines(problem: Problem, sources: Mapping[str, Source]) -> list[str]:
    """Return the lines that show one problem; `sources` are by the file name that places carry."""
    place = problem.place
    shown = f"{near(place.file)}:{place.line}:{place.column}" if isinstance(place, Place) else str(place)
    lines = [f"{shown}  {problem.code} {problem.slug}  {problem.message}"]
    if isinstance(place, Place) and place.file in sources:
        lines += _excerpt(place, sources[place.file])
    if problem.hint:
        lines.append(f"   {problem.hint}")
    return lines


def _excerpt(place: Place, source: Source) -> list[str]:
    if not 1 <= place.line <= len(source.lines):
        return []
    margin = len(str(place.line)) + 2
    lines = []
    if place.line > 1 and source.lines[place.line - 2].strip():
        lines.append(f"{place.line - 1:>{margin}} | {source.lines[place.line - 2]}")
    lines.append(f"{place.line:>{margin}} | {source.lines[place.line - 1]}")
    caret = "^" * max(min(place.length, len(source.lines[place.line - 1]) - place.column + 1), 1)
    lines.append(f"{'':>{margin}} | {' ' * (place.column - 1)}{caret}")
    return lines


def counted(problems: Iterable[Problem]) -> dict[Severity, int]:
    """Count problems by gravity."""
    found = dict.fromkeys(Severity, 0)
    for problem in problems:
        found[problem.severity] += 1
    return found


def code_lines(code: str) -> list[str] | None:
    """Return what a problem code means, or None when there is no such code."""
    entry = CATALOGUE.get(code.upper())
    if entry is None:
        return None
    return [f"{code.upper()} {entry.slug} — {entry.severity.russian}", f"Что значит: {entry.meaning}", f"Что делать: {entry.remedy}"]
