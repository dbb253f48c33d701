"""Self-examination reports and training in quality assessment: boundaries on small hand-made books, silence is not «fine», mistakes are named with their cell, groups do not change."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from engine.checking import check
from engine.indicators import HIGH, slice_table
from engine.loading import load
from engine.problems import errors
from engine.program import VALUE, CategoryPlan
from engine.run import evaluate_tables, read

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
MET, OPEN, NOT = 1, 0, -1
SECTIONS = ("1.1 Образовательная деятельность", "1.2 Система управления", "1.3 Содержание и качество подготовки", "1.4 Организация учебного процесса", "1.5 Востребованность выпускников",
            "1.6 Кадровое обеспечение", "1.7 Учебно-методическое и библиотечное обеспечение", "1.8 Материально-техническая база", "1.9 Функционирование ВСОКО")
FULL = {"Учебный год": "2025/26", "Отчёт размещён": "да", "Дата размещения": date(2026, 4, 10), "Дата направления учредителю": date(2026, 4, 10), "За какой календарный год отчёт": 2025,
        **dict.fromkeys(SECTIONS, "да"), "Есть показатели деятельности": "да", "Есть выводы": "да", "Есть разделов из 11": 11, "Есть анализ ВПР и ГИА": "да",
        "Есть анализ ВПР и объективности": "да", "Рассмотрен органом управления школы": "да", "Подписан руководителем": "да"}
ABSENT = {**dict.fromkeys(FULL), "Учебный год": "2025/26", "Отчёт размещён": "нет", "Есть разделов из 11": 0, "Есть анализ ВПР и объективности": "нет"}
REPORTS = {
    1: FULL,
    2: FULL | {"Дата размещения": date(2026, 4, 20), "Дата направления учредителю": date(2026, 4, 20)},
    3: FULL | {"Дата размещения": date(2026, 4, 21)},
    4: FULL | {"Дата размещения": None},
    5: FULL | {SECTIONS[8]: "нет", "Есть разделов из 11": 10},
    6: FULL | {SECTIONS[8]: None, "Есть разделов из 11": None},
    7: FULL | {SECTIONS[7]: "нет", SECTIONS[8]: None, "Есть разделов из 11": None},
    8: FULL | {"За какой календарный год отчёт": 2024},
    9: ABSENT,
    # 10: no row at all
    11: FULL | {"Подписан руководителем": "нет"},
    12: FULL | {"Есть анализ ВПР и ГИА": None, "Дата направления учредителю": date(2026, 4, 21)},
    13: FULL | {"Есть выводы": "нет", "Есть разделов из 11": 10},
}
KNOWN = {"Учебный год": "2025/26", "Всего педагогов": 50, "Из них обучены оценке качества за три года": 15, "Всего руководителей и заместителей": 4, "Руководителей, обученных за три года": 1,
         "Проверяют работы ВПР": 12, "Проверяющих, обученных за три года": 2, "Есть локальный акт о ВСОКО": "да", "Дата локального акта": date(2023, 8, 30)}
SYSTEMS = {
    1: KNOWN,
    2: KNOWN | {"Из них обучены оценке качества за три года": 14},
    3: KNOWN | {"Руководителей, обученных за три года": 0},
    4: KNOWN | {"Проверяющих, обученных за три года": 1},
    5: KNOWN | {"Есть локальный акт о ВСОКО": "нет", "Дата локального акта": None},
    6: KNOWN | {"Есть локальный акт о ВСОКО": None, "Дата локального акта": None},
    7: KNOWN | {"Из них обучены оценке качества за три года": None},
    8: KNOWN | {"Из них обучены оценке качества за три года": None, "Руководителей, обученных за три года": 0},
    9: KNOWN | {"Проверяют работы ВПР": 0, "Проверяющих, обученных за три года": 0},        # an evening school
}


@pytest.fixture(scope="module")
def program():
    rules, problems = load(ROOT / "rules")
    made, more = check(rules, DAY, examples=False)
    assert not errors([*problems, *more])
    return made


def write_sheet(path: Path, rows: list[dict]) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path)


def write_books(folder: Path, reports: dict[int, dict], systems: dict[int, dict]) -> None:
    """Write a registry of 13 schools, № 9 an evening school, and the books under test."""
    write_sheet(folder / "Реестр.xlsx", [{"Код ОО": code, "Краткое наименование": f"Школа {code}", "Тип ОО": "Вечерняя (сменная)" if code == 9 else "СОШ", "Муниципалитет": "Район", "1–4 классы": "да",
                                          "5–9 классы": "да", "10–11 классы": "да"} for code in range(1, 14)])
    write_sheet(folder / "Отчёты.xlsx", [{"Код ОО": code, **row} for code, row in reports.items()])
    write_sheet(folder / "ВСОКО.xlsx", [{"Код ОО": code, **row} for code, row in systems.items()])


@pytest.fixture(scope="module")
def small(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_books(folder, REPORTS, SYSTEMS)
    tables, problems = read(program, folder)
    assert not errors(problems)
    result, found = evaluate_tables(program, tables, DAY)
    assert result is not None, found
    return result


def outcome(result, criterion: str) -> dict[int, int]:
    return {int(code): int(value) for code, value in zip(result.frames["школа"].codes, result.status(criterion), strict=True)}


# ---------------------------------------------------------------- self-examination reports


@pytest.mark.parametrize(("criterion", "met", "unknown"), [
    ("отчёт_не_размещён", {9}, {10}),
    ("отчёт_размещён_позже", {3}, {4, 10}),                       # 20 April is in time, 21 April is not, no date is neither
    ("отчёт_направлен_позже", {12}, {10}),
    ("отчёт_без_разделов", {5, 7}, {6, 10}),                      # 8 of 9; «от 7 до 8» is short of nine whatever the empty mark is
    ("отчёт_без_итогов", {13}, {10}),
    ("отчёт_за_другой_год", {8}, {10}),
    ("отчёт_без_рассмотрения", {11}, {10}),
    ("отчёт_без_анализа", set(), {10, 12}),
    ("нужна_помощь_с_отчётом", {5, 7, 8, 9, 11, 13}, {6, 10, 12}),       # late alone (3) needs no help, no date (4) either
])
def test_reports(small, criterion, met, unknown):
    assert outcome(small, criterion) == {code: MET if code in met else OPEN if code in unknown else NOT for code in range(1, 14)}


def test_sections_are_counted_within_bounds(small):
    value = small.frames["школа"].columns["разделов_отчёта"]
    bounds = {int(code): (low, high) for code, low, high in zip(small.frames["школа"].codes, value.low, value.high, strict=True)}
    assert [bounds[code] for code in (1, 5, 6, 7)] == [(9, 9), (8, 8), (8, 9), (7, 8)]


def test_an_old_sheet_with_the_number_of_sections_alone_still_counts(program, tmp_path):
    """The sheet of earlier years: placed, when, how many of 11, analysis; the indicator self_report reads it as before, what it does not tell is unknown."""
    old = {name: FULL[name] for name in ("Учебный год", "Отчёт размещён", "Дата размещения", "Есть разделов из 11", "Есть анализ ВПР и объективности")}
    write_books(tmp_path, {1: old, 2: old | {"Есть разделов из 11": 8, "Дата размещения": date(2026, 4, 21)}}, SYSTEMS)
    tables, problems = read(program, tmp_path)
    assert not errors(problems)
    result, _ = evaluate_tables(program, tables, DAY)
    frame = result.frames["школа"]
    full = {code: value for code, value in zip(frame.codes, frame.columns["полнота_отчёта"].settled(), strict=True) if code in ("1", "2")}
    assert full == {"1": 11, "2": 8}
    assert [outcome(result, "отчёт_размещён_позже")[code] for code in (1, 2)] == [NOT, MET]
    assert [outcome(result, "отчёт_без_разделов")[code] for code in (1, 2)] == [OPEN, OPEN]


def test_the_deadline_is_that_of_the_year(program, tmp_path):
    """Asked of 2024/25 again, the run takes 20.04.2025: a report of 10.04.2026 is a year late, one of 20.04.2025 is in time."""
    rows = {1: FULL | {"Учебный год": "2024/25", "Дата размещения": date(2026, 4, 10)}, 2: FULL | {"Учебный год": "2024/25", "Дата размещения": date(2025, 4, 20), "За какой календарный год отчёт": 2024}}
    write_books(tmp_path, rows, SYSTEMS)
    tables, _ = read(program, tmp_path, year=2025)
    result, found = evaluate_tables(program, tables, DAY, year=2025)
    assert result is not None, found
    assert [outcome(result, "отчёт_размещён_позже")[code] for code in (1, 2)] == [MET, NOT]
    assert [outcome(result, "отчёт_за_другой_год")[code] for code in (1, 2)] == [MET, NOT]


# ---------------------------------------------------------------- training


@pytest.mark.parametrize(("criterion", "met", "unknown"), [
    ("мало_обученных_педагогов", {2}, {7, 8}),                    # 15 of 50 is exactly 30 %: enough; 14 of 50 is not
    ("нет_обученных_руководителей", {3, 8}, set()),
    ("мало_обученных_проверяющих", {4}, set()),                   # the evening school (9) holds no ВПР
    ("нет_акта_о_всоко", {5}, {6}),
    ("нужно_обучение_оценке", {2, 3, 4, 8}, {7}),                 # 8: one sign is known to hold, the other does not matter
])
def test_training(small, criterion, met, unknown):
    silent = {10, 11, 12, 13}
    assert outcome(small, criterion) == {code: MET if code in met else OPEN if code in unknown | silent else NOT for code in range(1, 14)}


def test_courses_are_summed_over_three_years(program, tmp_path):
    """Four years ago is too long ago; a year that was not told leaves the sum unknown."""
    write_books(tmp_path, REPORTS, SYSTEMS)
    head = ("Код ОО", "Учебный год обучения", "Программа повышения квалификации", "Обучено педагогов", "Обучено руководителей")
    rows = [(1, "2022/23", "ВСОКО", 9, 0), (1, "2023/24", "ВСОКО", 2, 1), (1, "2024/25", "ВСОКО", 0, 0), (1, "2025/26", "ВСОКО", 3, 0), (2, "2023/24", "ВСОКО", 4, 0), (2, "2025/26", "ВСОКО", 5, 0)]
    write_sheet(tmp_path / "Курсы.xlsx", [dict(zip(head, row, strict=True)) for row in rows])
    tables, problems = read(program, tmp_path)
    assert not errors(problems)
    result, _ = evaluate_tables(program, tables, DAY)
    sql = f'SELECT _unit, {VALUE}, {HIGH} FROM "{slice_table("обучений_по_программе")}" WHERE программа = ? ORDER BY 1'
    found = result.indicators.tables.connection.execute(sql, ["внутренняя система оценки"]).fetchall()
    codes = result.frames["школа"].codes
    sums = {codes[unit]: (low, high) for unit, low, high in found}
    assert sums["1"] == (6, 6)                                     # 2 + 1 + 0 + 3; the nine of 2022/23 are too long ago
    assert sums["2"] != (9, 9)                                     # 2024/25 was not told


# ---------------------------------------------------------------- bad inputs


def changed(folder: Path, name: str, sheet: str, header: str, row: int, value) -> str:
    """Copy the registry and one book of the sample, put a value into a cell under a header; return the cell's address."""
    shutil.copy(ROOT / "sample_data" / "Реестр школ.xlsx", folder)
    book = openpyxl.load_workbook(ROOT / "sample_data" / name)
    page = book[sheet]
    column = next(cell.column for cell in page[3] if cell.value == header)
    page.cell(row, column).value = value
    book.save(folder / name)
    return page.cell(row, column).coordinate


def complaints(program, folder: Path) -> list[tuple[str, str]]:
    tables, problems = read(program, folder)
    if not errors(problems):
        _, more = evaluate_tables(program, tables, DAY)
        problems = [*problems, *more]
    return [(problem.code, str(problem.place)) for problem in errors(problems)]


SITE, TRAINED = "Отчёты о самообследовании.xlsx", "Обучение оценке качества.xlsx"


@pytest.mark.parametrize(("name", "sheet", "header", "value", "code"), [
    (SITE, "2026", "Дата размещения", "в середине апреля", "D207"),
    (SITE, "2026", "Дата размещения", "31.04.2026", "D207"),
    (SITE, "2026", "1.5 Востребованность выпускников", "возможно", "D205"),
    (SITE, "2026", "Есть разделов из 11", 12, "D202"),
    (SITE, "2026", "За какой календарный год отчёт", "прошлый", "D201"),
    (SITE, "2026", "Отчёт размещён", None, "D206"),
    (TRAINED, "ВСОКО", "Из них обучены оценке качества за три года", -3, "D202"),
    (TRAINED, "ВСОКО", "Всего педагогов", 0, "D202"),
    (TRAINED, "КПК", "Обучено педагогов", "двое", "D201"),
    (TRAINED, "КПК", "Обучено педагогов", 2.5, "D204"),
    (TRAINED, "КПК", "Программа повышения квалификации", "Танцы", "D205"),
])
def test_a_mistake_is_named_with_its_cell(program, tmp_path, name, sheet, header, value, code):
    cell = changed(tmp_path, name, sheet, header, 4, value)
    assert complaints(program, tmp_path) == [(code, f"{name} «{sheet}»!{cell}")]


@pytest.mark.parametrize(("name", "sheet", "header", "value", "says"), [
    (TRAINED, "ВСОКО", "Из них обучены оценке качества за три года", 500, "Обученных педагогов больше, чем всех педагогов"),
    (TRAINED, "ВСОКО", "Руководителей, обученных за три года", 9, "Обученных руководителей больше, чем всех руководителей"),
    (TRAINED, "ВСОКО", "Проверяющих, обученных за три года", 99, "Обученных проверяющих больше, чем всех проверяющих"),
    (TRAINED, "ВСОКО", "Есть локальный акт о ВСОКО", "нет", "Локального акта нет, а его дата указана"),
    (SITE, "2026", "Есть разделов из 11", 3, "Число разделов из 11 не сходится с отметками о разделах, показателях и выводах"),
])
def test_numbers_that_contradict_each_other_are_told(program, tmp_path, name, sheet, header, value, says):
    changed(tmp_path, name, sheet, header, 4, value)
    tables, problems = read(program, tmp_path)
    assert not errors(problems)
    _, found = evaluate_tables(program, tables, DAY)
    told = errors(found)
    assert [problem.code for problem in told] == ["D303"]
    assert says in told[0].message and name in str(told[0].place) and sheet in str(told[0].place)


# ---------------------------------------------------------------- groups stay as they are


def test_no_group_depends_on_the_new_criteria(program):
    """The criteria call for measures only: no category uses them, so the district's groups are those of the other folders."""
    ours = {"отчёт_не_размещён", "нужна_помощь_с_отчётом", "нужно_обучение_оценке", "нет_акта_о_всоко", "мало_обученных_педагогов"}
    reached = set()
    pending = [plan.name for plan in program.of(CategoryPlan)]
    while pending:
        name = pending.pop()
        for other in program.uses.get(name, ()):
            if other not in reached:
                reached.add(other)
                pending.append(other)
    assert reached & ours == set()
    assert "низкие_по_числу" in reached
