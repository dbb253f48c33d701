"""Reports of a run. Run -> book (ready-to-show records) -> pages (what to show) -> templates (where) -> html, xlsx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.run import Run

Progress = Callable[[str], None]
REPORTS = {
    "brief": "краткая справка",
    "district": "таблица района",
    "methodology": "критерии и показатели",
    "schools": "карточки школ",
    "signs": "признаки по ВПР",
    "vpr": "справка по работе ВПР",
    "objectivity_monitoring": "справка о мерах по объективности ВПР",
    "objectivity_roadmap": "дорожная карта по объективности ВПР",
    "roadmap": "дорожная карта района и школ",
    "roadmap_order": "проект приказа об утверждении дорожной карты",
    "cyclogram": "циклограмма групповых мероприятий",
    "mentoring_order": "проект приказа о парах «Школа – школе»",
    "mentoring_meeting": "установочная встреча: протокол и согласия",
    "mentoring_note": "информационная справка «Школа – школе»",
    "risk_profile": "рисковые профили «500+»",
    "assistance_plan": "план-график «500+»",
    "site": "сайт для руководства",
}
"""Reports by name. Each is a module of reports/pages with `write(book, folder, schools, say) -> paths`: a new report is a module and a line here."""
OF_SCHOOLS = ("schools", "signs", "risk_profile")     # what naming schools alone means
OF_PAIRS = ("mentoring_order", "mentoring_meeting", "mentoring_note", "schools", "site")     # what a change of pairs changes


def write_reports(run: Run, folder: Path, schools: Iterable[str] | None = None, what: Iterable[str] | None = None,
                  progress: Progress | None = None, beside: Path | None = None) -> list[Path]:
    """Write the reports of a run into a folder and return their paths, the brief first.

    `beside`: the folder of the run, where pairs.json is. `what`: some of REPORTS, all by default; `schools`: codes, all by default (naming schools alone means the reports of schools only).
    The same run gives the same bytes. Errors: OSError when the folder cannot be written; CarelessPhraseError when a text of the rules says what no report may say.
    """
    from reports.book import Book  # not above: `explain` in a terminal needs only the words of this package

    folder.mkdir(parents=True, exist_ok=True)
    say, book, chosen = progress or (lambda text: None), Book(run, beside), tuple(schools) if schools else None
    wanted = tuple(what) if what else OF_SCHOOLS if chosen else tuple(REPORTS)
    paths: list[Path] = []
    for name, title in REPORTS.items():
        if name in wanted:
            say(f"Отчёт: {title}")
            paths += import_module(f"reports.pages.{name}").write(book, folder, chosen, say)
    return paths
