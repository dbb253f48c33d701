"""One work of one school as a page shows it: a sentence, the distribution with the expected curve, the journal beside the work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.objectivity.codes import SIGN_NAMES
from engine.objectivity.effects import Z95, Curve
from engine.objectivity.records import WorkKey
from reports.distribution import Distribution, distribution
from reports.objectivity import Objectivity, SchoolWork
from reports.russian import NBSP, PUPIL, WORK, academic_year, capital, counted, form, joined, lowered, number
from reports.sign_words import SIGN_WORDS

_MARKS = ("2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Journal:
    """Journal marks × marks of the work; `rows`: mark, counts, total."""

    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    marks: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class WorkBlock:
    title: str
    about: str
    chart: Distribution | None
    journal: Journal | None
    unusual: tuple[str, ...]


def more(extra: float, half: float) -> str:
    """Say «на 6 ± 3 работы больше ожидаемого»."""
    most = round(half)
    works = f"{number(most)}{NBSP}работу" if form(most, WORK) == WORK.one else counted(most, WORK)
    return f"на {number(round(abs(extra)))}{NBSP}±{NBSP}{works} {'больше' if extra >= 0 else 'меньше'} ожидаемого"


def work_title(key: WorkKey, year: int) -> str:
    """Name a work; the year everybody expects is left out."""
    return f"{key.subject}, {key.grade} класс{'' if key.year == year else f', {academic_year(key.year)}'}"


def worth_seeing(signs: Objectivity, works: list[SchoolWork]) -> list[SchoolWork]:
    """Works some sign of which is unusual: the largest excess at the borders first, then the most unusual by another sign."""
    chosen = [work for work in works if any(effect.unusual for effect in work.effects.values())]
    return sorted(chosen, key=lambda work: (*_rank(signs, work), work.key))


def _rank(signs: Objectivity, work: SchoolWork) -> tuple[int, float]:
    spike, curve = work.effects.get("S2_spike"), signs.curve(work)
    if spike is not None and spike.unusual and curve is not None:
        return 0, -curve.extra[0]
    return 1, -max(strength(name, work) for name, effect in work.effects.items() if effect.unusual)


def work_block(signs: Objectivity, work: SchoolWork) -> WorkBlock:
    """Make one work ready to show."""
    title, curve, cross = work_title(work.key, signs.year), signs.curve(work), signs.cross(work)
    unusual = tuple(f"{lowered(SIGN_NAMES[name])}: {SIGN_WORDS[name].value(effect)} (обычно {SIGN_WORDS[name].usual(effect)})" for name, effect in work.effects.items() if effect.unusual)
    if curve is not None:
        title = f"{title}: {_work_sentence(work, curve)}"
    chart = distribution(curve, capital(title), _in_words(curve)) if curve is not None else None
    return WorkBlock(capital(title), f"Писали {counted(work.n, PUPIL)}.", chart, _journal(cross) if cross is not None else None, unusual)


def _work_sentence(work: SchoolWork, curve: Curve) -> str:
    """The conclusion of a chart: the borders that stand out, another sign that does, or that all is as expected."""
    differences = curve.at_border - curve.expected_at_border
    above = [place for place, difference in enumerate(differences) if difference > Z95 * curve.error_at_border[place]]
    spike = work.effects.get("S2_spike")
    others = [name for name, effect in work.effects.items() if effect.unusual and name != "S2_spike"]
    if above and ((spike is not None and spike.unusual) or not others):
        half = Z95 * float(np.sqrt((curve.error_at_border[above] ** 2).sum()))
        where = f"{'на границе' if len(above) == 1 else 'на границах'} {joined(f'«{_MARKS[place + 1]}»' for place in above)}"
        chance = "" if spike is not None and spike.unusual else "; столько бывает и случайно"
        return f"{where} {more(float(differences[above].sum()), half)}{chance}"
    if others:
        return SIGN_WORDS[others[0]].headline(work.effects[others[0]])
    return "у границ отметок столько работ, сколько ожидается"


def _in_words(curve: Curve) -> str:
    """Say a chart in words: how many works stand on each border, and how many are expected."""
    parts = []
    for place, border in enumerate(curve.borders):
        expected, half = curve.expected_at_border[place], Z95 * curve.error_at_border[place]
        counts = f"{number(curve.at_border[place])}, ожидается {number(expected)} ± {number(half)}" if half > 0 else "рядом никого"
        parts.append(f"«{_MARKS[place + 1]}» (от {number(border)} баллов) — {counts}")
    return f"Работ ровно на границах: {'; '.join(parts)}"


def _journal(cross: np.ndarray) -> Journal:
    rows = tuple((_MARKS[place], tuple(number(count) if count else "–" for count in line), number(line.sum())) for place, line in enumerate(cross) if line.sum())
    total, same = cross.sum(), np.trace(cross)
    above = np.triu(cross, 1).sum()
    return Journal(rows, _MARKS, f"Совпали с журналом {number(same)} из {number(total)} ({number(100 * same / total)} %), выше журнала — {number(above)}, ниже — {number(total - same - above)}.")


def strength(name: str, work: SchoolWork) -> float:
    """How unusual a sign of a work is; a spread below the expected one is the unusual side."""
    effect = work.effects[name]
    return (-effect.value if name == "S6_uniform" else effect.value) / max(effect.usual, 1e-9)
