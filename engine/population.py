"""Functions over all schools: ranks, percentiles, means and quantiles, with the policies for ties and for missing values.

With «база: осторожная» a school without a value may take any place: ranks and quantiles become bounds, so that a
conclusion which depends on what is missing comes out undetermined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import model
from engine import tree as t
from engine.noise import without_noise
from engine.values import Numbers, Reason, Texts
from engine.vector import Evaluator


@dataclass(frozen=True)
class Circle:
    """Who is compared with whom: a group index per unit (-1: outside), and which units are members for certain."""

    groups: np.ndarray
    count: int
    members: np.ndarray


def population(tree: t.Call, evaluator: Evaluator, block: model.Indicator, district: Texts | None, share_unit: str | None) -> Numbers:
    """Evaluate one function over schools -> Numbers (n,).

    `district` narrows functions that end in «_района». Errors: none; a group without values gives a missing value.
    """
    function = tree.function.removesuffix("_района").removesuffix("_всех")
    within = district if tree.function.endswith("_района") else None
    circle = _circle(tree, evaluator, within)
    if function == "число":
        return _count(evaluator.condition(tree.arguments[0]), circle)
    if function == "свод":
        return _reduce(tree, evaluator, block, circle)
    values = evaluator.number(tree.arguments[0])
    if function in ("ранг", "перцентиль"):
        return _rank(values, circle, block, as_percent=function == "перцентиль")
    share = _share(tree, evaluator, share_unit)
    return _statistic(function, values, circle, block, share)


def _share(tree: t.Call, evaluator: Evaluator, unit: str | None) -> float:
    if len(tree.arguments) < 2:
        return 0.5
    share = float(evaluator.value(tree.arguments[1]).low[0])
    return share / 100 if unit == "%" else share


def _circle(tree: t.Call, evaluator: Evaluator, district: Texts | None) -> Circle:
    """Split the units by the texts of «среди» and keep those that meet its conditions."""
    key = np.zeros(evaluator.size, np.int64)
    members = np.ones(evaluator.size, bool)
    outside = np.zeros(evaluator.size, bool)
    parts = [] if district is None else [district]
    for item in tree.among:
        value = evaluator.value(item)
        if isinstance(value, Texts):
            parts.append(value)
        elif isinstance(value, Numbers):
            settled = value.settled()
            codes = np.unique(np.nan_to_num(without_noise(settled), nan=-1e300), return_inverse=True)[1]
            parts.append(Texts(np.where(np.isnan(settled), -1, codes).astype(np.int32), tuple(str(i) for i in range(int(codes.max()) + 1))))
        else:
            members &= value == 1
    for part in parts:
        key = key * (len(part.words) + 1) + part.codes
        outside |= part.codes < 0
    distinct, groups = np.unique(key, return_inverse=True)
    groups = np.where(outside, -1, groups.ravel())
    return Circle(groups, len(distinct), members & ~outside)


def _each_group(circle: Circle):
    """Yield (rows of the group, rows of its members), both as index arrays."""
    if not circle.count:
        return
    order = np.argsort(circle.groups, kind="stable")
    starts = np.searchsorted(circle.groups[order], np.arange(circle.count))
    ends = np.append(starts[1:], len(order))
    for start, end in zip(starts, ends, strict=True):
        rows = order[start:end]
        yield rows, rows[circle.members[rows]]


def _rank(values: Numbers, circle: Circle, block: model.Indicator, as_percent: bool) -> Numbers:
    settled = values.settled()
    low, high = np.full(len(settled), np.nan), np.full(len(settled), np.nan)
    for _, members in _each_group(circle):
        own = settled[members]
        known = members[~np.isnan(own)]
        if not len(known):
            continue
        ranks = _ranks(settled[known], block.ties or "меньший")
        unknown = len(members) - len(known)
        spare = unknown if block.base == "осторожная" else 0
        total = len(known) if block.base == "с данными" else len(members)
        scale = 100.0 / total if as_percent else 1.0
        low[known] = 100.0 * ranks / total if as_percent else ranks
        high[known] = low[known] + spare * scale
    reason = np.where(np.isnan(settled), np.uint8(Reason.INPUT), np.uint8(Reason.NO_BASE))
    exact = np.array_equal(low, high, equal_nan=True)
    return Numbers(low, low if exact else high, reason)


def _ranks(values: np.ndarray, ties: str) -> np.ndarray:
    values = without_noise(values)
    ordered = np.sort(values)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    match ties:
        case "меньший":
            return below + 1.0
        case "больший":
            return upto.astype(float)
        case "средний":
            return (below + 1.0 + upto) / 2.0
    raise AssertionError(ties)


def _statistic(function: str, values: Numbers, circle: Circle, block: model.Indicator, share: float) -> Numbers:
    settled = values.settled()
    low, high = np.full(len(settled), np.nan), np.full(len(settled), np.nan)
    for rows, members in _each_group(circle):
        known = settled[members]
        known = np.sort(known[~np.isnan(known)])
        unknown = len(members) - len(known) if block.base == "осторожная" else 0
        low[rows], high[rows] = _group_statistic(function, known, unknown, share, block.quantile_method)
    exact = np.array_equal(low, high, equal_nan=True)
    return Numbers(low, low if exact else high, np.full(len(settled), Reason.NO_BASE, np.uint8))


def _group_statistic(function: str, known: np.ndarray, unknown: int, share: float, method: str) -> tuple[float, float]:
    """One statistic of one group; `unknown` more members may lie anywhere. `known` is sorted."""
    if not len(known):
        return np.nan, np.nan
    if function in ("среднее", "отклонение"):
        if unknown or (function == "отклонение" and len(known) < 2):
            return np.nan, np.nan
        value = float(known.mean()) if function == "среднее" else _deviation(known)
        return value, value
    share = 0.5 if function == "медиана" else share
    method = "линейный" if function == "медиана" else method
    below = np.concatenate([np.full(unknown, -np.inf), known])
    above = np.concatenate([known, np.full(unknown, np.inf)])
    return _quantile(below, share, method), _quantile(above, share, method)


def _deviation(known: np.ndarray) -> float:
    """The standard deviation; of equal values exactly zero."""
    values = without_noise(known)
    return 0.0 if values[0] == values[-1] else float(known.std(ddof=1))


def _quantile(ordered: np.ndarray, share: float, method: str) -> float:
    if method == "ступенчатый":
        position = max(int(np.ceil(round(share * len(ordered), 9))) - 1, 0)
        return float(ordered[position])
    place = round(share * (len(ordered) - 1), 9)
    left, part = int(np.floor(place)), place - np.floor(place)
    if part == 0 or left + 1 >= len(ordered):
        return float(ordered[left])
    first, second = ordered[left], ordered[left + 1]
    if np.isinf(first) or np.isinf(second):
        return float(first) if np.isinf(first) and first < 0 else float(second)
    return float(first + part * (second - first))


def _count(codes: np.ndarray, circle: Circle) -> Numbers:
    low, high = np.full(len(codes), np.nan), np.full(len(codes), np.nan)
    for rows, members in _each_group(circle):
        met = int((codes[members] == 1).sum())
        low[rows], high[rows] = met, met + int((codes[members] == 0).sum())
    exact = np.array_equal(low, high, equal_nan=True)
    return Numbers(low, low if exact else high, np.full(len(codes), Reason.NO_BASE, np.uint8))


def _reduce(tree: t.Call, evaluator: Evaluator, block: model.Indicator, circle: Circle) -> Numbers:
    """`свод`: a reducer over the schools that meet a condition; undecided schools make bounds or a missing value."""
    reducer = tree.arguments[0].value
    values = evaluator.number(tree.arguments[1]).settled()
    chosen = evaluator.condition(tree.where) if tree.where is not None else np.ones(evaluator.size, np.int8)
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for rows, members in _each_group(circle):
        own = values[members]
        sure = own[(chosen[members] == 1) & ~np.isnan(own)]
        doubt = int(((chosen[members] == 0) | ((chosen[members] == 1) & np.isnan(own))).sum())
        maybe = own[(chosen[members] == 0) & ~np.isnan(own)]
        if block.base != "осторожная":
            doubt, maybe = 0, maybe[:0]
        low[rows], high[rows] = _reduced(reducer, sure, maybe, doubt)
    exact = np.array_equal(low, high, equal_nan=True)
    return Numbers(low, low if exact else high, np.full(len(values), Reason.NO_BASE, np.uint8))


def _reduced(reducer: str, sure: np.ndarray, maybe: np.ndarray, doubt: int) -> tuple[float, float]:
    hidden = doubt - len(maybe)
    match reducer:
        case "число":
            return len(sure), len(sure) + doubt
        case "максимум" if len(sure):
            top = np.inf if hidden else max([float(sure.max()), *maybe])
            return float(sure.max()), float(top)
        case "минимум" if len(sure):
            bottom = -np.inf if hidden else min([float(sure.min()), *maybe])
            return float(bottom), float(sure.min())
    if doubt or not len(sure):
        return np.nan, np.nan
    value = {"среднее": np.mean, "медиана": np.median, "сумма": np.sum}.get(reducer)
    if value is None:
        return np.nan, np.nan
    return float(value(sure)), float(value(sure))
