"""`school-risk roadmap`: months, load, conflicts with what to do, what has no date; a calendar file on request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from console.problems import no_school, plain_code
from engine.record import RecordError, open_run
from engine.roadmap.load import measure_load
from engine.roadmap.of_run import RunRoadmap
from engine.roadmap.steps import Step
from engine.words import like_hint
from reports.roadmaps import STEP, RoadmapViews
from reports.russian import SCHOOL, counted, in_counted
from reports.wording import Wording

_SHOWN = 12


def roadmap_and_show(out: Path, schools: tuple[str, ...], role: str | None, ics: Path | None) -> bool:
    """Print the roadmap of a saved run, or of some schools or one role; write its calendar. Returns whether all went well."""
    if ics is not None and (refusal := _unfit(ics)):
        return _refuse(refusal)
    try:
        run = open_run(out)
    except RecordError as error:
        return _refuse(str(error))
    roadmap, schools = RunRoadmap(run, beside=out), tuple(plain_code(code) for code in schools)
    for code in schools:
        if code not in roadmap.codes:
            return _refuse(no_school(code, roadmap.codes))
    name = _role(roadmap, role) if role is not None else None
    if role is not None and name is None:
        return _refuse(_no_role(roadmap, role))
    views = RoadmapViews(roadmap, Wording(run.program))
    steps = _chosen(roadmap, schools, name)
    _tell(views, steps, schools, name)
    return ics is None or _write(views, steps, ics, _whose(views, schools, name))


# ---------------------------------------------------------------- what was asked for


def _unfit(ics: Path) -> str:
    if ics.is_dir():
        return f"«{ics}» — папка. Назовите файл календаря, например: --ics {ics / 'roadmap.ics'}"
    return "" if ics.parent.is_dir() else f"Папки «{ics.parent}» нет. Создайте её или назовите другой файл календаря."


def _role(roadmap: RunRoadmap, said: str) -> str | None:
    """Find a role by its name in the rules, its short or its full title."""
    wanted = said.casefold().strip()
    for name, role in roadmap.rules.roles.items():
        if wanted in (name.casefold(), role.title.casefold(), (role.short or name).casefold()):
            return name
    return None


def _no_role(roadmap: RunRoadmap, said: str) -> str:
    roles = roadmap.rules.roles
    if not roles:
        return f"Роли «{said}» нет: в правилах нет раздела «роли»."
    like = like_hint(said, [*roles, *(role.short for role in roles.values() if role.short)])
    return " ".join(filter(None, (f"Роли «{said}» нет.", like, f"Роли: {', '.join(roles)}.")))


def _chosen(roadmap: RunRoadmap, schools: tuple[str, ...], role: str | None) -> tuple[Step, ...]:
    wanted = {id(step) for code in schools for step in roadmap.steps_of(code)}
    steps = (step for step in roadmap.roadmap.steps if not schools or id(step) in wanted)
    return tuple(step for step in steps if role is None or role in (*step.responsible, *step.participants))


def _whose(views: RoadmapViews, schools: tuple[str, ...], role: str | None) -> str:
    district = views.roadmap.rules.district
    whose = f"школа № {', '.join(schools)}" if len(schools) == 1 else f"школы № {', '.join(schools)}" if schools else district.title if district else "район"
    return f"{whose}; {views.wording.role_title(role)}" if role is not None else whose


# ---------------------------------------------------------------- what is printed


def _tell(views: RoadmapViews, steps: tuple[Step, ...], schools: tuple[str, ...], role: str | None) -> None:
    run = views.roadmap.run
    click.echo(f"Дорожная карта {views.year_words} учебного года: {_whose(views, schools, role)}. Расчёт {run.number}. Предварительно, до утверждения.")
    if not steps:
        click.echo("Шагов нет.")
    else:
        involved = set().union(*(views.schools_of(step) for step in steps))
        where = f", в {in_counted(len(involved), SCHOOL)}" if involved and not schools else ""
        click.echo(f"{counted(len(steps), STEP)}{where}.".replace("\u00a0", " "))
        _tell_months(views, steps)
    kept = {id(step) for step in steps}
    _tell_conflicts(views, kept)
    for title, lines in (("Без даты", views.undated), ("Календарь", views.undecreed)):
        for line in lines:
            click.echo(f"{title}: {line}")


def _tell_months(views: RoadmapViews, steps: tuple[Step, ...]) -> None:
    """One table: steps of each month, then the load of each role in the same columns."""
    roadmap = views.roadmap
    load = measure_load(replace(roadmap.roadmap, steps=steps), roadmap.holders)
    rows = views.load(load)
    months = [sum((step.due.year, step.due.month) == month for step in steps) for month in load.months]
    months[0] += len(steps) - sum(months)
    width = max(len("Месяц"), *(len(row.short) for row in rows))
    click.echo(f"{'Месяц':<{width}}  {'  '.join(f'{month:02}.{year % 100:02}' for year, month in load.months)}  всего")
    click.echo(f"{'Шагов':<{width}}  {_cells(months)}  {len(steps):>5}")
    click.echo("Отвечает (дел в месяц; «!» — больше предела у одного исполнителя):")
    for row in rows:
        click.echo(f"{row.short:<{width}}  {_cells(row.months, row.over)}  {row.total:>5}  больше всего — {row.peak}")


def _cells(values: Iterable[int], over: Iterable[bool] = ()) -> str:
    marks = list(over) or [False] * 12
    return "  ".join(f"{value or '·'}{'!' if mark else ''}".rjust(5) for value, mark in zip(values, marks, strict=True))


def _tell_conflicts(views: RoadmapViews, kept: set[int]) -> None:
    found = [conflict for conflict in views.roadmap.conflicts if any(id(step) in kept for step in conflict.steps)]
    said = views.conflicts(found, named=True)
    if not said:
        click.echo("Противоречий нет.")
        return
    click.echo(f"Противоречия: {len(said)}. Программа ничего не переносит, решает человек.")
    for item in said[:_SHOWN]:
        click.echo(f"  {item.kind}: {item.text}".replace("\u00a0", " "))
        click.echo(f"    {item.advice}")
    if len(said) > _SHOWN:
        click.echo(f"  … и ещё {len(said) - _SHOWN}; все — в отчёте roadmap.html: school-risk report --what roadmap")


# ---------------------------------------------------------------- the calendar file


def _write(views: RoadmapViews, steps: tuple[Step, ...], ics: Path, whose: str) -> bool:
    from engine.roadmap.ics import write_ics
    content = write_ics(views.roadmap.roadmap, views.roadmap.run.day, f"Дорожная карта {views.year_words}: {whose}", views.names(), steps)
    try:
        ics.write_bytes(content)
    except OSError as error:
        return _refuse(f"Календарь «{ics}» не записать: {error.strerror}.")
    click.echo(f"Календарь: {ics}, событий: {len(steps)}. Его открывают Outlook, Thunderbird, Яндекс Календарь; повторный импорт не удваивает события.")
    return True


def _refuse(text: str) -> bool:
    click.echo(text, err=True)
    return False
