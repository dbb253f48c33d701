"""Excel and OpenDocument workbooks -> raw sheets, by python-calamine: visible and hidden sheets alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, ZipError

from engine.inputs.sheet import HEAD, Body, RawSheet, Row, texts
from engine.problems import Cell, Problem

Range = tuple[tuple[int, int], tuple[int, int]]
_SAVE_AGAIN = "Откройте файл в Excel и сохраните заново как «Книга Excel (*.xlsx)»."


@dataclass
class WorkbookBody(Body):
    """The rows of a sheet in memory, with its merged ranges."""

    cells: list[list]
    merged: list[Range] = field(default_factory=list)

    def rows(self, first_row: int, keys: frozenset[int]) -> Iterator[Row]:
        """Give the rows that are not blank; a key cell merged down over several rows belongs to each of them."""
        self._fill_down(first_row, keys)
        for number, row in enumerate(self.cells[first_row - 1:], start=first_row):
            if any(cell is not None and cell != "" for cell in row):
                yield number, row

    def _fill_down(self, first_row: int, keys: frozenset[int]) -> None:
        for (top, left), (bottom, _) in self.merged:
            if left in keys and top >= first_row - 1:
                for row in range(top + 1, min(bottom + 1, len(self.cells))):
                    self.cells[row][left] = self.cells[top][left]


def read_workbook(path: Path, file: str) -> tuple[list[RawSheet], list[Problem]]:
    """Read all sheets of a workbook.

    Errors: D101 when the workbook or one of its sheets cannot be read.
    """
    try:
        with path.open("rb") as stream:
            workbook = CalamineWorkbook.from_filelike(stream)
            sheets = [_read_sheet(workbook, item.name, file) for item in workbook.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
    except PasswordError:
        return [], [locked(file)]
    except (CalamineError, ZipError, OSError, ValueError) as error:
        return [], [Problem("D101", Cell(file), f"Книга не читается: {_short(error)}.", _SAVE_AGAIN)]
    except BaseException as error:  # a panic of the Rust reader on a damaged file is not an Exception
        if type(error).__name__ != "PanicException":
            raise
        return [], [Problem("D101", Cell(file), "Книга повреждена: чтение оборвалось внутри неё.", _SAVE_AGAIN)]
    return sheets, []


def locked(file: str) -> Problem:
    """Say that a workbook is protected by a password."""
    return Problem("D101", Cell(file), "Книга защищена паролем.", "Откройте её в Excel, снимите пароль (Файл — Сведения — Защита книги) и сохраните.")


def _read_sheet(workbook: CalamineWorkbook, name: str, file: str) -> RawSheet:
    sheet: CalamineSheet = workbook.get_sheet_by_name(name)
    cells = sheet.to_python(skip_empty_area=False)
    return RawSheet(file, name, texts(cells[:HEAD]), WorkbookBody(cells, sheet.merged_cell_ranges or []))


def _short(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:100].rstrip(".") if lines else type(error).__name__
