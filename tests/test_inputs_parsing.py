"""Texts of cells: the parser, and the agreement of all roads (workbook, clean CSV, ragged CSV, Parquet) on any cells."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.inputs import parsing, read_folder
from engine.inputs.findings import plural, shown
from engine.inputs.recognise import Recogniser
from engine.inputs.sheet import Body, RawSheet, as_text
from engine.model import Column, Table

# ---------------------------------------------------------------- one text


@pytest.mark.parametrize(("text", "value"), [
    ("12", 12.0), ("1 234 567,5", 1234567.5), ("−3", -3.0), ("+5", 5.0), (",5", 0.5), ("12.", 12.0), ("25 %", 25.0), ("25%", 25.0), ("1e3", 1000.0)])
def test_numbers(text, value):
    assert parsing.number(text) == parsing.Parsed(value)


@pytest.mark.parametrize("text", ["12а", "1 23", "1,2,3", "inf", "nan", "1_000", "0x10", "--5", "", "5-6", "1e999", "10 %%"])
def test_what_is_not_a_number(text):
    assert parsing.number(text).code == "D201"


def test_a_percent_sign_needs_a_column_of_percents():
    def read(unit):
        return parsing.parser_for(Column.model_validate({"тип": "число", **({"единица": unit} if unit else {})}), None)("25 %")
    assert (read("%").value, read("п. п.").value, read(None).value, read("чел.").code) == (25.0, 25.0, 25.0, "D201")


@given(st.decimals(min_value=-10**9, max_value=10**9, places=2))
def test_a_number_written_the_russian_way_is_read_back(number):
    grouped = f"{abs(number):,.2f}".replace(",", "\u00a0").replace(".", ",")
    text = " ".join(f"{'−' if number < 0 else ''}{grouped}".split())
    assert parsing.number(text).value == float(number)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)))
def test_dates_in_both_notations(day):
    assert parsing.day(f"{day:%d.%m.%Y}").value == parsing.day(day.isoformat()).value == parsing.day(f"{day.isoformat()} 10:00:00").value == day.toordinal()


@pytest.mark.parametrize("text", ["31.02.2026", "2026", "13/04/2026", "вчера", "45402"])
def test_what_is_not_a_date(text):
    assert parsing.day(text).code == "D207"


@given(st.integers(1901, 2198))
def test_academic_years_in_all_notations(year):
    written = [str(year + 1), f"{year}/{year + 1}", f"{year}-{year + 1}", f"{year}–{(year + 1) % 100:02}", f"{year}/{(year + 1) % 100:02} уч. год"]
    assert {parsing.academic_year(text).value for text in written} == {year + 1}


@pytest.mark.parametrize("text", ["2025/27", "2026-2025", "1899", "2300", "26", "2025/2026/2027", "год"])
def test_what_is_not_an_academic_year(text):
    assert parsing.academic_year(text).code == "D207"


def test_words_are_known_by_any_spelling():
    read = parsing.word_parser({"русский язык": ("РУ", "Русский"), "сош_углублённая": ()})
    assert [read(text).value for text in ("Русский  язык", "ру", "«Русский»", "СОШ углубленная")] == ["русский язык"] * 3 + ["сош_углублённая"]
    assert (read("физика").code, read("—").code) == ("D205", "D205")


def test_an_allowed_word_is_never_a_missing_cell():
    read = parsing.parser_for(Column.model_validate({"тип": "текст", "допустимо": ["нет данных", "есть"]}), {"нет данных": (), "есть": ()})
    assert (read("Нет данных").value, read("-")) == ("нет данных", parsing.Parsed())


def test_totals_are_seen_only_where_a_key_cannot_be_read():
    word = parsing.parser_for(Column.model_validate({"тип": "текст", "допустимо": ["всего"]}), {"всего": ()}, is_key=True)
    number = parsing.parser_for(Column.model_validate({"тип": "целое"}), None, is_key=True)
    school = parsing.parser_for(Column.model_validate({"тип": "школа"}), None, is_key=True)
    assert (word("Всего").value, number("Итого:").code) == ("всего", "D111")
    assert (school("ВСЕГО по району").code, school("Средняя школа").value) == ("D111", "Средняя школа")


@pytest.mark.parametrize(("text", "value"), [("9001.0", "9001"), ("9001.00", "9001"), ("9001.5", "9001.5"), ("0012", "0012"), ("  edu  12 ", "edu 12")])
def test_codes(text, value):
    assert parsing.parser_for(Column.model_validate({"тип": "код"}), None)(text).value == value


def test_cells_of_workbooks_as_text():
    cells = [None, "", 9001.0, 0.25, 12345678901234.0, True, date(2026, 4, 20), timedelta(hours=1)]
    assert [as_text(cell) for cell in cells] == [None, None, "9001", "0.25", "12345678901234", "да", "2026-04-20", "1:00:00"]


def test_counts_agree_with_their_nouns():
    assert [plural(count, ("один", "два", "пять")) for count in (1, 2, 5, 11, 12, 21, 112)] == ["один", "два", "пять", "пять", "пять", "один", "пять"]


@pytest.mark.parametrize("text", ["Иванов Пётр", "Иванова-Петрова Анна Сергеевна", "Петров А.Б.", " Петров А. Б. "])
def test_names_of_people_are_not_shown(text):
    assert "не показываем" in shown(text)


def test_numbers_and_long_texts_are_shown_shortly():
    assert (shown("120.0"), shown("100.01"), shown("э" * 99)) == ("120", "100,01", "э" * 39 + "…")


# ---------------------------------------------------------------- headers


def recognised(head: list[list[str]], contract: dict[str, Table], file: str = "вход.xlsx", sheet: str = "Лист1"):
    return Recogniser(contract).match(RawSheet(file, sheet, head, Body()))


TABLE = {"т": Table.model_validate({"ключ": ["школа"], "столбцы": {
    "школа": {"тип": "школа", "заголовки": ["Код ОО"]}, "понизили_чел": {"тип": "целое", "единица": "чел.", "заголовки": ["Понизили", "Понизили Кол-во"]},
    "фио": {"тип": "текст", "название": "ФИО директора"}}})}


@pytest.mark.parametrize("header", ["КОД  ОО", "код_оо", "«Код ОО»", "Код\nОО:", "школа"])
def test_headers_are_compared_without_case_spaces_and_signs(header):
    match, _ = recognised([["Отчёт"], [], [header, "понизили, чел."]], TABLE)
    assert (match.header_row, match.first_row, match.columns) == (3, 4, {"школа": 0, "понизили_чел": 1})


def test_a_header_under_a_merged_one_is_read_together_with_it():
    match, problems = recognised([["Код ОО", "Понизили", "", "Повысили", ""], ["", "%", "Кол-во", "%", "Кол-во"], ["9001", "1", "2", "3", "4"]], TABLE)
    assert (problems, match.header_row, match.columns) == ([], 2, {"школа": 0, "понизили_чел": 2})


def test_names_of_people_are_never_read_even_when_the_contract_asks():
    match, _ = recognised([["Код ОО", "Понизили", "ФИО директора"]], TABLE)
    assert ("фио" in match.columns, match.left_out) == (False, (("ФИО директора", "личные данные не читаются"),))


def test_a_header_is_looked_for_in_the_first_thirty_rows():
    head = [["Код ОО", "Понизили"]]
    assert recognised([[]] * 29 + head, TABLE)[0].header_row == 30
    assert recognised([[]] * 31 + head, TABLE)[0] is None


# ---------------------------------------------------------------- all roads agree


CONTRACT = {"т": Table.model_validate({"ключ": ["номер"], "столбцы": {
    "номер": {"тип": "целое"}, "код_оо": {"тип": "код"}, "слово": {"тип": "текст", "допустимо": ["да", "русский язык"]}, "текст": {"тип": "текст"},
    "число": {"тип": "число", "от": -100, "до": 100, "единица": "%"}, "целых": {"тип": "целое", "скрыто": ["*"]}, "год": {"тип": "учебный год"},
    "день": {"тип": "дата"}, "признак": {"тип": "да/нет"}}})}
COLUMNS = list(CONTRACT["т"].columns)
CELL = st.sampled_from(["", "-", "н/д", "да", "Нет", "*", "12", "-3", "12.0", "12,5", "0.5", "1 000", "1_0", "0x1", "25 %", "1e2", "nan", "inf",
                        "2026", "2025/26", "2025-27", "2026-04-20", "20.04.2026", "Русский  Язык",
                        "сложный «текст»", "9001.0", "9А0A1", "true", "–", " 7 ", "\u00a07\u00a0"])


def write(folder: Path, road: str, lines: list[list[str]]) -> None:
    match road:
        case "xlsx":
            with xlsxwriter.Workbook(str(folder / "вход.xlsx")) as book:
                sheet = book.add_worksheet()
                for index, line in enumerate([COLUMNS, *lines]):
                    for position, cell in enumerate(line):
                        sheet.write_string(index, position, cell)
        case "parquet":
            import duckdb
            frame = pd.DataFrame(lines, columns=COLUMNS, dtype="str")
            duckdb.from_df(frame).write_parquet(str(folder / "вход.parquet"))
        case _:
            with (folder / "вход.csv").open("w", encoding="cp1251" if road == "cp1251" else "utf-8", newline="") as stream:
                writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL if road == "quoted" else csv.QUOTE_MINIMAL)
                writer.writerows([COLUMNS, *lines] if road != "ragged" else [COLUMNS, *lines, [], []])
                stream.write(";;;;;;;;;;;;\n" if road == "ragged" else "")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=8, max_size=8), min_size=1, max_size=4))
def test_every_road_gives_the_same_rows_and_problems(tmp_path_factory, cells):
    lines = [[str(number + 1), *line] for number, line in enumerate(cells)]
    seen = []
    for road in ("xlsx", "utf-8", "cp1251", "quoted", "ragged", "parquet"):
        folder = tmp_path_factory.mktemp("вход")
        write(folder, road, lines)
        tables, problems = read_folder(folder, CONTRACT, {}, allow_problems=True)
        told = [(problem.code, problem.place.cell, problem.message) for problem in problems]
        seen.append((tables.connection.execute('SELECT * FROM "т"').fetchall(), told, tables.bad_rows))
    assert all(outcome == seen[0] for outcome in seen)
