"""Reports of a run. Run -> book (ready-to-show records) -> pages (what to show) -> templates (where) -> html, xlsx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.run import Run
    from reports.book import Book

Progress = Callable[[str], None]
REPORTS = ("brief", "schools", "methodology", "district")


def write_reports(run: Run, folder: Path, schools: Iterable[str] | None = None, what: Iterable[str] | None = None,
                  progress: Progress | None = None) -> list[Path]:
    """Write the reports of a run into a folder and return their paths, the brief first.

    `what`: some of REPORTS, all by default; `schools`: codes of the cards, all by default (naming schools alone means cards only).
    The same run gives the same bytes. Errors: OSError when the folder cannot be written.
    """
    from reports.book import Book     # here, because `explain` in a terminal needs only the words of this package
    folder.mkdir(parents=True, exist_ok=True)
    say, book = progress or (lambda text: None), Book(run)
    wanted = tuple(what) if what else ("schools",) if schools else REPORTS
    paths: list[Path] = []
    if "brief" in wanted:
        say("Отчёт: краткая справка")
        paths += _brief(book, folder)
    if "district" in wanted:
        say("Отчёт: таблица района")
        paths += _district(book, folder)
    if "methodology" in wanted:
        say("Отчёт: критерии и показатели")
        paths += _methodology(book, folder)
    if "schools" in wanted:
        paths += _cards(book, folder, schools, say)
    return paths


def _brief(book: Book, folder: Path) -> list[Path]:
    from reports.html import write_page
    from reports.pages.brief import make_brief
    return [write_page("brief.html.j2", make_brief(book), folder / "brief.html")]


def _district(book: Book, folder: Path) -> list[Path]:
    from reports.html import write_page
    from reports.pages.district import make_district
    from reports.xlsx import write_district
    return [write_page("district.html.j2", make_district(book), folder / "district.html"), write_district(book, folder / "district.xlsx")]


def _methodology(book: Book, folder: Path) -> list[Path]:
    from reports.html import write_page
    from reports.pages.methodology import make_methodology
    return [write_page("methodology.html.j2", make_methodology(book), folder / "methodology.html")]


def _cards(book: Book, folder: Path, schools: Iterable[str] | None, say: Progress) -> list[Path]:
    from reports.html import write_page
    from reports.pages.school import make_school
    chosen = [book.school(code) for code in schools] if schools else book.schools
    paths = []
    for school in chosen:
        say(f"Карточка школы {school.label}")
        paths.append(write_page("school.html.j2", make_school(book, school), folder / school.link))
    return paths
