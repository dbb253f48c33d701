"""A template and a page -> a filled .docx. A template is read once; its charts are pictures, its texts are escaped and get their no-break spaces."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from lxml import etree

from reports.careful import refuse_careless
from reports.html import typographic
from reports.mistakes import WordTemplateError
from reports.word.archive import settled
from reports.word.pictures import picture_of
from reports.word.templates import FITTED

_MILLIMETRES = 0.26          # of paper for a unit of a drawing: letters come out as small print
_LEAST_COLUMN, _LONGEST_WORD, _LETTER, _SIDES = 460, 1250, 105, 220          # twentieths of a point; a longer word is parted by a hyphen
_FEW_COLUMNS, _EQUAL = 2, 0.02
_HUNGER, _LONGEST_WHOLE_ROW = 0.68, 700          # letters: a row with a longer cell may be parted by a page


class Template:
    """One .docx with placeholders. Errors on reading: WordTemplateError."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self.content = path.read_bytes()
            self._reader = _Reader(io.BytesIO(self.content))
            self._reader.init_docx()
        except OSError as error:
            raise WordTemplateError(f"Шаблон {path} не открывается: {error.strerror or error}.") from None
        except (ValueError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
            raise WordTemplateError(f"Шаблон {path} — не документ Word (.docx): {error}. Сохраните его в Word как «Документ Word».") from None

    @cached_property
    def environment(self) -> jinja2.Environment:
        return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, finalize=typographic)

    def fill(self, page: object, header: object, title: str, day: date) -> bytes:
        """Fill the template -> a .docx. `title` is what its window is called. Errors: WordTemplateError; CarelessPhraseError when the document says what no report may say."""
        document = _Reader(io.BytesIO(self.content))
        document.compiled = self._reader.compiled
        context = {"page": page, "header": header, "document_title": title, "chart": lambda item: _chart(document, item)}
        try:
            document.render(context, self.environment)
        except jinja2.TemplateError as error:
            raise WordTemplateError(self._told(error)) from None
        part_long_rows(document.docx.element.body)
        for table in list(document.docx.element.body.iter(qn("w:tbl"))):
            if table.find(qn("w:tr")) is None:          # Word opens no document with a table of no rows
                table.getparent().remove(table)
            elif _is_fitted(table):
                fit_columns(table)
        _drop_empty(document.docx.element.body)
        refuse_careless(text_of(document.docx.element.body), title)
        properties = document.docx.core_properties
        properties.created = properties.modified = datetime(day.year, day.month, day.day)
        properties.revision, properties.last_modified_by = 1, ""
        made = io.BytesIO()
        document.save(made)
        return settled(made.getvalue())

    def _told(self, error: jinja2.TemplateError) -> str:
        """Say where a template is wrong: the name, the line of the document, the words around it."""
        context = [" ".join(line.split()) for line in getattr(error, "docx_context", ())]
        line = (getattr(error, "lineno", None) or 1) - 1
        around = next((text for text in context[3:4] if text), "") or next((text for text in context if text), "")
        where = f", абзац {line}" if line else ""
        near = f" рядом с «{around[:120]}»" if around else ""
        return (f"Шаблон {self.path.name}{where}{near}: {_in_russian(error)}. Исправьте метку в фигурных скобках или возьмите исходный шаблон: school-risk templates ПАПКА.")


def _in_russian(error: jinja2.TemplateError) -> str:
    """Say what jinja says."""
    message = error.message or ""
    unknown = re.search(r"'([^']+)' is undefined|has no attribute '([^']+)'|No (?:filter|test) named '([^']+)'", message)
    if unknown:
        return f"«{next(word for word in unknown.groups() if word)}» в данных нет"
    return f"метка не закрыта или написана с ошибкой ({message})"


class _Reader(DocxTemplate):
    """docxtpl that compiles a template once, however many documents are filled from it."""

    def __init__(self, source: Any):
        super().__init__(source)
        self.compiled: dict[str, _Compiled] = {}

    def build_xml(self, context: Mapping[str, Any], jinja_env: jinja2.Environment | None = None) -> str:
        self.current_rendering_part = self.docx._part
        if "body" not in self.compiled:
            # a line for each paragraph, before commands lose theirs: a mistake is told by the number of its paragraph
            self.compiled["body"] = _Compiled(self.patch_xml(re.sub(r"<w:p([ >])", r"\n<w:p\1", self.get_xml())), jinja_env)
        return self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", self.compiled["body"].render(context)))


class _Compiled:
    """A part of a template, compiled; its mistakes carry the words around them."""

    def __init__(self, text: str, environment: jinja2.Environment):
        self.lines = text.splitlines()
        try:
            self.template = environment.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            raise self._with_context(error, error.lineno) from None

    def render(self, context: Mapping[str, Any]) -> str:
        try:
            return self.template.render(context)
        except jinja2.TemplateError as error:
            raise self._with_context(error, _line_of(error)) from None

    def _with_context(self, error: jinja2.TemplateError, line: int | None) -> jinja2.TemplateError:
        error.lineno = line
        if line:
            error.docx_context = [re.sub(r"<[^>]+>", "", text) for text in self.lines[max(line - 4, 0):line + 3]]
        return error


def _line_of(error: BaseException) -> int | None:
    """Find the line of the template in which a mistake came to light: the last frame of the traceback that jinja gave the template's own lines."""
    trace, found = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _chart(document: DocxTemplate, item: Any) -> InlineImage:
    return _Described(document, io.BytesIO(picture_of(item)), Mm(min(item.width * _MILLIMETRES, 165)), f"{item.title}. {item.summary}")


class _Described(InlineImage):
    """A picture that says in words what it shows."""

    def __init__(self, document: DocxTemplate, content: io.BytesIO, width: Mm, words: str):
        super().__init__(document, content, width=width)
        self.words = words

    def _insert_image(self) -> str:
        inline = self.tpl.current_rendering_part.new_pic_inline(self.image_descriptor, self.width, self.height)
        inline.docPr.set("descr", self.words)
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    __str__ = __html__ = _insert_image


# ---------------------------------------------------------------- after filling


def text_of(element: Any) -> str:
    """Return the words of a document; words of two paragraphs are kept apart, they are no phrase."""
    return " ¦ ".join("".join(text.text or "" for text in paragraph.iter(qn("w:t"))) for paragraph in element.iter(qn("w:p")))


def _is_fitted(table: Any) -> bool:
    """Whether the columns take the width of what is in them: the table says so, or all its columns are equal (LibreOffice does not keep what the table says)."""
    if table.find(f"./{qn('w:tblPr')}/{qn('w:tblDescription')}[@{qn('w:val')}='{FITTED}']") is not None:
        return True
    widths = [float(column.get(qn("w:w")) or 0) for column in table.find(qn("w:tblGrid"))]
    return len(widths) > _FEW_COLUMNS and max(widths) - min(widths) <= _EQUAL * max(widths)


def fit_columns(table: Any) -> None:
    """Share the width of a table among its columns by what is in them: by the longest word at least, by the text where there is room."""
    rows = table.findall(qn("w:tr"))
    texts = [[text_of(cell) for cell in row.findall(qn("w:tc"))] for row in rows]
    count = max((len(row) for row in texts), default=0)
    if not count:
        return
    grid = table.find(qn("w:tblGrid"))
    width = sum(int(float(column.get(qn("w:w")))) for column in grid)
    shares = _shares(texts, count, width)
    for column in list(grid):
        grid.remove(column)
    for share in shares:
        etree.SubElement(grid, qn("w:gridCol"), {qn("w:w"): str(share)})
    for row in rows:
        for cell, share in zip(row.findall(qn("w:tc")), shares, strict=False):
            properties = cell.find(qn("w:tcPr"))
            if properties is None:
                properties = etree.Element(qn("w:tcPr"))
                cell.insert(0, properties)
            size = properties.find(qn("w:tcW"))
            if size is None:
                size = etree.Element(qn("w:tcW"))
                properties.insert(0, size)
            size.set(qn("w:w"), str(share))
            size.set(qn("w:type"), "dxa")


def _shares(texts: list[list[str]], count: int, width: int) -> list[int]:
    """Divide a width: the least each column needs, the rest by its longest text, less than in proportion (a long one wraps, it does not starve the others)."""
    least, wanted = [], []
    for place in range(count):
        column = [row[place] for row in texts if place < len(row)]
        words = [word for text in column for word in text.replace("¦", " ").split(" ")]
        parted = max((len(word) for word in words if not word.isascii()), default=0) * _LETTER + _SIDES
        whole = max((len(word) for word in words if word.isascii()), default=0) * _LETTER + _SIDES         # a name of a file has no hyphen
        least.append(max(_LEAST_COLUMN, min(parted, _LONGEST_WORD), whole))
        wanted.append(max((len(text) for text in column), default=1) ** _HUNGER + 0.1)
    if sum(least) >= width:
        return [int(width * item / sum(least)) for item in least]
    spare = width - sum(least)
    return [int(item + spare * want / sum(wanted)) for item, want in zip(least, wanted, strict=True)]


def part_long_rows(body: Any) -> None:
    """Let a page part a row that is too long to be kept whole: it would leave half a page empty, or run over its foot."""
    for row in body.iter(qn("w:tr")):
        whole = row.find(f"./{qn('w:trPr')}/{qn('w:cantSplit')}")
        if whole is not None and any(len(text_of(cell)) > _LONGEST_WHOLE_ROW for cell in row.findall(qn("w:tc"))):
            whole.getparent().remove(whole)


def _drop_empty(body: Any) -> None:
    """Take away what the commands of a template left: empty paragraphs of their style, but the one Word needs between two tables or after one in a cell."""
    for paragraph in list(body.iter(qn("w:p"))):
        if paragraph.find(f".//{qn('w:drawing')}") is not None or paragraph.find(f".//{qn('w:br')}") is not None or paragraph.find(f".//{qn('w:sectPr')}") is not None:
            continue
        style = paragraph.find(f"./{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is None or style.get(qn("w:val")) not in _CONTROL_IDS or "".join(paragraph.itertext()).strip():
            continue
        before, after = paragraph.getprevious(), paragraph.getnext()
        tables = [item for item in (before, after) if item is not None and item.tag == qn("w:tbl")]
        alone_in_cell = paragraph.getparent().tag == qn("w:tc") and len(paragraph.getparent().findall(qn("w:p"))) == 1
        if len(tables) < 2 and not alone_in_cell:
            paragraph.getparent().remove(paragraph)


_CONTROL_IDS = frozenset({"Командашаблона", "Команда шаблона"})
