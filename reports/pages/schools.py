"""The card of one school: its groups, why, how near the thresholds, what follows, what is not known, and where every number stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reports.book import Book, roadmap_link_of
from reports.charts import Chart
from reports.outlet import Outlet
from reports.profile import profile_link_of
from reports.russian import CRITERION, counted, joined
from reports.similar import Similar, similar_schools
from reports.view import CriterionView, GroupView, Header, MeasureView, Missing, SchoolView, SourceBlock


@dataclass(frozen=True, slots=True)
class CardCriterion:
    """A criterion on a card: which groups it is a ground of, which works it counted, and its sources not shown above already."""

    view: CriterionView
    ground_of: str
    works: tuple[str, ...]
    sources: tuple[SourceBlock, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What would turn a criterion over."""

    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchoolCard:
    header: Header
    school: SchoolView
    signs_link: str
    title: str
    lead: str
    about: tuple[tuple[str, str], ...]
    groups: tuple[GroupView, ...]
    missing: Missing | None
    absent: tuple[str, ...]
    grounds: tuple[CardCriterion, ...]
    others: tuple[CardCriterion, ...]
    open: tuple[CardCriterion, ...]
    rest: tuple[CardCriterion, ...]
    rest_title: str
    turning: tuple[Turn, ...]
    nearly: tuple[Turn, ...]
    charts: tuple[Chart, ...]
    measures: tuple[MeasureView, ...]
    possible_measures: tuple[MeasureView, ...]
    possible_title: str
    similar: Similar | None
    roadmap_link: str
    profile_link: str


def make_school(book: Book, school: SchoolView) -> SchoolCard:
    """Choose what the card of one school shows: what holds, then what is not known, then the rest folded."""
    grounds_of = _grounds_of(school)
    views = [book.criteria.view(plan.name, school.row) for plan in book.criterion_plans]
    met = [view for view in views if view.status.tone == "met"]
    grounds = [view for view in met if view.name in grounds_of]
    others = [view for view in met if view.name not in grounds_of]
    unknown = [view for view in views if view.status.tone == "open"]
    rest = sorted((view for view in views if view.status.tone in ("not", "outside")), key=lambda view: view.status.order)
    shown = _Shown(book, school, grounds_of)
    evidence = [book.explainer.criterion(view.name, school.row) for view in met]
    return SchoolCard(
        book.header, school, book.signs_link(school), _title(book, school), _lead(book, school), book.about(school.row), (*school.in_force, *school.open), school.missing,
        book.gaps.all_absent(school.row), shown.criteria(grounds), shown.criteria(others), shown.criteria(unknown), shown.criteria(rest),
        f"Не выполнено или не применяется: {counted(len(rest), CRITERION)}", tuple(_turns((*grounds, *others))), tuple(_turns(rest)),
        book.dynamics.charts(evidence, school.row), school.measures, school.possible_measures,
        f"Меры, которые понадобятся, если подтвердятся неопределённые группы: {len(school.possible_measures)}", similar_schools(book, school.code),
        roadmap_link_of(school.code) if school.measures else "", profile_link_of(book, school))


def _title(book: Book, school: SchoolView) -> str:
    names = [group.short for group in school.in_force if group.name not in book.rest_names]
    if school.main:
        return f"Школе {school.label} нужна адресная помощь"
    if not names:
        return f"Школа {school.label}: группа пока не определена"
    clear = book.clear is not None and any(group.name == book.clear.name for group in school.in_force)
    return f"Школа {school.label}: оснований для адресной помощи нет" if clear else f"Школа {school.label}: {joined(names)}"


def _lead(book: Book, school: SchoolView) -> str:
    names = "; ".join(group.short for group in school.in_force if group.name not in book.rest_names)
    open_names = joined((group.short for group in school.open), "или") if school.missing else ""
    parts = [f"Предварительно: {names}" if names else "", f"{'не определено' if names else 'Возможны'}: {open_names}" if open_names else ""]
    return "; ".join(part for part in parts if part) + "."


def _grounds_of(school: SchoolView) -> dict[str, list[str]]:
    """Which groups in force each criterion is a ground of."""
    found: dict[str, list[str]] = {}
    for group in school.in_force:
        for ground in group.grounds:
            if ground.criterion:
                found.setdefault(ground.criterion, []).append(group.short)
    return found


class _Shown:
    """Remembers whose rows stand on the card already: what was said once is not said again."""

    def __init__(self, book: Book, school: SchoolView, grounds_of: dict[str, list[str]]):
        self.book, self.school, self.grounds_of = book, school, grounds_of
        self.told: dict[str, str] = {}

    def criteria(self, views: Iterable[CriterionView]) -> tuple[CardCriterion, ...]:
        return tuple(self._criterion(view) for view in views)

    def _criterion(self, view: CriterionView) -> CardCriterion:
        evidence = self.book.explainer.criterion(view.name, self.school.row)
        works = self.book.grounds.examples(evidence, self.school.row) if view.status.tone == "met" else ()
        return CardCriterion(view, joined(self.grounds_of.get(view.name, ())), works, tuple(self._block(block, view.title) for block in view.sources))

    def _block(self, block: SourceBlock, title: str) -> SourceBlock:
        if not block.lines:
            return block
        if block.name in self.told:
            return replace(block, lines=(), more="", see=f"строки — у критерия «{self.told[block.name]}»")
        self.told[block.name] = title
        return block


def _turns(views: Iterable[CriterionView]) -> Iterable[Turn]:
    for view in views:
        if view.turning:
            yield Turn(view.title, view.turning)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the cards of the chosen schools, or of all. Errors: OSError, CarelessPhraseError."""
    book = out.book
    paths = []
    for school in out.mine([book.school(code) for code in schools] if schools else book.schools):
        say(f"Карточка школы {school.label}")
        paths += out.page("school", make_school(book, school), Path(school.link).stem, f"Карточка школы {school.label}")
    return paths
