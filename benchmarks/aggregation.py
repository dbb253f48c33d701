"""Rows of results to indicators: the product's SQL beside SQL written by hand, one thread each, equal results."""

from __future__ import annotations

import time

import numpy as np

from benchmarks import rows
from benchmarks.by_product import ByProduct
from benchmarks.measuring import Aim, Section, decimal, measure, table
from benchmarks.memory import measured
from benchmarks.rows import by_case, by_filter


def run(schools: int = 40_000, repeats: int = 5, memory: bool = True) -> Section:
    """Measure on complete data and on data with gaps, where hand-written SQL must guard what the product guards."""
    lines, wrong, ratios = [], [], {}
    for title, gaps in (("полные данные", 0.0), ("у 1 % строк нет отметок", 0.01)):
        race = _Race(schools, gaps)
        wrong += [f"{title}: {name}" for name in race.different()]
        usual, tight, product = measure(lambda: race.ask(by_filter), lambda: race.ask(by_case), race.product.evaluate, repeats=repeats)
        ratios[title] = product.least / usual.least, product.least / tight.least
        figures = (usual.least, tight.least, product.least, product.median, *ratios[title], race.preparing)
        lines.append((title, *map(decimal, figures)))
    header = ("", "SQL с FILTER, с", "SQL с CASE, с", "school-risk, с", "медиана, с", "к FILTER", "к CASE", "подготовка, с")
    notes = ["SQL руками — один проход по готовой таблице: с `FILTER`, как пишет большинство, и с `CASE` внутри каждой свёртки, как быстрее. "
             "school-risk — весь расчёт показателей из YAML: причины пропусков, проверка ключей, запись разреза «доля двоек» по строкам, столбцы numpy. "
             "Подготовка (номер школы в каждой строке) — один раз на расчёт.",
             "Все стороны: DuckDB в памяти, `threads=1`. Значения сравниваются точно, с границами: «от 1 до 3», «не меньше 25»."]
    if memory:
        found = measured("rows", schools)
        notes.append(f"Память: с готовыми данными {found.data:.0f} МБ, подготовка и расчёт добавляют в пике {found.over:.0f} МБ "
                     "(разрез на все строки остаётся в базе).")
    usual, tight = ratios["полные данные"]
    aims = (Aim("≤ 1,5 × SQL руками с FILTER", f"{decimal(usual)} ×", usual <= 1.5), Aim("≤ 1,5 × SQL руками с CASE", f"{decimal(tight)} ×", tight <= 1.5))
    count = schools * len(rows.YEARS) * len(rows.KEYS)
    text = table(header, lines) + "\n\n" + "\n".join(f"- {note}" for note in notes)
    return Section(f"{count:,} строк результатов → 60 показателей".replace(",", "\u202f"), text, aims, tuple(wrong))


class _Race:
    def __init__(self, schools: int, gaps: float):
        self.gaps = bool(gaps)
        self.product = ByProduct(rows.yaml_text(self.gaps), rows.tables_of(rows.make(schools, gaps)))
        begin = time.process_time()
        self.product.prepare()
        self.preparing = time.process_time() - begin
        self.queries = {write: rows.sql_text(self.gaps, write) for write in (by_filter, by_case)}

    def ask(self, write: rows.Style) -> dict[str, np.ndarray]:
        """Run the query written by hand."""
        return self.product.tables.connection.execute(self.queries[write]).fetchnumpy()

    def different(self) -> list[str]:
        """List the indicators whose values or bounds differ."""
        columns = self.product.evaluate().frames["школа"].columns
        answers = [self.ask(write) for write in self.queries]
        return [name for name in rows.indicators(self.gaps) for found in answers
                if not (_same(found[name], columns[name].low) and _same(found.get(f"{name}_до", found[name]), columns[name].high))]


def _same(found: np.ndarray, column: np.ndarray) -> bool:
    return np.array_equal(np.ma.filled(np.ma.asarray(found).astype(float), np.nan), column, equal_nan=True)
