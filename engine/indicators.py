"""Indicators over tables -> SQL -> columns: all indicators that share a table and a grouping become one scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from sqlglot import exp

from engine import tree as t
from engine.frames import Frame, spread_to
from engine.methods.base import Slice
from engine.problems import Problem
from engine.program import HIGH, REASON, SIZE, VALUE, IndicatorPlan, Program
from engine.sqlgroup import Aggregates, GroupSql, Rows, of_one_row
from engine.sqlrow import DOUBLE, NULL, TRUE, RowSql, Sql, both, case, cleaned, column, double, is_known, not_false, number, settled
from engine.tables import Tables, quoted
from engine.tree import Origin
from engine.values import Numbers, Reason, Texts, Value

UNIT = "_unit"


def slice_table(name: str) -> str:
    """The name under which a slice stands in the database."""
    return f"срез_{name}"


@dataclass
class Scan:
    """One query in the making: its joins and its output columns."""

    plan: IndicatorPlan
    unit_names: dict[str, None] = field(default_factory=dict)
    group_names: dict[str, None] = field(default_factory=dict)
    slices: dict[str, str] = field(default_factory=dict)
    outputs: list[tuple[str, exp.Expression]] = field(default_factory=list)
    windows: list[exp.Expression | None] = field(default_factory=list)
    ranked: exp.Expression | None = None
    bank: Aggregates = field(default_factory=Aggregates)
    one_row: bool = False


class IndicatorEngine:
    """Computes table indicators into frames (one value per unit) and into slice tables of the database."""

    def __init__(self, program: Program, tables: Tables, frames: dict[str, Frame], report_year: int):
        self.program, self.tables, self.frames, self.report_year = program, tables, frames, report_year
        self.sql: dict[str, str] = {}
        self.exact_slices: set[str] = set()
        self.nullable_slices: dict[str, frozenset[str]] = {}
        self.shared: dict[str, dict] = {}     # what methods compute once per run
        self.notes: list[Problem] = []        # what methods have to say of the data
        self._unrepeated: dict[str, bool] = {}
        self._batches = 0

    # ------------------------------------------------------------ entry

    def compute(self, plans: list[IndicatorPlan]) -> None:
        """Compute plans whose inputs are ready; those that share a table and a grouping in one scan."""
        groups: dict[tuple, list[IndicatorPlan]] = {}
        for plan in plans:
            alone = plan.name if _has_correlation(plan) else ""
            groups.setdefault((plan.table, plan.level, plan.keys, alone), []).append(plan)
        for group in groups.values():
            self._scan(group)

    def _scan(self, plans: list[IndicatorPlan]) -> None:
        scan = Scan(plans[0])
        exact = {}
        for position, plan in enumerate(plans):
            exact[plan.name] = self._outputs(scan, plan, f"i{position}")
        scan.one_row = self._groups_are_rows(scan)
        query = self._query(scan)
        text = query.sql(dialect="duckdb", copy=False)
        for plan in plans:
            self.sql[plan.name] = text
        if plans[0].keys:
            self._store_slices(plans, text, exact, scan.one_row)
        else:
            self._store_columns(scan, plans, text, exact)

    # ------------------------------------------------------------ compiling one indicator

    def _outputs(self, scan: Scan, plan: IndicatorPlan, prefix: str) -> bool:
        row = RowSql(lambda ref: self.row_reference(scan, plan, ref))
        rows = self.rows(plan)
        group = GroupSql(lambda ref: self.group_reference(scan, plan, group, ref), row, rows, plan.block, plan.where, scan.bank, plan.formula)
        scan.windows.append(None if over_years(plan.formula) else group.window())
        if _has_correlation(plan):
            self._add_ranks(scan, plan, group, row)
        value = group.value(plan.formula)
        size = group.value(plan.size) if plan.size is not None else None
        missing = self._with_size(group, size).condition(plan.missing_if).low if plan.missing_if is not None else None
        low, high = value.low, value.high
        if missing is not None:
            low = case((exp.Not(this=exp.paren(missing.copy())), low.copy()))
            high = low if value.is_exact else case((exp.Not(this=exp.paren(missing.copy())), high.copy()))
        scan.outputs.append((f"{prefix}_low", double(low)))
        if not value.is_exact:
            scan.outputs.append((f"{prefix}_high", double(high)))
        scan.outputs.append((f"{prefix}_size", double(settled(size)) if size is not None else exp.Cast(this=NULL, to=DOUBLE.copy())))
        scan.outputs.append((f"{prefix}_reason", self._reason(low, missing, group, plan)))
        if plan.keys:
            self._slice_outputs(scan, plan, prefix, group)
        return value.is_exact

    def _slice_outputs(self, scan: Scan, plan: IndicatorPlan, prefix: str, group: GroupSql) -> None:
        """How many rows a group has (a group without any is no row of the slice), and which breaks of the series concern it."""
        possible = group.possible_rows()
        scan.outputs.append((f"{prefix}_rows", scan.bank.rows(possible)))
        for name, _, rows in self._breaks(plan):
            touched = exp.GT(this=scan.bank.rows(both(possible, rows)), expression=number(0))
            scan.outputs.append((f"{prefix}{name}", touched))

    def _with_size(self, group: GroupSql, size: Sql | None) -> GroupSql:
        outer = group.refer
        group.refer = lambda ref: size if ref.origin is Origin.SIZE else outer(ref)
        return group

    def _reason(self, low: exp.Expression, missing: exp.Expression | None, group: GroupSql, plan: IndicatorPlan) -> exp.Expression:
        branches = [(is_known(low), number(int(Reason.PRESENT)))]
        if missing is not None:
            branches.append((missing.copy(), number(int(Reason.RULE))))
        branches += [(condition, number(int(reason))) for condition, reason in group.grounds.reasons]
        if plan.over_slice:
            worst = group.bank.take(exp.Max(this=column(REASON, "t")))
            fallback: exp.Expression = exp.Coalesce(this=case((exp.GT(this=worst, expression=number(0)), worst.copy())), expressions=[number(int(Reason.EMPTY))])
        else:
            fallback = number(int(Reason.EMPTY))
        inner = exp.Coalesce(this=group.bank.rows(group.window()), expressions=[number(0)])
        branches.append((exp.EQ(this=inner, expression=number(0)), number(int(Reason.NO_ROWS))))
        return case(*branches, otherwise=fallback)

    def rows(self, plan: IndicatorPlan) -> Rows:
        year = column(plan.year, "t") if plan.year else None
        years, open_window = None, False
        if plan.window is not None:
            first = self._first_year(plan)
            years = plan.window.years(self.report_year, first)
            open_window = plan.window.kind.value == "все"
            years = years[-12:] if open_window else years
        status = column("_status", "t") if not plan.over_slice else None
        breaks = tuple((year, rows) for _, year, rows in self._breaks(plan)) if plan.year else ()
        return Rows(year, years, self.report_year, self._zero(plan, years, open_window), status, open_window, breaks, self._one_a_year(plan))

    def _one_a_year(self, plan: IndicatorPlan) -> bool:
        """Whether a group can have one row a year at most: its keys and the year are the whole key of a row."""
        keys = self._row_keys(plan)
        if plan.year not in keys or not set(keys) <= {*plan.keys, plan.year} or plan.level != self.program.row_level(plan):
            return False
        return plan.over_slice or self._keys_unrepeated(plan.table, keys)

    def _row_keys(self, plan: IndicatorPlan) -> tuple[str, ...]:
        if plan.over_slice:
            return self.program.slices[plan.table].keys
        table = self.program.rules.tables[plan.table]
        return tuple(key for key in table.keys if key != table.school_column)

    def _first_year(self, plan: IndicatorPlan) -> int:
        table = self._base_table(plan.table)
        years = self.tables.info[table].years if table in self.tables.info else ()
        return min(years, default=self.report_year)

    def _base_table(self, table: str) -> str:
        while table in self.program.slices:
            table = self.program.plans[table].table or ""
        return table

    def _zero(self, plan: IndicatorPlan, years: tuple[int, ...] | None, open_window: bool) -> bool | None:
        """Whether no rows mean zero: the table says so and every year of the window was supplied."""
        if plan.over_slice or self.program.rules.tables[plan.table].absence != "ноль":
            return None
        info = self.tables.info[plan.table]
        if not info.supplied or info.incomplete:
            return False
        if years is None or info.rows == 0:
            return True
        return (self.report_year in info.years) if open_window else set(years) <= set(info.years)

    def _breaks(self, plan: IndicatorPlan) -> Iterable[tuple[str, int, exp.Expression | None]]:
        """Breaks of the plan's series: (column of slices, first year of the new series, which rows or None for all)."""
        base = self._base_table(plan.table)
        for position, gap in enumerate(self.program.rules.calendar.breaks):
            if gap.table != base:
                continue
            name = f"_разрыв_{position}"
            if plan.over_slice:
                yield name, gap.year, column(name, "t")
                continue
            tests = [exp.In(this=column(key, "t"), expressions=[exp.Literal.string(str(word)) for word in words]) for key, words in gap.where.items()]
            yield name, gap.year, both(*tests)

    # ------------------------------------------------------------ names

    def row_reference(self, scan: Scan, plan: IndicatorPlan, ref: t.Reference) -> Sql:
        row_level = self.program.row_level(plan)
        match ref.origin:
            case Origin.COLUMN:
                return self._column(plan, ref.name)
            case Origin.THRESHOLD:
                return self._threshold(scan.unit_names, "u", row_level, ref.name)
            case Origin.UNIT:
                return self._unit_value(scan.unit_names, "u", row_level, ref.name)
            case Origin.SLICE:
                return self._slice_value(scan, ref.name)
        raise AssertionError(ref)

    def group_reference(self, scan: Scan, plan: IndicatorPlan, group: GroupSql, ref: t.Reference) -> Sql:
        match ref.origin:
            case Origin.COLUMN:
                return group.refer_in_year(ref)
            case Origin.KEY:
                return Sql.exact(column(ref.name, "a"))
            case Origin.THRESHOLD:
                value = self._threshold(scan.group_names, "g", plan.level, ref.name)
                return value if isinstance(value.low, (exp.Literal, exp.Neg, exp.Cast)) else _any_value(value, scan.bank)
            case Origin.UNIT:
                return _any_value(self._unit_value(scan.group_names, "g", plan.level, ref.name), scan.bank)
            case Origin.SLICE:
                return _any_value(self._slice_value(scan, ref.name), scan.bank)
        raise AssertionError(ref)

    def _column(self, plan: IndicatorPlan, name: str) -> Sql:
        if not plan.over_slice:
            return Sql.exact(column(name, "t"), name in self.tables.info[plan.table].nullable)
        nullable = name in self.nullable_slices.get(plan.table, (name,))
        low = column(name, "t")
        exact = name != VALUE or plan.table in self.exact_slices
        return Sql(low, low if exact else column(HIGH, "t"), nullable)

    def _threshold(self, names: dict[str, None], alias: str, level: str, name: str) -> Sql:
        value = self.program.thresholds[name]
        if isinstance(value, dict):
            return self._unit_value(names, alias, level, name)
        return Sql.exact(number(value), False)

    def _unit_value(self, names: dict[str, None], alias: str, level: str, name: str) -> Sql:
        names[name] = None
        value = self.column_of(level, name)
        low = column(name, alias)
        if isinstance(value, Numbers) and not value.is_exact:
            return Sql(low, column(f"{name}__до", alias))
        return Sql.exact(low)

    def column_of(self, level: str, name: str) -> Value:
        """Return the column of a name for the units of a level: its own, a parent's, or a threshold by attribute."""
        frame = self.frames[level]
        if name in frame.columns:
            return frame.columns[name]
        threshold = self.program.thresholds.get(name)
        if threshold is not None:
            frame.columns[name] = threshold_column(frame, threshold, self.program.rules.thresholds[name].by)
            return frame.columns[name]
        for parent in frame.parents:
            if name in self.frames[parent].columns:
                frame.columns[name] = spread_to(frame, self.frames[parent], name)
                return frame.columns[name]
        raise KeyError(name)

    def _slice_value(self, scan: Scan, name: str) -> Sql:
        alias = scan.slices.setdefault(name, f"s{len(scan.slices)}")
        low = column(VALUE, alias)
        return Sql(low, low if name in self.exact_slices else column(HIGH, alias))

    # ------------------------------------------------------------ the query

    def _query(self, scan: Scan) -> exp.Select:
        """The scan computes each aggregate once; around it the formulas are written over their names."""
        plan = scan.plan
        unit = self._group_unit(scan)
        inner = self._aggregated(scan).select(exp.alias_(unit.copy(), UNIT, quoted=True), copy=False)
        for key in plan.keys:
            inner = inner.select(exp.alias_(column(key, "t"), key, quoted=True), copy=False)
        inner = inner.where(is_known(unit), copy=False)
        distinct = {window.sql(): window for window in scan.windows if window is not None}
        if plan.year and all(window is not None for window in scan.windows):
            inner = inner.where(exp.or_(*distinct.values()), copy=False)
        if not scan.one_row:
            inner = inner.group_by(unit.copy(), *(column(key, "t") for key in plan.keys), copy=False)
        query = self._outer(scan, inner).select(column(UNIT, "a"), copy=False)
        for key in plan.keys:
            query = query.select(column(key, "a"), copy=False)
        return query

    def _aggregated(self, scan: Scan) -> exp.Select:
        plan = scan.plan
        table = slice_table(plan.table) if plan.over_slice else plan.table
        source: exp.Expression = scan.ranked if scan.ranked is not None else exp.to_table(quoted(table), alias="t")
        query = self.joined(exp.Select().from_(source, copy=False), scan)
        for name, node in scan.bank.nodes.items():
            query = query.select(exp.alias_(of_one_row(node) if scan.one_row else node, name, copy=False), copy=False)
        return query

    def _groups_are_rows(self, scan: Scan) -> bool:
        """Return whether every group is one row: the slice's keys are the table's and no key is repeated (a merged school's rows may be).

        Such a slice is a projection: without grouping and sorting millions of groups it takes a third of the time.
        """
        plan = scan.plan
        row_keys = self._row_keys(plan)
        if not plan.keys or plan.level != self.program.row_level(plan) or not set(row_keys) <= set(plan.keys):
            return False
        if any(of_one_row(node) is None for node in scan.bank.nodes.values()):
            return False
        return plan.over_slice or self._keys_unrepeated(plan.table, row_keys)

    def _keys_unrepeated(self, table: str, row_keys: tuple[str, ...]) -> bool:
        if table not in self._unrepeated:
            keys = ", ".join(quoted(key) for key in (UNIT, *row_keys))
            query = f"SELECT count(*) = count(DISTINCT hash({keys})) FROM {quoted(table)} WHERE {quoted(UNIT)} IS NOT NULL"
            (self._unrepeated[table],) = self.tables.connection.execute(query).fetchall()[0]
        return self._unrepeated[table]

    def _outer(self, scan: Scan, inner: exp.Select) -> exp.Select:
        query = exp.Select().from_(inner.subquery("a", copy=False), copy=False)
        for name, node in scan.outputs:
            query = query.select(exp.alias_(node, name, quoted=True, copy=False), copy=False)
        return query

    def _group_unit(self, scan: Scan) -> exp.Expression:
        plan = scan.plan
        if plan.level == self.program.row_level(plan):
            return column(UNIT, "t")
        return column(f"_в_{plan.level}", "u")

    def joined(self, query: exp.Select, scan: Scan) -> exp.Select:
        plan = scan.plan
        row_level = self.program.row_level(plan)
        slice_levels = {self.program.slices[name].level for name in scan.slices}
        needs_parents = plan.level != row_level or any(level != row_level for level in slice_levels)
        if scan.unit_names or needs_parents:
            self._units_table(row_level, scan.unit_names)
            query = _left_join(query, f"_единицы_{row_level}", "u", exp.EQ(this=column(UNIT, "u"), expression=column(UNIT, "t")))
        if scan.group_names:
            self._units_table(plan.level, scan.group_names, "_группы_")
            query = _left_join(query, f"_группы_{plan.level}", "g", exp.EQ(this=column(UNIT, "g"), expression=self._group_unit(scan)))
        for name, alias in scan.slices.items():
            level = self.program.slices[name].level
            unit = column(UNIT, "t") if level == row_level else column(f"_в_{level}", "u")
            keys = [exp.EQ(this=column(key, alias), expression=column(key, "t")) for key in self.program.slices[name].keys]
            query = _left_join(query, slice_table(name), alias, exp.and_(exp.EQ(this=column(UNIT, alias), expression=unit), *keys))
        return query

    def _units_table(self, level: str, names: Iterable[str], prefix: str = "_единицы_") -> None:
        """Put the needed columns of a frame into the database as a table of units."""
        import pandas as pd
        frame = self.frames[level]
        data: dict[str, object] = {UNIT: np.arange(len(frame), dtype=np.int32)}
        for parent, index in frame.parents.items():
            data[f"_в_{parent}"] = pd.array(np.where(index < 0, 0, index), dtype="Int32")
            data[f"_в_{parent}"][index < 0] = pd.NA
        for name in names:
            for suffix, values in _database_columns(self.column_of(level, name)):
                data[name + suffix] = values
        view = pd.DataFrame(data)
        self.tables.connection.register("_вид", view)
        self.tables.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(prefix + level)} AS SELECT * FROM _вид")
        self.tables.connection.unregister("_вид")

    # ------------------------------------------------------------ Spearman's ranks

    def _add_ranks(self, scan: Scan, plan: IndicatorPlan, group: GroupSql, row: RowSql) -> None:
        """Rank both variables inside each group among the rows that take part; ties share the mean rank."""
        calls = [node for node in t.walk(plan.formula) if isinstance(node, t.Call) and node.function == "корреляция"]
        source = exp.Select().from_(exp.to_table(quoted(slice_table(plan.table) if plan.over_slice else plan.table), alias="t"))
        source = source.select(exp.Column(this=exp.Star(), table=exp.to_identifier("t")))
        for position, call in enumerate(calls):
            first, second = (row.value(item) for item in call.arguments)
            chosen = group.chosen(call.where)
            part = both(group.window(), chosen.low if chosen is not None else None, is_known(first.low), is_known(second.low)) or TRUE
            names = []
            for side, value in enumerate((first, second)):
                name = f"_ранг_{position}_{side}"
                source = source.select(exp.alias_(self._rank(plan, cleaned(value.low), part), name, quoted=True))
                names.append(name)
            group.ranks[call] = (Sql.exact(column(names[0], "t")), Sql.exact(column(names[1], "t")))
        source = self.joined(source, scan)
        scan.ranked = source.subquery("t")

    def _rank(self, plan: IndicatorPlan, value: exp.Expression, part: exp.Expression) -> exp.Expression:
        partition = [column(UNIT, "t"), *(column(key, "t") for key in plan.keys), not_false(part)]
        rank = exp.Window(this=exp.Anonymous(this="RANK"), partition_by=[item.copy() for item in partition],
                          order=exp.Order(expressions=[exp.Ordered(this=value.copy(), nulls_first=False)]))
        ties = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[*(item.copy() for item in partition), value.copy()])
        mean = exp.Add(this=rank, expression=exp.Div(this=double(exp.Sub(this=ties, expression=number(1))), expression=number(2), typed=False, safe=False))
        return case((both(part, is_known(value)), mean))

    # ------------------------------------------------------------ storing

    def _store_slices(self, plans: list[IndicatorPlan], text: str, exact: dict[str, bool], one_row: bool) -> None:
        batch = f"_срезы_{self._batches}"
        self._batches += 1
        connection = self.tables.connection
        order = "" if one_row else " ORDER BY " + ", ".join([quoted(UNIT), *(quoted(key) for key in plans[0].keys)])
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(batch)} AS {text}{order}")
        keys = ", ".join(quoted(key) for key in plans[0].keys)
        for position, plan in enumerate(plans):
            prefix = f"i{position}_"
            high = f"{prefix}low" if exact[plan.name] else f"{prefix}high"
            breaks = "".join(f", {quoted(f'i{position}{name}')} AS {quoted(name)}" for name, _, _ in self._breaks(plan))
            connection.execute(
                f"CREATE OR REPLACE VIEW {quoted(slice_table(plan.name))} AS SELECT {quoted(UNIT)}, {keys}, {prefix}low AS {quoted(VALUE)}, "
                f"{high} AS {quoted(HIGH)}, {prefix}size AS {quoted(SIZE)}, CAST({prefix}reason AS TINYINT) AS {quoted(REASON)}{breaks} "
                f"FROM {quoted(batch)} WHERE {prefix}rows > 0")
            if exact[plan.name]:
                self.exact_slices.add(plan.name)
            self.nullable_slices[plan.name] = self._nullable_columns(plan)

    def store_slice(self, plan: IndicatorPlan, given: Slice) -> None:
        """Put what a method gave into the database as the slice of its indicator."""
        import pandas as pd
        values = given.values
        view = pd.DataFrame({UNIT: given.unit.astype(np.int32), **given.keys, VALUE: pd.array(_nullable(values.low), dtype="Float64"),
                             HIGH: pd.array(_nullable(values.high), dtype="Float64"), SIZE: pd.array(_nullable(given.sizes), dtype="Float64"),
                             REASON: values.reasons().astype(np.int8)})
        connection = self.tables.connection
        connection.register("_вид", view)
        texts = [key for key in plan.keys if view[key].dtype == object or not len(view)]
        fields = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" if name in texts else quoted(name) for name in view.columns)
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(slice_table(plan.name))} AS SELECT {fields} FROM _вид ORDER BY ALL")
        connection.unregister("_вид")
        if values.is_exact:
            self.exact_slices.add(plan.name)
        self.nullable_slices[plan.name] = self._nullable_columns(plan)

    def _nullable_columns(self, plan: IndicatorPlan) -> frozenset[str]:
        """Which columns of a stored slice have a gap: formulas over the others need no guards."""
        names = (*plan.keys, VALUE, SIZE)
        counts = ", ".join(f"count({quoted(name)})" for name in names)
        rows, *filled = self.tables.connection.execute(f"SELECT count(*), {counts} FROM {quoted(slice_table(plan.name))}").fetchall()[0]
        return frozenset(name for name, count in zip(names, filled, strict=True) if count < rows)

    def _store_columns(self, scan: Scan, plans: list[IndicatorPlan], text: str, exact: dict[str, bool]) -> None:
        frame = self.frames[plans[0].level]
        found = self.tables.connection.execute(text).fetchnumpy()
        index = np.asarray(found[UNIT], np.int64)
        absent = len(index) < len(frame)
        empty = self._empty_group(scan) if absent else {}
        for position, plan in enumerate(plans):
            def take(part: str, fill: float, position: int = position) -> np.ndarray:
                name = f"i{position}_{part}"
                result = np.full(len(frame), empty.get(name, fill), float)
                result[index] = _filled(found[name])
                return result
            low = take("low", np.nan)
            high = low if exact[plan.name] else take("high", np.nan)
            reason = take("reason", int(Reason.NO_ROWS)).astype(np.uint8)
            if not np.isnan(low).any():
                reason = None
            frame.columns[plan.name] = Numbers(low, high, reason)
            if plan.size is not None:
                frame.sizes[plan.name] = take("size", np.nan)

    def _empty_group(self, scan: Scan) -> dict[str, float]:
        """What the formulas give over no rows: zero for counts of complete lists, bounds, or missing."""
        inner = self._aggregated(scan).where(exp.false(), copy=False)
        query = self._outer(scan, inner)
        (row,) = self.tables.connection.execute(query.sql(dialect="duckdb", copy=False)).fetchall()
        return {name: np.nan if value is None else float(value) for (name, _), value in zip(scan.outputs, row, strict=True)}


def threshold_column(frame: Frame, value: dict[str, float], by: str | None) -> Numbers:
    """A threshold that depends on a text column of the registry."""
    words = frame.columns[by or ""]
    otherwise = value.get("иначе", np.nan)
    if isinstance(words, Texts):
        table = np.array([value.get(word, otherwise) for word in words.words] + [np.nan])
        return Numbers.exact(table[words.codes])
    raise AssertionError(by)


def _database_columns(value: Value) -> list[tuple[str, object]]:
    import pandas as pd
    if isinstance(value, Numbers):
        parts: list[tuple[str, object]] = [("", pd.array(value.low, dtype="Float64"))]
        return parts if value.is_exact else [*parts, ("__до", pd.array(value.high, dtype="Float64"))]
    if isinstance(value, Texts):
        words = np.array([*value.words, None], object)
        return [("", words[value.codes])]
    truth = pd.array(value == 1, dtype="boolean")
    truth[value == 0] = pd.NA
    return [("", truth)]


def _nullable(values: np.ndarray) -> np.ma.MaskedArray | list:
    return [None if np.isnan(value) else float(value) for value in values]


def _filled(values: np.ndarray) -> np.ndarray:
    return np.ma.filled(values.astype(float), np.nan) if np.ma.isMaskedArray(values) else np.asarray(values, float)


def _any_value(value: Sql, bank: Aggregates) -> Sql:
    low = bank.take(exp.Anonymous(this="ANY_VALUE", expressions=[value.low.copy()]))
    return Sql(low, low if value.is_exact else bank.take(exp.Anonymous(this="ANY_VALUE", expressions=[value.high.copy()])))


def _left_join(query: exp.Select, table: str, alias: str, condition: exp.Expression) -> exp.Select:
    return query.join(exp.to_table(quoted(table), alias=alias), on=condition, join_type="left")


def _has_correlation(plan: IndicatorPlan) -> bool:
    return plan.formula is not None and any(isinstance(node, t.Call) and node.function == "корреляция" for node in t.walk(plan.formula))


def over_years(tree: t.Tree | None) -> bool:
    from engine.functions import FUNCTIONS, Place
    return tree is not None and any(isinstance(node, t.Call) and node.function in FUNCTIONS and FUNCTIONS[node.function].place is Place.YEARS
                                    for node in t.walk(tree))


__all__ = ["UNIT", "IndicatorEngine", "Scan", "over_years", "slice_table", "threshold_column"]
