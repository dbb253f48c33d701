"""Which indicators the criteria of schools compare, and with what: what a table of schools shows."""

from __future__ import annotations

from collections.abc import Iterable

from engine import tree as t
from engine.functions import is_rank
from engine.program import CriterionPlan, IndicatorPlan
from engine.values import Numbers
from reports.book import Book


def borders(book: Book, name: str) -> tuple[float, ...]:
    """The constant thresholds an indicator is compared with in the criteria of schools."""
    return book.once("borders", _all_borders).get(name, ())


def _all_borders(book: Book) -> dict[str, tuple[float, ...]]:
    found: dict[str, list[float]] = {}
    for plan in book.criterion_plans:
        for node in t.walk(plan.when):
            if isinstance(node, t.Compare) and getattr(node.left, "name", ""):
                value = node.right.value if isinstance(node.right, t.Number) else book.program.thresholds.get(getattr(node.right, "name", ""))
                found.setdefault(node.left.name, []).extend([value] if isinstance(value, (int, float)) else [])
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def key_indicators(book: Book) -> list[IndicatorPlan]:
    """The indicators that decide about help: compared by the criteria of its groups, the largest help first, each criterion's first before its others.

    Those for service use are left out. A place among schools gives way to the value it is the place of: the table must not read as a ranking.
    """
    criteria = list(dict.fromkeys(name for group in book.help_names for name in _criteria_of(book, group)))
    compared = [[_unranked(book, name) for name in _compared(book, criterion)] for criterion in criteria]
    compared = [[name for name in names if name not in book.internal.indicators] for names in compared]
    firsts = [names[0] for names in compared if names]
    return [book.program.plans[name] for name in dict.fromkeys([*firsts, *(name for names in compared for name in names[1:])])]


def _unranked(book: Book, name: str) -> str:
    for node in t.walk(book.program.plans[name].formula) if book.program.plans[name].formula is not None else ():
        if isinstance(node, t.Call) and is_rank(node.function) and isinstance(node.arguments[0], t.Reference) and isinstance(book.frame.columns.get(node.arguments[0].name), Numbers):
            return node.arguments[0].name
    return name


def _criteria_of(book: Book, group: str) -> Iterable[str]:
    """Criteria a group stands on, those inside its criteria included."""
    plan = book.program.plans[group]
    for node in t.walk(plan.when) if plan.when is not None else ():
        if isinstance(node, t.Reference) and isinstance(book.program.plans.get(node.name), CriterionPlan):
            inner = book.program.plans[node.name].when
            yield from (item.name for item in t.walk(inner) if isinstance(item, t.Reference) and isinstance(book.program.plans.get(item.name), CriterionPlan))
            yield node.name


def _compared(book: Book, criterion: str) -> Iterable[str]:
    for node in t.walk(book.program.plans[criterion].when):
        name = getattr(node.left, "name", "") if isinstance(node, t.Compare) else ""
        plan = book.program.plans.get(name)
        if isinstance(plan, IndicatorPlan) and plan.level == book.program.school_level and isinstance(book.frame.columns.get(name), Numbers):
            yield name
