"""Where reports go: a page becomes HTML, Word and PDF, sheets become Excel, in the formats that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reports.book import Book
from reports.html import write_page
from reports.sheets import Sheet
from reports.xlsx import write_workbook

T = TypeVar("T")
TEMPLATES = Path(__file__).parent / "templates" / "word"


@dataclass
class Outlet:
    """A folder and the formats wanted. `share`: which part of the pages of schools this process writes; `templates`: a folder of Word templates that the district edited; what is not there is taken from ours."""

    book: Book
    folder: Path
    formats: tuple[str, ...] = ("html", "xlsx")
    templates: Path | None = None
    share: tuple[int, int] = (0, 1)
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> bool:
        """Whether this process writes what a report has once for the district."""
        return self.share[0] == 0

    def mine(self, schools: Sequence[T]) -> Sequence[T]:
        """Return the schools whose pages this process writes."""
        number, of = self.share
        return schools[len(schools) * number // of:len(schools) * (number + 1) // of]

    def page(self, name: str, page: Any, stem: str, title: str) -> list[Path]:
        """Write a page by its templates -> paths. `title` is what the Word document and the PDF are called.

        Errors: OSError; CarelessPhraseError; WordTemplateError; PageTemplateError; PdfError.
        """
        paths = [write_page(f"{name}.html.j2", page, self.folder / f"{stem}.html")] if "html" in self.formats else []
        if not {"docx", "pdf"} & set(self.formats):
            return paths
        filled = self.template(name).fill(page, self.book.header, title, self.book.run.day)
        if "docx" in self.formats:
            path = self.folder / f"{stem}.docx"
            path.write_bytes(filled)
            paths.append(path)
        if "pdf" in self.formats:
            from reports.word.typeset import pdf_of
            path = self.folder / f"{stem}.pdf"
            path.write_bytes(pdf_of(filled, title, self.book.run.day))
            paths.append(path)
        return paths

    def workbook(self, title: str, sheets: Iterable[Sheet], stem: str) -> list[Path]:
        """Write sheets as a workbook -> paths. Errors: OSError, CarelessPhraseError."""
        return [write_workbook(title, self.book, sheets, self.folder / f"{stem}.xlsx")] if "xlsx" in self.formats else []

    def template(self, name: str) -> Any:
        """Return the Word template of a page, read once: the district's own where there is one. Errors: WordTemplateError."""
        from reports.word.fill import Template  # heavy, and not needed for HTML
        if name not in self._read:
            own = self.templates / f"{name}.docx" if self.templates is not None else None
            self._read[name] = Template(own if own is not None and own.exists() else TEMPLATES / f"{name}.docx")
        return self._read[name]
