"""Words as people type them: nearest names, mixed alphabets, headers compared without case, spaces and «ё»; school codes in order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LATIN = re.compile(r"[A-Za-z]")
TWINS = str.maketrans("AaBCcEeHKMOoPpTXxy", "АаВСсЕеНКМОоРрТХху")
_BACK = str.maketrans("АаВСсЕеНКМОоРрТХху", "AaBCcEeHKMOoPpTXxy")
IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")


def mixes_alphabets(word: str) -> bool:
    """Return whether one word holds both Cyrillic and Latin letters."""
    return bool(_CYRILLIC.search(word) and _LATIN.search(word))


def retyping_hint(word: str) -> str:
    """Say how to write a word of mixed letters: look-alikes in the alphabet it mostly uses, or which letters are strange in it."""
    cyrillic, latin = _CYRILLIC.findall(word), _LATIN.findall(word)
    fixed = word.translate(TWINS if len(cyrillic) >= len(latin) else _BACK)
    if not mixes_alphabets(fixed):
        return f"Наберите его одной раскладкой: {fixed}."
    kind, strange = ("Латинские", latin) if len(cyrillic) >= len(latin) else ("Русские", cyrillic)
    return f"Наберите его одной раскладкой. {kind} буквы в нём: {', '.join(dict.fromkeys(strange))}."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None when nothing is alike."""
    names = list(known)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if not found:
        lowered = {name.lower(): name for name in reversed(names)}
        close = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
        found = [lowered[close[0]]] if close else []
    return found[0] if found else None


def like_hint(word: str, known: Iterable[str]) -> str:
    """Return the hint that names the known word most like `word`; "" when nothing is alike."""
    found = nearest(word, known)
    return f"Похоже на: {found}." if found else ""


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Fold a header or a value for comparison: case, «ё», punctuation and repeated spaces do not count."""
    text = text.replace("ё", "е").replace("Ё", "Е").casefold()
    return re.sub(r"[\s_.,:;№\"'«»()\-–—/\\*]+", " ", text).strip()


def sentence(text: str) -> str:
    """Begin with a capital letter and turn the «_» of identifiers into spaces, for a reader."""
    spaced = text.replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def by_code(code: str) -> tuple:
    """Order school codes as people do: «4» before «12», «12» before «12а»."""
    return (*((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", code)), (-2, code))
