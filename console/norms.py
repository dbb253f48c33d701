"""`school-risk norms`: what a region computes once and gives its districts, as one dated table without results of schools."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import click

from console.checked import show_problems
from console.reporting import Progress
from console.running import stopped
from engine.codes import Severity
from engine.methods.objectivity import SIGNS, measured
from engine.run import Run, run

HEADER = ("Раздел норм", "Имя нормы", "Запись нормы")
_ENOUGH = 300


def norms_and_show(rules_folder: Path, data_folder: Path, target: Path, region: str, day: date, year: int | None, allow: bool, encoding: str | None,
                   indicator: str | None) -> bool:
    """Compute the norms of all schools in a folder and write them. Returns whether they were written."""
    if target.exists() and target.is_dir():
        click.echo(f"«{target}» — папка. Назовите файл: --out \"{target / 'Нормы региона.csv'}\".", err=True)
        return False
    progress = Progress()
    result, problems = run(rules_folder, data_folder, day, year=year, allow_problems=allow, encoding=encoding, progress=progress)
    progress.done()
    if result is None:
        stopped(rules_folder, problems)
        return False
    show_problems([problem for problem in problems if problem.severity is Severity.WARNING][:5], None, False)
    name = _indicator(result, indicator)
    if name is None:
        return False
    found = measured(result.evaluation.calculation(name), every=True)
    if found is None:
        click.echo("В папке нет ни одной работы ВПР по первичным баллам: нормы считать не по чему. Положите Ф1 или «Распределение первичных баллов».", err=True)
        return False
    record = {**found.table.norms, "made": day.isoformat(), "region": region}
    _write(target, record)
    _tell(found, record, target, region)
    return True


def _indicator(result: Run, wanted: str | None) -> str | None:
    names = [name for name, block in result.program.rules.indicators.items() if block.method == SIGNS]
    if wanted is not None and wanted not in names:
        click.echo(f"Показателя «{wanted}» с методом «{SIGNS}» нет." + (f" Есть: {', '.join(names)}." if names else ""), err=True)
        return None
    if not names:
        click.echo(f"В правилах нет показателя с методом «{SIGNS}»: нормы нужны только ему.", err=True)
        return None
    if wanted is None and len(names) > 1:
        click.echo(f"Показателей с методом «{SIGNS}» несколько: {', '.join(names)}. Назовите один: --indicator {names[0]}.", err=True)
        return None
    return wanted or names[0]


def _write(target: Path, record: dict) -> None:
    from engine.objectivity.from_tables import write_norms
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(write_norms(record))
    except OSError as error:
        raise click.FileError(str(target), error.strerror or str(error)) from None


def _tell(found, record: dict, target: Path, region: str) -> None:
    click.echo(f"Нормы: {region}, школ {record['schools']}, работ {len(record['works'])}, годы {', '.join(map(str, record['years']))}.")
    if record["schools"] < _ENOUGH:
        click.echo(f"Школ меньше {_ENOUGH}: так нормы ненадёжны. Берите весь регион или несколько регионов вместе (docs/objectivity.md).", err=True)
    for note in found.notes:
        click.echo(note, err=True)
    click.echo(f"Записано: {target}. Положите файл в папку с данными района; результатов отдельных школ в нём нет.")
