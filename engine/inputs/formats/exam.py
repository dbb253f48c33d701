"""Protocols of ОГЭ and ЕГЭ: one row a participant -> results by school. Names, passports and places are never taken.

Between the columns of a CSV stand empty ones. A main day and reserve days of one exam add up; autumn re-sits do not count, nor does the
reserve day of a participant who has a result already. A participant is known by a keyed hash of the code or document, kept in memory while
the folder is read.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import ABSENT, CODE, Header, address, header_with, number, text_at
from engine.inputs.parsing import word_parser
from engine.inputs.sheet import RawSheet
from engine.tables import letter
from engine.words import folded

NAME, RANK = "Протокол экзамена", 15
_TITLE = re.compile(r"(?:(\d{2})\s*[-–—.]\s*)?([А-Яа-яЁё][А-Яа-яЁё ()]+?)\s+(20\d\d)[.\-](\d\d)[.\-](\d\d)")
_SCORE, _MARK = r"(тестовый |итоговый )?балл$", r"(оценка|отметка)$"
_CODED = re.compile(r"\d{1,6}|(?:edu|sch)\d{4,}", re.IGNORECASE)
_SPOKEN = re.compile(r"(?:п|у)\s*:\s*(\d{1,3})", re.IGNORECASE)
_SHOWN = 5


@dataclass(frozen=True)
class Exam:
    """Which exam a protocol is of."""

    procedure: str
    subject: str
    day: date
    grade: int

    @property
    def year(self) -> int:
        return self.day.year + (self.day.month >= 9)

    @property
    def is_resit(self) -> bool:
        return self.day.month in (8, 9, 10)


class _Result(NamedTuple):
    """One participant's result; `person` is a hash, None where the protocol names neither a code nor a document."""

    person: bytes | None
    value: float
    row: int


@dataclass
class _School:
    row: int
    results: list[_Result] = field(default_factory=list)
    last: int = 0
    count: int = 0

    def area(self, column: str) -> str | None:
        """Return the range of the school's rows in a column, when they stand together."""
        return f"{column}{self.row}:{column}{self.last}" if self.last - self.row + 1 == self.count else None


def recognise(sheet: RawSheet) -> Header | None:
    """Find `№ | Код ОО | Класс | Код ППЭ | … | Первичный балл | Балл` (or «Оценка»), with empty columns between or not."""
    header = header_with(sheet.head, r"код оо", r"код ппэ|аудитория", r"первичный балл|балл$|оценка$")
    return header if header is not None and (header.find(_SCORE) is not None or header.find(_MARK) is not None) else None


def reshape(sheet: RawSheet, header: Header, desk: Desk) -> None:
    """Stage the results of each school in one exam.

    Errors: D205, D301 (a participant twice), D401, D402, D403, D406, D407 (no minimum), D410.
    """
    sheet_number = desk.open(sheet, NAME, RANK, header.row)
    desk.sheets[sheet_number].left_out.append(("фамилии, паспорта, коды участников", "личные данные не читаются"))
    exam = _exam_of(sheet, header, desk, sheet_number)
    if exam is None:
        return
    if exam.is_resit:
        desk.sheets[sheet_number].left_out.append((f"{exam.day:%d.%m.%Y}", "дополнительный период: в результаты года не входит"))
        return
    by_mark = header.find(_MARK) is not None and (exam.procedure == "ОГЭ" or header.find(_SCORE) is None)
    place = header.find(_MARK if by_mark else _SCORE)
    if place is None:
        desk.say("D410", sheet_number, f"A{header.row}", "В протоколе нет ни «Балла», ни «Оценки».", "Скачайте протокол заново.")
        return
    schools, minimum = _rows(sheet, header, desk, sheet_number, place, by_mark)
    minimum = 3.0 if by_mark else minimum if minimum is not None else _minimum(desk, exam)
    if minimum is None:
        desk.say("D407", sheet_number, f"A{header.row}", f"Минимального балла ЕГЭ на {exam.year} год нет ни в протоколе, ни в таблице «минимумы»: {exam.subject}.",
                 "Добавьте минимум в rules/reference/ege_minimums.yaml.")
    for code, school in schools.items():
        key = {"школа": code, "процедура": exam.procedure, "предмет": exam.subject, "класс": exam.grade, "год": exam.year}
        desk.exams.append((sheet_number, exam.day, key, school.row, tuple(school.results), minimum, by_mark, school.area(letter(place))))


def _exam_of(sheet: RawSheet, header: Header, desk: Desk, sheet_number: int) -> Exam | None:
    lines = [(" ".join(cell for cell in row if cell), index + 1) for index, row in enumerate(sheet.head[:header.row - 1])]
    names = [(text.replace("_", " "), 1) for text in (sheet.sheet, sheet.file.rpartition("/")[2].rpartition(".")[0])]
    found = next(((title, row) for line, row in [*lines, *names] if (title := _TITLE.search(line))), None)
    if found is None:
        desk.say("D410", sheet_number, "A1", "Нет строки с предметом и датой экзамена, например «01 - Русский язык 2026.05.28».", "Верните первую строку протокола.")
        return None
    title, row = found
    said = " ".join([*(line for line, _ in [*lines, *names]), sheet.file])
    procedure = "ОГЭ" if re.search(r"ОГЭ|ГИА-?9", said) else "ЕГЭ" if re.search(r"ЕГЭ|ГИА-?11", said) else _procedure(sheet, header)
    subject = word_parser(desk.references.get("предметы"))(_subject(title[2], procedure, header))
    if subject.code:
        desk.say("D205", sheet_number, f"A{row}", f"Предмета «{title[2].strip()}» нет в справочнике: протокол не прочитан.", "Добавьте его в справочник «предметы».")
        return None
    try:
        day = date(int(title[3]), int(title[4]), int(title[5]))
    except ValueError:
        desk.say("D410", sheet_number, f"A{row}", "Дата экзамена не читается.", "Исправьте первую строку протокола.")
        return None
    return Exam(procedure, str(subject.value), day, 9 if procedure == "ОГЭ" else 11)


def _subject(title: str, procedure: str, header: Header) -> str:
    """Return the subject as written; «Математика» of ЕГЭ is the base one when marks stand for points."""
    plain = title.strip()
    if procedure == "ЕГЭ" and folded(plain) == "математика":
        return "математика базовая" if header.find(_SCORE) is None else "математика профильная"
    return plain


def _procedure(sheet: RawSheet, header: Header) -> str:
    place = header.find(r"класс$")
    grades = [text_at(row, place) for row in sheet.head[header.row:]] if place is not None else []
    ninth = any(re.match(r"9(?!\d)", grade) for grade in grades)
    return "ОГЭ" if ninth else "ЕГЭ"


def _rows(sheet: RawSheet, header: Header, desk: Desk, sheet_number: int, place: int, by_mark: bool) -> tuple[dict[str, _School], float | None]:
    schools: dict[str, _School] = {}
    wrong: dict[str, list[str]] = defaultdict(list)
    minimum, declared, read = None, None, 0
    persons = header.all(r"код участника$") or [*header.all(r"серия( |$)"), *header.all(r"номер( документа| паспорта|$)")]
    code_at, primary = header.at(r"код оо"), header.find(r"первичный балл")
    for row, cells in sheet.body.rows(header.first, frozenset()):
        if footer := _footer(cells, place):
            sheet.body.forgive(row)
            words, said = footer
            minimum = said if words.startswith("минимальная") else minimum
            declared = int(said) if words.startswith("всего участников") and said is not None else declared
            continue
        filled = [text for position in range(len(cells)) if (text := text_at(cells, position))]
        if len(filled) == 1 and number(filled[0]) is None:
            sheet.body.forgive(row)
            desk.sheets[sheet_number].left_out.append((f"строка {row}", "сноска"))
            continue
        code, text = text_at(cells, code_at), text_at(cells, place)
        if not _CODED.fullmatch(code):
            wrong["D403"].append(address(code_at, row))
            continue
        read += 1
        school = schools.setdefault(code.lower() if CODE.fullmatch(code) else code.lstrip("0"), _School(row))
        school.last, school.count = row, school.count + 1
        value, code_of_problem = _value(text, by_mark)
        if value is None and not code_of_problem and (number(text_at(cells, primary)) or 0) > 0:
            code_of_problem = "D406"
        if code_of_problem:
            wrong[code_of_problem].append(address(place, row))
            desk.bad.add((sheet_number, school.row, code_of_problem))
        elif value is not None:
            school.results.append(_Result(_person(desk, cells, persons), value, row))
    desk.bad |= {(sheet_number, school.row, "D107") for school in schools.values() for row in sheet.body.broken_rows() if school.row <= row <= school.last}
    _tell(desk, sheet_number, header, wrong, declared, read)
    _tell_same_person(desk, sheet_number, place, schools)
    return schools, minimum


def _person(desk: Desk, cells: list, places: list[int]) -> bytes | None:
    """Return a keyed hash of the code, or of the series and number of the document; None where any of them is empty."""
    texts = [text_at(cells, place) for place in places]
    return hashlib.blake2b("\n".join(texts).encode(), key=desk.secret, digest_size=16).digest() if texts and all(texts) else None


def _tell_same_person(desk: Desk, sheet_number: int, place: int, schools: dict[str, _School]) -> None:
    """Tell the participants who stand in a protocol twice: the school's number of participants is then unknown."""
    cells = []
    for school in schools.values():
        seen: dict[bytes, int] = {}
        for result in school.results:
            if result.person is not None and seen.setdefault(result.person, result.row) != result.row:
                cells.append(f"{address(place, result.row)} и {address(place, seen[result.person])}")
                desk.bad.add((sheet_number, school.row, "D409"))
    if cells:
        rest = f" и ещё {len(cells) - _SHOWN}" if len(cells) > _SHOWN else ""
        what = f"Участник записан в протоколе дважды: {', '.join(cells[:_SHOWN])}{rest}."
        desk.say("D301", sheet_number, cells[0].partition(" ")[0], what, "Оставьте одну строку.")


def _footer(cells: list, place: int) -> tuple[str, float | None] | None:
    """Read a line under the participants: what it is and its number, in the column of results or else the last one."""
    texts = [text_at(cells, position) for position in range(len(cells))]
    words = next((plain for text in texts if re.match(r"(минимальная граница|средн|всего участников|итого)", plain := folded(text))), None)
    if words is None:
        return None
    return words, next((value for text in [text_at(cells, place), *reversed(texts)] if (value := number(text)) is not None), None)


def _value(text: str, by_mark: bool) -> tuple[float | None, str]:
    """Return the result of one participant (None: was not there) or the code of a problem. Foreign languages: «п:45 у:17» is their sum."""
    if text.casefold() in ABSENT or folded(text) in ("не явился", "удален", "не завершил"):
        return None, ""
    spoken = _SPOKEN.findall(text)
    value = float(sum(int(part) for part in spoken)) if spoken else number(text)
    if value is None or not value.is_integer() or value < 0:
        return None, "D402"
    if value > (5 if by_mark else 100) or (by_mark and value < 2):
        return None, "D401"
    return value, ""


def _tell(desk: Desk, sheet_number: int, header: Header, wrong: dict[str, list[str]], declared: int | None, read: int) -> None:
    said = {"D401": ("Балл или оценка вне шкалы", "Строка, видимо, сдвинута: сверьте её с протоколом."),
            "D402": ("Балл не читается", "Балл — целое число; неявка — «X» или «отсутствовал»."),
            "D406": ("Первичный балл есть, а результата нет", "Строка оборвана: скачайте протокол заново."),
            "D403": ("Строка без кода ОО", "Строка, видимо, сдвинута: сверьте её с протоколом.")}
    for code, cells in sorted(wrong.items()):
        rest = f" и ещё {len(cells) - _SHOWN}" if len(cells) > _SHOWN else ""
        desk.say(code, sheet_number, cells[0], f"{said[code][0]}: {', '.join(cells[:_SHOWN])}{rest}.", said[code][1])
    if declared is not None and declared != read + len(wrong.get("D403", [])):
        desk.say("D406", sheet_number, f"A{header.row}", f"Сказано «Всего участников: {declared}», строк {read}.", "Скачайте протокол заново: он оборван.")
    elif not read:
        desk.say("D406", sheet_number, f"A{header.row}", "Под заголовком нет ни одной строки участников: протокол оборван.", "Скачайте протокол заново.")


def _minimum(desk: Desk, exam: Exam) -> float | None:
    table = desk.contract.get("минимумы")
    rows = table.rows if table is not None else ()
    return next((float(row["минимум"]) for row in rows if row.get("предмет") == exam.subject and int(row.get("год", 0)) == exam.year), None)


def stage_exams(desk: Desk) -> None:
    """Add up the days of each exam and stage one row for each school; of a participant only the first day counts.

    Errors: D408 (the same day twice), D414 (a participant on several days), D409 (the same day with other results).
    """
    by_key: dict[tuple, dict[date, tuple]] = defaultdict(dict)
    for sheet, day, key, row, results, minimum, by_mark, area in desk.exams:
        days = by_key[tuple(key.items())]
        if day in days:
            _tell_twice(desk, days[day], (sheet, row, results))
            continue
        days[day] = (sheet, row, results, minimum, by_mark, area)
    again: dict[tuple[int, date], list[int]] = defaultdict(list)
    for key, days in by_key.items():
        first, *_ = (days[day] for day in sorted(days))
        values = _first_results(days, again)
        if values:
            desk.put("результаты", first[0], first[1], {**dict(key), **_results(dict(key)["процедура"], values, first[3], first[4])}, first[5] if len(days) == 1 else None)
    for (sheet, earlier), rows in sorted(again.items()):
        what = f"Пересдачи: у участников, у которых есть результат от {earlier:%d.%m.%Y}, учтён он; не вошло результатов этого дня: {len(rows)}."
        desk.say("D414", sheet, f"A{min(rows)}", what, "Делать ничего не нужно: в результаты года входят первые попытки.")
    desk.exams.clear()


def _first_results(days: dict[date, tuple], again: dict[tuple[int, date], list[int]]) -> list[float]:
    """Return the results of a school, of each participant the first; collect in `again` the rows of the others by sheet and first day."""
    values, taken = [], {}
    for day in sorted(days):
        sheet, _, results, *_ = days[day]
        for result in results:
            if result.person is not None and taken.setdefault(result.person, day) != day:
                again[sheet, taken[result.person]].append(result.row)
            else:
                values.append(result.value)
    return values


def _results(procedure: object, values: list[float], minimum: float | None, by_mark: bool) -> dict[str, object]:
    found: dict[str, object] = {"участников": len(values)}
    if procedure == "ОГЭ" and by_mark:
        return found | {f"отметка_{mark}": values.count(mark) for mark in (2, 3, 4, 5)}
    found["средний_балл"] = round(sum(values) / len(values), 6)
    return found | ({"не_преодолели": sum(value < minimum for value in values)} if minimum is not None else {})


def _tell_twice(desk: Desk, earlier: tuple, later: tuple) -> None:
    same = sorted(result.value for result in earlier[2]) == sorted(result.value for result in later[2])
    code = "D408" if same else "D409"
    kept = desk.sheets[earlier[0]]
    if (later[0], code) in desk.told:
        return
    desk.told.add((later[0], code))
    desk.say(code, later[0], f"A{later[1]}", f"{'Тот же протокол уже прочитан' if same else 'Два протокола одного дня с разными результатами'}: {kept.title}!A{earlier[1]}.", "Оставьте один файл.",
             bad_row=None)
    if not same:
        desk.bad.add((earlier[0], earlier[1], code))
