"""`school-risk report` and `templates`: which documents, in which formats, where they are; templates of Word to edit."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from console.problems import no_school, plain_code
from engine.record import RecordError, open_run
from engine.run import Run
from engine.words import like_hint

# how the pages of single schools begin
_OF_EACH_SCHOOL = {"school_": "карточки школ", "signs_": "признаки по ВПР", "roadmap_": "дорожные карты школ", "risk_profile_": "рисковые профили"}
_OF_DISTRICT = frozenset({"roadmap_order"})
_MANY_FILES = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked of the reports. `processes`: None means as many as there are cores."""

    formats: tuple[str, ...]
    templates: Path | None = None
    hide: bool = False
    processes: int | None = None


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


def write_and_list(result: Run, out: Path, schools: tuple[str, ...], what: tuple[str, ...], progress: Progress, order: Order) -> bool:
    """Write reports beside a run and name them. Returns whether they were written."""
    from engine.mentoring.saved import PairsError
    from reports import write_reports
    from reports.careful import CarelessPhraseError
    from reports.mistakes import ReportError
    folder = out / ("reports-hidden" if order.hide else "reports")
    _warn_of_templates(order)
    try:
        paths = write_reports(result, folder, schools=schools or None, what=what or None, progress=progress, beside=out, formats=order.formats, templates=order.templates,
                              processes=order.processes or os.cpu_count() or 1, hide=order.hide)
    except (CarelessPhraseError, PairsError, ReportError) as error:
        progress.done()
        click.echo(str(error), err=True)
        return False
    except OSError as error:
        progress.done()
        click.echo(f"Не записано: {error.filename or folder} — {error.strerror or error}. Освободите место с таким именем, закройте файл в другой программе или назовите другую папку: --out.", err=True)
        return False
    progress.done()
    click.echo("Отчёты:")
    _tell_paths(paths)
    return True


def _warn_of_templates(order: Order) -> None:
    """Say what of the district's templates will not be in PDF. A file that is no template is told of when it is needed."""
    if order.templates is None or "pdf" not in order.formats:
        return
    from reports.mistakes import WordTemplateError
    from reports.word.fill import Template
    from reports.word.typeset import left_out
    for path in sorted(order.templates.glob("*.docx")):
        try:
            lost = left_out(Template(path).content)
        except WordTemplateError:
            continue
        if lost:
            click.echo(f"Шаблон {path.name}: в PDF не войдут {', '.join(lost)}; в DOCX они останутся. Исправления примите в Word, надписи замените абзацами.", err=True)


def _tell_paths(paths: list[Path]) -> None:
    """Name the files: one line for a document in all its formats, one for the pages of single schools when there are many."""
    site = [path for path in paths if path.parent.name.startswith("site")]
    found: dict[tuple[Path, str], list[str]] = {}
    for path in (path for path in paths if path not in site):
        found.setdefault((path.parent, path.stem), []).append(path.suffix.removeprefix("."))
    many: dict[str, list[tuple[Path, str]]] = {}
    for folder, stem in found:
        kind = "" if stem in _OF_DISTRICT else next((start for start in _OF_EACH_SCHOOL if stem.startswith(start)), "")
        many.setdefault(kind, []).append((folder, stem))
    for start, documents in many.items():
        if start and len(documents) > _MANY_FILES:
            folder, stem = documents[0]
            click.echo(f"  {folder}/{start}*.{_suffixes(found[folder, stem])} — {_OF_EACH_SCHOOL[start]}: {len(documents)}")
            continue
        for folder, stem in documents:
            click.echo(f"  {folder}/{stem}.{_suffixes(found[folder, stem])}")
    if site:
        click.echo(f"  {site[0]} — сайт для руководства, страниц: {len(site)}")


def _suffixes(suffixes: list[str]) -> str:
    return suffixes[0] if len(suffixes) == 1 else f"{{{','.join(suffixes)}}}"


def report_and_show(out: Path, schools: tuple[str, ...], what: tuple[str, ...], order: Order) -> bool:
    """Write the reports of a saved run again."""
    from reports import REPORTS
    for name in what:
        if name not in REPORTS:
            click.echo(f"Отчёта «{name}» нет. {like_hint(name, REPORTS)} Бывают: {', '.join(REPORTS)}.".replace("  ", " "), err=True)
            return False
    if order.templates is not None and not order.templates.is_dir():
        click.echo(f"Папки с шаблонами {order.templates} нет. Выписать шаблоны: school-risk templates {order.templates}", err=True)
        return False
    try:
        result = open_run(out)
    except RecordError as error:
        click.echo(str(error), err=True)
        return False
    known = result.evaluation.frames[result.program.school_level].codes
    codes = tuple(plain_code(code) for code in schools)
    for code in codes:
        if code not in known:
            click.echo(no_school(code, known), err=True)
            return False
    return write_and_list(result, out, codes, what, Progress(), order)


def write_templates(folder: Path, anew: bool) -> bool:
    """Copy the templates of Word for the district to edit; what is there already stays unless asked. Returns whether all were written."""
    from reports.outlet import TEMPLATES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = []
        for path in sorted(TEMPLATES.glob("*.docx")):
            target = folder / path.name
            if target.exists() and not anew:
                kept.append(path.name)
            else:
                target.write_bytes(path.read_bytes())
    except OSError as error:
        click.echo(f"Шаблоны не выписаны: {error.filename or folder} — {error.strerror or error}.", err=True)
        return False
    click.echo(f"Шаблоны Word: {folder}. Правьте фразы и таблицы; метки в фигурных скобках {{{{ … }}}} и {{% … %}} — места, куда встают данные.")
    click.echo(f"Отчёты с ними: school-risk report --templates {folder}")
    if kept:
        click.echo(f"Уже были и не тронуты: {len(kept)}. Заменить исходными: --anew.")
    return True
