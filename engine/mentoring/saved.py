"""out/pairs.json: the task of pairs as it was, the pairs, and the refusals a command recorded. Written and read back without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from engine.mentoring.assignment import Task
from engine.mentoring.constraints import Constraints, Facts, SubjectRule
from engine.mentoring.project import Refusal
from engine.mentoring.rules import SECTION
from engine.mentoring.similarity import Context, Factor, FactorKind, Similarity
from engine.values import Numbers, Texts

FILE, RULES_FILE = "pairs.json", "pairs.yaml"


class PairsError(Exception):
    """The file of pairs is damaged or was made by hand."""


@dataclass(frozen=True, eq=False)
class Saved:
    """What stands in pairs.json. `run`: the number of the run; `pairs`: mentee -> mentor; `section`: «наставничество» of other rules than the run's."""

    run: str
    report_year: int
    refusals: tuple[Refusal, ...]
    pairs: Mapping[str, str]
    described: dict[str, Any]
    section: Path | None = None

    @property
    def task(self) -> Task:
        return _task(self.described)


def read_saved(folder: Path) -> Saved | None:
    """Read what the last call left, or None. Errors: PairsError."""
    path, rules = folder / FILE, folder / RULES_FILE
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        refusals = tuple((school, mentee) for school, mentee in data["отказы, записанные командой"])
        found = Saved(data["расчёт"], data["отчётный год"], refusals, data["пары"], data["задача"], rules if rules.exists() else None)
        _ = found.task.ready     # a task that cannot be built is a damaged file
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PairsError(f"Файл пар «{path}» повреждён ({error}). Удалите его и подберите пары заново: school-risk pairs.") from error
    return found


def save_pairs(folder: Path, run: str, report_year: int, refusals: Iterable[Refusal], task: Task, pairs: Mapping[str, str],
               section: Mapping[str, Any] | None = None) -> Path:
    """Write pairs.json, and pairs.yaml when the section is not the run's own. Errors: OSError."""
    rules = folder / RULES_FILE
    if section is not None:
        rules.write_text(yaml.safe_dump({SECTION: _plain(section)}, allow_unicode=True, sort_keys=False, width=150), encoding="utf-8", newline="\n")
    elif rules.exists():
        rules.unlink()
    data = {"расчёт": run, "отчётный год": report_year, "отказы, записанные командой": [list(item) for item in refusals], "пары": dict(pairs), "задача": describe(task)}
    path = folder / FILE
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return path


def _plain(value: Any) -> Any:
    """Turn YAML that knows its places into plain data."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


# ---------------------------------------------------------------- a task as plain data


def describe(task: Task) -> dict[str, Any]:
    """Return a task as plain data; two tasks are the same when these are equal."""
    context, facts = task.comparison.similarity.context, task.facts
    mentees, mentors = task.comparison.codes
    return {
        "школы": list(context.codes), "нужно известного веса": context.least_known,
        "условия": [[factor.name, factor.weight, factor.kind.value, factor.unit, factor.limit] for factor in context.factors],
        "значения": [_column(column) for column in context.columns],
        "наставляемые": list(mentees), "наставники": list(mentors),
        "ограничения": {field.name: _limit(getattr(task.constraints, field.name)) for field in fields(Constraints)},
        "кластеры": dict(sorted(facts.clusters.items())), "предметы": list(facts.subjects),
        "путь": None if facts.travel is None else [[_number(value) for value in row] for row in facts.travel],
        "слаб": None if facts.weak is None else facts.weak.tolist(), "силён": None if facts.strong is None else facts.strong.tolist()}


def _column(column: Numbers | Texts) -> Any:
    if isinstance(column, Texts):
        return {"слова": [column.at(row) for row in range(len(column.codes))]}
    return {"числа": [_number(value) for value in column.settled()], "причины": column.reasons().tolist()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _limit(value: Any) -> Any:
    if isinstance(value, SubjectRule):
        return value.value
    if isinstance(value, frozenset):
        return sorted(list(item) if isinstance(item, tuple) else item for item in value)
    return dict(sorted(value.items())) if isinstance(value, Mapping) else value


def _task(data: dict[str, Any]) -> Task:
    factors = tuple(Factor(name, weight, FactorKind(kind), unit, limit) for name, weight, kind, unit, limit in data["условия"])
    context = Context(tuple(data["школы"]), factors, tuple(_read_column(item) for item in data["значения"]), data["нужно известного веса"])
    similarity = Similarity(context)
    comparison = similarity.between(*([similarity.index[code] for code in data[key]] for key in ("наставляемые", "наставники")))
    shape = len(data["наставляемые"]), len(data["наставники"])
    return Task(comparison, _constraints(data["ограничения"]), _facts(data, shape))


def _read_column(item: dict[str, Any]) -> Numbers | Texts:
    if "слова" in item:
        return Texts.of(item["слова"])
    return Numbers.exact(np.array([np.nan if value is None else value for value in item["числа"]], float), np.array(item["причины"], np.uint8))


def _constraints(data: dict[str, Any]) -> Constraints:
    pairs = {name: frozenset(tuple(pair) for pair in data[name]) for name in ("refused_pairs", "forbidden", "fixed")}
    consents = None if data["consents"] is None else frozenset(data["consents"])
    return Constraints(**{**data, **pairs, "consents": consents, "refused": frozenset(data["refused"]), "subjects": SubjectRule(data["subjects"])})


def _facts(data: dict[str, Any], shape: tuple[int, int]) -> Facts:
    subjects, travel = tuple(data["предметы"]), data["путь"]
    weak, strong = (None if data[key] is None else np.array(data[key], np.int8).reshape(size, len(subjects))
                    for key, size in zip(("слаб", "силён"), shape, strict=True))
    measured = None if travel is None else np.array([[np.nan if value is None else value for value in row] for row in travel], float).reshape(shape)
    return Facts(data["кластеры"], measured, subjects, weak, strong)
