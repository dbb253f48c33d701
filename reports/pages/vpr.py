"""«Аналитическая справка по работе ВПР»: ground, sources, completeness, findings, what is not checked, careful conclusions, recommendations, annexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reports.book import Book
from reports.document import DRAFT, Document, Grid, Section, head, kinds_grid, numbered, sources_grid
from reports.intervals import LEAST, Difference, Share
from reports.objectivity_figures import Objectivity
from reports.outlet import Outlet
from reports.pages.vpr_findings import (
    found_tasks,
    is_common,
    journal_section,
    marks_section,
    objectivity_section,
    spikes_section,
    task_values,
    tasks_section,
    years_section,
)
from reports.pages.vpr_words import KINDS, work_words
from reports.russian import SCHOOL, academic_year, capital, counted, form, joined, number
from reports.sheets import Column, Sheet, sheet_of
from reports.vpr_figures import AGREED, BASIC_LEAST, DISTRICT, MARKS_TABLE, REGION, SAMPLE, TABLES, Figures, Supply, Task

NAME = "Аналитическая справка по работе ВПР"
_REQUEST = "Справка подготовлена по запросу отдела образования администрации района (чек-лист управленческого цикла «Объективность оценки качества подготовки обучающихся»)"


def make_vpr(book: Book) -> Document:
    """Put the document together."""
    figures = Figures(book.run)
    objectivity, year = Objectivity(book.run, figures), book.header.year
    findings = (marks_section(figures, year), years_section(figures), tasks_section(figures), journal_section(figures),
                objectivity_section(book, figures, objectivity), spikes_section(figures, objectivity))
    sections = (ground_section(book, _REQUEST), sources_section(book, figures, TABLES), completeness_section(book, figures), *findings,
                _not_checked(findings), _conclusions(findings), _recommendations(figures, objectivity, findings))
    annexes = (task_values(figures), _task_annex(figures), annex_of_sources(book, figures, TABLES))
    return Document(book.header, NAME, findings[0].title, _lead(findings), numbered(sections), numbered(annexes, "Приложение "), DRAFT, "vpr.xlsx")


def _lead(findings: tuple[Section, ...]) -> str:
    return f"{findings[2].title}. {findings[4].title}."


# ---------------------------------------------------------------- ground, sources, completeness


def ground_section(book: Book, request: str) -> Section:
    """Say on what ground and what for."""
    header = book.header
    regulation = f" Правила расчёта: {header.regulation}. {header.regulation_note}".rstrip() if header.regulation else ""
    return Section("Основание и назначение", (f"{request}.{regulation}",
                   "Справка нужна для методической помощи и порядка проведения работ. Результаты ВПР не используются для оценки деятельности школ и педагогов "
                   "(порядок проведения ВПР; разъяснения Рособрнадзора), школы в ней не сравниваются между собой."))


def sources_section(book: Book, figures: Figures, tables: tuple[str, ...]) -> Section:
    """Say which period and which sources; dates of export are in no file."""
    known = figures.sheets(tables)
    files = len({item.file for item in known})
    title = f"Отчётный год — {book.header.year}; числа взяты из файлов: {number(files)}" if known else f"Отчётный год — {book.header.year}; ни одного файла с нужными сведениями нет"
    return Section(title, (f"Данные на {book.header.day}, расчёт {book.header.run}. Даты скачивания в файлах нет: её вписывает тот, кто выгружал. Все файлы и листы — в приложении «Источники».",),
                   (kinds_grid(book, figures, tables),))


def annex_of_sources(book: Book, figures: Figures, tables: tuple[str, ...]) -> Section:
    """List the sheets behind every table."""
    grid = sources_grid(book, figures, tables)
    return Section("Источники", (), (grid,)) if grid.rows else Section("Источники", missing=("Ни одного листа с нужными сведениями не прочитано.",))


def completeness_section(book: Book, figures: Figures) -> Section:
    """Say who handed in what of the report year."""
    supplies = figures.supplies()
    marks = next((item for item in supplies if item.table == MARKS_TABLE), None)
    title = _complete_title(marks, book.header.year)
    rows = tuple((book.wording.title(item.table), number(item.given), number(item.expected), _codes(item.absent), _codes(item.partly)) for item in supplies)
    grid = Grid("Кто какие сведения отчётного года сдал", head("сведения", "#сдали школ", "#ждали школ", "не сдали", "сдали не всё"), rows)
    absent = [(item.table, [kind for kind in (SAMPLE, REGION, DISTRICT) if kind not in item.kinds]) for item in figures.group_rows()]
    missing = tuple(f"«{book.wording.title(table)}»: нет строк — {joined(KINDS[kind] for kind in kinds)}." for table, kinds in absent if kinds)
    return Section(title, (), (grid,) if rows else (), missing=missing if rows else (*missing, "Сведений школ о ВПР в данных нет: запросите выгрузки ФИС ОКО."))


def _complete_title(marks: Supply | None, year: str) -> str:
    if marks is None or not marks.given:
        return f"Отметок ВПР за {year} год не сдала ни одна школа"
    if not marks.absent:
        return f"Отметки ВПР за {year} год есть по всем школам, от которых их ждали: {counted(marks.given, SCHOOL)}"
    gave = "сдала" if form(marks.given, SCHOOL) == SCHOOL.one else "сдали"
    return f"Отметки ВПР за {year} год {gave} {counted(marks.given, SCHOOL)} из {number(marks.expected)}; нет сведений {_codes(marks.absent)}"


def _codes(codes: tuple[str, ...]) -> str:
    return f"№\u00a0{', '.join(codes)}" if codes else ""


# ---------------------------------------------------------------- what is not checked, conclusions, recommendations


def _not_checked(findings: tuple[Section, ...]) -> Section:
    points = [f"Группы меньше {LEAST} работ: по ним не показано ничего.",
              "Социальные условия: район сравнен с регионом как есть, без поправки на состав учеников.",
              "Порядок проведения и проверки работ: о нём говорят акты наблюдения и перепроверки, они — в справке о мерах по объективности.",
              "Учителя и отдельные классы: таких сведений в расчёте нет и быть не может.",
              "Содержание заданий: известны номер, максимум и уровень, проверяемое умение — по описанию работы."]
    points += [f"Не сделано из-за нехватки сведений: {section.title[0].lower()}{section.title[1:]}." for section in findings if section.missing and not section.grids and not section.points]
    return Section("Что не проверено", points=tuple(points))


def _conclusions(findings: tuple[Section, ...]) -> Section:
    points = tuple(f"{section.title}." for section in findings)
    return Section("Выводы (предварительные)", ("Выводы повторяют найденное и не сильнее него; причин данные не называют.",), points=points)


def _recommendations(figures: Figures, objectivity: Objectivity, findings: tuple[Section, ...]) -> Section:
    points = (*_advice_on_results(figures), *_advice_on_objectivity(objectivity))
    if any(section.missing for section in findings):
        points = (*points, "ИМЦ: дополучить сведения, названные в разделах выше, и повторить расчёт: до этого соответствующие выводы открыты.")
    return Section("Рекомендации", points=points or ("По найденному отдельных мер не требуется; обычная работа с результатами продолжается, выводы проверить через год.",), notes=("Ответственных и сроки назначает отдел образования.",))


def _advice_on_results(figures: Figures) -> Iterator[str]:
    common = [task for task in found_tasks(figures) if is_common(task)]
    if common:
        yield f"РМО района: взять темами занятий задания, которые не даются больше чем половине школ: {_by_work(common)}. Проверяемые умения уточнить по описаниям работ."
    local = [task for task in found_tasks(figures) if task.schools and not is_common(task)]
    if local:
        yield f"ИМЦ: провести адресные консультации по заданиям из приложения для методистов (заданий — {number(len(local))}); школы выбрать по приложению, без сравнения между собой."
    if any(item.difference is not None and item.difference.is_higher for item in figures.compared(REGION, "two")):
        yield "Там, где доля «2» выше региональной, сначала посмотреть состав учеников и полноту участия, затем — задания, которые не получаются."
    if any(item.difference is not None and (item.difference.is_lower if item.name == AGREED else item.difference.is_higher) for item in figures.journal()):
        yield "Школам: сверить критерии текущих отметок и отметок за работу там, где они расходятся чаще, чем в регионе; ИМЦ — включить тему в семинар по оцениванию."


def _advice_on_objectivity(objectivity: Objectivity) -> Iterator[str]:
    if any(item.in_force for item in objectivity.categories):
        yield "Отделу образования: до решений о признаках дать школе увидеть свою карточку и ответить; затем — перепроверка части работ."
    if any(item.named for item in objectivity.distributions(REGION)):
        yield "Отделу образования: передать вывод о скоплениях на границах отметок региональному оператору."


def _by_work(tasks: list[Task]) -> str:
    found: dict[str, list[str]] = {}
    for task in tasks:
        found.setdefault(work_words(task.work), []).append(task.name)
    return "; ".join(f"{work} — № {', '.join(names)}" for work, names in found.items())


def _task_annex(figures: Figures) -> Section:
    rows = tuple((work_words(task.work), task.name, number(task.schools), ", ".join(task.below) if task.is_below else "", ", ".join(task.insufficient) if task.is_insufficient else "")
                 for task in found_tasks(figures) if task.schools)
    if not rows:
        return Section("Для методистов: задания и школы", missing=("Заданий, о которых сказано в справке, по школам не найдено или сведений по школам нет.",))
    grid = Grid("Номера школ, которым нужна консультация по заданию; порядок — по номерам школ", head("работа", "задание", "#школ с работой", "ниже региона", f"меньше {number(BASIC_LEAST)} %"), rows,
                f"Школа названа, если работу писали не меньше {LEAST} учеников и её результат ниже региона больше чем на ошибку или, для базового задания, меньше {number(BASIC_LEAST)} %. Значения не приводятся: список — для помощи.")
    return Section("Для методистов: задания и школы", (), (grid,))


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book, figures: Figures, objectivity: Objectivity) -> tuple[Sheet, ...]:
    """Make the sheets: the same figures, unrounded."""
    return (_marks_sheet(book, figures), _tasks_sheet(book, figures), _journal_sheet(book, figures), _completeness_sheet(book, figures), _spikes_sheet(book, objectivity),
            sources_sheet(book, figures, TABLES))


_SHARE = (Column("n района", 10, 0), Column("Район, %", 10, 2), Column("Интервал от", 10, 2), Column("Интервал до", 10, 2))
_GAP = (Column("Разность, п. п.", 11, 2), Column("Разность от", 10, 2), Column("Разность до", 10, 2), Column("Отличается", 14))


def _share(share: Share | None) -> list[Any]:
    return [share.n, share.percent, share.low, share.high] if share is not None else [f"меньше {LEAST}", None, None, None]


def _gap(gap: Difference | None) -> list[Any]:
    if gap is None:
        return [None, None, None, "сравнить не с чем"]
    return [gap.points, gap.low, gap.high, "выше" if gap.is_higher else "ниже" if gap.is_lower else "не отличается"]


def _marks_sheet(book: Book, figures: Figures) -> Sheet:
    columns = (Column("Класс", 8, 0), Column("Предмет", 20), Column("Доля", 16), Column("С чем сравнено", 24), *_SHARE, Column("n группы", 11, 0), Column("Группа, %", 10, 2), *_GAP, Column("Откуда район", 24))
    rows: list[list[Any]] = []
    for share, title in (("two", "«2»"), ("good", "«4» и «5»")):
        for kind in (REGION, SAMPLE):
            rows += [[item.work.grade, item.work.subject, title, f"остальные работы: {KINDS[kind]}", *_share(item.district), item.other.n if item.other else None, item.other.percent if item.other else None,
                      *_gap(item.difference), _origin(item.own)] for item in figures.compared(kind, share)]
        rows += [[item.work.grade, item.work.subject, title, f"район, {academic_year(item.before)}", *_share(item.later), item.earlier.n, item.earlier.percent, *_gap(item.difference), ""] for item in figures.steps(share)]
    return sheet_of(book, "Отметки", columns, rows, fixed=2)


def _origin(own: bool) -> str:
    return "сложено из строк школ" if own else "строка муниципалитета"


def _tasks_sheet(book: Book, figures: Figures) -> Sheet:
    columns = (Column("Класс", 8, 0), Column("Предмет", 20), Column("Задание", 10), Column("Уровень", 9), *_SHARE, Column("n региона", 11, 0), Column("Регион, %", 10, 2), *_GAP,
               Column(f"Базовое и меньше {number(BASIC_LEAST)} %", 14), Column("Школ с работой", 10, 0), Column("Школ ниже региона", 10, 0), Column(f"Школ меньше {number(BASIC_LEAST)} %", 10, 0), Column("Откуда район", 24))
    rows = [[task.work.grade, task.work.subject, task.name, task.level, *_share(task.district), task.region.n if task.region else None, task.region.percent if task.region else None, *_gap(task.difference),
             "да" if task.is_insufficient else "", task.schools, len(task.below), len(task.insufficient), _origin(task.own)] for task in figures.tasks]
    return sheet_of(book, "Задания", columns, rows, fixed=3)


def _journal_sheet(book: Book, figures: Figures) -> Sheet:
    columns = (Column("Класс", 8, 0), Column("Предмет", 20), Column("Исход", 16), *_SHARE, Column("n региона", 11, 0), Column("Регион, %", 10, 2), *_GAP, Column("Откуда район", 24))
    rows = [[item.work.grade, item.work.subject, item.name, *_share(item.district), item.region.n if item.region else None, item.region.percent if item.region else None, *_gap(item.difference), _origin(item.own)]
            for item in figures.journal()]
    return sheet_of(book, "Журнал", columns, rows, fixed=3)


def _completeness_sheet(book: Book, figures: Figures) -> Sheet:
    columns = (Column("Сведения", 44), Column("Сдали школ", 10, 0), Column("Ждали школ", 10, 0), Column("Не сдали", 50), Column("Сдали не всё", 50))
    return sheet_of(book, "Полнота", columns, [[book.wording.title(item.table), item.given, item.expected, ", ".join(item.absent), ", ".join(item.partly)] for item in figures.supplies()])


def _spikes_sheet(book: Book, objectivity: Objectivity) -> Sheet:
    columns = (Column("Группа", 16), Column("Класс", 8, 0), Column("Предмет", 20), Column("n", 10, 0), Column("Границы, где скопление", 30))
    rows = [[capital(KINDS[kind]), item.work.grade, item.work.subject, item.n, ", ".join(f"«{mark}»" for mark, _ in item.named) or "нет"] for kind in (REGION, DISTRICT) for item in objectivity.distributions(kind)]
    return sheet_of(book, "Границы отметок", columns, rows)


def sources_sheet(book: Book, figures: Figures, tables: tuple[str, ...]) -> Sheet:
    """List the sheets behind the figures of a document."""
    columns = (Column("Сведения", 50), Column("Файл", 44), Column("Лист", 34), Column("Строк", 9, 0))
    return sheet_of(book, "Источники", columns, [[book.wording.title(item.table), item.file, item.sheet, item.rows] for item in figures.sheets(tables)])


def is_made(book: Book) -> bool:
    """Tell whether the rules know results of ВПР."""
    figures = Figures(book.run)
    return figures.has(MARKS_TABLE) and any(figures.has(table) for table in TABLES[1:])


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report; nothing where the rules know no results of ВПР. Errors: OSError, CarelessPhraseError."""
    book = out.book
    if not is_made(book):
        return []
    figures = Figures(book.run)
    return [*out.page("vpr", make_vpr(book), "vpr", NAME),
            *out.workbook(NAME, make_sheets(book, figures, Objectivity(book.run, figures)), "vpr")]
