"""Russian for readers: numbers, quantities, nouns with numerals, dates, lists. Everything returned is ready to print.

Spaces that must not break are no-break spaces (U+00A0): «№ 9003», «10 %», «п. 1.1», «12 345». Minus is U+2212.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.explanation import Quantity

NBSP = "\u00a0"
MINUS = "\u2212"
_MOST_DECIMALS = 6

MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")
_FEMININE = ("ни одна", "одна", "две", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять")

# ---------------------------------------------------------------- numbers


def number(value: float, decimals: int = 1) -> str:
    """Write a number with a decimal comma: 30,4; 30 when it is whole; −0,3; 12 345. Halves go away from zero."""
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    exact = Decimal(repr(float(value)))
    places = 0 if exact == exact.to_integral_value() else decimals
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    sign = MINUS if rounded < 0 else ""
    return sign + _grouped(whole) + (f",{fraction}" if fraction else "")


def _grouped(digits: str) -> str:
    """Part thousands from the fifth digit on: 1234, but 12 345."""
    return f"{int(digits):,}".replace(",", NBSP) if len(digits) > 4 else digits


def signed(value: float, decimals: int = 1) -> str:
    """Write a number with its sign: +0,4; −2; 0 without a sign."""
    text = number(value, decimals)
    return f"+{text}" if _read(text) > 0 else text


def exact_number(value: float) -> str:
    """Write a number of the rules with all its digits: 30; 1,96; −0,3."""
    digits = Decimal(repr(float(value))).normalize()
    return number(value, max(0, -int(digits.as_tuple().exponent)))


def number_beside(value: float, borders: Iterable[float], decimals: int = 1) -> str:
    """Write a number with as many digits as it takes not to look as if it stood on the other side of a border.

    Example: 29.96 beside 30 is «29,96», never «30,0». A value that stands on a border is rounded as the border is.
    """
    borders = tuple(border for border in borders if border != value)
    for places in range(decimals, _MOST_DECIMALS + 1):
        text = number(value, places)
        if all(_side(_read(text), border) == _side(value, border) for border in borders):
            return text
    border = next(border for border in borders if _side(_read(text), border) != _side(value, border))
    return f"чуть {'меньше' if value < border else 'больше'} {number(border, _MOST_DECIMALS)}"


def _side(value: float, border: float) -> int:
    return (value > border) - (value < border)


def _read(text: str) -> float:
    return float(text.replace(NBSP, "").replace(MINUS, "-").replace(",", "."))


# ---------------------------------------------------------------- nouns


@dataclass(frozen=True, slots=True)
class Noun:
    """The forms of a noun beside numerals. `oblique`: (singular, plural) of the other cases."""

    one: str
    few: str
    many: str
    dative: tuple[str, str] = ("", "")
    locative: tuple[str, str] = ("", "")


SCHOOL = Noun("школа", "школы", "школ", ("школе", "школам"), ("школе", "школах"))
PUPIL = Noun("ученик", "ученика", "учеников", ("ученику", "ученикам"))
ROW = Noun("строка", "строки", "строк")
FILE = Noun("файл", "файла", "файлов")
SHEET = Noun("лист", "листа", "листов")
SIGN = Noun("признак", "признака", "признаков")
REMARK = Noun("замечание", "замечания", "замечаний")
CRITERION = Noun("критерий", "критерия", "критериев")
INDICATOR = Noun("показатель", "показателя", "показателей")
GROUP = Noun("группа", "группы", "групп")
MEASURE = Noun("мера", "меры", "мер")
WORK = Noun("работа", "работы", "работ", ("работе", "работам"), ("работе", "работах"))
THRESHOLD = Noun("порог", "порога", "порогов")
_UNIT_NOUNS = {"балл": Noun("балл", "балла", "баллов"), "лет": Noun("год", "года", "лет"), "раз": Noun("раз", "раза", "раз")}
_SILENT_UNITS = frozenset({"шт.", "коэф.", "отн.", "откл."})     # the title already says what is counted


def form(count: float, noun: Noun) -> str:
    """Choose the form that stands after a numeral: 1 школа, 22 школы, 45 школ, 1,5 школы."""
    if count != int(count):
        return noun.few
    last, tens = abs(int(count)) % 10, abs(int(count)) % 100
    if last == 1 and tens != 11:
        return noun.one
    return noun.few if last in (2, 3, 4) and tens not in (12, 13, 14) else noun.many


def counted(count: int, noun: Noun) -> str:
    """Write «22 школы»."""
    return f"{number(count)}{NBSP}{form(count, noun)}"


def of_counted(count: int, noun: Noun) -> str:
    """Write a numeral in the genitive («из 21 школы», «из 45 школ»), without the preposition."""
    return f"{number(count)}{NBSP}{noun.few if _is_one(count) else noun.many}"


def to_counted(count: int, noun: Noun) -> str:
    """Write a numeral in the dative: «9 школам», «21 школе»."""
    return f"{number(count)}{NBSP}{noun.dative[0] if _is_one(count) else noun.dative[1]}"


def in_counted(count: int, noun: Noun) -> str:
    """Write a numeral in the prepositional case: «(в) 21 школе», «(в) 5 школах»."""
    return f"{number(count)}{NBSP}{noun.locative[0] if _is_one(count) else noun.locative[1]}"


def by_pupils(count: int, fewer: bool) -> str:
    """Write a distance in pupils: «на 1 ученика меньше», «на 5 учеников больше»."""
    noun = PUPIL.many if form(count, PUPIL) == PUPIL.many else PUPIL.few
    return f"на {number(count)}{NBSP}{noun} {'меньше' if fewer else 'больше'}"


def _is_one(count: int) -> bool:
    return count % 10 == 1 and count % 100 != 11


def feminine(count: int) -> str:
    """Write a small count of schools in words: «три»; larger ones in digits."""
    return _FEMININE[count] if 0 <= count < len(_FEMININE) else number(count)


# ---------------------------------------------------------------- quantities


def with_unit(text: str, unit: str | None) -> str:
    """Put the unit after a written number; nouns agree with the number as it is written, the last one in «от 1 до 3»."""
    if unit is None or unit in _SILENT_UNITS:
        return text
    if unit in _UNIT_NOUNS:
        return f"{text}{NBSP}{form(_read(re.split('[ –]', text)[-1]), _UNIT_NOUNS[unit])}"
    return f"{text}{NBSP}{unbroken(unit)}"


def quantity_words(quantity: Quantity, beside: Sequence[float] = ()) -> str:
    """Write a quantity: «14 из 46 (30,4 %)», «2 балла», «от 1 до 3», «не менее 2», «нет данных: ячейка пуста».

    `beside`: thresholds it is compared with; rounding never makes it look as if it had crossed one.
    """
    value, share = value_words(quantity, beside), count_of_share(quantity)
    if share is not None:
        return f"{share[0]} из {share[1]} ({value})"
    if quantity.size is not None and not quantity.is_missing:
        return f"{value} (n = {number(quantity.size)})".replace(" = ", f"{NBSP}={NBSP}")
    return value


def value_words(quantity: Quantity, beside: Sequence[float] = ()) -> str:
    """Write a quantity without its n."""
    if quantity.is_missing:
        return f"нет данных: {reason_words(quantity.reason)}"
    low, high = quantity.low, quantity.high
    if quantity.is_exact:
        if quantity.unit == "дата":
            return long_date(date.fromordinal(int(low)))
        return with_unit(number_beside(low, beside, quantity.decimals), quantity.unit)
    if math.isinf(high):
        return "не менее " + with_unit(number_beside(low, beside, quantity.decimals), quantity.unit)
    if math.isinf(low):
        return "не более " + with_unit(number_beside(high, beside, quantity.decimals), quantity.unit)
    between = f"от {number_beside(low, beside, quantity.decimals)} до {number_beside(high, beside, quantity.decimals)}"
    return with_unit(between, quantity.unit)


def count_of_share(quantity: Quantity) -> tuple[str, str] | None:
    """Return («14», «46») behind a percentage of n, or None where it is no whole number of anything."""
    if quantity.unit != "%" or not quantity.size or not quantity.is_exact:
        return None
    count = quantity.low * quantity.size / 100
    if quantity.size != int(quantity.size) or abs(count - round(count)) > 1e-6 * max(1.0, quantity.size):
        return None
    return number(round(count)), number(quantity.size)


_REASONS = {
    "NO_ROWS": "сведений нет", "EMPTY": "ячейка пуста", "RULE": "сведений меньше, чем требуют правила", "ZERO_DIVISION": "делить не на что, в знаменателе ноль",
    "FEW_YEARS": "не хватает лет", "SERIES_BREAK": "годы несравнимы, ряд прерван", "HIDDEN": "скрыто в источнике", "BAD_ROW": "строка с ошибкой не учтена",
    "FEW_VALUES": "не хватает значений", "INPUT": "нет исходной величины", "NO_BASE": "не с чем сравнить", "SEVERAL_ROWS": "несколько строк вместо одной",
    "DOMAIN": "для такого числа не определено",
}


def reason_words(reason) -> str:
    """Say why a value is missing, for a reader who never saw the rules."""
    return _REASONS.get(reason.name, reason.russian)


# ---------------------------------------------------------------- dates


def long_date(day: date) -> str:
    """Write «3 сентября 2026 г.»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г."


def day_month(day: date) -> str:
    """Write «10 сентября»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}"


def short_date(day: date) -> str:
    """Write «03.09.2026»."""
    return f"{day:%d.%m.%Y}"


def academic_year(year: int) -> str:
    """Write the academic year that ends in `year`: 2026 is «2025/26»."""
    return f"{year - 1}/{year % 100:02}"


# ---------------------------------------------------------------- text


def joined(items: Iterable[str], conjunction: str = "и") -> str:
    """Join a list: «а, б и в»."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def ranges(values: Iterable[int]) -> str:
    """Write whole numbers with runs drawn together: «4–8, 11»."""
    runs: list[list[int]] = []
    for value in sorted(set(values)):
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def lowered(text: str) -> str:
    """Begin a text with a small letter, unless its first word is an abbreviation."""
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text


def capital(text: str) -> str:
    """Begin a text with a capital letter."""
    return text[:1].upper() + text[1:]


def full_stop(text: str) -> str:
    """End a sentence; one that ends with «г.» has its stop already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


_SHORT_WORDS = r"в|во|о|об|с|со|к|ко|у|на|за|по|до|от|из|не|ни|и|а|но"
_TIES = (
    (re.compile(r"№ (?=\d)"), f"№{NBSP}"),
    (re.compile(r"\b(пп?|ст|гл|с|рис|табл|кл)\. (?=[\d«А-ЯA-Z])"), rf"\1.{NBSP}"),
    (re.compile(r"\b(п|т)\. (?=(п|д|е|к)\.)"), rf"\1.{NBSP}"),
    (re.compile(r"(?<=\d) (?=(%|п\.|чел\.|шт\.|балл|класс|кл\.|год|г\.|лет|раз|мин|школ|процедур|ученик|строк|из \d))"), NBSP),
    (re.compile(rf"(?<=\d) (?=({'|'.join(MONTHS)})\b)"), NBSP),
    (re.compile(rf"(?<![\w-])({_SHORT_WORDS}) (?=\w|«|№)", re.IGNORECASE), rf"\1{NBSP}"),
    (re.compile(r" (?=[—–] )"), NBSP),
)


@lru_cache(maxsize=50_000)
def unbroken(text: str) -> str:
    """Put no-break spaces where Russian typography wants them: «№ 9003», «п. 1.1», «10 %», before a dash, after a short preposition."""
    for pattern, replacement in _TIES:
        text = pattern.sub(replacement, text)
    return text
