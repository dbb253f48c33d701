"""The sample district as a finished run: computed once by a worker for each day, opened anew by each module, so that none sees what another changed."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from engine.record import open_run, save
from engine.run import Run, run

ROOT = Path(__file__).parents[1]


def sample_run(day: date) -> Run:
    """Open the run of the sample district on a day."""
    return open_run(saved_sample(day))


@cache
def saved_sample(day: date) -> Path:
    """Return the folder of the saved run; it is not to be changed."""
    result, problems = run(ROOT / "rules", ROOT / "sample_data", day)
    assert result is not None, problems
    folder = Path(_aside().name) / day.isoformat()
    folder.mkdir()
    save(result, folder)
    return folder


@cache
def _aside() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="school-risk-sample-")
