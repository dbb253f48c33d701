"""The pipeline of one run: load, check, read, finish tables, evaluate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine import __version__
from engine.checking import check
from engine.contract import finished_year, prepare, report_year_of
from engine.evaluation import Evaluation, evaluate
from engine.explanation import Explainer
from engine.inputs import read_folder
from engine.loading import RuleSet, load
from engine.methods import CalculationError
from engine.problems import Problem, errors, ordered
from engine.program import Program
from engine.questionnaire import questionnaire_of
from engine.tables import Tables

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One finished run. `problems` are those of the data; the rules had none that stop a run."""

    program: Program
    tables: Tables
    evaluation: Evaluation
    day: date
    report_year: int
    problems: tuple[Problem, ...] = ()
    allowed: bool = False
    advice: tuple[Problem, ...] = field(default=(), repr=False)

    @property
    def explainer(self) -> Explainer:
        return Explainer(self.evaluation, self.tables)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of everything the result depends on: rules, data, date, version."""
        parts = (self.program.rules.fingerprint, self.tables.fingerprint, self.day.isoformat(), str(self.report_year), str(self.allowed), __version__)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def number(self) -> str:
        """Return the short name of the run: the date and the beginning of its fingerprint."""
        return f"{self.day.isoformat()}-{self.fingerprint[:6]}"


def run(rules_folder: Path, data_folder: Path, day: date, *, year: int | None = None, allow_problems: bool = False,
        encoding: str | None = None, progress: Progress | None = None) -> tuple[Run | None, list[Problem]]:
    """Load, check, read, evaluate.

    Returns (run, problems); the run is None when the rules or the data have errors that stop it.
    Errors: every R and D code of the catalogue; InferenceError when the inference engine fails its certificate.
    """
    say = progress or (lambda text: None)
    say("Правила")
    rules, problems = load(rules_folder)
    program, more = check(rules, day)
    problems = ordered([*problems, *more])
    if errors(problems):
        return None, problems
    say("Данные")
    tables, found = read(program, data_folder, year=year, allow_problems=allow_problems, encoding=encoding, progress=progress)
    if errors(found) and not allow_problems:
        return None, ordered(found)
    result, later = evaluate_tables(program, tables, day, year=year, allow_problems=allow_problems, progress=progress)
    found = ordered([*found, *later])
    if result is None:
        return None, found
    return Run(program, tables, result, day, result.report_year, tuple(found), allow_problems, tuple(problems)), found


def read(program: Program, data_folder: Path, *, year: int | None = None, allow_problems: bool = False, encoding: str | None = None,
         progress: Progress | None = None) -> tuple[Tables, list[Problem]]:
    """Read the files of a folder as the rules describe them. Errors: every D code of the readers."""
    say, rules = progress or (lambda text: None), program.rules
    return read_folder(data_folder, rules.tables, rules.references, report_year=year or _fixed_year(rules), allow_problems=allow_problems, encoding=encoding,
                       questionnaire=questionnaire_of(rules, year or _known_year(program)), progress=lambda done, total, name: say(f"Чтение: {done} из {total}, {name}"))


def _fixed_year(rules: RuleSet) -> int | None:
    wanted = rules.calendar.report_year
    return wanted if isinstance(wanted, int) else None


def _known_year(program: Program) -> int | None:
    """Return the report year when it does not depend on the data."""
    wanted = program.rules.calendar.report_year
    return wanted if isinstance(wanted, int) else finished_year(program) if wanted == "по дате" else None


def evaluate_tables(program: Program, tables: Tables, day: date, *, year: int | None = None, allow_problems: bool = False,
                    progress: Progress | None = None) -> tuple[Evaluation | None, list[Problem]]:
    """Finish tables by the contract and evaluate the program over them."""
    report_year = year or report_year_of(program, tables)
    frames, problems = prepare(program, tables, report_year, allow_problems)
    if errors(problems) and not allow_problems:
        return None, problems
    say = progress or (lambda text: None)
    try:
        result = evaluate(program, tables, frames, report_year, lambda name: say(f"Расчёт: {name}"))
        return result, [*problems, *result.indicators.notes]
    except CalculationError as error:
        return None, [*problems, error.problem]
