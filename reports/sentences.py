"""Sentences of the rules («фразы») with their placeholders filled for one school."""

from __future__ import annotations

import re

from engine import tree as t
from engine.explanation import Evidence, Explainer, Quantity
from engine.program import CategoryPlan, CriterionPlan
from engine.tree import Origin
from engine.truth import Truth
from reports.russian import count_of_share, number_beside, value_words, with_unit
from reports.wording import Wording

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Sentences:
    """Fills phrases. A number stands with its unit and, where it is a share, with the count behind it."""

    def __init__(self, explainer: Explainer, wording: Wording):
        self.explainer, self.wording, self.program = explainer, wording, explainer.program

    def criterion(self, evidence: Evidence, row: int) -> str:
        """Say how one criterion came out; where the rules hold no phrase, say its title and its comparisons."""
        plan = self.program.plans[evidence.name]
        phrase = _phrase(plan, evidence.status)
        if evidence.applies is Truth.NOT_MET or phrase is None:
            return self._plain(evidence)
        return self.filled(phrase, plan.level, row, borders_of(evidence))

    def category(self, name: str, status: Truth, row: int) -> str:
        """Return the phrase of a category in this status, or nothing."""
        plan = self.program.plans[name]
        phrase = _phrase(plan, status)
        return self.filled(phrase, plan.level, row, {}) if phrase else ""

    def filled(self, phrase: str, level: str, row: int, borders: dict[str, tuple[float, ...]]) -> str:
        """Put values into a phrase. `borders`: thresholds by the name of what is compared with them."""
        return _PLACEHOLDER.sub(lambda found: self._value(found.group(1).strip(), level, row, borders), phrase)

    def _value(self, name: str, level: str, row: int, borders: dict[str, tuple[float, ...]]) -> str:
        origin = Origin.THRESHOLD if name in self.program.thresholds else Origin.UNIT
        value = self.explainer.value_of(level, t.Reference(origin, name), row)
        if isinstance(value, Quantity):
            return phrase_words(value, borders.get(name, ()))
        return "нет данных" if value is None else value.replace("_", " ")

    def _plain(self, evidence: Evidence) -> str:
        checks = [f"{self.wording.title(check.name)} — {value_words(check.left)}" for check in evidence.checks
                  if check.name and isinstance(check.left, Quantity)]
        return f"{evidence.title}: {'; '.join(checks)}." if checks and evidence.applies is not Truth.NOT_MET else f"{evidence.title}."


def phrase_words(quantity: Quantity, beside: tuple[float, ...] = ()) -> str:
    """Write a quantity inside a sentence: «30,4 % (14 из 46)», «2–3», «нет данных»."""
    if quantity.is_missing:
        return "нет данных"
    if not quantity.is_exact and abs(quantity.low) != float("inf") and abs(quantity.high) != float("inf"):
        between = f"{number_beside(quantity.low, beside, quantity.decimals)}–{number_beside(quantity.high, beside, quantity.decimals)}"
        return with_unit(between, quantity.unit)
    value, share = value_words(quantity, beside), count_of_share(quantity)
    if share is not None:
        return f"{value} ({share[0]} из {share[1]})"
    return value


def borders_of(evidence: Evidence) -> dict[str, tuple[float, ...]]:
    """Return the exact thresholds each name is compared with in a criterion."""
    found: dict[str, list[float]] = {}
    for check in evidence.checks:
        if check.name and isinstance(check.right, Quantity) and check.right.is_exact:
            found.setdefault(check.name, []).append(check.right.low)
    return {name: tuple(values) for name, values in found.items()}


def _phrase(plan: CriterionPlan | CategoryPlan, status: Truth | None) -> str | None:
    phrases = plan.block.phrases
    if phrases is None or status is None:
        return None
    return {Truth.MET: phrases.met, Truth.UNKNOWN: phrases.unknown, Truth.NOT_MET: phrases.not_met}[status]
