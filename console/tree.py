"""The tree of one school in a terminal: category ← criteria ← indicators ← file, sheet, cell."""

from __future__ import annotations

from collections.abc import Iterator

from engine.explanation import Check, Evidence, Explainer, Quantity, SourceRow
from engine.program import MeasurePlan
from engine.truth import Truth
from reports.russian import quantity_words

_WORDS = {Truth.MET: "выполнен", Truth.UNKNOWN: "не определён", Truth.NOT_MET: "не выполнен"}
_CATEGORY_WORDS = {Truth.MET: "да (предварительно)", Truth.UNKNOWN: "не определена", Truth.NOT_MET: "нет"}
_STATUS_NOTES = {1: "строки нет", 2: "в строке ошибка", 3: "скрыто в источнике"}

Node = tuple[str, list["Node"]]


def school_lines(explainer: Explainer, row: int, everything: bool = False) -> Iterator[str]:
    """Yield the lines of one school's tree. Categories that are not met are folded unless `everything`."""
    program = explainer.program
    frame = explainer.evaluation.frames[program.school_level]
    plans = explainer.categories()
    shown = [plan for plan in plans if everything or explainer.status(plan.name, row) is not Truth.NOT_MET]
    names = [plan.block.title or plan.name for plan in plans if explainer.status(plan.name, row) is Truth.MET]
    yield f"Школа № {frame.codes[row]}: {'; '.join(names) if names else 'ни одна категория не присвоена'} (предварительно)"
    nodes = [_category_node(explainer.category(plan.name, row), everything) for plan in shown]
    nodes.append(_measures_node(explainer, row))
    yield from _drawn(nodes)
    folded = len(plans) - len(shown)
    if folded:
        yield f"Не присвоено категорий: {folded}; показать и их: --all"


def _drawn(nodes: list[Node], prefix: str = "") -> Iterator[str]:
    for position, (text, children) in enumerate(nodes):
        last = position == len(nodes) - 1
        yield f"{prefix}{'└─' if last else '├─'} {text}"
        yield from _drawn(children, prefix + ("   " if last else "│  "))


def _category_node(evidence: Evidence, everything: bool) -> Node:
    children = [child for child in evidence.children if everything or child.decisive or child.status is not Truth.NOT_MET]
    status = "не применяется" if evidence.applies is Truth.NOT_MET else _CATEGORY_WORDS[evidence.status]
    clause = f"  [{evidence.clause}]" if evidence.clause else ""
    return f"{evidence.title}: {status}{clause}", [_criterion_node(child) for child in children]


def _criterion_node(evidence: Evidence) -> Node:
    status = "не применяется" if evidence.applies is Truth.NOT_MET else _WORDS[evidence.status] if evidence.status is not None else ""
    mark = "● " if evidence.decisive else ""
    clause = f"  [{evidence.clause}]" if evidence.clause else ""
    children: list[Node] = [(_check_words(check), []) for check in evidence.checks]
    children += [_value_node(child) for child in evidence.children if child.kind in ("indicator", "column", "criterion")]
    return f"{mark}{evidence.title}: {status}{clause}", children


def _check_words(check: Check) -> str:
    left = check.left if isinstance(check.left, str) else quantity_words(check.left) if isinstance(check.left, Quantity) else ""
    return f"{check.text}: {left + ' — ' if left else ''}{_WORDS[check.status]}"


def _value_node(evidence: Evidence) -> Node:
    if evidence.kind == "criterion":
        return _criterion_node(evidence)
    value = evidence.value
    words = value if isinstance(value, str) else quantity_words(value) if isinstance(value, Quantity) else "нет данных"
    rows = [_row_node(row) for row in evidence.rows]
    if evidence.rows_total > len(evidence.rows):
        rows.append((f"… всего строк {evidence.rows_total}", []))
    rows += [_value_node(child) for child in evidence.children if child.kind in ("indicator", "column")]
    return f"{evidence.title}: {words}", rows


def _row_node(row: SourceRow) -> Node:
    key = ", ".join(value for _, value in row.key)
    value = f" = {quantity_words(row.value)}" if row.value is not None else ""
    cells = ", ".join(f"{name} {shown}" + (f" ({address})" if address else "") for name, shown, address in row.cells)
    note = f"  ({_STATUS_NOTES[row.status]})" if row.status in _STATUS_NOTES else ""
    return f"{key}{value}{': ' if key and cells else ''}{cells}  ← {row.place}{note}", []


def _measures_node(explainer: Explainer, row: int) -> Node:
    plans = [plan for plan in explainer.program.of(MeasurePlan, explainer.program.school_level)
             if plan.audience is not None and explainer.status(plan.name, row) is Truth.MET]
    return f"Меры: {len(plans)}", [(plan.block.title or plan.name, []) for plan in plans]
