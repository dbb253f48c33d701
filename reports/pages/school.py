"""The card of one school: its groups, why, how near the thresholds, what follows, what is not known, and where every number stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.book import Book
from reports.charts import Chart
from reports.view import CriterionView, GroupView, Header, MeasureView, Missing, SchoolView


@dataclass(frozen=True, slots=True)
class SchoolCard:
    header: Header
    school: SchoolView
    title: str
    lead: str
    about: tuple[tuple[str, str], ...]
    groups: tuple[GroupView, ...]
    missing: Missing | None
    met: tuple[CriterionView, ...]
    open: tuple[CriterionView, ...]
    rest: tuple[CriterionView, ...]
    near: tuple[str, ...]
    charts: tuple[Chart, ...]
    measures: tuple[MeasureView, ...]
    possible_measures: tuple[MeasureView, ...]
    for_everyone: tuple[MeasureView, ...]


def make_school(book: Book, school: SchoolView) -> SchoolCard:
    """Choose what the card of one school shows."""
    views = [book.criteria.view(plan.name, school.row) for plan in book.criterion_plans]
    met, open_, rest = (tuple(view for view in views if view.status.tone in tones) for tones in (("met",), ("open", "part"), ("not", "outside")))
    evidence = [book.explainer.criterion(view.name, school.row) for view in met]
    return SchoolCard(
        book.header, school, _title(school), _lead(school), book.about(school.row), (*school.in_force, *school.open), school.missing, met, open_, rest,
        tuple(_near(met, rest)), book.dynamics.charts(evidence, school.row), school.measures, school.possible_measures, tuple(book.measures.for_everyone()))


def _title(school: SchoolView) -> str:
    names = [group.short for group in school.in_force]
    if names:
        return f"Школа {school.label}: {'; '.join(names)}"
    return f"Школа {school.label}: группа пока не определена"


def _lead(school: SchoolView) -> str:
    return next((group.phrase for group in school.in_force if group.phrase), "")


def _near(met: Iterable[CriterionView], rest: Iterable[CriterionView]) -> Iterable[str]:
    """What one step would turn over: first in the criteria that are met, then in those that nearly are."""
    for view in (*met, *rest):
        for text in view.turning:
            yield f"{view.title}. {text}"
