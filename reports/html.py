"""Pages to self-contained HTML: one file, styles inside, nothing fetched. Templates place ready records and neither compare nor compute."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.careful import refuse_careless, text_of_html
from reports.russian import unbroken

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates: everything is escaped, an unknown name is an error, texts get their no-break spaces."""
    found = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                               finalize=_typographic, keep_trailing_newline=True)
    found.globals["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return found


def _typographic(value: Any) -> Any:
    """Tie short words and numbers to what follows; markup made by a macro has been through this already."""
    return unbroken(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def write_page(template: str, page: object, path: Path) -> Path:
    """Render one page and write it.

    Errors: jinja2.TemplateError names the template and the line; CarelessPhraseError when the page says what no report may say.
    """
    text = environment().get_template(template).render(page=page)
    refuse_careless(text_of_html(text), path.name)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
