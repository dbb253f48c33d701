"""One million pupil rows of a regional export (CSV of 2021) to distributions: the reader beside the SQL by hand, in one run.

    python -m benchmarks.pupil_rows [rows]

Both count works by school, score and journal mark. The SQL by hand knows the file: types, columns, no dirt. The reader finds out, checks every
row (maximum, sums of items, class, marks), counts items, marks, the journal and the summary of scores too. Wall time and processor time, best of three.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from engine.checking import check
from engine.inputs import read_folder
from engine.loading import load

ROOT = Path(__file__).parents[1]
ITEMS = (1, 2, 1, 2, 2, 1, 2, 2, 2, 2, 3)      # mathematics of grade 5, 2021: 20 points


def write(folder: Path, rows: int, schools: int) -> Path:
    """Write the register and the export."""
    rng = np.random.default_rng(5)
    codes = np.char.add("edu", (200_000 + np.arange(schools)).astype(str))
    pd.DataFrame({"Код ОО": codes, "Наименование ОО": codes, "Тип ОО": "сош", "Муниципалитет": "Район", "1–4 классы": "да", "5–9 классы": "да", "10–11 классы": "да"}).to_csv(folder / "Реестр школ.csv", sep=";", index=False)
    points = np.stack([rng.binomial(top, .6, rows) for top in ITEMS], axis=1)
    frame = pd.DataFrame({"логин школы": codes[np.sort(rng.integers(0, schools, rows))], "регион": 99, "номер обучающегося": np.arange(rows), "код обучающегося": 50_000 + np.arange(rows),
                          "отметка за предыдущую четверть/триместр": rng.integers(2, 6, rows), "пол": "м", "класс": "5А", "вариант": 1, "всего баллов": points.sum(axis=1)})
    for index in range(len(ITEMS)):
        frame[f"балл за {index + 1}"] = points[:, index]
    path = folder / "МА 5 2021.csv"
    frame.to_csv(path, sep=";", index=False)
    return path


def by_hand(path: Path) -> int:
    """Count works by school, score and journal mark with the SQL a person would write."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    connection.execute(f"""CREATE TABLE works AS SELECT "логин школы" AS school, "всего баллов" AS score, "отметка за предыдущую четверть/триместр" AS journal, count(*) AS n
                           FROM read_csv('{path}', delim = ';', header = true) GROUP BY ALL""")
    return connection.execute("SELECT sum(n) FROM works").fetchall()[0][0]


def by_reader(folder: Path) -> int:
    """Read the folder as `school-risk run` does."""
    rules, _ = load(ROOT / "rules")
    check(rules, date(2026, 9, 3))
    tables, _ = read_folder(folder, rules.tables, rules.references)
    return tables.connection.execute("SELECT sum(работ) FROM работы_впр").fetchall()[0][0]


def timed(call: Callable[[], int]) -> tuple[float, float, int]:
    best = (float("inf"), float("inf"), 0)
    for _ in range(3):
        wall, spent = time.perf_counter(), time.process_time()
        count = call()
        best = min(best, (time.perf_counter() - wall, time.process_time() - spent, count))
    return best


def main(rows: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = write(folder, rows, max(rows // 75, 1))
        hand, reader = timed(lambda: by_hand(path)), timed(lambda: by_reader(folder))
        assert hand[2] == reader[2] == rows, (hand[2], reader[2])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows: by hand {hand[0]:.2f} s wall, {hand[1]:.2f} s processor; reader {reader[0]:.2f} s, {reader[1]:.2f} s; "
          f"ratio {reader[0] / hand[0]:.2f} wall, {reader[1] / hand[1]:.2f} processor; peak {memory:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
