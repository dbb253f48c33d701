"""Figures of the quality system: self-examination reports, courses and ВСОКО by school. The rules judge (criteria); here rows of the report year are only read.

Everything is ordered by the school's number. A school without a row stays in the list with nothing known, so that it is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

import numpy as np

from engine.run import Run
from engine.tables import READABLE, quoted
from engine.truth import Truth
from engine.words import by_code

REPORTS, COURSES, SYSTEM, DEADLINES = "самообследование", "обучение_оценке", "всоко", "сроки_самообследования"
SECTIONS = ("раздел_деятельность", "раздел_управление", "раздел_подготовка", "раздел_процесс", "раздел_выпускники", "раздел_кадры", "раздел_библиотека", "раздел_база", "раздел_всоко")
ENDING = ("есть_показатели", "есть_выводы")
NOT_PLACED, PLACED_LATE, SENT_LATE, NO_SECTIONS, NO_ENDING, OTHER_YEAR, NOT_APPROVED, NO_ANALYSIS, HELP_WITH_REPORT = (
    "отчёт_не_размещён", "отчёт_размещён_позже", "отчёт_направлен_позже", "отчёт_без_разделов", "отчёт_без_итогов", "отчёт_за_другой_год", "отчёт_без_рассмотрения",
    "отчёт_без_анализа", "нужна_помощь_с_отчётом")
OF_REPORTS = (NOT_PLACED, PLACED_LATE, SENT_LATE, NO_SECTIONS, NO_ENDING, OTHER_YEAR, NOT_APPROVED, NO_ANALYSIS, HELP_WITH_REPORT)
FEW_TEACHERS, NO_LEADERS, FEW_CHECKERS, NO_ACT, TRAINING = "мало_обученных_педагогов", "нет_обученных_руководителей", "мало_обученных_проверяющих", "нет_акта_о_всоко", "нужно_обучение_оценке"
OF_TRAINING = (FEW_TEACHERS, NO_LEADERS, FEW_CHECKERS, NO_ACT, TRAINING)
WINDOW = 3      # academic years the rules call «за три года»: the indicator has «3 последних», the form of ВСОКО the same words


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a school's report. `known`: there is a row; `sections` and `ending` are marks in the order of SECTIONS and ENDING, None where there is none."""

    row: int
    code: str
    known: bool = False
    placed: bool | None = None
    placed_on: date | None = None
    sent_on: date | None = None
    about: int | None = None
    sections: tuple[bool | None, ...] = (None,) * len(SECTIONS)
    ending: tuple[bool | None, ...] = (None,) * len(ENDING)
    of_results: bool | None = None
    of_objectivity: bool | None = None
    considered: bool | None = None
    signed: bool | None = None


@dataclass(frozen=True, slots=True)
class System:
    """What a school says of its ВСОКО: people are counted once. None: the cell is empty or there is no row (`known`)."""

    row: int
    code: str
    known: bool = False
    teachers: int | None = None
    taught: int | None = None
    leaders: int | None = None
    led: int | None = None
    checkers: int | None = None
    checking: int | None = None
    act: bool | None = None
    act_day: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Courses of one programme in one school in one year: trainings, not people."""

    row: int
    year: int
    programme: str
    teachers: int
    leaders: int

    @property
    def people(self) -> int:
        return self.teachers + self.leaders


class Quality:
    """Figures of one run about the quality system."""

    def __init__(self, run: Run):
        self.run, self.year = run, run.report_year
        self.frame = run.evaluation.frames[run.program.school_level]
        self.order: tuple[int, ...] = tuple(sorted(range(len(self.frame)), key=lambda row: by_code(self.frame.codes[row])))

    def has(self, tables: Iterable[str], criteria: Iterable[str]) -> bool:
        """Whether the rules know these tables with the columns read here, and these criteria."""
        wanted = {REPORTS: (*SECTIONS, *ENDING, "дата_направления", "отчёт_за_год", "есть_анализ_результатов", "рассмотрен", "подписан"), SYSTEM: ("проверяющих_обучено", "есть_акт"), COURSES: ("программа",)}
        known = self.run.program.rules.tables
        return (all(name in known and name in self.run.tables.info and set(wanted[name]) <= set(known[name].columns) for name in tables)
                and all(name in self.run.program.plans for name in criteria))

    # ------------------------------------------------------------ what the rules concluded

    def truth(self, criterion: str, row: int) -> Truth:
        return Truth(int(self.run.evaluation.status(criterion)[row]))

    def met(self, criterion: str) -> tuple[str, ...]:
        """Return the codes of schools where a criterion is met."""
        return self._where(criterion, Truth.MET)

    def open(self, criterion: str) -> tuple[str, ...]:
        """Return the codes of schools where a criterion is not determined."""
        return self._where(criterion, Truth.UNKNOWN)

    def _where(self, criterion: str, truth: Truth) -> tuple[str, ...]:
        return tuple(self.frame.codes[row] for row in self.order if self.truth(criterion, row) is truth)

    @cached_property
    def deadline(self) -> date | None:
        """The last day to place a report, by the rules; None when they name none for the year."""
        found = self._rows(DEADLINES, "срок", "год = ?", "")
        return _day(found[0][0]) if found else None

    def in_category(self, category: str, codes: Iterable[str]) -> tuple[str, ...]:
        """Return those of `codes` that are in a category."""
        inside = set(np.flatnonzero(self.run.evaluation.status(category) == 1).tolist())
        wanted = set(codes)
        return tuple(self.frame.codes[row] for row in self.order if row in inside and self.frame.codes[row] in wanted)

    # ------------------------------------------------------------ rows

    @cached_property
    def reports(self) -> tuple[Report, ...]:
        """Return the report of every school, by its number."""
        names = ("_unit", "размещён", "дата_размещения", "дата_направления", "отчёт_за_год", *SECTIONS, *ENDING, "есть_анализ_результатов", "есть_анализ_объективности", "рассмотрен", "подписан")
        found = {}
        for unit, placed, placed_on, sent_on, about, *marks in self._rows(REPORTS, ", ".join(map(quoted, names))):
            sections, ending, rest = marks[:len(SECTIONS)], marks[len(SECTIONS):-4], marks[-4:]
            found[unit] = Report(unit, self.frame.codes[unit], True, placed, _day(placed_on), _day(sent_on), about, tuple(sections), tuple(ending), *rest)
        return tuple(found.get(row) or Report(row, self.frame.codes[row]) for row in self.order)

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """Return what every school says of its ВСОКО, by its number."""
        names = "_unit, педагогов, педагогов_обучено, руководителей, руководителей_обучено, проверяющих, проверяющих_обучено, есть_акт, дата_акта"
        found = {unit: System(unit, self.frame.codes[unit], True, *values, _day(day)) for unit, *values, day in self._rows(SYSTEM, names)}
        return tuple(found.get(row) or System(row, self.frame.codes[row]) for row in self.order)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """Return all courses up to the report year."""
        rows = self._rows(COURSES, "_unit, год, программа, coalesce(педагогов_обучено, 0), coalesce(руководителей_обучено, 0)", "год <= ?")
        return tuple(Course(*row) for row in rows)

    @cached_property
    def recent(self) -> tuple[Course, ...]:
        """Return the courses of the last three years."""
        return tuple(item for item in self.courses if item.year > self.year - WINDOW)

    @property
    def programmes(self) -> tuple[str, ...]:
        """Name the programmes in the order of the rules; those no row has are there too."""
        reference = self.run.program.rules.tables[COURSES].columns["программа"].reference
        named = tuple(self.run.program.rules.references[reference]) if reference else ()
        return named or tuple(sorted({item.programme for item in self.courses}))

    @cached_property
    def told(self) -> frozenset[tuple[int, str]]:
        """Pairs of a school and a programme with a row for each of the three years: only there a sum of nothing means that nobody was trained."""
        years: dict[tuple[int, str], set[int]] = {}
        for item in self.recent:
            years.setdefault((item.row, item.programme), set()).add(item.year)
        return frozenset(key for key, found in years.items() if len(found) == WINDOW)

    def trained(self, programme: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Sort the schools of one programme: somebody was trained in three years, nobody was, not known."""
        some = {item.row for item in self.recent if item.programme == programme and item.people}
        none = {row for row in self.order if row not in some and (row, programme) in self.told}
        return tuple(row for row in self.order if row in some), tuple(row for row in self.order if row in none), tuple(row for row in self.order if row not in some | none)

    def codes(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.frame.codes[row] for row in rows)

    def absent(self, table: str) -> tuple[str, ...]:
        """Return the codes of schools whose expected rows of the report year are not there at all."""
        given = {unit for unit, in self._rows(table, "DISTINCT _unit")}
        return tuple(self.frame.codes[row] for row in self.order if row not in given)

    def _rows(self, table: str, columns: str, where: str = "год = ?", unit: str = "_unit IS NOT NULL AND ") -> Sequence[tuple]:
        if table not in self.run.tables.info:
            return ()
        sql = f"SELECT {columns} FROM {quoted(table)} WHERE {unit}{READABLE} AND {where} ORDER BY ALL"
        return self.run.tables.connection.execute(sql, [self.year]).fetchall()


def total(items: Iterable[System], name: str) -> int:
    """Add up one number over the schools that gave it."""
    return sum(value for item in items if (value := getattr(item, name)) is not None)


def both(items: Iterable[System], part: str, whole: str) -> tuple[System, ...]:
    """Keep the schools that gave both numbers: only they make a share."""
    return tuple(item for item in items if getattr(item, part) is not None and getattr(item, whole) is not None)


def gaps(report: Report) -> int:
    """Count the marks of a placed report that are empty."""
    return sum(value is None for field in fields(report) if field.name not in ("row", "code", "known") for value in _flat(getattr(report, field.name)))


def _flat(value: object) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _day(value: int | None) -> date | None:
    return date.fromordinal(value) if value is not None else None
