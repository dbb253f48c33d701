"""A run to show to strangers: numbers and names of schools are stand-ins wherever they stand — in codes, tables, names of files, remarks, recorded pairs."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.mentoring.saved import FILE, RULES_FILE
from engine.problems import Cell, Problem
from engine.record import open_run
from engine.run import Run
from engine.tables import columns_of, quoted
from engine.values import Texts

_SHORTEST_ALONE = 3     # a shorter number is a school's only after «№»: «4» stands for many things
NOTE = "Номера и названия школ в этих отчётах условные: они для показа, порядок номеров ничего не значит."


class Mask:
    """Stand-ins for the codes of a run: «У-07» for each, in an order that tells nothing of the real one."""

    def __init__(self, codes: tuple[str, ...], salt: str):
        order = sorted(codes, key=lambda code: hashlib.sha256(f"{salt}\0{code}".encode()).digest())
        width = len(str(len(order)))
        self.of = {code: f"У-{place:0{width}}" for place, code in enumerate(order, start=1)}
        longest = sorted(self.of, key=len, reverse=True)
        self._found = re.compile(rf"(№[\s\u00a0]*|-)?(?<![\w.,])({'|'.join(map(re.escape, longest))})(?![\w])") if longest else None

    def text(self, text: str) -> str:
        """Put stand-ins into a text."""
        return self._found.sub(self._stand_in, text.replace("_", "\0")).replace("\0", "_") if self._found is not None else text

    def _stand_in(self, found: re.Match) -> str:
        before, code = found.group(1) or "", found.group(2)
        return before + self.of[code] if before.startswith("№") or len(code) >= _SHORTEST_ALONE else found.group()

    def data(self, item: Any) -> Any:
        """Put stand-ins for whole values into what was read from JSON."""
        match item:
            case dict():
                return {self.of.get(key, key): self.data(value) for key, value in item.items()}
            case list():
                return [self.data(value) for value in item]
            case str():
                return self.of.get(item, item)
        return item


def hidden_run(folder: Path) -> Run:
    """Open a saved run with stand-ins for its schools. Errors: RecordError."""
    run = open_run(folder)
    mask = mask_of(run)
    frame = run.evaluation.frames[run.program.school_level]
    frame.codes = tuple(mask.of[code] for code in frame.codes)
    for name, value in frame.columns.items():
        if isinstance(value, Texts):
            frame.columns[name] = replace(value, words=tuple("" if _is_name(name) else mask.text(word) for word in value.words))
    for name in run.program.rules.tables:
        _mask_table(run, name, mask)
    run.tables.sources = tuple(replace(sheet, file=mask.text(sheet.file), sheet=mask.text(sheet.sheet), left_out=tuple((mask.text(what), mask.text(why)) for what, why in sheet.left_out))
                               for sheet in run.tables.sources)
    run.tables.files_left = tuple((mask.text(file), mask.text(why)) for file, why in run.tables.files_left)
    return replace(run, problems=tuple(_masked_problem(problem, mask) for problem in run.problems), advice=())


def mask_of(run: Run) -> Mask:
    """Make the stand-ins of a run; the same run has the same."""
    return Mask(run.evaluation.frames[run.program.school_level].codes, run.fingerprint)


def hide_pairs(run: Run, beside: Path, folder: Path) -> None:
    """Copy the recorded pairs into a folder with stand-ins. Errors: OSError."""
    mask = mask_of(run)
    if (beside / FILE).exists():
        (folder / FILE).write_text(json.dumps(mask.data(json.loads((beside / FILE).read_text(encoding="utf-8"))), ensure_ascii=False), encoding="utf-8")
    if (beside / RULES_FILE).exists():
        shutil.copy(beside / RULES_FILE, folder / RULES_FILE)


def _is_name(column: str) -> bool:
    return column.startswith("назв")


def _mask_table(run: Run, table: str, mask: Mask) -> None:
    """Change the texts of a table in the memory of this process; the saved run stays as it is."""
    connection, contract = run.tables.connection, run.program.rules.tables[table].columns
    for column in columns_of(connection, table):
        kind = connection.execute("SELECT data_type FROM information_schema.columns WHERE table_name = ? AND column_name = ?", [table, column]).fetchone()
        if kind is None or kind[0] != "VARCHAR":
            continue
        if _is_name(column):
            connection.execute(f"UPDATE {quoted(table)} SET {quoted(column)} = ''")
            continue
        is_code = column in contract and contract[column].type == "код"
        for value, in connection.execute(f"SELECT DISTINCT {quoted(column)} FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL").fetchall():
            put = mask.of.get(value, value) if is_code else mask.text(value)
            if put != value:
                connection.execute(f"UPDATE {quoted(table)} SET {quoted(column)} = ? WHERE {quoted(column)} = ?", [put, value])


def _masked_problem(problem: Problem, mask: Mask) -> Problem:
    place = problem.place
    place = replace(place, file=mask.text(place.file), sheet=mask.text(place.sheet)) if isinstance(place, Cell) else place
    return replace(problem, message=mask.text(problem.message), hint=mask.text(problem.hint), place=place)
