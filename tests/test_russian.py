"""Russian for readers: numbers and borders, nouns with numerals, quantities, dates, ties between words."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.explanation import Quantity
from engine.values import Reason
from reports import russian as r

NBSP = "\u00a0"


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def read(text: str) -> float:
    return float(text.replace(NBSP, "").replace(r.MINUS, "-").replace(",", "."))


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (30.4, 1, "30,4"), (30.0, 1, "30"), (29.96, 1, "30,0"), (12.25, 1, "12,3"), (-0.3, 1, "−0,3"), (-0.04, 1, "0,0"), (1234, 0, "1234"), (12345, 0, "12 345"), (1234567.891, 2, "1 234 567,89")])
def test_numbers_as_a_russian_reads_them(value, decimals, text):
    assert plain(r.number(value, decimals)) == text


@given(some.floats(-1e7, 1e7), some.integers(0, 4))
def test_a_written_number_is_the_number_rounded(value, decimals):
    text = r.number(value, decimals)
    assert "." not in text and " " not in text
    assert abs(read(text) - value) <= 0.5 * 10**-decimals * (1 + 1e-9) or value == int(value)


@given(some.floats(0, 100), some.floats(0, 100))
def test_no_rounding_across_a_border(value, border):
    """29.96 beside 30 is «29,96»; what six decimals cannot part is said in words."""
    text = r.number_beside(value, (border,))
    if text.startswith("чуть"):
        assert ("меньше" in text) == (value < border) and value != border
    elif value != border:
        assert (read(text) > border) - (read(text) < border) == (value > border) - (value < border)


def test_the_border_case_itself():
    assert r.number_beside(29.96, (30.0,)) == "29,96"
    assert r.number_beside(30.0, (30.0,)) == "30"
    assert r.number_beside(100 * 14 / 47, (30.0, 20.0)) == "29,8"
    assert r.number_beside(30 - 1e-12, (30.0,)) == "чуть меньше 30"


def test_numbers_of_the_rules_keep_their_digits():
    assert [r.exact_number(value) for value in (30.0, 1.96, -0.3, 0.25)] == ["30", "1,96", "−0,3", "0,25"]


# ---------------------------------------------------------------- nouns


@pytest.mark.parametrize(("count", "text"), [(1, "1 школа"), (2, "2 школы"), (5, "5 школ"), (11, "11 школ"), (14, "14 школ"), (21, "21 школа"), (22, "22 школы"), (45, "45 школ"), (111, "111 школ"), (0, "0 школ")])
def test_nouns_agree(count, text):
    assert plain(r.counted(count, r.SCHOOL)) == text


@given(some.integers(0, 10**6))
def test_agreement_follows_the_last_digits(count):
    word = r.form(count, r.SCHOOL)
    assert word == r.form(count + 100, r.SCHOOL) if count % 100 else True
    if count % 100 in range(11, 15) or count % 10 in (0, *range(5, 10)):
        assert word == "школ"
    elif count % 10 == 1:
        assert word == "школа"
    else:
        assert word == "школы"


def test_other_cases():
    assert [plain(text) for text in (r.of_counted(21, r.SCHOOL), r.of_counted(45, r.SCHOOL), r.to_counted(9, r.SCHOOL), r.to_counted(21, r.SCHOOL), r.in_counted(5, r.SCHOOL))] == [
        "21 школы", "45 школ", "9 школам", "21 школе", "5 школах"]
    assert [plain(r.by_pupils(count, count < 5)) for count in (1, 2, 5, 21)] == ["на 1 ученика меньше", "на 2 ученика меньше", "на 5 учеников больше", "на 21 ученика больше"]
    assert [r.feminine(count) for count in (0, 1, 2, 3, 10, 11)] == ["ни одна", "одна", "две", "три", "десять", "11"]


# ---------------------------------------------------------------- quantities


@pytest.mark.parametrize(("quantity", "text"), [
    (Quantity(100 * 14 / 46, 100 * 14 / 46, "%", 46), "14 из 46 (30,4 %)"),
    (Quantity(30.0, 30.0, "%"), "30 %"),
    (Quantity(16.5, 16.5, "%", 46), "16,5 % (n = 46)"),
    (Quantity(4.12, 4.12, "балл", 46, decimals=2), "4,12 балла (n = 46)"),
    (Quantity(19.4, 19.4, "балл", decimals=0), "19 баллов"),
    (Quantity(1.0, 1.0, "лет"), "1 год"),
    (Quantity(0.0, 0.0, "лет"), "0 лет"),
    (Quantity(2.0, 2.0, "шт."), "2"),
    (Quantity(-7.25, -7.25, "п. п."), "−7,3 п. п."),
    (Quantity(1.0, 3.0, "шт."), "от 1 до 3"),
    (Quantity(11.9, 14.3, "%"), "от 11,9 до 14,3 %"),
    (Quantity(2.0, math.inf, "шт."), "не менее 2"),
    (Quantity(-math.inf, 2.0, "балл"), "не более 2 балла"),
    (Quantity(float(date(2026, 4, 20).toordinal()), float(date(2026, 4, 20).toordinal()), "дата"), "20 апреля 2026 г."),
    (Quantity(None, None, "%", None, Reason.EMPTY), "нет данных: ячейка пуста"),
])
def test_quantities(quantity, text):
    assert plain(r.quantity_words(quantity)) == text


def test_every_reason_has_words():
    assert all(r.reason_words(reason) for reason in Reason if reason is not Reason.PRESENT)


@given(some.integers(1, 2000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_a_share_of_pupils_is_written_as_the_pupils(pair):
    count, n = pair
    share = 100 * count / n
    assert plain(r.quantity_words(Quantity(share, share, "%", float(n)))).startswith(f"{count} из {n} (")


# ---------------------------------------------------------------- dates, lists, ties


def test_dates():
    assert plain(r.long_date(date(2026, 9, 3))) == "3 сентября 2026 г."
    assert plain(r.day_month(date(2026, 9, 10))) == "10 сентября"
    assert (r.short_date(date(2026, 9, 3)), r.academic_year(2026), r.academic_year(2000)) == ("03.09.2026", "2025/26", "1999/00")


def test_lists():
    assert [r.joined(items) for items in ([], ["а"], ["а", "б"], ["а", "б", "в"])] == ["", "а", "а и б", "а, б и в"]
    assert r.joined(["а", "б"], "или") == "а или б"
    assert r.ranges([4, 5, 6, 7, 8, 11]) == "4–8, 11" and r.ranges([5, 6]) == "5, 6"


def test_letters_and_stops():
    assert [r.lowered(text) for text in ("Доля", "ВПР", "ОВЗ вне школ", "А")] == ["доля", "ВПР", "ОВЗ вне школ", "А"]
    assert r.capital("с 1 ноября") == "С 1 ноября"
    assert [r.full_stop(text) for text in ("Конец", "2026 г.", "Так?")] == ["Конец.", "2026 г.", "Так?"]


@pytest.mark.parametrize(("text", "tied"), [
    ("№ 9003", "№~9003"), ("п. 1.1", "п.~1.1"), ("10 %", "10~%"), ("до 10 сентября", "до~10~сентября"), ("п. п.", "п.~п."), ("два — три", "два~— три"), ("в школе", "в~школе"),
    ("14 из 46", "14~из~46"), ("5 класс", "5~класс"), ("село и город", "село и~город"), ("ново в", "ново в")])
def test_ties(text, tied):
    assert r.unbroken(text).replace(NBSP, "~") == tied


@given(some.text("абвно №%—.0123 «»пв", max_size=60))
def test_ties_change_nothing_but_spaces(text):
    assert r.unbroken(text).replace(NBSP, " ") == text.replace(NBSP, " ")
    assert r.unbroken(r.unbroken(text)) == r.unbroken(text)
