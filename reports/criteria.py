"""A criterion as it came out for one school: the sentence, the comparisons, the rows of files, what would turn it over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine import tree as t
from engine.explanation import Check, Evidence, Quantity, SourceRow
from engine.inputs.fixed import RULES
from engine.program import CriterionPlan, IndicatorPlan
from engine.robustness import Change, changes
from engine.tables import RowStatus
from engine.tree import SIGN_WORDS
from engine.truth import Truth
from engine.words import sentence
from reports.evidence import SharedExplainer
from reports.russian import by_pupils, capital, full_stop, joined, number, quantity_words, value_words
from reports.sentences import Sentences
from reports.status import check_status, criterion_status
from reports.view import CriterionView, Fact, SourceBlock, SourceLine
from reports.wording import Wording, column_title

_NOTES = {int(RowStatus.ABSENT): "строки нет", int(RowStatus.BAD): "в строке ошибка, значения не учтены", int(RowStatus.HIDDEN): "скрыто в источнике"}
_COUNTS = frozenset({"шт.", "лет"})     # a count moves by whole works: the rows it counts say more than its own distance
_NEAR = 2     # a criterion that two pupils or fewer keep from being met is worth knowing in advance


class Criteria:
    """Makes criteria of one run ready to show."""

    def __init__(self, explainer: SharedExplainer, sentences: Sentences, wording: Wording):
        self.explainer, self.sentences, self.wording = explainer, sentences, wording
        self.program, self.rules = explainer.program, explainer.program.rules
        self._made: dict[tuple[str, int], CriterionView] = {}

    def view(self, name: str, row: int) -> CriterionView:
        """Return a criterion of one school with its comparisons and sources."""
        if (name, row) not in self._made:
            self._made[name, row] = self._view(name, row)
        return self._made[name, row]

    def _view(self, name: str, row: int) -> CriterionView:
        evidence = self.explainer.criterion(name, row)
        return CriterionView(name, evidence.title, evidence.clause, criterion_status(evidence.status, evidence.applies), self.sentences.criterion(evidence, row),
                             tuple(self.facts(evidence, row)), tuple(self.sources(evidence, row)), tuple(self.turning(evidence, row)))

    # ------------------------------------------------------------ comparisons

    def facts(self, evidence: Evidence, row: int) -> Iterator[Fact]:
        """Yield the comparisons of a criterion; those of the criteria it is made of are with them."""
        plan = self.program.plans[evidence.name]
        for node, check in zip(_compared(plan), evidence.checks, strict=True):
            yield self._fact(node, check, row)

    def words(self, name: str, quantity: Quantity, row: int, borders: tuple[float, ...] = ()) -> str:
        """Write the value of an indicator; a missing one says which rows were looked for in vain."""
        plan = self.program.plans.get(name)
        if quantity.is_missing and isinstance(plan, IndicatorPlan) and self.explainer.is_filtered_out(plan, row):
            return f"нет данных: ни одной строки, где {self.wording.text(plan.where)}"
        return quantity_words(quantity, borders)

    def _fact(self, node: t.Tree, check: Check, row: int) -> Fact:
        left, right = check.left, check.right
        if not isinstance(left, Quantity) or not isinstance(right, Quantity):
            return self._fact_of_words(node, check)
        borders = (right.low,) if right.is_exact else ()
        left, border = replace(left, unit=left.unit or right.unit), replace(right, unit=right.unit or left.unit, size=None)
        title = self.wording.title(check.name) if check.name else capital(self.wording.expression(node.left, bare=True))
        exact = left.low if left.is_exact else None
        return Fact(check.name, title, self.words(check.name, left, row, borders), number(left.size) if left.size is not None else "", f"{SIGN_WORDS[check.sign]} {value_words(border)}",
                    check_status(check.status), exact, right.low if right.is_exact else None, left.size, left.unit or "", _limit(node.right, self.wording))

    def _fact_of_words(self, node: t.Tree, check: Check) -> Fact:
        """A comparison of words («тип школы — одно из …») or a question about data has no threshold of its own."""
        names = [item.name for item in t.walk(node) if isinstance(item, t.Reference)]
        title = self.wording.title(names[0]) if names else capital(self.wording.text(node))
        shown = check.left.replace("_", " ") if isinstance(check.left, str) else quantity_words(check.left) if isinstance(check.left, Quantity) else "нет данных"
        border = self.wording.text(node).partition(" — ")[2]
        return Fact(names[0] if names else "", title, shown, "", border, check_status(check.status))

    # ------------------------------------------------------------ sources

    def sources(self, evidence: Evidence, row: int) -> Iterator[SourceBlock]:
        """Yield the rows of files behind every indicator of a criterion, deepest inputs included, each indicator once."""
        seen: set[str] = set()
        for child in evidence.children:
            if child.kind in ("indicator", "column"):
                yield from self._block(child, row, seen, child.name)

    def _block(self, evidence: Evidence, row: int, seen: set[str], root: str) -> Iterator[SourceBlock]:
        if evidence.name in seen:
            return
        seen.add(evidence.name)
        plan = self.program.plans.get(evidence.name)
        value = self.words(evidence.name, evidence.value, row) if isinstance(evidence.value, Quantity) else evidence.value or "нет данных"
        counted = self.explainer.counted(plan, row) if plan is not None else []
        lines = tuple(self._line(item, item in counted, plan.table if plan is not None else self.rules.registry) for item in evidence.rows)
        if lines or not evidence.children:
            more = evidence.rows_total - len(lines)
            yield SourceBlock(evidence.name, self.wording.title(evidence.name), value.replace("_", " "), lines, f"и ещё строк: {number(more)}" if more > 0 else "", root)
        for child in evidence.children:
            if child.kind == "indicator":
                yield from self._block(child, row, seen, root)

    def _line(self, item: SourceRow, counted: bool, table: str | None) -> SourceLine:
        place, note = item.place, _NOTES.get(item.status, "")
        if item.status == RowStatus.ABSENT:
            return SourceLine("", "", "", "в файлах нет", self.wording.key(item.key), "нет данных", "", False, note)
        value = quantity_words(item.value) if item.value is not None else ""
        if place.file == RULES:
            return SourceLine(place.file, self.wording.title(place.sheet), "", f"правила, «{self.wording.title(place.sheet)}»", self.wording.key(item.key), value, "", counted, note)
        sheet = f", лист «{place.sheet}»" if place.sheet else ""
        cells = "; ".join(self._cell(table, name, shown, address) for name, shown, address in item.cells if address)
        return SourceLine(place.file, place.sheet, place.cell, f"{place.file}{sheet}", self.wording.key(item.key), value, cells, counted, note)

    def _cell(self, table: str | None, name: str, shown: str, address: str) -> str:
        columns = self._contract_columns(table)
        title = column_title(name, columns[name]) if name in columns else sentence(name)
        return f"{title} — {shown} ({address})".replace("_", " ")

    def _contract_columns(self, table: str | None) -> dict:
        """The columns of the table below; a method reads several, each named in its own lines."""
        while table in self.program.slices:
            table = self.program.plans[table].table
        return self.rules.tables[table].columns if table in self.rules.tables else {}

    # ------------------------------------------------------------ what would turn it over

    def turning(self, evidence: Evidence, row: int) -> Iterator[str]:
        """Say how far a criterion is from coming out the other way; for one that is not met only when it is near."""
        if evidence.status is Truth.UNKNOWN or evidence.applies is Truth.NOT_MET:
            return
        found = [item for item in changes(self.explainer, evidence.name, row) if item.status is evidence.status]
        alone = [item for item in found if item.alone and item.value.unit not in _COUNTS]
        if evidence.status is Truth.NOT_MET:
            alone = [item for item in alone if item.pupils is not None and item.pupils <= _NEAR]
        if alone:
            yield self._one_change(alone[0], evidence.status)
        elif evidence.status is Truth.MET:
            yield from self._several(evidence, [item for item in found if item.key and item.pupils is not None])

    def _one_change(self, change: Change, status: Truth) -> str:
        threshold = replace(change.threshold, unit=change.threshold.unit or change.value.unit)
        now = full_stop(f"{self._subject(change)}: {quantity_words(change.value, (threshold.low,))}, порог {value_words(threshold)}")
        if change.pupils is None:
            gap = abs(change.distance)
            unit = "п. п." if change.value.unit == "%" else change.value.unit
            return full_stop(f"{now} До порога — {value_words(Quantity(gap, gap, unit, decimals=change.value.decimals))}")
        end = "и этот признак не был бы выполнен" if status is Truth.MET else "и признак был бы выполнен"
        return f"{now} {capital(_distance(change))} — {end}."

    def _several(self, evidence: Evidence, rows: list[Change]) -> Iterator[str]:
        """A count well over its threshold: how many of the counted works would have to change, the nearest named."""
        for check in evidence.checks:
            if check.status is Truth.MET and check.sign == ">=" and isinstance(check.left, Quantity) and check.left.is_exact and isinstance(check.right, Quantity):
                need = int(check.left.low - check.right.low) + 1
                if 1 < need <= len(rows):
                    named = joined(f"{self._subject(item)} — {_distance(item)}" for item in rows[:need])
                    yield f"Признак не был бы выполнен, если бы порог не достигался ещё в {need} случаях. Ближайшие: {named}."
                return

    def _subject(self, change: Change) -> str:
        return self.wording.key(change.key, self.explainer.evaluation.report_year) if change.key else change.title


def _compared(plan: CriterionPlan) -> list[t.Tree]:
    """List the nodes the explainer makes checks of, in its order."""
    return [node for node in t.walk(plan.when)
            if isinstance(node, (t.Compare, t.Member, t.HasData, t.Undetermined)) or (isinstance(node, t.Call) and node.function == "была")]


def _distance(change: Change) -> str:
    fewer = change.sign in (">=", ">") if change.status is Truth.MET else change.sign in ("<=", "<")
    return by_pupils(change.pupils, fewer)


def _limit(tree: t.Tree, wording: Wording) -> str:
    """Name the threshold a value is compared with."""
    names = [node.name for node in t.walk(tree) if isinstance(node, t.Reference) and node.name in wording.rules.thresholds]
    return names[0] if len(names) == 1 else ""
