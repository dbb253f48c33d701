"""Why: the tree of one school from category to cell, built on demand from the columns of a run; nothing is recomputed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from sqlglot import exp

from engine import conditions as c
from engine import tree as t
from engine.evaluation import Evaluation
from engine.history import History
from engine.indicators import Scan, over_years, slice_table
from engine.methods import METHODS, trees_of
from engine.problems import Cell
from engine.program import SIZE, VALUE, CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan
from engine.sqlgroup import GroupSql
from engine.sqlrow import RowSql, both, not_false
from engine.tables import RowStatus, Tables
from engine.tree import Origin
from engine.truth import Truth
from engine.values import Numbers, Reason, Texts, Value
from engine.vector import Evaluator

_ROWS_SHOWN = 12
ORIGIN = ", t._source, t._row, t._status, t._letter"     # where a row of a table came from


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value ready to show: bounds when it is not exact, its unit, how many observations, or why it is missing."""

    low: float | None
    high: float | None
    unit: str | None = None
    size: float | None = None
    reason: Reason = Reason.PRESENT
    decimals: int = 1

    @property
    def is_missing(self) -> bool:
        return self.low is None

    @property
    def is_exact(self) -> bool:
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of the input behind a value: its key in words, the cells used, and its status in the file."""

    key: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, str, str], ...]      # (column, shown value, address «D14»)
    place: Cell
    status: int = 0
    value: Quantity | None = None                # for a row of a slice
    of: str = ""                                 # the slice it belongs to


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a condition: what was compared with what, and how it came out."""

    text: str
    status: Truth
    left: Quantity | str | None
    right: Quantity | str | None
    sign: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A node of the tree. `kind`: category, criterion, indicator, threshold, column or condition.

    `applying`: the parts of «применяется» because of which a rule does not apply, or because of which it is not known whether it does.
    """

    kind: str
    name: str
    title: str
    status: Truth | None = None
    applies: Truth = Truth.MET
    value: Quantity | str | None = None
    clause: str = ""
    checks: tuple[Check, ...] = ()
    children: tuple[Evidence, ...] = ()
    rows: tuple[SourceRow, ...] = ()
    rows_total: int = 0
    decisive: bool = False
    applying: tuple[Check, ...] = ()


class Explainer:
    """Answers questions about one run. `tables` must be the ones the evaluation was computed from."""

    def __init__(self, evaluation: Evaluation, tables: Tables):
        self.evaluation, self.tables = evaluation, tables
        self.program = evaluation.program
        self._filters: dict[str, tuple[str, str]] = {}

    # ------------------------------------------------------------ categories and criteria

    def categories(self, level: str | None = None) -> list[CategoryPlan]:
        """List the categories of a level, the largest help first."""
        plans = self.program.of(CategoryPlan, level or self.program.school_level)
        return sorted(plans, key=lambda plan: (plan.block.support if plan.block.support is not None else 99))

    def status(self, name: str, row: int) -> Truth:
        return Truth(int(self.evaluation.status(name)[row]))

    def category(self, name: str, row: int) -> Evidence:
        """Explain one category of one unit: its facts, those that decided first."""
        plan = self.program.plans[name]
        decisive = self._decisive(name, row)
        applies = self._applies(plan.level, name, row)
        folded = set(t.references(plan.applies)) if plan.applies is not None and applies is Truth.MET else set()
        facts = [fact for fact in c.names(self.evaluation.conditions[name]) if fact not in folded]
        children = [self._fact(plan.level, fact, row, decisive) for fact in facts]
        children.sort(key=lambda item: not item.decisive)
        return Evidence("category", name, plan.block.title or name, self.status(name, row), applies, clause=plan.block.clause or "", children=tuple(children),
                        applying=self._applying(plan, row))

    def _decisive(self, name: str, row: int) -> frozenset[str]:
        conclusion = self.evaluation.conclusions[name]
        steps = conclusion.trails[int(conclusion.pattern[row])]
        return frozenset(literal.rsplit("=", 1)[0] for step in steps for literal in step.because)

    def _applies(self, level: str, name: str, row: int) -> Truth:
        codes = self.evaluation.frames[level].applies.get(name)
        return Truth.MET if codes is None else Truth(int(codes[row]))

    def _applying(self, plan: CriterionPlan | CategoryPlan, row: int) -> tuple[Check, ...]:
        wanted = self._applies(plan.level, plan.name, row)
        return () if wanted is Truth.MET else tuple(self._parts(plan.level, plan.applies, row, wanted))

    def _parts(self, level: str, tree: t.Tree, row: int, wanted: Truth) -> Iterator[Check]:
        """The parts of a conjunction that came out so; anything else is one part."""
        if isinstance(tree, t.AllOf):
            for item in tree.items:
                yield from self._parts(level, item, row, wanted)
        elif int(self.one_row(level, row).condition(tree)[0]) == wanted.value:
            inner = tree.item if isinstance(tree, t.Not) else tree
            side = inner if isinstance(inner, t.Reference) else getattr(inner, "left", getattr(inner, "value", None))
            yield Check(t.render(tree), wanted, self._side(level, side, row), None, name=t.render(tree if isinstance(inner, t.Member) else inner))

    def _fact(self, level: str, name: str, row: int, decisive: frozenset[str]) -> Evidence:
        plan = self.program.plans.get(name)
        marked = name in decisive
        if isinstance(plan, CriterionPlan):
            found = self.criterion(name, row)
        elif isinstance(plan, (CategoryPlan, MeasurePlan)):
            found = Evidence("category", name, plan.block.title or name, self._status_at(level, name, row), clause=plan.block.clause or "")
        else:
            tree = self.evaluation.atoms.get(name)
            checks = tuple(self._checks(level, tree, row)) if tree is not None else ()
            children = tuple(self._inputs(level, tree, row)) if tree is not None else ()
            found = Evidence("condition", name, name, self._status_at(level, name, row), checks=checks, children=children)
        return _marked(found, marked)

    def _status_at(self, level: str, name: str, row: int) -> Truth:
        return Truth(int(self.evaluation.indicators.column_of(level, name)[row]))

    def criterion(self, name: str, row: int) -> Evidence:
        """Explain one criterion of one unit: comparisons, indicators with their rows."""
        plan = self.program.plans[name]
        level = plan.level
        checks = tuple(self._checks(level, plan.when, row))
        return Evidence("criterion", name, plan.block.title or name, self.status(name, row), self._applies(level, name, row),
                        clause=plan.block.clause or "", checks=checks, children=tuple(self._inputs(level, plan.when, row)),
                        applying=self._applying(plan, row))

    def _checks(self, level: str, tree: t.Tree, row: int) -> Iterator[Check]:
        evaluator = self.one_row(level, row)
        for node in t.walk(tree):
            if isinstance(node, t.Compare):
                status = Truth(int(evaluator.condition(node)[0]))
                name = node.left.name if isinstance(node.left, t.Reference) else ""
                yield Check(t.render(node), status, self._side(level, node.left, row), self._side(level, node.right, row), node.sign, name)
            elif isinstance(node, (t.Member, t.HasData, t.Undetermined)) or (isinstance(node, t.Call) and node.function == "была"):
                yield Check(t.render(node), Truth(int(evaluator.condition(node)[0])), self._side(level, getattr(node, "value", None), row), None)

    def _side(self, level: str, tree: t.Tree | None, row: int) -> Quantity | str | None:
        if tree is None or isinstance(tree, t.Text):
            return tree.value if tree is not None else None
        if isinstance(tree, t.Number):
            return Quantity(tree.value, tree.value, tree.unit)
        if isinstance(tree, t.Reference):
            return self.value_of(level, tree, row)
        value = self.one_row(level, row).value(tree)
        return _quantity(value, 0, None) if isinstance(value, Numbers) else None

    def one_row(self, level: str, row: int, given: dict[str, Value] | None = None) -> Evaluator:
        """An evaluator that sees one unit only, with the values of `given` in place of its own."""
        indicators, program = self.evaluation.indicators, self.program

        def lookup(ref: t.Reference) -> Value:
            if given and ref.name in given:
                return given[ref.name]
            threshold = program.thresholds.get(ref.name)
            if ref.origin is Origin.THRESHOLD and not isinstance(threshold, dict):
                return Numbers.constant(threshold)
            return _sliced(indicators.column_of(level, ref.name), row)

        def special(call: t.Call, evaluator: Evaluator) -> Value:
            if call.function == "была":
                history = History(program, self.tables, self.evaluation.frames[level], self.evaluation.report_year)
                back = int(call.arguments[1].value) if len(call.arguments) > 1 else 1
                return history.held(call.arguments[0].value, back)[row:row + 1]
            return Numbers.constant(math.nan)
        return Evaluator(1, lookup, special)

    def _inputs(self, level: str, tree: t.Tree, row: int) -> Iterator[Evidence]:
        """Every name of a condition, once: indicators with rows, criteria, thresholds, registry columns."""
        seen: dict[str, t.Reference] = {node.name: node for node in t.walk(tree) if isinstance(node, t.Reference)}
        for name, ref in seen.items():
            plan = self.program.plans.get(name)
            if isinstance(plan, IndicatorPlan):
                yield self.indicator(name, row, level)
            elif isinstance(plan, CriterionPlan):
                yield self.criterion(name, row) if plan.level == level else Evidence("criterion", name, plan.block.title or name, self._status_at(level, name, row))
            elif plan is not None:
                yield Evidence("category", name, plan.block.title or name, self._status_at(level, name, row))
            elif ref.origin is Origin.THRESHOLD:
                block = self.program.rules.thresholds[name]
                yield Evidence("threshold", name, block.title or name, value=self.value_of(level, ref, row), clause=block.clause or "")
            else:
                yield Evidence("column", name, name, value=self.value_of(level, ref, row), rows=tuple(self._registry_row(name, level, row)))

    # ------------------------------------------------------------ values

    def value_of(self, level: str, ref: t.Reference, row: int) -> Quantity | str | None:
        """Return what a name is for one unit."""
        name = ref.name
        if ref.origin is Origin.THRESHOLD:
            threshold = self.program.thresholds[name]
            unit = self.program.rules.thresholds[name].unit
            if not isinstance(threshold, dict):
                return Quantity(threshold, threshold, unit)
            return _quantity(self.evaluation.indicators.column_of(level, name), row, unit)
        value = self.evaluation.indicators.column_of(level, name)
        if isinstance(value, Texts):
            return value.at(row)
        if isinstance(value, Numbers):
            return self._indicator_value(level, name, row) if name in self.program.plans else _quantity(value, row, None)
        return {1: "выполнен", 0: "не определён", -1: "не выполнен"}[int(value[row])]

    def _indicator_value(self, level: str, name: str, row: int) -> Quantity:
        plan = self.program.plans[name]
        value = self.evaluation.indicators.column_of(level, name)
        sizes = self.evaluation.frames[level].sizes.get(name) if plan.level == level else None
        size = float(sizes[row]) if sizes is not None and not np.isnan(sizes[row]) else None
        return _quantity(value, row, plan.block.unit, size, plan.block.decimals)

    def threshold(self, level: str, tree: t.Tree, row: int) -> Quantity | None:
        """Return the value of a bare number or a threshold for one unit; None for anything else."""
        if isinstance(tree, t.Number):
            return Quantity(tree.value, tree.value, tree.unit)
        if isinstance(tree, t.Reference) and tree.origin is Origin.THRESHOLD:
            value = self.value_of(level, tree, row)
            return value if isinstance(value, Quantity) and value.is_exact else None
        return None

    def indicator(self, name: str, row: int, level: str | None = None) -> Evidence:
        """Explain one indicator of one unit: value, n, reason and the rows it rests on."""
        plan = self.program.plans[name]
        level = level or plan.level
        value = self._indicator_value(level, name, row)
        title, clause = plan.block.title or name, plan.block.clause or ""
        own = row if plan.level == level else int(self.evaluation.frames[level].parents[plan.level][row])
        if own < 0:
            return Evidence("indicator", name, title, value=value, clause=clause)
        if plan.table is None:
            trees = [plan.formula] if plan.formula is not None else trees_of(plan.parameters)
            children = tuple(child for tree in trees for child in self._inputs(plan.level, tree, own))
            children += tuple(self._slice_of_method(other, own) for other in METHODS[plan.block.method].indicators(plan.parameters)) if plan.block.method is not None else ()
            rows, total = self.rows_of(plan, own) if plan.block.method is not None else ((), 0)
            return Evidence("indicator", name, title, value=value, clause=clause, children=children, rows=rows, rows_total=total)
        rows, total = self.rows_of(plan, own)
        return Evidence("indicator", name, title, value=value, clause=clause, rows=rows, rows_total=total)

    def _slice_of_method(self, name: str, row: int) -> Evidence:
        """The slice that another method computed for one unit: all its values in a line, and what they were computed from."""
        plan = self.program.plans[name]
        keys = ", ".join(f'"{key}"' for key in plan.keys)
        found = self.tables.connection.execute(f'SELECT "{VALUE}", {keys} FROM "{slice_table(name)}" WHERE _unit = {row} ORDER BY {keys}').fetchall()
        values = [f"{', '.join(map(_shown, words))} {_shown(None if value is None else round(value, plan.block.decimals))}" for value, *words in found]
        rows, total = self._method_rows(plan, row, _ROWS_SHOWN)
        return Evidence("indicator", name, plan.block.title or name, value="; ".join(values) or "нет данных", clause=plan.block.clause or "", rows=rows, rows_total=total)

    # ------------------------------------------------------------ rows

    def rows_of(self, plan: IndicatorPlan, row: int, keys: tuple[tuple[str, object], ...] = (), limit: int = _ROWS_SHOWN) -> tuple[tuple[SourceRow, ...], int]:
        """Return the rows behind an indicator of one unit (and one group of a slice), and how many there are in all."""
        if plan.table is None:
            return self._method_rows(plan, row, limit)
        if plan.level != self.program.row_level(plan):
            return (), 0
        fields = self._fields(plan)
        where, joins = self._filter(plan, row, keys)
        table = slice_table(plan.table) if plan.over_slice else plan.table
        origin = "" if plan.over_slice else ORIGIN
        order = ", ".join(f't."{key}" DESC' if key == plan.year else f't."{key}"' for key in self._keys(plan)) or "1"
        chosen = ", ".join(f't."{name}"' for name in fields)
        connection = self.tables.connection
        total = connection.execute(f'SELECT COUNT(*) FROM "{table}" AS t {joins} WHERE {where}').fetchall()[0][0]
        found = connection.execute(f'SELECT {chosen}{origin} FROM "{table}" AS t {joins} WHERE {where} ORDER BY {order} LIMIT {limit}').fetchall()
        make = self._slice_row if plan.over_slice else self._table_row
        return tuple(make(plan, dict(zip(fields, item, strict=False)), item[len(fields):], row) for item in found), total

    def _method_rows(self, plan: IndicatorPlan, row: int, limit: int) -> tuple[tuple[SourceRow, ...], int]:
        """What a method read of one unit: one row for every table and group of its rows but the last key (a work, a class, an exam), the last years first."""
        found: list[SourceRow] = []
        for table in METHODS[plan.block.method].tables(plan.parameters) if plan.block.method is not None else ():
            block = self.program.rules.tables[table]
            if block.school_column is None or block.year_column is None:
                continue
            keys = [key for key in block.keys if key != block.school_column and key in ("процедура", "предмет", "класс", "год")]
            fields = ", ".join(f't."{key}"' for key in keys)
            year = f't."{block.year_column}"'
            query = (f"SELECT {fields}, t._source, MIN(t._row), MIN(t._letter), COUNT(*) FROM \"{table}\" AS t WHERE t._unit = {row} AND {year} <= {self.evaluation.report_year} "
                     f"AND t._status <> {int(RowStatus.ABSENT)} GROUP BY {fields}, t._source ORDER BY {year} DESC, {fields}")
            for *values, source, number, letters, count in self.tables.connection.execute(query).fetchall():
                sheet = self.tables.sources[source] if source is not None and source < len(self.tables.sources) else None
                address = _address(letters or (next(iter(sheet.letters.values()), "A") if sheet else ""), number or 0)
                place = Cell(sheet.file, sheet.sheet, address) if sheet else Cell("нет в файлах")
                title = block.title or table
                found.append(SourceRow(tuple((key, _shown(value)) for key, value in zip(keys, values, strict=True)), ((title, f"строк: {count}", address),), place))
        return tuple(found[:limit]), len(found)

    def _keys(self, plan: IndicatorPlan) -> tuple[str, ...]:
        if plan.over_slice:
            return self.program.slices[plan.table].keys
        table = self.program.rules.tables[plan.table]
        return tuple(key for key in table.keys if key != table.school_column)

    def _fields(self, plan: IndicatorPlan) -> list[str]:
        keys = list(self._keys(plan))
        if plan.over_slice:
            return [*keys, VALUE, "значение_до", SIZE, "причина"]
        used = {node.name for tree in (plan.formula, plan.size, plan.where, plan.missing_if) if tree is not None
                for node in t.walk(tree) if isinstance(node, t.Reference) and node.origin is Origin.COLUMN}
        columns = self.program.rules.tables[plan.table].columns
        school = self.program.rules.tables[plan.table].school_column
        used |= self._computed_from(plan)
        return keys + [name for name, block in columns.items() if name in used and block.formula is None and name not in keys and name != school]

    def _computed_from(self, plan: IndicatorPlan) -> set[str]:
        """The columns of files behind the computed columns of a table."""
        columns = self.program.rules.tables[plan.table].columns if not plan.over_slice else {}
        return {other for block in columns.values() if block.formula is not None for other in t.names(block.formula) if other in columns}

    def _filter(self, plan: IndicatorPlan, row: int, keys: tuple[tuple[str, object], ...]) -> tuple[str, str]:
        """The rows of one unit (and one group) that an indicator looks at: (WHERE, JOINs)."""
        if plan.name not in self._filters:
            self._filters[plan.name] = self._plan_filter(plan)
        where, joins = self._filters[plan.name]
        own = [f"t._unit = {row}", *(f't."{name}" = {_literal(value)}' for name, value in keys)]
        return " AND ".join([*own, where] if where else own), joins

    def _plan_filter(self, plan: IndicatorPlan) -> tuple[str, str]:
        engine = self.evaluation.indicators
        scan = Scan(plan)
        compiler = RowSql(lambda ref: engine.row_reference(scan, plan, ref))
        group = GroupSql(lambda ref: engine.group_reference(scan, plan, group, ref), compiler, engine.rows(plan), plan.block, plan.where, scan.bank, plan.formula)
        window = None if over_years(plan.formula) else group.window()
        chosen = group.chosen(None)
        where = both(window, not_false(chosen.low) if chosen is not None else None)
        joins = engine.joined(exp.Select().from_(exp.to_table('"t"')), scan).args.get("joins", []) if scan.unit_names or scan.slices else []
        return where.sql(dialect="duckdb") if where is not None else "", " ".join(join.sql(dialect="duckdb") for join in joins)

    def _table_row(self, plan: IndicatorPlan, values: dict, origin: tuple, row: int) -> SourceRow:
        source, number, status, varying = origin
        keys = self._keys(plan)
        sheet = self.tables.sources[source] if source is not None and source < len(self.tables.sources) else None
        letters = defaultdict(lambda: varying or "", sheet.letters if sheet else {})
        behind = self._computed_from(plan)
        cells = tuple((name, _shown(value), _address(letters[name], number)) for name, value in values.items()
                      if name not in keys and not (value is None and name in behind and status == RowStatus.OK))
        first = next((address for _, _, address in cells if address), f"A{number}" if sheet else "")
        place = Cell(sheet.file, sheet.sheet, first) if sheet else Cell("нет в файлах")
        return SourceRow(tuple((key, _shown(values[key])) for key in keys), cells, place, int(status or 0))

    def _slice_row(self, plan: IndicatorPlan, values: dict, origin: tuple, row: int) -> SourceRow:
        inner = self.program.plans[plan.table]
        keys = tuple((key, values[key]) for key in inner.keys)
        low, high, size = values[VALUE], values["значение_до"], values[SIZE]
        quantity = Quantity(low, high, inner.block.unit, size, Reason(int(values["причина"] or 0)) if low is None else Reason.PRESENT, inner.block.decimals)
        rows, _ = self.rows_of(inner, row, keys, limit=1)
        cells = rows[0].cells if rows else ()
        place = rows[0].place if rows else Cell("нет в файлах")
        return SourceRow(tuple((key, _shown(value)) for key, value in keys), cells, place, rows[0].status if rows else 1, quantity, plan.table)

    def _registry_row(self, name: str, level: str, row: int) -> Iterator[SourceRow]:
        registry = self.program.rules.registry
        if level != self.program.school_level or name not in self.program.rules.tables[registry].columns:
            return
        found = self.tables.connection.execute(f'SELECT "{name}", _source, _row FROM "{registry}" WHERE _unit = {row}').fetchall()
        if not found or found[0][1] is None or found[0][1] >= len(self.tables.sources):
            return
        value, source, number = found[0]
        sheet = self.tables.sources[source]
        address = f"{sheet.letters[name]}{number}" if name in sheet.letters else ""
        yield SourceRow((), ((name, _shown(value), address),), Cell(sheet.file, sheet.sheet, address))


def _address(letters: str, row: int) -> str:
    """Return the address of a cell in a row; a row counted from many keeps their whole range, «K10:K97», in the place of a letter."""
    return letters if ":" in letters or not letters else f"{letters}{row}"


def _marked(evidence: Evidence, decisive: bool) -> Evidence:
    return replace(evidence, decisive=decisive)


def _quantity(value: Numbers, row: int, unit: str | None, size: float | None = None, decimals: int = 1) -> Quantity:
    row = 0 if len(value.low) == 1 else row
    low, high = float(value.low[row]), float(value.high[row])
    if math.isnan(low):
        reason = Reason(int(value.reasons()[row]))
        return Quantity(None, None, unit, size, reason, decimals)
    return Quantity(low, high, unit, size, Reason.PRESENT, decimals)


def _sliced(value, row: int):
    if isinstance(value, Numbers):
        if len(value.low) == 1:
            return value
        low = value.low[row:row + 1]
        return Numbers(low, low if value.is_exact else value.high[row:row + 1], None if value.reason is None else value.reason[row:row + 1])
    if isinstance(value, Texts):
        return Texts(value.codes[row:row + 1], value.words)
    return value[row:row + 1]


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _shown(value: object) -> str:
    if value is None:
        return "нет данных"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, bool):
        return "да" if value else "нет"
    return str(value)
