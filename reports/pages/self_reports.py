"""«Справка по мониторингу „Отчёты самообследования на сайтах школ“»: placed and sent in time, the nine sections, the year, approval, analysis; what to add, school by school."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.truth import Truth
from reports.book import Book
from reports.document import DRAFT, Document, Grid, Section, head, numbered
from reports.outlet import Outlet
from reports.pages.quality_words import (
    EMPTY,
    NONE,
    REPORT,
    UNKNOWN,
    bracketed,
    codes_words,
    conclusions,
    day_words,
    document_header,
    few_codes,
    ground,
    part_of,
    part_words,
    steps,
    yes_words,
)
from reports.pages.vpr import annex_of_sources, sources_section, sources_sheet
from reports.quality_figures import (
    ENDING,
    HELP_WITH_REPORT,
    NO_ANALYSIS,
    NO_ENDING,
    NO_SECTIONS,
    NOT_APPROVED,
    NOT_PLACED,
    OF_REPORTS,
    OTHER_YEAR,
    PLACED_LATE,
    REPORTS,
    SECTIONS,
    SENT_LATE,
    Quality,
    Report,
    gaps,
)
from reports.russian import SCHOOL, in_counted, joined, long_date, number, of_counted, short_date, to_counted
from reports.sheets import Column, Sheet, sheet_of
from reports.vpr_figures import Figures

NAME = "Справка по мониторингу «Отчёты самообследования на сайтах школ»"
TABLES = (REPORTS,)
_REQUEST = "Справка подготовлена по запросу отдела образования администрации района (чек-лист управленческого цикла, мониторинг сайтов школ)"
_NORMS = ("Требования к отчёту — Порядок самообследования (приказ Минобрнауки № 462 от 14.06.2013, ред. от 14.12.2017) и показатели деятельности (приказ № 1324 от 10.12.2013): "
          "девять предметов оценки, показатели, рассмотрение органом управления, размещение на сайте и направление учредителю не позднее 20 апреля. Анализ ВПР, ГИА и объективности просит район.")


def make_self_reports(book: Book) -> Document:
    """Put the document together."""
    figures, quality = Figures(book.run), Quality(book.run)
    findings = (_in_time(quality), _parts(book, quality), _year_and_approval(quality), _analysis(quality))
    sections = (ground(book, _REQUEST, _NORMS, "117"), sources_section(book, figures, TABLES), _completeness(quality), *findings, _not_checked(quality), conclusions(findings), _recommendations(book, quality))
    annexes = (_by_school(book, quality), annex_of_sources(book, figures, TABLES))
    return Document(document_header(book, "117"), NAME, _title(quality), f"{findings[0].title}. {findings[1].title}.", numbered(sections), numbered(annexes, "Приложение "), DRAFT, "self_reports.xlsx")


def _known(quality: Quality) -> list[Report]:
    return [item for item in quality.reports if item.known]


def _placed(quality: Quality) -> list[Report]:
    return [item for item in quality.reports if item.placed]


def _title(quality: Quality) -> str:
    if not _known(quality):
        return "Есть ли отчёты о самообследовании на сайтах школ, не известно: строк мониторинга нет"
    met, opened = quality.met(HELP_WITH_REPORT), quality.open(HELP_WITH_REPORT)
    helped = (f"методическая помощь с отчётом предлагается {to_counted(len(met), SCHOOL)}" if met else
              f"кому нужна помощь с отчётом, пока не определено: сведений не хватает по {to_counted(len(opened), SCHOOL)}" if opened else "методическая помощь с отчётом по этим сведениям не требуется")
    return f"Отчёт о самообследовании есть на сайтах {of_counted(len(_placed(quality)), SCHOOL)} из {number(len(_known(quality)))}; {helped}"


# ---------------------------------------------------------------- completeness


def _completeness(quality: Quality) -> Section:
    known, whole, absent = len(_known(quality)), len(quality.reports), [item.code for item in quality.reports if not item.known]
    empty = [item.code for item in _placed(quality) if gaps(item)]
    title = (f"Сайты осмотрены у всех школ: {number(whole)}" if not absent else f"Сведений мониторинга нет ни по одной школе из {number(whole)}" if not known else f"Сведения мониторинга есть по {to_counted(known, SCHOOL)} из {number(whole)}; нет строки — {number(len(absent))}")
    missing = []
    if absent:
        missing.append(f"Нет строки мониторинга: {few_codes(absent)}. Это не значит ни что отчёт есть, ни что его нет: осмотрите сайт и внесите строку.")
    if empty:
        missing.append(f"Часть отметок пуста: {few_codes(empty)}; чего именно — в приложении 1. До уточнения соответствующие выводы по школе открыты.")
    return Section(title, ("Доли ниже считаются от школ, по которым сведения есть; о содержании — от размещённых отчётов.",), missing=tuple(missing))


# ---------------------------------------------------------------- findings


def _in_time(quality: Quality) -> Section:
    known, day = _known(quality), quality.deadline
    if not known or day is None:
        why = "строк мониторинга нет" if not known else "срок на этот год в правилах не назван"
        return Section(f"Размещены ли отчёты в срок, не известно: {why}", missing=("Внесите лист мониторинга." if not known else "Добавьте строку в таблицу «сроки_самообследования» правил.",))
    late, gone, undated = quality.met(PLACED_LATE), quality.met(NOT_PLACED), _of(quality, PLACED_LATE)
    timely = [item.code for item in _placed(quality) if quality.truth(PLACED_LATE, item.row) is Truth.NOT_MET]
    others = [f"{words} — {number(len(codes))}" for words, codes in (("размещён позже", late), ("отчёта нет", gone), ("дата не указана", undated)) if codes]
    title = f"К {long_date(day)} отчёт был на сайтах {of_counted(len(timely), SCHOOL)} из {number(len(known))}{'; ' if others else ''}{', '.join(others)}"
    sent_late, unsent = quality.met(SENT_LATE), _of(quality, SENT_LATE)
    on_site = {item.code: item.placed_on for item in known}
    rows = [("размещён в срок", number(len(timely)), "остальные школы со сведениями"), ("размещён позже срока", number(len(late)), joined(f"№\u00a0{code} ({short_date(on_site[code])})" for code in late)),
            ("размещён, дата не указана", number(len(undated)), codes_words(undated)), ("отчёта на сайте нет", number(len(gone)), codes_words(gone)),
            ("направлен учредителю позже срока", number(len(sent_late)), codes_words(sent_late)), ("дата направления учредителю не указана", number(len(unsent)), codes_words(unsent))]
    texts = ["20 апреля — последний день срока: отчёт, размещённый в этот день, размещён вовремя." if (day.day, day.month) == (20, 4) else "Последний день срока входит в срок."]
    missing = (f"Дата размещения не указана: {few_codes(undated)}; её видно в свойствах страницы или в журнале сайта.",) if undated else ()
    if unsent:
        missing += (f"Дата направления учредителю не указана: {few_codes(unsent)}. Это не значит, что отчёт не направлен: сверьте с журналом входящих отдела образования.",)
    return Section(title, tuple(texts), (Grid(f"Размещение и направление, срок {short_date(day)}", head("отчёт", "#школ", "номера школ"), tuple(rows)),), missing=missing)


def _of(quality: Quality, criterion: str) -> tuple[str, ...]:
    """Return the codes of schools whose report is there and a criterion is not determined."""
    placed = {item.code for item in _placed(quality)}
    return tuple(code for code in quality.open(criterion) if code in placed)


def _parts(book: Book, quality: Quality) -> Section:
    placed = _placed(quality)
    if not placed:
        return Section("О разделах отчётов сказать нечего: размещённых отчётов в данных нет")
    whole = [item for item in placed if quality.truth(NO_SECTIONS, item.row) is Truth.NOT_MET and quality.truth(NO_ENDING, item.row) is Truth.NOT_MET]
    marks = [(title, [item.code for item in placed if _mark(item, place) is False], [item.code for item in placed if _mark(item, place) is None]) for place, title in enumerate(_part_titles(book))]
    most = max(len(lacking) for _, lacking, _ in marks)
    often = [f"«{title}»" for title, lacking, _ in marks if len(lacking) == most]
    worst = f"; чаще других нет части {joined(often)} — в {in_counted(most, REPORT)}" if most and len(often) <= 2 else ""
    rows = tuple((title, part_words(len(placed) - len(lacking) - len(untold), len(placed)), number(len(lacking)), number(len(untold)) if untold else NONE, codes_words(lacking)) for title, lacking, untold in marks)
    grid = Grid("Части отчёта по номерам разделов", head("часть отчёта", "#есть", "#нет", "#не отмечено", "школы, где части нет"), rows,
                "Часть отмечена как «есть», если в отчёте есть оценка по существу, даже когда раздел назван иначе.")
    return Section(f"Все девять разделов, показатели и выводы есть в {in_counted(len(whole), REPORT)} из {number(len(placed))}{worst}", (), (grid,))


def _part_titles(book: Book) -> list[str]:
    columns = book.rules.tables[REPORTS].columns
    return [columns[name].title or name for name in (*SECTIONS, *ENDING)]


def _mark(report: Report, place: int) -> bool | None:
    return (*report.sections, *report.ending)[place]


def _year_and_approval(quality: Quality) -> Section:
    placed = _placed(quality)
    if not placed:
        return Section("О годе отчёта и его рассмотрении сказать нечего: размещённых отчётов в данных нет")
    year = quality.year - 1
    right = [item for item in placed if quality.truth(OTHER_YEAR, item.row) is Truth.NOT_MET]
    approved = [item for item in placed if quality.truth(NOT_APPROVED, item.row) is Truth.NOT_MET]
    title = f"За {year} год — {part_of(len(right), REPORT, len(placed))}; рассмотрены органом управления и подписаны — {number(len(approved))}"
    other = [f"№\u00a0{item.code} (за {item.about})" for item in placed if quality.truth(OTHER_YEAR, item.row) is Truth.MET and item.about is not None]
    rows = (("на сайте отчёт за другой год", number(len(quality.met(OTHER_YEAR))), ", ".join(other)),
            *((words, number(len(codes)), codes_words(codes)) for words, codes in (
                ("не видно рассмотрения органом управления", [item.code for item in placed if item.considered is False]), ("не видно подписи руководителя", [item.code for item in placed if item.signed is False]),
                ("год, рассмотрение или подпись не отмечены", [item.code for item in placed if None in (item.about, item.considered, item.signed)]))))
    return Section(title, (f"Отчётный период — предшествующий календарный год: в {quality.year} году это {year} год. Прежний отчёт на странице нового бывает и ошибкой при размещении.",),
                   (Grid("Год, рассмотрение, подпись", head("отчёт", "#школ", "номера школ"), rows),))


def _analysis(quality: Quality) -> Section:
    placed = _placed(quality)
    if not placed:
        return Section("Об анализе результатов в отчётах сказать нечего: размещённых отчётов в данных нет")
    results, objectivity = ([item for item in placed if getattr(item, name)] for name in ("of_results", "of_objectivity"))
    title = f"Анализ ВПР и ГИА есть в {in_counted(len(results), REPORT)} из {number(len(placed))}, анализ объективности — в {number(len(objectivity))}"
    rows = tuple((words, number(len(codes)), codes_words(codes)) for words, codes in (
        ("нет анализа ВПР и ГИА", [item.code for item in placed if item.of_results is False]), ("нет анализа объективности оценивания", [item.code for item in placed if item.of_objectivity is False]),
        ("не отмечено", _of(quality, NO_ANALYSIS))))
    return Section(title, ("Федеральный порядок такого анализа не требует; район просит о нём, потому что без него отчёт школе не помогает. Отсутствие анализа ничего не говорит о самих результатах.",),
                   (Grid("Анализ результатов в отчётах", head("отчёт", "#школ", "номера школ"), rows),))


# ---------------------------------------------------------------- what is not checked, recommendations, the annex


def _not_checked(quality: Quality) -> Section:
    points = ["Качество разделов: отмечено, что часть в отчёте есть, а не то, насколько она хороша.", "Верность показателей деятельности: с формами статистики они не сверялись.",
              "Доступность страницы: отчёт мог быть на сайте в другом разделе или не открываться в день осмотра."]
    years = quality.run.tables.info[REPORTS].years
    points.append("Изменения за год: листа мониторинга за прошлый год в данных нет." if quality.year - 1 not in years else "Изменения за год: прошлый лист в данных есть, но состав отметок мог быть другим.")
    return Section("Что не проверено", points=tuple(points))


def _recommendations(book: Book, quality: Quality) -> Section:
    points = []
    gone = quality.met(NOT_PLACED)
    if gone:
        points.append(f"ИМЦ: связаться со школами, где отчёта на сайте не нашли{bracketed(gone)}, уточнить, не размещён ли он в другом разделе; школе — разместить отчёт за {quality.year - 1} год, не дожидаясь нового.")
    other = quality.met(OTHER_YEAR)
    if other:
        points.append(f"Администрациям школ{bracketed(other)}: заменить отчёт на отчёт за {quality.year - 1} год.")
    points += steps(book, OF_REPORTS)
    absent = [item.code for item in quality.reports if not item.known]
    if absent:
        points.append(f"ИМЦ: осмотреть сайты, о которых сведений нет{bracketed(absent)}, и повторить расчёт.")
    return Section("Рекомендации", points=tuple(points) or ("Отдельных мер не требуется; о сроке следующего отчёта напомнить всем школам.",), notes=("Сроки и ответственные — из правил района (проект); утверждает их отдел образования.",))


def _by_school(book: Book, quality: Quality) -> Section:
    titles = [title.split()[0] if title[:1].isdigit() else title.split(" (")[0].lower() for title in _part_titles(book)]
    rows = tuple(_row(quality, item, titles) for item in quality.reports)
    grid = Grid("Отчёт каждой школы; порядок — по номерам", head("школа", "на сайте", "учредителю", "за год", "чего в отчёте нет", "рассмотрен", "подписан", "анализ ВПР и ГИА", "анализ объективности", "что дальше"), rows,
                "«Не указано» — отметка в листе мониторинга пуста; «нет данных» — строки школы нет. Раздел назван номером: 1.1 деятельность, 1.2 управление, 1.3 подготовка, 1.4 учебный процесс, "
                "1.5 выпускники, 1.6 кадры, 1.7 библиотека и методика, 1.8 база, 1.9 ВСОКО.", wide=True)
    return Section("По каждой школе", (), (grid,))


def _row(quality: Quality, item: Report, titles: list[str]) -> tuple[str, ...]:
    name = f"№\u00a0{item.code}"
    if not item.known:
        return (name, *[UNKNOWN] * 8, "осмотреть сайт")
    if not item.placed:
        return (name, "отчёта нет", *[NONE] * 7, _next(quality, item))
    lacking = [titles[place] for place in range(len(titles)) if _mark(item, place) is False]
    untold = [f"{titles[place]} — не указано" for place in range(len(titles)) if _mark(item, place) is None]
    return (name, day_words(item.placed_on), day_words(item.sent_on), str(item.about) if item.about is not None else EMPTY, ", ".join(lacking + untold) or "всё есть",
            yes_words(item.considered), yes_words(item.signed), yes_words(item.of_results), yes_words(item.of_objectivity), _next(quality, item))


def _next(quality: Quality, item: Report) -> str:
    """Say what follows for one school: help first, then what is to be found out."""
    said = []
    if quality.truth(HELP_WITH_REPORT, item.row) is Truth.MET:
        said.append("консультация")
    if Truth.MET in (quality.truth(PLACED_LATE, item.row), quality.truth(SENT_LATE, item.row)):
        said.append("напоминание о сроке")
    if item.placed and gaps(item):
        said.append("уточнить отметки")
    return ", ".join(said) or NONE


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book, figures: Figures, quality: Quality) -> tuple[Sheet, ...]:
    """Make the sheets: every mark of every school, parts of reports, sources."""
    titles = _part_titles(book)
    columns = (Column("Школа"), Column("Сведения есть", 10), Column("Отчёт на сайте", 10), Column("Дата размещения", 12), Column("Дата направления", 12), Column("За год", 8, 0), *(Column(title, 14) for title in titles),
               Column("Анализ ВПР и ГИА", 12), Column("Анализ объективности", 12), Column("Рассмотрен", 11), Column("Подписан", 11), Column("Что дальше", 40))
    rows = [[item.code, "да" if item.known else UNKNOWN, yes_words(item.placed), day_words(item.placed_on), day_words(item.sent_on), item.about if item.about is not None else "", *(yes_words(_mark(item, place)) for place in range(len(titles))),
             yes_words(item.of_results), yes_words(item.of_objectivity), yes_words(item.considered), yes_words(item.signed), "осмотреть сайт" if not item.known else _next(quality, item)] for item in quality.reports]
    placed = _placed(quality)
    parts = [[title, sum(_mark(item, place) is True for item in placed), sum(_mark(item, place) is False for item in placed), sum(_mark(item, place) is None for item in placed)] for place, title in enumerate(titles)]
    return (sheet_of(book, "По школам", columns, rows), sheet_of(book, "Части отчётов", (Column("Часть отчёта", 50), Column("Есть", 8, 0), Column("Нет", 8, 0), Column("Не отмечено", 12, 0)), parts),
            sources_sheet(book, figures, TABLES))




def is_made(book: Book) -> bool:
    """Tell whether the rules know the tables and the criteria."""
    return Quality(book.run).has(TABLES, OF_REPORTS)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report; nothing where the rules know no such table or criteria. Errors: OSError, CarelessPhraseError."""
    book = out.book
    if not is_made(book):
        return []
    quality = Quality(book.run)
    return [*out.page("self_reports", make_self_reports(book), "self_reports", NAME),
            *out.workbook(NAME, make_sheets(book, Figures(book.run), quality), "self_reports")]
