"""«Информационная справка по проекту „Школа – школе“»: ground, sources, completeness, groups, pairs factor by factor, subjects, limits, recommendations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine import tree as t
from engine.program import IndicatorPlan, MeasurePlan
from engine.truth import Truth
from reports.book import Book
from reports.mentoring import Project, project_view
from reports.outlet import Outlet
from reports.pairs import Pairs
from reports.russian import SCHOOL, capital, counted, joined, lowered, quantity_words
from reports.status import CHECK_MET, CHECK_NOT_MET, CHECK_OPEN, Status


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject of one pair: what the school and its mentor show, and whether the mentor can help."""

    pair: str
    subject: str
    here: str
    there: str
    status: Status


@dataclass(frozen=True, slots=True)
class Step:
    when: str
    what: str
    who: str
    document: str


@dataclass(frozen=True, slots=True)
class Note:
    project: Project
    lead: str
    sources: tuple[tuple[str, str], ...]     # table, files
    gaps: tuple[tuple[str, str, str], ...]   # school, link, what is absent
    measured: str
    weights: tuple[tuple[str, str, str], ...]
    rules: tuple[str, ...]
    subjects: tuple[SubjectLine, ...]
    subjects_about: str
    unchecked: tuple[str, ...]
    steps: tuple[Step, ...]
    advice: tuple[str, ...]


def make_note(book: Book, pairs: Pairs) -> Note:
    """Choose what the note says."""
    project = project_view(book, pairs)
    return Note(project, _lead(pairs), tuple(_sources(book, pairs)), tuple(_gaps(book, pairs)), _measured(pairs), pairs.weights(), pairs.rules(),
                tuple(_subjects(book, pairs)), _about_subjects(book, pairs), tuple(_unchecked(pairs)), tuple(_steps(book, pairs)), tuple(_advice(pairs)))


def _lead(pairs: Pairs) -> str:
    project, waiting = pairs.project, _waiting(pairs)
    parts = [f"Группа внимания — {counted(len(project.mentees), SCHOOL)}, группа роста — {counted(len(project.mentors), SCHOOL)}"]
    parts += [f"ждём согласия: {joined(f'№ {code}' for code in waiting)}"] if waiting else []
    parts += [f"не определено: {joined(f'№ {code}' for code in project.open_mentees)}"] if project.open_mentees else []
    return "; ".join(parts) + "."


def _waiting(pairs: Pairs) -> list[str]:
    agreed = {answer.school for answer in pairs.project.answers if answer.word == "согласна"}
    named = dict.fromkeys(code for pair in pairs.assignment.pairs for code in (pair.mentee, pair.mentor))
    return sorted(code for code in named if code not in agreed)


# ---------------------------------------------------------------- sources and completeness


def _behind(book: Book, pairs: Pairs) -> set[str]:
    """Tables the groups, the conditions of likeness and the subjects rest on."""
    names = set(pairs.project.plan.uses)
    tables = set().union(*(book.gaps.tables_behind(name) for name in names)) | {name for name in names if name in book.rules.tables}
    answers = pairs.project.plan.block.answers
    return tables | ({answers} if answers else set()) | {book.rules.registry}


def _sources(book: Book, pairs: Pairs) -> Iterable[tuple[str, str]]:
    behind = _behind(book, pairs)
    for name in book.rules.tables:
        files = dict.fromkeys(sheet.file for sheet in book.run.tables.sources if sheet.table == name and sheet.header_row)
        if name in behind:
            yield book.wording.title(name), "; ".join(files) or "файла нет"


def _gaps(book: Book, pairs: Pairs) -> Iterable[tuple[str, str, str]]:
    """What schools of the groups, or those that may join them, did not supply."""
    project = pairs.project
    for code in dict.fromkeys((*project.mentees, *project.mentors, *project.open_mentees, *project.open_mentors)):
        school = book.school(code)
        absent = book.gaps.all_absent(school.row)
        doubt = "группа не определена: сведений мало" if code in (*project.open_mentees, *project.open_mentors) else ""
        words = "; ".join(part for part in (doubt, *absent) if part)
        if words:
            yield school.label, school.link, words


def _measured(pairs: Pairs) -> str:
    nothing = [pairs.titles[plan.name] for plan, scale in zip(pairs.project.plan.factors, pairs.project.similarity.scales, strict=True) if scale.count == 0]
    least = f"Пара сравнивается, если известно не меньше {pairs.project.plan.block.least_known:g} % веса условий."
    return least + (f" Нет сведений ни по одной школе: {joined(lowered(title) for title in nothing)}; сравнение шло без них." if nothing else "")


# ---------------------------------------------------------------- subjects


def _subjects(book: Book, pairs: Pairs) -> Iterable[SubjectLine]:
    status = {Truth.MET: CHECK_MET, Truth.UNKNOWN: CHECK_OPEN, Truth.NOT_MET: CHECK_NOT_MET}
    plans = {plan.name: plan for plan in pairs.project.plan.subjects}
    for pair in pairs.assignment.pairs:
        for name, strong in pair.subjects:
            plan = plans[name]
            yield SubjectLine(f"№ {pair.mentee} ← № {pair.mentor}", plan.title, _values(book, plan.weak, pair.mentee), _values(book, plan.strong, pair.mentor), status[strong])


def _values(book: Book, condition: t.Tree, school: str) -> str:
    """Say what the indicators of a condition are at a school."""
    row = book.school(school).row
    return "; ".join(quantity_words(book.explainer.indicator(name, row).value) for name in _compared(book, condition))


def _compared(book: Book, condition: t.Tree) -> list[str]:
    names = (node.name for node in t.walk(condition) if isinstance(node, t.Reference))
    return list(dict.fromkeys(name for name in names if isinstance(book.program.plans.get(name), IndicatorPlan)))


def _about_subjects(book: Book, pairs: Pairs) -> str:
    names = dict.fromkeys(name for plan in pairs.project.plan.subjects for tree in (plan.weak, plan.strong) for name in _compared(book, tree))
    return f"По показателям: {'; '.join(lowered(book.wording.title(name)) for name in names)}." if names else ""


# ---------------------------------------------------------------- limits and recommendations


def _unchecked(pairs: Pairs) -> Iterable[str]:
    limits, project = pairs.project.plan.block.limits, pairs.project
    if limits.travel is None:
        yield "Расстояние и время в пути между школами: таблицы путей нет или ограничение не задано."
    yield "Готовы ли команды работать вместе и есть ли у наставника время: это решает установочная встреча."
    yield "Почему результаты выросли: опыт наставника описывает он сам; снижение доли «2» говорит, что стоит его спросить."
    if not pairs.project.plan.subjects:
        yield "Предметы: раздела «предметы» в правилах нет."
    nothing = [pairs.titles[plan.name] for plan, scale in zip(project.plan.factors, project.similarity.scales, strict=True) if scale.count == 0]
    if nothing:
        yield f"Условия, сведений о которых нет: {joined(lowered(title) for title in nothing)}."
    if limits.consent != "обязательно":
        yield "Согласие школ: пары подобраны до него и без согласия не действуют."


def _steps(book: Book, pairs: Pairs) -> Iterable[Step]:
    """The dated measures meant for the two groups, by their last day."""
    groups = {pairs.project.plan.block.mentees, pairs.project.plan.block.mentors}
    plans = [plan for plan in book.program.of(MeasurePlan, book.program.school_level) if plan.audience is not None and groups & set(book.measures.groups_meant(plan))]
    for view in sorted((book.measures.view(plan) for plan in plans), key=lambda view: view.next_order[1]):
        yield Step(view.due_full, view.title, view.responsible_full, view.document)


def _advice(pairs: Pairs) -> Iterable[str]:
    waiting = _waiting(pairs)
    if waiting:
        yield f"До установочной встречи получить ответ: {joined(f'№ {code}' for code in waiting)}."
    for pair in pairs.pairs():
        need = f" начать с предметов, где нужна помощь: {pair.needs};" if pair.needs else ""
        yield f"№ {pair.mentee} и № {pair.mentor}:{need} {_beware(pair.alike)}."
    for item in pairs.alone():
        yield f"№ {item.mentee}: {item.why}. {capital(' '.join(item.relax))}".strip()
    if any(np.isnan(pair.distance) for pair in pairs.assignment.pairs):
        yield "У закреплённых пар без сравнения условий собрать недостающие сведения."


def _beware(alike: str) -> str:
    """A difference of conditions is what the mentor's experience may not carry over."""
    apart = alike.rpartition("больше всего различаются: ")[2]
    return f"учесть, что условия различаются: {apart}" if "больше всего различаются" in alike else "условия одинаковы по всем известным сведениям"


def is_made(book: Book) -> bool:
    """Tell whether there are pairs to speak of."""
    return book.pairs is not None


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    pairs = book.pairs
    return out.page("mentoring_note", make_note(book, pairs), "mentoring_note", "Информационная справка «Школа – школе»") if pairs is not None else []
