"""Counts over years some of which are not there: what the key allows bounds them; expected values are counted by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from benchmarks.by_product import ByProduct

RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы: {что: реестр, ключ: [школа], столбцы: {школа: {тип: код}}}
  списки:
    ключ: [школа, год]
    столбцы: {школа: {тип: школа}, год: {тип: учебный год}, слово: {тип: текст}, балл: {тип: число}}
  работы:
    ключ: [школа, предмет, год]
    столбцы: {школа: {тип: школа}, предмет: {тип: текст}, год: {тип: учебный год}, балл: {тип: число}}
показатели:
  низких: {таблица: списки, год: 3 последних, формула: число(балл менее 30)}
  доля_низких: {таблица: списки, год: 3 последних, формула: доля(балл менее 30)}
  слов: {таблица: списки, год: 3 последних, формула: число_различных(слово)}
  слов_за_год: {таблица: списки, год: последний, формула: число_различных(слово)}
  работ: {таблица: работы, год: 3 последних, формула: число(балл менее 30)}
  доля_работ: {таблица: работы, год: 3 последних, формула: доля(балл менее 30)}
  предметов: {таблица: работы, год: 3 последних, формула: число_различных(предмет)}
  по_предмету: {таблица: работы, по: [предмет], год: 3 последних, формула: число(балл менее 30)}
  худший_предмет: {таблица: по_предмету, формула: максимум(значение)}
"""


def counted(lists: list[tuple], works: list[tuple] = ()) -> dict[str, tuple[float, float]]:
    """Bounds of every indicator for school 1."""
    product = ByProduct(RULES, {"школы": pd.DataFrame({"школа": ["1"]}), "списки": pd.DataFrame(lists, columns=["школа", "год", "слово", "балл"]),
                                "работы": pd.DataFrame(works, columns=["школа", "предмет", "год", "балл"])})
    product.prepare()
    columns = product.evaluate().frames["школа"].columns
    return {name: (columns[name].low[0], columns[name].high[0]) for name in columns if name not in ("школа", "по_предмету")}


FULL = [("1", 2024, "а", 10.0), ("1", 2025, "а", 50.0), ("1", 2026, "б", 20.0)]


def test_all_years_known():
    found = counted(FULL)
    assert (found["низких"], found["слов"], found["слов_за_год"]) == ((2, 2), (2, 2), (1, 1))
    assert found["доля_низких"] == pytest.approx((200 / 3, 200 / 3))


def test_a_year_that_is_not_there_may_hide_one_row():
    """2024 is absent: one low year for certain, two at most; of two words one is known for certain in each year."""
    found = counted(FULL[1:])
    assert (found["низких"], found["слов"]) == ((1, 2), (2, 3))
    assert found["доля_низких"] == pytest.approx((100 / 3, 200 / 3))


def test_an_empty_cell_may_be_anything_too():
    """2024 is absent and 2025 is empty: both may be low, both may be new words."""
    found = counted([("1", 2025, None, None), FULL[2]])
    assert (found["низких"], found["слов"], found["слов_за_год"]) == ((1, 3), (1, 3), (1, 1))


def test_no_rows_at_all_are_no_count():
    assert all(math.isnan(low) and math.isnan(high) for low, high in counted([]).values())


def test_where_the_key_allows_many_rows_there_is_no_bound():
    """Two subjects of 2026 and one of 2025; how many works 2024 had nobody knows — except of one subject: one."""
    works = [("1", "рус", 2025, 10.0), ("1", "рус", 2026, 50.0), ("1", "мат", 2026, 10.0)]
    found = counted(FULL, works)
    assert (found["работ"], found["доля_работ"], found["предметов"]) == ((2, math.inf), (0, 100), (2, math.inf))
    assert found["худший_предмет"] == (1, 3)    # русский: 2025 точно и, может быть, 2024; математика: 2026 и, может быть, 2024 и 2025


def test_a_repeated_key_lifts_the_bound():
    """A merged school has two rows a year: an absent year may hide more than one."""
    assert counted([*FULL[1:], ("1", 2026, "в", 60.0)])["низких"] == (1, math.inf)
