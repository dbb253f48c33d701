"""Names, documents and codes of pupils planted in every layout reach nothing that is written: stores, reports, records, problems, the terminal.

Planted words are looked for in raw bytes, in the four encodings that Python, Excel and numpy write; archives are opened, Parquet and DuckDB read.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from engine.record import open_run, save
from engine.run import run
from reports import write_reports
from tests.formats_books import ROOT, book, district, individual, items, journal, marks, read, scores
from tests.test_formats_exams import EGE, OGE
from tests.test_formats_pupils import FORM, H2020, H2021, H2022

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
    ege = [
        "01 - Русский язык 2026.06.04",
        EGE,
        "1;;99;;9001;;11А;;9901;;5;;Секретов;Пётр;Сокрытович;;4012;;654321;;30;;72",
        "Секретов;;Тайнова;;654321;;4012;;1;;5;;9001;1;2;;3;;4;;Секретов;;654321",
        "2;;99;;654321;;Секретов;;9901;;5;;Тайнова;Анна;Сокрытович;;4012;;654321;;30;;4012",
    ]
    (data / "егэ.csv").write_bytes("\r\n".join([*ege, ""]).encode())
    book(
        data / "огэ.xlsx",
        [
            ["02 - Математика 2026.06.03"],
            OGE,
            [1, 9001, "9А", 9901, 1, "77700111", "Секретов", "Пётр", "Сокрытович", "1", 20, 4],
            [2, 654321, "Секретов", 4012, 1, "77700111", "Секретов", "Пётр", "Сокрытович", "1", 20, "Тайнова"],
        ],
        "Лист1",
    )
    book(
        data / "edu900002 форма.xlsx",
        [["ВПР 2021 Математика 5 класс"], FORM, [77700123, 1, 2, 3, 2, 1, 4, 7], ["Секретов", "Тайнова", "654321", "4012", 1, 2, "Секретов", "Тайнова Анна"]],
        "Протокол",
    )
    (data / "МА 5 2021.csv").write_bytes(
        "\r\n".join(
            [H2021, "edu900001;99;77700;77700222;4;м;5А;1;7;3;4;", "Секретов;Тайнова;654321;4012;654321;Секретов;Секретов;Тайнова;654321;3;4;", ""]
        ).encode()
    )
    row = ["reg99", "99", "Регион", "Район", "edu900001 | Школа", "20.10.2022", "77700333", 1, 3, 4, "Секретов", "м", "Тайнова", "654321"]
    book(data / "ВПР 2022 Математика 5 класс.xlsx", [H2022, row], "Протокол")
    (data / "МА_5_2020.csv").write_bytes(
        "\r\n".join(
            [H2020, "reg99;sch900001;77700;77700444;4;m;5а;1;2;7;3;4", "Секретов;Тайнова;654321;4012;654321;Секретов;Тайна;Секретов;Тайнова;654321;3;4", ""]
        ).encode("cp1251")
    )
    for name, make, numbers in (("ф3", marks, 6), ("журнал", journal, 7), ("распределение", scores, 9), ("задания", items, 5)):
        shifted = [
            ["Секретов Пётр Сокрытович", *["Тайнова"] * numbers],
            ["Школа (edu900001)", *["654321 Тайнова"] * numbers],
            ["Школа (edu900002)", "Секретов", 3, "Секретов", "4012 654321"],
        ]
        book(data / f"{name}.xlsx", make(shifted, title="ВПР 2026 Математика 6 класс"), "МА 6")
    book(
        data / "Контекстная анкета 2026.xlsx",
        [
            ["Логин ОО", "Контингент обучающихся", "Учителей всего", "Учителей высшей категории", "ФИО директора"],
            ["edu900001", "Секретов Пётр", 40, 12, "Тайнова Анна Сокрытович"],
            ["Секретов Пётр Сокрытович", 1, 2, 3, "Тайнова"],
        ],
        "Анкета",
    )
    book(
        data / "паспорт.xlsx",
        [
            ["Социальный паспорт школы № 9001"],
            ["2025/2026 учебный год"],
            ["Заполнила: Тайнова Анна"],
            ["Показатель", "Количество", "Кто"],
            ["Всего обучающихся", 500, "Секретов Пётр"],
            ["Опекаемые", "Секретов Пётр, Тайнова Анна", "112-233-445 00"],
        ],
        "Лист1",
    )
    book(data / "Список класса.xlsx", [["ФИО", "Дата рождения", "СНИЛС"], ["Секретов Пётр Сокрытович", "12.03.2014", "112-233-445 00"]], "5А")
    return data


def encoded(word: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "cp1251", "utf-16-le", "utf-32-le"):
        yield word.encode(encoding)


def written(path: Path) -> Iterator[bytes]:
    """Give what a file holds: its bytes, the members of an archive (XLSX, DOCX, NPZ), the rows of a Parquet file, the words of a PDF (its packed bytes hold any four digits by chance)."""
    if path.suffix == ".pdf":
        reader = PdfReader(path)
        yield " ".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)]).encode()
        return
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())
    if path.suffix == ".parquet":
        yield str(duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall()).encode()


def holders(folder: Path, word: str) -> list[str]:
    """Return the files of a folder that hold a word."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and any(form in content for content in written(path) for form in encoded(word))]


def copied(connection: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """Write all tables of a connection into a DuckDB file without compression, so that texts stand in its bytes as they are."""
    connection.execute(f"ATTACH '{path}' AS copy")
    connection.execute("SET force_compression = 'uncompressed'")
    for name, temporary in connection.execute("SELECT table_name, temporary FROM duckdb_tables() WHERE database_name <> 'copy'").fetchall():
        connection.execute(f'CREATE TABLE copy."{"t" if temporary else "m"}_{name}" AS SELECT * FROM {"temp." if temporary else "memory.main."}"{name}"')
    connection.execute("CHECKPOINT copy")
    connection.execute("DETACH copy")
    return path


def test_nobody_is_written_by_the_whole_pipeline(folder, tmp_path):
    """Record, reports, the tables in a DuckDB file, problems and explanations; what is no secret is found there, so the search works."""
    result, problems = run(ROOT / "rules", folder, date(2026, 9, 3), allow_problems=True)
    assert result is not None, problems
    out = tmp_path / "out"
    save(result, out)
    write_reports(result, out / "reports", beside=out)
    write_reports(open_run(out), out / "again")
    copied(result.tables.connection, out / "tables.duckdb")
    explained = [
        str(dataclasses.astuple(result.explainer.indicator(name, row)))
        for name in ("низких_процедур", "учащихся_4_8")
        if name in result.program.plans
        for row in range(2)
    ]
    told = [f"{problem.place} {problem.message} {problem.hint}" for problem in problems]
    (out / "told.txt").write_text("\n".join([*told, *explained, *map(str, result.tables.sources), *map(str, result.tables.files_left)]), encoding="utf-8")
    assert {Path(name).suffix for name in holders(out, "9001")} >= {".html", ".xlsx", ".json", ".csv", ".parquet", ".duckdb", ".txt"}
    assert {word: found for word in PLANTED if (found := holders(out, word))} == {}


def test_nobody_is_said_in_the_terminal_or_left_in_the_temporary_folder(folder, tmp_path):
    """The command as a user runs it, in a folder of its own, with its own folder for temporary files."""
    place, scratch = tmp_path / "place", tmp_path / "tmp"
    place.mkdir()
    scratch.mkdir()
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "cli.py"),
            "run",
            "--rules",
            str(ROOT / "rules"),
            "--data",
            str(folder),
            "--out",
            "out",
            "--date",
            "2026-09-03",
            "--allow-problems",
        ],
        cwd=place,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    (place / "terminal.txt").write_bytes(done.stdout + done.stderr)
    assert "brief.html" in {Path(name).name for name in holders(place, "9001")} and holders(place / "out", "9001") != []
    assert list(scratch.rglob("*")) == []
    assert {word: found for word in PLANTED if (found := holders(place, word))} == {}


def test_temporary_tables_of_the_reading_hold_nobody(folder, tmp_path):
    tables, _ = read(folder)
    path = copied(tables.connection, tmp_path / "tables.duckdb")
    assert [word for word in PLANTED if any(form in path.read_bytes() for form in encoded(word))] == []
