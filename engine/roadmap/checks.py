"""What is wrong with the rules of the roadmap: terms that cannot be read, prerequisites, group events, quarters, moved days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter

from engine.model import Deadline, MovedDays, Quarter
from engine.problems import Problem
from engine.program import Program
from engine.resolving import Kind
from engine.schedule.academic import AcademicYear, Reversed, schedule
from engine.schedule.of_rules import academic_year_of
from engine.schedule.terms import read_deadline, read_rhythm
from engine.schedule.workdays import WorkCalendar
from engine.words import like_hint

SUBJECT = "предмет"


def check_roadmap(program: Program) -> list[Problem]:
    """Examine measures and the calendar.

    Errors: R110, R113, R209, R210, R211, R213, R701, R702; R703 warns of a measure that will stand in the roadmap without a date.
    """
    return [*_calendar(program), *_terms(program), *_events(program), *_prerequisites(program)]


# ---------------------------------------------------------------- the calendar


def _calendar(program: Program) -> Iterator[Problem]:
    rules = program.rules
    year = academic_year_of(rules.calendar, program.day.year)
    last: date | None = None
    for position, quarter in enumerate(rules.calendar.quarters):
        since, until = year.place(quarter.since), year.place(quarter.until)
        if until < since or (last is not None and since <= last):
            yield Problem("R701", rules.place("календарь", "календарь", "четверти", position), _quarter_words(quarter, until < since),
                          "Четверти идут по порядку учебного года и не накладываются.")
        last = until
    for position, moved in enumerate(rules.calendar.moved_days):
        yield from (_outside(program, position, key, moved, day) for key, day in _days(moved) if day.year != moved.year)


def _quarter_words(quarter: Quarter, reversed_: bool) -> str:
    since, until = (f"{day:02}.{month:02}" for month, day in (quarter.since, quarter.until))
    return f"Четверть {since}–{until} кончается раньше, чем начинается." if reversed_ else f"Четверть {since}–{until} начинается раньше, чем кончилась прежняя."


def _days(moved: MovedDays) -> Iterator[tuple[tuple[str | int, ...], date]]:
    for source, target in (moved.moves or {}).items():
        yield ("дни", str(source)), source
        yield ("дни", str(source)), target
    for key, days in (("выходные", moved.days_off), ("рабочие", moved.working)):
        yield from (((key, position), day) for position, day in enumerate(days))


def _outside(program: Program, position: int, key: tuple[str | int, ...], moved: MovedDays, day: date) -> Problem:
    return Problem("R113", program.rules.place("календарь", "календарь", "переносы", position, *key), f"{day:%d.%m.%Y} — не {moved.year} год.",
                   "Переносы каждого года пишут отдельной записью.")


# ---------------------------------------------------------------- terms


class _EveryDay(WorkCalendar):
    """Dates as the rules state them: no day moves, whatever the production calendar."""

    def is_working_day(self, day: date) -> bool:
        return True


def _terms(program: Program) -> Iterator[Problem]:
    rules, year = program.rules, academic_year_of(program.rules.calendar, program.day.year)
    for name, block in rules.measures.items():
        deadline = block.deadline
        if deadline.rhythm and read_rhythm(deadline.rhythm) is None:
            yield Problem("R701", rules.place("меры", name, "срок", "как часто"), f"Периодичность «{deadline.rhythm}» не читается.",
                          "Бывает: еженедельно, ежемесячно, два раза в месяц, раз в четверть, раз в полугодие; месяцы «ноябрь и февраль» или дни «20 января и 15 мая».")
        elif read_deadline(deadline) is None:
            yield Problem("R703", rules.place("меры", name, "срок"), f"Срок меры «{name}» не назван датой: в дорожную карту она войдёт без срока.",
                          "Напишите «до», «с … по» или «как часто».")
        elif _first_due(deadline, year) is None:
            yield Problem("R701", rules.place("меры", name, "срок", "по" if deadline.until else "до"), f"Срок меры «{name}» кончается раньше, чем начинается.",
                          f"Учебный год начинается {year.first:%d.%m}; мера, которая переходит через эту дату, делится на две.")


def _first_due(deadline: Deadline, year: AcademicYear) -> date | None:
    """Return the end of the first occurrence as the rules state it; None when there is none."""
    term = read_deadline(deadline)
    try:
        found = schedule(term, year, _EveryDay()) if term is not None else ()
    except Reversed:
        return None
    if found and found[0].first is not None and found[0].first > found[0].due:
        return None
    return found[0].stated if found else None


# ---------------------------------------------------------------- group events


def _events(program: Program) -> Iterator[Problem]:
    rules = program.rules
    for name, block in rules.measures.items():
        if block.shortfall is None:
            continue
        place = ("меры", name, "дефициты")
        if not block.is_group:
            yield Problem("R110", rules.place(*place), "«Дефициты» бывают только у группового мероприятия.", "Добавьте «мероприятие: групповое».")
        indicator = block.shortfall.indicator
        found = program.slices.get(indicator)
        if indicator not in rules.indicators:
            yield Problem("R210", rules.place(*place, "показатель"), f"Показателя «{indicator}» нет.", like_hint(indicator, program.slices))
        elif found is None or SUBJECT not in found.keys or found.level != program.school_level:
            yield Problem("R209", rules.place(*place, "показатель"), f"У показателя «{indicator}» нет разреза по школе и столбцу «{SUBJECT}».",
                          f"Нужен показатель школы с «по: [{SUBJECT}, …]».")
        else:
            yield from _subjects(program, name, found.columns[SUBJECT])


def _subjects(program: Program, name: str, kind: Kind) -> Iterator[Problem]:
    for position, word in enumerate(program.rules.measures[name].shortfall.subjects):
        if kind.words is not None and word not in kind.words:
            yield Problem("R211", program.rules.place("меры", name, "дефициты", SUBJECT, position), f"Предмета «{word}» среди допустимых значений нет.",
                          like_hint(word, kind.words))


# ---------------------------------------------------------------- prerequisites


def _prerequisites(program: Program) -> Iterator[Problem]:
    rules, graph, known = program.rules, {}, True
    for name, block in rules.measures.items():
        graph[name] = [other for other in block.after if other in rules.measures]
        for position, other in enumerate(block.after):
            if other not in rules.measures:
                known = False
                yield Problem("R210", rules.place("меры", name, "после", position), f"Меры «{other}» нет.", like_hint(other, rules.measures))
    circle = _circle(graph)
    if circle:
        yield Problem("R213", rules.place("меры", circle[0], "после"), f"Меры стоят друг после друга по кругу: {' → '.join(circle)}.", "Разорвите круг в одном месте.")
    elif known:
        yield from _too_late(program, graph)


def _circle(graph: dict[str, list[str]]) -> list[str]:
    """Return a circle of measures, each standing after the next; the first to be described begins it."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        path = list(reversed(error.args[1]))[:-1]
        start = min(range(len(path)), key=lambda at: list(graph).index(path[at]))
        return [*path[start:], *path[:start], path[start]]
    return []


def _too_late(program: Program, graph: dict[str, list[str]]) -> Iterator[Problem]:
    rules, year = program.rules, academic_year_of(program.rules.calendar, program.day.year)
    due = {name: _first_due(block.deadline, year) for name, block in rules.measures.items()}
    for name, earlier in graph.items():
        for other in earlier:
            mine, its = due[name], due[other]
            if mine is not None and its is not None and its > mine:
                position = rules.measures[name].after.index(other)
                yield Problem("R702", rules.place("меры", name, "после", position), f"Мера «{other}» должна быть раньше, а её срок ({its:%d.%m}) позже, чем у «{name}» ({mine:%d.%m}).",
                              "Поменяйте один из сроков или уберите «после».")
