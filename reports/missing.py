"""What is not known: rows that were expected and not supplied, which groups stay possible, and what would settle them."""

from __future__ import annotations

from functools import cached_property

from engine.explanation import Check, Evidence, Quantity
from engine.program import IndicatorPlan, Program
from engine.tables import RowStatus, Tables, quoted
from engine.truth import Truth
from engine.values import Reason
from reports.evidence import SharedExplainer
from reports.russian import joined, lowered, reason_words
from reports.sentences import Sentences
from reports.view import GroupView, Missing
from reports.wording import Wording

_CALLED = {RowStatus.ABSENT: "не сданы", RowStatus.BAD: "не учтены из-за ошибок"}
_NAMED = 5
_OWN_REASONS = frozenset({Reason.NO_BASE, Reason.INPUT})     # they only repeat what is missing below


class Gaps:
    """Knows for every school which rows are absent, table by table."""

    def __init__(self, explainer: SharedExplainer, sentences: Sentences, wording: Wording):
        self.explainer, self.sentences, self.wording = explainer, sentences, wording
        self.program: Program = explainer.program
        self.tables: Tables = explainer.tables

    @cached_property
    def absent(self) -> dict[tuple[str, RowStatus], dict[int, list[dict]]]:
        """Keys of the rows without values, by (table, status) and unit."""
        found: dict[tuple[str, RowStatus], dict[int, list[dict]]] = {}
        for name, table in self.program.rules.tables.items():
            if table.school_column is None:
                continue
            keys = [key for key in table.keys if key != table.school_column]
            chosen = "".join(f", {quoted(key)}" for key in keys)
            for status in _CALLED:
                rows = self.tables.connection.execute(f"SELECT _unit{chosen} FROM {quoted(name)} WHERE _status = {int(status)} AND _unit IS NOT NULL ORDER BY ALL").fetchall()
                for unit, *values in rows:
                    found.setdefault((name, status), {}).setdefault(unit, []).append(dict(zip(keys, values, strict=True)))
        return found

    def tables_behind(self, name: str) -> frozenset[str]:
        """Name the tables of the contract a criterion or an indicator rests on."""
        return self._behind.get(name, frozenset())

    @cached_property
    def _behind(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name in self.program.order:
            plan = self.program.plans[name]
            own = {plan.table} if isinstance(plan, IndicatorPlan) and plan.table in self.program.rules.tables else set()
            found[name] = frozenset(own).union(*(found.get(other, frozenset()) for other in self.program.uses[name]))
        return found

    # ------------------------------------------------------------ one school

    def all_absent(self, row: int) -> tuple[str, ...]:
        """Say everything a school did not supply, whether a conclusion depends on it or not."""
        return tuple(self._absent_words(table, status, units[row]) for (table, status), units in self.absent.items() if row in units)

    def missing(self, groups: tuple[GroupView, ...], row: int) -> Missing | None:
        """Return what keeps the groups of a school open, or None when all are determined."""
        open_groups = [group for group in groups if group.status.tone == "open"]
        if not open_groups:
            return None
        unknown = self.unknown_criteria([group.name for group in open_groups], row)
        behind = frozenset().union(*(self.tables_behind(item.name) for item in unknown))
        own = tuple(self._absent_words(table, status, units[row]) for (table, status), units in self.absent.items() if table in behind and row in units)
        why = tuple(dict.fromkeys(self.sentences.criterion(item, row) for item in unknown if item.kind == "criterion"))
        titles = tuple(dict.fromkeys(self.wording.title(table) for (table, _), units in self.absent.items() if table in behind and row in units))
        settle = f"Решат сведения школы: {joined(f'«{title}»' for title in titles)}." if own else self._settle_others(unknown) or self._settle_none(unknown)
        return Missing(tuple(group.short for group in open_groups), own, titles, why, settle, settle.partition(" (")[0] + "." if not own and " (" in settle else settle)

    def unknown_criteria(self, groups: list[str], row: int) -> list[Evidence]:
        """List the facts that keep groups open: criteria first met in the order of groups, and comparisons written into a group itself."""
        found: dict[str, Evidence] = {}
        for name in groups:
            for child in self.explainer.category(name, row).children:
                if child.status is Truth.UNKNOWN and child.kind != "category":
                    found.setdefault(child.name, child)
        return list(found.values())

    def _absent_words(self, table: str, status: RowStatus, rows: list[dict]) -> str:
        title, what = self.wording.title(table), []
        for key in rows[0]:
            what.append(self.wording.key_values(key, sorted({row[key] for row in rows if row[key] is not None}, key=str)))
        detail = f" ({', '.join(part for part in what if part)})" if any(what) else ""
        return f"«{title}»{detail} — {_CALLED[status]}"

    def _settle_others(self, unknown: list[Evidence]) -> str:
        """A place among schools may wait for the others: name those who did not supply the tables it is computed from."""
        waiting = [check.name for evidence in unknown for check in evidence.checks if check.status is Truth.UNKNOWN and self._waits(check)]
        behind = frozenset().union(*(self.tables_behind(name) for name in waiting))
        parts = [f"«{self.wording.title(table)}» — {self._numbers(units)}" for (table, _), units in self.absent.items() if table in behind]
        return f"Свои сведения школа сдала; решат сведения других школ: {joined(parts)}." if parts else ""

    def _waits(self, check: Check) -> bool:
        """Whether a value that no table gives (it is computed over schools) is known only within bounds, or has no base."""
        plan, value = self.program.plans.get(check.name), check.left
        computed = isinstance(plan, IndicatorPlan) and plan.table is None
        return computed and isinstance(value, Quantity) and (value.reason is Reason.NO_BASE or (not value.is_missing and not value.is_exact))

    def _numbers(self, units: dict[int, list[dict]]) -> str:
        codes = self.explainer.evaluation.frames[self.program.school_level].codes
        named = [f"№ {codes[unit]}" for unit in sorted(units)]
        return ", ".join(named[:_NAMED]) + (f" и ещё {len(named) - _NAMED}" if len(named) > _NAMED else "")

    def _settle_none(self, unknown: list[Evidence]) -> str:
        reasons = []
        for evidence in unknown:
            for check in evidence.checks:
                if check.status is Truth.UNKNOWN and isinstance(check.left, Quantity) and check.left.is_missing and check.left.reason not in _OWN_REASONS:
                    reasons.append(f"{lowered(self.wording.title(check.name))} — {reason_words(check.left.reason)}")
        detail = f" ({'; '.join(list(dict.fromkeys(reasons))[:2])})" if reasons else ""
        return f"Сведения сданы, но для вывода их мало, решает человек{detail}."
