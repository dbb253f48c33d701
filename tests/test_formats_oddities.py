"""Every reader against every oddity of real files: the code and the cell of each problem, and the numbers that came through.

All books lie in one folder and are read once; each has a year of its own, so they do not meet.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.formats_books import SILENT, book, district, individual, items, journal, locked_book, marks, read, rows, scores, short
from tests.test_formats_exams import EGE, OGE
from tests.test_formats_pupils import FORM, H2020, H2021, H2022

Lines = list[list]
UNKNOWN = None


@dataclass(frozen=True)
class Reader:
    """A sound sheet in one layout and what must come of it. `header`: 0-based; `cut`: rows from here on are a school's own."""

    name: str
    lines: Callable[[int], Lines]
    header: int
    table: str
    columns: str
    where: str
    result: list[tuple]
    stem: str = "{id}"
    sheet: str = "Лист1"
    merged: tuple[int, int, str] | None = None  # columns from, to (0-based) that get a common title above, as in a merged cell
    other: tuple[str, object] | None = None  # a cell whose change makes another report of the same work
    twice: str = "A9"  # the cell where the second report begins
    order: tuple[int, ...] = ()  # another order of columns; from right to left unless said
    keys: int = 1  # how many of the columns are of the key
    rows: int = 1  # rows of the header, with what belongs to it below
    also: frozenset[str] = frozenset()  # codes that a sound sheet is told too


def titled(name: str, make: Callable[..., Lines], *given, **more) -> Callable[[int], Lines]:
    return lambda year: make(*given, title=f"ВПР {year} {name} класс", **more)


GROUPS3 = ["Вся выборка", "г. Энск (reg99)", "Район (reg99_m01)"]
F1 = {"edu900001": [(2, 3, 2, 7, 5, 5), (1, 1, 0, 2, 2, 3), (0, 0, 1, 1, 2, 2)], "edu900002": [(1, 2, 1, 4, 3, 3), (2, 2, 2, 6, 4, 5)]}
MARKS = [
    [GROUPS3[0], 100, 1000, 10, 30, 40, 20],
    [GROUPS3[1], 50, 500, 10, 30, 40, 20],
    [GROUPS3[2], 2, 7, 28.57, 14.29, 42.86, 14.29],
    ["Школа 1 (edu900001)", None, 3, 33.33, 0, 66.67, 0],
    ["Школа 2 (edu900002)", None, 4, 25, 25, 25, 25],
]
JOURNAL = [[GROUPS3[0], 100, 30, 30, 60, 60, 10, 10], ["Школа 1 (edu900001)", 3, 33.33, 1, 66.67, 2, 0, 0], ["Школа 2 (edu900002)", 4, 25, 1, 50, 2, 25, 1]]
SCORES = [
    [GROUPS3[1], 1000, 30, 0, 20, 10, 10, 10, 10, 10],
    ["Школа 1 (edu900001)", 3, 33.33, 0, 0, 0, 0, 0, 0, 66.67],
    ["Школа 2 (edu900002)", 4, 0, 25, 25, 0, 50, 0, 0, 0],
]
ITEMS = [[GROUPS3[1], 10, 1000, 50, 60.5, 70], ["Школа 1 (edu900001)", None, 3, 50, 44.44, 33.33], ["Школа 2 (edu900002)", None, 2, 100, 50, 25]]


def form(year: int) -> Lines:
    return [
        [f"ВПР {year} Биология 5 класс"],
        ["Школа edu900001"],
        FORM,
        [10001, 1, 2, 3, 2, 1, 4, 7],
        [10002, 2, 1, 1, 0, 1, 3, 2],
        [10003, 1, 0, 1, 0, 2, 2, 1],
    ]


def export_2020(year: int) -> Lines:
    return [
        H2020.split(";"),
        ["reg99", "sch900001", 1, 50001, 4, "m", "5А", 1, 2, 7, 3, 4],
        ["reg99", "sch900001", 2, 50002, 3, "m", "5А", 1, 2, 12, 6, 6],
        ["reg99", "edu900002", 3, 50003, 5, "f", "5Б", 1, 2, 20, 9, 11],
    ]


def export_2021(year: int) -> Lines:
    return [
        H2021.split(";"),
        ["edu900001", 99, 1, 50001, 4, "м", "6А", 1, 7, 3, 4, None],
        ["edu900001", 99, 2, 50002, 3, "м", "6А", 1, 12, 6, 6, None],
        ["edu900002", 99, 3, 50003, 5, "ж", "6Б", 2, 20, 9, 11, None],
    ]


def export_2022(year: int) -> Lines:
    own = ["reg99_m01", "99", "Регион", "reg99_m01 | Район"]
    return [
        H2022,
        [*own, "edu900001 | Школа", "20.10.2022", "50001", 1, 3, 4, "7А", "м", 4, 7],
        [*own, "edu900001 | Школа", "20.10.2022", "50002", 2, 6, 6, "7А", "м", 3, 12],
        [*own, "edu900002 | Школа", "20.10.2022", "50003", 1, 9, 11, "7Б", "ж", 5, 20],
    ]


def ege(year: int) -> Lines:
    header = [cell for cell in EGE.split(";") if cell]
    return [
        [f"01 - Русский язык {year}.06.04"],
        header,
        [1, 99, 9001, "11А", 9901, 5, "Иванов", "Пётр", "Петрович", 4012, 654321, 30, 72],
        [2, 99, 9001, "11А", 9901, 5, "Петров", "Иван", "", 4012, 654322, 12, 20],
        [3, 99, 9002, "11Б", 9901, 5, "Сидоров", "Олег", "", 4012, 654323, 50, 100],
        ["Минимальная граница", *[None] * 11, 24],
        ["Всего участников", *[None] * 11, 3],
    ]


def oge(year: int) -> Lines:
    return [
        [f"02 - Математика {year}.06.03"],
        OGE,
        [1, 9001, "9А", 9901, 1, "12345678", "Иванов", "Пётр", "", "1", 20, 4],
        [2, 9001, "9А", 9901, 1, "12345679", "Петров", "Иван", "", "1", 5, 2],
        [3, 9002, "9Б", 9901, 1, "12345680", "Сидоров", "Олег", "", "1", 30, 5],
    ]


def questionnaire(year: int) -> Lines:
    return [
        ["Логин ОО", "Контингент обучающихся", "Учителей всего", "Учителей высшей категории", "Учителей до 30 лет"],
        ["edu900001", 500, 40, 12, 5],
        ["edu900002", 300, 20, 4, 2],
    ]


def passport(year: int) -> Lines:
    return [
        ["Социальный паспорт школы № 9001"],
        [f"{year - 1}/{year} учебный год"],
        [],
        ["Показатель", "Количество"],
        ["Всего обучающихся", 500],
        ["Дети из малообеспеченных семей", 40],
        ["Дети с ОВЗ", 10],
    ]


FOUR = "школа, участников, отметка_2, отметка_3, отметка_4, отметка_5"
WORKS = "школа, журнал, балл, работ"
EXPORTED = [("9001", 3, 12, 1), ("9001", 4, 7, 1), ("9002", 5, 20, 1)]
READERS = {
    reader.name: reader
    for reader in (
        Reader(
            "Ф1",
            titled("Русский язык 5", individual, F1),
            7,
            "результаты",
            FOUR,
            "предмет = 'русский язык' AND класс = 5",
            [("9001", 3, 2, 0, 0, 1), ("9002", 2, 0, 1, 1, 0)],
            merged=(9, 11, "Результаты"),
            other=("K10", 4),
            twice="A10",
        ),
        Reader(
            "статистика",
            titled("Русский язык 6", marks, MARKS),
            7,
            "результаты",
            FOUR,
            "предмет = 'русский язык' AND класс = 6",
            [("9001", 3, 1, 0, 2, 0), ("9002", 4, 1, 1, 1, 1)],
            merged=(3, 6, "Распределение отметок, %"),
            other=("C12", 6),
            twice="A12",
        ),
        Reader(
            "журнал",
            titled("Русский язык 7", journal, JOURNAL),
            7,
            "журнал",
            "школа, сравнили, понизили, подтвердили, повысили",
            "предмет = 'русский язык' AND класс = 7",
            [("9001", 3, 1, 2, 0), ("9002", 4, 1, 2, 1)],
            merged=(2, 7, "Соответствие отметок"),
            order=(6, 7, 4, 5, 1, 2, 3, 0),
            other=("B11", 8),
            twice="A11",
        ),
        Reader(
            "распределение",
            titled("Физика 7", scores, SCORES),
            7,
            "работы_впр",
            WORKS,
            "предмет = 'физика' AND класс = 7",
            [("9001", 0, 0, 1), ("9001", 0, 7, 2), ("9002", 0, 1, 1), ("9002", 0, 2, 1), ("9002", 0, 4, 2)],
            merged=(2, 9, "Распределение первичных баллов, %"),
            other=("B11", 8),
            twice="A11",
            also=frozenset({"D407"}),
        ),
        Reader(
            "задания",
            titled("Физика 8", items, ITEMS),
            7,
            "задания_впр",
            "школа, задание, участников, сумма_баллов",
            "предмет = 'физика' AND класс = 8",
            [("9001", "1", 3, 3), ("9001", "2", 3, 4), ("9001", "3", 3, 2), ("9002", "1", 2, 4), ("9002", "2", 2, 3), ("9002", "3", 2, 1)],
            merged=(3, 5, "Задания"),
            other=("C12", 4),
            twice="A12",
            rows=2,
            keys=2,
        ),
        Reader(
            "форма",
            form,
            2,
            "результаты",
            FOUR,
            "предмет = 'биология' AND класс = 5",
            [("9001", 3, 1, 1, 0, 1)],
            sheet="Протокол",
            merged=(2, 4, "Задания"),
            other=("G4", 3),
            twice="A4",
        ),
        Reader(
            "выгрузка 2020",
            export_2020,
            0,
            "работы_впр",
            WORKS,
            "предмет = 'математика' AND класс = 5",
            EXPORTED,
            stem="МА_5_{year}_{id}",
            sheet="МА 5",
            merged=(10, 11, "Задания"),
            other=("E4", 4),
            twice="A4",
        ),
        Reader(
            "выгрузка 2021",
            export_2021,
            0,
            "работы_впр",
            WORKS,
            "предмет = 'математика' AND класс = 6",
            EXPORTED,
            stem="МА 6 {year} {id}",
            sheet="МА 6",
            merged=(9, 10, "Задания"),
            other=("E4", 4),
            twice="A4",
        ),
        Reader(
            "выгрузка 2022",
            export_2022,
            0,
            "работы_впр",
            WORKS,
            "предмет = 'математика' AND класс = 7",
            EXPORTED,
            stem="ВПР {year} Математика 7 класс {id}",
            sheet="Протокол",
            merged=(8, 9, "Задания"),
            other=("M4", 4),
            twice="A4",
        ),
        Reader(
            "ОГЭ",
            oge,
            1,
            "результаты",
            FOUR,
            "процедура = 'ОГЭ'",
            [("9001", 2, 1, 0, 1, 0), ("9002", 1, 0, 0, 0, 1)],
            merged=(10, 11, "Результат"),
            other=("L5", 4),
            twice="A5",
        ),
        Reader(
            "ЕГЭ",
            ege,
            1,
            "результаты",
            "школа, участников, не_преодолели, средний_балл",
            "процедура = 'ЕГЭ'",
            [("9001", 2, 1, 46.0), ("9002", 1, 0, 100.0)],
            merged=(11, 12, "Результат"),
            other=("M5", 99),
            twice="A5",
        ),
        Reader(
            "анкета",
            questionnaire,
            0,
            "контекст",
            "школа, обучающихся, учителей, высшая_категория",
            "TRUE",
            [("9001", 500, 40, 12), ("9002", 300, 20, 4)],
            stem="Контекстная анкета {year} {id}",
            sheet="Анкета",
            merged=(2, 4, "Учителя"),
            other=("D3", 5),
            twice="A3",
        ),
        Reader(
            "паспорт", passport, 3, "социальный_паспорт", "школа, детей, малообеспеченных, с_овз", "TRUE", [("9001", 500, 40, 10)], other=("B6", 41), twice="A5"
        ),
    )
}


# ---------------------------------------------------------------- oddities that every layout must bear


def moved_down(lines: Lines, reader: Reader) -> Lines:
    return [*lines[: reader.header], ["Выгружено из личного кабинета"], [], [], *lines[reader.header :]]


def reversed_columns(lines: Lines, reader: Reader) -> Lines:
    start = reader.header - (reader.name == "Ф1")  # with the levels of items above
    width = max(map(len, lines[start:]))
    order = reader.order or range(width)[::-1]
    return [*lines[:start], *([line[place] if place < len(line) else None for place in order] for line in lines[start:])]


def as_texts(lines: Lines, reader: Reader) -> Lines:
    return [
        *lines[: reader.header + 1],
        *([str(cell).replace(".", ",") if isinstance(cell, (int, float)) else cell for cell in line] for line in lines[reader.header + 1 :]),
    ]


def spaced(lines: Lines, reader: Reader) -> Lines:
    return [*lines[: reader.header], *([f" {cell}\u00a0" if isinstance(cell, str) else cell for cell in line] for line in lines[reader.header :])]


def under_merged(lines: Lines, reader: Reader) -> Lines:
    """Put a common title over some columns; the other headers stand in the upper row, merged down."""
    assert reader.merged is not None
    first, last, title = reader.merged
    header = lines[reader.header]
    upper = [title if place == first else None if first <= place <= last else cell for place, cell in enumerate(header)]
    lower = [cell if first <= place <= last else None for place, cell in enumerate(header)]
    return [*lines[: reader.header], upper, lower, *lines[reader.header + 1 :]]


def with_empty_columns(lines: Lines) -> Lines:
    return [[part for cell in line for part in (cell, None)] for line in lines]


def as_csv(lines: Lines, delimiter: str = ";") -> str:
    stream, width = io.StringIO(), max(map(len, lines))
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(
        [
            ["" if cell is None else str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in line] + [""] * (width - len(line))
            for line in lines
        ]
    )
    return stream.getvalue()


HARMLESS: dict[str, Callable[[Lines, Reader], Lines]] = {
    "как есть": lambda lines, reader: lines,
    "заголовок ниже": moved_down,
    "столбцы наоборот": reversed_columns,
    "числа текстом": as_texts,
    "пробелы": spaced,
    "объединённые ячейки": under_merged,
}
TEXTS: dict[str, Callable[[Lines], bytes]] = {
    "CSV cp1251": lambda lines: as_csv(lines).encode("cp1251"),
    "CSV UTF-8 с меткой": lambda lines: as_csv(lines).encode("utf-8-sig"),
    "CSV с запятой": lambda lines: as_csv(lines, ",").encode(),
    "CSV с пустыми столбцами": lambda lines: as_csv(with_empty_columns(lines)).encode("cp1251"),
    "CSV UTF-16": lambda lines: as_csv(lines, "\t").encode("utf-16"),
}
BROKEN: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "оборван на половине": lambda whole: (whole[: len(whole) // 2], ".xlsx"),
    "пароль, XLSX": lambda whole: (locked_book(), ".xlsx"),
    "пароль, XLS": lambda whole: (locked_book(), ".xls"),
    "HTML под видом XLS": lambda whole: (b"\xef\xbb\xbf <html><body><table><tr><td>" + "Код участника".encode() + b"</td></tr></table></body></html>", ".xls"),
}


# ---------------------------------------------------------------- oddities of single cells


@dataclass(frozen=True)
class Case:
    """Cells changed in a sound sheet, the problems they must make, and what must come through (UNKNOWN: that school's values are erased)."""

    reader: str
    oddity: str
    edits: dict[str, object]
    told: set[tuple[str, str]]
    result: list[tuple] | None = None
    keep: int | None = None  # rows of the sheet that are left


def one_bad(reader: str) -> list[tuple]:
    """The sound rows of the second school; those of the first have lost their values, or, in long tables, their sense."""
    keys, found = READERS[reader].keys, READERS[reader].result
    return [(*row[:keys], *[UNKNOWN] * (len(row) - keys)) if row[0] == "9001" else row for row in found]


F1_TWO = [("9001", 2, 1, 0, 0, 1), ("9002", 2, 0, 1, 1, 0)]
F1_LAST = [("9001", 3, 2, 0, 0, 1), ("9002", *[UNKNOWN] * 5)]
NO_WORKS = [("9001", 3, 12, UNKNOWN), ("9002", 5, 20, 1)]  # the score that is wrong is no key
UNKNOWN_WORKS = [("9001", 3, 12, UNKNOWN), ("9001", 4, 7, UNKNOWN), ("9002", 5, 20, 1)]
UNSHARED = [("9001", 0, 0, UNKNOWN), *READERS["распределение"].result[2:]]
ABSENT_ONE = [("9001", 3, 12, 1), ("9002", 5, 20, 1)]
ODD = [
    # Ф1: pupils in rows 10–12 and 14–15; E class, F variant, G–I items (2, 3, 2), J total, K mark, L journal
    Case("Ф1", "балл больше максимума", {"J10": 9}, {("D401", "J10"), ("D403", "J10")}, one_bad("Ф1")),
    Case("Ф1", "задание больше максимума", {"G10": 4, "H10": 1}, {("D401", "G10")}, one_bad("Ф1")),
    Case("Ф1", "балл словом", {"J10": "семь"}, {("D402", "J10")}, one_bad("Ф1")),
    Case("Ф1", "X вместо всего", dict.fromkeys(("G12", "H12", "I12", "J12", "K12"), "X"), set(), F1_TWO),
    Case("Ф1", "X вместо балла", {"J12": "X"}, {("D406", "J12")}, one_bad("Ф1")),
    Case("Ф1", "отсутствовал", {"F12": "отсутствовал", **dict.fromkeys(("G12", "H12", "I12", "J12", "K12", "L12"))}, set(), F1_TWO),
    Case("Ф1", "нет отметки в журнале", {"L10": "нет отметки"}, set()),
    Case("Ф1", "отметка вне шкалы", {"K10": 6}, {("D402", "K10")}, one_bad("Ф1")),
    Case(
        "Ф1",
        "сдвинутая строка",
        {"F10": "5А", "G10": 1, "H10": 2, "I10": 3, "J10": 2, "K10": 7, "L10": 5},
        {("D401", "I10"), ("D403", "J10"), ("D402", "K10")},
        one_bad("Ф1"),
    ),
    Case("Ф1", "класс", {"E10": "НЕТ", "E11": "4А", "E12": "а"}, {("D413", "E10")}),
    Case("Ф1", "последняя строка оборвана", dict.fromkeys(("I15", "J15", "K15", "L15")), {("D406", "J15")}, F1_LAST),
    Case("Ф1", "последней строки нет", {}, {("D406", "A13")}, F1_LAST, keep=14),
    # «Статистика»: schools in rows 12 and 13; C participants, D–G marks in percents
    Case("статистика", "больше 100", {"D12": 150}, {("D402", "D12")}, one_bad("статистика")),
    Case("статистика", "X", {"F12": "X"}, {("D402", "F12")}, one_bad("статистика")),
    Case("статистика", "отсутствовал", {"C12": "отсутствовал"}, {("D402", "C12")}, one_bad("статистика")),
    Case("статистика", "нет отметки", {"D12": "нет отметки"}, {("D402", "D12")}, one_bad("статистика")),
    Case("статистика", "сумма не 100", {"F12": 60}, {("D405", "D12")}, one_bad("статистика")),
    Case("статистика", "не целое число учеников", {"D12": 40, "F12": 60}, {("D404", "D12")}, one_bad("статистика")),
    Case("статистика", "сдвинутая строка", {"C12": 33.33, "D12": 0, "E12": 66.67, "F12": 0, "G12": None}, {("D402", "C12")}, one_bad("статистика")),
    Case("статистика", "столько участников в школе не бывает", {"C12": 654321}, {("D402", "C12")}, one_bad("статистика")),
    Case("статистика", "чужая строка", {"A12": "Иванов Пётр"}, {("D403", "A12")}, [("9002", 4, 1, 1, 1, 1)]),
    Case(
        "статистика", "последняя строка оборвана", dict.fromkeys(("E13", "F13", "G13")), {("D406", "E13")}, [("9001", 3, 1, 0, 2, 0), ("9002", *[UNKNOWN] * 5)]
    ),
    # «Журнал»: schools in rows 10 and 11; B participants, C, E, G percents, D, F, H counts
    Case("журнал", "больше 100", {"C10": 150}, {("D402", "C10")}, one_bad("журнал")),
    Case("журнал", "X", {"C10": "X"}, {("D402", "C10")}, one_bad("журнал")),
    Case("журнал", "нет отметки", {"B10": "нет отметки"}, {("D402", "B10")}, one_bad("журнал")),
    Case("журнал", "сумма не 100", {"E10": 50}, {("D405", "C10")}, one_bad("журнал")),
    Case("журнал", "число не отвечает проценту", {"D10": 2}, {("D404", "D10")}, one_bad("журнал")),
    Case("журнал", "сдвинутая строка", {"B10": 33.33, "C10": 1, "D10": 66.67, "E10": 2, "F10": 0, "G10": 0, "H10": None}, {("D402", "B10")}, one_bad("журнал")),
    Case(
        "журнал", "последняя строка оборвана", dict.fromkeys(("E11", "F11", "G11", "H11")), {("D406", "E11")}, [("9001", 3, 1, 2, 0), ("9002", *[UNKNOWN] * 4)]
    ),
    # «Распределение»: schools in rows 10 and 11; B participants, C–J scores 0–7 in percents
    Case("распределение", "больше 100", {"C10": 150}, {("D402", "C10")}, UNSHARED),
    Case("распределение", "X", {"C10": "X"}, {("D402", "C10")}, UNSHARED),
    Case("распределение", "сумма не 100", {"J10": 50}, {("D405", "C10")}, UNSHARED),
    Case("распределение", "не целое число учеников", {"C10": 50, "J10": 50}, {("D404", "C10")}, UNSHARED),
    Case("распределение", "сдвинутая строка", {"B10": 33.33, "C10": 0, "I10": 66.67, "J10": None}, {("D402", "B10")}, UNSHARED),
    Case(
        "распределение",
        "последняя строка оборвана",
        dict.fromkeys(("F11", "G11", "H11", "I11", "J11")),
        {("D406", "F11")},
        [("9001", 0, 0, 1), ("9001", 0, 7, 2), ("9002", 0, 0, UNKNOWN)],
    ),
    # «Выполнение заданий»: maxima 2, 3, 2 in row 9, schools in rows 11 and 12; C participants, D–F percents
    Case("задания", "больше 100", {"D11": 150}, {("D401", "D11")}, one_bad("задания")),
    Case("задания", "X", {"D11": "X"}, {("D402", "D11")}, one_bad("задания")),
    Case("задания", "не целое число баллов", {"D11": 51}, {("D404", "D11")}, one_bad("задания")),
    Case("задания", "сдвинутая строка", {"C11": 50, "D11": 44.44, "E11": 33.33, "F11": None}, {("D404", "D11"), ("D406", "F11")}, one_bad("задания")),
    Case(
        "задания",
        "последняя строка оборвана",
        dict.fromkeys(("E12", "F12")),
        {("D406", "E12"), ("D406", "F12")},
        [("9001", "1", 3, 3), ("9001", "2", 3, 4), ("9001", "3", 3, 2), *(("9002", item, UNKNOWN, UNKNOWN) for item in "123")],
    ),
    # The school's form: pupils in rows 4–6; B variant, C–E items (2, 3, 2), G journal, H total
    Case("форма", "балл больше максимума", {"H4": 70}, {("D401", "H4"), ("D403", "H4")}, [("9001", *[UNKNOWN] * 5)]),
    Case("форма", "задание больше максимума", {"C4": 4, "D4": 1}, {("D401", "C4")}, [("9001", *[UNKNOWN] * 5)]),
    Case("форма", "балл словом", {"H4": "семь"}, {("D402", "H4")}, [("9001", *[UNKNOWN] * 5)]),
    Case("форма", "X вместо всего", dict.fromkeys(("C4", "D4", "E4", "H4"), "X"), set(), [("9001", 2, 1, 1, 0, 0)]),
    Case("форма", "отсутствовал", {"B4": "отсутствовал", **dict.fromkeys(("C4", "D4", "E4", "H4"))}, set(), [("9001", 2, 1, 1, 0, 0)]),
    Case("форма", "нет отметки", {"G4": "нет отметки"}, set()),
    Case(
        "форма",
        "сдвинутая строка",
        {"A4": None, "B4": 10001, "C4": 1, "D4": 2, "E4": 3, "F4": 2, "G4": 1, "H4": 4},
        {("D401", "E4"), ("D402", "G4"), ("D403", "H4")},
        [("9001", *[UNKNOWN] * 5)],
    ),
    Case("форма", "последняя строка оборвана", dict.fromkeys(("E6", "F6", "G6", "H6")), {("D406", "H6")}, [("9001", *[UNKNOWN] * 5)]),
    Case("форма", "без школы", {"A2": None}, {("D410", "A1")}, []),
    # Regional exports: pupils in rows 2–4
    *(
        Case(
            f"выгрузка {year}", oddity, {f"{column}{row}": value for (column, row), value in zip(cells, values)}, {(code, cell) for code, cell in told}, result
        )
        for year, (total, item, other, mark, variant, grade) in {2020: "JKLEHG", 2021: "IJKEHG", 2022: "NIJMHK"}.items()
        for oddity, cells, values, told, result in (
            ("балл больше максимума", [(total, 2)], [70], [("D401", f"{total}2"), ("D403", f"{total}2")], NO_WORKS),
            ("балл словом", [(total, 2)], ["семь"], [("D402", f"{total}2")], NO_WORKS),
            ("задание словом", [(item, 2)], ["три"], [("D402", f"{item}2"), ("D403", f"{total}2")], UNKNOWN_WORKS),
            ("задание сдвинуто", [(item, 2)], [5], [("D403", f"{total}2")], UNKNOWN_WORKS),
            ("X вместо всего", [(total, 2), (item, 2), (other, 2)], ["X"] * 3, [], ABSENT_ONE),
            ("отсутствовал", [(variant, 2), (total, 2), (item, 2), (other, 2)], ["отсутствовал", None, None, None], [], ABSENT_ONE),
            ("нет отметки", [(mark, 2)], ["нет отметки"], [], [("9001", 0, 7, 1), ("9001", 3, 12, 1), ("9002", 5, 20, 1)]),
            ("отметка вне шкалы", [(mark, 2)], [9], [("D402", f"{mark}2")], [("9001", 0, 7, UNKNOWN), *NO_WORKS]),
            ("класс", [(grade, 2), (grade, 3), (grade, 4)], ["НЕТ", "4А", "а"], [("D413", f"{grade}2")], None),
            ("последняя строка оборвана", [(total, 4), (other, 4)], [None, None], [("D406", f"{total}4")], [("9001", 3, 12, 1), ("9001", 4, 7, 1)]),
        )
    ),
    # Protocols: participants in rows 3–5
    Case("ОГЭ", "оценка вне шкалы", {"L3": 7}, {("D401", "L3")}, one_bad("ОГЭ")),
    Case("ОГЭ", "оценка словом", {"L3": "хорошо"}, {("D402", "L3")}, one_bad("ОГЭ")),
    Case("ОГЭ", "X", {"K3": "X", "L3": "X"}, set(), [("9001", 1, 1, 0, 0, 0), ("9002", 1, 0, 0, 0, 1)]),
    Case("ОГЭ", "отсутствовал", {"K3": None, "L3": "отсутствовал"}, set(), [("9001", 1, 1, 0, 0, 0), ("9002", 1, 0, 0, 0, 1)]),
    Case("ОГЭ", "нет отметки при балле", {"L3": "нет отметки"}, {("D406", "L3")}, one_bad("ОГЭ")),
    Case(
        "ОГЭ", "сдвинутая строка", {"A3": None, "B3": 1, "C3": 9001, "D3": "9А", "L3": 20}, {("D401", "L3")}, [("9001", 1, 1, 0, 0, 0), ("9002", 1, 0, 0, 0, 1)]
    ),
    Case("ОГЭ", "без кода школы", {"B3": None}, {("D403", "B3")}, [("9001", 1, 1, 0, 0, 0), ("9002", 1, 0, 0, 0, 1)]),
    Case("ОГЭ", "класс", {"C3": "НЕТ", "C5": "а"}, set()),
    Case("ЕГЭ", "балл больше 100", {"M3": 172}, {("D401", "M3")}, one_bad("ЕГЭ")),
    Case("ЕГЭ", "балл словом", {"M3": "зачёт"}, {("D402", "M3")}, one_bad("ЕГЭ")),
    Case("ЕГЭ", "X", {"L3": "X", "M3": "X"}, set(), [("9001", 1, 1, 20.0), ("9002", 1, 0, 100.0)]),
    Case("ЕГЭ", "не явился", {"L3": None, "M3": "Не явился"}, set(), [("9001", 1, 1, 20.0), ("9002", 1, 0, 100.0)]),
    Case("ЕГЭ", "балла нет", {"M3": None}, {("D406", "M3")}, one_bad("ЕГЭ")),
    Case("ЕГЭ", "без кода школы", {"C3": "Иванов"}, {("D403", "C3")}, [("9001", 1, 1, 20.0), ("9002", 1, 0, 100.0)]),
    Case("ЕГЭ", "строк меньше, чем сказано", {"M7": 900}, {("D406", "A2")}),
    # The questionnaire: schools in rows 2 and 3; the passport: lines 5–7
    Case("анкета", "X", {"D2": "X"}, set(), [("9001", 500, 40, UNKNOWN), ("9002", 300, 20, 4)]),
    Case("анкета", "ответ словом", {"D2": "много"}, {("D402", "D2")}, one_bad("анкета")),
    Case("анкета", "отсутствовал", {"B2": "отсутствовал"}, {("D402", "B2")}, one_bad("анкета")),
    Case("анкета", "дробь", {"B2": 500.5}, {("D402", "B2")}, one_bad("анкета")),
    Case("анкета", "сдвинутая строка", {"A2": None, "B2": "edu900001", "C2": 500, "D2": 40, "E2": 12}, {("D403", "A2")}, [("9002", 300, 20, 4)]),
    Case("паспорт", "X", {"B6": "X"}, set(), [("9001", 500, UNKNOWN, 10)]),
    Case("паспорт", "число словом", {"B6": "сорок"}, {("D402", "B6")}, [("9001", UNKNOWN, UNKNOWN, UNKNOWN)]),
    Case("паспорт", "дробь", {"B6": 40.5}, {("D402", "B6")}, [("9001", UNKNOWN, UNKNOWN, UNKNOWN)]),
    Case("паспорт", "нет общего числа", {"A5": "Кружков"}, {("D406", "A4")}, [("9001", UNKNOWN, UNKNOWN, UNKNOWN)]),
    Case("паспорт", "не сказано, чей он", {"A1": "Социальный паспорт"}, {("D410", "A1")}, []),
]


@dataclass
class Told:
    """What one reading of the folder gave: rows and problems of each book by its id."""

    tables: object
    problems: dict[str, set[tuple[str, str]]]
    years: dict[str, int]


def put(folder: Path, name: str, lines: Lines, sheet: str, as_bytes: Callable[[Lines], bytes] | None = None) -> Path:
    if as_bytes is not None:
        path = folder / f"{name}.csv"
        path.write_bytes(as_bytes(lines))
        return path
    return book(folder / f"{name}.xlsx", lines, sheet)


def edited(lines: Lines, edits: dict[str, object]) -> Lines:
    lines = [list(line) for line in lines]
    for cell, value in edits.items():
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
        place = sum((ord(letter) - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1
        line = lines[int(row) - 1]
        line += [None] * (place + 1 - len(line))
        line[place] = value
    return lines


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    folder = district(tmp_path_factory.mktemp("district"))
    years, turns = {}, {name: count(2010) for name in READERS}

    def write(key: str, reader: Reader, make: Callable[[Lines], Lines], as_bytes=None, more: str = "") -> Path:
        years.setdefault(key, next(turns[reader.name]) if key not in years else 0)
        return put(folder, reader.stem.format(id=f"{key}{more}", year=years[key]), make(reader.lines(years[key])), reader.sheet, as_bytes)

    for name, reader in READERS.items():
        for oddity, change in HARMLESS.items():
            if change is not under_merged or reader.merged is not None:
                write(f"{name}, {oddity}", reader, lambda lines, change=change, reader=reader: change(lines, reader))
        for oddity, encode in TEXTS.items():
            write(f"{name}, {oddity}", reader, lambda lines: lines, encode)
        for oddity, spoil in BROKEN.items():
            path = write(f"{name}, {oddity}", reader, lambda lines: lines)
            content, suffix = spoil(path.read_bytes())
            path.unlink()
            path.with_suffix(suffix).write_bytes(content)
        write(f"{name}, без строк", reader, lambda lines, reader=reader: lines[: reader.header + reader.rows])
        write(f"{name}, дважды", reader, lambda lines: lines, more=" а")
        write(f"{name}, дважды", reader, lambda lines: lines, more=" б")
        write(f"{name}, спорят", reader, lambda lines: lines, more=" а")
        write(f"{name}, спорят", reader, lambda lines, reader=reader: edited(lines, dict([reader.other])), more=" б")
    for case in ODD:
        write(f"{case.reader}, {case.oddity}", READERS[case.reader], lambda lines, case=case: edited(lines[: case.keep], case.edits))
    scales = [
        [
            "Предмет шкалы",
            "Класс шкалы",
            "Год шкалы",
            "Максимальный первичный балл",
            "Наименьший балл для «3»",
            "Наименьший балл для «4»",
            "Наименьший балл для «5»",
        ]
    ]
    scales += [["Биология", 5, year, 7, 2, 4, 6] for year in range(2010, 2100)] + [
        ["Математика", grade, year, 20, 7, 11, 15]
        for grade in (5, 6, 7)
        for year in range(2010, 2100)
        if (grade, year) not in ((5, 2021), (6, 2021), (7, 2021))
    ]
    book(folder / "Шкалы.xlsx", scales, "Шкалы")
    tables, problems = read(folder, allow_problems=True)
    found = defaultdict(set)
    for problem in problems:
        if problem.code not in SILENT:
            found[str(problem.place.file)].add((problem.code, str(problem.place).rpartition("!")[2] if "!" in str(problem.place) else ""))
    return Told(tables, found, years)


def problems_of(told: Told, key: str) -> set[tuple[str, str]]:
    also = READERS[key.partition(",")[0]].also
    return {
        problem
        for file, problems in told.problems.items()
        if re.search(rf"{re.escape(key)}( [аб])?\.\w+$", file)
        for problem in problems
        if problem[0] not in also
    }


def result_of(told: Told, key: str, reader: Reader) -> list[tuple]:
    return rows(told.tables, reader.table, reader.columns, f"WHERE {reader.where} AND год = {told.years[key]} ORDER BY ALL")


@pytest.mark.parametrize("oddity", [*HARMLESS, *TEXTS])
@pytest.mark.parametrize("name", READERS)
def test_a_layout_changed_without_a_change_of_sense(told, name, oddity):
    key = f"{name}, {oddity}"
    if key in told.years:
        assert (problems_of(told, key), result_of(told, key, READERS[name])) == (set(), READERS[name].result)


@pytest.mark.parametrize("oddity", BROKEN)
@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_what_its_name_says(told, name, oddity):
    assert (problems_of(told, f"{name}, {oddity}"), result_of(told, f"{name}, {oddity}", READERS[name])) == ({("D101", "")}, [])


@pytest.mark.parametrize("name", READERS)
def test_a_sheet_cut_off_under_its_header(told, name):
    assert problems_of(told, f"{name}, без строк") == {("D406", f"A{READERS[name].header + 1}")}


@pytest.mark.parametrize("name", READERS)
def test_one_report_twice(told, name):
    reader = READERS[name]
    assert {code for code, _ in problems_of(told, f"{name}, дважды")} == {"D408"}
    assert result_of(told, f"{name}, дважды", reader) == reader.result


@pytest.mark.parametrize("name", READERS)
def test_two_reports_that_contradict(told, name):
    reader = READERS[name]
    assert ("D409", reader.twice) in problems_of(told, f"{name}, спорят")
    assert any(UNKNOWN in row for row in result_of(told, f"{name}, спорят", reader))


@pytest.mark.parametrize("case", ODD, ids=lambda case: f"{case.reader}, {case.oddity}")
def test_an_odd_cell(told, case):
    key = f"{case.reader}, {case.oddity}"
    assert problems_of(told, key) == case.told
    assert result_of(told, key, READERS[case.reader]) == (case.result if case.result is not None else READERS[case.reader].result)


@pytest.mark.parametrize(
    "title, year",
    [
        ("ВПР 2024 Русский язык 5 класс", 2024),
        ("Всероссийские проверочные работы, русский язык, 5 класс, 2023/24", 2024),
        ("ВПР 2024–2025 учебный год. Русский язык 5 класс", 2025),
    ],
)
def test_the_year_of_the_title_wins_over_the_name_of_the_file(tmp_path, title, year):
    book(district(tmp_path) / "Ф1 2019.xlsx", individual(F1, title=title))
    tables, problems = read(tmp_path)
    assert [problem.code for problem in problems if problem.code not in SILENT] == []
    assert rows(tables, "результаты", "DISTINCT год") == [(year,)]


def test_no_message_shows_what_a_shifted_row_may_bring(tmp_path):
    """A name in the column of groups, a code of a participant in the column of classes, a document in that of scores."""
    lines = titled("Русский язык 6", marks, [["Иванов Пётр", None, "4012 654321", 10, 30, 40, 20], ["Школа (edu900001)", None, 3, "Иванов", 0, 0, 0]])(2026)
    book(district(tmp_path) / "а.xlsx", lines)
    book(tmp_path / "б.xlsx", edited(titled("Русский язык 5", individual, F1)(2026), {"E10": 512345, "E11": "Ян", "E12": "Иван", "J10": 654321}))
    told = " ".join(f"{problem.message} {problem.hint}" for problem in read(tmp_path)[1])
    assert [word for word in ("Иван", "Ян", "4012", "654321", "512345") if word in told] == []


@pytest.mark.parametrize("name, line", [("статистика", 12), ("ЕГЭ", 4), ("выгрузка 2021", 2), ("анкета", 2)])
def test_a_line_of_a_csv_with_fewer_fields(tmp_path, name, line):
    reader = READERS[name]
    lines = as_csv(reader.lines(2026)).split("\r\n")
    lines[line - 1] = lines[line - 1].rpartition(";")[0]
    path = district(tmp_path) / f"{reader.stem.format(id='а', year=2026)}.csv"
    path.write_bytes("\r\n".join(lines).encode())
    assert ("D107", f"{path.name}!A{line}") in short(read(tmp_path)[1])
    tables, _ = read(tmp_path, allow_problems=True)
    found = rows(tables, reader.table, reader.columns)
    assert [row for row in found if row[0] == "9001" and UNKNOWN in row] != []
    assert [row for row in found if row[0] == "9002"] == [row for row in reader.result if row[0] == "9002"]


@pytest.mark.parametrize("name", ["статистика", "ЕГЭ", "выгрузка 2021", "Ф1"])
def test_a_footnote_of_a_csv_need_not_fill_its_line(tmp_path, name):
    reader = READERS[name]
    path = district(tmp_path) / f"{reader.stem.format(id='а', year=2026)}.csv"
    path.write_bytes(f"{as_csv(reader.lines(2026))}* сноска".encode())
    tables, problems = read(tmp_path)
    assert ({code for code, _ in short(problems)} - {"D407"}, rows(tables, reader.table, reader.columns)) == (set(), reader.result)


def test_a_quote_left_open_cuts_a_csv_off(tmp_path):
    reader = READERS["выгрузка 2021"]
    lines = as_csv(reader.lines(2026)).split("\r\n")
    lines[2] = '"' + lines[2]
    (district(tmp_path) / "МА 6 2026.csv").write_bytes("\r\n".join(lines).encode())
    assert ("D107", "МА 6 2026.csv!A3") in short(read(tmp_path)[1])
    assert read(tmp_path, allow_problems=True)[0].info["работы_впр"].incomplete
