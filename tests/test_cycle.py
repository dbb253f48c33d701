"""The yearly cycle: the checklist, the analysis, the order on lists — against figures counted here, in small and in broken runs."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.checking import check
from engine.documents import DOCUMENTS
from engine.loading import load
from engine.record import open_run, save
from engine.run import Run, evaluate_tables
from engine.tables import Tables
from reports import write_reports
from reports.book import Book
from reports.careful import careless
from reports.cycle import CycleStates, replies_of
from reports.made import file_of, is_made
from reports.pages.cycle_checklist import make_checklist
from reports.pages.lists_order import make_order
from reports.pages.quality_analysis import make_analysis
from reports.pages.quality_findings import criterion_counts
from reports.yearly import HELPED, OTHERS, movement, sign_test, year_steps
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
WHAT = ("quality_analysis", "lists_order", "cycle_checklist")
ORDERS = [("106", "14.08.2020"), ("109", "17.08.2020"), ("117", "01.09.2020"), ("129", "24.12.2021"), ("100", "02.06.2022")]
MATERIALS = ["Справка по мониторингу «Отчёты Самообследования на сайтах школ»", "Справка о результатах мониторинга по принятию мер по обеспечению объективности при проверке ВПР",
             "Аналитическая справка по работе ВПР", "Справка ВСОКО КПК", "Информационная справка по проекту Школа- школе",
             "«Дорожная карта по работе с ГБОУ, демонстрирующим признаки необъективности при проведении ВПР»",
             "Анализ системы оценки качества подготовки обучающихся и системы работы со школами с низкими результатами обучения и/или школами, функционирующими в неблагоприятных социальных условиях"]
HELP = ("шнор_стабильно", "шнор", "шнсу", "зона_риска", "признаки_необъективности")


@pytest.fixture(scope="module")
def sample() -> Run:
    return sample_run(DAY)


@pytest.fixture(scope="module")
def saved(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save(sample, folder)
    return folder


@pytest.fixture(scope="module")
def written(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_reports(sample, folder, what=WHAT)
    return folder


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def table(result: Run, name: str) -> pd.DataFrame:
    return result.tables.connection.execute(f'SELECT * FROM "{name}"').df()


def with_status(result: Run, **columns: int) -> Run:
    frames = result.evaluation.frames
    school = replace(frames["школа"], columns={**frames["школа"].columns, **{name: np.full(len(frames["школа"]), code, np.int8) for name, code in columns.items()}})
    return replace(result, evaluation=replace(result.evaluation, frames={**frames, "школа": school}))


def states(result: Run, number: str) -> str:
    """The state of one order, as one text."""
    book = Book(result)
    order = next(item for item in book.rules.checklist.orders if item.requisites.number == number)
    return plain(" ".join(view.text for view in CycleStates(book).of(order)))


# ---------------------------------------------------------------- the district's own form


def test_the_five_orders_and_the_seven_materials_stand_in_their_order(sample):
    document = make_checklist(Book(sample))
    orders, materials = document.sections[0].grids[0], document.sections[1].grids[0]
    assert document.sections[0].title == "1.2.1 Адресная поддержка школ с низкими образовательными результатами"
    assert [row[1] for row in orders.rows] == [f"№ {number} от {day}" for number, day in ORDERS]
    assert {row[0] for row in orders.rows} == {"По поручению отдела образования администрации Московского района Санкт-Петербурга"}
    assert all(row[4].startswith("Ежегодно работа начинается в сентябре") and row[6] == "" for row in orders.rows)
    assert [row[1] for row in materials.rows] == MATERIALS
    assert [row[2].split()[1] for row in materials.rows] == ["1", "3", "7", "9", "12", "20", "26"]


def test_texts_are_those_of_the_district(sample):
    orders = {item.requisites.number: item for item in sample.program.rules.checklist.orders}
    assert orders["106"].measures.startswith("Определить группу образовательных организаций Московского района стабильно демонстрирующих низкие результаты обучения («группа внимания»);")
    assert orders["106"].measures.endswith("по выявленным профессиональным педагогическим и управленческим") and "обрывается" in orders["106"].note
    assert "и (или) общеобразовательными организациями" in orders["100"].measures and "(пли)" not in orders["100"].measures


def test_real_schools_never_stand_beside_invented_figures(written):
    for path in [ROOT / "rules" / "cycle.yaml", *written.glob("*.html")]:
        assert not re.search(r"\b(355|495|536)\b", words_of(path)), path.name


# ---------------------------------------------------------------- what the state says


def test_states_are_those_of_the_run(sample):
    for number, name in (("106", "группа_внимания"), ("106", "группа_роста"), ("100", "шнор"), ("100", "шнсу"), ("100", "зона_риска")):
        status = sample.evaluation.status(name)
        block = sample.program.rules.categories[name]
        found = re.search(rf"{re.escape(block.plural or block.title)}: (\d+) школ\w* \(предварительно\)(?:; не определено у (\d+))?", states(sample, number))
        assert (int(found[1]), int(found[2] or 0)) == ((status == 1).sum(), (status == 0).sum()), name


def test_consents_are_those_of_the_file(sample):
    """Three pairs have six sides; the answers are counted with pandas."""
    answers = table(sample, "участие")
    counts = answers["ответ"].value_counts()
    found = replies_of(Book(sample))
    assert (found.asked_for, found.given, found.awaited, found.not_asked) == (6, counts["согласна"], counts["ждём"], 0)
    assert f"получено {counts['согласна']} из 6; ждём ответа — {counts['ждём']}." in states(sample, "106")


def test_the_steps_of_an_order_are_those_of_its_measures(sample):
    book = Book(sample)
    order = book.rules.checklist.orders[1]
    steps = [step for step in book.roadmap.roadmap.steps if step.measure in order.terms]
    assert order.requisites.number == "109" and re.search(r"учебный год (\d+) шаг", states(sample, "109"))[1] == str(len(steps))
    assert "срок ни одного ещё не наступил" in states(sample, "109") and all(step.due >= DAY for step in steps)


def test_who_returned_the_self_diagnosis(sample):
    answered = table(sample, "самодиагностика").dropna(subset=["ответ"])["школа"].nunique()
    assert f"Самодиагностику вернули {answered} из 11 школ." in states(sample, "129")


def test_nobody_to_help(sample):
    text = states(with_status(sample, группа_внимания=-1), "106")
    assert "Группа внимания проекта «Школа – школе»: ни одной школы." in text
    assert "Школ, которым нужен наставник, нет." in text and "пар нет, спрашивать не о чем" in text


def test_nobody_was_asked_yet(saved):
    result = open_run(saved)
    result.tables.connection.execute('DELETE FROM "участие"')
    result.tables.refresh("участие")
    assert "получено 0 из 6; ещё не спрошены — 6." in states(result, "106")


def test_a_year_without_rows_is_no_answer(saved):
    result = open_run(saved)
    for name in ("самообследование", "самодиагностика"):
        result.tables.connection.execute(f'DELETE FROM "{name}"')
        result.tables.refresh(name)
    assert "в данных нет; это не значит, что работа не велась" in states(result, "117")
    assert "Самодиагностику пока не вернула ни одна школа." in states(result, "129")


RULES = """
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы:
      школа: {тип: код}
      доля: {тип: число, единица: "%"}
роли:
  имц: {название: Методический центр}
категории:
  помощь: {название: Школа с помощью, когда: доля не менее 30}
меры:
  справка: {название: Справка, для: всем, ответственный: имц, срок: {до: 09-02}}
чек_лист:
  раздел: Помощь школам
  поручение: По поручению
  запрос: По запросу
  комментарий: Ежегодно
  приказы:
    - реквизиты: {номер: "7-р", дата: 2024-02-01}
      название: О помощи
      меры: Помочь
      состояние: [{категория: помощь}, {мера: справка}, {отчёт: vpr}, {слова: Отметку ставит ответственный}]
"""


def tiny(folder: Path, text: str = RULES) -> Run:
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    rules, _ = load(folder)
    program, _ = check(rules, DAY)
    tables = Tables.from_frames(rules.tables, {"школы": pd.DataFrame([("1", 30.0), ("2", 29.9), ("3", None)], columns=["школа", "доля"])})
    evaluation, _ = evaluate_tables(program, tables, DAY)
    return Run(program, tables, evaluation, DAY, 2026)


def test_another_district_edits_only_yaml(tmp_path):
    """30 % is met, 29.9 % is not, an empty cell stays open; the date that has passed is no execution; without ВПР there is no document."""
    result = tiny(tmp_path)
    assert states(result, "7-р") == ("Школа с помощью: 1 школа (предварительно); не определено у 1 школы. Справка: до 02.09.2026 — срок прошёл, исполнение отмечает ответственный. "
                                     "Документа нет: справка по работе ВПР — в данных или правилах нет того, на чём он стоит. Отметку ставит ответственный.")
    document = make_checklist(Book(result))
    assert document.sections[1].missing and plain(document.title) == "Исполнение по 1 приказу отмечает ответственный"


def test_without_the_section_there_is_no_checklist(tmp_path):
    result = tiny(tmp_path, RULES.partition("чек_лист:")[0])
    assert write_reports(result, tmp_path / "out", what=["cycle_checklist"]) == [] and not is_made(Book(result), "cycle_checklist")


def test_what_is_said_to_be_made_is_made(tmp_path, sample):
    """In a run that has almost nothing, and in the sample for the materials."""
    result = tiny(tmp_path)
    names = {path.name for path in write_reports(result, tmp_path / "out")}
    for name in DOCUMENTS:
        if "*" not in file_of(name):
            assert is_made(Book(result), name) == (file_of(name) in names), name
    row = {cells[1]: cells for cells in make_checklist(Book(sample)).sections[1].grids[0].rows}
    assert row["Аналитическая справка по работе ВПР"][3:5] == ("vpr.html", "проект подготовлен, без подписи")
    assert row["Справка ВСОКО КПК"][3:5] == ("quality_training.html", "проект подготовлен, без подписи")


# ---------------------------------------------------------------- the order on lists


def internal(result: Run) -> set[str]:
    codes = np.array(result.evaluation.frames["школа"].codes)
    helped = np.any([result.evaluation.status(name) == 1 for name in HELP], axis=0)
    return set(codes[(result.evaluation.status("требует_внимания") == 1) & ~helped])


def test_the_lists_are_the_categories_of_the_run(sample):
    codes = np.array(sample.evaluation.frames["школа"].codes)
    order = make_order(Book(sample))
    shown = {grid.caption.rpartition(": ")[0]: [plain(row[0]).removeprefix("№ ") for row in grid.rows] for grid in order.annexes[0].grids}
    blocks = sample.program.rules.categories
    assert shown == {blocks[name].plural or blocks[name].title: sorted(codes[sample.evaluation.status(name) == 1]) for name in HELP}
    everyone = {code for codes in shown.values() for code in codes}
    assert f"Всего школ в списках: {len(everyone)} из 44." in order.annexes[0].texts[0]


def test_internal_schools_are_counted_and_never_named(sample, written):
    silent = internal(sample)
    assert silent, "the sample has such schools"
    for name in WHAT:
        text = words_of(written / f"{name}.html")
        sheets = " ".join(str(value) for sheet in openpyxl.load_workbook(written / f"{name}.xlsx") for row in sheet.iter_rows(values_only=True) for value in row if value is not None)
        assert not any(re.search(rf"\b{code}\b", words) for code in silent for words in (text, sheets)), name
    service = make_order(Book(sample)).annexes[-1]
    assert service.grids[0].rows[0][1:] == (str(int((sample.evaluation.status("требует_внимания") == 1).sum())), str(int((sample.evaluation.status("требует_внимания") == 0).sum())))


def test_objections_have_five_working_days(sample):
    """Told by 18 September 2026, a Friday; five working days later is Friday the 25th."""
    assert np.busday_offset("2026-09-18", 5) == np.datetime64("2026-09-25")
    text = plain(" ".join(point.text for point in make_order(Book(sample)).points))
    assert "до 18 сентября 2026 г. ознакомить каждую школу" in text and "не позднее 25 сентября 2026 г. представить возражения" in text and "в течение 5 рабочих дней" in text


def test_names_of_people_are_blanks(sample):
    order = make_order(Book(sample))
    assert all(row[-1].strip("_") == "" for grid in order.annexes[1].grids for row in grid.rows)
    assert "____" in order.points[1].text and "Контроль" in order.points[-1].text


def test_an_order_where_nobody_needs_help(sample, tmp_path):
    result = with_status(sample, **dict.fromkeys(HELP, -1))
    order = make_order(Book(result))
    assert order.annexes[0].grids == () and "нет ни у одной школы" in order.annexes[0].texts[0]
    assert len(write_reports(result, tmp_path, what=["lists_order"])) == 2
    assert make_order(Book(tiny(tmp_path))).annexes[1].texts[0].startswith("Адресная помощь «500+» в правилах не описана")


# ---------------------------------------------------------------- the analysis


def test_the_nine_components_stand_in_their_order(sample):
    titles = [section.title for section in make_analysis(Book(sample)).sections]
    wanted = ("Цели", "Показатели", "Методы сбора и обработки", "Мониторинг показателей", "Анализ результатов мониторинга", "Адресные рекомендации", "Меры, мероприятия", "Управленческие решения",
              "Анализ эффективности")
    assert [title.partition(":")[0] for title in titles[1:10]] == list(wanted)


def test_files_are_those_of_the_folder(sample):
    """Every file of the sample is read, but for its README and the programs that made it."""
    files = [path for path in (ROOT / "sample_data").rglob("*") if path.is_file() and path.suffix not in (".py", ".md", ".pyc")]
    assert f"прочитано {len(files)} файлов" in plain(make_analysis(Book(sample)).sections[3].title)


def test_outcomes_of_criteria_are_counted_by_school(sample):
    book = Book(sample)
    frame = book.frame
    for name in ("низкий_индекс", "кадровый_риск", "близко_к_порогу"):
        applies = frame.applies.get(name, np.ones(len(frame)))
        outside = [code for code, value in zip(frame.codes, applies, strict=True) if value == -1]
        met = [code for code, value in zip(frame.codes, frame.columns[name], strict=True) if value == 1 and code not in outside]
        assert criterion_counts(book, name)[::2] == (len(met), len(outside)), name


def test_last_year_is_compared_in_the_same_schools(sample):
    """Sums of pupils below the minimum, with pandas, for the schools of last year's decisions and for the others."""
    decided = set(table(sample, "решения").query("год == 2025 and категория in @HELP")["школа"])
    rows = table(sample, "результаты").query("процедура == 'ВПР' and предмет == 'математика' and класс == 6 and год in (2025, 2026)").dropna(subset=["ниже_минимума", "участников"])
    both = rows.groupby("школа")["год"].nunique().pipe(lambda found: set(found[found == 2].index))
    assert len(decided) == 10
    for group, schools in ((HELPED, both & decided), (OTHERS, both - decided)):
        step = next(item for item in year_steps(Book(sample)) if item.group == group and plain(item.key) == "ВПР, математика, 6 класс")
        for share, year in ((step.earlier, 2025), (step.later, 2026)):
            mine = rows[rows["школа"].isin(schools) & (rows["год"] == year)]
            assert share.n == mine["участников"].sum() and share.percent == pytest.approx(100 * mine["ниже_минимума"].sum() / mine["участников"].sum())
        assert step.schools == len(schools)


def test_movement_between_groups(sample):
    codes = sample.evaluation.frames["школа"].codes
    now = {code for row, code in enumerate(codes) if any(sample.evaluation.status(name)[row] == 1 for name in HELP)}
    then = set(table(sample, "решения").query("год == 2025 and категория in @HELP")["школа"])
    found = movement(Book(sample))
    assert (found.came, found.stayed, found.left + found.unknown) == (len(now - then), len(now & then), len(then - now))


@pytest.mark.parametrize(("first", "second", "p"), [(9, 1, 22 / 1024), (1, 9, 22 / 1024), (0, 0, 1.0), (5, 5, 1.0), (6, 0, 2 / 64)])
def test_the_sign_test_of_the_textbook(first, second, p):
    assert sign_test(first, second) == pytest.approx(p)


@pytest.mark.parametrize("name", ["решения", "результаты", "социальный_паспорт", "кадры", "участие", "журнал", "группы_отметки"])
def test_without_a_table_the_documents_say_so(name, saved):
    result = open_run(saved)
    result.tables.connection.execute(f'DELETE FROM "{name}"')
    result.tables.refresh(name)
    book = Book(result)
    for document in (make_analysis(book), make_checklist(book)):
        for section in (*document.sections, *document.annexes):
            assert section.title.strip() and (section.texts or section.grids or section.points or section.missing), section.title
            assert all(grid.rows for grid in section.grids), section.title
        text = plain(" ".join([document.title, document.lead, *(" ".join((part.title, *part.texts, *part.points, *part.missing, *part.notes)) for part in document.sections)]))
        assert not re.search(r"\bNone\b|\bnan\b|\(\)|  |\.\.|,\.|: \.", text), text
        assert careless(text) is None
    title = book.wording.title(name)
    assert any(f"«{title}»: ни одной строки" in text for text in make_analysis(book).sections[3].missing)
    if name == "решения":
        assert any("какие школы получали помощь, не известно" in text for text in make_analysis(book).sections[9].missing)


def test_the_same_bytes_from_an_opened_run(saved, written, tmp_path):
    for path in write_reports(open_run(saved), tmp_path, what=WHAT):
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name
