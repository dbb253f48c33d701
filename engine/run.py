"""The pipeline of one run and its record: the same rules and files give the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from engine import __version__
from engine.checking import check
from engine.contract import prepare, report_year_of
from engine.evaluation import Evaluation, evaluate
from engine.explanation import Explainer
from engine.loading import RuleSet, load
from engine.problems import Problem, errors, ordered
from engine.program import CategoryPlan, MeasurePlan, Program
from engine.tables import Tables

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One finished run. `problems` are those of the data; the rules had none that stop a run."""

    program: Program
    tables: Tables
    evaluation: Evaluation
    day: date
    report_year: int
    problems: tuple[Problem, ...] = ()
    allowed: bool = False
    advice: tuple[Problem, ...] = field(default=(), repr=False)

    @property
    def explainer(self) -> Explainer:
        return Explainer(self.evaluation, self.tables)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of everything the result depends on: rules, data, date, version."""
        parts = (self.program.rules.fingerprint, self.tables.fingerprint, self.day.isoformat(), str(self.report_year), str(self.allowed), __version__)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def number(self) -> str:
        """Return the short name of the run: the date and the beginning of its fingerprint."""
        return f"{self.day.isoformat()}-{self.fingerprint[:6]}"


def run(rules_folder: Path, data_folder: Path, day: date, *, year: int | None = None, allow_problems: bool = False,
        encoding: str | None = None, progress: Progress | None = None) -> tuple[Run | None, list[Problem]]:
    """Load, check, read, evaluate.

    Returns (run, problems); the run is None when the rules or the data have errors that stop it.
    Errors: every R and D code of the catalogue; InferenceError when the inference engine fails its certificate.
    """
    say = progress or (lambda text: None)
    say("Правила")
    rules, problems = load(rules_folder)
    program, more = check(rules, day)
    problems = ordered([*problems, *more])
    if errors(problems):
        return None, problems
    from engine.inputs import read_folder
    say("Данные")
    tables, found = read_folder(data_folder, rules.tables, rules.references, report_year=year or _fixed_year(rules), allow_problems=allow_problems,
                                encoding=encoding, progress=lambda done, total, name: say(f"Чтение: {done} из {total}, {name}"))
    if errors(found) and not allow_problems:
        return None, ordered(found)
    result, later = evaluate_tables(program, tables, day, year=year, allow_problems=allow_problems, progress=progress)
    found = ordered([*found, *later])
    if result is None:
        return None, found
    return Run(program, tables, result, day, result.report_year, tuple(found), allow_problems, tuple(problems)), found


def _fixed_year(rules: RuleSet) -> int | None:
    wanted = rules.calendar.report_year
    return wanted if isinstance(wanted, int) else None


def evaluate_tables(program: Program, tables: Tables, day: date, *, year: int | None = None, allow_problems: bool = False,
                    progress: Progress | None = None) -> tuple[Evaluation | None, list[Problem]]:
    """Finish tables by the contract and evaluate the program over them."""
    report_year = year or report_year_of(program, tables)
    frames, problems = prepare(program, tables, report_year, allow_problems)
    if errors(problems) and not allow_problems:
        return None, problems
    say = progress or (lambda text: None)
    return evaluate(program, tables, frames, report_year, lambda name: say(f"Расчёт: {name}")), problems


# ---------------------------------------------------------------- the record on disk

_WORDS = {1: "да", 0: "не определено", -1: "нет"}


def save(result: Run, folder: Path) -> Path:
    """Write the record of a run: run.json, results as CSV, and the columns as Parquet. Returns the path of run.json."""
    store = folder / "store"
    if store.exists():
        shutil.rmtree(store)
    store.mkdir(parents=True)
    _save_rules(result.program.rules, store / "rules")
    _save_tables(result, store)
    _save_results(result, folder / "results")
    record = folder / "run.json"
    record.write_text(json.dumps(record_of(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return record


def _save_rules(rules: RuleSet, folder: Path) -> None:
    for name, source in rules.sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.text.encode("utf-8"))


def _save_tables(result: Run, store: Path) -> None:
    connection = result.tables.connection
    for position, name in enumerate(result.program.rules.tables):
        quoted = name.replace('"', '""')
        connection.execute(f"COPY \"{quoted}\" TO '{_sql_path(store / f'table_{position:02}.parquet')}' (FORMAT parquet)")


def _sql_path(path: Path) -> str:
    return str(path).replace("'", "''")


def record_of(result: Run) -> dict:
    """Return the record as plain data: what was used, with which hashes, and what came out."""
    program, tables, evaluation = result.program, result.tables, result.evaluation
    schools = evaluation.frames[program.school_level]
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
        "проблемы данных": [[problem.code, str(problem.place), problem.message] for problem in result.problems],
        "вывод делал": evaluation.engine_name,
        "школ": len(schools),
        "категории": {plan.name: _tally(evaluation.status(plan.name)) for plan in program.of(CategoryPlan)},
        "меры": {plan.name: _tally(evaluation.status(plan.name)) for plan in program.of(MeasurePlan)},
        "запросы": dict(sorted(evaluation.indicators.sql.items())),
    }


def _tally(codes: np.ndarray) -> dict[str, int]:
    return {word: int((codes == code).sum()) for code, word in _WORDS.items()}


def _save_results(result: Run, folder: Path) -> None:
    """Write results a machine can read: one CSV per kind and level, codes of units first, `;`, decimal comma, UTF-8 with BOM."""
    import pandas as pd

    from engine.program import CriterionPlan, IndicatorPlan
    folder.mkdir(parents=True, exist_ok=True)
    program, evaluation = result.program, result.evaluation
    for level, frame in evaluation.frames.items():
        suffix = "" if level == program.school_level else f"_{level}"
        for file, shape in (("categories", CategoryPlan), ("criteria", CriterionPlan), ("measures", MeasurePlan)):
            plans = program.of(shape, level)
            if plans:
                data = {level: frame.codes, **{plan.name: [_WORDS[int(code)] for code in frame.columns[plan.name]] for plan in plans}}
                _write_csv(pd.DataFrame(data), folder / f"{file}{suffix}.csv")
        plans = [plan for plan in program.of(IndicatorPlan, level) if not plan.keys]
        if plans:
            data = {level: frame.codes}
            for plan in plans:
                value = frame.columns[plan.name]
                data[plan.name] = value.low
                if not value.is_exact:
                    data[f"{plan.name} (до)"] = value.high
            _write_csv(pd.DataFrame(data), folder / f"indicators{suffix}.csv")


def _write_csv(frame, path: Path) -> None:
    frame.to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig", lineterminator="\n")


# ---------------------------------------------------------------- opening a record


class RecordError(Exception):
    """A folder that holds no finished run, or a run that was changed by hand."""


def open_run(folder: Path) -> Run:
    """Open a saved run: the rules as they were, the tables as they were read, every conclusion again from them.

    Errors: RecordError when there is no run here or its store was changed.
    """
    record_path = folder / "run.json"
    if not record_path.exists():
        raise RecordError(f"В папке {folder} нет расчёта. Сначала выполните: school-risk run.")
    record = json.loads(record_path.read_text(encoding="utf-8"))
    store = folder / "store"
    rules, problems = load(store / "rules")
    day = date.fromisoformat(record["дата"])
    program, more = check(rules, day, examples=False)
    if errors([*problems, *more]) or rules.fingerprint != record["правила"]["отпечаток"]:
        raise RecordError(f"Запись расчёта в {store} изменена или повреждена. Выполните расчёт заново: school-risk run.")
    tables = Tables.reopen(store, rules.tables, record["данные"])
    frames, _ = prepare(program, tables, record["отчётный год"], record["с проблемами"])
    evaluation = evaluate(program, tables, frames, record["отчётный год"])
    found = tuple(Problem(code, _place(place), message) for code, place, message in record["проблемы данных"])
    return Run(program, tables, evaluation, day, record["отчётный год"], found, record["с проблемами"])


def _place(text: str):
    from engine.problems import Cell
    return Cell(text)
