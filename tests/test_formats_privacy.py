"""Names, documents and codes of pupils planted in every layout reach no store: DuckDB, Parquet, run.json, problems, explanations."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from engine.record import save
from engine.run import run
from tests.formats_books import ROOT, book, district, individual
from tests.test_formats_exams import EGE, OGE
from tests.test_formats_pupils import FORM, H2021, H2022

PLANTED = ("Секретов", "Тайнова", "4012", "654321", "77700", "Сокрытович", "112-233-445", "12.03.2014")


@pytest.fixture
def folder(tmp_path):
    """Every layout with planted persons: in their own columns, and in shifted rows."""
    data = district(tmp_path / "data") if (tmp_path / "data").mkdir() is None else tmp_path
    lines = individual({"edu900001": [(2, 3, 2, 7, 5, 5), (1, 1, 0, 2, 2, 3), (2, 2, 0, 4, 3, 3)]})
    for index in (9, 10, 11):
        lines[index][3] = f"77700{index}"
    lines[7] = [*lines[7], "Фамилия, имя", "СНИЛС", "Дата рождения"]
    lines[9] += ["Секретов Пётр", "112-233-445 00", "12.03.2014"]
    lines.append(["Секретов Пётр Сокрытович", "77700555", 4012, 654321, "Секретов", "Тайнова", 1, 1, 1, "Секретов", "4012", "654321"])
    book(data / "ф1.xlsx", lines)
    ege = ["01 - Русский язык 2026.06.04", EGE, "1;;99;;9001;;11А;;9901;;5;;Секретов;Пётр;Сокрытович;;4012;;654321;;30;;72", "Секретов;;Тайнова;;654321;;4012;;1;;5;;9001;1;2;;3;;4;;Секретов;;654321",
           "2;;99;;654321;;Секретов;;9901;;5;;Тайнова;Анна;Сокрытович;;4012;;654321;;30;;4012"]
    (data / "егэ.csv").write_bytes("\r\n".join([*ege, ""]).encode())
    book(data / "огэ.xlsx", [["02 - Математика 2026.06.03"], OGE, [1, 9001, "9А", 9901, 1, "77700111", "Секретов", "Пётр", "Сокрытович", "1", 20, 4], [2, 654321, "Секретов", 4012, 1, "77700111", "Секретов", "Пётр", "Сокрытович", "1", 20, "Тайнова"]], "Лист1")
    book(data / "edu900002 форма.xlsx", [["ВПР 2021 Математика 5 класс"], FORM, [77700123, 1, 2, 3, 2, 1, 4, 7], ["Секретов", "Тайнова", "654321", "4012", 1, 2, "Секретов", "Тайнова Анна"]], "Протокол")
    (data / "МА 5 2021.csv").write_bytes("\r\n".join([H2021, "edu900001;99;77700;77700222;4;м;5А;1;7;3;4;", "Секретов;Тайнова;654321;4012;654321;Секретов;Секретов;Тайнова;654321;3;4;", ""]).encode())
    row = ["reg99", "99", "Регион", "Район", "edu900001 | Школа", "20.10.2022", "77700333", 1, 3, 4, "Секретов", "м", "Тайнова", "654321"]
    book(data / "ВПР 2022 Математика 5 класс.xlsx", [H2022, row], "Протокол")
    return data


def test_nobody_reaches_a_store(folder, tmp_path):
    result, problems = run(ROOT / "rules", folder, date(2026, 9, 3), allow_problems=True)
    assert result is not None, problems
    save(result, tmp_path / "out")
    told = [f"{problem.place} {problem.message} {problem.hint}" for problem in problems]
    explained = [str(dataclasses.astuple(result.explainer.indicator(name, row))) for name in ("низких_процедур", "учащихся_4_8") if name in result.program.plans for row in range(2)]
    tables = [str(result.tables.connection.execute(f'SELECT * FROM "{name}"').fetchall()) for name, in result.tables.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()]
    sources = [str(sheet) for sheet in result.tables.sources] + [str(item) for item in result.tables.files_left]
    for word in PLANTED:
        assert not [text[:300] for text in [*told, *explained, *tables, *sources] if word in text], word
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        content = path.read_bytes() if path.suffix != ".parquet" else str(result.tables.connection.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()).encode()
        assert not [word for word in PLANTED if word.encode() in content], path


def test_temporary_tables_of_the_reading_hold_nobody(folder):
    from tests.formats_books import read
    tables, _ = read(folder)
    for name, in tables.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        content = str(tables.connection.execute(f'SELECT * FROM "{name}"').fetchall())
        assert not [word for word in PLANTED if word in content], name
