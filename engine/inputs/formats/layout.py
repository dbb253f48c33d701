"""What layouts share: where the header is, which work a report is about, whose row it is, how a cell is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine.inputs.parsing import Words, word_parser
from engine.inputs.sheet import HEADER_WITHIN, RawSheet, as_text
from engine.problems import Cell, Problem
from engine.tables import letter
from engine.words import folded

Labels = list[str]
CODE = re.compile(r"\b(?:edu|sch)\d{4,}\b", re.IGNORECASE)
_REGION = re.compile(r"\breg\d+(_m\d+)?\b", re.IGNORECASE)
_TERRITORY = re.compile(r"\b(район|муниципальн|округ|область|край|республика|город|г|федерация|россия|регион)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)20(\d\d)\s*[/–—-]\s*(?:20)?(\d\d)(?!\d)")
_GRADE = re.compile(r"(?<!\d)(\d{1,2})\s*-?(?:й|ый|ой|го)?\s*кл(?:асс[а-я]*)?\b", re.IGNORECASE)
_SHEET_GRADE = re.compile(r"^\s*[а-яё]{2,4}[\s_]+(\d{1,2})\b", re.IGNORECASE)
_NOISE = re.compile(r"\bВПР\b|\bвсероссийск\w+|\bпроверочн\w+|\bработ\w*|\bосень|\bвесна|\bосенью|\bвесной|\bгода?\b|\bг\.|\bпо\b|[.,;:«»\"]", re.IGNORECASE)
_MISSING = frozenset({"", "-", "–", "—", "н/д", "нет данных"})
_fold = lru_cache(maxsize=20_000)(folded)    # every format reads the same head
ABSENT = frozenset({"x", "х", "n", "н", "отсутствовал", "отсутствовала", "нет отметки", "нет", "не участвовал", "не приступал", *_MISSING})


class Header(NamedTuple):
    """The header of a layout: its lowest row (1-based), the first row under it, and what stands over every position.

    `labels` are folded, with the title of the merged cell above; `own` are folded without it; `cells` are as written.
    """

    row: int
    first: int
    labels: Labels
    own: Labels
    cells: list[str]

    def find(self, pattern: str) -> int | None:
        """Return the first position whose label matches from its beginning."""
        return next(iter(self.all(pattern)), None)

    def all(self, pattern: str) -> list[int]:
        """Return every position whose label matches from its beginning: with the title above it, or else without."""
        found = [position for position, label in enumerate(self.labels) if re.match(pattern, label)]
        return found or [position for position, label in enumerate(self.own) if re.match(pattern, label)]

    def at(self, pattern: str) -> int:
        """Return the position of a column that the layout was recognised by."""
        found = self.find(pattern)
        assert found is not None, pattern
        return found


def headers(head: Sequence[Sequence[str]]) -> Iterator[Header]:
    """Give every place where a header may be: one row, or two rows under merged cells."""
    for index, row in enumerate(head[:HEADER_WITHIN]):
        labels = [_fold(cell) for cell in row]
        yield Header(index + 1, index + 2, labels, labels, list(row))
        if index + 1 < len(head):
            yield _under_merged(index + 2, row, head[index + 1])


def _under_merged(row: int, upper: Sequence[str], lower: Sequence[str]) -> Header:
    labels, cells, over = [], [], ""
    for position in range(max(len(upper), len(lower))):
        above = upper[position] if position < len(upper) else ""
        below = lower[position] if position < len(lower) else ""
        over = above or over
        labels.append(_fold(f"{over} {below}") if below else _fold(above))
        cells.append(below or above)
    return Header(row, row + 1, labels, [_fold(cell) for cell in cells], cells)


def header_with(head: Sequence[Sequence[str]], *patterns: str) -> Header | None:
    """Find the first header that has a label for each of the patterns."""
    return next((header for header in headers(head) if all(header.find(pattern) is not None for pattern in patterns)), None)


# ---------------------------------------------------------------- which work


@dataclass(frozen=True)
class Work:
    """The work that a report is about; `subject` is a word of the rules."""

    subject: str
    grade: int
    year: int


def year_in(text: str) -> int | None:
    """Read «2026», or the later year of «2025/26» and «2025–2026»."""
    found = _SCHOOL_YEAR.search(text)
    if found and int(found[2]) == int(found[1]) + 1:
        return 2000 + int(found[2])
    return int(found[1]) if (found := _YEAR.search(text)) else None


def work_of(sheet: RawSheet, references: Mapping[str, Words], above: int) -> tuple[Work | None, list[Problem]]:
    """Read subject, grade and year from the title rows above the header, then from the names of the sheet and the file.

    Errors: D410 when one of them is not named, D205 when the subject is not in the rules.
    Example: «ВПР 2026 Русский язык 4 класс» -> Work("русский язык", 4, 2026).
    """
    rows = list(sheet.head[:max(above - 1, 0)])
    lines = [(" ".join(cell for cell in row if cell), index + 1) for index, row in enumerate(rows)]
    names = [(line, 0) for line in (sheet.sheet.replace("_", " "), sheet.file.rpartition("/")[2].rpartition(".")[0].replace("_", " "), sheet.file.replace("_", " "))]
    title = next(((line, row) for line, row in lines if re.search("впр|всероссийск", line.casefold()) and (_YEAR.search(line) or _GRADE.search(line))), ("", 1))
    places = [title, *lines, *names]
    year = next((found for line, _ in (title, *names, *lines) if (found := year_in(line)) is not None), None)
    grade = next((int(found[1]) for line, _ in places if (found := _GRADE.search(line))), None)
    grade = grade if grade is not None else next((int(found[1]) for line, _ in names if (found := _SHEET_GRADE.match(line))), None)
    subject, given = _subject(rows, title[0], names, references)
    lacking = [word for word, value in (("предмет", given), ("класс", grade), ("год", year)) if value is None]
    place = Cell(sheet.file, sheet.sheet, f"A{title[1]}")
    if lacking or year is None or grade is None or given is None:
        return None, [Problem("D410", place, f"Не сказано, о какой работе отчёт: нет {', '.join(lacking)}.",
                              "Верните строку вида «ВПР 2026 Русский язык 4 класс» или назовите так лист либо файл.")]
    if subject is None:
        return None, [Problem("D205", place, f"Предмета «{given}» нет в справочнике: лист не прочитан.", "Добавьте его в справочник «предметы» (rules/data.yaml).")]
    return Work(subject, grade, year), []


def _subject(rows: list, title: str, names: list[tuple[str, int]], references: Mapping[str, Words]) -> tuple[str | None, str | None]:
    """Return the subject as a word of the rules, and as it is given."""
    read = word_parser(references.get("предметы"))
    given = []
    for row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) > 1 and folded(cells[0]) == "предмет":
            given.append(cells[1])
    given += [_rest_of(title)] + [_rest_of(name) for name, _ in names] + [found[0] for name, _ in names if (found := re.match(r"\s*[А-Яа-яЁё]{2,4}(?=[\s_]+\d)", name))]
    given = [text for text in given if text]
    return next((found.value for text in given if not (found := read(text)).code), None), next(iter(given), None)


def _rest_of(title: str) -> str:
    """What is left of «ВПР 2026 Русский язык 4 класс. Статистика …» without year, grade and the words around."""
    before = title
    if found := _GRADE.search(title):
        before = title[:found.start()] if _YEAR.search(title[:found.start()]) and _NOISE.sub(" ", _YEAR.sub(" ", title[:found.start()])).strip() else title[found.end():]
    return " ".join(_NOISE.sub(" ", _YEAR.sub(" ", before)).split()) if _GRADE.search(title) else ""


# ---------------------------------------------------------------- whose row


class Group(NamedTuple):
    """Whose row it is: a school (its code), or a group of schools that serves as a norm."""

    kind: str
    name: str


def group_of(text: str, schools_given: bool | None = None) -> Group | None:
    """Read «Вся выборка», «г. Москва (reg77)», «Район (reg20_m012)», «Школа (edu203456)»; None for anything else.

    `schools_given`: whether the row counts schools, as only groups do; None when the layout does not say.
    """
    text = " ".join(text.split())
    plain = folded(text)
    if not plain or plain.startswith(("итого", "примечание")) or text.startswith("*"):
        return None
    if found := CODE.search(text):
        return Group("школа", found[0].lower())
    if plain.startswith("вся выборка") or plain in ("российская федерация", "россия", "рф"):
        return Group("выборка", "вся выборка")
    bare = re.sub(r"\s*\((?:reg[^)]*)\)\s*", " ", text, flags=re.IGNORECASE).strip()
    if found := _REGION.search(text):
        return Group("муниципалитет" if found[1] else "регион", bare or found[0].lower())
    if schools_given or (schools_given is None and _TERRITORY.search(plain) and not re.search(r"\b(школ|сош|гимнази|лице)", plain)):
        return Group("муниципалитет" if re.search(r"район|муницип|округ", plain) else "регион", text)
    return Group("школа", text) if re.fullmatch(r"\d{3,6}", text) else None


# ---------------------------------------------------------------- cells


def text_at(row: Sequence[object], position: int | None) -> str:
    """Return the text of a cell, without outer spaces; «» when there is no such cell."""
    if position is None or position >= len(row):
        return ""
    return " ".join((as_text(row[position]) or "").split())


def number(text: str) -> float | None:
    """Read a number, kept as text or not; None for anything else."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace(",", ".").replace("−", "-").removesuffix("%")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d*)?|-?\.\d+", plain) else None


def shown(text: str) -> str:
    """Show a short number as it is, of anything else that it is text: a shifted row may bring a name or the number of a document."""
    return f"«{text}»" if re.fullmatch(r"-?\d{1,3}([.,]\d{1,2})?%?", text) else "текст" if text else "пусто"


def is_missing(text: str) -> bool:
    return text.casefold() in _MISSING


def count_of(percent: float, total: int) -> int | None:
    """Return the whole number of pupils behind a percent with two decimals; None when no whole number gives it."""
    count = round(percent * total / 100)
    near = min((count - 1, count, count + 1), key=lambda near: abs(percent - 100 * near / total) if total else 0)
    return near if total and abs(percent - 100 * near / total) <= 0.0051 else (0 if not total and not percent else None)


def address(position: int, row: int) -> str:
    return f"{letter(position)}{row}"
