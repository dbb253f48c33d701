"""What the self-diagnosis asks: the questions of all factors as one edition, by which a filled form is known again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from engine.loading import RuleSet

ANSWERS, CHECKED = "самодиагностика", "проверка_факторов"       # tables of the contract
LEVELS = ("высокая", "средняя", "низкая")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `number` is as printed («2.1»); `print` changes when the text or an answer does."""

    name: str
    factor: str
    number: str
    text: str
    answers: tuple[str, ...]

    @property
    def print(self) -> str:
        return _digest([self.name, self.text, *self.answers])


@dataclass(frozen=True)
class Questionnaire:
    """The questions of one year in the order of factors; `titles`: number and title of each factor by its name."""

    year: int | None
    asked: dict[str, Asked] = field(default_factory=dict)
    titles: dict[str, tuple[int, str]] = field(default_factory=dict)

    @cached_property
    def edition(self) -> str:
        return _digest([question.print for question in self.asked.values()] + [f"{number} {name}" for name, (number, _) in self.titles.items()])

    def number_of(self, school: str, year: int) -> str:
        """Return the number of a school's form: whose, of which year, of which edition."""
        return f"{school}-{year}-{self.edition}"


def questionnaire_of(rules: RuleSet, year: int | None) -> Questionnaire:
    """Gather the questions of the rules. `year`: the report year, None when only the data tell it."""
    asked: dict[str, Asked] = {}
    factors = sorted(rules.factors.items(), key=lambda item: item[1].number)
    for name, block in factors:
        for place, (question, asks) in enumerate(block.questions.items(), start=1):
            asked[question] = Asked(question, name, f"{block.number}.{place}", asks.text, tuple(asks.answers))
    return Questionnaire(year, asked, {name: (block.number, block.title or name) for name, block in factors})


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
