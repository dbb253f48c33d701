"""An explainer for whole reports: the rows behind an indicator are read once for all schools, not once per school.

`engine.explanation` answers about one school in milliseconds; a report asks it thousands of questions. The answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from engine import tree as t
from engine.evaluation import Evaluation
from engine.explanation import ORIGIN, Evidence, Explainer, Quantity, SourceRow
from engine.indicators import slice_table
from engine.problems import Cell
from engine.program import SIZE, VALUE, IndicatorPlan
from engine.tables import Tables, quoted
from engine.tree import Origin
from engine.values import Numbers
from engine.vector import Evaluator

_COUNTING = frozenset({"число", "доля", "любой", "все"})
_EXTREMES = {"минимум": np.nanmin, "максимум": np.nanmax}


class SharedExplainer(Explainer):
    """Explains many schools of one run. Shapes: rows are kept by (unit, key values) of each indicator."""

    def __init__(self, evaluation: Evaluation, tables: Tables):
        super().__init__(evaluation, tables)
        self._rows: dict[str, dict[int, list[tuple[SourceRow, tuple]]]] = {}
        self._groups: dict[str, dict[tuple, list[SourceRow]]] = {}
        self._registry: dict[str, dict[int, list]] = {}
        self._told: dict[tuple, Evidence] = {}
        self._shapes: dict[tuple[str, str], Any] = {}

    def rows_of(self, plan: IndicatorPlan, row: int, keys: tuple[tuple[str, object], ...] = (), limit: int = 60) -> tuple[tuple[SourceRow, ...], int]:
        """Return the rows behind an indicator of one unit (and one group of a slice), and how many there are in all."""
        if plan.table is None:
            return super().rows_of(plan, row, keys, limit)
        if plan.level != self.program.row_level(plan):
            return (), 0
        everyone = self._read(plan)
        if keys:
            found = self._grouped(plan, tuple(name for name, _ in keys)).get((row, *(value for _, value in keys)), [])
        else:
            found = [item for item, _ in everyone.get(row, [])]
        return tuple(found[:limit]), len(found)

    def indicator(self, name: str, row: int, level: str | None = None) -> Evidence:
        return self._once(("indicator", name, row, level), lambda: super(SharedExplainer, self).indicator(name, row, level))

    def criterion(self, name: str, row: int) -> Evidence:
        return self._once(("criterion", name, row), lambda: super(SharedExplainer, self).criterion(name, row))

    def category(self, name: str, row: int) -> Evidence:
        return self._once(("category", name, row), lambda: super(SharedExplainer, self).category(name, row))

    def _slice_of_method(self, name: str, row: int) -> Evidence:
        return self._once(("slice", name, row), lambda: super(SharedExplainer, self)._slice_of_method(name, row))

    def _once(self, key: tuple, make: Callable[[], Evidence]) -> Evidence:
        if key not in self._told:
            self._told[key] = make()
        return self._told[key]

    # ------------------------------------------------------------ reading

    def _registry_row(self, name: str, level: str, row: int) -> Iterator[SourceRow]:
        registry = self.program.rules.registry
        columns = self.program.rules.tables[registry].columns
        if level != self.program.school_level or name not in columns:
            return
        if name not in self._registry:
            found = self.tables.connection.execute(f"SELECT _unit, {quoted(name)}, _source, _row FROM {quoted(registry)} WHERE _unit IS NOT NULL").fetchall()
            self._registry[name] = {unit: rest for unit, *rest in found}
        value, source, number = self._registry[name].get(row, (None, None, None))
        if source is not None and source < len(self.tables.sources):
            sheet = self.tables.sources[source]
            address = f"{sheet.letters[name]}{number}" if name in sheet.letters else ""
            yield SourceRow((), ((name, _shown(value), address),), Cell(sheet.file, sheet.sheet, address))

    def _read(self, plan: IndicatorPlan) -> dict[int, list[tuple[SourceRow, tuple]]]:
        if plan.name not in self._rows:
            self._rows[plan.name] = self._read_all(plan)
        return self._rows[plan.name]

    def _read_all(self, plan: IndicatorPlan) -> dict[int, list[tuple[SourceRow, tuple]]]:
        fields, (where, joins) = self._fields(plan), self._plan_filter(plan)
        table = slice_table(plan.table) if plan.over_slice else plan.table
        origin = "" if plan.over_slice else ORIGIN
        order = "".join(f", t.{quoted(key)}{' DESC' if key == plan.year else ''}" for key in self._keys(plan))
        chosen = ", ".join(f"t.{quoted(name)}" for name in fields)
        condition = f"t._unit IS NOT NULL AND {where}" if where else "t._unit IS NOT NULL"
        found = self.tables.connection.execute(f"SELECT t._unit, {chosen}{origin} FROM {quoted(table)} AS t {joins} WHERE {condition} ORDER BY t._unit{order}").fetchall()
        make = self._slice_row if plan.over_slice else self._table_row
        rows: dict[int, list[tuple[SourceRow, tuple]]] = {}
        for unit, *item in found:
            values = dict(zip(fields, item, strict=False))
            row = make(plan, values, tuple(item[len(fields):]), unit)
            rows.setdefault(unit, []).append((row, tuple(values.items())))
        return rows

    def _grouped(self, plan: IndicatorPlan, names: tuple[str, ...]) -> dict[tuple, list[SourceRow]]:
        key = f"{plan.name}/{'/'.join(names)}"
        if key not in self._groups:
            groups: dict[tuple, list[SourceRow]] = {}
            for unit, items in self._read(plan).items():
                for row, values in items:
                    given = dict(values)
                    groups.setdefault((unit, *(given[name] for name in names)), []).append(row)
            self._groups[key] = groups
        return self._groups[key]

    # What the engine asks about an indicator for each of its rows is here asked once.

    def _keys(self, plan: IndicatorPlan) -> tuple[str, ...]:
        return self._shape(("keys", plan.name), lambda: super(SharedExplainer, self)._keys(plan))

    def _computed_from(self, plan: IndicatorPlan) -> set[str]:
        return self._shape(("computed", plan.name), lambda: super(SharedExplainer, self)._computed_from(plan))

    def _fields(self, plan: IndicatorPlan) -> list[str]:
        """The engine's fields, and the keys of the slice that are no keys of the table: rows are looked up by them."""
        fields = super()._fields(plan)
        return fields + [key for key in plan.keys if key not in fields]

    def _shape(self, key: tuple[str, str], make: Callable[[], Any]) -> Any:
        if key not in self._shapes:
            self._shapes[key] = make()
        return self._shapes[key]

    def is_filtered_out(self, plan: IndicatorPlan, row: int) -> bool:
        """Whether an indicator has no value because none of the unit's rows is of the kind it looks at, though rows there are."""
        return plan.where is not None and plan.level == self.program.row_level(plan) and not self._read(plan).get(row)

    # ------------------------------------------------------------ which rows an indicator counts

    def counted(self, plan: IndicatorPlan, row: int) -> list[SourceRow]:
        """Return the rows of a slice that the indicator counts (or takes its extreme from); nothing where that cannot be told."""
        if not plan.over_slice or not isinstance(plan.formula, t.Call) or not plan.formula.arguments or plan.level != self.program.row_level(plan):
            return []
        rows = [item for item, _ in self._read(plan).get(row, [])]
        call = plan.formula
        if not rows:
            return []
        try:
            if call.function in _COUNTING:
                met = self._over_rows(plan, rows, row).condition(call.arguments[0]) == 1
            elif call.function in _EXTREMES and getattr(call.arguments[0], "name", "") == VALUE:
                values = self._over_rows(plan, rows, row).number(call.arguments[0]).settled()
                met = values == _EXTREMES[call.function](values) if not np.isnan(values).all() else np.zeros(len(rows), bool)
            else:
                return []
        except _BeyondRows:
            return []
        return [item for item, chosen in zip(rows, met, strict=True) if chosen]

    def _over_rows(self, plan: IndicatorPlan, rows: list[SourceRow], row: int) -> Evaluator:
        def lookup(ref: t.Reference):
            if ref.origin is Origin.COLUMN and ref.name in (VALUE, SIZE):
                values = [item.value.size if ref.name == SIZE else item.value.low if item.value.is_exact else None for item in rows]
                return Numbers.exact(np.array([np.nan if value is None else value for value in values], float))
            if ref.origin is Origin.THRESHOLD:
                border = self.value_of(plan.level, ref, row)
                if isinstance(border, Quantity) and border.is_exact:
                    return Numbers.constant(border.low)
            raise _BeyondRows

        def special(call: t.Call, evaluator: Evaluator):
            raise _BeyondRows
        return Evaluator(len(rows), lookup, special)


def _shown(value: object) -> str:
    if value is None:
        return "нет данных"
    return ("да" if value else "нет") if isinstance(value, bool) else f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


class _BeyondRows(Exception):
    """A condition looks at more than the rows shown: which of them count cannot be told from here."""
