"""A problem is data: a code from the catalogue, a place a person can open, one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.codes import CATALOGUE, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text file; line and column are 1-based, `length` is how far the caret line runs."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where in a workbook or CSV; `cell` is a spreadsheet address such as D14 (CSV rows count as sheet rows)."""

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        sheet = f" «{self.sheet}»" if self.sheet else ""
        cell = f"!{self.cell}" if self.cell else ""
        return f"{self.file}{sheet}{cell}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a stage. `hint` says what to do; it may name the nearest known word."""

    code: str
    place: Place | Cell
    message: str
    hint: str = ""

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def slug(self) -> str:
        return CATALOGUE[self.code].slug

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def _reading_order(problem: Problem) -> tuple:
    place = problem.place
    position = (place.line, place.column) if isinstance(place, Place) else (0, 0)
    return (problem.severity.value, place.file, position, problem.code, problem.message)


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repetitions, errors first, then in the order of reading."""
    return sorted(set(problems), key=_reading_order)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return only the problems that stop the stage."""
    return [problem for problem in problems if problem.is_error]
