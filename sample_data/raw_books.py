"""Workbooks and protocols in the layouts of ФИС ОКО and РИС ГИА, for the invented district: percents, norm rows, pupils' rows without names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import xlsxwriter

CREATED = datetime(2026, 9, 1, 9, 0, 0)
SAMPLE, REGION, DISTRICT = "Вся выборка", "г. Энск (reg99)", "Московский район (reg99_m01)"
Rows = Iterable[Sequence]


def login(code: int, year: int) -> str:
    """Return the login of a school in ФИС ОКО: it changed between 2024 and 2025."""
    return f"{'sch' if year < 2025 else 'edu'}90{code}"


def named(code: int, title: str, year: int) -> str:
    return f"{title} ({login(code, year)})"


def percents(counts: Sequence[int]) -> list[float]:
    """Write shares as ФИС ОКО does: percents with two decimals."""
    total = sum(counts)
    return [round(100 * int(count) / total, 2) if total else 0 for count in counts]


class Report:
    """One workbook; a sheet for each work, with the common head of ФИС ОКО above."""

    def __init__(self, path: Path, report: str):
        self.report = report
        self.book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self.book.set_properties({"title": report, "author": "Вымышленные данные", "created": CREATED})

    def sheet(self, short: str, grade: int, subject: str, year: int, top: int, above: Sequence, header: Sequence, rows: Rows) -> None:
        """Write R1 the report, R3 the work, R4–R6 what is said of it, R7 a row above the header, R8 the header, then the rows."""
        page = self.book.add_worksheet(f"{short} {grade} {self.report}"[:31])
        lines = [[self.report], [], [f"ВПР {year} {subject.capitalize()} {grade} класс"], ["Предмет:", subject.capitalize()],
                 ["Максимальный первичный балл:", top], ["Дата:", f"20.04.{year}"], above, header, *rows]
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    page.write_string(row, column, value)
                elif value is not None:
                    page.write_number(row, column, value)

    def close(self) -> None:
        self.book.close()


def item_tops(top: int) -> list[int]:
    """Share the maximum of a work out among at most nine items."""
    count = min(9, top // 2)
    return [top // count + (index < top % count) for index in range(count)]


def item_scores(scores: np.ndarray, tops: list[int], rng: np.random.Generator) -> np.ndarray:
    """Share every pupil's score out among the items: later items are harder."""
    owner = np.repeat(np.arange(len(tops)), tops)
    keys = owner * .35 + rng.logistic(0, 1, (len(scores), len(owner)))
    taken = np.argsort(np.argsort(keys, axis=1), axis=1) < scores[:, None]
    return np.stack([taken[:, owner == item].sum(axis=1) for item in range(len(tops))], axis=1)


def write_protocol_csv(path: Path, title: str, rows: list[tuple[str, str, int]], minimum: int | None, result: str) -> None:
    """Write a protocol of ЕГЭ with empty columns between: (school, class, result); names and documents stay empty."""
    names = ["№", "Код МСУ", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Серия", "Номер", "Первичный балл", result]
    with path.open("w", encoding="cp1251", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([title])
        writer.writerow([part for name in names for part in (name, "")])
        for number, (school, grade, value) in enumerate(rows, start=1):
            cells = [number, 99, school, grade, 9900 + number % 7, 1 + number % 12, "", "", "", "", "", "", value]
            writer.writerow([part for cell in cells for part in (cell, "")])
        writer.writerow(["Средние", "", *[""] * 22, f"{sum(value for *_, value in rows) / len(rows):.2f}".replace(".", ",")])
        if minimum is not None:
            writer.writerow(["Минимальная граница", "", *[""] * 22, minimum])
        writer.writerow(["Всего участников", "", *[""] * 22, len(rows)])


def write_protocol_book(path: Path, title: str, rows: list[tuple[str, str, int, int]]) -> None:
    """Write a protocol of ОГЭ: (school, class, primary score, mark); names and documents stay empty."""
    header = ["№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Код участника", "Фамилия", "Имя", "Отчество", "Первичный балл", "Оценка"]
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    book.set_properties({"title": title, "author": "Вымышленные данные", "created": CREATED})
    page = book.add_worksheet("Протокол")
    page.write_string(0, 0, title)
    for column, name in enumerate(header):
        page.write_string(1, column, name)
    for number, (school, grade, score, mark) in enumerate(rows, start=1):
        for column, value in enumerate((number, school, grade, None, None, None, None, None, None, score, mark)):
            if isinstance(value, str):
                page.write_string(number + 1, column, value)
            elif value is not None:
                page.write_number(number + 1, column, value)
    page.write_string(len(rows) + 2, 0, "Всего участников")
    page.write_number(len(rows) + 2, 10, len(rows))
    book.close()
