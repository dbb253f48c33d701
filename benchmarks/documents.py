"""How long the documents take: all of the sample district in all formats, and 700 cards in Word. `python -m benchmarks.documents [run folder]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from engine.record import open_run, save
from engine.run import run
from reports import FORMATS, write_reports
from reports.book import Book
from reports.outlet import Outlet
from reports.pages.schools import make_school

ROOT = Path(__file__).parents[1]
CARDS = 700


def main(arguments: list[str]) -> None:
    """Measure and print. The cards are those of the sample's schools, written again until there are 700 of them."""
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(arguments[0]) if arguments else _saved(Path(aside) / "run")
        result, cores = open_run(folder), os.cpu_count() or 1
        begun = time.perf_counter()
        paths = write_reports(result, Path(aside) / "all", beside=folder, formats=FORMATS, processes=cores)
        sys.stdout.write(f"{len(paths)} files of {len(result.evaluation.frames[result.program.school_level])} schools in all formats, {cores} processes: {time.perf_counter() - begun:.1f} s\n")
        sys.stdout.write(f"{CARDS} cards in Word, one process: {_cards(result, Path(aside)):.1f} s of processor time\n")


def _saved(folder: Path) -> Path:
    result, problems = run(ROOT / "rules", ROOT / "sample_data", date(2026, 9, 3))
    if result is None:
        raise SystemExit("\n".join(problem.message for problem in problems))
    folder.mkdir()
    save(result, folder)
    return folder


def _cards(result, folder: Path) -> float:
    """Write the cards, each school anew as often as it takes; a book of its own for each round, so that nothing is remembered."""
    begun, written = time.process_time(), 0
    while written < CARDS:
        out = Outlet(Book(result), folder, ("docx",))
        for school in out.book.schools[:CARDS - written]:
            out.page("school", make_school(out.book, school), f"{written:03}", "Карточка")
            written += 1
    return time.process_time() - begun


if __name__ == "__main__":
    main(sys.argv[1:])
