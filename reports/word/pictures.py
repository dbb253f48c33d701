"""Charts as pictures for Word: the drawing of the page, in grey, set by typst."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import typst
from markupsafe import Markup

from reports.charts import Chart
from reports.charts_shares import IntervalChart
from reports.distribution import Distribution
from reports.html import environment

FONTS = Path(__file__).parent.parent / "fonts"
FAMILY = "PT Serif"
_DOTS_PER_INCH = 220
_STYLE = f"""<style>
text {{ font-family: "{FAMILY}"; font-size: 11px; fill: #1c1b19; }} circle {{ fill: #1c1b19; }}
.lines path {{ fill: none; stroke: #1c1b19; stroke-width: 1.6; }} .lines circle {{ fill: #fff; stroke: #1c1b19; stroke-width: 1.6; }} .lines .value, .lines .year {{ text-anchor: middle; }}
.lines .value {{ font-weight: bold; }} .threshold {{ stroke-dasharray: 4 3; }} line.threshold {{ stroke: #5c5850; }} .break {{ stroke: #8a857b; stroke-dasharray: 1 3; }}
line.tick {{ stroke: #d9d4c9; }} text.tick {{ text-anchor: middle; fill: #5c5850; }} .label {{ text-anchor: end; }} .whisker {{ stroke: #1c1b19; stroke-width: 1.4; }}
.other {{ fill: #fff; stroke: #1c1b19; stroke-width: 1.3; }}
.bars rect {{ fill: #fff; stroke: #5c5850; }} .bars rect.border {{ fill: #1c1b19; stroke: #1c1b19; }} .bars path {{ fill: none; stroke: #fff; stroke-width: 4; }}
.bars path.over {{ stroke: #5c5850; stroke-width: 2; stroke-dasharray: 5 2; }} .bars line {{ stroke: #e9e5dc; }} .bars line.border {{ stroke: #1c1b19; stroke-dasharray: 2 3; }}
.bars line.floor {{ stroke: #1c1b19; }} .bars text {{ text-anchor: middle; fill: #5c5850; }} .bars text.level {{ text-anchor: end; }} .bars text.border {{ fill: #1c1b19; font-weight: bold; }}
</style>"""


@cache
def compiler() -> typst.Compiler:
    """Return the typesetter with our fonts alone: a document looks the same on every machine."""
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS]))


def picture_of(item: Any) -> bytes:
    """Draw a chart as PNG. Errors: TypeError for what is not one of our charts."""
    svg = str(getattr(_drawings(), _macro_of(item))(item, Markup(_STYLE))).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    source = f'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image(bytes({quoted(svg)}), format: "svg", width: {item.width * 0.75}pt)'
    return compiler().compile(source.encode(), format="png", ppi=_DOTS_PER_INCH)


@cache
def _drawings() -> Any:
    return environment().get_template("charts.html.j2").module


def _macro_of(item: Any) -> str:
    match item:
        case Chart():
            return "lines"
        case IntervalChart():
            return "intervals"
        case Distribution():
            return "bars"
    raise TypeError(f"Не диаграмма: {type(item).__name__}")


def quoted(text: str) -> str:
    """Write a string of typst."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", " ") + '"'
