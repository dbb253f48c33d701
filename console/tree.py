"""The tree of one school in a terminal: category ← criteria ← indicators ← file, sheet, cell.

What was said once is not said again: an indicator that several criteria use is spelled out where it first stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.explanation import Check, Evidence, Explainer, Quantity, SourceRow
from engine.program import CategoryPlan, MeasurePlan
from engine.robustness import Change, changes
from engine.tree import SIGN_WORDS
from engine.truth import Truth
from engine.words import sentence
from reports.russian import quantity_words

_WORDS = {Truth.MET: "выполнен", Truth.UNKNOWN: "не определён", Truth.NOT_MET: "не выполнен"}
_CATEGORY_WORDS = {Truth.MET: "да, предварительно", Truth.UNKNOWN: "не определена", Truth.NOT_MET: "нет"}
_ROWS = 12
_ABSENT, _BAD, _HIDDEN = 1, 2, 3

Node = tuple[str, list["Node"]]


def school_lines(explainer: Explainer, row: int, everything: bool = False) -> Iterator[str]:
    """Yield the lines of one school's tree. Categories that are not met are folded unless `everything`."""
    return _SchoolTree(explainer, row, everything).lines()


class _SchoolTree:
    def __init__(self, explainer: Explainer, row: int, everything: bool):
        self.explainer, self.row, self.everything = explainer, row, everything
        self.program = explainer.program
        self.told: set[str] = set()

    def lines(self) -> Iterator[str]:
        frame = self.explainer.evaluation.frames[self.program.school_level]
        plans = self.explainer.categories()
        status = {plan.name: self.explainer.status(plan.name, self.row) for plan in plans}
        met = [plan.block.title or plan.name for plan in plans if status[plan.name] is Truth.MET]
        yield f"Школа № {frame.codes[self.row]}: {'; '.join(met) if met else 'ни одна группа не присвоена'} (предварительно)"
        shown = [plan for plan in plans if self.everything or self._worth_showing(plan, status[plan.name])]
        nodes = [self._category(plan) for plan in shown]
        yield from _drawn([*nodes, *self._turning(shown), self._measures()])
        if len(shown) < len(plans):
            yield f"Не присвоено групп: {len(plans) - len(shown)}; показать и их: --all"

    def _worth_showing(self, plan: CategoryPlan, status: Truth) -> bool:
        """Fold what is not met, and the group «не определена»: the undetermined groups say the same with reasons."""
        return status is not Truth.NOT_MET and not plan.block.rest

    # ------------------------------------------------------------ categories and criteria

    def _category(self, plan: CategoryPlan) -> Node:
        evidence = self.explainer.category(plan.name, self.row)
        children = [child for child in evidence.children if self.everything or self._matters(evidence, child)]
        word = _CATEGORY_WORDS[evidence.status]
        if evidence.applies is Truth.NOT_MET:
            word, reasons = "не применяется", {check.name for check in evidence.applying}
            children = [child for child in evidence.children if child.name in reasons]
        told = {child.name for child in children}
        applying = [check for check in evidence.applying if check.name not in told]
        return f"{evidence.title} — {word}{_clause(evidence.clause)}", [*map(_applying, applying), *map(self._fact, children)]

    def _matters(self, category: Evidence, child: Evidence) -> bool:
        """A decided category rests on its decisive facts; an undetermined one on what is not known."""
        return child.decisive if category.status is not Truth.UNKNOWN else child.status is Truth.UNKNOWN

    def _fact(self, evidence: Evidence) -> Node:
        if evidence.kind == "category":
            return f"{evidence.title}: {_CATEGORY_WORDS[evidence.status]}", []
        return self._criterion(evidence)

    def _criterion(self, evidence: Evidence) -> Node:
        word = "не применяется" if evidence.applies is Truth.NOT_MET else _WORDS[evidence.status] if evidence.status is not None else ""
        title = evidence.title if evidence.kind == "criterion" else sentence(evidence.title)
        head = f"{title}: {word}{_clause(evidence.clause)}"
        if evidence.name in self.told and evidence.kind == "criterion":
            return f"{head} (см. выше)", []
        self.told.add(evidence.name)
        if evidence.applies is Truth.NOT_MET:
            return head, [_applying(check) for check in evidence.applying]
        children = {child.name: child for child in evidence.children}
        nodes = [*map(_applying, evidence.applying), *(self._check(check, children) for check in evidence.checks)]
        compared = {check.name for check in evidence.checks}
        nodes += [self._value(child) for name, child in children.items() if name not in compared and child.kind in ("indicator", "column", "criterion")]
        return head, nodes

    def _check(self, check: Check, children: dict[str, Evidence]) -> Node:
        """One comparison: the value, what it is compared with, the outcome; below it, where the value comes from."""
        known = children.get(check.name)
        if known is None or not isinstance(check.left, Quantity) or not isinstance(check.right, Quantity):
            left = f" ({check.left})" if isinstance(check.left, str) else ""
            return f"{sentence(check.text)}{left}: {_WORDS[check.status]}", []
        border = f"{SIGN_WORDS[check.sign]} {quantity_words(check.right)}"
        text, below = self._value(known)
        return f"{text}; условие — {border}: {_WORDS[check.status]}", below

    # ------------------------------------------------------------ values and rows

    def _value(self, evidence: Evidence, depth: int = 0) -> Node:
        if evidence.kind == "criterion":
            return self._criterion(evidence)
        value = evidence.value
        words = value if isinstance(value, str) else quantity_words(value) if isinstance(value, Quantity) else "нет данных"
        head = f"{sentence(evidence.title)}: {words}"
        if evidence.name in self.told:
            return f"{head} (строки — выше)" if evidence.rows else head, []
        self.told.add(evidence.name)
        below = self._rows(evidence)
        if depth < 1 or self.everything:
            below += [self._value(child, depth + 1) for child in evidence.children if child.kind == "indicator"]
        return head, below

    def _rows(self, evidence: Evidence) -> list[Node]:
        present = [row for row in evidence.rows if row.status != _ABSENT]
        absent = [row for row in evidence.rows if row.status == _ABSENT]
        limit = len(evidence.rows) if self.everything else _ROWS
        nodes: list[Node] = [(_row_words(row), []) for row in present[:limit]]
        if absent:
            nodes.append((f"нет строк: {'; '.join(_key(row) for row in absent)}", []))
        folded = evidence.rows_total - len(evidence.rows) + max(len(present) - limit, 0)
        if folded > 0:
            nodes.append((f"и ещё строк: {folded}", []))
        return nodes

    # ------------------------------------------------------------ what would turn it over, what follows

    def _turning(self, plans: list[CategoryPlan]) -> list[Node]:
        """The nearest change for each criterion that decided something."""
        found: list[Change] = []
        for plan in plans:
            evidence = self.explainer.category(plan.name, self.row)
            for child in evidence.children:
                if child.kind == "criterion" and child.decisive and child.status is Truth.MET:
                    found += [item for item in changes(self.explainer, child.name, self.row) if item.status is Truth.MET and item.alone][:1]
        unique = {(item.title, item.key): item for item in found}
        if not unique:
            return []
        return [("Близко к порогу: что изменило бы критерий", [(_change_words(item), []) for item in unique.values()])]

    def _measures(self) -> Node:
        plans = [plan for plan in self.program.of(MeasurePlan, self.program.school_level)
                 if plan.audience is not None and self.explainer.status(plan.name, self.row) is Truth.MET]
        return f"Меры: {len(plans)}", [(plan.block.title or plan.name, []) for plan in plans]


def _applying(check: Check) -> Node:
    """A part of «применяется» that keeps a rule away, or is not known."""
    value = check.left if isinstance(check.left, str) else quantity_words(check.left) if isinstance(check.left, Quantity) else ""
    now = f" (сейчас {value})" if value else ""
    return f"применяется, если {check.text}{now}: {'это не так' if check.status is Truth.NOT_MET else 'не известно'}", []


def _change_words(change: Change) -> str:
    key = f" ({', '.join(value for _, value in change.key)})" if change.key else ""
    side = "ниже" if change.sign in (">=", ">") else "выше"
    pupils = f", это {change.pupils} чел." if change.pupils else ""
    return f"{sentence(change.title)}{key}: сейчас {quantity_words(change.value)}, стало бы {side} {quantity_words(change.threshold)}{pupils}"


def _row_words(row: SourceRow) -> str:
    value = f" = {quantity_words(row.value)}" if row.value is not None else ""
    cells = ", ".join(f"{name} {shown}" + (f" ({address})" if address else "") for name, shown, address in row.cells)
    note = {_BAD: " — в строке ошибка", _HIDDEN: " — скрыто в источнике"}.get(row.status, "")
    key = _key(row)
    return f"{key}{value}{': ' if key and cells else ''}{cells} ← {row.place}{note}"


def _key(row: SourceRow) -> str:
    return ", ".join(value for _, value in row.key)


def _clause(clause: str) -> str:
    return f"  [{clause}]" if clause else ""


def _drawn(nodes: list[Node], prefix: str = "") -> Iterator[str]:
    for position, (text, children) in enumerate(nodes):
        last = position == len(nodes) - 1
        yield f"{prefix}{'└─' if last else '├─'} {text}"
        yield from _drawn(children, prefix + ("   " if last else "│  "))



