"""`school-risk run` and `report`: what was read, what came out, what is undetermined and why, where the reports are."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path

import click
import numpy as np

from console.checked import show_problems
from console.problems import no_school
from engine.codes import Severity
from engine.inference import InferenceError
from engine.loading import load
from engine.problems import Problem, errors
from engine.program import CategoryPlan, IndicatorPlan
from engine.record import RecordError, open_run, save
from engine.run import Run, run
from engine.values import Numbers, Reason

_SHOWN = 12
OF_EACH_SCHOOL = {"school_": "карточки школ", "signs_": "признаки по ВПР", "roadmap_": "дорожные карты школ", "risk_profile_": "рисковые профили"}     # how the pages of single schools begin


class Progress:
    """One line on the error stream that says what is being done; silent when nobody watches."""

    def __init__(self) -> None:
        self.watched = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if self.watched:
            click.echo(f"\r\033[K{text[:78]}", nl=False, err=True)

    def done(self) -> None:
        if self.watched:
            click.echo("\r\033[K", nl=False, err=True)


def run_and_show(rules_folder: Path, data_folder: Path, out: Path, day: date, year: int | None, allow: bool, encoding: str | None, reports: bool) -> bool:
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
    written = not reports or write_and_list(result, out, (), (), progress)
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


def write_and_list(result: Run, out: Path, schools: tuple[str, ...], what: tuple[str, ...], progress: Progress) -> bool:
    """Write reports beside a run and name them. Returns whether they were written."""
    from engine.mentoring.saved import PairsError
    from reports import write_reports
    from reports.careful import CarelessPhraseError
    try:
        paths = write_reports(result, out / "reports", schools=schools or None, what=what or None, progress=progress, beside=out)
    except (CarelessPhraseError, PairsError) as error:
        progress.done()
        click.echo(str(error), err=True)
        return False
    except OSError as error:
        progress.done()
        click.echo(f"Не записано: {error.filename or out} — {error.strerror or error}. Освободите место с таким именем, закройте файл в другой программе или назовите другую папку: --out.", err=True)
        return False
    progress.done()
    click.echo("Отчёты:")
    _tell_paths(paths)
    return True


def _tell_paths(paths: list[Path]) -> None:
    """Name the files; pages of single schools, when there are many, in one line of each kind."""
    many: dict[str, list[Path]] = {}
    site = [path for path in paths if path.parent.name == "site"]
    for path in (path for path in paths if path not in site):
        kind = "" if path.name == "roadmap_order.html" else next((start for start in OF_EACH_SCHOOL if path.name.startswith(start)), "")
        many.setdefault(kind, []).append(path)
    for start, found in many.items():
        if start and len(found) > 3:
            click.echo(f"  {found[0].parent}/{start}*.html — {OF_EACH_SCHOOL[start]}: {len(found)}")
        else:
            for path in found:
                click.echo(f"  {path}")
    if site:
        click.echo(f"  {site[0]} — сайт для руководства, страниц: {len(site)}")


def report_and_show(out: Path, schools: tuple[str, ...], what: tuple[str, ...]) -> bool:
    """Write the reports of a saved run again."""
    from reports import REPORTS
    for name in what:
        if name not in REPORTS:
            click.echo(f"Отчёта «{name}» нет. Бывают: {', '.join(REPORTS)}.", err=True)
            return False
    try:
        result = open_run(out)
    except RecordError as error:
        click.echo(str(error), err=True)
        return False
    known = result.evaluation.frames[result.program.school_level].codes
    for code in schools:
        if code not in known:
            click.echo(no_school(code, known), err=True)
            return False
    return write_and_list(result, out, schools, what, Progress())
