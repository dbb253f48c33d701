"""CSV, TSV and text files -> raw sheets. DuckDB scans a tidy file; a ragged one is walked row by row to name the broken rows."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.inputs.sheet import HEAD, Body, RawSheet, Row, Scan
from engine.problems import Cell, Problem
from engine.tables import literal, plain_path

DELIMITERS = (";", ",", "\t")
_CHUNK = 1 << 20
_HEAD_BYTES = 1 << 18
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_RESAVE = "Сохраните файл как «CSV UTF-8» или укажите --encoding."
_SHOWN = 5


class _Undecodable(Exception):
    def __init__(self, problem: Problem):
        self.problem = problem


@dataclass
class TextBody(Body):
    """The records under the header. `ends[i]` is the last line of the file that record i takes, `widths[i]` how many fields it has."""

    path: Path
    file: str
    encoding: str
    delimiter: str
    widths: list[int]
    ends: list[int]
    scratch: Path
    _found: list[Problem] = field(default_factory=list)
    _broken: list[int] = field(default_factory=list)
    _open_quote: int | None = None
    _cut: bool = False

    @property
    def doubt(self) -> str:  # type: ignore[override]
        return " Если вместо русских букв в файле видны знаки, укажите кодировку: --encoding cp866." if self.encoding == "cp1251" else ""

    def scan(self, first_row: int, wanted: Mapping[int, str]) -> Scan | None:
        """Describe how DuckDB reads the body; the file is first rewritten when it is not UTF-8."""
        path = self._in_utf8()
        skip, width = self.ends[first_row - 2], self.widths[first_row - 2]
        lines, underscores = _survey(path, skip)
        types = ["VARCHAR" if underscores else wanted.get(index, "VARCHAR") for index in range(width)]  # DuckDB reads 1_000 as a thousand
        columns = ", ".join(f"c{index}: '{kind}'" for index, kind in enumerate(types))
        read = (f"read_csv({plain_path(path)}, delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', header = false, "
                f"skip = {skip}, auto_detect = false, columns = {{{columns}}})")
        return Scan(f"(SELECT *, row_number() OVER () + {first_row - 1} AS _row FROM {read})", tuple(types), lines)

    def settle_encoding(self) -> bool:
        """Decode the whole file: only its head was looked at before. A head without Russian letters says nothing of the rest."""
        before = self.encoding
        try:
            self.encoding = _encoding_of(self.path, self.file, None if before == "utf-8" else before, whole=True)
        except _Undecodable as error:
            self._found, self._cut = [error.problem], True
        return self.encoding != before

    def rows(self, first_row: int, keys: frozenset[int]) -> Iterator[Row]:
        """Give the records one by one and remember those with more or fewer fields than the header."""
        number, width = 0, self.widths[first_row - 2]
        if self._cut:
            return
        try:
            with self._in_utf8().open(encoding="utf-8-sig", newline="") as stream:
                lines = _Remembered(stream)
                for number, row in enumerate(csv.reader(lines, delimiter=self.delimiter), start=1):
                    if number >= first_row and any(cell.strip() for cell in row):
                        if len(row) < width or any(cell.strip() for cell in row[width:]):
                            self._broken.append(number)
                        yield number, row
                    lines.forget()
        except csv.Error:
            self._unclosed(number + 1)
        else:
            if lines.unclosed(self.delimiter):
                self._unclosed(number)

    def problems(self) -> list[Problem]:
        """Return D107 for the broken records met so far."""
        if not self._broken:
            return self._found
        shown = ", ".join(str(number) for number in self._broken[:_SHOWN])
        rest = f" и ещё {len(self._broken) - _SHOWN}" if len(self._broken) > _SHOWN else ""
        word = "строка" if len(self._broken) == 1 else "строки"
        return [*self._found, Problem("D107", Cell(self.file, "", f"A{self._broken[0]}"), f"Не столько полей, сколько в заголовке: {word} {shown}{rest}.",
                                      "Проверьте разделители и кавычки в этих строках.")]

    def is_cut(self) -> bool:
        return self._cut

    def forgive(self, row: int) -> None:
        self._broken = [number for number in self._broken if number != row]

    def broken_rows(self) -> list[int]:
        return self._broken if self._open_quote is None else [*self._broken, self._open_quote]

    def has_blank_lines(self) -> bool:
        """Return whether lines without any text stand between the records: they count as rows of a sheet."""
        with self._in_utf8().open("rb") as stream:
            text = stream.read().rstrip(b"\r\n")
        return b"\n\n" in text or b"\n\r\n" in text

    def _unclosed(self, number: int) -> None:
        self._found = [Problem("D107", Cell(self.file, "", f"A{number}"), "Кавычка открыта и не закрыта: остаток файла попал в одну ячейку.",
                               "Закройте кавычку в этой строке.")]
        self._broken = [row for row in self._broken if row != number]
        self._open_quote, self._cut = number, True

    def _in_utf8(self) -> Path:
        if self.encoding in ("utf-8", "utf-8-sig"):
            return self.path
        target = self.scratch / f"{hashlib.sha256(self.file.encode()).hexdigest()}.csv"
        if not target.exists():
            _rewrite(self.path, self.encoding, target)
        return target


class _Remembered:
    """Lines of a stream that remembers those of the last record: a quote left open swallows the rest without an error."""

    def __init__(self, stream: io.TextIOBase):
        self._stream = stream
        self._held: list[str] = []
        self._last: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self._held.append(line)
            yield line

    def forget(self) -> None:
        self._last, self._held = self._held, []

    def unclosed(self, delimiter: str) -> bool:
        try:
            list(csv.reader(self._last, delimiter=delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False


def read_text(path: Path, file: str, encoding: str | None, likeness: Callable[[list[list[str]]], int], scratch: Path) -> tuple[list[RawSheet], list[Problem]]:
    """Read the head of a text file. `likeness` says how much a head resembles a table: it chooses the delimiter.

    Errors: D106 when the encoding is not recognised.
    """
    try:
        chosen = _encoding_of(path, file, encoding)
    except _Undecodable as error:
        return [], [error.problem]
    text = _head_text(path, chosen)
    delimiter, head, ends = max((_split(text, mark) for mark in DELIMITERS), key=lambda found: (likeness(found[1]), max(map(len, found[1]), default=0)))
    body = TextBody(path, file, chosen, delimiter, list(map(len, head)), ends, scratch)
    return [RawSheet(file, "", head, body)], []


def _split(text: str, delimiter: str) -> tuple[str, list[list[str]], list[int]]:
    head, ends = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            head.append(record)
            ends.append(reader.line_num)
            if len(head) == HEAD:
                break
    except csv.Error:
        pass  # the rows so far are enough to choose by; the walk over the whole file names the broken row
    return delimiter, head, ends


# ---------------------------------------------------------------- encodings


def _encoding_of(path: Path, file: str, wanted: str | None, *, whole: bool = False) -> str:
    """Return the encoding: by the mark at the start, as wanted, UTF-8, or cp1251; decoding the head or the whole file."""
    with path.open("rb") as stream:
        start = stream.read(4)
    wanted = next((name for mark, name in _BOMS if start.startswith(mark)), wanted)
    if wanted is not None:
        name = _known(wanted, file)
        _decode(path, file, name, whole or not name.startswith("utf-8"))
        return name
    try:
        _decode(path, file, "utf-8", whole)
    except _Undecodable as error:
        if _looks_like_utf8(path):
            raise error from None
        _decode(path, file, "cp1251", whole=True)
        return "cp1251"
    return "utf-8"


def _known(encoding: str, file: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise _Undecodable(Problem("D106", Cell(file), f"Кодировки «{encoding}» нет.", "Обычные: utf-8, cp1251, cp866.")) from None


def _decode(path: Path, file: str, encoding: str, whole: bool) -> None:
    decoder, done = codecs.getincrementaldecoder(encoding)(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_HEAD_BYTES):
            try:
                decoder.decode(chunk, final=len(chunk) < _HEAD_BYTES)
            except UnicodeDecodeError as error:
                line = _line_of(path, done + len(chunk) - len(error.object) + error.start)
                message = f"Файл не читается как {encoding.removesuffix('-sig').upper()}: ошибка в строке {line}."
                raise _Undecodable(Problem("D106", Cell(file, "", f"A{line}"), message, _RESAVE)) from None
            done += len(chunk)
            if not whole:
                return


def _line_of(path: Path, offset: int) -> int:
    with path.open("rb") as stream:
        return stream.read(offset).count(b"\n") + 1


def _looks_like_utf8(path: Path) -> bool:
    """Tell a damaged UTF-8 file from cp1251: in UTF-8 most bytes above 127 form letters of two bytes."""
    with path.open("rb") as stream:
        sample = bytes(byte for byte in stream.read(_HEAD_BYTES) if byte > 127)
    return len(sample) > 0 and len(sample.decode("utf-8", "ignore")) * 2 > len(sample) * 0.8


def _head_text(path: Path, encoding: str) -> str:
    with path.open("rb") as stream:
        raw = stream.read(_HEAD_BYTES)
        complete = not stream.read(1)
    text = codecs.getincrementaldecoder(encoding)().decode(raw, final=complete)
    return text if complete else text[:text.rfind("\n") + 1]


def _rewrite(path: Path, encoding: str, target: Path) -> None:
    with path.open(encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
        while text := source.read(_CHUNK):
            copy.write(text)


def _survey(path: Path, skip: int) -> tuple[int, bool]:
    """Count the lines below the first `skip` ones, without blank ones at the end, and tell whether they hold underscores."""
    lines, blank, last, underscores = 0, 0, b"\n", False
    with path.open("rb") as stream:
        for _ in range(skip):
            stream.readline()
        while chunk := stream.read(_CHUNK):
            lines += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == 10))
            underscores = underscores or b"_" in chunk
            tail = chunk[len(chunk.rstrip(b"\r\n")):]
            blank = tail.count(b"\n") + (blank if len(tail) == len(chunk) else 0)
            last = chunk[-1:]
    return lines - max(blank - 1, 0) + (last != b"\n"), underscores
