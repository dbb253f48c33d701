"""How our Word templates look: pages by ГОСТ Р 7.0.97, styles that a secretary finds in Word by their names, numbering, the line at the foot."""

from __future__ import annotations

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
TITLE, HEADING, SUBHEADING, CENTRED, NOTE, WARNING, POINT, ITEM = "Title", "Heading 1", "Heading 2", "По центру", "Примечание", "Предупреждение", "Пункт приказа", "Перечисление"
TABLE_TEXT, TABLE_HEAD, CONTROL, SIGNATURE, RIGHT, CAPTION, TABLE = "Текст таблицы", "Шапка таблицы", "Команда шаблона", "Подпись должностного лица", "Справа", "Caption", "Table Grid"
LEFT_MARGIN, RIGHT_MARGIN, VERTICAL_MARGIN, PAGE_WIDTH, PAGE_HEIGHT = 25, 12, 18, 210, 297
_COMPACT = 0.74
_ABSTRACT_POINTS, _ABSTRACT_ITEMS = 90, 91

# name: (size, bold, alignment, space before, space after, what else)
_STYLES = {
    "Normal": (12, False, "left", 0, 5, {}),
    TITLE: (14, True, "center", 6, 8, {"next": True}),
    HEADING: (12.5, True, "left", 12, 4, {"next": True}),
    SUBHEADING: (12, True, "left", 8, 3, {"next": True}),
    CENTRED: (12, False, "center", 0, 3, {}),
    RIGHT: (12, False, "right", 0, 2, {}),
    NOTE: (10, False, "left", 0, 5, {"color": "5A5A5A"}),
    WARNING: (11, True, "left", 4, 6, {}),
    POINT: (12, False, "left", 0, 4, {}),
    ITEM: (12, False, "left", 0, 3, {}),
    TABLE_TEXT: (9.5, False, "left", 0, 1, {}),
    TABLE_HEAD: (9.5, True, "left", 0, 1, {}),
    CONTROL: (7, False, "left", 0, 0, {"color": "9A9A9A"}),
    SIGNATURE: (12, False, "left", 12, 2, {"together": True, "next": True}),
    CAPTION: (10.5, True, "left", 6, 3, {"next": True, "color": "000000"}),
}
_ALIGNED = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}


def new_document() -> Document:
    """Return an empty document with our styles, our numbering and one portrait page."""
    made = docx.Document()
    for name, given in _STYLES.items():
        _style(made, name, *given)
    numbering = made.part.numbering_part.element
    for abstract in (_abstract(_ABSTRACT_POINTS, "decimal", "%1."), _abstract(_ABSTRACT_ITEMS, "bullet", "–")):
        numbering.insert(0, abstract)
    shape(made.sections[0], landscape=False)
    made.settings.element.insert(0, OxmlElement("w:autoHyphenation"))
    language = made.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    if language is not None:
        language.set(qn("w:val"), "ru-RU")
    return made


def _style(made: Document, name: str, size: float, bold: bool, aligned: str, before: float, after: float, more: dict) -> None:
    known = {style.name for style in made.styles}
    style = made.styles[name] if name in known else made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name not in known:
        style.base_style = made.styles["Normal"]
    font, space = style.font, style.paragraph_format
    font.size, font.bold, font.italic, font.name = Pt(size), bold, False, FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), FONT)
    font.color.rgb = RGBColor.from_string(more.get("color", "000000"))
    space.alignment, space.space_before, space.space_after, space.line_spacing = _ALIGNED[aligned], Pt(before), Pt(after), 1.08
    space.keep_with_next, space.keep_together = more.get("next", False), more.get("together", False)
    borders = style.element.pPr.find(qn("w:pBdr"))          # the line under Word's own «Title»
    if borders is not None:
        style.element.pPr.remove(borders)


def _abstract(number: int, kind: str, text: str):
    return parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
                     f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="397" w:hanging="397"/></w:pPr></w:lvl></w:abstractNum>')


class Numbering:
    """Numbers points of orders and marks items; `restart` begins the points anew."""

    def __init__(self, made: Document):
        self._element = made.part.numbering_part.element
        self._items, self._points = self._num(_ABSTRACT_ITEMS), None

    def restart(self) -> None:
        self._points = None

    def mark(self, paragraph: Paragraph, numbered: bool) -> None:
        if numbered and self._points is None:
            self._points = self._num(_ABSTRACT_POINTS)
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = self._points if numbered else self._items

    def _num(self, abstract: int) -> int:
        number = self._element.add_num(abstract)
        number.add_lvlOverride(0).add_startOverride(1)
        return number.numId


def shape(section: Section, landscape: bool) -> None:
    """Give a section its paper, A4, with room for the binding on the left."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(PAGE_HEIGHT), Mm(PAGE_WIDTH)) if landscape else (Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT))
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Mm(LEFT_MARGIN), Mm(RIGHT_MARGIN), Mm(VERTICAL_MARGIN), Mm(VERTICAL_MARGIN)
    section.header_distance = section.footer_distance = Mm(9)


def compact(made: Document) -> None:
    """Make the letters and the spaces of all styles smaller by a quarter and the margins narrow."""
    for name in _STYLES:
        style = made.styles[name]
        style.font.size = Pt(max(style.font.size.pt * _COMPACT, 7))
        style.paragraph_format.space_before, style.paragraph_format.space_after = (Pt(round(space.pt * 0.4, 1)) for space in
                                                                                  (style.paragraph_format.space_before, style.paragraph_format.space_after))
        style.paragraph_format.line_spacing = 1.0
    section = made.sections[0]
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Mm(16), Mm(10), Mm(9), Mm(12)
    section.footer_distance = Mm(6)


def foot(section: Section, text: str) -> None:
    """Write the line at the foot: where the paper comes from on the left, the page on the right."""
    paragraph = section.footer.paragraphs[0]
    paragraph.style.font.size, paragraph.style.font.name = Pt(8.5), FONT
    paragraph.add_run(f"{text} · стр. ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" из ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, name: str) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
