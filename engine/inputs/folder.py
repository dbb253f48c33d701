"""A folder of the district's files -> Tables: find, recognise, read, check, merge schools. Problems carry the file, sheet and cell."""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from engine.inputs import casting
from engine.inputs.checks import Skipped, check, repeated_rows, tell_repeated
from engine.inputs.files import Found, Kind, find_files
from engine.inputs.findings import TABLE, Findings
from engine.inputs.fixed import RULES, put_fixed_rows
from engine.inputs.formats import finish, likeness, read
from engine.inputs.formats.assemble import assemble, bad_of
from engine.inputs.formats.desk import Desk
from engine.inputs.formats.exam import stage_exams
from engine.inputs.parquet import read_parquet
from engine.inputs.parsing import Words, words_of
from engine.inputs.recognise import Match, Recogniser
from engine.inputs.schools import Register, codes_of, crosswalk, rewrite_codes, schools_of
from engine.inputs.sheet import RawSheet
from engine.inputs.textfile import read_text
from engine.inputs.workbook import read_workbook
from engine.model import Table
from engine.problems import Cell, Problem, errors, ordered
from engine.questionnaire import Questionnaire
from engine.tables import SourceSheet, Tables, erase, one_row, quoted
from engine.words import nearest

Progress = Callable[[int, int, str], None]
_SHOWN = 5


def read_folder(folder: Path, contract: dict[str, Table], references: dict[str, Words], *, report_year: int | None = None,
                allow_problems: bool = False, encoding: str | None = None, progress: Progress | None = None,
                questionnaire: Questionnaire | None = None) -> tuple[Tables, list[Problem]]:
    """Read every file of a folder into the tables of the contract.

    With errors among the problems the tables are only for looking at, unless `allow_problems`: then a bad row keeps its key and
    loses its values, and a row without a readable key or of an unknown school is dropped (`Tables.bad_rows`, `TableInfo.dropped_rows`).
    `progress(done, all, file)` is called before each file.

    Errors: every D code of `engine.codes` except D303 and D304, which need formulas.
    Example: tables, problems = read_folder(Path("sample_data"), rules.tables, rules.references)
    """
    reading = _Reading(Tables.empty(contract), references, questionnaire=questionnaire)
    found, left, problems = find_files(folder) if folder.is_dir() else ([], [], [])
    reading.left, reading.problems, reading.lost = left, problems, bool(errors(problems))
    with tempfile.TemporaryDirectory(prefix="school-risk-") as scratch:
        for done, file in enumerate(found):
            if progress is not None:
                progress(done, len(found), file.name)
            reading.read_file(file, encoding, Path(scratch))
        reading.check_tables()
    reading.check_schools(report_year)
    reading.tell(folder)
    if allow_problems:
        reading.clean()
    reading.close(found)
    return reading.tables, ordered(reading.problems)


@dataclass
class _Reading:
    """One reading of a folder, stage by stage; every stage adds to `problems`."""

    tables: Tables
    references: dict[str, Words]
    questionnaire: Questionnaire | None = None
    left: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sources: list[SourceSheet] = field(default_factory=list)
    successors: dict[str, str] = field(default_factory=dict)
    register: Register | None = None
    codes: dict[str, str] = field(default_factory=dict)
    lost: bool = False  # a file or a sheet that may hold rows of any table could not be read

    def __post_init__(self) -> None:
        self.connection, self.contract = self.tables.connection, self.tables.contract
        self.findings = Findings(self.connection)
        self.recogniser = Recogniser(self.contract)
        self.desk = Desk(self.connection, self.contract, self.references, self.questionnaire)
        self.intakes = {name: casting.Intake(self.connection, name, table) for name, table in self.contract.items()}
        self._finished: set[str] = set()
        put_fixed_rows(self.contract, self.intakes, self.sources)

    # ------------------------------------------------------------ files

    def read_file(self, file: Found, encoding: str | None, scratch: Path) -> None:
        """Read one file; its sheets are taken in or left with the reason."""
        sheets, problems = self._open(file, encoding, scratch)
        self.problems += problems
        if problems:
            self.left.append((file.name, "не открывается"))
            self.lost = True
            return
        filled = [sheet for sheet in sheets if not sheet.is_blank]
        self.left += [(sheet.title, "пустой лист") for sheet in sheets if sheet.is_blank]
        if not filled:
            self.problems.append(Problem("D108", Cell(file.name), "В файле нет ни одной заполненной ячейки.", "Уберите файл или заполните его."))
        for sheet in filled:
            self._take_in(sheet, file)

    def _open(self, file: Found, encoding: str | None, scratch: Path) -> tuple[list[RawSheet], list[Problem]]:
        match file.kind:
            case Kind.WORKBOOK:
                return read_workbook(file.path, file.name)
            case Kind.PARQUET:
                return read_parquet(self.connection, file.path, file.name)
            case Kind.TEXT:
                return read_text(file.path, file.name, encoding, lambda head: max(self.recogniser.likeness(head), likeness(head)), scratch)
        raise AssertionError(file.kind)

    def _take_in(self, sheet: RawSheet, file: Found) -> None:
        if read(sheet, self.desk):
            return
        match, problems = self.recogniser.match(sheet)
        if match is None and file.path.suffix.lower() == ".txt" and not self.recogniser.likeness(sheet.head):
            self.left.append((sheet.title, "простой текст"))
            return
        self.problems += problems
        if match is None:
            self.left.append((sheet.title, problems[0].message))
            self.lost = self.lost or bool(errors(problems))
            return
        source, name = len(self.sources), match.table
        self.sources.append(SourceSheet(sheet.file, sheet.sheet, name, match.header_row, 0, match.letters, match.left_out))
        self.intakes[name].add(sheet, match, source)
        self._note_broken(sheet, match, source)

    def _note_broken(self, sheet: RawSheet, match: Match, source: int) -> None:
        self.problems += sheet.body.problems()
        if broken := sheet.body.broken_rows():
            self.findings.add_rows(match.table, source, broken, "D107")
        self.tables.info[match.table].dropped_rows += sheet.body.is_cut()

    # ------------------------------------------------------------ checks

    def check_tables(self) -> None:
        """Finish the cells of every table and check it by itself; what formats gave joins in when codes of schools are known."""
        for name, table in self.contract.items():
            if table.kind in ("реестр", "коды") or table.rows:
                self._resolve(name)
        self._assemble()
        by_table: dict[str, dict[int, SourceSheet]] = defaultdict(dict)
        for source, sheet in enumerate(self.sources):
            by_table[sheet.table][source] = sheet
        for name, table in self.contract.items():
            self._resolve(name)
            rewrite_codes(self.connection, name, table, self.codes)
            skipped = check(self.connection, name, table, by_table[name], self.findings)
            casting.finish(self.connection, name)
            self.tables.info[name].supplied = bool(by_table[name])
            self.tables.info[name].dropped_rows += skipped.unexplained
            self._count(name, skipped)

    def _resolve(self, name: str) -> None:
        """Finish the cells of a table, once."""
        self.intakes[name].flush()
        if name not in self._finished:
            self._finished.add(name)
            casting.resolve(self.connection, name, self.contract[name], self.references, self.findings)

    def _assemble(self) -> None:
        """Take in what formats staged. Their problems are told already; the rows those spoil are marked."""
        finish(self.desk)
        stage_exams(self.desk)
        self.codes = crosswalk(self.connection, self.contract)
        schools = next((codes_of(self.connection, name, table) for name, table in self.contract.items() if table.kind == "реестр"), None)
        for made in assemble(self.desk, len(self.sources), self.codes, schools or None):
            for source, row, code in bad_of(self.desk, made, len(self.sources)):
                self.findings.add_rows(made.table, source, [row], code)
            self.sources += made.sources
            self.intakes[made.table].take(made.relation)
            self.tables.info[made.table].dropped_rows += made.dropped
        self.desk.clear()
        self.problems += self.desk.problems
        self.left += self.desk.passed_over
        given = {(sheet.file, sheet.sheet) for sheet in self.sources}
        self.left += [(sheet.title, f"{sheet.format}: не дал ни одной строки") for sheet in self.desk.sheets if (sheet.file, sheet.sheet) not in given]

    def _count(self, name: str, skipped: Skipped) -> None:
        counts = dict(self.connection.execute(f"SELECT _source, count(*) FROM {quoted(name)} GROUP BY 1").fetchall())
        for source, sheet in enumerate(self.sources):
            if sheet.table == name:
                gone = skipped.rows.get(source, [])
                self.sources[source] = replace(sheet, rows=counts.get(source, 0), left_out=(*sheet.left_out, *_rows_left(gone)))

    def check_schools(self, report_year: int | None) -> None:
        """Check references to schools, successors and years."""
        registry = next((name for name, table in self.contract.items() if table.kind == "реестр"), None)
        if registry is not None and self.tables.info[registry].supplied:
            self.register = Register(self.connection, self.contract, registry)
            self.successors = self.register.successors(self.findings)
            for name, table in self.contract.items():
                self.register.find_unknown(name, table, self.findings)
        if report_year is not None:
            for name, table in self.contract.items():
                find_later_rows(self.findings, name, table, report_year)

    # ------------------------------------------------------------ telling

    def tell(self, folder: Path) -> None:
        """Turn findings into problems, and say which tables no file gave."""
        self.problems += self.findings.problems(self.contract, self.sources, lru_cache(maxsize=1000)(self._nearest))
        for name, table in self.contract.items():
            self.problems += tell_repeated(self.connection, name, table, self.sources)
            self._tell_absent(name, table, Cell(folder.name or str(folder)))
        if not any(sheet.file != RULES for sheet in self.sources) and not self.desk.sheets:
            message = "В папке нет ни одной таблицы, которую можно прочитать." if folder.is_dir() else "Нет такой папки."
            self.problems.append(Problem("D110", Cell(str(folder)), message, "Укажите папку с файлами района: --data ПАПКА."))

    def _tell_absent(self, name: str, table: Table, place: Cell) -> None:
        if not any(sheet.file != RULES for sheet in self.sources):
            return
        title = f"«{name}»" + (f" ({table.title})" if table.title else "")
        if not self.tables.info[name].supplied and table.kind == "реестр":
            self.problems.append(Problem("D112", place, f"Нет реестра школ: ни один файл не дал таблицу {title}.", "Положите файл в папку."))
        elif not self.tables.info[name].supplied and table.kind not in ("общие", "коды"):
            hint = "Положите файл в папку; до этого показатели по ней не определены."
            self.problems.append(Problem("D306", place, f"Ни один файл не дал таблицу {title}.", hint))
        for sheet in self.sources:
            if sheet.table == name and not sheet.rows and not table.rows and table.absence != "ноль":
                message = f"Под заголовками таблицы {title} нет ни одной строки."
                self.problems.append(Problem("D108", Cell(sheet.file, sheet.sheet), message, "Уберите лист или заполните его."))

    def _nearest(self, name: str, column: str, text: str) -> str | None:
        block = self.contract[name].columns[column]
        if block.type in ("школа", "код"):
            return self.register.nearest(text) if self.register is not None else None
        words = words_of(block, self.references)
        if words is None:
            return None
        spelled = {spelling: word for word, spellings in words.items() for spelling in (word, *spellings)}
        like = nearest(text, spelled)
        return spelled[like] if like is not None else None

    # ------------------------------------------------------------ bad rows, merged schools, the end

    def clean(self) -> None:
        """Erase the values of bad rows and drop those whose key is not known: a school becomes undetermined, never safer."""
        for name, table in self.contract.items():
            bad = self.findings.bad_rows(name)
            self.tables.bad_rows += one_row(self.connection, f"SELECT count(*) FROM ({bad})")[0]
            self._drop(name, repeated_rows(name))
            no_key = " OR ".join(f"{quoted(key)} IS NULL" for key in table.keys)
            owners = [column for column in schools_of(table) if column in table.keys or column == table.school_column]
            self.tables.info[name].dropped_rows += self._drop(name, f"SELECT _source, _row FROM {quoted(name)} WHERE {no_key}")
            self.tables.info[name].dropped_rows += self._drop(name, self.findings.rows_of_unknown_schools(name, owners))
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE _bad AS {bad}")
            erase(self.connection, name, table, "_bad")

    def _drop(self, name: str, rows: str) -> int:
        return one_row(self.connection, f"DELETE FROM {quoted(name)} WHERE (_source, _row) IN ({rows})")[0]

    def close(self, found: list[Found]) -> None:
        """Merge schools, count again, and take the fingerprint of the files used."""
        for scratch in (TABLE, "_mapping", "_bad"):
            self.connection.execute(f"DROP TABLE IF EXISTS temp.{scratch}")
        if self.register is not None:
            self.register.merge(self.contract, self.successors)
        for name in self.contract:
            self.tables.refresh(name)
            self.tables.info[name].incomplete = self.lost or self.tables.info[name].dropped_rows > 0
        used = {sheet.file for sheet in self.sources}
        self.tables.sources = tuple(self.sources)
        self.tables.files_left = tuple(sorted(set(self.left)))
        self.tables.fingerprint = _fingerprint([file for file in found if file.name in used])


def find_later_rows(findings: Findings, name: str, table: Table, report_year: int) -> None:
    """Find rows of years after the report year (D307): they stay in the table and take no part."""
    if table.year_column is not None:
        year = quoted(table.year_column)
        findings.add(name, table.year_column, f"SELECT _source, _row, CAST({year} AS VARCHAR), 'D307' FROM {quoted(name)} WHERE {year} > {int(report_year)}")


def _rows_left(rows: list[int]) -> list[tuple[str, str]]:
    if not rows:
        return []
    rest = f" и ещё {len(rows) - _SHOWN}" if len(rows) > _SHOWN else ""
    return [(f"{'строки' if len(rows) > 1 else 'строка'} {', '.join(map(str, rows[:_SHOWN]))}{rest}", "нет ключа: пустые или итоговые")]


def _fingerprint(files: list[Found]) -> str:
    """Return the SHA-256 of the names and bytes of files, in order of name."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + str(file.path.stat().st_size).encode() + b"\0")
        with file.path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
