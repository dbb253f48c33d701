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
from engine.inputs.formats import likeness, read
from engine.inputs.formats.desk import Desk
from engine.inputs.textfile import read_text
from engine.loading import RuleSet, load

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


def by_hand_all(path: Path) -> int:
    """The same with what the reader does besides in its scan: sums of items by school, and rows whose items do not make the total."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    names = [f'"балл за {index + 1}"' for index in range(len(ITEMS))]
    sums = ", ".join(f"sum({name})" for name in names)
    connection.execute(f"""CREATE TABLE works AS SELECT "логин школы" AS school, "всего баллов" AS score, "отметка за предыдущую четверть/триместр" AS journal, count(*) AS n, {sums},
                           count_if({' + '.join(names)} <> "всего баллов") FROM read_csv('{path}', delim = ';', header = true) GROUP BY ALL""")
    return connection.execute("SELECT sum(n) FROM works").fetchall()[0][0]


def by_scan(path: Path, rules: RuleSet) -> int:
    """The reader of the format alone: the file to staged distributions, marks, journal and items."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    desk = Desk(connection, {name: table for name, table in rules.tables.items() if name != "шкалы"}, rules.references)
    (sheet,), _ = read_text(path, path.name, None, likeness, path.parent)
    read(sheet, desk)
    desk.staged()
    return connection.execute(f"SELECT sum(работ) FROM {desk.stage('работы_впр')}").fetchall()[0][0]


def by_reader(folder: Path, rules: RuleSet) -> int:
    """Read the folder as `school-risk run` does: registers, checks, the summary of scores and all."""
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
        rules, _ = load(ROOT / "rules")
        check(rules, date(2026, 9, 3))
        calls = {"SQL by hand, distributions only": lambda: by_hand(path), "SQL by hand with items": lambda: by_hand_all(path),
                 "reader, file to distributions": lambda: by_scan(path, rules), "reader, the whole folder": lambda: by_reader(folder, rules)}
        found = {name: timed(call) for name, call in calls.items()}
    first = next(iter(found.values()))
    for name, (wall, spent, count) in found.items():
        assert count == rows, (name, count)
        print(f"{name:34} {wall:6.2f} s wall {spent:6.2f} s processor   x{spent / first[1]:.2f}")
    print(f"{rows:,} rows, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
