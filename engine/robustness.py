"""How sure a conclusion is: how far each value is from the threshold that decides, in its unit and in pupils.

Small numbers are said to be small: a share of 12 pupils moves by 8 points when one pupil's mark changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine import tree as t
from engine import vector
from engine.explanation import Explainer, Quantity, SourceRow
from engine.program import VALUE, CriterionPlan, IndicatorPlan
from engine.tree import Origin
from engine.truth import Truth
from engine.values import Numbers, Value

_SIGNS = {">=": -1, ">": -1, "<=": 1, "<": 1}


@dataclass(frozen=True, slots=True)
class Change:
    """What would turn one comparison over: `distance` in the value's unit (positive: down, negative: up to reach it).

    `alone`: this change by itself turns the criterion over. `pupils`: how many pupils that is, where the value is a percentage of n; None elsewhere. `key`: which work, for a slice.
    """

    criterion: str
    indicator: str
    title: str
    status: Truth
    value: Quantity
    threshold: Quantity
    sign: str
    distance: float
    pupils: int | None = None
    key: tuple[tuple[str, str], ...] = ()
    alone: bool = False


def changes(explainer: Explainer, criterion: str, row: int) -> list[Change]:
    """List what would turn the comparisons of a criterion over for one unit, the nearest first.

    Looks at the criterion's own comparisons, and inside counts at the rows they count. Missing values are left out:
    what settles them is data, not change.
    """
    plan = explainer.program.plans[criterion]
    found = [*_own(explainer, plan, row), *_counted(explainer, plan, row)]
    return sorted(found, key=lambda item: (item.pupils is None, item.pupils if item.pupils is not None else 0, abs(item.distance)))


def _own(explainer: Explainer, plan: CriterionPlan, row: int) -> Iterator[Change]:
    comparisons = [node for node in t.walk(plan.when) if isinstance(node, t.Compare)]
    checks = [check for check in explainer.criterion(plan.name, row).checks if check.sign]
    for node, check in zip(comparisons, checks, strict=True):
        left, right = check.left, check.right
        if not (isinstance(left, Quantity) and isinstance(right, Quantity) and left.is_exact and right.is_exact and check.sign in _SIGNS):
            continue
        indicator = explainer.program.plans.get(check.name)
        title = indicator.block.title or check.name if isinstance(indicator, IndicatorPlan) else check.name
        alone = _turns(explainer, plan, _flipped(plan.when, node, check.status), row, {})
        yield replace(_change(plan.name, check.name, title, check.status, left, right, check.sign, ()), alone=alone)


def _counted(explainer: Explainer, plan: CriterionPlan, row: int) -> Iterator[Change]:
    """Rows of slices that the criterion's indicators count, against the threshold they are counted by."""
    for node in t.walk(plan.when):
        indicator = explainer.program.plans.get(node.name) if isinstance(node, t.Reference) else None
        if not isinstance(indicator, IndicatorPlan) or not indicator.over_slice or indicator.formula is None or indicator.level != plan.level:
            continue
        for compare in _row_comparisons(indicator.formula):
            threshold = explainer.threshold(plan.level, compare.right, row)
            if threshold is None:
                continue
            rows, _ = explainer.rows_of(indicator, row, limit=200)
            fewer, more = (_turns_by(explainer, plan, indicator, row, step) for step in (-1, 1))
            for item in rows:
                if item.value is not None and item.value.is_exact:
                    change = _row_change(explainer, plan, compare, threshold, item)
                    yield replace(change, alone=fewer if change.status is Truth.MET else more)


def _flipped(tree: t.Tree, node: t.Compare, status: Truth) -> t.Tree:
    """The condition with one comparison turned over."""
    if tree is node:
        sign = "<" if status is Truth.MET else ">="
        return t.Compare(sign, t.Number(1.0), t.Number(1.0))
    return t.rebuilt(tree, lambda part: _flipped(part, node, status))


def _turns(explainer: Explainer, plan: CriterionPlan, when: t.Tree, row: int, given: dict[str, Value]) -> bool:
    """Whether the criterion would come out the other way."""
    now, then = explainer.status(plan.name, row), int(explainer.one_row(plan.level, row, given).condition(when)[0])
    return now is not Truth.UNKNOWN and then == -now.value


def _turns_by(explainer: Explainer, plan: CriterionPlan, indicator: IndicatorPlan, row: int, step: int) -> bool:
    """Whether one row more or less in a count turns the criterion over."""
    counts = isinstance(indicator.formula, t.Call) and indicator.formula.function == "число"
    value = explainer.evaluation.frames[plan.level].columns[indicator.name]
    if not counts or not isinstance(value, Numbers):
        return False
    changed = Numbers(value.low[row:row + 1] + step, value.high[row:row + 1] + step)
    return _turns(explainer, plan, plan.when, row, {indicator.name: changed})


def _row_comparisons(tree: t.Tree) -> Iterator[t.Compare]:
    for node in t.walk(tree):
        if isinstance(node, t.Compare) and isinstance(node.left, t.Reference) and node.left.origin is Origin.COLUMN and node.left.name == VALUE and node.sign in _SIGNS:
            yield node


def _row_change(explainer: Explainer, plan: CriterionPlan, compare: t.Compare, threshold: Quantity, item: SourceRow) -> Change:
    inner = explainer.program.plans[item.of]
    (status,) = vector.compare(compare.sign, Numbers.constant(item.value.low), Numbers.constant(threshold.low))
    return _change(plan.name, item.of, inner.block.title or item.of, Truth(int(status)), item.value, threshold, compare.sign, item.key)


def _change(criterion: str, indicator: str, title: str, status: Truth, value: Quantity, threshold: Quantity, sign: str, key: tuple) -> Change:
    distance = value.low - threshold.low
    return Change(criterion, indicator, title, status, value, threshold, sign, distance, _pupils(value, threshold, sign), key)


def _pupils(value: Quantity, threshold: Quantity, sign: str) -> int | None:
    """How many pupils' outcomes would turn the comparison over; only for percentages of a known n."""
    if value.unit != "%" or not value.size or value.size != int(value.size) or value.size <= 0:
        return None
    n, border = int(value.size), threshold.low / 100.0
    count = round(value.low / 100.0 * n)
    if abs(count / n * 100.0 - value.low) > 1e-6:
        return None
    edge = border * n
    # The upper side begins at the first whole number at the edge («не менее», «менее») or beyond it («более», «не более»).
    first = math.ceil(round(edge, 9)) if sign in (">=", "<") else math.floor(round(edge, 9)) + 1
    return count - first + 1 if count >= first else first - count
