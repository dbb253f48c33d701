"""Who writes which reports: one process by itself, or several side by side, each with the saved run before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from reports import OF_EACH_SCHOOL, REPORTS
from reports.book import Book
from reports.outlet import Outlet

if TYPE_CHECKING:
    from engine.run import Run

Say = Callable[[str], None]
_SCHOOLS_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Task:
    """What all parts have in common: where to, in which formats, of which schools (None: all)."""

    folder: Path
    formats: tuple[str, ...]
    schools: tuple[str, ...] | None
    beside: Path | None
    templates: Path | None
    hidden_pairs: Path | None = None     # where the recorded pairs lie with stand-ins; only when schools are hidden

    def outlet(self, run: Run | None = None) -> Outlet:
        """Return where pages go; without a run the saved one is opened, with stand-ins where schools are hidden."""
        from engine.record import open_run
        from reports.hiding import NOTE, hidden_run
        if self.hidden_pairs is None:
            return Outlet(Book(run or open_run(self.beside), self.beside), self.folder, self.formats, self.templates)
        return Outlet(Book(hidden_run(self.beside), self.hidden_pairs, note=NOTE), self.folder, self.formats, self.templates)


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the work: the `number`-th of `of` equal parts of a report."""

    name: str
    number: int = 0
    of: int = 1


def parts_of(names: Sequence[str], count: int) -> list[Part]:
    """Divide the work for `count` schools: what has a page for each school is divided, the rest is whole."""
    shares = -(-count // _SCHOOLS_AT_ONCE)
    return [Part(name, number, shares if name in OF_EACH_SCHOOL else 1) for name in names for number in range(shares if name in OF_EACH_SCHOOL else 1)]


def write_here(run: Run, task: Task, parts: Sequence[Part], say: Say) -> list[Path]:
    """Write all parts in this process."""
    out = task.outlet(run)
    return [path for part in parts for path in _write(out, task, part, say)]


def write_aside(task: Task, parts: Sequence[Part], processes: int, say: Say) -> list[Path]:
    """Write the parts in several processes; the first mistake stops the rest."""
    with ProcessPoolExecutor(min(processes, len(parts)), mp_context=get_context("spawn"), initializer=_begin, initargs=(task,)) as pool:
        # pages of schools take longest: they begin first, and the short ones fill the gaps
        waiting = {part: pool.submit(_work, part) for part in sorted(parts, key=lambda part: part.of == 1)}
        try:
            made = []
            for part in parts:
                say(f"Отчёт: {REPORTS[part.name]}")
                made += waiting[part].result()
            return made
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _write(out: Outlet, task: Task, part: Part, say: Say) -> list[Path]:
    say(f"Отчёт: {REPORTS[part.name]}")
    out.share = (part.number, part.of)
    return import_module(f"reports.pages.{part.name}").write(out, task.schools, say)


_ready: list[tuple[Outlet, Task]] = []


def _begin(task: Task) -> None:
    """Open the saved run once in each process."""
    _ready[:] = [(task.outlet(), task)]


def _work(part: Part) -> list[Path]:
    return _write(*_ready[0], part, lambda text: None)
