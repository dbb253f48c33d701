"""How grave a factor is: by two three-valued conditions over data, and by the points of a school's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model_profile import Factor
from engine.roadmap.risk_profile import Significance
from engine.truth import Truth

HIGH, MEDIUM, LOW, UNKNOWN = Significance.HIGH, Significance.MEDIUM, Significance.LOW, Significance.UNKNOWN
NAMES = {level.russian: level for level in Significance}


def by_data(outcomes: Mapping[str, Truth]) -> tuple[Significance, tuple[Significance, ...]]:
    """Weigh by the outcomes of «высокая» and «средняя», whichever the factor has -> (significance, levels still possible).

    A condition that is not known is never taken for not met: a factor that may be grave is not determined.
    """
    possible: list[Significance] = []
    for name, level in (("высокая", HIGH), ("средняя", MEDIUM)):
        outcome = outcomes.get(name, Truth.NOT_MET)
        if outcome is not Truth.NOT_MET:
            possible.append(level)
        if outcome is Truth.MET:
            break
    else:
        possible += [LOW] if outcomes else []
    return (possible[0] if len(possible) == 1 else UNKNOWN), tuple(possible)


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a school's answers: at least `low`, at most `high` when some questions have no answer."""

    low: float
    high: float
    answered: int
    asked: int
    significance: Significance


def by_answers(factor: Factor, answers: Mapping[str, str]) -> Score:
    """Add points up. Questions without an answer leave bounds; the significance is known only when both bounds give the same.

    Example: points 2 of «да», 0 of «нет», 2 questions, one answered «да», high from 3, medium from 1 -> 2 to 4 points, not determined.
    """
    low = high = 0.0
    for name, question in factor.questions.items():
        points = question.answers.values()
        given = question.answers.get(answers.get(name, ""))
        low += min(points) if given is None else given
        high += max(points) if given is None else given
    answered = sum(answers.get(name, "") in question.answers for name, question in factor.questions.items())
    if not answered or factor.scores is None:
        return Score(low, high, answered, len(factor.questions), UNKNOWN)
    levels = {_level(factor, points) for points in (low, high)}
    return Score(low, high, answered, len(factor.questions), levels.pop() if len(levels) == 1 else UNKNOWN)


def _level(factor: Factor, points: float) -> Significance:
    return HIGH if points >= factor.scores.high else MEDIUM if points >= factor.scores.medium else LOW
