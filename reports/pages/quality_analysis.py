"""«Анализ системы оценки качества подготовки обучающихся и системы работы со школами …»: the nine components of the management cycle, filled from one run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.documents import DOCUMENTS
from engine.program import IndicatorPlan
from reports.book import Book
from reports.cycle import CycleStates
from reports.document import UNKNOWN_DATE, Document, Grid, Section, head, numbered
from reports.made import file_of
from reports.made import is_made as made_of
from reports.objectivity_figures import Objectivity
from reports.outlet import Outlet
from reports.pages.brief import conclusion
from reports.pages.quality_findings import (
    advice_section,
    analysis_section,
    criteria_annex,
    decisions_section,
    effectiveness_section,
    measures_annex,
    measures_section,
    monitoring_section,
    steps_annex,
)
from reports.pages.vpr import ground_section
from reports.russian import CRITERION, FILE, INDICATOR, SCHOOL, Noun, academic_year, capital, counted, full_stop, number, short_date
from reports.sheets import Column, Sheet, sheet_of
from reports.supplied import absent_in, files_of, sheets_of
from reports.vpr_figures import Figures

NAME = ("Анализ системы оценки качества подготовки обучающихся и системы работы со школами с низкими результатами обучения и/или школами, "
        "функционирующими в неблагоприятных социальных условиях")
_REQUEST = "Анализ подготовлен по запросу отдела образования администрации района (чек-лист управленческого цикла, раздел «Адресная поддержка школ с низкими образовательными результатами»)"
_DRAFT = ("Проект анализа: числа и выводы подготовлены расчётом по правилам района, выводы предварительные. Проверяет, дополняет и подписывает ответственный сотрудник; "
          "до подписи анализ не рассылается.")
_DOCUMENT = Noun("документ", "документа", "документов")
_QUALITY_TABLES, _QUALITY_REPORTS = ("самообследование",), ("self_reports", "quality_training")
_ORDER = re.compile(r"[Пп]риказ № ?\d+ от [\d.]+")
_SUMMER = (6, 7)


def make_analysis(book: Book) -> Document:
    """Put the document together."""
    figures = Figures(book.run)
    objectivity = Objectivity(book.run, figures)
    findings = (monitoring_section(book, figures, objectivity), analysis_section(book, figures, objectivity), advice_section(book), measures_section(book), decisions_section(book),
                effectiveness_section(book, figures, objectivity))
    collected = _collected(book)
    sections = (ground_section(book, _REQUEST), _goals(book), _indicators(book), collected, *findings, _own_quality(book), _not_checked(), _conclusions(collected, findings),
                _recommendations(book, (collected, *findings)), _next_year(book))
    annexes = (criteria_annex(book), steps_annex(book), _supplied(book), measures_annex(book))
    lead = f"{capital(findings[1].title.partition(': ')[2])}. {full_stop(capital(findings[5].title.partition(': ')[2]))}"
    return Document(book.header, NAME, conclusion(book), lead, numbered(sections), numbered(annexes, "Приложение "), _DRAFT,
                    "quality_analysis.xlsx", "Анализ подготовил(а)")


# ---------------------------------------------------------------- goals, indicators


def _goals(book: Book) -> Section:
    rows = tuple((item.short or item.title, f"№ {item.approved.number} от {short_date(item.approved.day)}" if item.approved and item.approved.number and item.approved.day else "не указаны",
                  item.note or "") for item in book.rules.regulations)
    if not rows:
        return Section("Цели: документов района в правилах не названо", missing=("Опишите документы в разделе «положение» правил: без них не видно, чего район хочет достичь.",))
    texts = ("Цель работы по этим документам: вовремя увидеть, какой школе нужна помощь и почему, оказать её по договорённости со школой и через год проверить тем же способом, стало ли лучше.",
             "Показатели цели — сами группы школ и показатели эффекта мер; числовых целевых значений в правилах района нет, их вправе назначить отдел образования.")
    return Section(f"Цели: работу определяют {counted(len(rows), _DOCUMENT)} района", texts, (Grid("Документы, на которых стоят правила", head("документ", "реквизиты", "что сказано о тексте"), rows),))


def _indicators(book: Book) -> Section:
    indicators = len(book.program.of(IndicatorPlan))
    found: dict[str, list[int]] = {}
    for place, blocks in enumerate((book.rules.indicators, {plan.name: plan.block for plan in book.criterion_plans}, book.rules.categories, book.rules.measures)):
        for block in blocks.values():
            match = _ORDER.search(block.clause or "")
            found.setdefault(f"П{match.group()[1:]}" if match else "другое основание или не указано", [0, 0, 0, 0])[place] += 1
    rows = tuple((name, *map(str, counts)) for name, counts in sorted(found.items()))
    off = len(book.program.switched_off)
    texts = (f"Условия и пороги — в документе «{DOCUMENTS['methodology']}» ({file_of('methodology')}). {f'Выключено критериев: {number(off)}; они записаны рядом и ждут решения района.' if off else ''}".strip(),)
    verified = [block.verified for block in (*book.rules.criteria.values(), *book.rules.categories.values()) if block.verified is not None]
    missing = (f"С текстом документов критерии и группы сверялись не раньше {short_date(min(verified))}; там, где текст не был доступен, правило — проект.",) if verified else ("Когда правила сверены с документами, не указано.",)
    return Section(f"Показатели: действуют {counted(len(book.criterion_plans), CRITERION)} и {counted(indicators, INDICATOR)}", texts,
                   (Grid("Сколько правил стоит на каждом документе", head("основание", "#показателей", "#критериев", "#групп", "#мер"), rows),), missing=missing, notes=("Критерии и их исходы — в приложении 1.",))


# ---------------------------------------------------------------- collection


def _collected(book: Book) -> Section:
    tables = book.rules.tables
    never = [name for name in tables if not book.run.tables.info[name].rows]
    partly = [(name, codes) for name in tables if name not in never and (codes := absent_in(book, name))]
    schools = {code for _, codes in partly for code in codes}
    rows = tuple((book.wording.title(name), number(len(codes)), f"№ {', '.join(codes)}") for name, codes in partly)
    said = f"сдали не всё {counted(len(schools), SCHOOL)}" if schools else "ожидаемые сведения сданы всеми школами"
    missing = tuple(f"«{book.wording.title(name)}»: ни одной строки. Показатели по этим сведениям не определены; это не значит, что всё в порядке." for name in never)
    texts = (f"Файлы читаются такими, какими их отдают ФИС ОКО, протоколы ГИА и формы сбора; ошибка называется с книгой, листом и ячейкой. {book.header.remark} Дата выгрузок: {UNKNOWN_DATE} (заполняет ИМЦ).",
             "Пропуск нигде не считается нулём: показатель без сведений — «не определён», и так же называется школа.")
    grids = (Grid("Чего ждали и не получили", head("сведения", "#школ", "школы"), rows),) if rows else ()
    return Section(f"Методы сбора и обработки: прочитано {counted(files_of(book), FILE)}; {said}", texts, grids, missing=missing, notes=("Все сведения по видам — в приложении 3.",))


def _supplied(book: Book) -> Section:
    rows = []
    for name in book.rules.tables:
        info, sheets = book.run.tables.info[name], sheets_of(book, name)
        rows.append((book.wording.title(name), str(len({sheet.file for sheet in sheets})), number(sum(sheet.rows for sheet in sheets)) if sheets else number(info.rows),
                     ", ".join(academic_year(year) for year in info.years) or "—", number(len(absent_in(book, name)))))
    return Section("Сведения по видам", (), (Grid("Что прочитано", head("сведения", "#файлов", "#строк", "годы", "#школ без части строк"), tuple(rows),
                                               "Каждый лист и число его строк — в книге Excel, лист «Источники». Одна строка файла может дать сведения нескольким видам."),))


# ---------------------------------------------------------------- self-examination and the schools' own systems


def _own_quality(book: Book) -> Section:
    """Give the place to what other documents say of self-examination and training; what the data have, is counted."""
    states = [text for name in _QUALITY_TABLES if name in book.rules.tables for text in (CycleStates(book).table(name).text,)]
    ready = [name for name in _QUALITY_REPORTS if name in DOCUMENTS and made_of(book, name)]
    texts = (*states, *(f"Подробно: {DOCUMENTS[name]} ({file_of(name)})." for name in ready))
    missing = () if ready else ("Содержание отчётов, внутренние системы оценки (ВСОКО) и обучение педагогов оцениванию здесь не разобраны: запросите справки у ИМЦ.",)
    title = states[0].removesuffix(".") if states else "Отчёты о самообследовании и внутренние системы оценки: сведений в данных нет"
    return Section(title, texts[1:] if states else texts, missing=missing)


# ---------------------------------------------------------------- what is not checked, conclusions, recommendations, next year


def _not_checked() -> Section:
    points = ("Исполнены ли меры: расчёт знает сроки, но не отметки об исполнении.",
              "Вызваны ли изменения мерами: школы не выбирались случайно, менялись ученики и работы.",
              "Причины результатов: данные показывают, где нужна помощь, но не почему.",
              "Работа отдельных учителей и классов: таких сведений нет и быть не может.",
              "Соответствие правил тексту документов там, где он не был доступен: его сверяет методист.")
    return Section("Что не проверено", points=points)


def _conclusions(collected: Section, findings: tuple[Section, ...]) -> Section:
    points = tuple(full_stop(section.title) for section in (*findings, collected))
    return Section("Выводы (предварительные)", ("Выводы повторяют найденное и не сильнее него; причин данные не называют.",), points=points)


def _recommendations(book: Book, sections: tuple[Section, ...]) -> Section:
    return Section("Рекомендации", points=tuple(_advice(book, sections)), notes=("Ответственных и сроки утверждает отдел образования.",))


def _advice(book: Book, sections: tuple[Section, ...]) -> Iterator[str]:
    if any(school.main for school in book.schools):
        yield f"Отделу образования: рассмотреть проект приказа о списках школ ({file_of('lists_order')}) после ознакомления школ с основаниями и их возражений."
    opened = [school for school in book.schools if school.missing_named is not None]
    if opened:
        yield f"ИМЦ: запросить недостающие сведения о школах, группы которых не определены ({number(len(opened))}), и повторить расчёт; до этого не считать их ни благополучными, ни нуждающимися в помощи."
    states = CycleStates(book)
    if book.rules.mentoring is not None and not states.consents().known:
        yield "ИМЦ: собрать согласия на участие в «Школа – школе» до утверждения пар; отказ объяснений не требует."
    if book.program.assistance is not None and not states.answered().known:
        yield "Районному координатору: напомнить о самодиагностике школам, которые её не вернули; без ответов часть факторов риска не определена."
    if book.roadmaps.conflicts():
        yield f"Ответственным исполнителям: снять противоречия дорожной карты, названные в ней ({file_of('roadmap')})."
    if not book.decisions.known:
        yield "Отделу образования: сохранить решения этого года в таблице решений: без них через год не с чем сравнить."
    if any(section.missing for section in sections):
        yield "ИМЦ: дополучить сведения и решить вопросы, названные в разделах выше, и повторить расчёт."


def _next_year(book: Book) -> Section:
    """Say what June and July bring: the analysis, the decision on the rules, what to bring for it."""
    views = [book.measures.view(plan) for plan in book.measures.plans if _in_summer(book, plan)]
    rows = tuple((view.title, view.due_full, view.responsible, view.document) for view in views)
    grids = (Grid("Июнь – июль: анализ и решения", head("что", "срок", "отвечает", "документ"), rows),) if rows else ()
    points = ("Повторить расчёт по тем же правилам на данных нового года и сравнить со списками, утверждёнными в этом.",
              "Решить, какие пороги и критерии сверены с документами, а какие остаются проектом; изменения записать с датой, не исправляя прежних.",
              "Решить, каких сведений не хватило в этом году и кто собирает их в следующем.",
              "Внести утверждённые решения этого года в таблицу решений: на них стоит сравнение через год.")
    return Section(f"Перспектива на {_following(book)} учебный год: анализ и решения — в июне и июле", ("Ежегодно работа начинается в сентябре, при подведении итогов, и продолжается до мая; в июне – июле проводится её анализ с перспективой на следующий учебный год.",),
                   grids, points=points)


def _following(book: Book) -> str:
    return academic_year(book.roadmap.year.first.year + 2)


def _in_summer(book: Book, plan) -> bool:
    found = book.roadmap.dates_of(plan)
    return isinstance(found, tuple) and plan.audience is None and found[-1].due.month in _SUMMER


# ---------------------------------------------------------------- the workbook, the report


def make_sheets(book: Book, document: Document) -> Iterator[Sheet]:
    """Make the sheets: every table of the document, then the sources."""
    for section in (*document.sections, *document.annexes):
        for grid in section.grids:
            yield sheet_of(book, _SHEETS.get(grid.caption, grid.caption[:31]), [Column(item.title, 60) for item in grid.columns], [list(row) for row in grid.rows])
    rows = [[book.wording.title(name), item.file, item.sheet, item.rows] for name in book.rules.tables for item in sheets_of(book, name)]
    yield sheet_of(book, "Источники", (Column("Сведения", 50), Column("Файл", 44), Column("Лист", 34), Column("Строк", 9, 0)), rows)


_SHEETS = {"Документы, на которых стоят правила": "Документы", "Сколько правил стоит на каждом документе": "Правила", "Чего ждали и не получили": "Не сдано", "Группы школ (предварительно)": "Группы",
           "Дефициты по предметам и чем на них отвечают": "Дефициты", "Меры по этапам цикла": "Этапы", "Решения и их сроки": "Решения", "Доля участников ниже минимума: прошлый и отчётный год": "Эффективность", "Что изменилось больше случайного": "Изменения", "Ближайшие сроки района": "Ближайшие сроки",
           "Июнь – июль: анализ и решения": "Июнь – июль", "Исходы критериев по числу школ": "Критерии", "Что прочитано": "Сведения", "Меры по порядку правил": "Меры"}




def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    document = make_analysis(book)
    return [*out.page("quality_analysis", document, "quality_analysis", "Анализ системы оценки качества"),
            *out.workbook("Анализ системы оценки качества", make_sheets(book, document), "quality_analysis")]
