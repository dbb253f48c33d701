"""«Дорожная карта по работе с ГБОУ, демонстрирующими признаки необъективности при проведении ВПР»: what the district does, when, and by what it will be seen.

Only schools of the category that stands in lists are named. Those in the category for service use are counted: their measures are their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from engine.objectivity.codes import State
from engine.program import MeasurePlan
from engine.roadmap.steps import Undated
from reports.book import Book
from reports.objectivity import ATTENTION, FOUND, Recheck
from reports.outlet import Outlet
from reports.russian import NBSP, SCHOOL, capital, counted, full_stop, in_counted, joined, number, signed
from reports.sheets import Column, Sheet, sheet_of
from reports.view import Header, MeasureView, SchoolView

TITLE = "Дорожная карта по работе с ГБОУ, демонстрирующими признаки необъективности при проведении ВПР"
_APPROVER = "отдел_образования"     # the role that approves, where the rules have it


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the roadmap. `schools`: whom it concerns."""

    number: str
    title: str
    why: str
    schools: str
    due: str
    responsible: str
    document: str
    control: str


@dataclass(frozen=True, slots=True)
class Annex:
    """One school: why it is in the roadmap, what was measured, what was checked again, which steps are its own."""

    label: str
    name: str
    link: str
    signs_link: str
    grounds: tuple[str, ...]
    effect: str
    rechecks: tuple[str, ...]
    steps: str


@dataclass(frozen=True, slots=True)
class Roadmap:
    header: Header
    title: str
    conclusion: str
    lead: str
    approver: str
    grounds: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    annexes: tuple[Annex, ...]


def make_roadmap(book: Book) -> Roadmap:
    """Put the roadmap together from the schools, the measures of the rules and the statistics of the run."""
    schools = [school for school in book.schools if any(group.name == FOUND for group in school.in_force)]
    steps = _steps(book, schools)
    return Roadmap(book.header, TITLE, _conclusion(book, schools), _lead(book, schools), _approver(book), tuple(_grounds(book)), tuple(_facts(book, schools)), tuple(step for _, step in steps),
                   tuple(_annex(book, school, steps) for school in schools))


def _conclusion(book: Book, schools: list[SchoolView]) -> str:
    if FOUND not in book.program.plans:
        return "В правилах нет группы школ с признаками: составлять дорожную карту не из чего"
    if not schools:
        return f"Школ, для которых нужна дорожная карта, по итогам {book.header.year} учебного года нет"
    numbers = ", ".join(school.code for school in schools)
    return f"Результаты ВПР требуют перепроверки в {in_counted(len(schools), SCHOOL)}: №{NBSP}{numbers}"


def _lead(book: Book, schools: list[SchoolView]) -> str:
    if schools:
        return "Признак — основание для перепроверки, а не вывод. Мероприятия помогают школе с порядком проведения и оцениванием; выводов о людях в них нет."
    unknown = sum(group.name == FOUND for school in book.schools for group in school.open)
    opened = f" Не определено у {counted(unknown, SCHOOL) if unknown % 10 != 1 else f'{unknown} школы'}: не хватает сведений." if unknown else ""
    return f"Документ составлен, чтобы это было видно: список проверен и пуст.{opened} Признак — основание для перепроверки, а не вывод."


def _approver(book: Book) -> str:
    roles = book.rules.roles
    return roles[_APPROVER].title if _APPROVER in roles else book.header.district


def _grounds(book: Book) -> Iterable[str]:
    """The documents the roadmap stands on: the checklist's line, the regulations of the categories, this run."""
    clauses = [book.rules.categories[name].clause for name in (FOUND,) if name in book.rules.categories]
    yield from (full_stop(clause) for clause in clauses if clause)
    yield f"Расчёт {book.header.run} по данным на {book.header.day}: признаки, пороги и строки файлов — на страницах школ."


def _facts(book: Book, schools: list[SchoolView]) -> Iterable[tuple[str, str]]:
    """How many schools were tested and how many wrong entries to expect: a list without this is read as a proof."""
    verdict = book.objectivity.verdict
    yield "В дорожной карте", f"{counted(len(schools), SCHOOL)}."
    internal = sum(group.name == ATTENTION for school in book.schools for group in school.in_force)
    if ATTENTION in book.program.plans:
        yield "Ещё требуют внимания", f"{counted(internal, SCHOOL)}; поимённо известны только самим школам и аналитику, мероприятия у них свои." if internal else "таких школ нет."
    if verdict is None:
        yield "Проверено", "ни одной школы: работ ВПР в данных нет."
        return
    decision = verdict.decision
    unsure = sum(state is State.NOT_ENOUGH for state in verdict.states)
    yield "Проверено", f"{counted(decision.tested, SCHOOL)}; данных не хватило — {unsure}."
    yield "Доля ошибочных", (f"среди школ, которые отметила статистика ({int(decision.attention.sum())}), ожидается не выше {number(100 * decision.q)} %: "
                             f"ошибочных записей — {number(decision.expected_false)}. Это свойство списка, а не школы.")
    otherwise = sum(not decision.attention[school.row] for school in schools)
    if otherwise:
        yield "Другие основания", f"{counted(otherwise, SCHOOL)} в дорожной карте по другим критериям: для них доля ошибочных записей не оценена."
    yield "Сравнение", verdict.note


# ---------------------------------------------------------------- steps


def _steps(book: Book, schools: list[SchoolView]) -> list[tuple[str, Step]]:
    """Merge the measures of the schools, by the day they begin or end in the academic year -> (name of the measure, step)."""
    called = {plan.name: [(school, view) for school in schools for view in school.measures if view.name == plan.name] for plan in book.objectivity.measures}
    plans = sorted((plan for plan in book.objectivity.measures if called[plan.name]), key=lambda plan: _when(book, plan))
    return [(plan.name, _step(str(place), _why(book, plan, schools), called[plan.name], len(schools))) for place, plan in enumerate(plans, start=1)]


def _why(book: Book, plan: MeasurePlan, schools: list[SchoolView]) -> str:
    """Name what calls for a measure, of what this roadmap is about: another ground of the same measure belongs elsewhere."""
    reasons = dict.fromkeys(name for school in schools for name in book.roadmap.why(plan, school.row))
    return joined(book.measures.reason(name) for name in reasons if name in book.objectivity.names and name not in book.internal)


def _when(book: Book, plan: MeasurePlan) -> tuple[int, int]:
    """The first day of a measure, then its last one; without a date it stands last."""
    found = book.roadmap.dates(plan.name)
    if isinstance(found, Undated):
        return date.max.toordinal(), date.max.toordinal()
    return (found[0].first or found[0].due).toordinal(), found[-1].due.toordinal()


def _step(place: str, why: str, called: Sequence[tuple[SchoolView, MeasureView]], total: int) -> Step:
    view = called[0][1]
    schools = "все школы приложения" if len(called) == total else f"№{NBSP}{', '.join(school.code for school, _ in called)}"
    return Step(place, view.title, capital(why), schools, view.due_full, view.responsible_full + (f"; участвуют: {view.participants}" if view.participants else ""),
                capital(view.document), view.effect)


# ---------------------------------------------------------------- annexes


def _annex(book: Book, school: SchoolView, steps: list[tuple[str, Step]]) -> Annex:
    grounds = tuple(ground.text(3) for group in school.in_force if group.name == FOUND for ground in group.grounds)
    own = {measure.name for measure in school.measures}
    return Annex(school.label, school.name, school.link, book.signs_link(school), grounds, _effect(book, school.row), tuple(map(_recheck, book.objectivity.rechecks(school.row))),
                 ", ".join(step.number for name, step in steps if name in own))


def _effect(book: Book, row: int) -> str:
    lift = book.objectivity.lift
    if lift is None or not np.isfinite(lift.extra[row]):
        return "не измерено"
    low, high = number(round(float(lift.low[row]))), number(round(float(lift.high[row])))
    return f"{signed(round(float(lift.extra[row])))} работ ровно на границах отметок к ожидаемому (95-процентный интервал — от {low} до {high})"


def _recheck(item: Recheck) -> str:
    counts = f"перепроверено {number(item.checked)}, изменено {number(item.changed)}" if item.checked is not None and item.changed is not None else "перепроверка"
    reply = "ответ школы — на странице признаков" if item.reply else "ответа школы пока нет"
    return f"{item.subject}, {item.grade} класс: {counts}; {item.outcome or 'исход не записан'}; {reply}"


# ---------------------------------------------------------------- the workbook


def _sheets(book: Book, page: Roadmap) -> tuple[Sheet, ...]:
    columns = (Column("№", 6), Column("Мероприятие", 46), Column("Повод", 26), Column("Школы", 22), Column("Срок", 26), Column("Ответственный", 34), Column("Результат, документ", 30),
               Column("Показатель контроля", 40), Column("Отметка о выполнении", 20))
    rows: list[Sequence[Any]] = [[int(step.number), step.title, step.why, step.schools, step.due, step.responsible, step.document, step.control, ""] for step in page.steps]
    annex_columns = (Column("Школа"), Column("Название", 26), Column("Основания", 70), Column("Измерено", 44), Column("Перепроверки", 50), Column("Мероприятия", 18), Column("Ознакомлен, дата", 20))
    annexes: list[Sequence[Any]] = [[item.label.removeprefix(f"№{NBSP}").removeprefix("№ "), item.name, " ".join(item.grounds), item.effect, "; ".join(item.rechecks), item.steps, ""]
                                    for item in page.annexes]
    about: list[Sequence[Any]] = [["вывод", page.conclusion], *(["основание", text] for text in page.grounds), *([name.lower(), text] for name, text in page.facts),
                                  ["утверждает", f"{page.approver}; до подписи — проект"]]
    return (sheet_of(book, "Дорожная карта", columns, rows or [[None, page.conclusion, *[""] * 7]]), sheet_of(book, "Школы", annex_columns, annexes),
            sheet_of(book, "О документе", (Column("Что", 22), Column("Текст", 110)), about))


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the document and its workbook. Errors: OSError, CarelessPhraseError."""
    book = out.book
    page = make_roadmap(book)
    return [*out.page("objectivity_roadmap", page, "objectivity_roadmap", TITLE),
            *out.workbook(TITLE, _sheets(book, page), "objectivity_roadmap")]
