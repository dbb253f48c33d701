"""Which slices of a school are worth showing over the years: those its criteria counted, and the series they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from engine import tree as t
from engine.explanation import Evidence, Quantity
from engine.indicators import slice_table
from engine.program import HIGH, REASON, SIZE, VALUE, CriterionPlan, IndicatorPlan
from engine.tables import quoted
from engine.tree import Origin
from engine.truth import Truth
from engine.values import Reason
from reports.charts import Chart, chart
from reports.evidence import SharedExplainer
from reports.groups import Grounds
from reports.russian import lowered
from reports.wording import Wording

_MOST = 6
_SHOWN_UNITS = frozenset({"%", "балл"})
Key = tuple[object, ...]


class Dynamics:
    """Draws the slices of schools over the years."""

    def __init__(self, explainer: SharedExplainer, wording: Wording, grounds: Grounds):
        self.explainer, self.wording, self.grounds = explainer, wording, grounds
        self.program = explainer.program

    def charts(self, criteria: Iterable[Evidence], row: int) -> tuple[Chart, ...]:
        """Return charts for the works that the criteria of a school counted, in the order of keys; at most six."""
        wanted: dict[tuple[str, Key], None] = {}
        for evidence in criteria:
            for item in self._wanted(evidence, row):
                wanted.setdefault(item)
        charts = [self._chart(name, key, row) for name, key in sorted(wanted, key=lambda item: (item[0], tuple(map(str, item[1]))))]
        return tuple(item for item in charts if item is not None)[:_MOST]

    def _wanted(self, evidence: Evidence, row: int) -> Iterable[tuple[str, Key]]:
        if evidence.status is not Truth.MET:
            return
        for item in self.grounds.counted(evidence, row):
            name = self._yearly(item.of)
            if name:
                keys = dict(item.key)
                yield name, tuple(keys.get(key, "") for key in self._keys(name))
        for check in evidence.checks:
            plan = self.program.plans.get(check.name)
            if isinstance(plan, IndicatorPlan) and plan.over_slice and check.status is Truth.MET and _speaks_of_years(plan) and self._yearly(plan.table) == plan.table:
                yield from ((plan.table, key) for key in self._series[plan.table].get(row, {}))

    def _yearly(self, name: str) -> str:
        """Return the slice by years that a slice stands on, or nothing."""
        while name in self.program.slices and self.program.slices[name].year is None:
            name = self.program.plans[name].table
        shown = name in self.program.slices and self.program.plans[name].block.unit in _SHOWN_UNITS
        return name if shown else ""

    def _keys(self, name: str) -> tuple[str, ...]:
        return tuple(key for key in self.program.slices[name].keys if key != self.program.slices[name].year)

    # ------------------------------------------------------------ values

    def judged(self) -> tuple[str, ...]:
        """Name the slices by years, in percents, whose values the criteria in force count by a threshold."""
        return tuple(name for name in self._series if self._borders[name] and self.program.plans[name].block.unit == "%")

    def values(self, name: str) -> dict[int, dict[Key, list[tuple[int, Quantity]]]]:
        """Return a slice by years: unit -> key -> [(year, value)]."""
        return self._series[name]

    def key_words(self, name: str, key: Key) -> str:
        """Write a key of a slice: «ВПР, математика, 5 класс»."""
        return self.wording.key(zip(self._keys(name), key, strict=True))

    def begins_anew(self, name: str, key: Key, year: int) -> bool:
        """Tell whether a series of this key starts again with a year, so that it is not compared with the year before."""
        return year in self._breaks(name, key)

    @cached_property
    def _series(self) -> dict[str, dict[int, dict[Key, list[tuple[int, Quantity]]]]]:
        """Every slice by years of the school level: unit -> key -> [(year, value)]."""
        return {name: self._read(name) for name, shape in self.program.slices.items()
                if shape.year is not None and shape.level == self.program.school_level and self.program.plans[name].block.unit in _SHOWN_UNITS}

    def _read(self, name: str) -> dict[int, dict[Key, list[tuple[int, Quantity]]]]:
        keys, year, block = self._keys(name), self.program.slices[name].year, self.program.plans[name].block
        columns = ", ".join(quoted(column) for column in (*keys, year, VALUE, HIGH, SIZE, REASON))
        found: dict[int, dict[Key, list[tuple[int, Quantity]]]] = {}
        rows = self.explainer.tables.connection.execute(
            f"SELECT _unit, {columns} FROM {quoted(slice_table(name))} WHERE _unit IS NOT NULL AND {quoted(year)} <= {self.explainer.evaluation.report_year} ORDER BY ALL").fetchall()
        for unit, *rest in rows:
            *key, when, low, high, size, reason = rest
            value = Quantity(low, high, block.unit, size, Reason(int(reason or 0)) if low is None else Reason.PRESENT, block.decimals)
            found.setdefault(unit, {}).setdefault(tuple(str(part) for part in key), []).append((when, value))
        return found

    # ------------------------------------------------------------ one chart

    def _chart(self, name: str, key: Key, row: int) -> Chart | None:
        values = self._series[name].get(row, {}).get(key, [])
        if sum(value.is_exact for _, value in values) < 2:
            return None
        words = self.wording.key(zip(self._keys(name), key, strict=True))
        title = f"{words}: {lowered(self.wording.title(name))}" if words else self.wording.title(name)
        return chart(title, values, self._borders[name], self._breaks(name, key), self.program.plans[name].block.unit or "")

    @cached_property
    def _borders(self) -> dict[str, list[tuple[float, str]]]:
        """Thresholds that enabled criteria count a slice by, the highest first."""
        found: dict[str, dict[float, str]] = {name: {} for name in self.program.slices}
        used = set().union(*(self._reach(plan.name) for plan in self.program.of(CriterionPlan)))
        for plan in self.program.of(IndicatorPlan):
            if not plan.over_slice or plan.formula is None or plan.name not in used:
                continue
            for node in t.walk(plan.formula):
                border = self._border(node)
                if border is not None:
                    found[self._yearly(plan.table) or plan.table][border[0]] = border[1]
        return {name: sorted(borders.items(), reverse=True)[:2] for name, borders in found.items()}

    def _border(self, node: t.Tree) -> tuple[float, str] | None:
        if not isinstance(node, t.Compare) or not isinstance(node.left, t.Reference) or node.left.name != VALUE or not isinstance(node.right, t.Reference):
            return None
        value = self.program.thresholds.get(node.right.name)
        if node.right.origin is not Origin.THRESHOLD or value is None or isinstance(value, dict):
            return None
        return value, self.wording.threshold(node.right.name)

    def _reach(self, name: str) -> set[str]:
        found, pending = set(), [name]
        while pending:
            current = pending.pop()
            if current not in found:
                found.add(current)
                pending += [other for other in self.program.uses.get(current, ()) if other in self.program.plans]
        return found

    def _breaks(self, name: str, key: Key) -> dict[int, str]:
        """First years of a new series that concern this key: the calendar's breaks of the table the slice is made of."""
        given, table = dict(zip(self._keys(name), key, strict=True)), name
        while table in self.program.slices:
            table = self.program.plans[table].table
        return {gap.year: gap.why for gap in self.program.rules.calendar.breaks
                if gap.table == table and all(given.get(column) in (None, *words) for column, words in gap.where.items())}


def _speaks_of_years(plan: IndicatorPlan) -> bool:
    return any(isinstance(node, t.Call) and node.function in ("изменение", "тренд", "лет_подряд", "лет_из") for node in t.walk(plan.formula))
