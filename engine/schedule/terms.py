"""Terms as the rules write them: «срок: {до: 09-10}», «{с: 11-01, по: 04-30, как часто: два раза в месяц}», and short words, «ежемес. X–IV»."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from engine.model import Deadline

MonthDay = tuple[int, int]

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}
_MONTHS = {"янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "мае": 5, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12}
_COUNTS = {"": 1, "один": 1, "два": 2, "дважды": 2, "три": 3, "трижды": 3, "четыре": 4}
_LAST_DAY = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DASH = r"\s*[-–—]\s*"


class Every(Enum):
    """How often something is due; the values are the words of the rules."""

    ONCE = "один раз"
    WEEK = "еженедельно"
    MONTH = "ежемесячно"
    QUARTER = "раз в четверть"
    HALF_YEAR = "раз в полугодие"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`times` in each `every`; or once in each of `months`; or on each of `days` (month, day)."""

    every: Every | None = None
    times: int = 1
    months: tuple[int, ...] = ()
    days: tuple[MonthDay, ...] = ()


ONCE = Rhythm(Every.ONCE)


@dataclass(frozen=True, slots=True)
class Term:
    """When: `before` a day, or between `since` and `until`, in a rhythm. Days are (month, day); 29 February stands for its last day."""

    since: MonthDay | None = None
    until: MonthDay | None = None
    before: MonthDay | None = None
    rhythm: Rhythm = ONCE


def read_deadline(deadline: Deadline) -> Term | None:
    """Read the «срок» of a measure; None when its words cannot be read or name no date.

    Example: {с: 11-01, по: 04-30, как часто: ежемесячно} -> since (11, 1), until (4, 30), every month.
    """
    term = read_words(deadline.words) if deadline.words else Term()
    rhythm = read_rhythm(deadline.rhythm) if deadline.rhythm else ONCE
    dated = deadline.since or deadline.until or deadline.before
    if rhythm is None or (term is None and not dated):
        return None
    term = term or Term()
    term = replace(term, since=deadline.since or term.since, until=deadline.until or term.until, before=deadline.before or term.before,
                   rhythm=rhythm if deadline.rhythm else term.rhythm)
    return None if term == Term() else term


def read_words(words: str) -> Term | None:
    """Read a term in short words: «до 10.09», «XI–III», «ежемес. X–IV», «XI–IV, 2 раза/мес.», «20.01; 15.05», «IX, XII», «21.04–15.05»."""
    text = _plain(words)
    if match := re.fullmatch(r"до (.+)", text):
        day = _day(match[1])
        return Term(before=day) if day else None
    rhythm = read_rhythm(text)
    if rhythm is not None:
        return Term(rhythm=rhythm)
    for match in re.finditer(rf"([^\s,;]+){_DASH}([^\s,;]+)", text):
        period = _period(match[1], match[2])
        rest = (text[:match.start()] + text[match.end():]).strip(" ,;")
        rhythm = read_rhythm(rest) if rest else ONCE
        if period and rhythm:
            return replace(period, rhythm=rhythm)
    return None


def _period(first: str, last: str) -> Term | None:
    if (since := _day(first)) and (until := _day(last)):
        return Term(since, until)
    if (start := _month(first)) and (end := _month(last)):
        return Term((start, 1), (end, _LAST_DAY[end - 1]))
    return None


def read_rhythm(words: str) -> Rhythm | None:
    """Read how often: «ежемесячно», «два раза в месяц», «раз в четверть», «ноябрь и февраль», «20 января и 15 мая»; None when it cannot be read."""
    text = _plain(words)
    if text in ("еженедельно", "каждую неделю", "раз в неделю"):
        return Rhythm(Every.WEEK)
    if text in ("ежемесячно", "ежемес.", "ежемес", "каждый месяц"):
        return Rhythm(Every.MONTH)
    if text in ("один раз", "однократно", "раз в год"):
        return ONCE
    if match := re.fullmatch(r"(?:(\d+|[а-я]+) )?раза? ?(?:в|/) ?(мес|месяц|четверть|четв|полугодие)\.?", text):
        count = int(match[1]) if (match[1] or "").isdigit() else _COUNTS.get(match[1] or "")
        every = {"м": Every.MONTH, "ч": Every.QUARTER, "п": Every.HALF_YEAR}[match[2][0]]
        return Rhythm(every, count) if count and count <= 4 else None
    parts = [part for part in re.split(r"\s*[,;]\s*| и ", text) if part]
    days, months = [_day(part) for part in parts], [_month(part) for part in parts]
    if parts and all(days):
        return Rhythm(days=tuple(day for day in days if day))
    if parts and all(months):
        return Rhythm(months=tuple(month for month in months if month))
    return None


def _plain(words: str) -> str:
    return " ".join(words.lower().replace("ё", "е").split())


def _day(text: str) -> MonthDay | None:
    """Read «20.01» or «20 января»."""
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?", text):
        day, month = int(match[1]), int(match[2])
    elif (match := re.fullmatch(r"(\d{1,2}) ([а-я]+)", text)) and (named := _month(match[2])):
        day, month = int(match[1]), named
    else:
        return None
    return (month, day) if 1 <= month <= 12 and 1 <= day <= _LAST_DAY[month - 1] else None


def _month(text: str) -> int | None:
    """Read «XI» (Latin or the look-alike Russian Х) or the name of a month in any case."""
    roman = _ROMAN.get(text.replace("х", "x"))
    return roman or (_MONTHS.get(text[:3]) if re.fullmatch(r"[а-я]{3,}", text) else None)
