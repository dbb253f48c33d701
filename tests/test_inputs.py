"""Reading folders: real little files, one oddity each; problems are compared by code and cell."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest
import xlsxwriter

from engine.inputs import read_folder
from engine.model import Table
from engine.problems import Problem
from engine.tables import RowStatus, Tables

REFERENCES = {"предметы": {"русский язык": ("РУ", "Русский"), "математика": ("МА",)}}
CONTRACT = {name: Table.model_validate(block) for name, block in {
    "школы": {"что": "реестр", "ключ": ["школа"], "название": "Реестр школ", "столбцы": {
        "школа": {"тип": "код", "заголовки": ["Код ОО"]},
        "название_школы": {"тип": "текст", "заголовки": ["Наименование ОО"]},
        "тип_школы": {"тип": "текст", "допустимо": ["сош", "гимназия"], "обязательно": "да", "заголовки": ["Тип ОО"]},
        "новая": {"тип": "да/нет"},
        "открыта": {"тип": "дата", "заголовки": ["Дата открытия"]},
        "правопреемник": {"тип": "код"}}},
    "результаты": {"ключ": ["школа", "предмет", "год"], "столбцы": {
        "школа": {"тип": "школа", "заголовки": ["Код ОО"]},
        "предмет": {"тип": "текст", "справочник": "предметы", "из имени листа": "(РУ|МА)"},
        "год": {"тип": "учебный год", "заголовки": ["Учебный год"], "из имени файла": r"(20\d\d)"},
        "участников": {"тип": "целое", "единица": "чел.", "от": 0, "заголовки": ["Кол-во участников"], "обязательно": "да"},
        "доля_двоек": {"тип": "число", "единица": "%", "от": 0, "до": 100, "заголовки": ["Доля «2»"]},
        "балл": {"тип": "число", "скрыто": ["*"], "заголовки": ["Средний балл"]},
        "расхождение": {"формула": "доля_двоек - балл"}}},
    "перечень": {"ключ": ["школа", "год"], "отсутствие строк": "ноль", "столбцы": {
        "школа": {"тип": "школа", "заголовки": ["Код ОО"]},
        "год": {"тип": "учебный год", "заголовки": ["Год перечня"]},
        "письмо": {"тип": "текст"}}},
}.items()}
REGISTRY = [["Код ОО", "Наименование ОО", "Тип ОО"], ["9001", "ГБОУ СОШ № 9001", "СОШ"], ["9002", "Гимназия", "гимназия"], ["9003", "Школа", "сош"]]
HEADER = ["Код ОО", "Предмет", "Учебный год", "Кол-во участников", "Доля «2»", "Средний балл"]


def book(path: Path, **sheets: list[list]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for index, row in enumerate(rows):
                for position, value in enumerate(row):
                    if value is not None:
                        sheet.write(index, position, value)
    return path


def text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    return path


@pytest.fixture
def folder(tmp_path) -> Path:
    book(tmp_path / "реестр.xlsx", школы=REGISTRY)
    return tmp_path


def read(folder: Path, contract: dict[str, Table] = CONTRACT, **more) -> tuple[Tables, list[Problem]]:
    return read_folder(folder, contract, REFERENCES, **more)


def short(problems: list[Problem], *unwanted: str) -> list[tuple[str, str]]:
    """Give (code, place); absent tables are not the subject of most tests."""
    return [(problem.code, str(problem.place)) for problem in problems if problem.code not in ("D306", *unwanted)]


def rows(tables: Tables, name: str = "результаты", columns: str = "школа, предмет, год, участников, доля_двоек, балл", more: str = "") -> list[tuple]:
    return tables.connection.execute(f'SELECT {columns} FROM "{name}" {more}').fetchall()


# ---------------------------------------------------------------- what is read


def test_a_workbook_becomes_typed_rows(folder):
    book(folder / "вход.xlsx", Лист1=[["Отчёт района"], [], HEADER, [9001, "РУ", 2026, 12, 25.5, 4], ["9002", "математика", "2025/26", "13", "8,5", "3,5"]])
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables) == [("9001", "русский язык", 2026, 12, 25.5, 4.0), ("9002", "математика", 2026, 13, 8.5, 3.5)]
    assert rows(tables, columns="_row, _status, _code_as_given") == [(4, 0, "9001"), (5, 0, "9002")]
    source = tables.sources[0]
    assert (source.file, source.sheet, source.table, source.header_row, source.rows, source.letters["балл"]) == ("вход.xlsx", "Лист1", "результаты", 3, 2, "F")
    assert tables.info["результаты"].supplied


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_text_in_any_usual_encoding_and_delimiter(folder, encoding, delimiter):
    minus = "-" if encoding == "cp1251" else "−"
    lines = [HEADER, ["9001", "русский язык", "2025-2026", "1\u00a0012", "25,5 %", f"{minus}3,25"]]
    text(folder / "вход.csv", *(delimiter.join(line) for line in lines), encoding=encoding)
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables) == [("9001", "русский язык", 2026, 1012, 25.5, -3.25)]


def test_commas_with_quoted_decimals_and_a_trailing_delimiter(folder):
    text(folder / "вход.csv", "Код ОО,Предмет,Учебный год,Кол-во участников,Доля «2»,Средний балл,", '"9001","РУ","2026","12","25,5","4",')
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables) == [("9001", "русский язык", 2026, 12, 25.5, 4.0)]


def test_a_wanted_encoding_and_one_that_does_not_exist(folder):
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", "9001;2026;русский", encoding="cp866")
    assert rows(read(folder, encoding="cp866")[0], "перечень", "письмо") == [("русский",)]
    assert short(read(folder, encoding="utf-9")[1]) == [("D106", "перечень.csv")]
    unread, = (problem for problem in read(folder)[1] if problem.code == "D102")
    assert "--encoding" in unread.hint


def test_quotes_guillemets_newlines_in_cells_and_blank_lines_keep_row_numbers(folder):
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", '9001;2026;"О ""перечне""\nот 1 мая"', "", "9002;2026;Письмо «о школах» № 5", "9003;2026;х")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "перечень", "школа, письмо, _row") == [("9001", 'О "перечне"\nот 1 мая', 2), ("9002", "Письмо «о школах» № 5", 4), ("9003", "х", 5)]


def test_parquet_keeps_its_types(folder):
    duckdb.sql("SELECT 9001 AS \"Код ОО\", 'РУ' AS предмет, 2026 AS год, 12.0::DOUBLE AS участников, 'NaN'::DOUBLE AS доля_двоек, 1.5::DECIMAL(4,2) AS балл"
               " UNION ALL SELECT 9002, 'МА', 2025, 12.5, 30, NULL").write_parquet(str(folder / "вход.parquet"))
    tables, problems = read(folder)
    assert short(problems) == [("D204", "вход.parquet!D3")]
    assert rows(tables) == [("9001", "русский язык", 2026, 12, None, 1.5), ("9002", "математика", 2025, None, 30.0, None)]


def test_an_old_xls_and_an_ods(folder):
    (folder / "a.xls").write_bytes(zlib.decompress(base64.b85decode(OLD_XLS)))
    with zipfile.ZipFile(folder / "b.ods", "w") as ods:
        ods.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        ods.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        ods.writestr("content.xml", ODS.format(rows="".join(ods_row(row) for row in [["Код ОО", "Год перечня"], ["9002", "2025/26"]])))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "перечень", "школа, год") == [("9001", 2026), ("9002", 2025), ("9002", 2026)]


def test_hidden_sheets_subfolders_and_files_that_are_passed_over(folder):
    (folder / "2026").mkdir()
    workbook = openpyxl.Workbook()
    workbook.active.title = "пустой"
    hidden = workbook.create_sheet("скрытый")
    hidden.sheet_state = "hidden"
    for row in (["Код ОО", "Год перечня", "Фамилия", "Телефон"], ["9001", 2026, "Иванов", "1"]):
        hidden.append(row)
    workbook.save(folder / "2026" / "перечень.xlsx")
    for name in ("~$реестр.xlsx", ".скрытый.csv", "Thumbs.db", "README.md", "приказ.docx", "заметки.txt"):
        (folder / name).write_text("просто текст\nв две строки", encoding="utf-8")
    (folder / "архив.zip").write_bytes(b"PK\x03\x04")
    tables, problems = read(folder)
    assert short(problems) == [("D109", "архив.zip")]
    assert rows(tables, "перечень", "школа, год") == [("9001", 2026)]
    assert [name for name, _ in tables.files_left] == ["2026/перечень.xlsx «пустой»", "README.md", "архив.zip", "заметки.txt", "приказ.docx"]
    assert tables.sources[0].left_out == (("Фамилия", "личные данные не читаются"), ("Телефон", "столбца нет в договоре"))


def test_columns_from_names_of_file_sheet_and_defaults(folder):
    book(folder / "ВПР_2025.xlsx", **{"5 кл. Рус": [["Код ОО", "Кол-во участников"], [9001, 20]], "5 кл. МА": [["Код ОО", "Кол-во участников"], [9001, 21]]})
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, columns="предмет, год, участников, балл") == [("русский язык", 2025, 20, None), ("математика", 2025, 21, None)]


def test_headers_in_two_rows_with_merged_cells_and_a_row_of_column_numbers(folder):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["Код ОО", "Предмет", "Учебный год", "Кол-во", None], [None, None, None, "участников", "писали"], ["1", "2", "3", "4", "5"],
                [9001, "РУ", 2026, 20, 1], [None, "МА", 2026, 21, 1]):
        sheet.append(row)
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "A4:A5"):
        sheet.merge_cells(merged)
    workbook.save(folder / "вход.xlsx")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, columns="школа, предмет, участников, _row") == [("9001", "русский язык", 20, 4), ("9001", "математика", 21, 5)]
    assert (tables.sources[0].header_row, tables.sources[0].letters["участников"]) == (2, "D")
    assert ("строка 3", "номера столбцов") in tables.sources[0].left_out


def test_missing_cells_and_hidden_numbers(folder):
    text(folder / "вход.csv", ";".join(HEADER), "9001;РУ;2026;12;н/д;-", "9001;МА;2026;12; – ;*", "9002;РУ;2026;12;нет;нет данных")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, columns="доля_двоек, балл, _status") == [(None, None, 0), (None, None, RowStatus.HIDDEN), (None, None, 0)]
    assert tables.info["результаты"].nullable == {"доля_двоек", "балл"}


@pytest.mark.parametrize(("written", "year"), [("2026", 2026), ("2025/26", 2026), ("2025-2026", 2026), ("2025–26", 2026), ("2025/2026 уч. год", 2026),
                                               ("2025/2026 учебный год", 2026), ("1999/00", 2000), ("2026 г.", 2026), (2026, 2026), (2026.0, 2026)])
def test_academic_years(folder, written, year):
    book(folder / "перечень.xlsx", Лист1=[["Код ОО", "Год перечня"], ["9001", written]])
    assert rows(read(folder)[0], "перечень", "год") == [(year,)]


def test_flags_dates_and_codes_of_the_registry(tmp_path):
    book(tmp_path / "р.xlsx", л=[
        ["Код ОО", "Тип ОО", "Новая", "Дата открытия"], [9001, "СОШ", "Да", date(2020, 9, 1)], [" edu123 ", "Гимназия", True, "01.09.2020"],
        ["9003.0", "сош", "нет", "2020-09-01 10:00:00"], ["0004", "сош", None, None]])
    tables, problems = read(tmp_path)
    assert short(problems) == []
    day = date(2020, 9, 1).toordinal()
    assert rows(tables, "школы", "школа, тип_школы, новая, открыта") == [
        ("9001", "сош", True, day), ("edu123", "гимназия", True, day), ("9003", "сош", False, day), ("0004", "сош", None, None)]


def test_a_row_of_totals_and_blank_rows_are_left_out_aloud(folder):
    book(folder / "вход.xlsx", л=[HEADER, [9001, "РУ", 2026, 12], [], [None, None, None, 12], ["Итого:", None, None, 12], [9002, "РУ", 2026, 5]])
    tables, problems = read(folder)
    assert short(problems) == [("D111", "вход.xlsx «л»!A4")]
    assert "строка 4, строка 5" in next(problem.message for problem in problems if problem.code == "D111")
    assert rows(tables, columns="школа, _row") == [("9001", 2), ("9002", 6)]
    assert ("строки 4, 5", "нет ключа: пустые или итоговые") in tables.sources[0].left_out
    assert (tables.sources[0].rows, tables.info["результаты"].dropped_rows) == (2, 1)


@pytest.mark.parametrize("name", ["перечень [5 кл] *", "перечень ?", "перечень {а,б}", "o'перечень"])
def test_signs_in_a_file_name_stand_for_themselves(folder, name):
    """DuckDB takes such names for patterns and would read a neighbour."""
    for file, school in ((f"{name}.csv", "9001"), ("перечень 5 x.csv", "9002"), ("перечень а.csv", "9003")):
        text(folder / file, "Код ОО;Год перечня;Письмо", f"{school};2026;а")
    tables, _ = read(folder)
    owner = {source.file: index for index, source in enumerate(tables.sources)}[f"{name}.csv"]
    assert rows(tables, "перечень", "школа", f"WHERE _source = {owner}") == [("9001",)]


def test_same_bytes_same_tables_and_fingerprint(folder, tmp_path_factory):
    text(folder / "вход.csv", ";".join(HEADER), "9001;РУ;2026;12;25;4")
    other = tmp_path_factory.mktemp("копия")
    for path in sorted(folder.iterdir(), reverse=True):
        (other / path.name).write_bytes(path.read_bytes())
    (other / "README.md").write_text("не участвует", encoding="utf-8")
    first, second = read(folder)[0], read(other)[0]
    assert first.fingerprint == second.fingerprint
    assert rows(first, columns="*") == rows(second, columns="*")
    text(other / "вход.csv", ";".join(HEADER), "9001;РУ;2026;12;25;5")
    assert read(other)[0].fingerprint != first.fingerprint


def test_rows_stand_in_the_order_of_files_and_rows(folder, monkeypatch):
    monkeypatch.setattr("engine.inputs.casting._BATCH", 2)
    years = [[9001, year] for year in range(2020, 2025)]
    book(folder / "а.xlsx", л=[["Код ОО", "Год перечня"], *years], м=[["Код ОО", "Год перечня"], [9002, 2020]])
    text(folder / "б.csv", "Код ОО;Год перечня;Письмо", "9002;2021;а", "9002;2022;б")
    book(folder / "в.xlsx", л=[["Код ОО", "Год перечня"], [9003, 2020]])
    found = rows(read(folder)[0], "перечень", "школа, год, _source, _row")
    assert found == [*((str(school), year, 0, row) for row, (school, year) in enumerate(years, 2)), ("9002", 2020, 1, 2),
                     ("9002", 2021, 2, 2), ("9002", 2022, 2, 3), ("9003", 2020, 3, 2)]


def test_progress_names_each_file_before_it_is_read(folder):
    text(folder / "вход.csv", ";".join(HEADER), "9001;РУ;2026;12;25;4")
    seen = []
    read(folder, progress=lambda *step: seen.append(step))
    assert seen == [(0, 2, "вход.csv"), (1, 2, "реестр.xlsx")]


# ---------------------------------------------------------------- files that cannot be read


@pytest.mark.parametrize(("name", "content", "says"), [
    ("страница.xls", b"\r\n <HTML><body><table></table></body></HTML>", "HTML"),
    ("xml.xls", b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "XML"),
    ("пароль.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(99), "паролем"),
    ("текст.xlsx", "Код ОО;Год\n9001;2026\n".encode(), "простой текст"),
    ("документ.csv", b"%PDF-1.7", "PDF"),
    ("двоичный.csv", b"a;b\n\0\0\0", "не текст"),
    ("не.parquet", b"abc", "Parquet"),
    ("битый.parquet", b"PAR1" + bytes(20), "Parquet"),
    ("ole.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "не читается"),
])
def test_a_file_in_disguise_is_named_with_what_to_do(folder, name, content, says):
    (folder / name).write_bytes(content)
    tables, problems = read(folder)
    assert short(problems) == [("D101", name)]
    assert says in problems[0].message and problems[0].hint
    assert (name, "не открывается") in tables.files_left


def test_a_list_is_not_complete_when_a_file_could_not_be_read(folder):
    """Nobody knows what was in that file, so a school's absence from a list is no longer zero."""
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", "9001;2026;а")
    assert not read(folder)[0].info["перечень"].incomplete
    (folder / "ещё перечень.xls").write_bytes(b"<html></html>")
    assert read(folder, allow_problems=True)[0].info["перечень"].incomplete


def test_a_list_is_not_complete_when_a_row_of_an_unknown_school_is_dropped(folder):
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", "9001;2026;а", "9099;2026;б")
    info = read(folder, allow_problems=True)[0].info["перечень"]
    assert (info.rows, info.dropped_rows, info.incomplete) == (1, 1, True)


def test_a_workbook_cut_off_half_way(folder):
    whole = book(folder / "вход.xlsx", л=[HEADER, [9001, "РУ", 2026, 12]]).read_bytes()
    (folder / "вход.xlsx").write_bytes(whole[:len(whole) // 2])
    assert short(read(folder)[1]) == [("D101", "вход.xlsx")]


def test_a_zip_that_is_no_workbook(folder):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "x")
    (folder / "архив.xlsx").write_bytes(content.getvalue())
    assert short(read(folder)[1]) == [("D101", "архив.xlsx")]


def test_a_workbook_named_csv_is_read_by_its_content(folder):
    book(folder / "вход.xlsx", л=[HEADER, [9001, "РУ", 2026, 12]]).rename(folder / "вход.csv")
    tables, problems = read(folder)
    assert (short(problems), len(rows(tables))) == ([], 1)


def test_a_parquet_file_damaged_inside(folder):
    duckdb.sql("SELECT i::VARCHAR AS школа, 2026 AS год, 'письмо ' || i AS письмо FROM range(5000) AS t(i)").write_parquet(str(folder / "перечень.parquet"))
    content = bytearray((folder / "перечень.parquet").read_bytes())
    content[2000:2400] = bytes(400)
    (folder / "перечень.parquet").write_bytes(content)
    tables, problems = read(folder)
    assert short(problems, "D108") == [("D101", "перечень.parquet")]
    assert (tables.info["перечень"].rows, tables.info["перечень"].dropped_rows) == (0, 1)


def test_empty_files_and_sheets(folder):
    (folder / "ноль.csv").write_bytes(b"")
    book(folder / "пусто.xlsx", л=[])
    text(folder / "заголовки.csv", ";".join(HEADER))
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо")
    tables, problems = read(folder)
    assert short(problems) == [("D108", "заголовки.csv"), ("D108", "ноль.csv"), ("D108", "пусто.xlsx")]
    assert (tables.info["перечень"].supplied, tables.info["перечень"].rows) == (True, 0)


def test_damaged_utf8_is_not_taken_for_cp1251(folder):
    (folder / "вход.csv").write_bytes((";".join(HEADER) + "\n9001;русский язык;2026;12;25;4\n9002;").encode() + b"\xff" + "русский;2026;1;2;3\n".encode())
    assert short(read(folder)[1]) == [("D106", "вход.csv!A3")]


def test_a_late_fault_of_encoding_in_a_long_file_is_found(folder):
    """Only the head of a text is looked at first; a bad byte far below is still named, and the table is not taken for complete."""
    good = "9001;РУ;2026;12;25;4\n" * 12_000
    (folder / "вход.csv").write_bytes((";".join(HEADER) + "\n" + good).encode() + b"9001;\xff\xfe;2026;12;25;4\n")
    tables, problems = read(folder)
    assert ("D106", "вход.csv!A12002") in short(problems)
    assert (tables.info["результаты"].rows, tables.info["результаты"].dropped_rows) == (0, 1)


def test_cp1251_below_a_long_latin_head(folder):
    contract = {"list": Table.model_validate({"ключ": ["id"], "столбцы": {"id": {"тип": "целое"}, "note": {"тип": "текст"}}})}
    lines = [b"id;note", *(f"{number};latin".encode() for number in range(30_000)), "30000;русский".encode("cp1251")]
    for path in list(folder.iterdir()):
        path.unlink()
    (folder / "вход.csv").write_bytes(b"\n".join(lines))
    tables, problems = read(folder, contract)
    assert short(problems) == []
    assert rows(tables, "list", "id, note", "ORDER BY id DESC LIMIT 1") == [(30_000, "русский")]


def test_a_folder_that_is_not_there_or_gives_nothing(tmp_path):
    assert short(read(tmp_path / "нет")[1]) == [("D110", str(tmp_path / "нет"))]
    (tmp_path / "приказ.docx").write_bytes(b"PK\x03\x04")
    assert short(read(tmp_path)[1]) == [("D110", str(tmp_path))]


# ---------------------------------------------------------------- recognising


def test_an_unlike_sheet_names_the_nearest_table_and_what_it_lacks(folder):
    book(folder / "вход.xlsx", л=[["Код ОО", "Кол-во участников", "Средний балл"], [9001, 5, 4]], другое=[["Кабинет", "Стол"], ["1", "2"]])
    tables, problems = read(folder)
    assert short(problems) == [("D104", "вход.xlsx «л»"), ("D102", "вход.xlsx «другое»")]
    assert "«предмет», «год»" in next(problem.message for problem in problems if problem.code == "D104")
    assert len(tables.sources) == 1


def test_without_an_ordinary_key_a_sheet_is_not_recognised(folder):
    book(folder / "вход.xlsx", л=[["Предмет", "Учебный год", "Кол-во участников"], ["РУ", 2026, 5]])
    _, problems = read(folder)
    assert short(problems) == [("D102", "вход.xlsx «л»")]
    said, = (problem.message for problem in problems if problem.code == "D102")
    assert "«результаты»" in said and "«школа»" in said


def test_a_list_of_names_is_not_taken_for_the_registry(folder):
    contract = {**CONTRACT, "школы": Table.model_validate({"что": "реестр", "ключ": ["школа"], "столбцы": {
        "школа": {"тип": "код", "заголовки": ["Код ОО"]}, "название_школы": {"тип": "текст", "заголовки": ["Наименование ОО"]},
        **{name: {"тип": "текст", "обязательно": "да"} for name in ("тип_школы", "район", "вид")}}})}
    book(folder / "реестр.xlsx", л=[["Код ОО", "Наименование ОО", "Телефон"], [9001, "Школа", "1"]])
    assert short(read(folder, contract)[1]) == [("D110", str(folder)), ("D102", "реестр.xlsx «л»")]


def test_two_tables_with_the_same_columns_are_told_apart_by_the_name_of_the_file(folder):
    twin = {"ключ": ["школа"], "столбцы": {"школа": {"тип": "школа", "заголовки": ["Код ОО"]}, "число_детей": {"тип": "целое"}}}
    contract = {**CONTRACT, "осень": Table.model_validate(twin), "весна": Table.model_validate(twin)}
    book(folder / "детей.xlsx", л=[["Код ОО", "Число детей"], [9001, 5]])
    assert short(read(folder, contract)[1]) == [("D103", "детей.xlsx «л»!A1")]
    (folder / "детей.xlsx").rename(folder / "детей осень.xlsx")
    tables, problems = read(folder, contract)
    assert (short(problems), tables.info["осень"].rows, tables.info["весна"].rows) == ([], 1, 0)


def test_a_missing_obligatory_column_and_a_column_found_twice(folder):
    book(folder / "а.xlsx", л=[[], ["Код ОО", "Предмет", "Год", "Средний балл"], [9001, "РУ", 2026, 4]])
    book(folder / "б.xlsx", л=[["Код ОО", "Предмет", "Год", "Кол-во участников", "Балл", "Средний балл"], [9001, "МА", 2026, 4, 5, 6]])
    tables, problems = read(folder)
    assert short(problems) == [("D104", "а.xlsx «л»!A2"), ("D105", "б.xlsx «л»!F1")]
    assert rows(tables, columns="участников, балл") == [(None, 4.0), (4, None)]


def test_tables_that_no_file_gave(folder):
    _, problems = read(folder)
    said = [("D306", f"Ни один файл не дал таблицу «{name}».") for name in ("перечень", "результаты")]
    assert [(problem.code, problem.message) for problem in problems] == said
    (folder / "реестр.xlsx").unlink()
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", "9001;2026;а")
    assert short(read(folder)[1]) == [("D112", folder.name)]


# ---------------------------------------------------------------- cells


def cell_problems(folder: Path, *lines: str, **more) -> tuple[Tables, list[Problem]]:
    text(folder / "вход.csv", ";".join(HEADER), *lines)
    return read(folder, **more)


@pytest.mark.parametrize(("line", "expected"), [
    ("9001;РУ;2026;много;25;4", ("D201", "вход.csv!D3")),
    ("9001;РУ;2026;12;25 чел;4", ("D201", "вход.csv!E3")),
    ("9001;РУ;2026;12;2026-05-04;4", ("D201", "вход.csv!E3")),
    ("9001;РУ;2026;1_2;25;4", ("D201", "вход.csv!D3")),
    ("9001;РУ;2026;0x1F;25;4", ("D201", "вход.csv!D3")),
    ("9001;РУ;2026;inf;25;4", ("D201", "вход.csv!D3")),
    ("9001;РУ;2026;12 34;25;4", ("D201", "вход.csv!D3")),
    ("9001;РУ;2026;-1;25;4", ("D202", "вход.csv!D3")),
    ("9001;РУ;2026;12;100,01;4", ("D202", "вход.csv!E3")),
    ("9001;РУ;2026;12,5;25;4", ("D204", "вход.csv!D3")),
    ("9001;РУ;2026;12.5;25;4", ("D204", "вход.csv!D3")),
    ("9001;Физра;2026;12;25;4", ("D205", "вход.csv!B3")),
    ("9001;РУ;2026;;25;4", ("D206", "вход.csv!D3")),
    (";РУ;2026;12;25;4", ("D206", "вход.csv!A3")),
    ("9001;-;2026;12;25;4", ("D206", "вход.csv!B3")),
    ("9001;РУ;2025/27;12;25;4", ("D207", "вход.csv!C3")),
    ("9001;РУ;скоро;12;25;4", ("D207", "вход.csv!C3")),
    ("9О0А1Z;РУ;2026;12;25;4", ("D208", "вход.csv!A3")),
    ("9009;РУ;2026;12;25;4", ("D302", "вход.csv!A3")),
    ("9001;РУ;2026;12;25", ("D107", "вход.csv!A3")),
    ("9001;РУ;2026;12;25;4;лишнее;5", ("D107", "вход.csv!A3")),
])
def test_a_wrong_cell_is_named_exactly(folder, line, expected):
    _, problems = cell_problems(folder, "9001;МА;2026;12;25;4", line)
    assert short(problems) == [expected]


def test_the_same_cells_are_found_in_a_workbook(folder):
    book(folder / "вход.xlsx", л=[HEADER, [9001, "РУ", 2026, "много", 25], [9001, "МА", 2026, 12.5, 120], [9002, "МА", date(2026, 9, 1), 12, 25]])
    assert short(read(folder)[1]) == [("D201", "вход.xlsx «л»!D2"), ("D202", "вход.xlsx «л»!E3"), ("D204", "вход.xlsx «л»!D3"), ("D207", "вход.xlsx «л»!C4")]


def test_the_nearest_word_and_school_are_offered(folder):
    _, problems = cell_problems(folder, "9001;Матиматика;2026;12;25;4", "90O3;РУ;2026;12;25;4")
    said = {problem.code: problem.message for problem in problems}
    assert "«Матиматика» (похоже на «математика»)" in said["D205"]
    assert "(похоже на «9003»)" in said["D302"]


def test_many_equal_cells_are_told_once(folder):
    text(folder / "вход.csv", ";".join(HEADER), *(f"9001;РУ;{1950 + number};много;25;4" for number in range(20)))
    _, problems = read(folder)
    assert short(problems) == [("D201", "вход.csv!D2")]
    assert problems[0].message == "«участников»: текст вместо числа — D2, D3, D4, D5, D6 «много» и ещё 15 ячеек."


def test_different_texts_are_shown_with_their_cells(folder):
    _, problems = cell_problems(folder, "9001;РУ;2026;12а;25;4", "9001;МА;2026;13б;25;4", "9002;МА;2026;12а;25;4")
    assert problems[0].message == "«участников»: текст вместо числа — D2 «12а», D3 «13б», D4 «12а»."


def test_a_name_of_a_person_in_a_shifted_row_is_not_repeated(folder):
    text(folder / "вход.csv", ";".join([*HEADER, "Фамилия"]), "9001;РУ;2026;Сидоров Пётр Иванович;25;4;Иванов", "9001;МА;2026;Петрова А.Б.;25;4;Иванов")
    _, problems = read(folder)
    told = " ".join(f"{problem.place} {problem.message} {problem.hint}" for problem in problems)
    assert short(problems) == [("D201", "вход.csv!D2")]
    assert not any(name in told for name in ("Сидоров", "Петрова", "Иванов"))


def test_percent_given_as_fractions(folder):
    _, problems = cell_problems(folder, "9001;РУ;2026;12;0,25;4", "9001;МА;2026;12;1;4", "9002;РУ;2026;12;;4", "9002;МА;2026;12;0;4")
    assert short(problems) == [("D203", "вход.csv!E2")]
    assert "E2 «0,25», E3 «1», E5 «0»" in problems[0].message


@pytest.mark.parametrize("shares", [("0", "1"), ("0,25", "30"), ("0,25 %", "0,5 %")])
def test_small_percents_are_not_always_fractions(folder, shares):
    assert short(cell_problems(folder, *(f"9001;{subject};2026;12;{share};4" for subject, share in zip(("РУ", "МА"), shares)))[1]) == []


def test_a_hidden_number_may_stand_where_a_cell_is_obligatory(folder):
    contract = {**CONTRACT, "результаты": Table.model_validate({"ключ": ["школа"], "столбцы": {
        "школа": {"тип": "школа", "заголовки": ["Код ОО"]}, "участников": {"тип": "целое", "обязательно": "да", "скрыто": ["-1", "<5"]}}})}
    text(folder / "вход.csv", "Код ОО;Участников", "9001;-1", "9002;<5", "9003;")
    tables, problems = read(folder, contract)
    assert short(problems) == [("D206", "вход.csv!B4")]
    assert rows(tables, columns="участников, _status") == [(None, RowStatus.HIDDEN), (None, RowStatus.HIDDEN), (None, RowStatus.OK)]


def test_years_after_the_report_year(folder):
    tables, problems = cell_problems(folder, "9001;РУ;2026;12;25;4", "9001;РУ;2027;12;25;4", report_year=2026)
    assert short(problems) == [("D307", "вход.csv!C3")]
    assert tables.info["результаты"].years == (2026, 2027)


def test_an_open_quote_is_named_where_it_opens(folder):
    text(folder / "перечень.csv", "Код ОО;Год перечня;Письмо", "9001;2026;а", '9002;2026;"открыта', "9003;2026;б")
    tables, problems = read(folder)
    assert short(problems) == [("D107", "перечень.csv!A3")]
    assert tables.info["перечень"].dropped_rows == 1


def test_a_bad_constant_from_a_file_name_has_no_cell_letter(folder):
    contract = {**CONTRACT, "результаты": Table.model_validate({"ключ": ["школа", "год"], "столбцы": {
        "школа": {"тип": "школа", "заголовки": ["Код ОО"]}, "год": {"тип": "учебный год", "из имени файла": r"ВПР (\S+)\."}, "участников": {"тип": "целое"}}})}
    text(folder / "ВПР 2025-27.csv", "Код ОО;Участников", "9001;5")
    assert short(read(folder, contract)[1]) == [("D207", "ВПР 2025-27.csv!A2")]


# ---------------------------------------------------------------- keys, bad rows


def test_repeated_keys_in_one_file_and_across_files(folder):
    text(folder / "а.csv", ";".join(HEADER), "9001;РУ;2026;12;25;4", "9001;Русский;2025/26;13;25;4")
    book(folder / "б.xlsx", л=[HEADER, [9002, "РУ", 2026, 1], [9001, "русский язык", 2026, 1]])
    _, problems = read(folder)
    assert short(problems) == [("D301", "а.csv!A3"), ("D301", "б.xlsx «л»!A3")]
    assert problems[0].message == "Строки с одним ключом: A3 и A2 (9001, русский язык, 2026)."
    assert problems[1].message == "Строки с одним ключом: A3 и а.csv!A2 (9001, русский язык, 2026)."


def test_with_allowed_problems_a_bad_row_keeps_only_its_key(folder):
    lines = ["9001;РУ;2026;много;25;4", "9001;МА;2026;12;25;4", "9002;РУ;2026;12;25", "9003;РУ;2026;1;2;3", "9003;РУ;2026;3;4;5", "9009;РУ;2026;12;25;4",
             ";МА;2026;12;25;4"]
    tables, problems = cell_problems(folder, *lines, allow_problems=True)
    assert {code for code, _ in short(problems)} == {"D107", "D201", "D206", "D301", "D302"}
    assert rows(tables, columns="школа, предмет, участников, доля_двоек, _status, _row") == [
        ("9001", "русский язык", None, None, RowStatus.BAD, 2), ("9001", "математика", 12, 25.0, RowStatus.OK, 3),
        ("9002", "русский язык", None, None, RowStatus.BAD, 4), ("9003", "русский язык", None, None, RowStatus.BAD, 5)]
    assert (tables.bad_rows, tables.info["результаты"].dropped_rows, tables.info["результаты"].rows) == (6, 2, 4)


def test_without_permission_rows_stay_as_they_are(folder):
    tables, problems = cell_problems(folder, "9001;РУ;2026;много;25;4")
    assert any(problem.is_error for problem in problems)
    assert (rows(tables, columns="школа, доля_двоек"), tables.bad_rows) == ([("9001", 25.0)], 0)


def test_a_bad_school_of_the_registry_is_still_a_school(folder):
    book(folder / "реестр.xlsx", школы=[*REGISTRY, ["9004", "Лицей", "лицей"]])
    tables, problems = cell_problems(folder, "9004;РУ;2026;12;25;4", allow_problems=True)
    assert short(problems) == [("D205", "реестр.xlsx «школы»!C5")]
    assert rows(tables, "школы", "название_школы, тип_школы, _status", "WHERE школа = '9004'") == [(None, None, RowStatus.BAD)]
    assert rows(tables, columns="школа, участников, _status") == [("9004", 12, RowStatus.OK)]


# ---------------------------------------------------------------- merged schools


def merged(folder: Path, *successors: tuple[str, str | None]) -> None:
    header = ["Код ОО", "Наименование ОО", "Тип ОО", "Правопреемник"]
    book(folder / "реестр.xlsx", школы=[header, *([code, f"Школа {code}", "сош", to] for code, to in successors)])


def test_history_of_a_merged_school_moves_to_the_last_successor(folder):
    merged(folder, ("9001", "9002"), ("9002", "9003"), ("9003", None), ("9004", None))
    text(folder / "вход.csv", ";".join(HEADER), "9001;РУ;2025;10;1;1", "9002;РУ;2025;20;2;2", "9003;РУ;2025;30;3;3", "9004;РУ;2025;40;4;4")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, columns="школа, участников, _code_as_given") == [("9003", 10, "9001"), ("9003", 20, "9002"), ("9003", 30, "9003"), ("9004", 40, "9004")]
    assert rows(tables, "школы", "школа") == [("9003",), ("9004",)]
    assert rows(tables, "_присоединённые", "код, преемник, название") == [("9001", "9003", "Школа 9001"), ("9002", "9003", "Школа 9002")]
    assert tables.info["школы"].rows == 2


def test_without_mergers_the_table_of_the_merged_is_empty(folder):
    assert rows(read(folder)[0], "_присоединённые", "*") == []


@pytest.mark.parametrize(("successors", "cells", "left"), [
    ((("9001", "9099"), ("9002", None)), ["D2"], ["9001", "9002"]),
    ((("9001", "9001"), ("9002", None)), ["D2"], ["9001", "9002"]),
    ((("9001", "9002"), ("9002", "9001"), ("9003", "9001")), ["D2", "D3", "D4"], ["9001", "9002", "9003"]),
    ((("9001", "9002"), ("9002", "9099")), ["D3"], ["9002"]),
])
def test_wrong_successors(folder, successors, cells, left):
    merged(folder, *successors)
    tables, problems = read(folder, allow_problems=True)
    assert short(problems) == [("D305", f"реестр.xlsx «школы»!{cells[0]}")]
    assert all(cell in problems[0].message for cell in cells)
    assert [code for code, in rows(tables, "школы", "школа")] == left


# ---------------------------------------------------------------- real files


def test_the_moscow_export_is_read_as_it_is(tmp_path):
    source = Path(__file__).parents[2] / "shared/cases/ru_moscow_ege/raw_messy/data-9722-2016-10-31.csv"
    if not source.exists():
        pytest.skip("real cases are not on this machine")
    (tmp_path / source.name).write_bytes(source.read_bytes())
    contract = {"егэ": Table.model_validate({"ключ": ["запись", "год"], "столбцы": {
        "запись": {"тип": "код", "заголовки": ["global_id"]}, "год": {"тип": "учебный год", "заголовки": ["YEAR"]},
        "школа": {"тип": "текст", "заголовки": ["EDU_NAME"], "обязательно": "да"}, "округ": {"тип": "текст", "заголовки": ["AdmArea"]},
        "подписано": {"тип": "дата", "заголовки": ["signature_date"]}, "сдавали": {"тип": "целое", "от": 0, "заголовки": ["PASSED_NUMBER_FULL"]},
        "от_220": {"тип": "целое", "от": 0, "заголовки": ["PASSES_OVER_220"]}, "от_160": {"тип": "целое", "от": 0, "заголовки": ["PASSER_UNDER_160"]}}})}
    tables, problems = read(tmp_path, contract)
    assert problems == []
    assert rows(tables, "егэ", "count(*), sum(сдавали), min(год), max(год), count(подписано)") == [(626, 66461, 2016, 2016, 626)]
    assert rows(tables, "егэ", "школа, сдавали, от_220, от_160, подписано, _row", "LIMIT 1") == [
        ("Государственное автономное образовательное учреждение высшего образования города Москвы «Московский институт открытого образования» "
         "(средняя общеобразовательная школа № 179)", 109, 80, 101, date(2016, 10, 31).toordinal(), 2)]
    assert [header for header, _ in tables.sources[0].left_out] == ["system_object_id", "ID", "District", "OGRN", "LINK"]


OLD_XLS = (
    'c-'
    'rk)O=uHA6#iy2X`0xkNt+67A%=ogYr!O1sfTo%g63qcUK9~DwK+&jD#43htk&EV1W$^WLJ{;(_2LgI=*@#r(SsleiQe=iD0pbIzImC&w)W6KEh_Vc`R47LZ)RUIZ)P+5dM;d=zTaNPGW5fPisMJ!BA'
    '=k*cP~PqcE?esTh~)@4E`zj>uDnEym-?1%BSW~&373V?#UO#z(*>_a2i7s`CM!rF~~7wg^D3XEO3)NL9}sH&CDm6TbS>%@+tEGd#*62NLvy|F=r2T_vtJ?Vs&y`5Nh0q+~+-'
    'e5@^LsmBr_;imKL&bm3HX{O@dt$_C7U<}H)U=L*^J5+XE#Gx+YrfN$<feI7IZ_4Nyo|Ho3lZw3D~O9GQ{PH=)3DOEpvREt-'
    '1$Ud2tgEE16q(Le!br9{cU+$7IL}gTNfN0T|w(OMyR5CIp4@lDPiN_O^7|D3DcSmw}K<(VT(nCvDdLyrZ2I5gPu^r}h5Td<&{`S{5`$vZD<LsH_-M#t@*sQ{agA1w$bq;b1N6y-'
    'A=IzWEdDITJ+nFPjy;OG%w`ybG6l*SVYZu*TC*!TXWs$v=?BbV$kD|p-_BOI-Gv#xU*?0CdI_a4-O8wPm3O%An+_<jr*mi57_lpnAZNKdu^;Ss7?&t?y6BZC)Gt6AQQooMSda;6Du-'
    '?*o!FrF@Tg&v%bWCB~xvcosCN+M))r<$qO?%ic1YlrbU|?WiU|?XdHW2zhyGI`}y!vF|)9-'
    'Z_s8q~rlK&QmFhQR)bTHkEJk<r9tto#t(qYvdORTbw`@T@&Fx|a?F^q5=V>Rb5oub6z@3ZQTp|x8=wcfu{OPqiB{yza&(8Vw')
ODS = ('<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Лист1">{rows}</table:table>'
       "</office:spreadsheet></office:body></office:document-content>")


def ods_row(cells: list[str]) -> str:
    written = (f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells)
    return f"<table:table-row>{''.join(written)}</table:table-row>"


# ---------------------------------------------------------------- the decimal sign


def money(table: dict | None = None, **column: object) -> dict[str, Table]:
    """A contract with one table of sums; keys of the column and of the table."""
    block = {"ключ": ["школа"], "столбцы": {"школа": {"тип": "школа", "заголовки": ["Код ОО"]}, "сумма": {"тип": "число", **column}}, **(table or {})}
    return {"школы": CONTRACT["школы"], "расходы": Table.model_validate(block)}


def sums(folder: Path, contract: dict[str, Table], *cells: object) -> tuple[list, list[Problem]]:
    """Read the same cells from a workbook and from CSV; both must give the same."""
    given = [f"900{index}" for index in range(1, len(cells) + 1)]
    registry = [REGISTRY[0], *[[code, "Школа", "сош"] for code in given]]
    results = []
    for kind in ("xlsx", "csv"):
        inside = folder / kind
        inside.mkdir()
        book(inside / "Реестр.xlsx", Реестр=registry)
        if kind == "xlsx":
            book(inside / "Расходы.xlsx", Расходы=[["Код ОО", "Сумма"], *zip(given, cells, strict=True)])
        else:
            text(inside / "Расходы.csv", "Код ОО;Сумма", *(f"{code};{cell}" for code, cell in zip(given, cells, strict=True)))
        tables, problems = read_folder(inside, contract, REFERENCES)
        values = [value for value, in tables.connection.execute('SELECT "сумма" FROM "расходы" ORDER BY "школа"').fetchall()]
        results.append((values, [problem for problem in problems if problem.code.startswith("D2")]))
    assert results[0][0] == results[1][0] and [each.code for each in results[0][1]] == [each.code for each in results[1][1]]
    return results[1]


def test_a_comma_that_may_divide_thousands_is_told(tmp_path):
    values, (problem,) = sums(tmp_path, money(), "1,234", "567", "12.5", "-3,000")
    assert values == [1.234, 567, 12.5, -3]
    assert (problem.code, problem.place.cell, problem.is_error) == ("D209", "B2", False)
    assert "B2 «1,234»" in problem.message and "B5 «-3,000»" in problem.message
    assert "десятичный знак: точка" in problem.hint


@pytest.mark.parametrize("sure", ["12,5", "0,125", "1234,567", "1,2345", " 7,25 "])
def test_one_sure_decimal_comma_settles_the_column(sure, tmp_path):
    assert sums(tmp_path, money(), "1,234", sure)[1] == []


@pytest.mark.parametrize("column", [{"до": 100}, {"десятичный знак": "запятая"}])
def test_a_column_where_it_cannot_be_thousands_is_left_in_peace(column, tmp_path):
    values, problems = sums(tmp_path, money(**column), "1,234", "12,345")
    assert values == [1.234, 12.345] and problems == []


@pytest.mark.parametrize("table", [{}, {"десятичный знак": "точка"}])
def test_with_a_point_a_comma_groups_digits(table, tmp_path):
    contract = money(table) if table else money(**{"десятичный знак": "точка"})
    values, problems = sums(tmp_path, contract, "1,234", "1,234,567.5", "12.5", "800")
    assert values == [1234, 1234567.5, 12.5, 800] and problems == []


def test_with_a_point_a_decimal_comma_is_no_number(tmp_path):
    _, (problem,) = sums(tmp_path, money(**{"десятичный знак": "точка"}), "12,5", "1,23,456", "7")
    assert problem.code == "D201" and "«12,5»" in problem.message and "«1,23,456»" in problem.message


def test_a_column_may_differ_from_its_table(tmp_path):
    values, problems = sums(tmp_path, money({"десятичный знак": "точка"}, **{"десятичный знак": "любой"}), "1,5", "2,250")
    assert values == [1.5, 2.25] and problems == []


def test_whole_numbers_may_be_grouped_too(tmp_path):
    assert sums(tmp_path, money(**{"тип": "целое", "десятичный знак": "точка"}), "1,234", "12") == ([1234, 12], [])


def test_programs_beside_the_data_are_no_data(tmp_path):
    """Like a note in *.md: the maker of the sample data lies in its folder, with what Python keeps of it."""
    book(tmp_path / "Реестр.xlsx", Реестр=REGISTRY)
    (tmp_path / "region.py").write_text("print()\n", encoding="utf-8")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "region.cpython-311.pyc").write_bytes(b"\0\1")
    tables, problems = read_folder(tmp_path, CONTRACT, REFERENCES)
    assert [problem.code for problem in problems if "py" in str(problem.place)] == []
    assert [name for name, _ in tables.files_left] == ["region.py"]
