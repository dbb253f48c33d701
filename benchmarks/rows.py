"""3.6 million rows of results -> 60 indicators: the product's formulas, and the same SQL as a good author writes it for DuckDB.

One row is one school, procedure, subject, grade and year with its counts of marks. The author knows that: a share «per
procedure» is a share of one row, and one scan gives everything: with FILTER, as one writes it, or with CASE inside every
aggregate, which DuckDB does faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

YEARS = (2024, 2025, 2026)
GRADES = {"русский язык": (4, 5, 6, 7, 8), "математика": (4, 5, 6, 7, 8), "биология": (5, 6, 7, 8), "история": (5, 6, 7, 8),
          "география": (6, 7, 8), "обществознание": (6, 7, 8), "физика": (7, 8)}
KEYS = (*(("ВПР", subject, grade) for subject, grades in GRADES.items() for grade in grades),
        ("ОГЭ", "русский язык", 9), ("ОГЭ", "математика", 9), ("ЕГЭ", "русский язык", 11), ("ЕГЭ", "математика", 11))
SUBJECTS, PROCEDURES = tuple(GRADES), ("ВПР", "ОГЭ", "ЕГЭ")


def make(schools: int, gaps: float = 0.0, seed: int = 2) -> pd.DataFrame:
    """Draw the table of results. Shapes: schools × 3 years × 30 keys rows; in a share `gaps` of rows the marks are missing."""
    draw = np.random.default_rng(seed)
    count = schools * len(YEARS) * len(KEYS)
    school, year, key = np.unravel_index(np.arange(count), (schools, len(YEARS), len(KEYS)))
    level = draw.beta(2, 8, schools)[school] * draw.uniform(0.5, 1.5, count)
    people = draw.integers(5, 120, count)
    twos = draw.binomial(people, np.clip(level, 0, 1))
    threes = draw.binomial(people - twos, 0.4)
    fours = draw.binomial(people - twos - threes, 0.6)
    parts = [pd.Categorical.from_codes(np.array([words.index(item[place]) for item in KEYS])[key], words)
             for place, words in ((0, PROCEDURES), (1, SUBJECTS))]
    marks = np.column_stack([twos, threes, fours, people - twos - threes - fours]).astype(float)
    marks[draw.random(count) < gaps] = np.nan
    return pd.DataFrame({
        "школа": pd.Categorical.from_codes(school, [f"{number:06d}" for number in range(schools)]), "процедура": parts[0], "предмет": parts[1],
        "класс": np.array([item[2] for item in KEYS])[key], "год": np.array(YEARS)[year], "участников": people,
        **{f"отметка_{mark}": pd.array(marks[:, mark - 2], dtype="Float64").astype("Int64") for mark in (2, 3, 4, 5)}})


# ---------------------------------------------------------------- 60 indicators, each in both languages

SLICE = "доля_двоек"
_RULES = f"""\
календарь: {{отчётный год: {YEARS[-1]}}}
таблицы:
  школы: {{что: реестр, ключ: [школа], столбцы: {{школа: {{тип: код}}}}}}
  результаты:
    ключ: [школа, процедура, предмет, класс, год]
    столбцы:
      школа: {{тип: школа}}
      процедура: {{тип: текст, допустимо: [{", ".join(PROCEDURES)}]}}
      предмет: {{тип: текст, допустимо: [{", ".join(SUBJECTS)}]}}
      класс: {{тип: целое}}
      год: {{тип: учебный год}}
      участников: {{тип: целое, единица: чел.}}
      отметка_2: {{тип: целое, единица: чел.}}
      отметка_3: {{тип: целое, единица: чел.}}
      отметка_4: {{тип: целое, единица: чел.}}
      отметка_5: {{тип: целое, единица: чел.}}
показатели:
  {SLICE}:
    единица: "%"
    таблица: результаты
    по: [процедура, предмет, класс, год]
    формула: 100 * сумма(отметка_2) / сумма(участников)
    численность: сумма(участников)
"""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its YAML block and its SQL over rows where the author has put the share of «2» of the row beside it.

    `low` and `high` are the same where no gap can make the value uncertain. With gaps the author guards each aggregate.
    """

    block: str
    low: str
    high: str


Style = Callable[[str, str, str], str]


def by_filter(call: str, what: str, rows: str) -> str:
    """Write an aggregate over some rows as most authors do."""
    return f"{call}({what}) FILTER (WHERE {rows})"


def by_case(call: str, what: str, rows: str) -> str:
    """Write it so that DuckDB is fastest."""
    return f"count_if({rows})" if what == "*" else f"{call}(CASE WHEN {rows} THEN {what} END)"


def indicators(gaps: bool, write: Style = by_filter) -> dict[str, Indicator]:
    """Return the 59 indicators of a school; the share itself is the sixtieth."""
    author = _Author(gaps, write)
    made: dict[str, Indicator] = {}
    for place, subject in enumerate(SUBJECTS):
        of = f"предмет равно «{subject}»", f"предмет = '{subject}'"
        for word, year in (("последний", YEARS[-1]), ("предыдущий", YEARS[-2])):
            made[f"двоек_{word}_{place}"] = author.share("отметка_2", word, of[0], f"год = {year} AND {of[1]}")
        made[f"качество_{place}"] = author.share("отметка_4 + отметка_5", "последний", of[0], f"год = {YEARS[-1]} AND {of[1]}")
        made[f"максимум_{place}"] = author.largest(of[0], f"год = {YEARS[-1]} AND {of[1]}")
        made[f"изменение_{place}"] = author.change(*of)
    for place, procedure in enumerate(PROCEDURES):
        where = f"процедура равно {procedure}", f"процедура = '{procedure}'"
        made[f"двоек_процедуры_{place}"] = author.share("отметка_2", "последний", where[0], f"год = {YEARS[-1]} AND {where[1]}")
        made[f"пятёрок_{place}"] = author.share("отметка_5", "3 последних", *where)
        for bound in (20, 30, 40, 50):
            made[f"низких_{bound}_{place}"] = author.count(bound, "последний", where[0], f"год = {YEARS[-1]} AND {where[1]}")
    for bound in (20, 25, 30, 40, 50):
        made[f"низких_за_три_года_{bound}"] = author.count(bound, "3 последних", "численность не менее 10", "участников >= 10")
    made["наибольшая_доля"] = author.largest("численность не менее 10", f"год = {YEARS[-1]} AND участников >= 10")
    return made


@dataclass(frozen=True, slots=True)
class _Author:
    """Writes one indicator twice. `where` is the product's selection of rows, `rows` the same (and the years) in SQL."""

    gaps: bool
    write: Style

    def share(self, what: str, window: str, where: str, rows: str) -> Indicator:
        block = f"{{единица: \"%\", таблица: результаты, год: {window}, где: {where}, формула: 100 * сумма({what}) / сумма(участников)}}"
        sql = self._quotient(what, rows)
        return Indicator(block, sql, sql)

    def change(self, where: str, rows: str) -> Indicator:
        block = f"{{таблица: результаты, где: {where}, формула: изменение(100 * сумма(отметка_2) / сумма(участников))}}"
        later, earlier = (self._quotient("отметка_2", f"год = {year} AND {rows}") for year in YEARS[:0:-1])
        return Indicator(block, f"({later}) - ({earlier})", f"({later}) - ({earlier})")

    def count(self, bound: int, window: str, where: str, rows: str) -> Indicator:
        block = f"{{единица: шт., таблица: {SLICE}, год: {window}, где: {where}, формула: число(значение не менее {bound})}}"
        low = self.write("count", "*", f"{rows} AND доля >= {bound}")
        return Indicator(block, low, f"{low} + {self._unknown(rows)}" if self.gaps else low)

    def largest(self, where: str, rows: str) -> Indicator:
        block = f"{{единица: \"%\", таблица: {SLICE}, год: последний, где: {where}, формула: максимум(значение)}}"
        low = self.write("max", "доля", rows)
        high = f"CASE WHEN {low} IS NULL THEN NULL WHEN {self._unknown(rows)} > 0 THEN 'Infinity'::DOUBLE ELSE {low} END"
        return Indicator(block, low, high if self.gaps else low)

    def _quotient(self, what: str, rows: str) -> str:
        value = f"100.0 * {self.write('sum', what, rows)} / nullif({self.write('sum', 'участников', rows)}, 0)"
        empty = self.write("count", "*", f"{rows} AND ({what}) IS NULL")
        return f"CASE WHEN {empty} = 0 THEN {value} END" if self.gaps else value

    def _unknown(self, rows: str) -> str:
        return self.write("count", "*", f"{rows} AND доля IS NULL")


def yaml_text(gaps: bool) -> str:
    """Write the rules; the product loads this text with its own loader."""
    return _RULES + "".join(f"  {name}: {each.block}\n" for name, each in indicators(gaps).items())


def sql_text(gaps: bool, write: Style = by_filter) -> str:
    """Write the hand-made query: one scan, the share of a row computed once."""
    columns = []
    for name, each in indicators(gaps, write).items():
        columns.append(f"{each.low} AS {name}")
        if each.high != each.low:
            columns.append(f"{each.high} AS {name}_до")
    listed = ",\n    ".join(columns)
    return (f"SELECT _unit,\n    {listed}\nFROM (SELECT *, 100.0 * отметка_2 / nullif(участников, 0) AS доля FROM результаты) AS t\n"
            f"GROUP BY _unit ORDER BY _unit")


def tables_of(results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables that the rules name: the registry is whoever has results."""
    return {"школы": pd.DataFrame({"школа": results["школа"].cat.categories}), "результаты": results}
