"""The findings of the yearly analysis: groups and criteria, the analysis of results, advice, measures, decisions, effectiveness. Detail is in the documents named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.documents import DOCUMENTS
from engine.roadmap.steps import Undated
from reports.book import Book
from reports.cycle import CycleStates
from reports.document import Grid, Section, head
from reports.internal import stated
from reports.made import file_of, is_made
from reports.mentoring import conclusion as pairs_conclusion
from reports.objectivity_figures import CATEGORY, Objectivity
from reports.pages.brief import ahead, changes, changes_title
from reports.pages.brief import conclusion as help_conclusion
from reports.pages.cyclogram import make_cyclogram
from reports.pages.objectivity_monitoring import effect_section
from reports.pages.vpr import completeness_section
from reports.pages.vpr_findings import category_words, journal_section, marks_section, objectivity_section, tasks_section, years_section
from reports.pages.vpr_words import by_chance, outcome, percent, size_words
from reports.roadmaps import STEP, quoted_title
from reports.russian import SCHOOL, capital, counted, joined, lowered, number, of_counted, to_counted
from reports.vpr_figures import Figures
from reports.yearly import HELPED, OTHERS, YearStep, movement, year_steps

DECISIONS, ADVICE = "управленческие решения", "адресные рекомендации"
_ORDERLY = "Порядок проведения и объективность"
_DIRECTIONS = (("Кадры", ("кадры",)), (_ORDERLY, ("сводка_баллов", "журнал", "акты_наблюдения", "перепроверки")), ("Полнота участия", ("контингент",)),
               ("Социальные условия", ("социальный_паспорт", "контекст")), ("Результаты процедур", ()))
_SHOWN = ("Результаты процедур", "Социальные условия", "Кадры", "Полнота участия", _ORDERLY)
_DRAFTS = ("lists_order", "roadmap_order", "mentoring_order", "objectivity_roadmap", "assistance_plan")
_NUMBERS, _CONFLICTS = 60, 5
_NAMES = {HELPED: "школы с помощью по решениям прошлого года", OTHERS: "остальные школы"}


# ---------------------------------------------------------------- monitoring


def monitoring_section(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    """Say how many schools are in each group, and by direction what put them there."""
    rows = tuple(_group_row(book, name) for name in (plan.name for plan in book.plans if not plan.block.rest))
    grid = Grid("Группы школ (предварительно)", head("группа", "#школ", "#не определено", "#по решениям прошлого года"), rows,
                "Группы для служебного пользования только считаются. Школа может входить в несколько групп. Школы поимённо — в краткой справке и в проекте приказа о списках.")
    points = (*_directions(book), f"Полнота участия и сведений: {lowered(completeness_section(book, figures).title)}.", *category_words(book, objectivity))
    return Section(f"Мониторинг показателей: {lowered(help_conclusion(book))}", (), (grid,), points=points, notes=("Исход каждого критерия по числу школ — в приложении 1.",))


def _group_row(book: Book, name: str) -> tuple[str, ...]:
    status = book.run.evaluation.status(name)
    held = int((book.decisions.history.held(name, 1) == 1).sum()) if book.decisions.known and name in book.help_names else None
    return book.wording.plural(name), number(int((status == 1).sum())), number(int((status == 0).sum())), "—" if held is None else number(held)


def _directions(book: Book) -> Iterator[str]:
    """Say by direction which criteria of the groups of help are met. A criterion belongs to the rarest kind of data it rests on; results come first."""
    signs = set(_stated_criteria(book, CATEGORY)) if CATEGORY in book.program.plans else set()
    left = [name for name in dict.fromkeys(name for group in book.help_names for name in _stated_criteria(book, group)) if name not in book.internal.criteria]
    said = {}
    for title, tables in _DIRECTIONS:
        mine = [name for name in left if not tables or set(tables) & book.gaps.tables_behind(name) or (title == _ORDERLY and name in signs)]
        left = [name for name in left if name not in mine]
        met = [f"{quoted_title(book.wording.title(name))} — {counted(count, SCHOOL)}" for name in mine if (count := criterion_counts(book, name)[0])]
        opened = int(np.logical_or.reduce([book.frame.columns[name] == 0 for name in mine]).sum()) if mine else 0
        if met or opened:
            said[title] = f"{title}: {'; '.join(met) if met else 'критерии не выполнены ни у одной школы'}{f'; хотя бы один критерий не определён у {of_counted(opened, SCHOOL)}' if opened else ''}."
    yield from (said[title] for title in _SHOWN if title in said)


def _stated_criteria(book: Book, group: str) -> list[str]:
    """Name the criteria that put schools into a group, those inside its criteria included; what stands under «не» is no ground."""
    def criteria(name: str) -> list[str]:
        names = stated(book.program.plans[name].when)
        return [plan.name for plan in book.criterion_plans if plan.name in names]
    return [found for name in criteria(group) for found in (*criteria(name), name)]


def criterion_counts(book: Book, name: str) -> tuple[int, int, int]:
    """Count the schools where a criterion is met, is not determined, and where it does not apply."""
    status, applies = book.frame.columns[name], book.frame.applies.get(name)
    outside = applies == -1 if applies is not None else status == 2
    return int(((status == 1) & ~outside).sum()), int(((status == 0) & ~outside).sum()), int(outside.sum())


def criteria_annex(book: Book) -> Section:
    """Count the outcome of every criterion that may be told of."""
    rows = tuple((book.wording.title(plan.name), *(number(count) for count in criterion_counts(book, plan.name)), joined(lowered(book.wording.title(table)) for table in sorted(book.gaps.tables_behind(plan.name))) or "реестр школ",
                  plan.block.clause or "не указано") for plan in book.criterion_plans if plan.name not in book.internal.criteria)
    note = f"Критерии, на которых стоят группы для служебного пользования (их {number(len(book.internal.criteria))}), не показаны." if book.internal.criteria else ""
    grid = Grid("Исходы критериев по числу школ", head("критерий", "#выполнен", "#не определён", "#не применяется", "на каких сведениях", "основание"), rows, note)
    return Section("Критерии: у скольких школ", (), (grid,))


# ---------------------------------------------------------------- analysis


def analysis_section(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    """Draw the findings of the other documents together, each with the document that has it whole."""
    cyclogram, year = make_cyclogram(book), book.header.year
    sentences = [section.title for section in (marks_section(figures, year), years_section(figures), tasks_section(figures), journal_section(figures))] if is_made(book, "vpr") else []
    points = [f"{text}{_see('vpr') if place == 0 else ''}." for place, text in enumerate(sentences)]
    if objectivity.tested is not None or objectivity.categories:
        points.append(f"{objectivity_section(book, figures, objectivity).title}{_see('objectivity_roadmap')}.")
    points += [f"{line.label}: {line.text}" for line in changes(book, _NUMBERS)]
    subjects = tuple((row.subjects, row.title, row.count, row.months) for row in cyclogram.by_subject)
    grids = (Grid("Дефициты по предметам и чем на них отвечают", head("предмет", "групповое мероприятие", "#школ приглашено", "когда"), subjects, f"Темы и задания — в циклограмме ({file_of('cyclogram')})."),) if subjects else ()
    alone = dict.fromkeys(item.subject for item in cyclogram.uncovered)
    missing = (f"Дефициты есть, а группового мероприятия нет: {joined(alone)}. Решите, нужно ли оно.",) if alone else ()
    about = joined(dict.fromkeys(row[0] for row in subjects))
    title = f"дефициты, общие для нескольких школ, найдены по предметам: {about}" if subjects else "общих для нескольких школ дефицитов по предметам в данных не нашлось"
    return Section(f"Анализ результатов мониторинга: {title}", (f"{changes_title(book)} — в последних пунктах.",), grids, points=tuple(points), missing=missing)


def _see(name: str) -> str:
    return f" (подробно — {file_of(name)})"


# ---------------------------------------------------------------- advice, measures, decisions


def advice_section(book: Book) -> Section:
    """Say which addressed advice was made: cards, mentors, risk profiles."""
    states, helped = CycleStates(book), [school for school in book.schools if school.main]
    points = [f"Карточки школ с основаниями, мерами и недостающими сведениями: {counted(len(book.schools), SCHOOL)} ({file_of('schools')})."]
    if book.rules.mentoring is not None:
        points.append(f"«Школа – школе»: {lowered(pairs_conclusion(book.pairs)) if book.pairs is not None else 'пары не подбирались'}. {states.consents().text} Документы: {file_of('mentoring_order')}, {file_of('mentoring_note')}.")
    if book.program.assistance is not None:
        points.append(f"«500+»: {lowered(states.profiles().text)} {states.answered().text} Документы: {file_of('risk_profile')}, {file_of('assistance_plan')}.")
    made = [book.measures.view(plan) for plan in book.measures.plans if plan.block.stage == ADVICE]
    points += [f"{view.title}: {view.due_full or 'день не назначен'} ({view.responsible})." for view in made]
    title = f"основания и меры расписаны по {to_counted(len(helped), SCHOOL)}" if helped else "школ с основаниями для помощи нет"
    return Section(f"Адресные рекомендации: {title}", points=tuple(points), notes=("Причины в рекомендациях — предположения для разговора со школой, а не выводы.",))


def measures_section(book: Book) -> Section:
    """Count the measures of the year by stage of the cycle, with the nearest date."""
    steps = book.roadmap.roadmap.steps
    stages: dict[str, list] = {}
    for plan in book.measures.plans:
        stages.setdefault(plan.block.stage or "этап не указан", []).append(plan)
    rows = tuple(_stage_row(book, stage, plans, steps) for stage, plans in stages.items())
    past = sum(step.due < book.run.day for step in steps)
    title = f"в дорожной карте на {book.roadmaps.year_words} учебный год {counted(len(steps), STEP)}; {f'срок прошёл у {number(past)}' if past else 'ни один срок ещё не прошёл'}"
    conflicts = book.roadmaps.conflicts()
    points = tuple(f"{conflict.kind}: {conflict.text} {conflict.advice}" for conflict in conflicts[:_CONFLICTS])
    more = (f"Всего противоречий — {number(len(conflicts))}, остальные — в дорожной карте.",) if len(conflicts) > _CONFLICTS else ()
    return Section(f"Меры, мероприятия: {title}", ("Прошедший срок говорит о дате, а не об исполнении: отметки ставят ответственные.",),
                   (*_next_grid(book), Grid("Меры по этапам цикла", head("этап", "#мер", "#шагов", "#срок прошёл", "ближайший срок"), rows, f"Каждый шаг — в дорожной карте ({file_of('roadmap')}); сроки всех мер — в приложении 4."),),
                   points=points, notes=more)


def _next_grid(book: Book) -> tuple[Grid, ...]:
    rows = tuple((line.label, capital(line.text)) for line in ahead(book))
    return (Grid("Ближайшие сроки района", head("когда", "что (кто отвечает)"), rows),) if rows else ()


def _stage_row(book: Book, stage: str, plans: list, steps: Iterable) -> tuple[str, ...]:
    names = {plan.name for plan in plans}
    mine = [step for step in steps if step.measure in names]
    coming = sorted((view for plan in plans if plan.name in {step.measure for step in mine} and not (view := book.measures.view(plan)).past), key=lambda view: view.next_order)
    return capital(stage), number(len(plans)), number(len(mine)), number(sum(step.due < book.run.day for step in mine)), f"{coming[0].nearest}: {lowered(coming[0].title)}" if coming else "—"


def measures_annex(book: Book) -> Section:
    """List every measure with its term of this year."""
    rows = tuple((view.title, capital(plan.block.stage or ""), view.due_full or "день не назначен", view.state, view.responsible_full, view.effect) for plan in book.measures.plans for view in (book.measures.view(plan),))
    return Section("Меры и сроки", (), (Grid("Меры по порядку правил", head("мера", "этап", "срок", "по календарю", "отвечает", "показатель эффекта"), rows),))


def decisions_section(book: Book) -> Section:
    """Say which decisions the district takes and which drafts are ready for them."""
    plans = [plan for plan in book.measures.plans if plan.block.stage == DECISIONS]
    views = [book.measures.view(plan) for plan in plans]
    rows = tuple((view.title, view.due_full or "день не назначен", view.state, view.responsible, view.document) for view in views)
    drafts = [name for name in _DRAFTS if is_made(book, name)]
    points = (f"Подготовлены: {'; '.join(f'{DOCUMENTS[name]} ({file_of(name)})' for name in drafts)}.",) if drafts else ()
    grids = (Grid("Решения и их сроки", head("решение", "срок", "по календарю", "кто решает", "документ"), rows),) if rows else ()
    missing = () if rows else ("В правилах нет мер этапа «управленческие решения»: решения и их сроки не названы.",)
    undated = sum(isinstance(book.roadmap.dates_of(plan), Undated) for plan in plans)
    about = f"; без дня — {number(undated)}" if undated else ""
    coming = sum(not view.past for view in views)
    return Section(f"Управленческие решения: предстоит принять — {number(coming)}; проектов документов подготовлено — {number(len(drafts))}{about}", (), grids, points=points, missing=missing)


# ---------------------------------------------------------------- effectiveness


def effectiveness_section(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    """The same rules a year ago: schools that were helped and the others, movement between groups; nothing smaller than chance is said."""
    steps, moved = year_steps(book), movement(book)
    texts = [_movement_words(book)] if moved is not None else []
    texts.append(_steps_words(steps, OTHERS))
    control = effect_section(book, figures, objectivity).title if is_made(book, "objectivity_monitoring") else ""
    if control:
        texts.append(f"Меры по объективности: {lowered(control)}{_see('objectivity_monitoring')}.")
    missing = [] if book.decisions.known else [f"Решений за {book.decisions.last_year} учебный год в данных нет: какие школы получали помощь, не известно, и сравнить их с остальными нельзя."]
    if not steps:
        missing.append("Сравнимых показателей за два года нет: прошлый год не сдан или ряд начат заново. Вернитесь к анализу через год.")
    notes = ("«Выросла» и «снизилась» — только больше случайного (интервал Ньюкома); сравнены одни и те же школы, но разные ученики. Школы не выбирались случайно, поэтому изменение не доказывает, что его вызвали меры: помощь назначали после низкого года, а за ним следующий чаще выше сам собой."
             " Ученики одной школы похожи, и настоящая неопределённость больше.",)
    seen = [step for step in steps if step.difference is not None and step.difference.differs]
    if steps:
        texts.append(f"Изменений больше случайного — {number(len(seen))} из {number(sum(step.difference is not None for step in steps))} сравнений; все сравнения — в приложении 2.")
    return Section(f"Анализ эффективности: {_steps_title(steps)}", tuple(texts), _steps_grids(seen, "Что изменилось больше случайного"), missing=tuple(missing), notes=(*notes, by_chance(sum(step.difference is not None for step in steps))) if steps else notes)


def _steps_title(steps: list[YearStep]) -> str:
    mine = [step for step in steps if step.group == HELPED and step.difference is not None]
    if not mine:
        return "сравнить прошлый и отчётный год у школ, которым помогали, не по чему"
    return f"в школах, которым помогали, доля ниже минимума {_tally(mine)}"


def _steps_words(steps: list[YearStep], group: str) -> str:
    mine = [step for step in steps if step.group == group and step.difference is not None]
    return f"В остальных школах доля ниже минимума {_tally(mine)}." if mine else "Остальных школ, сравнимых за два года, в данных нет."


def _tally(steps: list[YearStep]) -> str:
    down, up, total = sum(step.difference.is_lower for step in steps), sum(step.difference.is_higher for step in steps), len(steps)
    said = [f"{word} в {number(count)}" for word, count in (("снизилась", down), ("выросла", up)) if count]
    if not said:
        return f"не изменилась больше случайного ни в одном из сравнений ({number(total)})"
    return f"{', '.join(said)} из {number(total)} сравнений{'; в остальных не изменилась больше случайного' if down + up < total else ''}"


def steps_annex(book: Book) -> Section:
    """Give every comparison with last year, both groups of schools."""
    grids = _steps_grids(year_steps(book), "Доля участников ниже минимума: прошлый и отчётный год")
    return Section("Показатели год назад и теперь", (), grids, missing=() if grids else ("Сравнимых показателей за два года в данных нет.",))


def _steps_grids(steps: list[YearStep], caption: str) -> tuple[Grid, ...]:
    rows = tuple((step.key, _NAMES[step.group], number(step.schools), size_words(step.earlier), percent(step.earlier), size_words(step.later), percent(step.later),
                  outcome(step.later, step.difference, "выросла", "снизилась").replace("не отличается", "в пределах случайного")) for step in steps)
    return (Grid(caption, head("процедура", "группа школ", "#школ", "#n, прошлый год", "#прошлый год", "#n, отчётный год", "#отчётный год", "изменение"), rows),) if rows else ()


def _movement_words(book: Book) -> str:
    moved = movement(book)
    parts = [f"вошли в группы помощи — {number(moved.came)}", f"вышли — {number(moved.left)}", f"остались — {number(moved.stayed)}", *([f"пока не определены — {number(moved.unknown)}"] if moved.unknown else [])]
    uneven = "" if moved.came + moved.left == 0 else " Вошло больше, чем вышло; разница больше случайной (критерий знаков)." if moved.p < 0.05 and moved.came > moved.left else \
        " Вышло больше, чем вошло; разница больше случайной (критерий знаков)." if moved.p < 0.05 else " Разница между ними не больше случайной (критерий знаков)."
    return (f"По сравнению с решениями за {book.decisions.last_year} учебный год: {'; '.join(parts)}.{uneven} "
            "Решения принимали люди, а нынешние группы — расчёт до решения: часть разницы может быть от этого.")
