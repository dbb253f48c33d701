"""Can a condition ever be met? Alternatives are spelled out, and in each one the bounds of every value are intersected.

Sound, not complete: «never» is said only when it is proved; a condition too wide to spell out is taken as possible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import inf

from engine import tree as t
from engine.program import CategoryPlan, CriterionPlan, Program
from engine.tree import Origin

_LIMIT = 2000
_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "=": "<>", "<>": "="}
_MIRROR = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "<>": "<>"}


class _TooWide(Exception):
    """More alternatives than are worth spelling out."""


@dataclass(frozen=True)
class _Literal:
    """A comparison or another simple condition, asserted or denied."""

    node: t.Tree
    positive: bool = True


@dataclass
class _Bounds:
    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    words: frozenset[str] | None = None
    not_words: set[str] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        if self.words is not None and not self.words - self.not_words:
            return True
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


def never(tree: t.Tree, program: Program) -> bool:
    """Return whether a condition is proved never to be met."""
    return _contradictory(tree, program, True)


def always(tree: t.Tree, program: Program) -> bool:
    """Return whether a condition is proved to be met whenever its data are known."""
    return _contradictory(tree, program, False)


def _contradictory(tree: t.Tree, program: Program, positive: bool) -> bool:
    try:
        alternatives = _alternatives(tree, program, positive, 0)
    except _TooWide:
        return False
    return all(_impossible(literals, program) for literals in alternatives)


def _alternatives(tree: t.Tree, program: Program, positive: bool, depth: int) -> list[tuple[_Literal, ...]]:
    """Spell a condition out as alternatives, each a list of literals that hold together."""
    match tree:
        case t.Not(item):
            return _alternatives(item, program, not positive, depth)
        case t.WithPolicy(item, policy) if policy in (t.Policy.UNKNOWN, t.Policy.NOT_MET):
            return _alternatives(item, program, positive, depth)
        case t.AllOf(items):
            return _joined(items, program, positive, depth) if positive else _either(items, program, positive, depth)
        case t.AnyOf(items):
            return _either(items, program, positive, depth) if positive else _joined(items, program, positive, depth)
        case t.Reference(Origin.UNIT, name) if depth < 6 and isinstance(program.plans.get(name), (CriterionPlan, CategoryPlan)):
            return _definition(tree, program, positive, depth)
    return [(_Literal(tree, positive),)]


def _definition(tree: t.Reference, program: Program, positive: bool, depth: int) -> list[tuple[_Literal, ...]]:
    plan = program.plans[tree.name]
    plain = isinstance(plan, CriterionPlan) and plan.block.policy in (t.Policy.UNKNOWN, t.Policy.NOT_MET) and plan.applies is None
    if not plain:
        return [(_Literal(tree, positive),)]
    return [(*alternative, _Literal(tree, positive)) for alternative in _alternatives(plan.when, program, positive, depth + 1)]


def _either(items: tuple[t.Tree, ...], program: Program, positive: bool, depth: int) -> list[tuple[_Literal, ...]]:
    found = [alternative for item in items for alternative in _alternatives(item, program, positive, depth)]
    if len(found) > _LIMIT:
        raise _TooWide
    return found


def _joined(items: tuple[t.Tree, ...], program: Program, positive: bool, depth: int) -> list[tuple[_Literal, ...]]:
    parts = [_alternatives(item, program, positive, depth) for item in items]
    total = 1
    for part in parts:
        total *= len(part)
        if total > _LIMIT:
            raise _TooWide
    return [tuple(literal for alternative in choice for literal in alternative) for choice in product(*parts)]


def _impossible(literals: tuple[_Literal, ...], program: Program) -> bool:
    asserted = {literal.node for literal in literals if literal.positive}
    if any(not literal.positive and literal.node in asserted for literal in literals):
        return True
    bounds: dict[t.Tree, _Bounds] = {}
    for literal in literals:
        _narrow(bounds, literal, program)
    return any(item.empty for item in bounds.values())


def _narrow(bounds: dict[t.Tree, _Bounds], literal: _Literal, program: Program) -> None:
    node = literal.node
    if isinstance(node, t.Member):
        _narrow_to_list(bounds, node, literal.positive, program)
        return
    if not isinstance(node, t.Compare):
        return
    sign = node.sign if literal.positive else _OPPOSITE[node.sign]
    value, number = node.left, _constant(node.right, program)
    if number is None and (left := _constant(node.left, program)) is not None:
        value, number, sign = node.right, left, _MIRROR[sign]
    if isinstance(node.right, t.Text):
        _narrow_words(bounds.setdefault(node.left, _Bounds()), frozenset({node.right.value}), sign == "=")
    elif number is not None and (own := _constant(value, program)) is not None:
        _narrow_number(bounds.setdefault(node, _Bounds(own, own)), sign, number)
    elif number is not None:
        _narrow_number(bounds.setdefault(value, _natural(value, program)), sign, number)


def _narrow_to_list(bounds: dict[t.Tree, _Bounds], node: t.Member, inside: bool, program: Program) -> None:
    """Words exactly; of numbers only that they lie between the least and the largest of the list."""
    if all(isinstance(item, t.Text) for item in node.options):
        _narrow_words(bounds.setdefault(node.value, _Bounds()), frozenset(item.value for item in node.options), inside)
        return
    numbers = [number for item in node.options if (number := _constant(item, program)) is not None]
    if inside and len(numbers) == len(node.options):
        own = bounds.setdefault(node.value, _natural(node.value, program))
        _narrow_number(own, ">=", min(numbers))
        _narrow_number(own, "<=", max(numbers))


def _natural(tree: t.Tree, program: Program) -> _Bounds:
    """What a value can be at all: the contract's bounds of a registry column; a count is never negative."""
    if isinstance(tree, t.Reference) and tree.name not in program.plans and program.rules.registry:
        column = program.rules.tables[program.rules.registry].columns.get(tree.name)
        if column is not None:
            return _Bounds(column.least if column.least is not None else -inf, column.most if column.most is not None else inf)
    return _Bounds()


def _constant(tree: t.Tree, program: Program) -> float | None:
    if isinstance(tree, t.Number):
        return tree.value
    if isinstance(tree, t.Reference) and tree.origin is Origin.THRESHOLD:
        value = program.thresholds.get(tree.name)
        return value if isinstance(value, float) else None
    return None


def _narrow_words(bounds: _Bounds, words: frozenset[str], inside: bool) -> None:
    if inside:
        bounds.words = words if bounds.words is None else bounds.words & words
    else:
        bounds.not_words |= words


def _narrow_number(bounds: _Bounds, sign: str, number: float) -> None:
    if sign in (">=", ">", "="):
        if number > bounds.low or (number == bounds.low and sign == ">"):
            bounds.low, bounds.low_open = number, sign == ">"
    if sign in ("<=", "<", "="):
        if number < bounds.high or (number == bounds.high and sign == "<"):
            bounds.high, bounds.high_open = number, sign == "<"
