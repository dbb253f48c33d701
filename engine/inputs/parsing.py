"""One cell's text -> a value of the column's type. Clean texts are cast in SQL (`typing.py`); everything else comes here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from engine.model import Column
from engine.words import folded, mixes_alphabets

Words = Mapping[str, tuple[str, ...]]
Value = str | float | int | bool | None


class Parsed(NamedTuple):
    """A value, or None with the code of what is wrong; None without a code is a missing value."""

    value: Value = None
    code: str = ""
    hidden: bool = False


Parser = Callable[[str], Parsed]

MISSING = frozenset({"", "-", "–", "—", "−", "н/д", "н.д.", "нд", "нет данных"})
MISSING_NUMBER = MISSING | {"нет", "nan"}  # NaN: how pandas writes a gap into Parquet
SKIPPED = "D111"  # rows without a key: totals
_TOTALS = ("итого", "всего", "в среднем", "среднее по", "средние", "среднее значение", "минимальная граница")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?[.,]\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
AMBIGUOUS = r"\s*[+-]?[1-9]\d{0,2},\d{3}\s*"  # «1,234»: a thousand and more, or one and a part
_YEAR = re.compile(r"(\d{4})(?:\s*[/\\–—-]\s*(\d{4}|\d{2}))?(?:\s*(?:г\.?|гг\.?|год|уч\.?|учебный|учебного года))*\.?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*$")
_FLAGS = {"да": True, "есть": True, "истина": True, "yes": True, "true": True, "1": True, "+": True, "✓": True,
          "нет": False, "ложь": False, "no": False, "false": False, "0": False}
_EXACT = 2**53


def parser_for(column: Column, words: Words | None, *, is_key: bool = False) -> Parser:
    """Make the parser of a column: hidden marks, missing cells and (in keys) the rows of totals are seen first."""
    parse = _typed(column, words)
    hidden = frozenset(" ".join(mark.split()).casefold() for mark in column.hidden)
    missing = MISSING_NUMBER if column.type in ("число", "целое") else MISSING

    def read(text: str) -> Parsed:
        text = " ".join(text.split())
        lowered = text.casefold()
        if lowered in hidden:
            return Parsed(hidden=True)
        found = parse(text)
        if found.code and lowered in missing:
            return Parsed()
        may_be_total = is_key and (found.code or column.type in ("код", "школа"))
        return Parsed(code=SKIPPED) if may_be_total and is_total(text) else found
    return read


def is_total(text: str) -> bool:
    """Return whether a key cell names a row of totals, not a school."""
    return text[:1].isalpha() and folded(text).startswith(_TOTALS)


def words_of(column: Column, references: Mapping[str, Words]) -> Words | None:
    """Return the allowed words of a column with their spellings, or None when any text will do."""
    if column.reference is not None:
        return references.get(column.reference, {})
    return dict.fromkeys(column.allowed, ()) if column.allowed else None


def _typed(column: Column, words: Words | None) -> Parser:
    match column.type or "текст":
        case "число":
            return lambda text: number(text, percent=_takes_percent(column), thousands=column.decimal == "точка")
        case "целое":
            return lambda text: whole(text, percent=_takes_percent(column), thousands=column.decimal == "точка")
        case "учебный год":
            return academic_year
        case "дата":
            return day
        case "да/нет":
            return flag
        case "код" | "школа":
            return code
        case "текст":
            return word_parser(words)
    raise AssertionError(column.type)


def _takes_percent(column: Column) -> bool:
    return column.unit is None or "%" in column.unit or column.unit.startswith("п. п")


def may_group(column: Column) -> bool:
    """Return whether «1,234» in a column may be a thousand: it does not name its decimal sign, and so much is allowed."""
    return column.type == "число" and column.decimal in (None, "любой") and (column.most is None or column.most >= 1000)


def number(text: str, *, percent: bool = True, thousands: bool = False) -> Parsed:
    """Read «1 234,5», «−3», «25 %»; with `thousands` a comma only groups digits.

    >>> number("1 234,5").value, number("1,234", thousands=True).value
    (1234.5, 1234.0)
    >>> number("12а").code, number("12,5", thousands=True).code
    ('D201', 'D201')
    """
    text = text.replace("−", "-")
    if percent:
        text = text.removesuffix("%").rstrip()
    if thousands and "," in text:
        text = text.replace(",", "") if _GROUPED.fullmatch(text) else "?"
    if not _NUMBER.fullmatch(text):
        return Parsed(code="D201")
    value = float(text.replace(" ", "").replace(",", "."))
    return Parsed(value) if abs(value) < float("inf") else Parsed(code="D201")


def whole(text: str, *, percent: bool = True, thousands: bool = False) -> Parsed:
    """Read a whole number; «25,5» is D204."""
    found = number(text, percent=percent, thousands=thousands)
    if found.code or not isinstance(found.value, float):
        return found
    exact = found.value.is_integer() and abs(found.value) <= _EXACT
    return Parsed(int(found.value)) if exact else Parsed(code="D204")


def academic_year(text: str) -> Parsed:
    """Read an academic year as the year of its end.

    >>> academic_year("2025/2026 уч. год").value, academic_year("1999-00").value, academic_year("2025-2027").code
    (2026, 2000, 'D207')
    """
    found = _YEAR.fullmatch(text.removesuffix(".0"))
    if not found or not 1900 < int(found[1]) < 2200:
        return Parsed(code="D207")
    first, second = int(found[1]), found[2]
    if second is None:
        return Parsed(first)
    follows = int(second) == (first + 1 if len(second) == 4 else (first + 1) % 100)
    return Parsed(first + 1) if follows else Parsed(code="D207")


def day(text: str) -> Parsed:
    """Read a date as `date.toordinal`: 20.04.2026, 20.04.26, 2026-04-20; a time of day is dropped."""
    text = _CLOCK.sub("", text).removesuffix("г.").strip()
    if found := _DAY_FIRST.fullmatch(text):
        day_, month, year = (int(part) for part in found.groups())
        year += 2000 if len(found[3]) == 2 else 0
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day_ = (int(part) for part in found.groups())
    else:
        return Parsed(code="D207")
    try:
        return Parsed(date(year, month, day_).toordinal())
    except ValueError:
        return Parsed(code="D207")


def flag(text: str) -> Parsed:
    """Read «да», «нет» and their usual spellings."""
    value = _FLAGS.get(text.casefold())
    return Parsed(value) if value is not None else Parsed(code="D205")


def code(text: str) -> Parsed:
    """Read a code as text: 9001.0, as Excel keeps it, is «9001»."""
    head, point, tail = text.partition(".")
    if point and head.isdigit() and tail and not tail.strip("0"):
        text = head
    if text.casefold() in MISSING:
        return Parsed(code="D206")
    mixed = not text.isascii() and any(mixes_alphabets(part) for part in re.split(r"[\W_]+", text))
    return Parsed(code="D208") if mixed else Parsed(text)


def word_parser(words: Words | None) -> Parser:
    """Make the reader of a text column: its known spellings become the one word of the rules."""
    if words is None:
        return lambda text: Parsed(code="D206") if text.casefold() in MISSING else Parsed(text)
    known = {folded(spelling): word for word, spellings in words.items() for spelling in spellings}
    known |= {folded(word): word for word in words}
    known.pop("", None)
    exact = {word.casefold(): word for word in words}

    def read(text: str) -> Parsed:
        found = exact.get(text.casefold()) or known.get(folded(text))
        return Parsed(found) if found is not None else Parsed(code="D205")
    return read
