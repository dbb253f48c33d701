"""The sheets of the district's workbook: schools, grounds down to cells, measures, what is undetermined, sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.explanation import Quantity
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan
from engine.truth import Truth
from reports.book import Book
from reports.compared import borders, key_indicators
from reports.russian import value_words
from reports.sheets import Column, Sheet, sheet_of
from reports.view import MeasureView, SchoolView, SourceLine


def make_sheets(book: Book) -> tuple[Sheet, ...]:
    """Make the sheets in their order."""
    return _schools(book), _grounds(book), _measures(book), _undetermined(book), _sources(book), *_analyst(book)


# ---------------------------------------------------------------- schools


def _schools(book: Book) -> Sheet:
    indicators = key_indicators(book)
    columns = [Column("Школа"), Column("Название", 26), Column("Группы (предварительно)", 30), Column("Возможные группы", 30),
               *(Column(book.wording.short(plan.name), 18) for plan in _named_plans(book))]
    for plan in indicators:
        unit = f", {plan.block.unit}" if plan.block.unit else ""
        columns.append(Column(f"{book.wording.title(plan.name)}{unit}", 18, plan.block.decimals))
        if _has_size(book, plan):
            columns.append(Column("n", 9, 0))
    return sheet_of(book, "Школы", columns, [_school(book, school, indicators) for school in book.schools], fixed=2)


def named_groups(book: Book, school: SchoolView) -> list[str]:
    """Name the groups of a school for leadership. Where a category is for service use, «all clear» is not named either: its absence would tell."""
    silent = {*book.rest_names, *([book.clear.name] if book.internal and book.clear is not None else [])}
    return [group.short for group in school.named if group.name not in silent]


def _named_plans(book: Book) -> list[CategoryPlan]:
    return [plan for plan in book.plans if not plan.block.internal and not (book.internal and plan is book.clear)]


def _school(book: Book, school: SchoolView, indicators: list[IndicatorPlan]) -> list[Any]:
    missing, shown = school.missing_named, {plan.name for plan in _named_plans(book)}
    row: list[Any] = [school.code, school.name, ", ".join(named_groups(book, school)), ", ".join(missing.possible) if missing else "",
                      *(group.status.word for group in school.groups if group.name in shown)]
    for plan in indicators:
        value = book.explainer.indicator(plan.name, school.row).value
        row.append(_amount(value, borders(book, plan.name)))
        if _has_size(book, plan):
            row.append(value.size)
    return row


def _has_size(book: Book, plan: IndicatorPlan) -> bool:
    return plan.name in book.frame.sizes


def _amount(value: Quantity, beside: tuple[float, ...]) -> Any:
    """A number where it is exact; bounds, or why there is none, in words."""
    return value.low if value.is_exact else value_words(Quantity(value.low, value.high, None, None, value.reason, value.decimals), beside)


# ---------------------------------------------------------------- grounds


_GROUND_COLUMNS = (Column("Школа"), Column("Группа", 24), Column("Критерий", 44), Column("Статус", 14), Column("Показатель", 44), Column("Значение", 24), Column("Число", 12, 4),
                   Column("n", 9, 0), Column("Условие", 22), Column("Порог", 10, 4), Column("Основание", 44), Column("Файл", 30), Column("Лист", 16), Column("Ячейка", 10),
                   Column("Строка", 40), Column("Значение строки", 22), Column("Учтена", 10), Column("В ячейках", 60))


def _grounds(book: Book) -> Sheet:
    """Every criterion that is met or not determined, its comparisons, and the rows of files behind each; what is for service use stands on a sheet of its own."""
    rows = [row for school in book.schools for plan in _not_failed(book, school) if plan.name not in book.internal for row in _ground(book, school, plan, False)]
    return sheet_of(book, "Основания", _GROUND_COLUMNS, rows)


def _analyst(book: Book) -> Iterable[Sheet]:
    """What leadership's sheets leave out: grounds and measures of the categories for service use."""
    if book.internal:
        rows = [row for school in book.schools for plan in _not_failed(book, school) for row in _ground(book, school, plan, True)]
        yield sheet_of(book, "Для аналитика", _GROUND_COLUMNS, rows)
        measures = [_measure(school.code, item, item.why) for school in book.schools for item in school.measures if item.why != item.why_named]
        yield sheet_of(book, "Для аналитика, меры", _MEASURE_COLUMNS, measures)


def _not_failed(book: Book, school: SchoolView) -> Iterable[CriterionPlan]:
    return (plan for plan in book.criterion_plans if book.explainer.status(plan.name, school.row) is not Truth.NOT_MET)


def _ground(book: Book, school: SchoolView, plan: CriterionPlan, internal: bool) -> Iterable[list[Any]]:
    """Rows of one criterion; `internal`: only the comparisons for service use, or only the others."""
    view = book.criteria.view(plan.name, school.row)
    groups = ", ".join(group.short for group in school.groups if any(ground.criterion == plan.name for ground in group.grounds))
    for fact in view.facts:
        if internal != (plan.name in book.internal or fact.name in book.internal.indicators):
            continue
        start = [school.code, groups, view.title, view.status.word, fact.title, fact.value, fact.amount, fact.size_amount, fact.border, fact.border_amount, view.clause]
        lines = [line for block in view.sources if block.root == fact.name for line in block.lines]
        for line in lines or [None]:
            yield [*start, *_source(line)]
    if not view.facts and internal == (plan.name in book.internal):
        yield [school.code, groups, view.title, view.status.word, "", view.sentence, None, None, "", None, view.clause, *_source(None)]


def _source(line: SourceLine | None) -> list[Any]:
    if line is None:
        return [""] * 7
    return [line.file or line.place, line.sheet, line.cell, line.key, line.value or line.note, "да" if line.counted else "", line.cells]


# ---------------------------------------------------------------- measures


def _measures(book: Book) -> Sheet:
    rows: list[Sequence[Any]] = [_measure("все школы", item, item.why) for item in book.measures.for_everyone()]
    rows += [_measure(school.code, item, item.why_named) for school in book.schools for item in school.named_measures]
    return sheet_of(book, "Меры", _MEASURE_COLUMNS, rows)


_MEASURE_COLUMNS = (Column("Школа"), Column("Мера", 50), Column("Срок", 26), Column("Состояние", 14), Column("Ответственный", 34), Column("Участвуют", 20), Column("Документ", 34),
                    Column("Показатель эффекта", 44), Column("Почему", 34), Column("Основание", 44))


def _measure(whom: str, item: MeasureView, why: str) -> list[Any]:
    return [whom, item.title, item.due_full, item.state, item.responsible_full, item.participants, item.document, item.effect, why, item.clause]


# ---------------------------------------------------------------- what is undetermined, sources


def _undetermined(book: Book) -> Sheet:
    columns = (Column("Школа"), Column("Название", 26), Column("Возможные группы", 34), Column("Не получено", 50), Column("Что не определено", 70), Column("Что решит", 50))
    rows = [[school.code, school.name, ", ".join(missing.possible), "; ".join(missing.absent), " ".join(missing.why), missing.settle]
            for school in book.schools if (missing := school.missing_named) is not None]
    return sheet_of(book, "Не определено", columns, rows)


def _sources(book: Book) -> Sheet:
    columns = (Column("Что", 16), Column("Файл", 40), Column("Лист", 18), Column("Таблица", 40), Column("Строк", 9, 0), Column("Примечание", 90))
    tables, run = book.run.tables, book.run
    rows: list[Sequence[Any]] = [
        ["расчёт", f"№ {run.number}", "", f"отчётный год {book.header.year}", None, f"Отпечаток правил и данных: {run.fingerprint}"],
        ["документ", "", "", book.header.regulation, None, book.header.regulation_note]]
    rows += [["предупреждение", "", "", "", None, text] for text in book.header.warnings]
    rows += [["прочитано", sheet.file, sheet.sheet, book.wording.title(sheet.table), sheet.rows,
              "; ".join(f"столбец «{name}»: {reason}" for name, reason in sheet.left_out)] for sheet in tables.sources]
    rows += [["не прочитано", file, "", "", None, reason] for file, reason in tables.files_left]
    rows += [["замечание", str(problem.place), "", problem.code, None, f"{problem.message} {problem.hint}".strip()] for problem in run.problems]
    return sheet_of(book, "Источники", columns, rows)
