"""The record of a run on disk: what was used, with hashes, and every column, so that a conclusion is explained without computing."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from engine import __version__
from engine.checking import check
from engine.evaluation import Evaluation, restated
from engine.frames import Frame
from engine.indicators import slice_table
from engine.inference import Conclusion, Step
from engine.loading import RuleSet, load
from engine.problems import Cell, Problem, errors
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan, Program
from engine.run import Run
from engine.tables import SourceSheet, TableInfo, Tables, literal, quoted
from engine.values import Numbers, Texts, Value

_WORDS = {1: "да", 0: "не определено", -1: "нет"}


class RecordError(Exception):
    """A folder that holds no finished run, or a run that was changed by hand."""


# ---------------------------------------------------------------- writing


def save(result: Run, folder: Path) -> Path:
    """Write run.json, results as CSV and the store. Returns the path of run.json.

    Errors: OSError when the folder cannot be written.
    """
    store = folder / "store"
    if store.exists():
        shutil.rmtree(store)
    store.mkdir(parents=True)
    _save_rules(result.program.rules, store / "rules")
    _save_tables(result, store)
    _save_frames(result.evaluation, store)
    _save_conclusions(result.evaluation, store)
    _save_results(result, folder / "results")
    record = folder / "run.json"
    record.write_text(_json(record_of(result)), encoding="utf-8")
    return record


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def _save_rules(rules: RuleSet, folder: Path) -> None:
    for name, source in rules.sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.text.encode("utf-8"))


def _save_tables(result: Run, store: Path) -> None:
    """Write the finished tables and the slices as Parquet, and what describes them as JSON."""
    connection, tables = result.tables.connection, result.tables
    names = [*result.program.rules.tables, *(slice_table(name) for name in result.program.slices)]
    for position, name in enumerate(names):
        connection.execute(f"COPY (SELECT * FROM {quoted(name)}) TO {literal(str(store / f'table_{position:03}.parquet'))} (FORMAT parquet)")
    engine = result.evaluation.indicators
    described = {
        "таблицы": names,
        "листы": [[sheet.file, sheet.sheet, sheet.table, sheet.header_row, sheet.rows, sheet.letters, [list(item) for item in sheet.left_out]] for sheet in tables.sources],
        "сведения": {name: [info.rows, list(info.years), info.supplied, sorted(info.nullable), info.incomplete] for name, info in tables.info.items()},
        "точные срезы": sorted(engine.exact_slices),
    }
    (store / "tables.json").write_text(_json(described), encoding="utf-8")


def _save_frames(evaluation: Evaluation, store: Path) -> None:
    described: dict[str, Any] = {}
    for position, (level, frame) in enumerate(evaluation.frames.items()):
        arrays: dict[str, np.ndarray] = {}
        columns = {}
        for number, name in enumerate(sorted(frame.columns)):
            columns[name] = _pack(frame.columns[name], f"c{number}", arrays)
        for parent, index in frame.parents.items():
            arrays[f"parent_{list(evaluation.frames).index(parent)}"] = index
        for number, name in enumerate(sorted(frame.sizes)):
            arrays[f"n{number}"] = frame.sizes[name]
        for number, name in enumerate(sorted(frame.applies)):
            arrays[f"a{number}"] = frame.applies[name]
        np.savez(store / f"frame_{position}.npz", **arrays)
        described[level] = {"коды": list(frame.codes), "столбцы": columns, "численность": sorted(frame.sizes), "применимость": sorted(frame.applies),
                            "уровни": [list(evaluation.frames).index(parent) for parent in frame.parents]}
    (store / "frames.json").write_text(_json(described), encoding="utf-8")


def _pack(value: Value, prefix: str, arrays: dict[str, np.ndarray]) -> list:
    """Put a column's arrays aside and return what is needed to read it back."""
    if isinstance(value, Texts):
        arrays[prefix] = value.codes
        return ["text", prefix, list(value.words)]
    if isinstance(value, Numbers):
        arrays[prefix] = value.low
        if not value.is_exact:
            arrays[f"{prefix}_high"] = value.high
        if value.reason is not None:
            arrays[f"{prefix}_reason"] = value.reason
        return ["number", prefix, not value.is_exact, value.reason is not None]
    arrays[prefix] = value
    return ["truth", prefix]


def _save_conclusions(evaluation: Evaluation, store: Path) -> None:
    arrays, trails = {}, {}
    for number, name in enumerate(sorted(evaluation.conclusions)):
        conclusion = evaluation.conclusions[name]
        arrays[f"p{number}"] = conclusion.pattern
        trails[name] = [[[step.conclusion, list(step.because)] for step in trail] for trail in conclusion.trails]
    np.savez(store / "patterns.npz", **arrays)
    (store / "trails.json").write_text(_json(trails), encoding="utf-8")


def record_of(result: Run) -> dict:
    """Return the record as plain data: what was used, with which hashes, and what came out."""
    program, tables, evaluation = result.program, result.tables, result.evaluation
    return {
        "расчёт": result.number,
        "отпечаток": result.fingerprint,
        "версия программы": __version__,
        "дата": result.day.isoformat(),
        "отчётный год": result.report_year,
        "правила": {"отпечаток": program.rules.fingerprint, "файлы": sorted(program.rules.sources)},
        "редакции порогов": {name: {"значение": program.thresholds[name], "с": since.isoformat() if since else None}
                             for name, since in sorted(program.editions.items()) if name in program.thresholds},
        "выключенные критерии": sorted(program.switched_off),
        "данные": {"отпечаток": tables.fingerprint,
                   "листы": [{"файл": sheet.file, "лист": sheet.sheet, "таблица": sheet.table, "строк": sheet.rows} for sheet in tables.sources],
                   "не прочитано": [[str(part) for part in item] for item in tables.files_left]},
        "с проблемами": result.allowed,
        "строк с ошибками": int(tables.bad_rows),
        "проблемы данных": [[problem.code, str(problem.place), problem.message, problem.hint] for problem in result.problems],
        "вывод делал": evaluation.engine_name,
        "обращений к выводу": evaluation.engine_calls,
        "школ": len(evaluation.frames[program.school_level]),
        "категории": {plan.name: _tally(evaluation.status(plan.name)) for plan in program.of(CategoryPlan)},
        "меры": {plan.name: _tally(evaluation.status(plan.name)) for plan in program.of(MeasurePlan)},
        "запросы": dict(sorted(evaluation.indicators.sql.items())),
    }


def _tally(codes: np.ndarray) -> dict[str, int]:
    return {word: int((codes == code).sum()) for code, word in _WORDS.items()}


def _save_results(result: Run, folder: Path) -> None:
    """Write results a machine can read: one CSV per kind and level, codes of units first, `;`, decimal comma, UTF-8 with BOM."""
    import pandas as pd
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    program, evaluation = result.program, result.evaluation
    for level, frame in evaluation.frames.items():
        suffix = "" if level == program.school_level else f"_{level}"
        for file, shape in (("categories", CategoryPlan), ("criteria", CriterionPlan), ("measures", MeasurePlan)):
            plans = program.of(shape, level)
            if plans:
                data = {level: frame.codes, **{plan.name: _outcomes(frame, plan.name) for plan in plans}}
                _write_csv(pd.DataFrame(data), folder / f"{file}{suffix}.csv")
        plans = [plan for plan in program.of(IndicatorPlan, level) if not plan.keys]
        if plans:
            _write_csv(pd.DataFrame(_indicator_columns(level, frame, plans)), folder / f"indicators{suffix}.csv")


def _outcomes(frame: Frame, name: str) -> list[str]:
    """Say what came out for every unit; where a rule does not apply, that and not a bare «нет»."""
    applies = frame.applies.get(name, np.ones(len(frame), np.int8))
    return ["не применяется" if outside else _WORDS[int(code)] for code, outside in zip(frame.columns[name], applies == -1, strict=True)]


def _indicator_columns(level: str, frame: Frame, plans: list[IndicatorPlan]) -> dict[str, Any]:
    data: dict[str, Any] = {level: frame.codes}
    for plan in plans:
        value = frame.columns[plan.name]
        data[plan.name] = value.low
        if not value.is_exact:
            data[f"{plan.name} (до)"] = value.high
    return data


def _write_csv(frame: Any, path: Path) -> None:
    frame.to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\n")


# ---------------------------------------------------------------- opening


def open_run(folder: Path) -> Run:
    """Open a saved run: the rules as they were, the tables, every column and trail. Nothing is computed.

    Errors: RecordError when there is no run here, or its store was changed or made by another version.
    """
    record_path = folder / "run.json"
    if not record_path.exists():
        raise RecordError(f"В папке «{folder}» нет расчёта. Сначала выполните: school-risk run (папка другого расчёта — ключом --out).")
    try:
        record = json.loads(record_path.read_text(encoding="utf-8"))
        return _opened(record, folder / "store")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise RecordError(f"Запись расчёта в «{folder}» повреждена или неполна ({error}). Выполните расчёт заново: school-risk run.") from error


def _opened(record: dict, store: Path) -> Run:
    rules, problems = load(store / "rules")
    day = date.fromisoformat(record["дата"])
    program, more = check(rules, day, examples=False)
    if errors([*problems, *more]) or rules.fingerprint != record["правила"]["отпечаток"]:
        raise ValueError("правила в store/rules изменены")
    if record["версия программы"] != __version__:
        raise ValueError(f"запись сделана версией {record['версия программы']}, а эта — {__version__}")
    described = json.loads((store / "tables.json").read_text(encoding="utf-8"))
    tables = _open_tables(store, program, described)
    tables.fingerprint, tables.bad_rows = record["данные"]["отпечаток"], record["строк с ошибками"]
    tables.files_left = tuple(tuple(item) for item in record["данные"]["не прочитано"])
    evaluation = restated(program, tables, _open_frames(store), record["отчётный год"])
    evaluation.indicators.exact_slices |= set(described["точные срезы"])
    evaluation.indicators.sql |= record["запросы"]
    evaluation.engine_name, evaluation.engine_calls = record["вывод делал"], record["обращений к выводу"]
    _open_conclusions(store, evaluation)
    found = tuple(Problem(code, _cell(place), message, hint) for code, place, message, hint in record["проблемы данных"])
    return Run(program, tables, evaluation, day, record["отчётный год"], found, record["с проблемами"])


def _cell(text: str) -> Cell:
    return Cell(text)


def _open_tables(store: Path, program: Program, described: dict) -> Tables:
    tables = Tables.empty(program.rules.tables)
    for position, name in enumerate(described["таблицы"]):
        source = literal(str(store / f"table_{position:03}.parquet"))
        tables.connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        tables.connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM read_parquet({source})")
    tables.sources = tuple(SourceSheet(file, sheet, table, header, rows, letters, tuple(tuple(item) for item in left))
                           for file, sheet, table, header, rows, letters, left in described["листы"])
    tables.info = {name: TableInfo(rows, tuple(years), supplied, frozenset(nullable), incomplete)
                   for name, (rows, years, supplied, nullable, incomplete) in described["сведения"].items()}
    return tables


def _open_frames(store: Path) -> dict[str, Frame]:
    described = json.loads((store / "frames.json").read_text(encoding="utf-8"))
    levels = list(described)
    frames = {}
    for position, (level, parts) in enumerate(described.items()):
        with np.load(store / f"frame_{position}.npz") as arrays:
            frame = Frame(level, tuple(parts["коды"]))
            frame.columns = {name: _unpack(how, arrays) for name, how in parts["столбцы"].items()}
            frame.parents = {levels[index]: arrays[f"parent_{index}"] for index in parts["уровни"]}
            frame.sizes = {name: arrays[f"n{number}"] for number, name in enumerate(parts["численность"])}
            frame.applies = {name: arrays[f"a{number}"] for number, name in enumerate(parts["применимость"])}
        frames[level] = frame
    return frames


def _unpack(how: list, arrays: Any) -> Value:
    kind, prefix, *more = how
    if kind == "text":
        return Texts(arrays[prefix], tuple(more[0]))
    if kind == "truth":
        return arrays[prefix]
    low = arrays[prefix]
    return Numbers(low, arrays[f"{prefix}_high"] if more[0] else low, arrays[f"{prefix}_reason"] if more[1] else None)


def _open_conclusions(store: Path, evaluation: Evaluation) -> None:
    trails = json.loads((store / "trails.json").read_text(encoding="utf-8"))
    with np.load(store / "patterns.npz") as arrays:
        for number, name in enumerate(sorted(trails)):
            steps = tuple(tuple(Step(conclusion, tuple(because)) for conclusion, because in trail) for trail in trails[name])
            evaluation.conclusions[name] = Conclusion(evaluation.status(name), arrays[f"p{number}"], steps, 0)
