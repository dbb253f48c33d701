"""`school-risk explain`: a school down to its cells, a problem code, or the named methods."""

from __future__ import annotations

import re
from pathlib import Path

import click

from console.problems import code_lines, no_school, plain_code
from engine.codes import CATALOGUE

_CODE = re.compile(r"[A-ZА-Я]\d{3}\Z", re.IGNORECASE)
_TWINS = str.maketrans("ЕРД", "ERD")


def explain_and_show(what: str, out: Path, everything: bool) -> bool:
    """Print an explanation. Returns whether there was something to explain."""
    if what.lower() == "методы":
        return _methods()
    if _CODE.match(what):
        return _code(what.upper().translate(_TWINS))
    return _school(what, out, everything)


def _code(code: str) -> bool:
    lines = code_lines(code)
    if lines is None:
        click.echo(f"Кода {code} нет. Есть: {', '.join(sorted(CATALOGUE))}.", err=True)
        return False
    for line in lines:
        click.echo(line)
    return True


def _methods() -> bool:
    from engine.methods import METHODS
    for method in METHODS.values():
        click.echo(f"{method.name}: {method.about}")
        for name, parameter in method.parameters.items():
            words = f": {' | '.join(parameter.words)}" if parameter.kind == "слово" else f" со столбцами {', '.join(parameter.columns)}" if parameter.columns else ""
            click.echo(f"  {name} ({parameter.kind}{words}){'' if parameter.needed else ', необязательный'}: {parameter.about}")
    return True


def _school(code: str, out: Path, everything: bool) -> bool:
    from console.tree import school_lines
    from engine.record import RecordError, open_run
    try:
        result = open_run(out)
    except RecordError as error:
        click.echo(str(error), err=True)
        return False
    frame = result.evaluation.frames[result.program.school_level]
    row = frame.row(plain_code(code))
    if row is None:
        click.echo(no_school(code, frame.codes), err=True)
        return False
    for line in school_lines(result.explainer, row, everything):
        click.echo(line)
    return True
