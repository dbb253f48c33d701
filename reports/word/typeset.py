"""A filled .docx -> PDF, set by typst: paragraphs, lists, tables whose heads repeat, pictures with their words, sections lying and standing, the line at the foot.

What Word can do beyond that (text boxes, columns, tracked changes, footnotes) is not carried over; `left_out` names it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import docx
import typst
from docx.oxml.ns import qn

from reports.mistakes import PdfError
from reports.word.layout import Look, Looks
from reports.word.pictures import FAMILY, compiler, quoted

_LEFT_OUT = {"txbxContent": "надписи", "footnoteReference": "сноски", "ins": "исправления", "del": "исправления", "object": "вложенные объекты"}
_PREAMBLE = f"""#set text(font: "{FAMILY}", lang: "ru", size: 12pt, hyphenate: auto, top-edge: 0.8em, bottom-edge: -0.22em)
#set par(leading: 0.12em, spacing: 0pt, linebreaks: "optimized")
#show heading: it => it.body
#show table: set text(hyphenate: true)
#let p(above, below, left, first, sticky, where, body) = block(above: above, below: below, width: 100%, inset: (left: left), sticky: sticky, breakable: true,
  align(where, par(justify: where == start + top, first-line-indent: (amount: first, all: true), hanging-indent: 0pt, body)))
#let item(above, below, left, mark, body) = block(above: above, below: below, width: 100%, grid(columns: (left, 1fr), mark, body))
"""


def pdf_of(content: bytes, title: str, day: date) -> bytes:
    """Set a .docx as a tagged PDF that a screen reader can read (PDF/UA-1 where the template allows); the same document is the same bytes. Errors: PdfError."""
    source, moment = _Setter(content).source(title, day).encode(), datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return compiler().compile(source, format="pdf", timestamp=moment, pdf_standards="ua-1")
    except typst.TypstError:        # a template without a heading or with one too deep: still tagged, but not by the letter of the standard
        pass
    try:
        return compiler().compile(source, format="pdf", timestamp=moment)
    except typst.TypstError as error:
        raise PdfError(f"Документ «{title}» не свёрстан в PDF: {error}. Это не ваша вина; документ Word записан.") from None


def left_out(content: bytes) -> list[str]:
    """Name what stands in a .docx that its PDF will not have."""
    body = docx.Document(io.BytesIO(content)).element.body
    return sorted({_LEFT_OUT[name] for element in body.iter() if isinstance(element.tag, str) and (name := element.tag.rpartition("}")[2]) in _LEFT_OUT})


class _Setter:
    """Writes the source of one document."""

    def __init__(self, content: bytes):
        self.document = docx.Document(io.BytesIO(content))
        self.looks = Looks(self.document.styles.element, self.document.part.numbering_part.element)
        self.counts: dict[str, int] = {}
        self.begun: set[str] = set()
        self.depth = 0

    def source(self, title: str, day: date) -> str:
        parts = [f"#set document(title: {quoted(title)}, date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))\n", _PREAMBLE]
        blocks: list[str] = []
        for element in self.document.element.body:
            if element.tag == qn("w:sectPr"):
                parts += [self._page(element), *blocks]
                blocks = []
            elif element.tag == qn("w:tbl"):
                blocks.append(self._table(element, top=True))
            elif element.tag == qn("w:p"):
                blocks.append(self._paragraph(element))
                section = element.find(f"./{qn('w:pPr')}/{qn('w:sectPr')}")
                if section is not None:
                    parts += [self._page(section), *blocks]
                    blocks = []
        return "".join(parts + blocks)

    # ------------------------------------------------------------ pages

    def _page(self, section: Any) -> str:
        size, margins = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
        edge = {name: int(margins.get(qn(f"w:{name}"))) / 20 for name in ("left", "right", "top", "bottom")}
        return (f"#set page(width: {int(size.get(qn('w:w'))) / 20}pt, height: {int(size.get(qn('w:h'))) / 20}pt, "
                f"margin: (left: {edge['left']}pt, right: {edge['right']}pt, top: {edge['top']}pt, bottom: {edge['bottom']}pt), footer-descent: 35%, footer: {self._foot()})\n")

    def _foot(self) -> str:
        footer = self.document.sections[0].footer
        words, field = [], ""
        for run in footer._element.iter(qn("w:r")):
            for child in run:
                name = child.tag.rpartition("}")[2]
                if name == "fldChar":
                    field = "" if child.get(qn("w:fldCharType")) == "end" else field
                elif name == "instrText":
                    kind = (child.text or "").strip()
                    words.append("context counter(page).display()" if kind == "PAGE" else "context str(counter(page).final().first())" if kind == "NUMPAGES" else '""')
                    field = kind
                elif name == "t" and not field:
                    words.append(quoted(child.text or ""))
        return f"text(size: 8pt, fill: rgb(\"#5a5a5a\"))[{''.join(f'#({word})' if word.startswith('context') else f'#{word}' for word in words)}]" if words else "none"

    # ------------------------------------------------------------ paragraphs

    def _paragraph(self, element: Any, inside: bool = False) -> str:
        look = self.looks.of(element)
        body, broken = self._runs(element, look)
        before = "#pagebreak(weak: true)\n" if (look.new_page or broken) and not inside else ""
        if not body:
            return before + (f"#v({look.size * 0.6}pt)\n" if not inside and not broken and look.size > 8 else "")
        if look.list_of:
            return before + self._item(look, body)
        where = {"center": "center", "right": "right", "justify": "start + top"}.get(look.align, "start")
        sticky = "true" if look.next else "false"
        words = f"#heading(level: {self._level(look.level)}, outlined: true, {self._joined(body)})" if look.level and not inside else f"#{{{self._joined(body)}}}"
        return f"{before}#p({look.before}pt, {look.after}pt, {look.left}pt, {max(look.first, 0)}pt, {sticky}, {where})[{words}]\n"

    def _level(self, level: int) -> int:
        """No heading is more than one level below the one before it: the outline has no holes, whatever a template skips."""
        self.depth = min(level, self.depth + 1)
        return self.depth

    def _item(self, look: Look, body: list[str]) -> str:
        marker = self.looks.marker(look.list_of)
        sign = marker.sign
        if "%1" in sign:
            if marker.restarts and look.list_of not in self.begun:
                self.counts[marker.family] = 0
            self.begun.add(look.list_of)
            self.counts[marker.family] = self.counts.get(marker.family, 0) + 1
            sign = sign.replace("%1", str(self.counts[marker.family]))
        return f"#item({look.before}pt, {look.after}pt, {marker.left}pt, {self._text(look, sign)})[#{{{self._joined(body)}}}]\n"

    @staticmethod
    def _joined(body: list[str]) -> str:
        return " + ".join(body)

    def _runs(self, paragraph: Any, look: Look) -> tuple[list[str], bool]:
        """Return the pieces of a paragraph and whether a page breaks in it."""
        pieces: list[tuple[Look, str] | str] = []
        broken = False
        for run in paragraph.iter(qn("w:r")):
            own = self.looks.run(look, run)
            for child in run:
                match child.tag.rpartition("}")[2]:
                    case "t":
                        pieces.append((own, child.text or ""))
                    case "tab":
                        pieces.append((own, "    "))
                    case "br":
                        broken |= child.get(qn("w:type")) == "page"
                        if child.get(qn("w:type")) != "page":
                            pieces.append("linebreak()")
                    case "drawing":
                        pieces += self._pictures(child)
        merged = list(_merged(pieces))
        if not any(isinstance(item, str) or item[1].strip() for item in merged):
            return [], broken
        return [item if isinstance(item, str) else self._text(*item) for item in merged], broken

    @staticmethod
    def _text(look: Look, words: str) -> str:
        given = [f"size: {look.size}pt"]
        given += ['weight: "bold"'] if look.bold else []
        given += ['style: "italic"'] if look.italic else []
        given += [f'fill: rgb("#{look.color}")'] if look.color else []
        return f"text({', '.join(given)}, {quoted(words)})"

    def _pictures(self, drawing: Any) -> Iterator[str]:
        for inline in drawing.iter(qn("wp:inline"), qn("wp:anchor")):
            blip = next(inline.iter(qn("a:blip")), None)
            if blip is None:
                continue
            content = self.document.part.related_parts[blip.get(qn("r:embed"))].blob
            width = int(inline.find(qn("wp:extent")).get("cx")) / 12700
            words = inline.find(qn("wp:docPr")).get("descr") or ""
            yield f"box(image(bytes(({', '.join(str(byte) for byte in content)})), width: {width}pt, alt: {quoted(words)}))"

    # ------------------------------------------------------------ tables

    def _table(self, table: Any, top: bool = False) -> str:
        grid = [float(column.get(qn("w:w")) or 1) for column in table.find(qn("w:tblGrid"))]
        rows = table.findall(qn("w:tr"))
        heads = [row for row in rows if row.find(f"./{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]
        plain = table.find(f"./{qn('w:tblPr')}/{qn('w:tblBorders')}")
        stroke = "none" if plain is not None and all(edge.get(qn("w:val")) in ("nil", "none") for edge in plain) else "0.5pt + rgb(\"#8a857b\")"
        cells = [self._row(row) for row in rows if row not in heads]
        header = f"table.header(repeat: true, {''.join(self._row(row) for row in heads)})," if heads else ""
        columns = ", ".join(f"{size}fr" for size in grid)
        inner = f"table(columns: ({columns},), stroke: {stroke}, inset: (x: 3.5pt, y: 1.6pt), {header} {''.join(cells)})"
        return f"#block(above: 4pt, below: 7pt, width: 100%, {inner})\n" if top else f"#{inner}\n"

    def _row(self, row: Any) -> str:
        whole = row.find(f"./{qn('w:trPr')}/{qn('w:cantSplit')}") is not None
        made = []
        for cell in row.findall(qn("w:tc")):
            span = cell.find(f"./{qn('w:tcPr')}/{qn('w:gridSpan')}")
            merged = cell.find(f"./{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merged is not None and merged.get(qn("w:val")) != "restart":
                made.append("[],")
                continue
            body = "".join(self._table(child) if child.tag == qn("w:tbl") else self._paragraph(child, inside=True) for child in cell if child.tag in (qn("w:p"), qn("w:tbl")))
            given = f"colspan: {span.get(qn('w:val'))}, " if span is not None and span.get(qn("w:val")) != "1" else ""
            made.append(f"table.cell({given}breakable: {'false' if whole else 'true'})[{body}],")
        return "".join(made)


def _merged(pieces: list) -> Iterator[Any]:
    """Join neighbouring texts of one look, so that words are not torn where Word tore its runs."""
    waiting: tuple[Look, str] | None = None
    for piece in pieces:
        if isinstance(piece, tuple) and waiting is not None and piece[0] == waiting[0]:
            waiting = (waiting[0], waiting[1] + piece[1])
            continue
        if waiting is not None:
            yield waiting
        waiting = piece if isinstance(piece, tuple) else None
        if not isinstance(piece, tuple):
            yield piece
    if waiting is not None:
        yield waiting
