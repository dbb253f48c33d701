"""Processor time and memory of all signs without pupil rows: ``python -m benchmarks.objectivity.speed``.

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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.objectivity.speed", description=__doc__)
    parser.add_argument("--schools", type=int, default=40_000)
    arguments = parser.parse_args()
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
