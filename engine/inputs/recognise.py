"""Which table of the contract a sheet holds, by its headers: where they are and which column is which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from engine.inputs.sheet import HEADER_WITHIN, RawSheet, as_text
from engine.model import Column, Table
from engine.problems import Cell, Problem
from engine.tables import letter
from engine.words import folded

Head = Sequence[Sequence[str]]
_LONGEST_HEADER = 200
_JOINED, _OWN, _LOWER = range(3)  # kinds of labels, the surest first
_PERSONAL = re.compile(r"(фамилия|имя|отчество|ф ?и ?о|имя отчество|фамилия имя отчество|паспорт|паспортные данные|дата рождения"
                       r"|(номер|серия|серия и номер) (паспорта|документа))"
                       r"( (участника|ребенка|учащегося|обучающегося|ученика|учителя|педагога|директора|родителя))?|.*\bснилс\b.*")
_fold = lru_cache(maxsize=20_000)(folded)


@dataclass(frozen=True)
class Match:
    """How a sheet is read as a table. Rows are 1-based; `columns` are 0-based positions in the sheet."""

    table: str
    header_row: int
    first_row: int
    columns: dict[str, int]
    constants: dict[str, str]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def letters(self) -> dict[str, str]:
        return {column: letter(index) for column, index in self.columns.items()}


@dataclass
class _Candidate:
    """A table under the headers of one place: positions found for each column, the likeliest first."""

    table: str
    row: int
    depth: int
    found: dict[str, list[int]]
    joined: bool  # some header is known only together with the merged one above it
    constants: dict[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        return len(self.found), self.joined, -self.depth, -self.row


class Recogniser:
    """Compares the first rows of sheets with the contract's names, titles and headers of columns."""

    def __init__(self, contract: dict[str, Table]):
        self.contract = contract
        self._spellings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, table in contract.items():
            for column, block in _supplied(table):
                for spelling in dict.fromkeys(map(folded, _spellings(column, block))):
                    self._spellings[spelling].append((name, column))
        self._spellings.pop("", None)

    def likeness(self, head: Head) -> int:
        """Return how many columns of the likeliest table the head names."""
        return max((len(candidate.found) for candidate in self._candidates(head).values()), default=0)

    def match(self, sheet: RawSheet) -> tuple[Match | None, list[Problem]]:
        """Find the table of a sheet.

        Errors: D102 (like no table), D103 (like two equally), D104 (a column is missing), D105 (a column found twice).
        """
        candidates = self._candidates(sheet.head)
        for candidate in candidates.values():
            candidate.constants = _constants(self.contract[candidate.table], candidate.found, sheet)
        whole = [candidate for candidate in candidates.values() if self._is_whole(candidate)]
        most = max((len(candidate.found) for candidate in candidates.values()), default=0)
        if not any(len(candidate.found) == most for candidate in whole):  # a table that lacks a key is likelier than a whole one with less
            return None, [self._unlike(sheet, list(candidates.values()))]
        best = max(self._rank(candidate, sheet) for candidate in whole)
        likeliest = [candidate for candidate in whole if self._rank(candidate, sheet) == best]
        if len(likeliest) > 1:
            return None, [_ambiguous(sheet, likeliest, self.contract)]
        return self._settle(likeliest[0], sheet)

    # ------------------------------------------------------------ candidates

    def _candidates(self, head: Head) -> dict[str, _Candidate]:
        best: dict[str, _Candidate] = {}
        for row, depth, labels in _places(head):
            for table, (found, joined) in self._named(labels).items():
                candidate = _Candidate(table, row, depth, found, joined)
                if table not in best or candidate.rank > best[table].rank:
                    best[table] = candidate
        return best

    def _named(self, labels: Iterable[tuple[int, int, str]]) -> dict[str, tuple[dict[str, list[int]], bool]]:
        """Find the columns that labels name (of several positions only those of the best kind of label) and whether joined labels helped."""
        seen: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for index, kind, label in labels:
            for table, column in self._spellings.get(label, ()):
                seen[table][column].append((kind, index))
        return {table: ({column: [index for kind, index in places if kind == min(places)[0]] for column, places in columns.items()},
                        any(min(places)[0] == _JOINED for places in columns.values())) for table, columns in seen.items()}

    def _is_whole(self, candidate: _Candidate) -> bool:
        table = self.contract[candidate.table]
        if not all(key in candidate.found or key in candidate.constants for key in table.keys):
            return False
        values = [column for column, _ in _supplied(table) if column not in table.keys]
        spoken = [column for column in values if column in candidate.found]
        if len(self._missing(candidate)) > len(spoken):
            return False
        return bool(spoken) or not values or table.absence == "ноль" or table.kind == "решения"

    def _rank(self, candidate: _Candidate, sheet: RawSheet) -> tuple[int, bool, bool]:
        table = self.contract[candidate.table]
        named = f" {folded(PurePosixPath(sheet.file).stem)} {folded(sheet.sheet)} "
        says_so = any(f" {folded(word)} " in named for word in (candidate.table, table.title or candidate.table))
        return len(candidate.found), not self._missing(candidate), says_so

    def _missing(self, candidate: _Candidate) -> list[str]:
        return [column for column, block in _supplied(self.contract[candidate.table])
                if block.required and column not in candidate.found and column not in candidate.constants]

    # ------------------------------------------------------------ the outcome

    def _settle(self, candidate: _Candidate, sheet: RawSheet) -> tuple[Match | None, list[Problem]]:
        table, row = self.contract[candidate.table], candidate.row
        place = Cell(sheet.file, sheet.sheet, f"A{row}")
        problems = [Problem("D104", place, f"Таблица «{candidate.table}»: нет столбца {_quote(column, table)}.", _headers_hint(table.columns[column]))
                    for column in self._missing(candidate)]
        twice = {column: places for column, places in candidate.found.items() if len(places) > 1}
        for column, places in twice.items():
            letters = ", ".join(letter(index) for index in places)
            problems.append(Problem("D105", Cell(sheet.file, sheet.sheet, f"{letter(places[1])}{row}"),
                                    f"Столбцы {letters} узнаны как один столбец {_quote(column, table)}.", "Переименуйте лишний."))
        columns = {column: places[0] for column, places in candidate.found.items() if column not in twice}
        if not all(key in columns or key in candidate.constants for key in table.keys):
            return None, problems
        first, numbering = _first_row(sheet.head, candidate)
        left = (*_left_out(sheet.head, candidate, set(columns.values())), *numbering)
        return Match(candidate.table, row, first, columns, candidate.constants, left), problems

    def _unlike(self, sheet: RawSheet, candidates: list[_Candidate]) -> Problem:
        place = Cell(sheet.file, sheet.sheet)
        if not candidates:
            return Problem("D102", place, "Лист не похож ни на одну таблицу: ни один заголовок не узнан.",
                           f"Сверьте заголовки с договором о данных; искали в первых {HEADER_WITHIN} строках.{sheet.body.doubt}")
        nearest = max(candidates, key=lambda candidate: (*candidate.rank, candidate.table))
        table = self.contract[nearest.table]
        lacking = [key for key in table.keys if key not in nearest.found and key not in nearest.constants]
        by_name = [key for key in lacking if table.columns[key].from_file_name or table.columns[key].from_sheet_name]
        absent = lacking or self._missing(nearest)
        wanted = ", ".join(_quote(column, table) for column in absent) or "столбцов со значениями"
        title = f"«{nearest.table}»" + (f" ({table.title})" if table.title else "")
        if lacking and lacking == by_name and len(nearest.found) > len(table.keys) - len(lacking):
            return Problem("D104", place, f"Таблица {title}: {wanted} нет ни среди столбцов, ни в имени файла или листа.",
                           "Добавьте столбец или назовите файл и лист, как задано в договоре о данных.")
        return Problem("D102", place, f"Лист не узнан. Похожее всего таблица {title}, но в нём нет: {wanted}.",
                       _headers_hint(table.columns[absent[0]]) if absent else "Сверьте заголовки с договором о данных.")


# ---------------------------------------------------------------- headers


def _places(head: Head) -> Iterator[tuple[int, int, list[tuple[int, int, str]]]]:
    """Give every place where headers may be: (row of the lowest header, rows of headers, labels as (position, kind, text))."""
    for index, row in enumerate(head[:HEADER_WITHIN]):
        yield index + 1, 1, [(position, _OWN, label) for position, label in _labels(row)]
        if index + 1 < len(head):
            yield index + 2, 2, list(_two_rows(row, head[index + 1]))


def _labels(row: Sequence[str]) -> Iterator[tuple[int, str]]:
    for position, cell in enumerate(row):
        if cell and len(cell) <= _LONGEST_HEADER and not _is_personal(cell):
            yield position, _fold(cell)


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Read two rows of headers: «upper lower» under a merged cell, then the lower alone, or the upper over an empty one."""
    over = ""
    for position in range(max(len(upper), len(lower))):
        above = upper[position].strip() if position < len(upper) else ""
        below = lower[position].strip() if position < len(lower) else ""
        over = above or over
        if max(len(over), len(below)) > _LONGEST_HEADER or _is_personal(above) or _is_personal(below):
            continue
        if below:
            yield position, _JOINED, _fold(f"{over} {below}")
            yield position, _LOWER, _fold(below)
        elif above:
            yield position, _OWN, _fold(above)


@lru_cache(maxsize=20_000)
def _is_personal(header: str) -> bool:
    """Names of people, passports and insurance numbers are never read, whatever the contract says."""
    return bool(_PERSONAL.fullmatch(_fold(header)))


def _first_row(head: Head, candidate: _Candidate) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return the first row of data: a row of column numbers «1, 2, 3, 4…» under the headers is passed over."""
    row = candidate.row
    below = [cell.strip() for cell in head[row] if cell.strip()] if row < len(head) else []
    headed = {position for line in head[row - candidate.depth:row] for position, cell in enumerate(line) if cell.strip()}
    if len(headed) >= 4 and below == [str(number + 1) for number in range(len(headed))]:
        return row + 2, ((f"строка {row + 1}", "номера столбцов"),)
    return row + 1, ()


def _left_out(head: Head, candidate: _Candidate, used: set[int]) -> Iterator[tuple[str, str]]:
    rows = head[candidate.row - candidate.depth:candidate.row]
    for position in range(max(map(len, rows))):
        label = " ".join(part for row in rows for part in [row[position].strip() if position < len(row) else ""] if part)
        if label and position not in used:
            personal = any(_is_personal(row[position]) for row in rows if position < len(row))
            yield " ".join(label.split()), "личные данные не читаются" if personal else "столбца нет в договоре"


# ---------------------------------------------------------------- the contract


def _supplied(table: Table) -> Iterator[tuple[str, Column]]:
    return ((name, column) for name, column in table.columns.items() if column.formula is None)


def _spellings(name: str, column: Column) -> list[str]:
    names = [name, *([column.title] if column.title else []), *column.headers]
    return names + [f"{spelling} {column.unit}" for spelling in names if column.unit]


def _constants(table: Table, found: dict[str, list[int]], sheet: RawSheet) -> dict[str, str]:
    """Return what names of the file and the sheet, or defaults, say of columns that are not in the sheet."""
    values = {name: _constant(column, sheet) for name, column in _supplied(table) if name not in found}
    return {name: value for name, value in values.items() if value is not None}


def _constant(column: Column, sheet: RawSheet) -> str | None:
    """Return the value from the name of the sheet, of the file, of its folders, or the default."""
    file = sheet.file.rpartition("/")[2]
    value = _from_name(column.from_sheet_name, sheet.sheet) or _from_name(column.from_file_name, file) or _from_name(column.from_file_name, sheet.file)
    return value if value is not None else as_text(column.default)


def _from_name(pattern: str | None, name: str) -> str | None:
    found = re.search(pattern, name, re.IGNORECASE) if pattern else None
    return (found[1] if found.re.groups else found[0]) if found else None


def _quote(column: str, table: Table) -> str:
    title = table.columns[column].title
    return f"«{column}»" + (f" ({title})" if title else "")


def _headers_hint(column: Column) -> str:
    known = ", ".join(f"«{header}»" for header in column.headers[:4])
    return f"Добавьте столбец; его заголовок в файлах: {known}." if known else "Добавьте столбец или его написание в «заголовки»."


def _ambiguous(sheet: RawSheet, likeliest: list[_Candidate], contract: dict[str, Table]) -> Problem:
    names = " и ".join(f"«{candidate.table}»" for candidate in likeliest)
    return Problem("D103", Cell(sheet.file, sheet.sheet, f"A{likeliest[0].row}"), f"Лист одинаково похож на таблицы {names}.",
                   "Добавьте столбцы, по которым таблицы различаются, или назовите файл именем таблицы.")
