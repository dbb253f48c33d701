"""Builders of workbooks in the layouts of ФИС ОКО, РИС ГИА and school forms, for tests; every number is invented."""

from __future__ import annotations

import struct
from datetime import date
from functools import cache
from pathlib import Path

import xlsxwriter

from engine.checking import check
from engine.inputs import read_folder
from engine.loading import load
from engine.problems import Problem
from engine.tables import Tables

ROOT = Path(__file__).parents[1]
SILENT = ("D306", "D304")
CODES = {"9001": "edu900001", "9002": "edu900002"}
TITLE = "ВПР 2026 Русский язык 5 класс"


@cache
def rules():
    """The project's own rules: the contract of the tests is the contract of the district."""
    loaded, problems = load(ROOT / "rules")
    check(loaded, date(2026, 9, 3))
    return loaded


def book(path: Path, rows: list[list], sheet: str = "РУ 5", merged: tuple[str, ...] = ()) -> Path:
    """Write one sheet; a cell under a merged range is given in the range's first cell."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet(sheet)
        for index, row in enumerate(rows):
            for position, value in enumerate(row):
                if value is not None:
                    page.write(index, position, value)
        for area in merged:
            page.merge_range(area, None)
        for index, row in enumerate(rows):
            for position, value in enumerate(row):
                if value is not None and merged:
                    page.write(index, position, value)
    return path


def district(folder: Path) -> Path:
    """Two schools and the crosswalk of their codes."""
    book(folder / "Реестр.xlsx", [["Код ОО", "Краткое наименование", "Тип ОО", "Муниципалитет", "1–4 классы", "5–9 классы", "10–11 классы"],
                                  [9001, "Школа 9001", "СОШ", "Район", "да", "да", "да"], [9002, "Школа 9002", "СОШ", "Район", "да", "да", "да"]], "Реестр")
    book(folder / "Коды.xlsx", [["Логин ФИС ОКО", "Код ОО"], *[[login, int(code)] for code, login in CODES.items()], ["sch900001", "edu900001"]], "Коды")
    return folder


def read(folder: Path, **more) -> tuple[Tables, list[Problem]]:
    return read_folder(folder, rules().tables, rules().references, **more)


def short(problems: list[Problem], *unwanted: str) -> list[tuple[str, str]]:
    """(code, place) of what is told; absent tables are not the subject here."""
    return [(problem.code, str(problem.place)) for problem in problems if problem.code not in (*SILENT, *unwanted)]


def rows(tables: Tables, table: str, columns: str, more: str = "") -> list[tuple]:
    return tables.connection.execute(f'SELECT {columns} FROM "{table}" {more or "ORDER BY ALL"}').fetchall()


# ---------------------------------------------------------------- layouts


def head(report: str, title: str = TITLE, top: int | None = None) -> list[list]:
    return [[report], [], [title], ["Предмет:", " ".join(title.split()[2:-2])], ["Максимальный первичный балл:", top], ["Дата:", "20.04.2026"]]


def individual(schools: dict[str, list[tuple]], items=(("1", 2), ("2", 3), ("3", 2)), title: str = TITLE, declared: dict[str, int] | None = None) -> list[list]:
    """Ф1; a pupil is (scores of items …, total, mark, journal)."""
    top = sum(most for _, most in items)
    header = ["ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *(f"{name} ({most}б)" for name, most in items), "Первичный балл", "Отметка", "Отметка по журналу"]
    lines = [*head("Индивидуальные результаты", title, top), ["Уровень сложности задания", None, None, None, None, None, *["Б"] * (len(items) - 1), "П"], header]
    for login, pupils in schools.items():
        lines.append([f"Школа ({login})", f"Кол-во участников: {(declared or {}).get(login, len(pupils))}"])
        lines += [[login, "Район", "Школа", f"50{index:04}", "5А", 1, *pupil] for index, pupil in enumerate(pupils)]
    return lines


def marks(rows_: list[list], title: str = TITLE) -> list[list]:
    return [*head("Статистика по отметкам", title), [], ["Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5"], *rows_]


def journal(rows_: list[list], title: str = TITLE) -> list[list]:
    header = ["Группы участников", "Кол-во участников(всего)"]
    for side in ("Понизили (Отметка < Отметка по журналу) %", "Подтвердили (Отметка = Отметке по журналу) %", "Повысили (Отметка > Отметка по журналу) %"):
        header += [side, "Кол-во участников"]
    return [*head("Сравнение отметок с отметками по журналу", title), [], header, *rows_]


def scores(rows_: list[list], top: int = 7, title: str = TITLE) -> list[list]:
    return [*head("Распределение первичных баллов", title, top), [], ["Группы участников", "Кол-во участников", *range(top + 1)], *rows_]


def items(rows_: list[list], tops: tuple[int, ...] = (2, 3, 2), title: str = TITLE) -> list[list]:
    return [*head("Выполнение заданий", title), [], ["Группы участников", "Кол-во ОО", "Кол-во участников", *range(1, len(tops) + 1)], ["Макс балл", None, None, *tops], *rows_]


def locked_book() -> bytes:
    """A workbook with a password, as Excel saves it: an OLE2 container whose directory names the stream EncryptedPackage.

    Layout (MS-CFB): the header, one sector of the allocation table, one of the directory with its four entries of 128 bytes.
    """
    def entry(name: str, kind: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
        title = (name + "\0").encode("utf-16-le")
        links = struct.pack("<III", 0xFFFFFFFF, right, child)
        return title.ljust(64, b"\0") + struct.pack("<HBB", len(title) if name else 0, kind, 1) + links + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    return header + table + entry("Root Entry", 5, child=1) + entry("EncryptedPackage", 2, right=2) + entry("EncryptionInfo", 2) + entry("", 0)
