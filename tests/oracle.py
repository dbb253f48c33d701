"""An independent reading of three-valued conditions, for tests only.

A condition is a nested tuple: ("fact", name), ("undetermined", name), ("not", c), ("all", c, ...),
("any", c, ...), ("at least", n, c, ...). Truths are words. Every connective is looked up in Kleene's printed
tables; nothing is shared with `engine.conditions.evaluate_columns`, which compares codes, or with the Horn rules.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from engine.conditions import AllOf, AnyOf, AtLeast, Condition, Fact, Not, Undetermined
from engine.truth import Truth

MET, UNKNOWN, NOT_MET = "met", "unknown", "not_met"
WORDS = {Truth.MET: MET, Truth.UNKNOWN: UNKNOWN, Truth.NOT_MET: NOT_MET}

NOT = {MET: NOT_MET, UNKNOWN: UNKNOWN, NOT_MET: MET}
AND = {
    MET: {MET: MET, UNKNOWN: UNKNOWN, NOT_MET: NOT_MET},
    UNKNOWN: {MET: UNKNOWN, UNKNOWN: UNKNOWN, NOT_MET: NOT_MET},
    NOT_MET: {MET: NOT_MET, UNKNOWN: NOT_MET, NOT_MET: NOT_MET},
}
OR = {
    MET: {MET: MET, UNKNOWN: MET, NOT_MET: MET},
    UNKNOWN: {MET: MET, UNKNOWN: UNKNOWN, NOT_MET: UNKNOWN},
    NOT_MET: {MET: MET, UNKNOWN: UNKNOWN, NOT_MET: NOT_MET},
}
UNDETERMINED = {MET: NOT_MET, UNKNOWN: MET, NOT_MET: NOT_MET}


def kleene(condition: tuple[Any, ...], values: Mapping[str, str]) -> str:
    """Find the truth of a condition given the truth of every name."""
    form, *arguments = condition
    if form == "fact":
        return values[arguments[0]]
    if form == "undetermined":
        return UNDETERMINED[values[arguments[0]]]
    if form == "at least":
        return at_least(arguments[0], [kleene(each, values) for each in arguments[1:]])
    truths = [kleene(each, values) for each in arguments]
    if form == "not":
        return NOT[truths[0]]
    return reduce(lambda left, right: {"all": AND, "any": OR}[form][left][right], truths)


def at_least(count: int, truths: Sequence[str]) -> str:
    """At least n of x, rest: x and at least n-1 of rest, or at least n of rest; tabulated for all n at once.

    The formula has no "not", so reading it by the tables is exact although x and rest stand in it twice.
    """
    reached = [MET] + [NOT_MET] * count
    for truth in truths:
        reached = [MET] + [OR[AND[truth][fewer]][same] for fewer, same in pairwise(reached)]
    return reached[count]


def from_condition(condition: Condition) -> tuple[Any, ...]:
    """Turn the product's records into the oracle's tuples."""
    match condition:
        case Fact(name):
            return ("fact", name)
        case Undetermined(name):
            return ("undetermined", name)
        case Not(item):
            return ("not", from_condition(item))
        case AllOf(items):
            return ("all", *map(from_condition, items))
        case AnyOf(items):
            return ("any", *map(from_condition, items))
        case AtLeast(count, items):
            return ("at least", count, *map(from_condition, items))
    raise TypeError(condition)
