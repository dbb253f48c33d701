"""Which files of a folder can be read, by their names and first bytes; what is left and why."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.inputs.workbook import locked
from engine.problems import Cell, Problem

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_TEXTS = frozenset({".csv", ".tsv", ".txt"})
_HARMLESS = frozenset({
    ".md", ".doc", ".docx", ".odt", ".rtf", ".pdf", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".gif", ".log", ".lnk", ".url", ".py", ".yaml", ".yml"})
_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AGAIN = "Откройте его в Excel и сохраните как «Книга Excel (*.xlsx)»."


class Kind(Enum):
    WORKBOOK = "workbook"
    TEXT = "text"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read; `name` is its path inside the folder, with «/»."""

    path: Path
    name: str
    kind: Kind


def find_files(folder: Path) -> tuple[list[Found], list[tuple[str, str]], list[Problem]]:
    """List the readable files of a folder and its subfolders in order of name, and those left with the reason.

    Errors: D101 (another format than the name says, a password, a damaged file), D108 (empty), D109 (a kind that is not read).
    """
    found, left, problems = [], [], []
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or _is_ignored(name):
            continue
        kind, reason, problem = _kind_of(path, name)
        if kind is not None:
            found.append(Found(path, name, kind))
        if reason:
            left.append((name, reason))
        if problem is not None:
            problems.append(problem)
    return found, left, problems


def _is_ignored(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith((".", "~$")) or part == "__pycache__" for part in parts) or parts[-1].lower() in _SYSTEM


def _kind_of(path: Path, name: str) -> tuple[Kind | None, str, Problem | None]:
    extension = path.suffix.lower()
    if extension in _HARMLESS:
        return None, "файлы этого вида не читаются", None
    if extension not in _WORKBOOKS | _TEXTS | {".parquet"}:
        return None, "файлы этого вида не читаются", Problem("D109", Cell(name), f"Файлы вида «{extension or name}» не читаются.",
                                                             "Если в нём данные, сохраните их как *.xlsx, *.csv или *.parquet.")
    try:
        content = path.read_bytes() if extension in _WORKBOOKS else _start_of(path)
    except OSError as error:
        message = f"Файл не открывается: {error.strerror or 'нет доступа'}."
        return None, "не открывается", _unreadable(name, message, "Закройте его в других программах и проверьте права.")
    if not content:
        return None, "пуст", Problem("D108", Cell(name), "Файл пуст: в нём ни одного байта.", "Уберите его или выгрузите заново.")
    kind, problem = _by_content(path, name, extension, content)
    return kind, "" if kind is not None else "не открывается", problem


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4096)


def _by_content(path: Path, name: str, extension: str, content: bytes) -> tuple[Kind | None, Problem | None]:
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if content.startswith(_OLE):
        whole = content if extension in _WORKBOOKS else path.read_bytes()
        return (None, locked(name)) if _ENCRYPTED in whole else (Kind.WORKBOOK, None)
    if content.startswith(_ZIP):
        cut = _unreadable(name, "Книга оборвана: файл скопирован или скачан не до конца.", "Скачайте или скопируйте его заново.")
        return (Kind.WORKBOOK, None) if zipfile.is_zipfile(path) else (None, cut)
    if content.startswith(_PARQUET):
        return Kind.PARQUET, None
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body", b"<style")):
        return None, _unreadable(name, f"Внутри веб-страница (HTML), хотя имя кончается на «{extension}».", _SAVE_AGAIN)
    if start.startswith(b"<?xml"):
        return None, _unreadable(name, f"Внутри XML, хотя имя кончается на «{extension}».", _SAVE_AGAIN)
    if content.startswith(b"%PDF"):
        return None, _unreadable(name, "Внутри документ PDF.", "Запросите таблицу в виде *.xlsx или *.csv.")
    if extension in _TEXTS:
        return _text_or_binary(name, content)
    if extension == ".parquet":
        return None, _unreadable(name, "Это не файл Parquet.", "Выгрузите его заново.")
    hint = "Переименуйте его в *.csv." if b"\0" not in content[:4096] else _SAVE_AGAIN
    what = "Внутри простой текст, а не книга Excel." if b"\0" not in content[:4096] else "Это не книга Excel: начало файла повреждено или формат другой."
    return None, _unreadable(name, what, hint)


def _text_or_binary(name: str, content: bytes) -> tuple[Kind | None, Problem | None]:
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, _unreadable(name, "Внутри не текст.", _SAVE_AGAIN)
    return Kind.TEXT, None


def _unreadable(name: str, message: str, hint: str) -> Problem:
    return Problem("D101", Cell(name), message, hint)
