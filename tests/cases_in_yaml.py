"""Cases written in YAML only: three documents — rules, data, what must come out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from engine.checking import check
from engine.evaluation import Evaluation
from engine.loading import load
from engine.problems import errors
from engine.run import evaluate_tables
from engine.tables import Tables

WORDS = {1: "выполнен", 0: "не определён", -1: "не выполнен"}


def evaluate_case(path: Path, folder: Path, day: date = date(2026, 9, 3)) -> tuple[Evaluation, dict]:
    """Evaluate a case file -> (evaluation, expected document). `folder` takes the rules as a file of their own."""
    rules_text, data_text, expected_text = path.read_text(encoding="utf-8").split("\n---\n")
    (folder / "rules.yaml").write_text(rules_text, encoding="utf-8")
    rules, problems = load(folder)
    program, more = check(rules, day)
    assert not errors([*problems, *more]), errors([*problems, *more])
    frames = {name: _frame(part) for name, part in yaml.safe_load(data_text).items()}
    tables = Tables.from_frames(rules.tables, frames)
    evaluation, found = evaluate_tables(program, tables, day)
    assert evaluation is not None, found
    return evaluation, yaml.safe_load(expected_text)


def _frame(part: dict) -> pd.DataFrame:
    rows = [[None if cell == "нет" else cell for cell in row] for row in part["строки"]]
    frame = pd.DataFrame(rows, columns=part["столбцы"])
    codes = [name for name in frame.columns if name == "школа"]
    return frame.astype(dict.fromkeys(codes, str))


def differences(evaluation: Evaluation, expected: dict) -> list[str]:
    """List what came out otherwise than the case says."""
    found = []
    for kind, part in expected.items():
        level, *names = part["столбцы"]
        frame = evaluation.frames[level]
        for code, *wanted in part["строки"]:
            row = frame.row(str(code))
            for name, value in zip(names, wanted, strict=True):
                actual = _shown(frame.columns[name], row, kind, isinstance(value, (int, float)))
                if not _same(actual, value):
                    found.append(f"{level} {code}, {name}: {actual} вместо {value}")
    return found


def _shown(column, row: int, kind: str, number: bool):
    if isinstance(column, np.ndarray):
        return WORDS[int(column[row])]
    low, high = float(column.low[row]), float(column.high[row])
    if np.isnan(low):
        return "нет данных"
    return low if low == high else f"от {low:g} до {high:g}"


def _same(actual, wanted) -> bool:
    if isinstance(wanted, (int, float)) and isinstance(actual, float):
        return abs(actual - wanted) < 1e-9
    return actual == wanted
