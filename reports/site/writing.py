"""One page to one file: the template is placed, careless words are refused, and the policy of the page is sealed with the hashes of its own style and script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.careful import refuse_careless, text_of_html
from reports.html import TEMPLATES, rendered

if TYPE_CHECKING:
    from reports.site.frame import Sheet

MARK = '<meta name="generator" content="school-risk site">'
_POLICY = "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
_UNSEALED = "unsealed"
_INSIDE = {"style": re.compile(r"<style>(.*?)</style>", re.DOTALL), "script": re.compile(r"<script>(.*?)</script>", re.DOTALL)}
_MARK_WITHIN = 600


def write_page(sheet: Sheet, folder: Path) -> Path:
    """Render one page of the site and write it.

    Errors: OSError; PageTemplateError names the template and the line; CarelessPhraseError when the page says what no report may say.
    """
    script = Markup((TEMPLATES / "site" / "site.js").read_text(encoding="utf-8"))
    text = rendered(sheet.template, page=sheet.page, frame=sheet.frame, policy=_UNSEALED, mark=Markup(MARK), script=script)
    refuse_careless(text_of_html(text), sheet.file)
    path = folder / sheet.file
    path.write_text(_sealed(text), encoding="utf-8", newline="\n")
    return path


def _sealed(text: str) -> str:
    """Put the policy into the head: only the style and the script that are in the page already, nothing from anywhere."""
    allowed = {kind: " ".join(f"'sha256-{_hash(inside)}'" for inside in pattern.findall(text)) or "'none'" for kind, pattern in _INSIDE.items()}
    return text.replace(f'content="{_UNSEALED}"', f'content="{_POLICY.format(**allowed)}"', 1)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def remove_stale(folder: Path, paths: Iterable[Path]) -> None:
    """Remove pages an earlier run wrote and this one did not: a school that left the district must not stay here with old groups. Errors: OSError."""
    fresh = {path.name for path in paths}
    for path in sorted(folder.glob("*.html")):
        if path.name not in fresh and MARK in path.read_text(encoding="utf-8", errors="replace")[:_MARK_WITHIN]:
            path.unlink()
