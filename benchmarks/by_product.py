"""The product itself: the YAML text goes through its loader and checker, the data through its tables."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.ruleset import DAY, SCHOOL_TYPE, SCHOOL_TYPES
from benchmarks.schools import Schools
from engine.checking import check
from engine.contract import prepare, report_year_of
from engine.evaluation import Evaluation, Stage, evaluate
from engine.frames import Frame
from engine.history import History
from engine.loading import load
from engine.problems import errors
from engine.program import CriterionPlan, IndicatorPlan, Program
from engine.tables import Tables


def program_of(text: str) -> Program:
    """Load and check rules given as text. Errors: AssertionError names the problems."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rules.yaml").write_text(text, encoding="utf-8")
        rules, problems = load(Path(folder))
        program, more = check(rules, DAY)
    assert not errors([*problems, *more]), errors([*problems, *more])
    return program


def registry_of(schools: Schools) -> pd.DataFrame:
    """Return the schools as the table that the rule set calls «школы»."""
    words = np.array([*SCHOOL_TYPES, None], object)
    columns = {name.replace("показатель", "столбец"): values for name, values in schools.values.items()}
    return pd.DataFrame({"школа": schools.codes, SCHOOL_TYPE: words[schools.types], **columns})


class ByProduct:
    """The same program over the same tables, evaluated as often as asked; every evaluation starts from untouched columns."""

    def __init__(self, text: str, frames: dict[str, pd.DataFrame]):
        self.program = program_of(text)
        self.tables = Tables.from_frames(self.program.rules.tables, frames)
        self.report_year = report_year_of(self.program, self.tables)
        self._frames: dict[str, Frame] = {}

    def prepare(self) -> None:
        """Finish the tables and make the frames (once)."""
        self._frames, problems = prepare(self.program, self.tables, self.report_year)
        assert not errors(problems), errors(problems)

    def frames(self) -> dict[str, Frame]:
        """Return fresh frames over the same columns of data."""
        return {level: replace(frame, columns=dict(frame.columns), sizes={}, applies={}) for level, frame in self._frames.items()}

    def evaluate(self) -> Evaluation:
        """Compute indicators, criteria, categories and measures with their trails."""
        return evaluate(self.program, self.tables, self.frames(), self.report_year)

    def signs(self) -> dict[str, np.ndarray]:
        """Compute only the criteria (and the indicators of the school's own columns under them)."""
        frames = self.frames()
        history = History(self.program, self.tables, frames[self.program.school_level], self.report_year)
        stage = Stage(self.program, self.tables, frames, self.report_year, history)
        for plan in (*self.program.of(IndicatorPlan), *self.program.of(CriterionPlan)):
            stage.one(plan, None)
        return {plan.name: frames[plan.level].columns[plan.name] for plan in self.program.of(CriterionPlan)}
