"""How a status looks: a word, a symbol and a tone. The word carries the meaning; symbol and tone only repeat it, so grey print loses nothing."""

from __future__ import annotations

from dataclasses import dataclass

from engine.truth import Truth


@dataclass(frozen=True, slots=True)
class Status:
    """A status ready to show. `tone` names a CSS class; `order` sorts: what holds, what is open, the rest."""

    word: str
    symbol: str
    tone: str
    order: int

    @property
    def text(self) -> str:
        return f"{self.symbol} {self.word}"


CRITERION_MET = Status("выполнен", "●", "met", 0)
CRITERION_OPEN = Status("не определён", "○", "open", 1)
CRITERION_NOT_MET = Status("не выполнен", "–", "not", 2)
CRITERION_OUTSIDE = Status("не применяется", "×", "outside", 3)

GROUP_MET = Status("да, предварительно", "●", "met", 0)
GROUP_OPEN = Status("не определена", "○", "open", 1)
GROUP_NOT_MET = Status("нет", "–", "not", 2)
GROUP_OUTSIDE = Status("не применяется", "×", "outside", 3)

CHECK_MET = Status("да", "●", "met", 0)
CHECK_OPEN = Status("неизвестно", "○", "open", 1)
CHECK_NOT_MET = Status("нет", "–", "not", 2)

NO_GROUND = Status("оснований для помощи нет", "\u2007", "not", 2)     # a figure space: the column keeps its width
PARTLY_KNOWN = Status("определена не полностью", "◐", "part", 0)


def criterion_status(truth: Truth, applies: Truth = Truth.MET) -> Status:
    """Return how a criterion's outcome looks."""
    return _chosen(truth, applies, CRITERION_MET, CRITERION_OPEN, CRITERION_NOT_MET, CRITERION_OUTSIDE)


def group_status(truth: Truth, applies: Truth = Truth.MET) -> Status:
    """Return how a category's outcome looks."""
    return _chosen(truth, applies, GROUP_MET, GROUP_OPEN, GROUP_NOT_MET, GROUP_OUTSIDE)


def check_status(truth: Truth) -> Status:
    """Return how the outcome of one comparison looks."""
    return _chosen(truth, Truth.MET, CHECK_MET, CHECK_OPEN, CHECK_NOT_MET, CHECK_NOT_MET)


def _chosen(truth: Truth, applies: Truth, met: Status, open_: Status, not_met: Status, outside: Status) -> Status:
    if applies is Truth.NOT_MET:
        return outside
    match truth:
        case Truth.MET:
            return met
        case Truth.UNKNOWN:
            return open_
        case Truth.NOT_MET:
            return not_met
    raise AssertionError(truth)
