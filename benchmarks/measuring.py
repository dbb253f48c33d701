"""Processor time of this process, checksums, Markdown tables."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of processor time (user + system, all threads): the least and the median of `repeats`."""

    least: float
    median: float
    repeats: int


def measure(*works: Callable[[], object], repeats: int) -> list[Timing]:
    """Time several works side by side: they take turns, so that a busy machine disturbs all of them alike."""
    seconds = np.empty((repeats, len(works)))
    for turn in range(repeats):
        for place, work in enumerate(works):
            gc.collect()
            begin = time.process_time()
            work()
            seconds[turn, place] = time.process_time() - begin
    return [Timing(float(column.min()), float(np.median(column)), repeats) for column in seconds.T]


def checksum(statuses: Mapping[str, np.ndarray]) -> str:
    """Return twelve hexadecimal digits that depend on every status of every school."""
    digest = hashlib.sha256()
    for name in sorted(statuses):
        digest.update(name.encode() + np.asarray(statuses[name], np.int8).tobytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim: what was wanted, what came out, and whether it is met."""

    wanted: str
    got: str
    met: bool


@dataclass(frozen=True)
class Section:
    """One benchmark's part of the report. `wrong`: results that differ where they must not; then no figure is worth anything."""

    title: str
    text: str
    aims: tuple[Aim, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def markdown(self) -> str:
        """Return the section as it stands in the report."""
        aims = table(("цель", "получено", "вывод"), [(aim.wanted, aim.got, "выполнена" if aim.met else "**не выполнена**") for aim in self.aims])
        wrong = "".join(f"\n**Результаты расходятся:** {each}\n" for each in self.wrong)
        return f"## {self.title}\n{wrong}\n{self.text}\n" + (f"\n{aims}\n" if self.aims else "")


def milliseconds(seconds: float) -> str:
    """Write seconds as milliseconds, Russian style: 4,7."""
    return decimal(seconds * 1000)


def decimal(number: float) -> str:
    """Write a number with two or three significant digits and a decimal comma."""
    return f"{number:.1f}".replace(".", ",") if number >= 10 else f"{number:.2f}".replace(".", ",")


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Write a Markdown table; the first column is text, the rest are aligned to the right."""
    lines = [header, ("---", *("---:" for _ in header[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
