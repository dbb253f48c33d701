"""Slices by the table's own key are written row by row, without grouping; repeated keys (merged schools) must still be added up."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.by_product import ByProduct
from engine.indicators import IndicatorEngine

RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы: {что: реестр, ключ: [школа], столбцы: {школа: {тип: код}}}
  результаты:
    ключ: [школа, предмет, год]
    столбцы: {школа: {тип: школа}, предмет: {тип: текст}, год: {тип: учебный год}, участников: {тип: целое}, отметка_2: {тип: целое}}
показатели:
  доля_двоек: {таблица: результаты, по: [предмет, год], формула: 100 * сумма(отметка_2) / сумма(участников), численность: сумма(участников)}
  крупные: {таблица: доля_двоек, по: [предмет, год], где: численность не менее 10, формула: единственное(значение), численность: максимум(численность)}
  низких: {таблица: крупные, год: последний, формула: число(значение не менее 30)}
  наибольшая: {таблица: доля_двоек, год: последний, формула: максимум(значение)}
  средняя: {таблица: доля_двоек, год: 2 последних, формула: среднее(значение)}
"""
NAMES = ("низких", "наибольшая", "средняя")


def evaluated(rows: list[tuple]) -> dict[str, list]:
    results = pd.DataFrame(rows, columns=["школа", "предмет", "год", "участников", "отметка_2"])
    product = ByProduct(RULES, {"школы": pd.DataFrame({"школа": ["1", "2"]}), "результаты": results})
    product.prepare()
    frame = product.evaluate().frames["школа"]
    return {name: [frame.columns[name].low.tolist(), frame.columns[name].high.tolist(), frame.columns[name].reasons().tolist()] for name in NAMES}


ROWS = [("1", "а", 2026, 10, 3), ("1", "б", 2026, 8, 8), ("1", "а", 2025, 20, 1), ("1", "б", 2025, 0, 0), ("2", "а", 2026, 30, None), ("2", "б", 2026, 12, 4)]


@pytest.mark.parametrize("repeated", [[], [("1", "а", 2026, 10, 0)], [("2", "б", 2026, None, 1)]], ids=["no key twice", "a key twice", "with a gap"])
def test_row_by_row_equals_grouped(monkeypatch, repeated):
    written = evaluated(ROWS + repeated)
    monkeypatch.setattr(IndicatorEngine, "_groups_are_rows", lambda self, scan: False)
    grouped = evaluated(ROWS + repeated)
    for name in NAMES:
        np.testing.assert_array_equal(written[name], grouped[name])


def test_a_repeated_key_is_added_up():
    """3 of 10 and 0 of 10 are 15 %, not 30 %."""
    assert evaluated([("1", "а", 2026, 10, 3), ("1", "а", 2026, 10, 0)])["наибольшая"][0][0] == 15
