"""The promise behind every verdict: what is said with gaps in the data stays true however the gaps are filled.

Random rule sets over random tables with holes; every hole is filled in several ways, and a value must lie inside the
bounds that were given, a criterion or category that was decided must come out the same.
"""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pandas as pd
import pytest

from engine.checking import check
from engine.loading import load
from engine.problems import errors
from engine.run import evaluate_tables
from engine.tables import Tables

DAY = date(2026, 9, 3)
HEAD = """\
календарь: {отчётный год: 2026}
таблицы:
  школы: {что: реестр, ключ: [школа], столбцы: {школа: {тип: код}, тип: {тип: текст, допустимо: [а, б]}, мало: {тип: число}}}
  работы:
    ключ: [школа, процедура, год]
    столбцы: {школа: {тип: школа}, процедура: {тип: текст}, год: {тип: учебный год}, писали: {тип: целое}, двоек: {тип: целое}}
  списки:
    ключ: [школа, год]
    столбцы: {школа: {тип: школа}, год: {тип: учебный год}, слово: {тип: текст, допустимо: [х, у, я]}, балл: {тип: число}}
пороги: {порог: {значение: 30}, порог_типа: {по: тип, значения: {2020-01-01: {а: 20, иначе: 40}}}}
показатели:
  доля: {таблица: работы, по: [процедура, год], формула: 100 * сумма(двоек) / сумма(писали), численность: сумма(писали)}
"""
CONDITIONS = ("значение не менее 30", "значение менее порог", "значение не менее порог_типа", "значение более 10", "не (значение менее 50)",
              "численность не менее 10 и значение не менее 30", "значение от 20 до 60", "если(значение более 30; численность; 5) более 9")
FILTERS = (None, None, "численность не менее 10", "значение более 5", "процедура равно А", "численность более мало")
WINDOWS = ("последний", "предыдущий", "2 последних", "3 последних", "все", "2 до последнего")
FORMULAS = ("число({c})", "доля({c})", "сумма(значение)", "среднее(значение)", "максимум(значение)", "минимум(численность)", "медиана(значение)",
            "максимум(значение) - минимум(значение)", "число({c}) * 2 - максимум(значение)", "если(любой({c}); максимум(значение); 1)",
            "если(все({c}); 1; 2)", "число({c}) / число()", "единственное(значение где процедура равно А)", "лет_подряд(число({c}) не менее 1)",
            "лет_из(любой({c}); 3)", "изменение(среднее(значение))", "тренд(максимум(значение))", "в_прошлом(сумма(численность); 1)",
            "число_различных(значение)", "число_различных(процедура)", "число_различных(значение где численность не менее 10) * 2",
            "наибольшее(максимум(значение); 10)", "модуль(минимум(значение) - 40)", "округлить(максимум(значение) / 7; 1)", "взвешенное(значение; численность)")
LIST_CONDITIONS = ("балл не менее 30", "слово равно х", "балл от 20 до 60 и слово не равно у", "балл менее порог_типа или слово равно я")
LIST_FILTERS = (None, None, "балл более 5", "слово не равно у")
LIST_WINDOWS = ("последний", "2 последних", "3 последних", "2 до последнего")
LIST_FORMULAS = ("число({c})", "число()", "доля({c})", "число_различных(слово)", "число_различных(слово где {c})", "число({c}) - число_различных(балл)",
                 "максимум(балл)", "если(любой({c}); число({c}); 0)", "лет_подряд({c})", "если(все({c}); 1; 2)")
SIZES = (5, 9, 10, 20)


def random_rules(rng: random.Random) -> str:
    text, names = HEAD, []
    for number in range(4):
        formula = rng.choice(FORMULAS).format(c=rng.choice(CONDITIONS))
        text += f"  свод{number}:\n    таблица: доля\n    год: {rng.choice(WINDOWS)}\n    формула: \"{formula}\"\n"
        if where := rng.choice(FILTERS):
            text += f"    где: {where}\n"
        names.append(f"свод{number}")
    for number in range(3):
        formula = rng.choice(LIST_FORMULAS).format(c=rng.choice(LIST_CONDITIONS))
        text += f"  список{number}:\n    таблица: списки\n    год: {rng.choice(LIST_WINDOWS)}\n    формула: \"{formula}\"\n"
        if where := rng.choice(LIST_FILTERS):
            text += f"    где: {where}\n"
        names.append(f"список{number}")
    text += "  вместе: {формула: свод0 + свод1 / 2}\nкритерии:\n"
    names.append("вместе")
    for number in range(5):
        name, other, value = rng.choice(names), rng.choice(names), rng.choice([0, 1, 2, 3, 20, 30, 50])
        sign, link = rng.choice(["не менее", "более", "менее", "не более", "равно"]), rng.choice(["и", "или"])
        text += f"  один{number}: {{когда: \"{name} {sign} {value}\"}}\n  два{number}: {{когда: \"{name} {sign} {value} {link} не ({other} более 7)\"}}\n"
    return text + ("категории:\n  первая: {когда: {не менее 2 из: [один0, один1, один2, один3]}, исключает: [вторая]}\n"
                   "  вторая: {когда: {любой: [два0, два1]}}\n")


def random_rows(rng: random.Random, schools: int) -> tuple[list, list, list]:
    registry = [(str(100 + school), rng.choice("аб"), float(rng.choice([5, 10, 15]))) for school in range(schools)]
    rows = []
    for code, _, _ in registry:
        for procedure in "АБ":
            for year in (2024, 2025, 2026):
                size = rng.choice(SIZES)
                row = [code, procedure, year, size, rng.randint(0, size)]
                hole = rng.random()
                if hole < 0.16:
                    row[4] = None
                if 0.10 < hole < 0.20:
                    row[3] = None
                if rng.random() > 0.12:
                    rows.append(row)
    lists = [[code, year, rng.choice([*"хуя", None]), rng.choice([3.0, 20.0, 30.0, 50.0, None])]
             for code, _, _ in registry for year in (2024, 2025, 2026) if rng.random() > 0.25]
    return registry, rows, lists


def filled_lists(rng: random.Random, registry: list, lists: list) -> list:
    """Every cell and every row that was not there: the key allows one row a year."""
    known = {(code, year): cells for code, year, *cells in lists}
    result = []
    for code, _, _ in registry:
        for year in (2024, 2025, 2026):
            word, score = known.get((code, year), (None, None))
            result.append([code, year, word or rng.choice("хуя"), score if score is not None else rng.choice([3.0, 20.0, 30.0, 50.0])])
    return result


def filled(rng: random.Random, rows: list) -> list:
    result = []
    for code, procedure, year, size, count in rows:
        whole = size if size is not None else max(rng.choice(SIZES), count or 0)
        result.append([code, procedure, year, whole, count if count is not None else rng.randint(0, whole)])
    return result


def evaluated(program, registry: list, rows: list, lists: list) -> dict:
    frames = {"школы": pd.DataFrame(registry, columns=["школа", "тип", "мало"]),
              "работы": pd.DataFrame(rows, columns=["школа", "процедура", "год", "писали", "двоек"]),
              "списки": pd.DataFrame(lists, columns=["школа", "год", "слово", "балл"])}
    evaluation, _ = evaluate_tables(program, Tables.from_frames(program.rules.tables, frames), DAY)
    columns = evaluation.frames["школа"].columns
    return {name: columns[name] for name in program.order if name in columns}


def contradicted(before, after) -> np.ndarray:
    """Rows whose statement made with gaps is false without them."""
    if isinstance(before, np.ndarray):
        return (before != 0) & (after != before)
    said = ~np.isnan(before.low)
    return said & ~((after.low >= before.low - 1e-9) & (after.high <= before.high + 1e-9))


@pytest.mark.parametrize("seed", range(32))
def test_what_is_said_with_gaps_holds_however_they_are_filled(seed, tmp_path):
    rng = random.Random(seed)
    program = None
    while program is None:
        (tmp_path / "rules.yaml").write_text(random_rules(rng), encoding="utf-8")
        rules, problems = load(tmp_path)
        candidate, more = check(rules, DAY)
        if not errors([*problems, *more]):        # a random condition may be impossible: another one is drawn
            program = candidate
    registry, rows, lists = random_rows(rng, schools=30)
    said = evaluated(program, registry, rows, lists)
    assert any((column == 0).any() for column in said.values() if isinstance(column, np.ndarray))
    for _ in range(2):
        known = evaluated(program, registry, filled(rng, rows), filled_lists(rng, registry, lists))
        false = {name: int(contradicted(column, known[name]).sum()) for name, column in said.items()}
        assert {name: count for name, count in false.items() if count} == {}
