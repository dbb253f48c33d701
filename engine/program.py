"""RuleSet -> Program: every name resolved, every expression typed, everything in the order of computing.

A broken rule set still gives a program of its sound parts, so that all problems are found in one pass; only a program
without errors is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter

from engine import model
from engine import tree as t
from engine.cycle import check_cycle
from engine.factors import AssistancePlan, FactorPlan, assistance_plan, factor_plans
from engine.frames import COMMON
from engine.loading import RuleSet
from engine.mentoring.rules import MentoringPlan, resolve_mentoring
from engine.methods import METHODS
from engine.problems import Problem
from engine.resolving import Kind, Resolver, School, Scope, same_unit
from engine.words import like_hint

VALUE, SIZE, HIGH, REASON = "значение", "численность", "значение_до", "причина"


@dataclass(frozen=True)
class Slice:
    """What an indicator with «по» looks like as a table: its unit's level, its keys and their kinds."""

    level: str
    keys: tuple[str, ...]
    columns: dict[str, Kind]
    year: str | None


@dataclass(frozen=True)
class IndicatorPlan:
    """An indicator ready to compute. `table` is a contract table or a slice; `keys` are its own slice keys."""

    name: str
    block: model.Indicator
    level: str
    table: str | None = None
    over_slice: bool = False
    keys: tuple[str, ...] = ()
    window: model.Window | None = None
    year: str | None = None
    where: t.Tree | None = None
    formula: t.Tree | None = None
    size: t.Tree | None = None
    missing_if: t.Tree | None = None
    parameters: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CriterionPlan:
    name: str
    block: model.Criterion
    level: str
    when: t.Tree
    applies: t.Tree | None = None


@dataclass(frozen=True)
class CategoryPlan:
    name: str
    block: model.Category
    level: str
    when: t.Tree | None = None
    applies: t.Tree | None = None
    exit_if: t.Tree | None = None
    excluded_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasurePlan:
    name: str
    block: model.Measure
    level: str
    audience: t.Tree | None = None


Plan = IndicatorPlan | CriterionPlan | CategoryPlan | MeasurePlan


@dataclass(frozen=True)
class Program:
    """A rule set made ready for one date: plans in the order of computing, thresholds of that date."""

    rules: RuleSet
    day: date
    school_level: str
    levels: tuple[str, ...]
    plans: dict[str, Plan]
    order: tuple[str, ...]
    uses: dict[str, frozenset[str]]
    thresholds: dict[str, float | dict[str, float]]
    editions: dict[str, date | None]
    slices: dict[str, Slice]
    switched_off: frozenset[str]
    mentoring: MentoringPlan | None = None
    factors: dict[str, FactorPlan] = field(default_factory=dict)
    assistance: AssistancePlan | None = None

    def row_level(self, plan: IndicatorPlan) -> str:
        """Return the level whose units the rows of a plan's table belong to."""
        if plan.table is None:
            return plan.level
        if plan.over_slice:
            return self.slices[plan.table].level
        return COMMON if self.rules.tables[plan.table].kind == "общие" else self.school_level

    def of(self, shape: type, level: str | None = None) -> list:
        """List the plans of one kind (and one level) in the order of the rule files."""
        return [plan for plan in self.plans.values() if isinstance(plan, shape) and level in (None, plan.level)]


def build(rules: RuleSet, day: date) -> tuple[Program, list[Problem]]:
    """Resolve a rule set as of `day`.

    Errors: R202–R220 (names, kinds, units, windows, cycles), R301–R302 (thresholds on the date), R402 (exclusions).
    """
    builder = _Builder(rules, day)
    return builder.build(), builder.problems


class _Builder:
    def __init__(self, rules: RuleSet, day: date):
        self.rules, self.day, self.problems = rules, day, []
        registry = rules.registry
        table = rules.tables.get(registry) if registry else None
        self.school = School(
            level=table.keys[0] if table and table.keys else "школа", table=registry or "",
            columns=dict(table.columns) if table else {},
            levels=tuple(name for name, column in table.columns.items() if column.level) if table else ())
        self.off = frozenset(name for name, block in rules.criteria.items()
                             if not block.enabled or (block.in_force and not block.in_force.covers(day)))
        self.slices: dict[str, Slice] = {}
        self.plans: dict[str, Plan] = {}
        self.uses: dict[str, frozenset[str]] = {}
        self.thresholds: dict[str, float | dict[str, float]] = {}
        self.editions: dict[str, date | None] = {}
        self.resolver = Resolver(rules, self.school, self.off, self.problems, self.thresholds)

    def build(self) -> Program:
        self._contract()
        for name in self.rules.thresholds:
            self._threshold(name)
        self._slices()
        for name in self.rules.indicators:
            self._indicator(name)
        for name in self.rules.criteria:
            self._criterion(name)
        for name in self.rules.categories:
            self._category(name)
        for name in self.rules.measures:
            self._measure(name)
        mentoring = resolve_mentoring(self.rules, self.resolver)
        factors = factor_plans(self.rules, self.resolver, self.school.level, self._say)
        assistance = assistance_plan(self.rules, self.resolver, self.school.level, self._say)
        check_cycle(self.rules, self._say)
        return Program(self.rules, self.day, self.school.level, (self.school.level, *self.school.levels), self.plans, self._ordered(),
                       self.uses, self.thresholds, self.editions, self.slices, self.off, mentoring, factors, assistance)

    def _say(self, code: str, section: str, name: str, path: tuple, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, self.rules.place(section, name, *path), message, hint))

    # ------------------------------------------------------------ the data contract

    def _contract(self) -> None:
        registries = [name for name, table in self.rules.tables.items() if table.kind == "реестр"]
        needs_data = bool(self.rules.indicators or self.rules.criteria)
        if not registries and (self.rules.tables or needs_data):
            place = self.rules.header("таблицы", next(iter(self.rules.tables), ""))
            self.problems.append(Problem("R220", place, "Нет реестра школ: таблицы с «что: реестр».", "Пометьте им таблицу, где строка — одна школа."))
        for extra in registries[1:]:
            self._say("R220", "таблицы", extra, ("что",), f"Реестров два: «{registries[0]}» и «{extra}».", "Оставьте один.")
        for name, table in self.rules.tables.items():
            self._table(name, table)
        for position, gap in enumerate(self.rules.calendar.breaks):
            self._break(position, gap)

    def _table(self, name: str, table: model.Table) -> None:
        for position, key in enumerate(table.keys):
            if key not in table.columns:
                self._say("R209", "таблицы", name, ("ключ", position), f"Столбца «{key}» в таблице «{name}» нет.", like_hint(key, table.columns))
        schools = [column for column, block in table.columns.items() if block.type == "школа"]
        if table.kind == "реестр" and len(table.keys) != 1:
            self._say("R220", "таблицы", name, ("ключ",), "Ключ реестра — один столбец: код школы.")
        if table.kind == "общие" and schools:
            self._say("R220", "таблицы", name, ("столбцы",), "В таблице «что: общие» столбца «тип: школа» быть не может.", "Уберите столбец или «что: общие».")
        if table.kind not in ("реестр", "общие") and len(schools) != 1:
            self._say("R220", "таблицы", name, ("столбцы",), "В таблице должен быть ровно один столбец «тип: школа» — ссылка на реестр.")
        if table.kind == "решения" and not {"категория"} <= set(table.columns):
            self._say("R220", "таблицы", name, ("столбцы",), "В таблице решений нужны столбцы: школа, учебный год и «категория».")
        for column, block in table.columns.items():
            self._column(name, column, block, table)
        self._circle_of_columns(name, table)
        scope = Scope.row(self.resolver.table_kinds(name), name)
        for position, check in enumerate(table.checks):
            self.resolver.condition(check.condition, scope, ("таблицы", name, "проверки", position, "условие"))
        for position, expected in enumerate(table.expected):
            self._expectation(name, table, position, expected)

    def _circle_of_columns(self, name: str, table: model.Table) -> None:
        try:
            table.computed()
        except CycleError as error:
            path = list(reversed(error.args[1]))
            self._say("R213", "таблицы", name, ("столбцы", path[0], "формула"), f"Вычисляемые столбцы ссылаются друг на друга по кругу: {' → '.join(path)}.",
                      "Разорвите круг в одном месте.")

    def _column(self, name: str, column: str, block: model.Column, table: model.Table) -> None:
        if block.type is None and block.formula is None:
            self._say("R106", "таблицы", name, ("столбцы", column), f"У столбца «{column}» нет типа.", "Добавьте «тип: число» (текст, код, дата, …) или «формула:».")
        if block.reference and block.reference not in self.rules.references:
            self._say("R210", "таблицы", name, ("столбцы", column, "справочник"), f"Справочника «{block.reference}» нет.", like_hint(block.reference, self.rules.references))
        for key, pattern in (("из имени файла", block.from_file_name), ("из имени листа", block.from_sheet_name)):
            if pattern is not None and not _is_pattern(pattern):
                self._say("R220", "таблицы", name, ("столбцы", column, key), f"Образец «{pattern}» — не регулярное выражение.", "Например: \"(20\\d\\d)\" — год из имени файла.")
        if block.level and table.kind != "реестр":
            self._say("R220", "таблицы", name, ("столбцы", column, "уровень"), "Уровень задаёт только столбец реестра.")
        if block.formula is not None:
            self.resolver.number(block.formula, Scope.row(self.resolver.table_kinds(name), name), ("таблицы", name, "столбцы", column, "формула"))

    def _expectation(self, name: str, table: model.Table, position: int, expected: model.Expectation) -> None:
        path = ("ожидается", position)
        for key in expected.rows:
            if key not in table.keys:
                self._say("R209", "таблицы", name, (*path, "строки", key), f"Столбец «{key}» не входит в ключ таблицы «{name}».", like_hint(key, table.keys))
        if expected.years is not None and table.year_column is None:
            self._say("R220", "таблицы", name, (*path, "годы"), "В таблице нет столбца с типом «учебный год».")
        if expected.only_if is not None:
            scope = Scope.row(self.resolver.table_kinds(self.school.table), self.school.table)
            self.resolver.condition(expected.only_if, scope, ("таблицы", name, *path, "если"))
        uncovered = set(table.keys) - set(expected.rows) - {table.school_column} - ({table.year_column} if expected.years else set())
        if uncovered:
            self._say("R220", "таблицы", name, path, f"Не сказано, каких строк ждать: нет значений для ключа «{sorted(uncovered)[0]}».", "Добавьте его в «строки» или «годы».")

    def _break(self, position: int, gap: model.SeriesBreak) -> None:
        if gap.table not in self.rules.tables:
            self._say("R208", "календарь", "календарь", ("разрывы рядов", position, "таблица"), f"Таблицы «{gap.table}» нет.", like_hint(gap.table, self.rules.tables))
            return
        for column in gap.where:
            if column not in self.rules.tables[gap.table].columns:
                self._say("R209", "календарь", "календарь", ("разрывы рядов", position, "где", column), f"Столбца «{column}» в таблице «{gap.table}» нет.",
                          like_hint(column, self.rules.tables[gap.table].columns))

    # ------------------------------------------------------------ thresholds

    def _threshold(self, name: str) -> None:
        block = self.rules.thresholds[name]
        if block.value is None and not block.editions:
            self._say("R106", "пороги", name, (), "У порога нет ни «значение», ни «значения».", "Добавьте «значения: {2022-09-01: 30}».")
            return
        for since in block.editions:
            try:
                date.fromisoformat(since)
            except ValueError:
                self._say("R113", "пороги", name, ("значения", since), f"«{since}» — не дата.", "Дата редакции пишется так: 2022-09-01.")
                return
        found = block.edition(self.day)
        if found is None:
            first = min(block.editions)
            self._say("R301", "пороги", name, ("значения",), f"На {self.day:%d.%m.%Y} у порога «{name}» нет значения: первая редакция с {first}.",
                      "Добавьте значение с более ранней датой или укажите другую дату расчёта.")
            return
        self.editions[name], self.thresholds[name] = found
        if isinstance(found[1], dict) or block.by:
            self._threshold_by(name, block, found[1])

    def _threshold_by(self, name: str, block: model.Threshold, value: float | dict[str, float]) -> None:
        if not isinstance(value, dict):
            return
        if block.by is None:
            self._say("R106", "пороги", name, ("значения",), "Значения зависят от слова, но не сказано от какого столбца.", "Добавьте «по: тип_школы».")
            return
        column = self.school.columns.get(block.by)
        if column is None:
            self._say("R209", "пороги", name, ("по",), f"Столбца «{block.by}» в реестре нет.", like_hint(block.by, self.school.columns))
            return
        words = self.resolver.words_of(column)
        for word in value:
            if words and word != "иначе" and word not in words:
                self._say("R211", "пороги", name, ("значения",), f"Слова «{word}» нет среди значений «{block.by}».", like_hint(word, words))
        if "иначе" not in value and (not words or set(words) - set(value)):
            missing = ", ".join(sorted(set(words) - set(value))) or "прочих"
            self._say("R302", "пороги", name, ("значения",), f"Для значений «{block.by}» нет порога: {missing}.", "Добавьте их или «иначе: число».")

    # ------------------------------------------------------------ indicators

    def _level(self, section: str, name: str, level: str | None, key: str = "для") -> str:
        if level == COMMON and section == "показатели":
            return COMMON
        if level is None or level == self.school.level:
            return self.school.level
        if level not in self.school.levels:
            self._say("R218", section, name, (key,), f"Уровня «{level}» нет.", like_hint(level, self.school.levels) or "Пометьте столбец реестра «уровень: да».")
            return self.school.level
        return level

    def _slices(self) -> None:
        """Learn the shape of every slice before any formula is read: slices may stand on slices."""
        pending = {name: block for name, block in self.rules.indicators.items() if block.by}
        for name in [name for name in pending if name in self.rules.tables]:
            del pending[name]
            message = f"Показатель «{name}» называется как таблица, а с «по» он и сам служит таблицей."
            self.problems.append(Problem("R112", self.rules.header("показатели", name), message, "Переименуйте показатель: «таблица: …» должна значить что-то одно."))
        while pending:
            ready = [name for name, block in pending.items() if block.table not in pending]
            if not ready:
                break            # a circle of slices: the order check names it
            for name in ready:
                self._slice(name, pending.pop(name))
        for name, block in pending.items():
            self.slices[name] = Slice(self.school.level, tuple(block.by), {}, None)

    def _slice(self, name: str, block: model.Indicator) -> None:
        method = METHODS.get(block.method)
        kinds = self._table_columns(block.table) if method is None else method.keys
        level = self._row_level(block.table) if self._row_level(block.table) == COMMON else self._level("показатели", name, block.level)
        columns = {key: kinds.get(key, Kind("text")) for key in block.by}
        year = self._year_column(block.table)
        number = Kind("number", block.unit)
        self.slices[name] = Slice(level, tuple(block.by), {**columns, VALUE: number, SIZE: Kind("number", "чел.")}, year if year in block.by else None)
        self.resolver.slices[name] = self.slices[name]

    def _row_level(self, table: str | None) -> str:
        if table in self.slices:
            return self.slices[table].level
        return COMMON if table in self.rules.tables and self.rules.tables[table].kind == "общие" else self.school.level

    def _table_columns(self, table: str | None) -> dict[str, Kind]:
        if table in self.rules.tables:
            return self.resolver.table_kinds(table)
        if table in self.slices:
            return self.slices[table].columns
        return {}

    def _year_column(self, table: str | None) -> str | None:
        if table in self.rules.tables:
            return self.rules.tables[table].year_column
        return self.slices[table].year if table in self.slices else None

    def _indicator(self, name: str) -> None:
        block = self.rules.indicators[name]
        level = self._level("показатели", name, block.level)
        where = ("показатели", name)
        if (block.formula is None) == (block.method is None):
            self._say("R106", *where, (), "У показателя должна быть «формула» или «метод» (одно из двух).")
            return
        if block.method is not None:
            self._method(name, block, level)
        elif block.table is None:
            self._unit_indicator(name, block, level)
        else:
            self._table_indicator(name, block, level)

    def _method(self, name: str, block: model.Indicator, level: str) -> None:
        method = METHODS.get(block.method)
        if method is None:
            self._say("R217", "показатели", name, ("метод",), f"Метода «{block.method}» нет.", like_hint(block.method, METHODS))
            return
        for key in ("table", "year", "where"):
            if getattr(block, key):
                word = {"table": "таблица", "year": "год", "where": "где"}[key]
                self._say("R110", "показатели", name, (word,), f"У показателя с методом ключа «{word}» не бывает.", "Что читает метод, называют его параметры.")
        if tuple(block.by) != tuple(method.keys):
            wanted = f"«по: [{', '.join(method.keys)}]»" if method.keys else "без «по»"
            self._say("R217", "показатели", name, ("по",) if block.by else ("метод",), f"Метод «{block.method}» даёт показатель {wanted}.", "Исправьте «по».")
        scope = Scope.unit(level)
        with self.resolver.watching() as used:
            parameters = method.read(block, self.resolver, scope, ("показатели", name, "параметры"))
        self._add(IndicatorPlan(name, block, level, keys=tuple(block.by), parameters=parameters), used)

    def _unit_indicator(self, name: str, block: model.Indicator, level: str) -> None:
        for key, value in (("по", block.by), ("год", block.year), ("где", block.where), ("нужно лет", block.needed_years)):
            if value:
                self._say("R110", "показатели", name, (key,), f"«{key}» без «таблица» ничего не значит.", "Добавьте «таблица: …» или уберите ключ.")
        scope = Scope.unit(level)
        with self.resolver.watching() as used:
            formula = self.resolver.number(block.formula, scope, ("показатели", name, "формула"), block.unit)
            size = self.resolver.number(block.size, scope, ("показатели", name, "численность")) if block.size is not None else None
            missing_if = self.resolver.condition(block.missing_if, scope.with_size(block.size is not None), ("показатели", name, "нет данных, если")) \
                if block.missing_if is not None else None
        self._add(IndicatorPlan(name, block, level, formula=formula, size=size, missing_if=missing_if), used)

    def _table_indicator(self, name: str, block: model.Indicator, level: str) -> None:
        table = block.table
        over_slice = table in self.slices
        if not over_slice and table not in self.rules.tables:
            like = like_hint(table or "", [*self.rules.tables, *self.slices])
            plain = table in self.rules.indicators
            self._say("R208", "показатели", name, ("таблица",), f"Показатель «{table}» без разреза, таблицей служить не может." if plain else f"Таблицы «{table}» нет.", like)
            return
        if not over_slice and self.rules.tables[table].kind == "коды":
            self._say("R208", "показатели", name, ("таблица",), f"«{table}» — переписка кодов: её читает только приём файлов.", "Возьмите таблицу со столбцом «тип: школа» или «что: общие».")
            return
        row_level = self._row_level(table)
        if row_level == COMMON:
            if level not in (self.school.level, COMMON):
                self._say("R218", "показатели", name, ("для",), f"Строки «{table}» не делятся по уровню «{level}»: значение одно для всех.", "Уберите «для».")
            level = COMMON
        kinds, year = self._table_columns(table), self._year_column(table)
        for position, key in enumerate(block.by):
            if key not in kinds or key in (VALUE, SIZE):
                self._say("R209", "показатели", name, ("по", position), f"Столбца «{key}» в «{table}» нет.", like_hint(key, kinds))
        window = self._window(name, block, year)
        row = Scope.row(kinds, table, row_level)
        group = Scope.group(kinds, table, tuple(block.by), level, row_level, year)
        path = ("показатели", name)
        with self.resolver.watching() as used:
            where = self.resolver.condition(block.where, row, (*path, "где")) if block.where is not None else None
            formula = self.resolver.number(block.formula, group, (*path, "формула"), block.unit)
            size = self.resolver.number(block.size, group, (*path, "численность")) if block.size is not None else None
            missing_if = self.resolver.condition(block.missing_if, group.with_size(block.size is not None), (*path, "нет данных, если")) \
                if block.missing_if is not None else None
        if over_slice:
            used.add(table)
        self._add(IndicatorPlan(name, block, level, table, over_slice, tuple(block.by), window, year, where, formula, size, missing_if), used)

    def _window(self, name: str, block: model.Indicator, year: str | None) -> model.Window | None:
        if year is None:
            if block.year is not None:
                self._say("R214", "показатели", name, ("год",), f"В «{block.table}» нет столбца с годом.", "Уберите «год» или добавьте год в разрез.")
            return None
        by_years = year in block.by or _only_over_years(block.formula)
        if block.year is None and not by_years:
            self._say("R214", "показатели", name, ("таблица",), f"В «{block.table}» есть год, а какие годы брать — не сказано.", "Добавьте «год: последний» или «год: 3 последних».")
        window = block.year or model.Window(model.WindowKind.ALL)
        if block.needed_years and window.kind in (model.WindowKind.LAST, model.WindowKind.BEFORE_LAST) and block.needed_years.years > window.count:
            self._say("R215", "показатели", name, ("нужно лет",), f"Нужно лет {block.needed_years.years}, а окно — {window.count}.", "Уменьшите «нужно лет» или расширьте «год».")
        return window

    # ------------------------------------------------------------ criteria, categories, measures

    def _criterion(self, name: str) -> None:
        block = self.rules.criteria[name]
        level = self._level("критерии", name, block.level)
        scope = Scope.unit(level)
        with self.resolver.watching() as used:
            when = self.resolver.condition(block.when, scope, ("критерии", name, "когда"))
            applies = self.resolver.condition(block.applies, scope, ("критерии", name, "применяется")) if block.applies is not None else None
        if name not in self.off:
            self._add(CriterionPlan(name, block, level, when, applies), used)

    def _category(self, name: str) -> None:
        block = self.rules.categories[name]
        level = self._level("категории", name, block.level)
        if (block.when is None) != block.rest:
            self._say("R106", "категории", name, (), "У категории должно быть «когда» (или «остальные: да», но не вместе).")
            return
        for position, other in enumerate(block.excludes):
            if other not in self.rules.categories:
                self._say("R210", "категории", name, ("исключает", position), f"Категории «{other}» нет.", like_hint(other, self.rules.categories))
            elif other == name:
                self._say("R402", "категории", name, ("исключает", position), f"Категория «{name}» исключает сама себя.", "Уберите её из списка.")
        if block.exit_if is not None or block.kept_years is not None:
            self._needs_decisions(name)
        scope = Scope.unit(level)
        path = ("категории", name)
        with self.resolver.watching() as used:
            when = self.resolver.condition(block.when, scope, (*path, "когда")) if block.when is not None else None
            applies = self.resolver.condition(block.applies, scope, (*path, "применяется")) if block.applies is not None else None
            exit_if = self.resolver.condition(block.exit_if, scope, (*path, "снимается, если")) if block.exit_if is not None else None
        excluded_by = tuple(other for other, item in self.rules.categories.items() if name in item.excludes and other != name)
        used.update(excluded_by)
        if block.rest:
            used.update(other for other, item in self.rules.categories.items() if not item.rest and self._same_level(item.level, level))
        self._add(CategoryPlan(name, block, level, when, applies, exit_if, excluded_by), used)

    def _same_level(self, level: str | None, other: str) -> bool:
        return (level or self.school.level) == other

    def _needs_decisions(self, name: str) -> None:
        if not any(table.kind == "решения" for table in self.rules.tables.values()):
            self._say("R220", "категории", name, (), "Категория читает историю, а таблицы решений («что: решения») в договоре нет.", "Опишите таблицу решений прошлых лет.")

    def _measure(self, name: str) -> None:
        block = self.rules.measures[name]
        level = self._level("меры", name, block.level, "уровень")
        with self.resolver.watching() as used:
            audience = self.resolver.condition(block.audience, Scope.unit(level), ("меры", name, "для")) if block.audience is not None else None
        for key, roles in (("ответственный", block.responsible), ("участники", block.participants)):
            for role in roles:
                if role not in self.rules.roles:
                    self._say("R210", "меры", name, (key,), f"Роли «{role}» нет.", like_hint(role, self.rules.roles) or "Опишите её в разделе «роли».")
        if block.effect and block.effect.indicator and block.effect.indicator not in self.rules.indicators:
            self._say("R210", "меры", name, ("показатель эффекта", "показатель"), f"Показателя «{block.effect.indicator}» нет.", like_hint(block.effect.indicator, self.rules.indicators))
        self._add(MeasurePlan(name, block, level, audience), used)

    # ------------------------------------------------------------ order

    def _add(self, plan: Plan, used: Iterable[str]) -> None:
        self.plans[plan.name] = plan
        self.uses[plan.name] = frozenset(used)

    def _ordered(self) -> tuple[str, ...]:
        graph = {name: [other for other in sorted(used) if other in self.plans] for name, used in self.uses.items()}
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            path = list(reversed(error.args[1]))
            section = next((kind for kind in ("категории", "показатели", "критерии") if path[0] in getattr(self.rules, _FIELDS[kind])), "показатели")
            code = "R402" if all(name in self.rules.categories for name in path) else "R213"
            what = "исключают или используют друг друга" if code == "R402" else "ссылаются друг на друга"
            self._say(code, section, path[0], (), f"Описания {what} по кругу: {' → '.join(path)}.", "Разорвите круг в одном месте.")
            return ()


_FIELDS = {"категории": "categories", "показатели": "indicators", "критерии": "criteria"}


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _only_over_years(formula: t.Tree | None) -> bool:
    """Return whether every aggregate of a formula stands inside a function over years."""
    from engine.functions import FUNCTIONS, Place
    if formula is None:
        return False
    over_years = False

    def bare(tree: t.Tree) -> bool:
        nonlocal over_years
        if isinstance(tree, t.Call) and tree.function in FUNCTIONS:
            place = FUNCTIONS[tree.function].place
            if place is Place.YEARS:
                over_years = True
                return False
            if place is Place.ROWS:
                return True
        return any(bare(child) for child in t.children(tree))

    return not bare(formula) and over_years


__all__ = ["CategoryPlan", "CriterionPlan", "IndicatorPlan", "MeasurePlan", "Program", "Slice", "build", "same_unit"]
