"""How long the documents take: all of the sample district in all formats, and the cards of 704 schools in Word. `python -m benchmarks.documents`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from benchmarks.many_schools import multiplied
from engine.record import save
from engine.run import Run, run
from reports import FORMATS, write_reports

ROOT = Path(__file__).parents[1]
TIMES = 16


def main() -> None:
    """Measure and print: seconds by the clock, from a saved run to the last file."""
    result, problems = run(ROOT / "rules", ROOT / "sample_data", date(2026, 9, 3))
    if result is None:
        raise SystemExit("\n".join(problem.message for problem in problems))
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        _measure(result, folder / "sample", FORMATS, None, "все документы и сайт, все виды")
        _measure(multiplied(result, TIMES), folder / "many", ("docx",), ("schools",), "карточки в Word")


def _measure(result: Run, folder: Path, formats: Iterable[str], what: tuple[str, ...] | None, title: str) -> None:
    folder.mkdir()
    save(result, folder)
    schools, cores = len(result.evaluation.frames[result.program.school_level]), os.cpu_count() or 1
    for processes in sorted({1, cores}):
        begun = time.perf_counter()
        paths = write_reports(result, folder / f"reports-{processes}", what=what, beside=folder, formats=tuple(formats), processes=processes)
        sys.stdout.write(f"{title}; школ {schools}, файлов {len(paths)}, процессов {processes}: {time.perf_counter() - begun:.1f} с\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
