"""Evaluate resolved expressions over columns of units: numbers with bounds, three-valued conditions. No loops over schools."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine import tree as t
from engine import truth
from engine.noise import MARGIN, least_same, most_same
from engine.values import Numbers, Reason, Texts, Value

Lookup = Callable[[t.Reference], Value]


class Evaluator:
    """Evaluates trees over `size` units. `lookup` gives the column of a name; `special` evaluates calls that need more than columns."""

    def __init__(self, size: int, lookup: Lookup, special: Callable[[t.Call, Evaluator], Value]):
        self.size, self.lookup, self.special = size, lookup, special

    # ------------------------------------------------------------ conditions

    def condition(self, tree: t.Tree) -> np.ndarray:
        """Evaluate a condition -> int8 codes (n,): 1 met, 0 unknown, -1 not met."""
        return self._full(self._condition(tree))

    def _full(self, codes: np.ndarray) -> np.ndarray:
        """Repeat the answer of a condition over constants for every unit."""
        return codes if len(codes) == self.size else np.repeat(codes, self.size)

    def _condition(self, tree: t.Tree) -> np.ndarray:
        match tree:
            case t.Compare(sign, left, right):
                return self._compare(sign, left, right)
            case t.Reference() | t.Call():
                return self.value(tree)
            case t.Not(item):
                return -self._condition(item)
            case t.AllOf(items):
                return self._combined(items, truth.all_of, neutral=1)
            case t.AnyOf(items):
                return self._combined(items, truth.any_of, neutral=-1)
            case t.AtLeast(count, items):
                return self._at_least(count, items)
            case t.Member(value, options):
                return truth.any_of([self._full(self._compare("=", value, option)) for option in options])
            case t.HasData(item):
                return self._has_data(item)
            case t.Undetermined(item):
                return np.where(self._condition(item) == 0, np.int8(1), np.int8(-1))
            case t.WithPolicy(item, policy):
                return self._with_policy(self._condition(item), policy)
        raise AssertionError(tree)

    def _with_policy(self, codes: np.ndarray, policy: t.Policy) -> np.ndarray:
        match policy:
            case t.Policy.MET:
                return np.where(codes == 0, np.int8(1), codes)
            case t.Policy.NOT_MET:
                return np.where(codes == 0, np.int8(-1), codes)
            case _:
                return codes

    def _combined(self, items: tuple[t.Tree, ...], combine: Callable, neutral: int) -> np.ndarray:
        columns = [self.condition(item) for item in items]
        skipping = [isinstance(item, t.WithPolicy) and item.policy is t.Policy.SKIP for item in items]
        if not any(skipping):
            return combine(columns)
        kept = [np.where(codes == 0, np.int8(neutral), codes) if skip else codes for codes, skip in zip(columns, skipping, strict=True)]
        nothing_left = np.logical_and.reduce([(codes == 0) if skip else np.zeros(len(codes), bool) for codes, skip in zip(columns, skipping, strict=True)])
        return np.where(nothing_left, np.int8(0), combine(kept))

    def _at_least(self, count: int, items: tuple[t.Tree, ...]) -> np.ndarray:
        columns = []
        for item in items:
            codes = self.condition(item)
            skip = isinstance(item, t.WithPolicy) and item.policy is t.Policy.SKIP
            columns.append(np.where(codes == 0, np.int8(-1), codes) if skip else codes)
        return truth.at_least(count, columns)

    def _has_data(self, item: t.Tree) -> np.ndarray:
        value = self.value(item) if not _is_condition(item) else self._condition(item)
        if isinstance(value, Numbers):
            return np.where(value.missing, np.int8(-1), np.int8(1))
        if isinstance(value, Texts):
            return np.where(value.codes < 0, np.int8(-1), np.int8(1))
        return np.where(value == 0, np.int8(-1), np.int8(1))

    def _compare(self, sign: str, left: t.Tree, right: t.Tree) -> np.ndarray:
        first, second = self.value(left), self.value(right)
        if isinstance(first, Texts) or isinstance(second, Texts):
            return _compare_texts(sign, first, second)
        return compare(sign, first, second)

    # ------------------------------------------------------------ values

    def number(self, tree: t.Tree) -> Numbers:
        """Evaluate a number -> Numbers (n,)."""
        return self.value(tree).spread(self.size)

    def value(self, tree: t.Tree) -> Value:
        match tree:
            case t.Number(value):
                return Numbers.constant(value)
            case t.Text(value):
                return Texts(np.array([0], np.int32), (value,))
            case t.Reference():
                return self.lookup(tree)
            case t.Arithmetic(sign, left, right):
                return arithmetic(sign, self.value(left), self.value(right))
            case t.Choice(condition, then, otherwise):
                return choose(self._condition(condition), self.value(then), self.value(otherwise))
            case t.Call(function, arguments) if function in _PLAIN:
                return _PLAIN[function](*(self.value(item) for item in arguments))
            case t.Call():
                return self.special(tree, self)
        return self._condition(tree)


def _is_condition(tree: t.Tree) -> bool:
    return isinstance(tree, (t.Compare, t.Not, t.AllOf, t.AnyOf, t.AtLeast, t.Member, t.HasData, t.Undetermined, t.WithPolicy))


def _codes(met: np.ndarray, not_met: np.ndarray) -> np.ndarray:
    return met.view(np.int8) - not_met.view(np.int8)


def compare(sign: str, left: Numbers, right: Numbers) -> np.ndarray:
    """Compare two columns -> int8 codes. Missing or straddling values are unknown: a NaN satisfies neither side."""
    match sign:
        case ">=":
            low, high = _edges(least_same, right)
            return _codes(left.low >= high, left.high < low)
        case ">":
            low, high = _edges(most_same, right)
            return _codes(left.low > high, left.high <= low)
        case "<" | "<=":
            return -compare(">=" if sign == "<" else ">", left, right)
        case "=":
            return np.minimum(compare(">=", left, right), compare("<=", left, right))
        case "<>":
            return -compare("=", left, right)
    raise AssertionError(sign)


def _edges(edge: Callable, value: Numbers) -> tuple[np.ndarray, np.ndarray] | tuple[float, float]:
    low = edge(float(value.low[0]) if len(value.low) == 1 else value.low)
    return low, low if value.is_exact else edge(value.high)


def _compare_texts(sign: str, left: Texts, right: Texts) -> np.ndarray:
    if left.words != right.words:
        codes = {word: code for code, word in enumerate(left.words)}
        table = np.array([codes.get(word, -2) for word in right.words] + [-1], np.int32)
        right = Texts(table[right.codes], left.words)
    known = (left.codes != -1) & (right.codes != -1)
    equal = left.codes == right.codes
    result = _codes(known & equal, known & ~equal)
    return result if sign == "=" else -result


def _first_reason(*columns: Numbers) -> np.ndarray | None:
    """Pass on the reason of the first missing input."""
    if all(column.reason is None and not np.isnan(column.low).any() for column in columns):
        return None
    result = np.uint8(0)
    for column in reversed(columns):
        result = np.where(column.missing, column.reasons(), result)
    return np.atleast_1d(np.asarray(result, np.uint8))


def _bounded(low: np.ndarray, high: np.ndarray, reason: np.ndarray | None) -> Numbers:
    gap = np.isnan(low) | np.isnan(high)
    return Numbers(np.where(gap, np.nan, low), np.where(gap, np.nan, high), reason)


def arithmetic(sign: str, left: Numbers, right: Numbers) -> Numbers:
    """Add, subtract, multiply or divide; division by zero is missing with that reason."""
    reason = _first_reason(left, right)
    if sign == "/":
        return _divide(left, right, reason)
    with np.errstate(invalid="ignore", over="ignore"):
        if left.is_exact and right.is_exact:
            operation = {"+": np.add, "-": np.subtract, "*": np.multiply}[sign]
            return Numbers.exact(operation(left.low, right.low), reason)
        match sign:
            case "+":
                return _bounded(left.low + right.low, left.high + right.high, reason)
            case "-":
                return _bounded(left.low - right.high, left.high - right.low, reason)
            case "*":
                return _bounded(*_corners(np.multiply, left, right), reason)
    raise AssertionError(sign)


def _divide(left: Numbers, right: Numbers, reason: np.ndarray | None) -> Numbers:
    zero = (right.low <= MARGIN) & (right.high >= -MARGIN)
    divisor_low = np.where(zero, np.nan, right.low) if zero.any() else right.low
    if zero.any():
        own = np.where(zero, np.uint8(Reason.ZERO_DIVISION), np.uint8(0))
        reason = own if reason is None else np.where(reason == 0, own, reason)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        if left.is_exact and right.is_exact:
            return Numbers.exact(left.low / divisor_low, reason)
        divisor = Numbers(divisor_low, np.where(zero, np.nan, right.high), None)
        return _bounded(*_corners(np.divide, left, divisor), reason)


def _corners(operation: Callable, left: Numbers, right: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of a product or quotient: the extremes of the four corners; 0 · ∞ is 0, and ∞ / ∞ may be anything."""
    lows, highs = [], []
    for first in (left.low, left.high):
        for second in (right.low, right.high):
            corner = operation(first, second)
            undefined = np.isnan(corner) & ~np.isnan(first) & ~np.isnan(second)
            least, most = (0.0, 0.0) if operation is np.multiply else (-np.inf, np.inf)
            lows.append(np.where(undefined, least, corner))
            highs.append(np.where(undefined, most, corner))
    return np.minimum.reduce(lows), np.maximum.reduce(highs)


def choose(condition: np.ndarray, then: Numbers, otherwise: Numbers) -> Numbers:
    """«если»: where the condition is unknown the result lies between both branches."""
    met, not_met = condition == 1, condition == -1
    with np.errstate(invalid="ignore"):
        low = np.where(met, then.low, np.where(not_met, otherwise.low, np.minimum(then.low, otherwise.low)))
        high = np.where(met, then.high, np.where(not_met, otherwise.high, np.maximum(then.high, otherwise.high)))
    reason = np.where(met, then.reasons(), np.where(not_met, otherwise.reasons(), Reason.INPUT)).astype(np.uint8)
    if not (met | not_met).all() or not (then.is_exact and otherwise.is_exact):
        return _bounded(low, high, reason)
    return Numbers.exact(low, reason)


def _monotone(function: Callable[[np.ndarray], np.ndarray]) -> Callable:
    def apply(value: Numbers, *more: Numbers) -> Numbers:
        extra = [float(item.low[0]) for item in more]
        with np.errstate(invalid="ignore", divide="ignore"):
            low = function(value.low, *extra)
            high = low if value.is_exact else function(value.high, *extra)
        undefined = np.isnan(low) & ~value.missing
        reason = value.reason
        if undefined.any():
            reason = np.where(undefined, np.uint8(Reason.DOMAIN), value.reasons())
        return Numbers.exact(low, reason) if value.is_exact else _bounded(low, high, reason)
    return apply


def round_half_up(values: np.ndarray, digits: float = 0) -> np.ndarray:
    """Round halves away from zero; noise of binary fractions below 1e-9 of a unit does not decide."""
    scale = 10.0 ** digits
    return np.sign(values) * np.floor(np.round(np.abs(values) * scale, 9) + 0.5) / scale


def _whole(step: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """Rounding down or up, to digits after the comma."""
    def apply(values: np.ndarray, digits: float = 0) -> np.ndarray:
        scale = 10.0 ** digits
        return step(np.round(values * scale, 9)) / scale
    return apply


def _positive_log(values: np.ndarray) -> np.ndarray:
    return np.log(np.where(values > 0, values, np.nan))


def _absolute(value: Numbers) -> Numbers:
    if value.is_exact:
        return Numbers.exact(np.abs(value.low), value.reason)
    straddles = (value.low < 0) & (value.high > 0)
    low = np.where(straddles, 0.0, np.minimum(np.abs(value.low), np.abs(value.high)))
    return _bounded(low, np.maximum(np.abs(value.low), np.abs(value.high)), value.reason)


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        result = np.power(base.settled(), exponent.settled())
    result = np.where(np.isfinite(result), result, np.nan)
    known = ~base.missing & ~exponent.missing
    reason = _first_reason(base, exponent)
    if (np.isnan(result) & known).any():
        own = np.where(np.isnan(result) & known, np.uint8(Reason.DOMAIN), np.uint8(0))
        reason = own if reason is None else np.where(reason == 0, own, reason)
    return Numbers.exact(result, reason)


def _extreme(pick: Callable) -> Callable:
    def apply(*values: Numbers) -> Numbers:
        reason = _first_reason(*values)
        low = pick.reduce(np.broadcast_arrays(*(value.low for value in values)))
        if all(value.is_exact for value in values):
            return Numbers.exact(low, reason)
        return _bounded(low, pick.reduce(np.broadcast_arrays(*(value.high for value in values))), reason)
    return apply


def _mean_of_known(*values: Numbers) -> Numbers:
    """«среднее_известных»: the missing ones are left out, those known within bounds count with their bounds."""
    known = [~value.missing for value in values]
    count = np.add.reduce(np.broadcast_arrays(*(each.astype(float) for each in known)))
    count = np.where(count == 0, np.nan, count)

    def side(name: str) -> np.ndarray:
        return np.add.reduce(np.broadcast_arrays(*(np.where(each, getattr(value, name), 0.0) for each, value in zip(known, values, strict=True)))) / count
    low = side("low")
    reason = _first_reason(*values)
    return Numbers.exact(low, reason) if all(value.is_exact for value in values) else Numbers(low, side("high"), reason)


_PLAIN: dict[str, Callable[..., Numbers]] = {
    "округлить": _monotone(round_half_up), "округлить_вниз": _monotone(_whole(np.floor)), "округлить_вверх": _monotone(_whole(np.ceil)),
    "корень": _monotone(np.sqrt), "логарифм": _monotone(_positive_log), "модуль": _absolute, "степень": _power,
    "наибольшее": _extreme(np.maximum), "наименьшее": _extreme(np.minimum), "среднее_известных": _mean_of_known,
}
