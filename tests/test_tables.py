"""Tables made in memory, and what can be asked of them."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest

from engine.model import Table
from engine.problems import Cell
from engine.tables import RowStatus, SourceSheet, Tables, column_types, create_table, letter, quoted

CONTRACT = {
    "школы": Table.model_validate({"что": "реестр", "ключ": ["школа"], "столбцы": {
        "школа": {"тип": "код"}, "тип_школы": {"тип": "текст"}, "новая": {"тип": "да/нет"}, "открыта": {"тип": "дата"}}}),
    "результаты": Table.model_validate({"ключ": ["школа", "год"], "столбцы": {
        "школа": {"тип": "школа"}, "год": {"тип": "учебный год"}, "участников": {"тип": "целое"}, "балл": {"тип": "число"},
        "удвоено": {"формула": "2 * балл"}}}),
}


def rows(tables: Tables, sql: str) -> list[tuple]:
    return tables.connection.execute(sql).fetchall()


@pytest.fixture
def tables() -> Tables:
    return Tables.from_frames(CONTRACT, {
        "школы": pd.DataFrame({"школа": [9001, 9002], "новая": [True, None], "открыта": [date(2020, 9, 1), None]}),
        "результаты": pd.DataFrame({"школа": ["9001", "9001", "9002"], "год": [2025, 2026, 2026], "участников": [20, None, 30],
                                    "балл": [1.5, float("nan"), 2]}),
    })


def test_frames_become_typed_tables_in_order(tables):
    assert rows(tables, 'FROM "школы"') == [("9001", None, True, date(2020, 9, 1).toordinal(), 0, 1, 0, None, None), ("9002", None, None, None, 0, 2, 0, None, None)]
    assert rows(tables, 'SELECT "школа", "год", "участников", "балл", _source, _row FROM "результаты"') == [
        ("9001", 2025, 20, 1.5, 1, 1), ("9001", 2026, None, None, 1, 2), ("9002", 2026, 30, 2.0, 1, 3)]


def test_a_column_with_a_formula_is_left_to_a_later_stage(tables):
    assert "удвоено" not in column_types(CONTRACT["результаты"])
    with pytest.raises(duckdb.BinderException):
        tables.connection.execute('SELECT "удвоено" FROM "результаты"')


def test_info_tells_rows_years_and_columns_with_gaps(tables):
    info = tables.info["результаты"]
    assert (info.rows, info.years, info.supplied, info.nullable) == (3, (2025, 2026), True, {"участников", "балл"})
    assert tables.info["школы"].nullable == {"тип_школы", "новая", "открыта"}


def test_a_table_without_a_frame_is_empty_and_not_supplied():
    info = Tables.from_frames(CONTRACT, {}).info["школы"]
    assert (info.rows, info.supplied, info.nullable) == (0, False, frozenset())


def test_a_relation_serves_as_a_frame_and_keeps_its_status():
    relation = duckdb.sql("SELECT * FROM (VALUES ('9001', 2026, 5, 1.0, 1), ('9002', 2026, 6, 2.0, 0)) AS t(школа, год, участников, балл, _status)")
    found = rows(Tables.from_frames(CONTRACT, {"результаты": relation}), 'SELECT "школа", "участников", _status FROM "результаты"')
    assert found == [("9001", 5, RowStatus.ABSENT), ("9002", 6, RowStatus.OK)]


def test_a_row_marked_bad_keeps_its_key_and_is_counted_once(tables):
    tables.mark_bad("результаты", [(1, 3), (1, 3)])
    tables.mark_bad("результаты", [(1, 3)])
    assert rows(tables, 'SELECT "школа", "год", "участников", "балл", _status FROM "результаты" WHERE _row = 3') == [("9002", 2026, None, None, RowStatus.BAD)]
    assert tables.bad_rows == 1


def test_a_table_takes_extra_columns_and_odd_names(tables):
    create_table(tables.connection, 'имя "в кавычках"', {'a"b': "DOUBLE", "_unit": "INTEGER"})
    described = rows(tables, "DESCRIBE " + quoted('имя "в кавычках"'))
    assert [row[0] for row in described] == ['a"b', "_unit", "_source", "_row", "_status", "_code_as_given", "_letter"]


def test_the_address_of_a_cell():
    sheet = SourceSheet("a.xlsx", "5 кл", "результаты", 3, 10, {"балл": "AB"})
    assert (sheet.cell(14, "балл"), str(sheet.cell(14, "год"))) == (Cell("a.xlsx", "5 кл", "AB14"), "a.xlsx «5 кл»!A14")
    assert [letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
