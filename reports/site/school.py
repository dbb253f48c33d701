"""The page of one school for leadership: in which groups it is, why, how far from the thresholds, how it went over the years, what follows.

It is not the card of the reports: that one is for the school itself and the analyst, names categories for service use and gives every cell. This page is made
of the same records without them (reports/discreet.py says how), and shows only the criteria that the groups of leadership stand on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.program import IndicatorPlan
from reports.book import Book
from reports.charts import Chart
from reports.discreet import Discreet
from reports.russian import CRITERION, MEASURE, counted, joined
from reports.similar import Similar, similar_schools
from reports.site.bars import ThresholdBar, threshold_bar
from reports.status import Status
from reports.view import CriterionView, GroupView, Header, MeasureView, SchoolView

TEMPLATE = "site/school.html.j2"


@dataclass(frozen=True, slots=True)
class CriterionBars:
    """A criterion with its comparisons drawn. `tables`: the data it rests on, the same for every school: which sheets have its rows would tell of itself."""

    name: str
    title: str
    status: Status
    sentence: str
    ground_of: str
    bars: tuple[ThresholdBar, ...]
    turning: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolPage:
    header: Header
    school: SchoolView
    title: str
    lead: str
    before: str
    groups: tuple[GroupView, ...]
    possible: str
    settle: str
    grounds: tuple[CriterionBars, ...]
    unknown: tuple[CriterionBars, ...]
    rest: tuple[CriterionBars, ...]
    rest_title: str
    outside: tuple[str, ...]
    charts: tuple[Chart, ...]
    similar: Similar | None
    measures: tuple[MeasureView, ...]
    possible_measures: tuple[MeasureView, ...]
    possible_title: str
    about: tuple[tuple[str, str], ...]


def make(book: Book, discreet: Discreet, school: SchoolView) -> SchoolPage:
    """Choose what the page of one school shows."""
    groups, missing = discreet.groups(school), school.missing_named
    grounds_of = _grounds_of(groups)
    views = discreet.views(school)
    made = {tone: [view for view in views if view.status.tone == tone] for tone in ("met", "open", "not", "outside")}
    met = sorted(made["met"], key=lambda view: view.name not in grounds_of)
    possible = discreet.possible_measures(school)
    evidence = [book.explainer.criterion(view.name, school.row) for view in met if not discreet.touches(view.name)]
    return SchoolPage(
        book.header, school, _title(discreet, school), _lead(groups), _before(book, school), groups,
        joined(missing.possible, "или") if missing else "", missing.settle_short if missing else "",
        _drawn(book, met, grounds_of), _drawn(book, made["open"], grounds_of), _drawn(book, made["not"], grounds_of), f"Не выполнено: {counted(len(made['not']), CRITERION)}",
        tuple(view.title for view in made["outside"]), _said(book.dynamics.charts(evidence, school.row)), _similar(book, discreet, school), discreet.measures(school), possible,
        f"Если подтвердятся неопределённые группы: ещё {counted(len(possible), MEASURE)}", tuple((title, text) for title, text in book.about(school.row) if title not in discreet.compared_titles))


def _title(discreet: Discreet, school: SchoolView) -> str:
    if school.main:
        return f"Школе {school.label} нужна адресная помощь"
    if groups := discreet.groups(school):
        return f"Школа {school.label}: {joined(group.short for group in groups)}"
    return f"Школа {school.label}: группа пока не определена" if school.missing_named else f"Школа {school.label}: оснований для адресной помощи нет"


def _lead(groups: tuple[GroupView, ...]) -> str:
    return f"Предварительно: {'; '.join(group.short for group in groups)}." if groups else ""


def _before(book: Book, school: SchoolView) -> str:
    """Say what last year's decisions were."""
    if not book.decisions.known:
        return f"Решений за {book.decisions.last_year} учебный год в данных нет: сравнить не с чем."
    if not school.before:
        return f"По решениям за {book.decisions.last_year} учебный год адресная помощь не назначалась{'; сейчас — впервые' if school.is_new and school.main else ''}."
    return f"По решениям за {book.decisions.last_year} учебный год: {book.wording.short(school.before)}{' (сейчас группа та же)' if school.before == school.main else ''}."


def _grounds_of(groups: Iterable[GroupView]) -> dict[str, list[str]]:
    """Which groups each criterion is a ground of."""
    found: dict[str, list[str]] = {}
    for group in groups:
        for ground in group.grounds:
            if ground.criterion:
                found.setdefault(ground.criterion, []).append(group.short)
    return found


def _drawn(book: Book, views: Iterable[CriterionView], grounds_of: dict[str, list[str]]) -> tuple[CriterionBars, ...]:
    return tuple(CriterionBars(view.name, view.title, view.status, view.sentence, joined(grounds_of.get(view.name, ())), tuple(threshold_bar(fact) for fact in view.facts), view.turning,
                               book.once(f"data behind {view.name}", lambda book, name=view.name: _tables(book, name)))
                 for view in views)


def _tables(book: Book, name: str) -> tuple[str, ...]:
    """Name the data a criterion rests on; a method reads tables of its own choice, then nothing is said rather than a part."""
    if _by_method(book, name):
        return ()
    behind = book.gaps.tables_behind(name)
    return tuple(book.wording.title(table) for table in book.rules.tables if table in behind)


def _by_method(book: Book, name: str) -> bool:
    plan = book.program.plans.get(name)
    return (isinstance(plan, IndicatorPlan) and bool(plan.block.method)) or any(_by_method(book, other) for other in book.program.uses.get(name, ()))


def _said(charts: Iterable[Chart]) -> tuple[Chart, ...]:
    """Give each chart a sentence for its title."""
    return tuple(replace(chart, title=chart.sentence) for chart in charts)


def _similar(book: Book, discreet: Discreet, school: SchoolView) -> Similar | None:
    found, hidden = similar_schools(book, school.code), discreet.compared_titles
    return Similar(found.about, found.schools, tuple(item for item in found.compared if item.title not in hidden), found.note) if found else None
