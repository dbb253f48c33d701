"""Schools in similar conditions, for the card of a school: who they are and by what, and its results beside theirs — no places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.explanation import Quantity
from engine.mentoring.similarity import Neighbour
from engine.program import IndicatorPlan
from engine.words import by_code
from reports.book import Book, link_of
from reports.pairs import Pairs, distance_words
from reports.russian import SCHOOL, counted, joined, lowered, value_words


@dataclass(frozen=True, slots=True)
class SimilarSchool:
    label: str
    link: str
    distance: str
    alike: str


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator of a school beside its similar schools: their median, the least and the greatest, and of how many it is known."""

    title: str
    own: str
    median: str
    range: str
    known: str


@dataclass(frozen=True, slots=True)
class Similar:
    about: str
    schools: tuple[SimilarSchool, ...]
    compared: tuple[Compared, ...]
    note: str


def similar_schools(book: Book, code: str) -> Similar | None:
    """Return the block of a school, by numbers of schools; None where the rules say nothing of likeness or too little is known of the school."""
    pairs = book.pairs
    if pairs is None or code not in pairs.project.similarity.index:
        return None
    found = pairs.project.similarity.nearest(code, pairs.project.plan.block.similar)
    if not found:
        return None
    found = tuple(sorted(found, key=lambda item: by_code(item.code)))
    return Similar(_about(pairs, len(found)), tuple(_school(pairs, item) for item in found), tuple(_compared(book, pairs, code, found)), pairs.left_out(found[0].contributions))


def _about(pairs: Pairs, count: int) -> str:
    titles = [lowered(plan.title) for plan, scale in zip(pairs.project.plan.factors, pairs.project.similarity.scales, strict=True) if scale.count]
    return f"{counted(count, SCHOOL)} с самыми близкими условиями: {joined(titles)}. Школы стоят по номерам: это сравнение условий, а не мест."


def _school(pairs: Pairs, item: Neighbour) -> SimilarSchool:
    return SimilarSchool(f"№ {item.code}", link_of(item.code), distance_words(item.distance), pairs.alike(item.contributions))


def _compared(book: Book, pairs: Pairs, code: str, found: tuple[Neighbour, ...]) -> Iterable[Compared]:
    for name in pairs.project.plan.block.compared:
        plan, values = book.program.plans.get(name), book.frame.columns[name].settled()
        known = values[[book.frame.codes.index(item.code) for item in found]]
        known = known[~np.isnan(known)]
        own = value_words(book.explainer.indicator(name, book.frame.codes.index(code)).value)
        if len(known):
            low, median, high = (_words(plan, value) for value in (known.min(), np.median(known), known.max()))
            yield Compared(book.wording.title(name), own, median, f"{low} – {high}", f"{len(known)} из {len(found)}")
        else:
            yield Compared(book.wording.title(name), own, "нет данных", "нет данных", f"0 из {len(found)}")


def _words(plan: IndicatorPlan, value: float) -> str:
    return value_words(Quantity(float(value), float(value), plan.block.unit, None, decimals=plan.block.decimals))
