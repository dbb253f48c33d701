"""`school-risk profile`: factors of risk of a finished run and why three of them; forms of self-diagnosis for schools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from console.problems import no_school, plain_code
from engine.record import RecordError, open_run
from engine.run import Run
from engine.truth import Truth
from reports.book import Book
from reports.profile import FactorView, ProfileBook, ProfileView
from reports.russian import SCHOOL, counted, joined, lowered
from reports.view import SchoolView

_NO_FACTORS = "В правилах этого расчёта нет факторов риска (разделы «факторы» и «адресная_помощь»): профиль составлять не по чему."


def profile_and_show(wanted: tuple[str, ...], out: Path, forms: Path | None, everyone: bool) -> bool:
    """Show profiles, or write forms. Returns whether it was done."""
    try:
        result = open_run(out)
    except RecordError as error:
        click.echo(str(error), err=True)
        return False
    if not result.program.factors or result.program.assistance is None:
        click.echo(_NO_FACTORS, err=True)
        return False
    if everyone and forms is None:
        click.echo("Ключ --all действует только вместе с --forms ПАПКА.", err=True)
        return False
    pages = ProfileBook(Book(result))
    schools = _chosen(pages, tuple(plain_code(code) for code in wanted), everyone)
    if schools is None:
        return False
    return _write_forms(pages, result, schools, forms, everyone or bool(wanted)) if forms is not None else _show(pages, schools, bool(wanted))


def _chosen(pages: ProfileBook, wanted: tuple[str, ...], everyone: bool) -> tuple[SchoolView, ...] | None:
    """Return the schools meant; None, when one of them is not known or the profile is not made for it."""
    if not wanted:
        return pages.book.schools if everyone else pages.chosen
    by_code = {school.code: school for school in pages.book.schools}
    made = {school.code for school in (*pages.chosen, *pages.possible)}
    for code in wanted:
        if code not in by_code:
            click.echo(no_school(code, by_code), err=True)
            return None
        if code not in made and not everyone:
            groups = joined(group.short for group in by_code[code].in_force) or "нет"
            listed = ", ".join(f"№ {school.code}" for school in pages.chosen) or "таких школ нет"
            click.echo(f"Школе № {code} профиль не составляется: её группы — {groups}, а по правилам он нужен группам, названным в «адресная_помощь: для». "
                       f"Составляется: {listed}. Форма для любой школы: --forms ПАПКА --all.", err=True)
            return None
    return tuple(by_code[code] for code in dict.fromkeys(wanted))


# ---------------------------------------------------------------- profiles


def _show(pages: ProfileBook, schools: tuple[SchoolView, ...], in_full: bool) -> bool:
    if not schools:
        click.echo("Школ, которым составляется профиль, в этом расчёте нет.")
    else:
        click.echo(f"Рисковый профиль (предварительно): {counted(len(schools), SCHOOL)}.")
    for school in schools:
        view = pages.view(school)
        for line in _in_full(view) if in_full else _in_short(view):
            click.echo(line)
    if pages.possible and not in_full:
        click.echo(f"Группы ещё не определены, профиль понадобится, если подтвердятся: {joined(school.label for school in pages.possible)}.")
    click.echo("Страницы: school-risk report --what risk_profile --what assistance_plan")
    return True


def _in_short(view: ProfileView) -> Iterator[str]:
    yield f"Школа {view.school.label}: {view.answered}"
    for factor in view.active:
        yield f"  {factor.status.symbol} {factor.number}. {factor.title} — {factor.significance}; {factor.agreement}"
    if not view.active:
        yield "  факторы пока не выбраны"
    for text in view.ask:
        yield f"  ? {text}"


def _in_full(view: ProfileView) -> Iterator[str]:
    yield f"Школа {view.school.label}: {view.answered}" + ("; группы школы ещё не определены" if view.made is Truth.UNKNOWN else "")
    for factor in view.factors:
        yield from _factor(factor)
    for text in view.ask:
        yield f"? {text}"


def _factor(factor: FactorView) -> Iterator[str]:
    yield f"{factor.status.symbol} {factor.number}. {factor.title}: {lowered(factor.significance)} — {factor.status.word}"
    yield f"     по данным: {factor.by_data} · по ответам: {factor.by_answers} · куратор: {factor.verified} · {factor.agreement}"
    yield f"     {factor.reason}" + (f" {factor.tie}" if factor.tie else "")


# ---------------------------------------------------------------- forms


def _write_forms(pages: ProfileBook, result: Run, schools: tuple[SchoolView, ...], folder: Path, named: bool) -> bool:
    from engine.questionnaire import questionnaire_of
    from reports.forms import form_name, write_form
    if folder.exists() and not folder.is_dir():
        click.echo(f"«{folder}» — файл. Назовите папку для форм: --forms ПАПКА.", err=True)
        return False
    existing = [form_name(school.code) for school in schools if (folder / form_name(school.code)).exists()]
    if existing:
        more = f" и ещё {len(existing) - 1}" if len(existing) > 1 else ""
        click.echo(f"В папке «{folder}» уже есть {existing[0]}{more}: в ней могут быть ответы. Ничего не записано; назовите другую папку.", err=True)
        return False
    asked = questionnaire_of(result.program.rules, result.report_year)
    if not asked.asked:
        click.echo("В факторах нет ни одного вопроса: формы не нужны.", err=True)
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for school in schools:
            write_form(asked, school.code, result.report_year, folder, datetime(result.day.year, result.day.month, result.day.day))
    except OSError as error:
        click.echo(f"Формы не записаны: {error.strerror or error}.", err=True)
        return False
    _tell_forms(pages, schools, folder, len(asked.asked), named)
    return True


def _tell_forms(pages: ProfileBook, schools: tuple[SchoolView, ...], folder: Path, questions: int, named: bool) -> None:
    click.echo(f"Форм: {len(schools)}, вопросов в каждой: {questions}. Папка: {folder}")
    if pages.possible and not named:
        click.echo(f"Группы ещё не определены, форм нет: {joined(school.label for school in pages.possible)}. Выписать: назовите школы или --all.")
    click.echo("Заполненные формы положите в папку с данными и повторите school-risk run: ошибки в них будут названы с ячейкой.")
