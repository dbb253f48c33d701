"""YAML text -> plain data in which every key and scalar remembers its place.

PyYAML's own loader turns `no` into False, 010203 into 4227, 12:30 into 750 and keeps the last of two equal keys in silence;
here `yaml.compose` builds the node tree with a resolver of our own (the YAML 1.2 core schema) and one walk turns it into data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.problems import Place, Problem

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _CoreLoader(_Loader):  # type: ignore[misc, valid-type]
    """Resolves only null, true/false, decimal integers and decimal fractions; all else is text."""

    yaml_implicit_resolvers: dict = {}


_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9]\d*)$"), list("-0123456789"))
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9]\d*)\.\d+$"), list("-0123456789"))


@dataclass(frozen=True, slots=True)
class Source:
    """A text file that was read: its path as shown to people, and its lines."""

    file: str
    text: str
    lines: tuple[str, ...] = field(repr=False)


class Word(str):
    """A YAML scalar that is text. `places[i]` is the 0-based (line, column) of character i in the file."""

    source: Source
    start: tuple[int, int]
    end: tuple[int, int]

    def place(self, begin: int = 0, end: int | None = None) -> Place:
        """Return the place of characters `begin`:`end` of the text (the whole text by default)."""
        spots = _character_spots(self)
        begin = min(begin, max(len(spots) - 1, 0))
        line, column = spots[begin] if spots else self.start
        if end is None:
            end = len(spots)
        length = 1
        if spots and end > begin:
            last_line, last_column = spots[min(end, len(spots)) - 1]
            length = last_column - column + 1 if last_line == line else len(self.source.lines[line]) - column
        return Place(self.source.file, line + 1, column + 1, max(length, 1))


def _character_spots(word: Word) -> list[tuple[int, int]]:
    """Align the text of a scalar with the file: quotes, escapes and folded line ends stand only in the file."""
    line, column = word.start
    lines, spots = word.source.lines, []
    for character in word:
        while (line, column) < word.end and not _matches(lines, line, column, character):
            line, column = (line, column + 1) if column < len(lines[line]) else (line + 1, 0)
        if (line, column) >= word.end:
            spots.append(spots[-1] if spots else word.start)
            continue
        spots.append((line, column))
        if not character.isspace() or column < len(lines[line]):
            column += 1
    return spots


def _matches(lines: tuple[str, ...], line: int, column: int, character: str) -> bool:
    if line >= len(lines):
        return False
    at_end = column >= len(lines[line])
    return character.isspace() if at_end else lines[line][column] == character


class Mapping(dict):
    """A YAML mapping: a dict that also knows its own place and the place of each key and value."""

    place: Place
    keys_at: dict[str, Place]
    values_at: dict[str, Place]


class Sequence(list):
    """A YAML list that also knows its own place and the place of each item."""

    place: Place
    items_at: list[Place]


def read_yaml(path: Path, shown: str) -> tuple[Any, Source, list[Problem]]:
    """Read one file -> (data, source, problems).

    Errors: R100 not readable as UTF-8, R101 syntax, R102 duplicate key, R104 traps (tabs, anchors that hide a value).
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        place = Place(shown, line)
        return None, Source(shown, "", ()), [Problem(
            "R100", place, "Файл сохранён не в UTF-8.", "Сохраните его в кодировке UTF-8 (в Блокноте: «Сохранить как» → «UTF-8»).")]
    source = Source(shown, text, tuple(text.splitlines()))
    try:
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.YAMLError as error:
        return None, source, [_syntax_problem(error, source)]
    walker = _Walker(source)
    return (walker.convert(node) if node is not None else None), source, walker.problems


def _syntax_problem(error: yaml.YAMLError, source: Source) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    line = min(line, max(len(source.lines) - 1, 0))
    around = source.lines[max(line - 1, 0): line + 1]
    place = Place(source.file, line + 1, column + 1)
    if any("\t" in text[: len(text) - len(text.lstrip())] for text in around):
        return Problem("R104", place, "Отступ сделан табуляцией.", "Замените табуляцию пробелами: YAML её не допускает.")
    text = str(getattr(error, "problem", error))
    if "mapping values are not allowed" in text:
        return Problem("R101", place, "Двоеточие здесь лишнее, или сбит отступ.",
                       "Выровняйте ключи блока по одному столбцу; текст с двоеточием возьмите в кавычки.")
    if "could not find expected ':'" in text:
        return Problem("R101", place, "После ключа нет двоеточия.", "Напишите «ключ: значение»; после двоеточия нужен пробел.")
    if "unknown escape" in text:
        return Problem("R101", place, "В двойных кавычках обратная черта начинает особый знак, а такого знака нет.",
                       "В двойных кавычках обратную черту удваивают: \"(\\\\d{4})\", или берите одинарные: '(\\d{4})'.")
    if "found unexpected end of stream" in text or "while scanning a quoted" in str(getattr(error, "context", "")):
        opened = getattr(error, "context_mark", None)
        place = Place(source.file, opened.line + 1, opened.column + 1) if opened else place
        return Problem("R101", place, "Кавычка открыта и не закрыта.", "Закройте кавычку в том же значении.")
    return Problem("R101", place, "YAML здесь не читается.", "Проверьте отступы, скобки и кавычки в этой и предыдущей строке.")


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.tag.endswith(":null")


def _is_torn(before: yaml.Node, rest: yaml.Node) -> bool:
    plain = all(isinstance(node, yaml.ScalarNode) and not node.style and node.value for node in (before, rest))
    return plain and before.value[-1].isdigit() and rest.value[0].isdigit()


_NUMBER = re.compile(r"-?\d+")


class _Walker:
    def __init__(self, source: Source):
        self.source, self.problems = source, []

    def convert(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node)
        return self._scalar(node)

    def _place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if start.line == end.line else 1
        return Place(self.source.file, start.line + 1, start.column + 1, max(length, 1))

    def _mapping(self, node: yaml.MappingNode) -> Mapping:
        result = Mapping()
        result.place, result.keys_at, result.values_at = self._place(node), {}, {}
        for key_node, value_node in self._mended_pairs(node):
            key, place = str(self.convert(key_node)), self._place(key_node)
            if key in result:
                first = result.keys_at[key]
                self.problems.append(Problem("R102", place, f"Ключ «{key}» в этом блоке уже есть (строка {first.line}).",
                                             "Оставьте один: при двух YAML молча взял бы последний."))
                continue
            result[key] = self.convert(value_node)
            result.keys_at[key], result.values_at[key] = place, self._place(value_node)
        return result

    def _sequence(self, node: yaml.SequenceNode) -> Sequence:
        nodes = self._mended_items(node)
        result = Sequence(self.convert(item) for item in nodes)
        result.place, result.items_at = self._place(node), [self._place(item) for item in nodes]
        return result

    # A comma inside { } and [ ] tears «0,25» in two: that is told once, and the expression is read whole.

    def _mended_pairs(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            if node.flow_style and pairs and _is_empty(value) and _is_torn(pairs[-1][1], key):
                pairs[-1] = (pairs[-1][0], self._mended(pairs[-1][1], key, ""))
            else:
                pairs.append((key, value))
        return pairs

    def _mended_items(self, node: yaml.SequenceNode) -> list[yaml.Node]:
        items: list[yaml.Node] = []
        for item in node.value:
            torn = node.flow_style and items and _is_torn(items[-1], item) and not _NUMBER.fullmatch(items[-1].value)
            if torn and item.start_mark.index == items[-1].end_mark.index + 1:
                items[-1] = self._mended(items[-1], item, "; если это разные слова списка, поставьте после запятой пробел")
            else:
                items.append(item)
        return items

    def _mended(self, before: yaml.Node, rest: yaml.Node, otherwise: str) -> yaml.ScalarNode:
        self.problems.append(Problem("R104", self._place(rest), f"«{rest.value}» оторвано запятой: внутри {{ }} и [ ] она разделяет части.",
                                     f"Выражение с десятичной запятой возьмите в кавычки или пишите точку{otherwise}."))
        return yaml.ScalarNode("tag:yaml.org,2002:str", f"{before.value},{rest.value}", before.start_mark, rest.end_mark)

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        plain = not node.style
        if plain and node.tag.endswith(":null"):
            return None
        if plain and node.tag.endswith(":bool"):
            return node.value == "true"
        if plain and node.tag.endswith(":int"):
            return int(node.value)
        if plain and node.tag.endswith(":float"):
            return float(node.value)
        word = Word(node.value)
        word.source = self.source
        word.start = (node.start_mark.line, node.start_mark.column)
        word.end = (node.end_mark.line, node.end_mark.column)
        if plain and node.value.lower() in ("yes", "no", "on", "off"):
            self.problems.append(Problem("R104", self._place(node), f"«{node.value}» — английское слово-переключатель YAML.",
                                         "Напишите «да» или «нет»; если это текст, возьмите его в кавычки."))
        return word
