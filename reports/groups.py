"""Groups (categories) and the grounds a school is in them for. Nothing is decided here: the trail of the inference is read back."""

from __future__ import annotations

from engine import tree as t
from engine.explanation import Check, Evidence, Quantity, SourceRow
from engine.program import CategoryPlan, IndicatorPlan, MeasurePlan, Program
from engine.tree import SIGN_WORDS
from engine.truth import Truth
from reports.evidence import SharedExplainer
from reports.russian import joined, lowered, quantity_words, value_words
from reports.sentences import Sentences
from reports.view import Ground
from reports.wording import Wording


def all_clear(program: Program) -> CategoryPlan | None:
    """Return the category of schools without grounds for help: the one that says «not this, not that» of other categories."""
    for plan in program.of(CategoryPlan, program.school_level):
        if len(_denied(program, plan)) > 1:
            return plan
    return None


def _denied(program: Program, plan: CategoryPlan) -> tuple[str, ...]:
    items = plan.when.items if isinstance(plan.when, t.AllOf) else ()
    names = [item.item.name for item in items if isinstance(item, t.Not) and isinstance(item.item, t.Reference)]
    denied = tuple(name for name in names if isinstance(program.plans.get(name), CategoryPlan))
    others = [item for item in items if not isinstance(item, t.Compare)]      # «охват_впр не менее 0 %» asks for data, not for a ground
    return denied if len(denied) == len(others) else ()


def groups_of_help(program: Program) -> tuple[str, ...]:
    """Name the categories that are a ground for help, the largest help first; those for service use are not: nobody is named in a list because of them.

    They are the ones the «all clear» category denies. Rules without such a category: the categories measures are meant for; without measures, all of them.
    """
    plans = sorted((plan for plan in program.of(CategoryPlan, program.school_level) if not plan.block.internal), key=lambda plan: plan.block.support if plan.block.support is not None else 99)
    clear = all_clear(program)
    if clear is not None:
        denied = _denied(program, clear)
        return tuple(plan.name for plan in plans if plan.name in denied)
    meant = {node.name for plan in program.of(MeasurePlan) if plan.audience is not None for node in t.walk(plan.audience) if isinstance(node, t.Reference)}
    own = [plan.name for plan in plans if not plan.block.rest]
    return tuple(name for name in own if name in meant) or tuple(own)


class Grounds:
    """Says why a school is in a category: the criteria that decided, or an old decision that is still held."""

    def __init__(self, explainer: SharedExplainer, sentences: Sentences, wording: Wording):
        self.explainer, self.sentences, self.wording = explainer, sentences, wording
        self.program = explainer.program

    def of(self, name: str, row: int) -> tuple[Ground, ...]:
        """Return the grounds of a category in force, in the order of the rules."""
        plan, evidence = self.program.plans[name], self.explainer.category(name, row)
        asked = _names(plan.when)
        decisive = [child for child in evidence.children if child.decisive]
        found: list[Ground] = []
        for child in decisive:
            if child.status is not Truth.MET or child.name not in asked:
                continue
            if child.kind == "criterion":
                found.append(self.criterion(child, row))
            elif child.kind == "category":
                found.append(Ground("", f"Действует группа «{self.wording.title(child.name)}»."))
        return tuple(found) or self._held(plan, decisive)

    def criterion(self, evidence: Evidence, row: int) -> Ground:
        return Ground(evidence.name, self.sentences.criterion(evidence, row), self.examples(evidence, row))

    def examples(self, evidence: Evidence, row: int) -> tuple[str, ...]:
        """Say which works a criterion counted: «ОГЭ, математика, 9 класс — 14 из 46 (30,4 %)»; of a list of signs, how many there are."""
        rows = self.counted(evidence, row)
        if not rows and isinstance(self.program.plans[evidence.name].when, t.AtLeast):
            met = [check for check in evidence.checks if check.status is Truth.MET]
            return (f"{len(met)} из {len(evidence.checks)}",) if len(evidence.checks) == len(self.program.plans[evidence.name].when.items) else ()
        return tuple(self._example(item) for item in rows)

    def counted(self, evidence: Evidence, row: int) -> list[SourceRow]:
        """Return the rows counted by the indicators of a criterion's comparisons that are met, once each; its own criteria's rows first."""
        found: dict[tuple, SourceRow] = {}
        for child in evidence.children:
            if child.kind == "criterion" and child.status is Truth.MET:
                found |= {(item.of, item.key): item for item in self.counted(child, row)}
        for check in evidence.checks:
            plan = self.program.plans.get(check.name)
            if check.status is Truth.MET and check.sign in (">=", ">") and isinstance(plan, IndicatorPlan):
                for item in self.explainer.counted(plan, row):
                    found.setdefault((item.of, item.key), item)
        return list(found.values())

    def _example(self, item: SourceRow) -> str:
        key = self.wording.key(item.key, self.explainer.evaluation.report_year)
        flag = item.value is None or item.value.unit == "шт."     # a mark «1 — yes» says nothing beside the key
        return key if flag else f"{key} — {quantity_words(item.value)}"

    # ------------------------------------------------------------ a decision of an earlier year that is still held

    def _held(self, plan: CategoryPlan, decisive: list[Evidence]) -> tuple[Ground, ...]:
        names = {child.name: child for child in decisive}
        if f"была({plan.name})" in names:
            failing = [self._failing(names[name]) for name in _exit_names(plan) if name in names]
            why = f": {'; '.join(failing)}" if failing else ""
            return (Ground("", f"Решение прошлого года в силе{why}."),)
        if any(name.startswith("срок_не_истёк(") for name in names):
            return (Ground("", f"Решение прошлого года в силе: группа сохраняется не меньше {plan.block.kept_years} лет."),)
        return ()

    def _failing(self, evidence: Evidence) -> str:
        if evidence.kind == "category":
            return f"выход не засчитывается, пока действует группа «{self.wording.title(evidence.name)}»"
        if evidence.kind == "criterion":
            return f"выход не засчитывается: {lowered(self.wording.title(evidence.name))}"
        return joined(self._failing_check(check) for check in evidence.checks) or lowered(self.wording.title(evidence.name))

    def _failing_check(self, check: Check) -> str:
        title = lowered(self.wording.title(check.name))
        if not isinstance(check.left, Quantity) or not isinstance(check.right, Quantity):
            return title
        borders = (check.right.low,) if check.right.is_exact else ()
        return f"{title} — {quantity_words(check.left, borders)}, для выхода нужно {SIGN_WORDS[check.sign]} {value_words(check.right)}"


def _names(tree: t.Tree | None) -> frozenset[str]:
    return frozenset(node.name for node in t.walk(tree) if isinstance(node, t.Reference)) if tree is not None else frozenset()


def _exit_names(plan: CategoryPlan) -> list[str]:
    """Name the facts of an exit condition as the trail names them."""
    items = plan.exit_if.items if isinstance(plan.exit_if, t.AllOf) else (plan.exit_if,) if plan.exit_if is not None else ()
    bases = [item.item if isinstance(item, t.Not) else item for item in items]
    return [base.name if isinstance(base, t.Reference) else t.render(base) for base in bases]


