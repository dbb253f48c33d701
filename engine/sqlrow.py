"""Resolved expressions -> SQL trees over the rows of one table (sqlglot nodes, never glued text).

SQL's own three-valued logic is strong Kleene, so a condition is one BOOLEAN expression with NULL for unknown; a number is a
pair (low, high), the same node twice when it is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from engine import tree as t
from engine.noise import LESS, MARGIN, MORE

TRUE, FALSE, NULL = exp.true(), exp.false(), exp.null()
DOUBLE = exp.DataType.build("double")
INFINITY = exp.Cast(this=exp.Literal.string("Infinity"), to=DOUBLE.copy())


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression in SQL. `high is low` when exact; `nullable` is False only when NULL cannot occur."""

    low: exp.Expression
    high: exp.Expression
    nullable: bool = True

    @classmethod
    def exact(cls, node: exp.Expression, nullable: bool = True) -> Sql:
        return cls(node, node, nullable)

    @property
    def is_exact(self) -> bool:
        return self.high is self.low


def number(value: float) -> exp.Expression:
    """Write a float64 so that it reads back as the same float64."""
    if value == int(value) and abs(value) < 2**53:
        return exp.Literal.number(str(int(value))) if value >= 0 else exp.Neg(this=exp.Literal.number(str(int(-value))))
    node = exp.Cast(this=exp.Literal.string(repr(float(value))), to=DOUBLE.copy())
    return node


def column(name: str, table: str) -> exp.Expression:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def case(*branches: tuple[exp.Expression, exp.Expression], otherwise: exp.Expression | None = None) -> exp.Expression:
    """CASE WHEN … THEN … [ELSE …] END; without branches just the last word."""
    if not branches:
        return otherwise if otherwise is not None else NULL
    return exp.Case(ifs=[exp.If(this=condition, true=value) for condition, value in branches], default=otherwise)


def both(*conditions: exp.Expression | None) -> exp.Expression | None:
    """AND of what is there; None stands for «always»."""
    present = [condition for condition in conditions if condition is not None]
    return exp.and_(*(item.copy() for item in present), copy=False) if present else None


def is_null(node: exp.Expression) -> exp.Expression:
    return exp.Is(this=exp.paren(node.copy()), expression=NULL)


def is_known(node: exp.Expression) -> exp.Expression:
    return exp.Not(this=is_null(node))


def not_false(node: exp.Expression) -> exp.Expression:
    return exp.Coalesce(this=node.copy(), expressions=[TRUE])


def double(node: exp.Expression) -> exp.Expression:
    return exp.Cast(this=node.copy(), to=DOUBLE.copy())


def settled(value: Sql) -> exp.Expression:
    """The value when it is known exactly, else NULL."""
    if value.is_exact:
        return value.low
    return case((exp.EQ(this=value.low.copy(), expression=value.high.copy()), value.low.copy()))


class RowSql:
    """Compiles what may stand inside an aggregate. `refer` gives the SQL of a resolved name."""

    def __init__(self, refer: Callable[[t.Reference], Sql]):
        self.refer = refer

    def condition(self, tree: t.Tree) -> Sql:
        """Compile a condition -> BOOLEAN with NULL for unknown."""
        match tree:
            case t.Compare(sign, left, right):
                return _comparison(left, right)(sign, self.value(left), self.value(right))
            case t.Not(item):
                inner = self.condition(item)
                return Sql.exact(exp.Not(this=exp.paren(inner.low.copy())), inner.nullable)
            case t.AllOf(items):
                return self._joined(items, exp.and_, TRUE)
            case t.AnyOf(items):
                return self._joined(items, exp.or_, FALSE)
            case t.AtLeast(count, items):
                return at_least(count, [self._counted(item) for item in items])
            case t.Member(value, options):
                inner = self.value(value)
                parts = [_comparison(value, option)("=", inner, self.value(option)) for option in options]
                return Sql.exact(exp.or_(*(part.low.copy() for part in parts)), any(part.nullable for part in parts))
            case t.HasData(item):
                return Sql.exact(is_known(self.value(item).low), False)
            case t.Undetermined(item):
                return Sql.exact(is_null(self.condition(item).low), False)
            case t.WithPolicy(item, policy):
                return _with_policy(self.condition(item), policy)
        return self.value(tree)

    def _counted(self, item: t.Tree) -> Sql:
        """An item of a count; one to be passed over without data counts as not met."""
        part = self.condition(item)
        if isinstance(item, t.WithPolicy) and item.policy is t.Policy.SKIP:
            return Sql.exact(exp.Coalesce(this=part.low.copy(), expressions=[FALSE]), False)
        return part

    def _joined(self, items: tuple[t.Tree, ...], join: Callable, neutral: exp.Expression) -> Sql:
        parts, gaps = [], []
        for item in items:
            part = self.condition(item)
            if isinstance(item, t.WithPolicy) and item.policy is t.Policy.SKIP:
                gaps.append(is_null(part.low))
                part = Sql.exact(exp.Coalesce(this=part.low.copy(), expressions=[neutral]), False)
            parts.append(part)
        joined = exp.paren(join(*(exp.paren(part.low.copy()) for part in parts)))
        if gaps and len(gaps) == len(items):
            return Sql.exact(case((exp.Not(this=exp.paren(exp.and_(*gaps))), joined)))
        return Sql.exact(joined, any(part.nullable for part in parts))

    def value(self, tree: t.Tree) -> Sql:
        """Compile a number, a text or a condition."""
        match tree:
            case t.Number(value):
                return Sql.exact(number(value), False)
            case t.Text(value):
                return Sql.exact(exp.Literal.string(value), False)
            case t.Reference():
                return self.refer(tree)
            case t.Arithmetic(sign, left, right):
                return arithmetic(sign, self.value(left), self.value(right))
            case t.Choice(condition, then, otherwise):
                return self._choice(condition, then, otherwise)
            case t.Call(function, arguments):
                return self.call(tree, function, arguments)
        return self.condition(tree)

    def _choice(self, condition: t.Tree, then: t.Tree, otherwise: t.Tree) -> Sql:
        test, first, second = self.condition(condition), self.value(then), self.value(otherwise)
        nullable = test.nullable or first.nullable or second.nullable

        def pick(side: str, extreme: type[exp.Expression]) -> exp.Expression:
            left, right = getattr(first, side).copy(), getattr(second, side).copy()
            branches = [(test.low.copy(), left), (exp.Not(this=exp.paren(test.low.copy())), right)]
            if test.nullable:
                both_known = exp.and_(is_known(left), is_known(right))
                branches.append((both_known, extreme(this=left.copy(), expressions=[right.copy()])))
            return case(*branches)

        low = pick("low", exp.Least)
        exact = first.is_exact and second.is_exact and not test.nullable
        return Sql(low, low if exact else pick("high", exp.Greatest), nullable)

    def call(self, tree: t.Call, function: str, arguments: tuple[t.Tree, ...]) -> Sql:
        """Compile a plain function; subclasses add aggregates."""
        values = [self.value(item) for item in arguments]
        return plain_call(function, values)


def _with_policy(inner: Sql, policy: t.Policy) -> Sql:
    match policy:
        case t.Policy.MET:
            return Sql.exact(exp.Coalesce(this=inner.low.copy(), expressions=[TRUE]), False)
        case t.Policy.NOT_MET:
            return Sql.exact(exp.Coalesce(this=inner.low.copy(), expressions=[FALSE]), False)
    return inner


def _comparison(left: t.Tree, right: t.Tree) -> Callable[[str, Sql, Sql], Sql]:
    return _compare_texts if t.is_text(left) or t.is_text(right) else compare


def _compare_texts(sign: str, left: Sql, right: Sql) -> Sql:
    shape = exp.EQ if sign == "=" else exp.NEQ
    return Sql.exact(shape(this=left.low.copy(), expression=right.low.copy()), left.nullable or right.nullable)


_COMPARE = {">=": exp.GTE, ">": exp.GT, "<=": exp.LTE, "<": exp.LT}
_OPPOSITE = {">=": exp.LT, ">": exp.LTE, "<=": exp.GT, "<": exp.GTE}


def compare(sign: str, left: Sql, right: Sql) -> Sql:
    """Compare numbers; with bounds the answer is TRUE or FALSE only when it does not depend on where inside them the value lies."""
    if sign in ("=", "<>"):
        least, most = compare(">=", left, right), compare("<=", left, right)
        equal = exp.paren(exp.and_(exp.paren(least.low), exp.paren(most.low)))
        return Sql.exact(equal if sign == "=" else exp.Not(this=equal), least.nullable)
    edge = _least_same if sign in (">=", "<") else _most_same
    if left.is_exact and right.is_exact:
        return Sql.exact(_COMPARE[sign](this=exp.paren(left.low.copy()), expression=edge(right.low)), left.nullable or right.nullable)
    far, near = (left.low, left.high) if sign in (">=", ">") else (left.high, left.low)
    hardest, easiest = (right.high, right.low) if sign in (">=", ">") else (right.low, right.high)
    return Sql.exact(case(
        (_COMPARE[sign](this=far.copy(), expression=edge(hardest)), TRUE),
        (_OPPOSITE[sign](this=near.copy(), expression=edge(easiest)), FALSE)))


def _least_same(node: exp.Expression) -> exp.Expression:
    return exp.Sub(this=exp.Least(this=_times(node, LESS), expressions=[_times(node, MORE)]), expression=number(MARGIN))


def _most_same(node: exp.Expression) -> exp.Expression:
    return exp.Add(this=exp.Greatest(this=_times(node, LESS), expressions=[_times(node, MORE)]), expression=number(MARGIN))


def _times(node: exp.Expression, factor: float) -> exp.Expression:
    return exp.Mul(this=exp.paren(node.copy()), expression=number(factor))


def at_least(count: int, parts: list[Sql]) -> Sql:
    """At least `count` of the conditions."""
    def tally(test: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
        total: exp.Expression = number(0)
        for part in parts:
            total = exp.Add(this=total, expression=case((test(part.low), number(1)), otherwise=number(0)))
        return total
    met, unknown = tally(lambda node: node.copy()), tally(is_null)
    possible = exp.Add(this=exp.paren(met.copy()), expression=exp.paren(unknown))
    return Sql.exact(case((exp.GTE(this=exp.paren(met), expression=number(count)), TRUE), (exp.LT(this=exp.paren(possible), expression=number(count)), FALSE)),
                     any(part.nullable for part in parts))


def arithmetic(sign: str, left: Sql, right: Sql) -> Sql:
    """Add, subtract, multiply, divide; a divisor of zero gives NULL."""
    nullable = left.nullable or right.nullable or sign == "/"
    if left.is_exact and right.is_exact:
        return Sql.exact(_operation(sign, left.low, right.low), nullable)
    if sign == "+":
        return Sql(_operation("+", left.low, right.low), _operation("+", left.high, right.high), nullable)
    if sign == "-":
        return Sql(_operation("-", left.low, right.high), _operation("-", left.high, right.low), nullable)
    low, high = _corner_bounds(sign, left, right)
    if sign == "/" and not right.is_exact:
        spans_zero = exp.and_(exp.LTE(this=right.low.copy(), expression=number(MARGIN)), exp.GTE(this=right.high.copy(), expression=number(-MARGIN)))
        low, high = case((exp.Not(this=exp.paren(spans_zero)), low)), case((exp.Not(this=exp.paren(spans_zero.copy())), high))
    return Sql(low, high, True)


def is_zero(node: exp.Expression) -> exp.Expression:
    """A condition that a number equals zero."""
    return exp.LTE(this=exp.Abs(this=double(node)), expression=number(MARGIN))


def _corner_bounds(sign: str, left: Sql, right: Sql) -> tuple[exp.Expression, exp.Expression]:
    """Bounds of a product or quotient: the extremes of the four corners; 0 · ∞ is 0, and ∞ / ∞ may be anything."""
    corners = [_operation(sign, first, second) for first in (left.low, left.high) for second in (right.low, right.high)]
    undefined = [exp.IsNan(this=corner.copy()) for corner in corners]
    if sign == "*":
        corners = [case((test, number(0)), otherwise=corner) for test, corner in zip(undefined, corners, strict=True)]
    low = exp.Least(this=corners[0], expressions=[item.copy() for item in corners[1:]])
    high = exp.Greatest(this=corners[0].copy(), expressions=[item.copy() for item in corners[1:]])
    if sign == "*":
        return low, high
    anything = exp.or_(*undefined)
    return case((anything, exp.Neg(this=INFINITY.copy())), otherwise=low), case((anything.copy(), INFINITY.copy()), otherwise=high)


def _operation(sign: str, left: exp.Expression, right: exp.Expression) -> exp.Expression:
    left, right = exp.paren(left.copy()), exp.paren(right.copy())
    match sign:
        case "+":
            return exp.Add(this=double(left), expression=right)
        case "-":
            return exp.Sub(this=double(left), expression=right)
        case "*":
            return exp.Mul(this=double(left), expression=right)
        case "/":
            return exp.Div(this=double(left), expression=case((exp.Not(this=exp.paren(is_zero(right))), double(right))), typed=False, safe=False)
    raise AssertionError(sign)


def plain_call(function: str, values: list[Sql]) -> Sql:
    """Compile a function of numbers, the same mathematics as `engine.vector`."""
    first = values[0]
    if function in ("наибольшее", "наименьшее"):
        shape = exp.Greatest if function == "наибольшее" else exp.Least
        gap = exp.or_(*(is_null(value.low) for value in values))

        def extreme(side: str) -> exp.Expression:
            sides = [getattr(value, side).copy() for value in values]
            return case((exp.Not(this=exp.paren(gap.copy())), shape(this=sides[0], expressions=sides[1:])))
        exact = all(value.is_exact for value in values)
        low = extreme("low")
        return Sql(low, low if exact else extreme("high"))
    if function == "среднее_известных":
        return _mean_of_known(values)
    if function == "модуль" and not first.is_exact:
        spans = exp.and_(exp.LT(this=first.low.copy(), expression=number(0)), exp.GT(this=first.high.copy(), expression=number(0)))
        sides = [exp.Abs(this=first.low.copy()), exp.Abs(this=first.high.copy())]
        low = case((spans, number(0)), otherwise=exp.Least(this=sides[0], expressions=[sides[1]]))
        return Sql(low, exp.Greatest(this=sides[0].copy(), expressions=[sides[1].copy()]))
    build = _MONOTONE[function]
    low = build(first.low, *(value.low for value in values[1:]))
    return Sql(low, low if first.is_exact else build(first.high, *(value.low for value in values[1:])))


def _mean_of_known(values: list[Sql]) -> Sql:
    def total(terms: list[exp.Expression]) -> exp.Expression:
        result = terms[0]
        for term in terms[1:]:
            result = exp.Add(this=result, expression=term)
        return exp.paren(result)

    def side(name: str) -> exp.Expression:
        known = total([exp.Coalesce(this=double(getattr(value, name)), expressions=[double(number(0))]) for value in values])
        return _operation("/", known, total([case((is_known(value.low), number(1)), otherwise=number(0)) for value in values]))
    low = side("low")
    return Sql(low, low if all(value.is_exact for value in values) else side("high"), all(value.nullable for value in values))


def cleaned(node: exp.Expression) -> exp.Expression:
    """A number without the noise of binary fractions, for rounding and for the order of ranks."""
    return exp.Round(this=node, decimals=number(9))


def _scale(digits: exp.Expression | None) -> exp.Expression:
    return number(10.0 ** int(float(digits.name)) if digits is not None else 1.0)


def _whole(step: type[exp.Expression]) -> Callable[..., exp.Expression]:
    """Rounding down or up, to digits after the comma."""
    def build(node: exp.Expression, digits: exp.Expression | None = None) -> exp.Expression:
        rounded = step(this=cleaned(exp.Mul(this=double(node), expression=_scale(digits))))
        return exp.Div(this=double(rounded), expression=double(_scale(digits)), typed=False, safe=False)
    return build


def _round_half_up(node: exp.Expression, digits: exp.Expression | None = None) -> exp.Expression:
    scale = _scale(digits)
    magnitude = exp.Mul(this=exp.Abs(this=double(node)), expression=scale)
    rounded = exp.Floor(this=exp.Add(this=cleaned(magnitude), expression=number(0.5)))
    signed = exp.Mul(this=exp.Sign(this=double(node)), expression=rounded)
    return exp.Div(this=double(signed), expression=double(scale), typed=False, safe=False)


def _positive(node: exp.Expression, least: type) -> exp.Expression:
    return case((least(this=double(node), expression=number(0)), double(node)))


_MONOTONE: dict[str, Callable[..., exp.Expression]] = {
    "округлить": _round_half_up,
    "округлить_вниз": _whole(exp.Floor),
    "округлить_вверх": _whole(exp.Ceil),
    "модуль": lambda node: exp.Abs(this=double(node)),
    "корень": lambda node: exp.Sqrt(this=_positive(node, exp.GTE)),
    "логарифм": lambda node: exp.Ln(this=_positive(node, exp.GT)),
    "степень": lambda node, power: exp.Pow(this=double(node), expression=double(power)),
}
