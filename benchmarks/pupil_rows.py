"""One million pupil rows of a regional export (CSV of 2021) to distributions: the reader beside the SQL by hand, taking turns in one process.

    python -m benchmarks.pupil_rows [rows]

All count works by school, score and journal mark. The SQL by hand knows the file: types, columns, no dirt. The reader finds out, checks every
row (maximum, sums of items, class, marks), counts items, and keeps the item scores of every class until pairs of similar works are counted. A second file has what real ones have: absent pupils, «нет отметки», «НЕТ».
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.measuring import Aim, Section, decimal, measure, table
from engine.checking import check
from engine.inputs import read_folder
from engine.inputs.formats import finish, likeness, read
from engine.inputs.formats.desk import Desk
from engine.inputs.textfile import read_text
from engine.loading import RuleSet, load

ROOT = Path(__file__).parents[1]
ITEMS = (1, 2, 1, 2, 2, 1, 2, 2, 2, 2, 3)  # mathematics of grade 5, 2021: 20 points
NAME = "МА 5 2021.csv"
COUNTS = '"логин школы" AS school, "всего баллов" AS score, "отметка за предыдущую четверть/триместр" AS journal, count(*) AS n'


def write(folder: Path, rows: int, schools: int, dirty: float = 0) -> Path:
    """Write the register and the export; a part of the rows may be dirty: absent pupils, no journal mark, no class."""
    rng = np.random.default_rng(5)
    folder.mkdir(exist_ok=True)
    codes = np.char.add("edu", (200_000 + np.arange(schools)).astype(str))
    pd.DataFrame(
        {"Код ОО": codes, "Наименование ОО": codes, "Тип ОО": "сош", "Муниципалитет": "Район", "1–4 классы": "да", "5–9 классы": "да", "10–11 классы": "да"}
    ).to_csv(folder / "Реестр школ.csv", sep=";", index=False)
    points = np.stack([rng.binomial(top, 0.6, rows) for top in ITEMS], axis=1)
    frame = pd.DataFrame(
        {
            "логин школы": codes[np.sort(rng.integers(0, schools, rows))],
            "регион": 99,
            "номер обучающегося": np.arange(rows),
            "код обучающегося": 50_000 + np.arange(rows),
            "отметка за предыдущую четверть/триместр": rng.integers(2, 6, rows),
            "пол": "м",
            "класс": np.resize(np.array(["5А", "5Б", "5В"]), rows),
            "вариант": 1,
            "всего баллов": points.sum(axis=1),
        }
    )
    for index in range(len(ITEMS)):
        frame[f"балл за {index + 1}"] = points[:, index]
    chance = rng.random(rows)
    for part, (column, word) in enumerate((("всего баллов", "X"), ("отметка за предыдущую четверть/триместр", "нет отметки"), ("класс", "НЕТ"))):
        chosen = (chance >= part * dirty / 3) & (chance < (part + 1) * dirty / 3)
        if chosen.any():
            frame[column] = frame[column].astype(object).where(~chosen, word)
    frame.to_csv(folder / NAME, sep=";", index=False)
    return folder / NAME


def by_hand(path: Path) -> duckdb.DuckDBPyConnection:
    """Count works by school, score and journal mark with the SQL a person would write."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    connection.execute(f"CREATE TABLE works AS SELECT {COUNTS} FROM read_csv('{path}', delim = ';', header = true) GROUP BY ALL")
    return connection


def by_hand_all(path: Path) -> duckdb.DuckDBPyConnection:
    """The same with what the reader does besides in its scan: sums of items, and rows whose items do not make the total."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    names = [f'"балл за {index + 1}"' for index in range(len(ITEMS))]
    connection.execute(
        f'CREATE TABLE works AS SELECT {COUNTS}, {", ".join(f"sum({name})" for name in names)}, count_if({" + ".join(names)} <> "всего баллов")'
        f" FROM read_csv('{path}', delim = ';', header = true) GROUP BY ALL"
    )
    return connection


def by_scan(path: Path, rules: RuleSet, *without: str) -> Desk:
    """The reader of the format alone: the file to staged distributions and items. `without`: tables the district does not ask for."""
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    desk = Desk(connection, {name: contract for name, contract in rules.tables.items() if name not in ("шкалы", *without)}, rules.references)
    (sheet,), _ = read_text(path, path.name, None, likeness, path.parent)
    read(sheet, desk)
    finish(desk)
    desk.staged()
    return desk


def run(rows: int = 1_000_000, repeats: int = 5) -> Section:
    """Measure, and compare every count of the reader with the SQL by hand."""
    rules, _ = load(ROOT / "rules")
    check(rules, date(2026, 9, 3))
    with tempfile.TemporaryDirectory() as scratch:
        path = write(Path(scratch) / "clean", rows, max(rows // 75, 1))
        dirty = write(Path(scratch) / "dirty", rows, max(rows // 75, 1), dirty=0.1)
        wrong = _compare(path, rules)
        hand, whole, plain, scan, soiled, folder = measure(
            lambda: by_hand(path),
            lambda: by_hand_all(path),
            lambda: by_scan(path, rules, "сходство_впр"),
            lambda: by_scan(path, rules),
            lambda: by_scan(dirty, rules),
            lambda: read_folder(path.parent, rules.tables, rules.references),
            repeats=repeats,
        )
    named = {
        "SQL руками: только распределения": hand,
        "SQL руками: ещё суммы заданий и сверка с итогом": whole,
        "**school-risk**: от файла до распределений и заданий": plain,
        "school-risk: то же и баллы заданий по классам для признака сходства": scan,
        "school-risk: то же, 10 % строк с «X», «нет отметки», «НЕТ»": soiled,
        "school-risk: вся папка, с проверками, сводкой баллов и парами похожих работ": folder,
    }
    lines = [
        (name, *(decimal(value) for value in (timing.least, timing.median, timing.least / hand.least, timing.least / whole.least)))
        for name, timing in named.items()
    ]
    aims = tuple(
        Aim(f"≤ 1,5 × SQL руками ({what})", f"{decimal(plain.least / other.least)} ×", plain.least <= 1.5 * other.least)
        for what, other in (("с заданиями", whole), ("только распределения", hand))
    )
    return Section(
        f"{rows:,} строк участников из CSV → распределения".replace(",", " "),
        table(("", "с", "медиана, с", "к распределениям", "к распределениям с заданиями"), lines) + _NOTES,
        aims,
        wrong,
    )


_NOTES = """

- SQL руками знает файл: имена столбцов, что в нём одни числа, что нет ни сдвинутых строк, ни «X». school-risk узнаёт раскладку по заголовкам, читает ячейки
  как текст, сверяет каждую строку (максимум, сумма заданий, отметка, класс) и помнит, в каких строках файла стоят работы школы.
- Признаку сходства (S8) нужны баллы заданий каждого класса: их раскладывает тот же проход, отдельной строкой; SQL руками этого не делает. Пары считаются один раз, когда прочитаны все файлы, — они в последней строке: классы по 25 человек, 300 пар в классе.
- Все стороны: DuckDB в памяти, `threads=1`; числа работ по школе, баллу и отметке журнала сверяются целиком."""


def _compare(path: Path, rules: RuleSet) -> tuple[str, ...]:
    desk = by_scan(path, rules)
    ours = desk.connection.execute(f"SELECT школа, балл, журнал, работ FROM {desk.stage('работы_впр')}").df().sort_values(["школа", "балл", "журнал"])
    theirs = by_hand(path).execute("SELECT school, score, journal, n FROM works").df().sort_values(["school", "score", "journal"])
    return () if np.array_equal(ours.to_numpy(), theirs.to_numpy()) else ("числа работ",)


if __name__ == "__main__":
    section = run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    print(section.markdown)
    sys.exit(1 if section.wrong else 0)
