"""How a paragraph of a .docx looks, once its styles are followed to their root: what typesetting needs of Word's many ways to say it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from docx.oxml.ns import qn

_TWENTIETHS = 20
_HALVES = 2
_PRIVATE_SIGNS = 0xF000     # signs of symbol fonts, which other fonts do not have
_INDENT = 20


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph as it looks; lengths in points. `level` is that of a heading, 0 for other text; `list_of` is the numbering it belongs to."""

    size: float = 12
    bold: bool = False
    italic: bool = False
    color: str = ""
    align: str = "left"
    before: float = 0
    after: float = 0
    left: float = 0
    first: float = 0
    next: bool = False
    new_page: bool = False
    level: int = 0
    list_of: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """How a list is marked: «%1.» or a sign; the indent in points. Lists of one `family` are counted together, as Word counts them, until one of them `restarts`."""

    sign: str = "–"
    left: float = 20
    family: str = ""
    restarts: bool = False


class Looks:
    """Looks of the paragraphs of one document."""

    def __init__(self, styles: Any, numbering: Any):
        self._styles = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
        self._default = next((name for name, style in self._styles.items() if style.get(qn("w:default")) == "1" and style.get(qn("w:type")) == "paragraph"), "")
        self._numbering = numbering
        self._of_style = lru_cache(maxsize=None)(self._style_look)

    def of(self, paragraph: Any) -> Look:
        """Return the look of a paragraph: its style's, then its own."""
        properties = paragraph.find(qn("w:pPr"))
        style = properties.find(qn("w:pStyle")) if properties is not None else None
        look = self._of_style(style.get(qn("w:val")) if style is not None else self._default)
        return _with(look, properties, None)

    def run(self, look: Look, run: Any) -> Look:
        """Return the look of a run inside a paragraph."""
        return _with(look, None, run.find(qn("w:rPr")))

    def _style_look(self, name: str) -> Look:
        style = self._styles.get(name)
        if style is None:
            return Look()
        base = style.find(qn("w:basedOn"))
        look = self._of_style(base.get(qn("w:val"))) if base is not None else Look()
        made = _with(look, style.find(qn("w:pPr")), style.find(qn("w:rPr")))
        title = style.find(qn("w:name")).get(qn("w:val")).lower()
        level = 1 if title == "title" else int(title[-1]) + 1 if title.startswith("heading ") and title[-1].isdigit() else made.level
        return _replaced(made, level=level)

    def marker(self, number: str) -> Marker:
        """Return how the paragraphs of a numbering are marked."""
        num = next((item for item in self._numbering.findall(qn("w:num")) if item.get(qn("w:numId")) == number), None) if self._numbering is not None else None
        if num is None:
            return Marker()
        abstract = num.find(qn("w:abstractNumId")).get(qn("w:val"))
        found = next(item for item in self._numbering.findall(qn("w:abstractNum")) if item.get(qn("w:abstractNumId")) == abstract)
        level = found.find(qn("w:lvl"))
        kind, text, indent = level.find(qn("w:numFmt")).get(qn("w:val")), level.find(qn("w:lvlText")).get(qn("w:val")), level.find(f"./{qn('w:pPr')}/{qn('w:ind')}")
        sign = "–" if kind == "bullet" and len(text) == 1 and ord(text) > _PRIVATE_SIGNS else text
        return Marker(sign, _points(indent, "left") if indent is not None else _INDENT, abstract, num.find(f"./{qn('w:lvlOverride')}/{qn('w:startOverride')}") is not None)


def _with(look: Look, paragraph: Any, run: Any) -> Look:
    changes: dict[str, Any] = {}
    if paragraph is not None:
        changes |= _paragraph(paragraph)
    if run is not None:
        changes |= _run(run)
    return _replaced(look, **changes) if changes else look


def _replaced(look: Look, **changes: Any) -> Look:
    return Look(**{name: changes.get(name, getattr(look, name)) for name in Look.__slots__})


def _paragraph(properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in properties:
        match child.tag.rpartition("}")[2]:
            case "jc":
                found["align"] = {"center": "center", "right": "right", "end": "right", "both": "justify"}.get(child.get(qn("w:val")), "left")
            case "spacing":
                found |= {name: _points(child, name) for name in ("before", "after") if child.get(qn(f"w:{name}")) is not None}
            case "ind":
                found |= _indents(child)
            case "keepNext":
                found["next"] = _on(child)
            case "pageBreakBefore":
                found["new_page"] = _on(child)
            case "numPr":
                number = child.find(qn("w:numId"))
                found["list_of"] = number.get(qn("w:val")) if number is not None and number.get(qn("w:val")) != "0" else ""
    return found


def _indents(element: Any) -> dict[str, float]:
    found = {}
    if element.get(qn("w:left")) or element.get(qn("w:start")):
        found["left"] = _points(element, "left") or _points(element, "start")
    if element.get(qn("w:firstLine")):
        found["first"] = _points(element, "firstLine")
    if element.get(qn("w:hanging")):
        found["first"] = -_points(element, "hanging")
    return found


def _run(properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in properties:
        match child.tag.rpartition("}")[2]:
            case "b":
                found["bold"] = _on(child)
            case "i":
                found["italic"] = _on(child)
            case "sz":
                found["size"] = float(child.get(qn("w:val"))) / _HALVES
            case "color":
                color = child.get(qn("w:val"))
                found["color"] = "" if color in ("auto", "000000") else color
    return found


def _on(element: Any) -> bool:
    return element.get(qn("w:val")) not in ("0", "false", "off")


def _points(element: Any, name: str) -> float:
    return float(element.get(qn(f"w:{name}")) or 0) / _TWENTIETHS
