"""Processor time and memory of all signs without pupil rows: ``python -m benchmarks.objectivity.speed [--tables]``.

With ``--tables`` the works stand in DuckDB as the rules read them (school, work, journal mark, score, count) and reading them is counted too.

A stream of works keeps one work in memory; histograms are drawn, not simulated pupil by pupil, to measure signs only.
"""
from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np

from engine.objectivity.records import ExamMeans, Schools, Work, WorkKey
from engine.objectivity.school_signs import measure
from engine.objectivity.verdict import judge

from .forms import ITEM_MAX


def draw_work(rng: np.random.Generator, key: WorkKey, n: np.ndarray) -> Work:
    """Draw one work of all schools as counts."""
    item_max = ITEM_MAX[key.subject]
    top, count = int(item_max.sum()), len(n)
    score = np.arange(top + 1)
    level = rng.normal(0.55, 0.06, count)[:, None] * top
    share = np.exp(-0.5 * ((score - level) / (0.2 * top)) ** 2)
    hist = rng.multinomial(n, share / share.sum(1, keepdims=True)).astype(float)
    solved = np.clip(rng.normal(hist @ score / n / top, 0.03, (len(item_max), count)).T, 0.05, 0.95)
    marks = rng.multinomial(n, np.full(16, 1 / 16)).reshape(count, 4, 4).astype(float)
    return Work(key, np.arange(count), hist, (int(0.3 * top), int(0.5 * top), int(0.75 * top)), cross=marks,
                item_sum=solved * item_max * n[:, None], item_max=item_max, enrolled=n + rng.poisson(3, count))


def stream(rng: np.random.Generator, schools: int, spent: list[float]) -> Iterator[Work]:
    """Yield ten works; the time of drawing them is put aside."""
    n = rng.integers(12, 100, schools)
    for grade in (4, 5, 6, 7, 8):
        for subject in ITEM_MAX:
            started = time.process_time()
            work = draw_work(rng, WorkKey(grade, subject, 2026), n)
            spent[0] += time.process_time() - started
            yield work


def from_tables(schools: int) -> None:
    """Measure the way of a run: tables -> works -> signs -> states."""
    import duckdb

    from engine.objectivity.from_tables import Names, Source
    from engine.objectivity.measured import measured_from
    connection, rng, rows = duckdb.connect(), np.random.default_rng(1), 0
    connection.execute("SET threads=1")
    key = '"предмет" VARCHAR, "класс" INTEGER, "год" INTEGER'
    connection.execute(f'CREATE TABLE works (_unit INTEGER, {key}, "журнал" TINYINT, "балл" SMALLINT, "работ" INTEGER)')
    connection.execute(f'CREATE TABLE items (_unit INTEGER, {key}, "задание" VARCHAR, "сумма_баллов" DOUBLE, "максимум" INTEGER)')
    connection.execute(f'CREATE TABLE scales ({key}, "максимум" INTEGER, "граница_3" INTEGER, "граница_4" INTEGER, "граница_5" INTEGER)')
    connection.execute('CREATE TABLE enrolment (_unit INTEGER, "класс" INTEGER, "год" INTEGER, "учащихся" INTEGER)')
    for work in stream(rng, schools, [0.0]):
        rows += _put(connection, rng, work)
    exams = {(subject, 2026): ExamMeans(rng.normal(15, 3, schools), np.full(schools, 40.0)) for subject in ITEM_MAX}
    known = Schools(schools, (rng.random(schools) < 0.08).astype(float), (rng.random(schools) < 0.3).astype(float), rng.normal(size=schools), None, exams)
    started = time.process_time()
    found = measured_from(Source(connection, Names("works", "scales", "items", enrolment="enrolment"), schools, 2026), known)
    signs = time.process_time() - started
    found.verdict(0.05)
    print(f"школ {schools}, работ 10, строк в таблице {rows}: от таблиц до состояний {time.process_time() - started:.1f} с процессорного времени "
          f"(из них решение {time.process_time() - started - signs:.2f}), память до {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} МБ")


def _put(connection, rng: np.random.Generator, work: Work) -> int:
    """Put a work into the tables; every pupil gets a journal mark near the work's."""
    import pandas as pd
    unit, score = np.nonzero(work.hist)
    count = work.hist[unit, score].astype(int)
    pupils = pd.DataFrame({"unit": np.repeat(unit, count), "score": np.repeat(score, count)})
    mark = 2 + sum((pupils["score"] >= border).astype(int) for border in work.borders)
    pupils["journal"] = np.clip(mark + rng.integers(-1, 2, len(pupils)), 2, 5)
    this = f"'{work.key.subject}', {work.key.grade}, {work.key.year}"
    connection.register("pupils", pupils)
    connection.execute(f"INSERT INTO works SELECT unit, {this}, journal, score, COUNT(*) FROM pupils GROUP BY unit, journal, score ORDER BY unit")
    rows = connection.execute("SELECT COUNT(*) FROM (SELECT DISTINCT unit, journal, score FROM pupils)").fetchall()[0][0]
    connection.unregister("pupils")
    for index, top in enumerate(work.item_max):
        connection.register("one", pd.DataFrame({"unit": work.schools, "total": work.item_sum[:, index]}))
        connection.execute(f"INSERT INTO items SELECT unit, {this}, '{index + 1:02}', total, {int(top)} FROM one")
        connection.unregister("one")
    connection.execute(f"INSERT INTO scales VALUES ({this}, {work.top}, {', '.join(map(str, work.borders))})")
    connection.register("one", pd.DataFrame({"unit": work.schools, "n": work.enrolled}))
    connection.execute(f"INSERT INTO enrolment SELECT unit, {work.key.grade}, {work.key.year}, n FROM one WHERE NOT EXISTS (SELECT 1 FROM enrolment WHERE \"класс\" = {work.key.grade})")
    connection.unregister("one")
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.objectivity.speed", description=__doc__)
    parser.add_argument("--schools", type=int, default=40_000)
    parser.add_argument("--tables", action="store_true", help="read the works from tables of the contract")
    arguments = parser.parse_args()
    if arguments.tables:
        from_tables(arguments.schools)
        return
    rng, count, drawing = np.random.default_rng(1), arguments.schools, [0.0]
    exams = {(s, 2026): ExamMeans(rng.normal(15, 3, count), np.full(count, 40.0)) for s in ITEM_MAX}
    schools = Schools(count, (rng.random(count) < 0.08).astype(float), (rng.random(count) < 0.3).astype(float),
                      rng.normal(size=count), None, exams)
    started = time.process_time()
    table = measure(stream(rng, count, drawing), schools)
    signs = time.process_time() - started - drawing[0]
    started = time.process_time()
    judge(table)
    print(f"школ {count}, работ 10: признаки {signs:.1f} с процессорного времени, "
          f"решение {time.process_time() - started:.2f} с, "
          f"память до {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} МБ")


if __name__ == "__main__":
    main()
