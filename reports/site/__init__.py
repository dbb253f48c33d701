"""The site of a run for leadership: static pages that open from disk. Run -> book -> page modules of this package -> templates/site -> one folder.

**Who reads it.** Leadership, so a category for service use is counted and never tells of a school: neither by a name, nor by what is left out, nor by a
reason of a measure (reports/discreet.py). The card `school_….html` of the reports is for the school itself and the analyst and keeps such groups;
the page of the same name here is another page, made without them.

**Nothing is fetched.** Styles and the one script stand inside the pages, and the policy of each page allows those texts alone by their SHA-256: `'self'`
means nothing to a page opened as a file. Every link leads into the folder, so it may be copied or sent whole.

**No rankings.** Schools stand by number; the table offers no order by any result (reports/site/table.py says which orders it offers and why).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.run import Run
    from reports.book import Book

Progress = Callable[[str], None]


def write_site(run: Run, folder: Path, progress: Progress | None = None, beside: Path | None = None) -> list[Path]:
    """Write the site of a run into a folder and return its pages, the first page first. `beside`: the folder of the run, where pairs.json is.

    The same run gives the same bytes. Pages of schools that are in the district no more are removed; files that are not the site's own stay.
    Errors: OSError when the folder cannot be written; CarelessPhraseError when a text of the rules says what no report may say; PairsError.
    """
    from reports.book import Book
    return write_pages(Book(run, beside), folder, progress or (lambda text: None))


def write_pages(book: Book, folder: Path, say: Progress) -> list[Path]:
    """Write the site of a book already made. Errors: as of `write_site`."""
    from reports.site.frame import Site
    from reports.site.writing import remove_stale, write_page
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(book)
    paths = []
    for sheet in site.sheets():
        say(f"Сайт: {sheet.name}")
        paths.append(write_page(sheet, folder))
    remove_stale(folder, paths)
    return paths
