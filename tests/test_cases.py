"""Public regulations of other countries, written in YAML only, against their official outcomes. Skipped where the data are absent."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.run import run

HERE = Path(__file__).parent / "cases"
DATA = Path(__file__).parents[2] / "shared" / "cases"
DAY = date(2026, 9, 3)


def official(case: str) -> list[dict[str, str]]:
    with (DATA / case / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def evaluated(case: str):
    if not (DATA / case).exists():
        pytest.skip("the public case data are not here")
    result, problems = run(HERE / case, DATA / case / "data", DAY)
    assert result is not None, problems
    return result.evaluation


def test_california_targets_and_three_verdicts():
    """6,194 schools: the official growth target, school-wide target, both targets, award."""
    evaluation = evaluated("ca_api_2000")
    frame = evaluation.frames["school_id"]
    rows = {code: row for row, code in enumerate(frame.codes)}
    target = frame.columns["цель"].low
    wrong = 0
    for school in official("ca_api_2000"):
        row = rows[school["school_id"]]
        expected_target = float(school["target"]) if school["target"] not in ("", "NA") else np.nan
        wrong += not np.array_equal(target[row], expected_target, equal_nan=True)
        for name, column in (("цель_школы", "sch_wide"), ("обе_цели", "both"), ("награда", "awards")):
            wrong += {"Yes": 1, "No": -1}[school[column]] != frame.columns[name][row]
    assert (len(rows), wrong) == (6194, 0)


def test_netherlands_five_worked_examples():
    """The five verdicts that the Regeling prints."""
    evaluation = evaluated("nl_leerresultaten_2010")
    frame = evaluation.frames["department"]
    verdicts = {code: [name for name in ("voldoende", "onvoldoende") if frame.columns[name][row] == 1] for row, code in enumerate(frame.codes)}
    assert verdicts == {item["department"]: [item["official"]] for item in official("nl_leerresultaten_2010")}
