"""This year's preliminary groups beside last year's approved decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from engine.history import History
from engine.run import Run
from engine.truth import Truth
from reports.russian import academic_year
from reports.view import SchoolView
from reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Movements:
    """Schools by what became of last year's group of help, each list by number. `open`: whether the ground is gone is not known."""

    added: tuple[SchoolView, ...]
    moved: tuple[SchoolView, ...]
    left: tuple[SchoolView, ...]
    open: tuple[SchoolView, ...]
    kept: tuple[SchoolView, ...]


def movements(schools: Iterable[SchoolView]) -> Movements:
    """Part schools by last year's group of help and this year's; those with neither are in no list."""
    found: dict[str, list[SchoolView]] = {"added": [], "moved": [], "left": [], "open": [], "kept": []}
    for school in schools:
        if school.main:
            found["added" if not school.before else "kept" if school.before == school.main else "moved"].append(school)
        elif school.before:
            found["open" if school.missing_named else "left"].append(school)
    return Movements(**{kind: tuple(of_kind) for kind, of_kind in found.items()})


class Decisions:
    """Approved groups of help by year. Only groups of help are compared: the others are not decided by orders."""

    def __init__(self, run: Run, wording: Wording, help_names: tuple[str, ...]):
        self.run, self.wording, self.help_names = run, wording, help_names
        schools = run.evaluation.frames[run.program.school_level]
        self.history = History(run.program, run.tables, schools, run.report_year)

    @cached_property
    def known(self) -> bool:
        """Whether last year's decisions are on file at all."""
        return self.history.supplied and self.run.report_year - 1 in self.history.years

    @property
    def last_year(self) -> str:
        return academic_year(self.run.report_year - 1)

    @property
    def first_year(self) -> str:
        """The earliest year whose decisions are on file."""
        return academic_year(min(self.history.years))

    def before(self, row: int) -> str:
        """Return last year's first group of help by name, or nothing."""
        return next((name for name in self.help_names if self._held(name, 1)[row] == Truth.MET.value), "")

    def is_new(self, row: int) -> bool:
        """Whether no decision on file of any earlier year names a group of help for this school."""
        back = [self.run.report_year - year for year in self.history.years if year < self.run.report_year]
        return self.known and not any(self._held(name, years)[row] == Truth.MET.value for name in self.help_names for years in back)

    def _held(self, name: str, back: int):
        return self._columns.setdefault((name, back), self.history.held(name, back))

    @cached_property
    def _columns(self) -> dict:
        return {}
