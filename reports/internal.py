"""Categories for service use: the school and the analyst see who is in them, leadership sees only how many schools there are.

A name can leak by what is left out: where all other schools are named, the silent ones are the ones in question. So lists for leadership
do not tell such schools from schools without grounds for help either.
"""

from __future__ import annotations

from engine import tree as t
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, Program


class Internal:
    """What lists for leadership leave out. `categories`, `criteria`, `indicators`: names of the rules; all empty when no category is for service use."""

    def __init__(self, program: Program):
        self.categories = frozenset(plan.name for plan in program.of(CategoryPlan, program.school_level) if plan.block.internal)
        self.criteria = frozenset(name for category in self.categories for name in stated(program.plans[category].when) if isinstance(program.plans.get(name), CriterionPlan))
        self.indicators = frozenset(name for criterion in self.criteria for name in _compared(program, criterion))

    def __bool__(self) -> bool:
        return bool(self.categories)

    def __contains__(self, name: str) -> bool:
        return name in self.categories or name in self.criteria


def stated(tree: t.Tree | None) -> set[str]:
    """Names that make a condition true when they hold; what stands under «не» is left out."""
    if tree is None or isinstance(tree, t.Not):
        return set()
    if isinstance(tree, t.Reference):
        return {tree.name}
    inner = (tree.item,) if isinstance(tree, t.WithPolicy) else getattr(tree, "items", ())
    return set().union(*(stated(item) for item in inner)) if inner else set()


def _compared(program: Program, criterion: str) -> set[str]:
    names = {node.name for node in t.walk(program.plans[criterion].when) if isinstance(node, t.Reference)}
    return {name for name in names if isinstance(program.plans.get(name), IndicatorPlan)}
