"""`school-risk run`: what was read, what came out, what is undetermined and why, where the reports are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click
import numpy as np

from console.checked import show_problems
from console.reporting import Order, Progress, write_and_list
from engine.codes import Severity
from engine.inference import InferenceError
from engine.loading import load
from engine.problems import Problem, errors
from engine.program import CategoryPlan, IndicatorPlan
from engine.record import save
from engine.run import Run, run
from engine.values import Numbers, Reason

_SHOWN = 12



def run_and_show(rules_folder: Path, data_folder: Path, out: Path, day: date, year: int | None, allow: bool, encoding: str | None, order: Order | None) -> bool:
    """Run the pipeline, save it, write reports and tell. Returns whether the run came about."""
    progress = Progress()
    try:
        result, problems = run(rules_folder, data_folder, day, year=year, allow_problems=allow, encoding=encoding, progress=progress)
    except InferenceError as error:
        progress.done()
        click.echo(f"Вывод остановлен: durable-rules и проверка разошлись ({error}). Ни один вывод не записан. Это не ваша вина.", err=True)
        return False
    progress.done()
    if result is None:
        stopped(rules_folder, problems)
        return False
    show_problems([problem for problem in problems if problem.severity is not Severity.ADVICE][:_SHOWN], None, False)
    if len(problems) > _SHOWN:
        click.echo(f"… и ещё {len(problems) - _SHOWN}; все — в run.json и на листе «Источники».", err=True)
    record = save(result, out)
    tell(result)
    written = order is None or write_and_list(result, out, (), (), progress, order)
    click.echo(f"Запись расчёта: {record}")
    return written


def stopped(rules_folder: Path, problems: list[Problem]) -> None:
    rules_at_fault = any(problem.code.startswith("R") for problem in errors(problems))
    show_problems(problems, load(rules_folder)[0] if rules_at_fault else None, False)
    count = len(errors(problems))
    if rules_at_fault:
        click.echo(f"Ошибок в правилах: {count}. Расчёт не запускался.", err=True)
    else:
        click.echo(f"Ошибок в данных: {count}. Расчёт остановлен. Исправьте файлы или считайте без этих строк: --allow-problems.", err=True)


def tell(result: Run) -> None:
    """Print what was read and how many schools are in each category."""
    tables, program = result.tables, result.program
    rows = sum(sheet.rows for sheet in tables.sources if sheet.header_row)
    read = {(sheet.file, sheet.sheet) for sheet in tables.sources if sheet.header_row}      # rows of the rules themselves have no header
    files = len({file for file, _ in read})
    click.echo(f"Расчёт {result.number}: отчётный год {result.report_year - 1}/{result.report_year % 100:02}, на {result.day:%d.%m.%Y}.")
    click.echo(f"Прочитано: файлов {files}, листов {len(read)}, строк {rows}." + (f" Без строк с ошибками: {tables.bad_rows}." if tables.bad_rows else ""))
    for level in program.levels:
        plans = program.of(CategoryPlan, level)
        if plans:
            _tell_level(result, level, plans)
    _tell_missing(result)
    click.echo(f"Вывод делал: {result.evaluation.engine_name}, обращений {result.evaluation.engine_calls}.")


def _tell_level(result: Run, level: str, plans: list[CategoryPlan]) -> None:
    count = len(result.evaluation.frames[level])
    click.echo(f"Категории (предварительно; {level}: {count}):")
    width = max(len(plan.block.title or plan.name) for plan in plans)
    for plan in sorted(plans, key=lambda item: item.block.support if item.block.support is not None else 99):
        codes = result.evaluation.status(plan.name)
        unknown = int((codes == 0).sum())
        click.echo(f"  {(plan.block.title or plan.name):<{width}}  {int((codes == 1).sum()):>5}" + (f"   не определена у {unknown}" if unknown else ""))


def _tell_missing(result: Run) -> None:
    """Name the indicators whose absence leaves most schools undetermined, with the reason."""
    reasons: Counter[tuple[str, str]] = Counter()
    schools = result.evaluation.frames[result.program.school_level]
    undetermined = np.zeros(len(schools), bool)
    for plan in result.program.of(CategoryPlan, schools.level):
        undetermined |= result.evaluation.status(plan.name) == 0
    if not undetermined.any():
        return
    needed = _needed(result)
    for plan in result.program.of(IndicatorPlan, schools.level):
        value = schools.columns.get(plan.name)
        if plan.keys or plan.name not in needed or not isinstance(value, Numbers):
            continue
        for code, count in zip(*np.unique(value.reasons()[undetermined & value.missing], return_counts=True), strict=True):
            if code not in (Reason.PRESENT, Reason.INPUT, Reason.NO_BASE):
                reasons[plan.block.title or plan.name, Reason(int(code)).russian] += int(count)
    click.echo(f"Хотя бы одна категория не определена у школ: {int(undetermined.sum())}. Чаще всего не хватает:")
    for (title, reason), count in reasons.most_common(5):
        click.echo(f"  {title}: {reason} ({count})")


def _needed(result: Run) -> set[str]:
    """Name everything that categories stand on, however far."""
    found, waiting = set(), [plan.name for plan in result.program.of(CategoryPlan)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += result.program.uses.get(name, ())
    return found
