"""The risk profile of a school in «500+»: of the twelve factors, at most three to work on, with reasons for each choice and each omission.

A school that works on everything works on nothing: each active factor means a programme of its own. The choice is a proposal; the school's
coordinator and curator verify it. Source: the project «500+» (2020–2022), адресная методическая помощь: рисковый профиль школы.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

MOST_ACTIVE = 3


class Significance(Enum):
    """How grave a factor is for a school; the values order it, `russian` is for a reader."""

    HIGH = 3
    MEDIUM = 2
    LOW = 1
    UNKNOWN = 0

    @property
    def russian(self) -> str:
        return {3: "высокая", 2: "средняя", 1: "низкая", 0: "не определена"}[self.value]


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One factor of one school. `surveyed`: by the questionnaires or the school's own diagnosis; `observed`: by criteria over data.

    `verified`: what the curator found, which overrules both. `evidence`: names of criteria or phrases that speak for it. `weight`: the
    district's priority among equally grave factors, larger first.
    """

    name: str
    surveyed: Significance = Significance.UNKNOWN
    observed: Significance = Significance.UNKNOWN
    verified: Significance | None = None
    evidence: tuple[str, ...] = ()
    weight: float = 1.0

    @property
    def significance(self) -> Significance:
        """The verified significance; before verification the graver of the two sources."""
        if self.verified is not None:
            return self.verified
        return max(self.surveyed, self.observed, key=lambda significance: significance.value)

    @property
    def sources_agree(self) -> bool:
        """Tell whether both sources say the same; unknown agrees with nothing."""
        return self.surveyed is self.observed is not Significance.UNKNOWN


class Verdict(Enum):
    """Why a factor is active or not; the values are for a reader."""

    ACTIVE = "выбран"
    BEYOND = "не выбран: предельное число факторов уже выбрано"
    NOT_GRAVE = "не выбран: значимость низкая"
    UNKNOWN = "не определён: нужна диагностика"


@dataclass(frozen=True, slots=True)
class Choice:
    """The verdict on one factor. `disputed`: the sources differ and nobody has verified; `tied_with`: factors that weigh exactly the same."""

    factor: RiskFactor
    verdict: Verdict
    disputed: bool = False
    tied_with: tuple[str, ...] = ()


def choose_active(factors: Sequence[RiskFactor], most: int = MOST_ACTIVE) -> tuple[Choice, ...]:
    """Choose at most `most` factors of high or medium significance; all factors are returned, the chosen first, in the order of choice.

    Order: graver, then verified, then both sources agree, then weight, then name. A tie at the last place chosen is named on both sides,
    for the order of names decides nothing for a school. Errors: ValueError for repeated names or a negative `most`.
    """
    if len({factor.name for factor in factors}) != len(factors) or most < 0:
        raise ValueError("Names of factors repeat, or the number of active factors is negative.")
    ordered = sorted(factors, key=lambda factor: (_order(factor), factor.name))
    chosen = [factor for factor in ordered if factor.significance.value >= Significance.MEDIUM.value][:most]
    return tuple(_choice(factor, factor in chosen, ordered, chosen) for factor in ordered)


def _order(factor: RiskFactor) -> tuple[float, ...]:
    return -factor.significance.value, factor.verified is None, not factor.sources_agree, -factor.weight


def _choice(factor: RiskFactor, active: bool, ordered: Sequence[RiskFactor], chosen: Sequence[RiskFactor]) -> Choice:
    match factor.significance:
        case Significance.UNKNOWN:
            verdict = Verdict.UNKNOWN
        case Significance.LOW:
            verdict = Verdict.NOT_GRAVE
        case Significance.HIGH | Significance.MEDIUM:
            verdict = Verdict.ACTIVE if active else Verdict.BEYOND
        case _:
            raise AssertionError(factor.significance)
    grave = verdict in (Verdict.ACTIVE, Verdict.BEYOND)
    tied = [other.name for other in ordered if grave and other is not factor and _order(other) == _order(factor) and (other in chosen) != active]
    known = Significance.UNKNOWN not in (factor.surveyed, factor.observed)
    return Choice(factor, verdict, factor.verified is None and known and not factor.sources_agree, tuple(tied))
