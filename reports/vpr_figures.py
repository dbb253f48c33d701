"""Figures of the ВПР reports: typed records with n, interval and where they are from. Texts are elsewhere; SQL over the tables of a run is here.

Everything gives records ordered by work (grade, subject), never by value. What a run has no table or no row for is simply not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from engine.run import Run
from engine.tables import READABLE, RowStatus, quoted
from engine.words import by_code
from reports.intervals import Difference, Share, difference, share_of, without

SAMPLE, REGION, DISTRICT = "выборка", "регион", "муниципалитет"
EXAM, MARKS_TABLE = "ВПР", "результаты"
BASIC, BASIC_LEAST = "Б", 57.0      # ФИОКО, «Рекомендации по проведению анализа результатов ВПР», 2026 (retold): basic level, completion is insufficient below 57 %
AGREED = "подтвердили"
SIDES = ("понизили", AGREED, "повысили")
TABLES = ("результаты", "группы_отметки", "группы_впр", "группы_журнал", "журнал", "задания_впр", "группы_задания", "работы_впр", "сводка_баллов", "шкалы",
          "контингент", "нормы_впр")


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """One ВПР work of a year: a subject in a grade."""

    grade: int
    subject: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one group in one work of one year. `own`: counted here from the schools, there is no row of the municipality."""

    work: Work
    year: int
    n: int
    two: Share | None
    good: Share | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A share of the district beside the same share of a larger group; the difference is from the others of that group."""

    work: Work
    district: Share | None
    other: Share | None
    difference: Difference | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A share of the district in two neighbouring years that may be compared."""

    work: Work
    before: int
    after: int
    earlier: Share
    later: Share
    difference: Difference


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a work: completion (percent of the maximum) in the district and the region, and how many schools share what is found.

    `below`, `insufficient`: numbers of schools (of `schools` with ten works and more) that are below the region, under the limit of the basic level.
    """

    work: Work
    name: str
    level: str
    district: Share | None
    region: Share | None
    difference: Difference | None
    schools: int
    below: tuple[str, ...]
    insufficient: tuple[str, ...]
    own: bool = False

    @property
    def is_below(self) -> bool:
        return self.difference is not None and self.difference.is_lower

    @property
    def is_insufficient(self) -> bool:
        return self.level == BASIC and self.district is not None and self.district.percent < BASIC_LEAST


@dataclass(frozen=True, slots=True)
class Side:
    """One outcome of the comparison with the journal («понизили» …), district beside region."""

    work: Work
    name: str
    district: Share | None
    region: Share | None
    difference: Difference | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """A table of schools' data of the report year: how many schools were expected, how many gave it, who gave none or a part of it."""

    table: str
    expected: int
    given: int
    absent: tuple[str, ...]
    partly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Groups:
    """Which larger groups a report of ФИС ОКО has rows of in the report year."""

    table: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a file that gave rows to a table."""

    table: str
    file: str
    sheet: str
    rows: int


@dataclass(frozen=True, slots=True)
class Break:
    """The first year of a new series, and why."""

    year: int
    why: str


class _School(NamedTuple):
    """One task in one school: points got, the maximum for it, pupils."""

    code: str
    points: float
    top: int
    n: int


class Figures:
    """The figures of one run; what several places need is read once."""

    def __init__(self, run: Run):
        self.run = run

    # ------------------------------------------------------------ reading

    def has(self, *tables: str) -> bool:
        """Whether the contract knows these tables."""
        return all(table in self.run.program.rules.tables for table in tables)

    def _rows(self, table: str, sql: str, values: Iterable[Any] = ()) -> list[tuple]:
        """Select from a table (named {t} in the SQL); nothing where the contract has none."""
        return self.run.tables.connection.execute(sql.format(t=quoted(table)), list(values)).fetchall() if self.has(table) else []

    def chosen_groups(self, table: str) -> dict[str, str]:
        """Choose one group of each kind: the region with most rows of works, the municipality only when there is no doubt which one it is."""
        found: dict[str, list[str]] = {}
        for kind, name in self._rows(table, f"SELECT вид_группы, группа FROM {{t}} WHERE {READABLE} GROUP BY ALL ORDER BY 1, count(*) DESC, 2"):
            found.setdefault(kind, []).append(name)
        names = {kind: groups[0] for kind, groups in found.items()}
        if len(found.get(DISTRICT, ())) > 1 or len(self.run.evaluation.frames.get("район", ())) > 1:
            names.pop(DISTRICT, None)
        return names

    def _of_groups(self, table: str, columns: str, year: int | None = None) -> dict[str, list[tuple]]:
        """Read the rows of the chosen groups: kind -> rows that begin with класс, предмет, год."""
        when = "" if year is None else f" AND год = {int(year)}"
        sql = f"SELECT класс, предмет, год, {columns} FROM {{t}} WHERE вид_группы = ? AND группа = ? AND {READABLE} AND год <= ?{when} ORDER BY ALL"
        return {kind: self._rows(table, sql, (kind, name, self.run.report_year)) for kind, name in self.chosen_groups(table).items()}

    # ------------------------------------------------------------ marks

    @cached_property
    def marks(self) -> dict[str, dict[tuple[Work, int], Marks]]:
        """Return marks by kind of group and (work, year), up to the report year.

        A group without a row in «Статистика по отметкам» is taken from its distribution of scores and the scale of that year; the district, from its schools.
        """
        found: dict[str, dict[tuple[Work, int], Marks]] = {kind: {} for kind in (SAMPLE, REGION, DISTRICT)}
        for kind, rows in self._of_groups("группы_отметки", "участников, доля_2, доля_4, доля_5").items():
            for grade, subject, year, n, two, four, five in rows:
                _add(found[kind], Work(grade, subject), year, n, two, None if four is None or five is None else four + five)
        for kind, rows in self._from_scores().items():
            for grade, subject, year, n, two, good in rows:
                _add(found[kind], Work(grade, subject), year, n, two, good)
        for grade, subject, year, n, two, good in self._from_schools():
            if n:
                _add(found[DISTRICT], Work(grade, subject), year, n, 100 * two / n, 100 * good / n, own=True)
        return found

    def _from_scores(self) -> dict[str, list[tuple]]:
        """Shares of marks by the distribution of scores; a distribution that does not add up to 100 % is passed over."""
        if not self.has("группы_впр", "шкалы"):
            return {}
        sql = """SELECT g.класс, g.предмет, g.год, max(g.участников), sum(g.доля) FILTER (WHERE g.балл < s.граница_3), sum(g.доля) FILTER (WHERE g.балл >= s.граница_4)
                 FROM {t} AS g JOIN "шкалы" AS s USING (предмет, класс, год) WHERE g.вид_группы = ? AND g.группа = ? AND g.год <= ? AND s.граница_3 IS NOT NULL AND s.граница_4 IS NOT NULL
                 GROUP BY 1, 2, 3 HAVING count(*) = count(g.доля) AND abs(sum(g.доля) - 100) < 1 ORDER BY ALL"""
        return {kind: self._rows("группы_впр", sql, (kind, name, self.run.report_year)) for kind, name in self.chosen_groups("группы_впр").items()}

    def _from_schools(self) -> list[tuple]:
        sql = f"""SELECT класс, предмет, год, sum(участников), sum(отметка_2), sum(отметка_4 + отметка_5) FROM {{t}} WHERE процедура = '{EXAM}' AND _unit IS NOT NULL AND {READABLE}
                  AND отметка_2 IS NOT NULL AND отметка_4 + отметка_5 IS NOT NULL AND участников IS NOT NULL AND год <= ? GROUP BY 1, 2, 3 ORDER BY ALL"""
        return self._rows(MARKS_TABLE, sql, [self.run.report_year])

    def works(self) -> list[Work]:
        """List the works of the report year that the district wrote."""
        return sorted(work for work, year in self.marks[DISTRICT] if year == self.run.report_year)

    def compared(self, kind: str, share: str) -> list[Compared]:
        """Compare a share («two» or «good») of the district with a larger group, work by work of the report year."""
        own, other = self.marks[DISTRICT], self.marks[kind]
        found = []
        for work in self.works():
            mine, theirs = own[(work, self.run.report_year)], other.get((work, self.run.report_year))
            first, second = getattr(mine, share), getattr(theirs, share) if theirs is not None else None
            found.append(Compared(work, first, second, difference(first, without(second, first)), mine.own))
        return found

    # ------------------------------------------------------------ years

    def breaks(self, work: Work) -> list[Break]:
        """Return the breaks of the series of marks that concern a work, the earliest first."""
        given = {"процедура": EXAM, "предмет": work.subject, "класс": str(work.grade)}
        found = {gap.year: Break(gap.year, gap.why) for gap in self.run.program.rules.calendar.breaks
                 if gap.table in (MARKS_TABLE, "группы_отметки") and all(given.get(column) in (None, *map(str, words)) for column, words in gap.where.items())}
        return [found[year] for year in sorted(found) if year <= self.run.report_year]

    def comparable_years(self, work: Work) -> list[int]:
        """List the years of the series the report year belongs to: from the last break on, those the district has marks of."""
        since = max((gap.year for gap in self.breaks(work)), default=0)
        return sorted(year for other, year in self.marks[DISTRICT] if other == work and since <= year <= self.run.report_year)

    def cut_years(self, work: Work) -> list[int]:
        """List the years with marks that stand before the last break: they are not compared."""
        since = max((gap.year for gap in self.breaks(work)), default=0)
        return sorted(year for other, year in self.marks[DISTRICT] if other == work and year < since)

    def steps(self, share: str) -> list[Step]:
        """Compare the report year with the year before it, where both stand in one series and are counted in one manner."""
        found = []
        for work in self.works():
            years = [year for year in self.comparable_years(work) if year < self.run.report_year]
            if not years:
                continue
            first, last = self.marks[DISTRICT][(work, years[-1])], self.marks[DISTRICT][(work, self.run.report_year)]
            earlier, later = getattr(first, share), getattr(last, share)
            change = difference(later, earlier)
            if change is not None and first.own == last.own:
                found.append(Step(work, years[-1], self.run.report_year, earlier, later, change))
        return found

    # ------------------------------------------------------------ tasks

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Return all tasks of the report year in the order of works and task numbers."""
        groups = self._of_groups("группы_задания", "задание, участников, выполнение, уровень", self.run.report_year)
        rows = {kind: {(Work(grade, subject), name): (share_of(percent, n), level) for grade, subject, _, name, n, percent, level in groups.get(kind, [])} for kind in (REGION, DISTRICT)}
        schools, levels = self._task_schools()
        found = []
        for key in sorted({*rows[DISTRICT], *schools}, key=lambda item: (item[0], task_order(item[1]))):
            mine, said = rows[DISTRICT].get(key, (None, None))
            region, said_there = rows[REGION].get(key, (None, None))
            own = key not in rows[DISTRICT]
            found.append(_task(key, levels.get(key) or said or said_there or "", _together(schools[key]) if own else mine, region, schools.get(key, []), own))
        return tuple(found)

    def _task_schools(self) -> tuple[dict[tuple[Work, str], list[_School]], dict[tuple[Work, str], str]]:
        """Read the tasks of schools, and the levels of tasks."""
        sql = f"""SELECT класс, предмет, задание, _unit, сумма_баллов, максимум, участников, уровень FROM {{t}}
                  WHERE год = ? AND _unit IS NOT NULL AND {READABLE} AND сумма_баллов IS NOT NULL AND максимум IS NOT NULL AND участников > 0 ORDER BY ALL"""
        codes = self.run.evaluation.frames[self.run.program.school_level].codes
        schools: dict[tuple[Work, str], list[_School]] = {}
        levels: dict[tuple[Work, str], str] = {}
        for grade, subject, name, unit, points, top, n, level in self._rows("задания_впр", sql, [self.run.report_year]):
            schools.setdefault((Work(grade, subject), name), []).append(_School(codes[unit], points, top, n))
            if level:
                levels.setdefault((Work(grade, subject), name), level)
        return schools, levels

    # ------------------------------------------------------------ journal

    def journal(self, year: int | None = None) -> list[Side]:
        """Compare the outcomes of «Сравнение с журналом» of the district and the region, work by work."""
        year = year or self.run.report_year
        groups = self._of_groups("группы_журнал", f"участников, {', '.join(SIDES)}", year)
        rows = {kind: {Work(grade, subject): (n, shares) for grade, subject, _, n, *shares in groups.get(kind, [])} for kind in (REGION, DISTRICT)}
        own = {Work(grade, subject): (n, [100 * count / n for count in counts]) for grade, subject, n, *counts in self._journal_schools(year) if n}
        found = []
        for work in sorted({*rows[DISTRICT], *own}):
            n, shares = rows[DISTRICT].get(work) or own[work]
            other_n, others = rows[REGION].get(work, (None, [None] * len(SIDES)))
            for name, mine, theirs in zip(SIDES, shares, others, strict=True):
                first, second = share_of(mine, n), share_of(theirs, other_n)
                found.append(Side(work, name, first, second, difference(first, without(second, first)), work not in rows[DISTRICT]))
        return found

    def _journal_schools(self, year: int) -> list[tuple]:
        sql = f"""SELECT класс, предмет, sum(сравнили), sum(понизили), sum(подтвердили), sum(повысили) FROM {{t}} WHERE год = ? AND _unit IS NOT NULL AND {READABLE}
                  AND сравнили IS NOT NULL AND понизили IS NOT NULL AND подтвердили IS NOT NULL AND повысили IS NOT NULL GROUP BY 1, 2 ORDER BY ALL"""
        return self._rows("журнал", sql, [year])

    # ------------------------------------------------------------ completeness and sources

    def supplies(self) -> list[Supply]:
        """Say who gave which table of the report year; expected are the schools the contract expects rows of, and those that gave them."""
        kinds = {MARKS_TABLE: f" AND процедура = '{EXAM}'"}
        expected = self._units(MARKS_TABLE, f"TRUE{kinds[MARKS_TABLE]}")
        found = []
        for table in (MARKS_TABLE, "журнал", "сводка_баллов", "работы_впр", "задания_впр", "контингент"):
            if self.has(table):
                where = f"TRUE{kinds.get(table, '')}"
                absent = self._units(table, f"{where} AND _status = {int(RowStatus.ABSENT)}")
                given = self._units(table, f"{where} AND {READABLE}")
                wanted = (absent | given) if absent or self.run.program.rules.tables[table].expected else expected | given
                found.append(Supply(table, len(wanted), len(given), self.codes_of(wanted - given), self.codes_of(absent & given)))
        return found

    def _units(self, table: str, where: str) -> set[int]:
        return {unit for unit, in self._rows(table, f"SELECT DISTINCT _unit FROM {{t}} WHERE _unit IS NOT NULL AND год = ? AND {where}", [self.run.report_year])}

    def codes_of(self, units: Iterable[int]) -> tuple[str, ...]:
        """Return the codes of schools, by their number."""
        codes = self.run.evaluation.frames[self.run.program.school_level].codes
        return tuple(sorted((codes[unit] for unit in units), key=by_code))

    def group_rows(self) -> list[Groups]:
        """Say which larger groups each report of ФИС ОКО has rows of in the report year."""
        sql = f"SELECT DISTINCT вид_группы FROM {{t}} WHERE год = ? AND {READABLE} ORDER BY 1"
        return [Groups(table, tuple(kind for kind, in self._rows(table, sql, [self.run.report_year]))) for table in ("группы_отметки", "группы_впр", "группы_журнал", "группы_задания") if self.has(table)]

    def sheets(self, tables: Iterable[str]) -> list[Sheet]:
        """List the sheets behind tables, in the order of tables and of reading."""
        return [sheet for table in tables if self.has(table) for sheet in self._sheets(table)]

    def _sheets(self, table: str) -> list[Sheet]:
        """Only the sheets with rows of ВПР where a table holds other exams too."""
        where = f"процедура = '{EXAM}'" if table == MARKS_TABLE else "TRUE"
        found = self._rows(table, f"SELECT _source, count(*) FROM {{t}} WHERE _source IS NOT NULL AND {where} GROUP BY 1 ORDER BY 1")
        sources = self.run.tables.sources
        return [Sheet(table, sources[place].file, sources[place].sheet, rows) for place, rows in found if place < len(sources)]


def _add(group: dict[tuple[Work, int], Marks], work: Work, year: int, n: int | None, two: float | None, good: float | None, own: bool = False) -> None:
    if n is not None and (work, year) not in group:
        group[(work, year)] = Marks(work, year, int(n), share_of(two, n), share_of(good, n), own)


def _task(key: tuple[Work, str], level: str, district: Share | None, region: Share | None, schools: list[_School], own: bool) -> Task:
    """Make a task; only schools with ten works and more are counted."""
    shares = [(item.code, value) for item in schools if (value := _together([item])) is not None]
    lower = [code for code, value in shares if (gap := difference(value, without(region, value))) is not None and gap.is_lower]
    weak = [code for code, value in shares if level == BASIC and value.percent < BASIC_LEAST]
    return Task(*key, level, district, region, difference(district, without(region, district)), len(shares), tuple(sorted(lower, key=by_code)), tuple(sorted(weak, key=by_code)), own)


def _together(schools: list[_School]) -> Share | None:
    """Return the completion of a task in schools taken together."""
    most = sum(item.top * item.n for item in schools)
    return share_of(100 * sum(item.points for item in schools) / most, sum(item.n for item in schools)) if most else None


def task_order(name: str) -> tuple:
    """Sort tasks as people count them: 2 before 10, 4К1 after 4."""
    digits = "".join(letter if letter.isdigit() else " " for letter in name).split()
    return tuple(int(part) for part in digits), name
