"""Templates of Word from their texts: `templates/word/vpr.txt` -> a .docx with Jinja placeholders that a secretary can edit.

A line is a paragraph; how it begins says what it is:
`#` title, `##` heading, `###` smaller heading, `=` centred, `>` small note, `!` warning, `+` numbered point, `-` item, `@` a command (below), `{%` a condition or a loop. `**bold**`.
`@page landscape`, `@compact` (first), `@landscape`, `@portrait` (a new section), `@break` (a new page), `@restart` (points from 1), `@right`, `@caption`, `@sign`, `@foot text`, `@include name key=expression …`.
Tables: `@table 10 40 50` (widths; none: by content), `@head a | b`, `@each x in xs` … `@end`, `@if x` … `@end`, `@row {{ x.a }} | {{ x.b }}`, `@endtable`; ` // ` parts paragraphs of a cell,
a cell `*x in xs: {{ x }}` is repeated.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reports.word import styles
from reports.word.archive import settled

FOLDER = Path(__file__).parent.parent / "templates" / "word"
_KINDS = {"###": styles.SUBHEADING, "##": styles.HEADING, "#": styles.TITLE, "=": styles.CENTRED, ">": styles.NOTE, "!": styles.WARNING, "+": styles.POINT, "-": styles.ITEM}
_ALONE = re.compile(r"\{%-?\s*(.*?)\s*-?%\}")
_BETWEEN_CELLS = re.compile(r"\|(?![^{}]*(?:\}\}|%\}))")          # not the «|» of a filter inside {{ }}
_REPEATED = re.compile(r"\*\s*(\w+(?:\s*,\s*\w+)*) in ([^:]+):\s*(.*)", re.DOTALL)


class TemplateTextError(Exception):
    """A text of a template that cannot be understood; says the file, the line and what was expected."""


def make_template(name: str, folder: Path = FOLDER) -> bytes:
    """Make the .docx of a template from its text. Errors: TemplateTextError, OSError."""
    maker = _Maker(name, folder)
    maker.read(name, {})
    return maker.finished()


def names(folder: Path = FOLDER) -> list[str]:
    """Return the templates there are; a text whose name begins with «_» is a part of others."""
    return sorted(path.stem for path in folder.glob("*.txt") if not path.stem.startswith("_"))


def make_all(folder: Path = FOLDER) -> list[Path]:
    """Write the .docx of every text beside it."""
    paths = []
    for name in names(folder):
        path = folder / f"{name}.docx"
        path.write_bytes(make_template(name, folder))
        paths.append(path)
    return paths


class _Maker:
    """Reads the lines of one template into a document."""

    def __init__(self, name: str, folder: Path):
        self.name, self.folder = name, folder
        self.document: Document = styles.new_document()
        self.numbering = styles.Numbering(self.document)
        self.landscape, self.table, self.fits, self.foot = False, None, False, ""
        self.widths: list[int] = []
        self.opened: list[str] = []
        self.place = ""

    def read(self, name: str, given: dict[str, str]) -> None:
        path = self.folder / f"{name}.txt"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            raise TemplateTextError(f"{self.place or self.name}: нет текста шаблона {path.name}.") from None
        for key, value in given.items():
            text = re.sub(rf"\${key}\b", value, text)
        for number, line in enumerate(text.splitlines(), start=1):
            self.place = f"{path.name}:{number}"
            if line.strip():
                self._line(line.strip())

    def finished(self) -> bytes:
        if self.foot:
            styles.foot(self.document.sections[0], self.foot)
        made = io.BytesIO()
        self.document.core_properties.author, self.document.core_properties.comments = "", ""
        self.document.core_properties.title = "{{ document_title }}"
        self.document.save(made)
        return settled(made.getvalue())

    # ------------------------------------------------------------ lines

    def _line(self, line: str) -> None:
        if line.startswith("@"):
            word, _, rest = line[1:].partition(" ")
            command = getattr(self, f"_{word}", None)
            if command is None:
                raise TemplateTextError(f"{self.place}: команды «@{word}» нет.")
            command(rest.strip())
        elif _ALONE.fullmatch(line) and "%}" not in line[:-2]:
            self._control(line)
        else:
            begin = line.split(" ", 1)[0]
            style = _KINDS.get(begin)
            paragraph = self.document.add_paragraph(style=style)
            write_runs(paragraph, line[len(begin):].strip() if style else line)
            if style in (styles.POINT, styles.ITEM):
                self.numbering.mark(paragraph, style == styles.POINT)

    def _control(self, line: str) -> None:
        self.document.add_paragraph(_ALONE.sub(r"{%p \1 %}", line), style=styles.CONTROL)

    def _page(self, rest: str) -> None:
        self.landscape = rest == "landscape"
        styles.shape(self.document.sections[0], self.landscape)

    def _landscape(self, rest: str) -> None:
        self._section(True)

    def _portrait(self, rest: str) -> None:
        self._section(False)

    def _section(self, landscape: bool) -> None:
        self.landscape = landscape
        styles.shape(self.document.add_section(WD_SECTION.NEW_PAGE), landscape)

    def _break(self, rest: str) -> None:
        self.document.add_paragraph(style=styles.CONTROL).add_run().add_break(WD_BREAK.PAGE)

    def _compact(self, rest: str) -> None:
        """Small print and narrow margins: what must stand on one page."""
        styles.compact(self.document)

    def _restart(self, rest: str) -> None:
        self.numbering.restart()

    def _right(self, rest: str) -> None:
        write_runs(self.document.add_paragraph(style=styles.RIGHT), rest)

    def _caption(self, rest: str) -> None:
        write_runs(self.document.add_paragraph(style=styles.CAPTION), rest)

    def _sign(self, rest: str) -> None:
        """A place for a signature: the office, the line, the name; a text with its own lines stands as it is."""
        write_runs(self.document.add_paragraph(style=styles.SIGNATURE), rest if "__" in rest else f"{rest} _________________ / _________________ /")

    def _foot(self, rest: str) -> None:
        self.foot = rest

    def _include(self, rest: str) -> None:
        name, *pairs = rest.split()
        place = self.place
        self.read(name, dict(pair.split("=", 1) for pair in pairs))
        self.place = place

    # ------------------------------------------------------------ tables

    def _table(self, rest: str) -> None:
        parts = [float(word) for word in rest.split()]
        self.fits = not parts
        self.table = self.document.add_table(rows=0, cols=len(parts) or 1, style=styles.TABLE)
        self.table.autofit = False
        section = self.document.sections[-1]
        width = (section.page_width - section.left_margin - section.right_margin) / Mm(1)
        self.widths = [Mm(width * part / sum(parts)) for part in parts] or [Mm(width)]
        for column, mm in zip(self.table.columns, self.widths, strict=True):
            column.width = mm
        if self.fits:
            mark_fitted(self.table)

    def _head(self, rest: str) -> None:
        row = self._cells(rest, styles.TABLE_HEAD)
        header = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(header)

    def _row(self, rest: str) -> None:
        row = self._cells(rest, styles.TABLE_TEXT)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))

    def _each(self, rest: str) -> None:
        self.opened.append("endfor")
        self._command_row(f"{{%tr for {rest} %}}")

    def _if(self, rest: str) -> None:
        self.opened.append("endif")
        self._command_row(f"{{%tr if {rest} %}}")

    def _end(self, rest: str) -> None:
        if not self.opened:
            raise TemplateTextError(f"{self.place}: «@end» без «@each» или «@if».")
        self._command_row(f"{{%tr {self.opened.pop()} %}}")

    def _endtable(self, rest: str) -> None:
        if self.opened:
            raise TemplateTextError(f"{self.place}: таблица кончилась, а «@each» или «@if» не закрыто командой «@end».")
        self.table = None
        self.document.add_paragraph(style=styles.CONTROL)

    def _command_row(self, text: str) -> None:
        row = self._new_row()
        cell = row.cells[0] if len(row.cells) == 1 else row.cells[0].merge(row.cells[-1])
        cell.paragraphs[0].text, cell.paragraphs[0].style = text, self.document.styles[styles.CONTROL]

    def _new_row(self):
        if self.table is None:
            raise TemplateTextError(f"{self.place}: строка таблицы вне таблицы; начните её командой @table.")
        return self.table.add_row()

    def _cells(self, rest: str, style: str):
        texts = [text.strip() for text in _BETWEEN_CELLS.split(rest)]
        row = self._new_row()
        if not self.fits and len(texts) != len(self.widths):
            raise TemplateTextError(f"{self.place}: в строке {len(texts)} ячеек, а столбцов {len(self.widths)}.")
        cells = [cell for text in texts for cell in _repeated(text)]
        for place, text in enumerate(cells):
            cell = row.cells[place] if place < len(row.cells) else _more(row, self.table)
            if not self.fits:
                cell.width = self.widths[place]
            self._fill(cell, text, style)
        return row

    def _fill(self, cell: _Cell, text: str, style: str) -> None:
        for number, part in enumerate(text.split(" // ")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            alone = _ALONE.fullmatch(part.strip())
            if alone and not alone.group(1).startswith("tc ") and " // " in text:
                paragraph.text, paragraph.style = f"{{%p {alone.group(1)} %}}", self.document.styles[styles.CONTROL]
            else:
                paragraph.style = self.document.styles[style]
                write_runs(paragraph, part.strip())


def _repeated(text: str) -> list[str]:
    found = _REPEATED.fullmatch(text)
    return [f"{{%tc for {found.group(1)} in {found.group(2).strip()} %}}", found.group(3), "{%tc endfor %}"] if found else [text]


def _more(row, table: Table) -> _Cell:
    element = OxmlElement("w:tc")
    element.append(OxmlElement("w:p"))
    row._tr.append(element)
    return _Cell(element, table)


def write_runs(paragraph: Paragraph, text: str) -> None:
    """Write a text whose parts between ** are bold."""
    for place, part in enumerate(text.split("**")):
        if part:
            paragraph.add_run(part).bold = True if place % 2 else None


def mark_fitted(table: Table) -> None:
    """Say in the table itself that its columns take the width of what is in them; a description is kept by Word."""
    caption = OxmlElement("w:tblDescription")
    caption.set(qn("w:val"), FITTED)
    table._tbl.tblPr.append(caption)


FITTED = "ширина столбцов по содержанию"

if __name__ == "__main__":
    for made in make_all():
        sys.stdout.write(f"{made}\n")
