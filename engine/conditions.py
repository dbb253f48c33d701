"""The condition tree of categories and measures, and its plain evaluator.

`evaluate_columns` says what a condition means. The inference engine is checked against it in every run, and it
takes over where durable_rules cannot be imported.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine import truth
from engine.truth import Codes


@dataclass(frozen=True, slots=True)
class Fact:
    """A criterion, category or measure by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Undetermined:
    """Met exactly when `name` is unknown, not met otherwise; never unknown itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown stays unknown."""

    item: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every item is met. An item said twice counts once. Errors: ValueError for no items."""

    items: tuple["Condition", ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", _distinct(self.items))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one item is met. An item said twice counts once. Errors: ValueError for no items."""

    items: tuple["Condition", ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", _distinct(self.items))


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` items are met.

    Errors: ValueError for no items, for a count outside 1..number of items, and for an item said twice:
    unlike in all/any, dropping the repetition would change the meaning, and keeping it would count it double.
    """

    count: int
    items: tuple["Condition", ...]

    def __post_init__(self) -> None:
        items = tuple(self.items)
        if len(_distinct(items)) < len(items):
            raise ValueError(f"The same condition stands twice in a list of which at least {self.count} must be met.")
        if self.count not in range(1, len(items) + 1):
            raise ValueError(f"At least {self.count} of {len(items)} is impossible or always true.")
        object.__setattr__(self, "items", items)


Condition: TypeAlias = Fact | Undetermined | Not | AllOf | AnyOf | AtLeast


def names(condition: Condition) -> tuple[str, ...]:
    """List the distinct names a condition depends on, in the order in which it mentions them."""
    return tuple(dict.fromkeys(_mentions(condition)))


def evaluate_columns(condition: Condition, columns: Mapping[str, Codes]) -> Codes:
    """Find the truth of a condition for every row in strong Kleene logic.

    Shapes: columns (n,) -> (n,). Errors: KeyError for a name without a column.
    """
    match condition:
        case Fact(name):
            return columns[name].copy()
        case Undetermined(name):
            return truth.from_masks(columns[name] == 0, columns[name] != 0)
        case Not(item):
            return truth.negate(evaluate_columns(item, columns))
        case AllOf(items):
            return truth.all_of([evaluate_columns(item, columns) for item in items])
        case AnyOf(items):
            return truth.any_of([evaluate_columns(item, columns) for item in items])
        case AtLeast(count, items):
            return truth.at_least(count, [evaluate_columns(item, columns) for item in items])
        case _:
            raise TypeError(f"{condition!r} is not a condition.")


def _distinct(items: Iterable[Condition]) -> tuple[Condition, ...]:
    """Keep the first of equal items; "not not X" is X said again."""
    kept: dict[Condition, Condition] = {}
    for item in items:
        kept.setdefault(_bare(item), item)
    if not kept:
        raise ValueError("An empty list of conditions has no meaning.")
    return tuple(kept.values())


def _bare(condition: Condition) -> Condition:
    while isinstance(condition, Not) and isinstance(condition.item, Not):
        condition = condition.item.item
    return condition


def _mentions(condition: Condition) -> Iterator[str]:
    match condition:
        case Fact(name) | Undetermined(name):
            yield name
        case Not(item):
            yield from _mentions(item)
        case AllOf(items) | AnyOf(items) | AtLeast(_, items):
            for item in items:
                yield from _mentions(item)
        case _:
            raise TypeError(f"{condition!r} is not a condition.")
