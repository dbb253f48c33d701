"""The risk profile of a school in «500+»: twelve factors, the active ones with reasons down to cells, drafts of anti-risk programmes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.truth import Truth
from reports.book import Book, link_of
from reports.outlet import Outlet
from reports.profile import FACTOR, FactorView, ProfileBook, ProfileView, profiles_of
from reports.russian import counted, joined, lowered
from reports.view import Header

_MAYBE = "Входит ли школа в группы, которым составляется профиль, пока не определено: профиль понадобится, если это подтвердится."


@dataclass(frozen=True, slots=True)
class RiskProfile:
    header: Header
    view: ProfileView
    title: str
    lead: str
    note: str
    ground: str
    rest: tuple[FactorView, ...]
    rest_title: str


def make_profile(pages: ProfileBook, view: ProfileView) -> RiskProfile:
    """Choose what the page of one school shows: the choice first, then all factors, then programmes."""
    names = {factor.name for factor in view.active}
    rest = tuple(factor for factor in view.factors if factor.name not in names)
    assistance = pages.book.program.assistance.block
    groups = pages.groups(view.school)
    note = _MAYBE if view.made is Truth.UNKNOWN else f"Профиль составлен, потому что школа предварительно в группах: {groups}." if groups else ""
    return RiskProfile(pages.book.header, view, _title(view), _lead(view), note, assistance.clause or "", rest,
                       f"Основания и ответы по остальным факторам: {len(rest)}")


def _title(view: ProfileView) -> str:
    if view.active:
        return f"Школа {view.school.label}: для работы предложено {counted(len(view.active), FACTOR)} риска"
    return f"Школа {view.school.label}: факторы риска для работы пока не выбраны"


def _lead(view: ProfileView) -> str:
    names = joined(lowered(factor.title) for factor in view.active)
    unknown = sum(factor.status.tone == "open" for factor in view.factors)
    parts = [names, view.answered, f"не определено: {counted(unknown, FACTOR)}" if unknown else ""]
    return f"Предварительно: {'; '.join(part for part in parts if part)}."


def is_made(book: Book) -> bool:
    """Tell whether the rules describe risk profiles and some school is to have one."""
    pages = profiles_of(book)
    return pages is not None and bool(pages.chosen)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the profiles of the schools they are made for. Errors: OSError, CarelessPhraseError."""
    book = out.book
    pages = profiles_of(book)
    if pages is None:
        return []
    wanted = [school for school in (*pages.chosen, *pages.possible) if school.code in schools] if schools else pages.chosen
    paths = []
    for school in out.mine(wanted):
        say(f"Рисковый профиль школы {school.label}")
        paths += out.page("risk_profile", make_profile(pages, pages.view(school)), Path(link_of(school.code, "risk_profile")).stem, f"Рисковый профиль школы {school.label}")
    return paths
