"""Pages to self-contained HTML: one file, styles inside, nothing fetched. Templates place ready records and neither compare nor compute."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports.careful import refuse_careless, text_of_html
from reports.mistakes import PageTemplateError
from reports.russian import unbroken

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates: everything is escaped, an unknown name is an error, texts get their no-break spaces."""
    found = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                               finalize=typographic, keep_trailing_newline=True)
    found.globals["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return found


def typographic(value: Any) -> Any:
    """Tie short words and numbers to what follows; markup made by a macro has been through this already."""
    return unbroken(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def rendered(template: str, **given: Any) -> str:
    """Render a template. Errors: PageTemplateError names the template and the line."""
    try:
        return environment().get_template(template).render(**given)
    except jinja2.TemplateError as error:
        raise PageTemplateError(_told(error, template)) from error


def write_page(template: str, page: object, path: Path) -> Path:
    """Render one page and write it.

    Errors: PageTemplateError names the template and the line; CarelessPhraseError when the page says what no report may say.
    """
    text = rendered(template, page=page)
    refuse_careless(text_of_html(text), path.name)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _told(error: jinja2.TemplateError, template: str) -> str:
    """Say which template is wrong and in which line: the mistake's own, or the last one of a template that the traceback passed."""
    name, line, trace = getattr(error, "name", None) or template, getattr(error, "lineno", None), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            name, line = Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno
        trace = trace.tb_next
    where = f", строка {line}" if line else ""
    return f"Шаблон страницы {name}{where}: {error.message}. Шаблоны лежат в {TEMPLATES}."
