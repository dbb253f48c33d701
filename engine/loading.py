"""YAML files -> RuleSet: every block read, every shape checked, every place remembered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from engine import model, model_cycle, model_profile
from engine.problems import Place, Problem
from engine.words import IDENTIFIER, like_hint, mixes_alphabets, retyping_hint
from engine.yamltext import Mapping, Sequence, Source, read_yaml

SECTIONS: dict[str, type[BaseModel] | None] = {
    "положение": model.Regulation,
    "район": model.District,
    "роли": model.Role,
    "календарь": model.Calendar,
    "справочники": None,
    "таблицы": model.Table,
    "пороги": model.Threshold,
    "показатели": model.Indicator,
    "критерии": model.Criterion,
    "категории": model.Category,
    "меры": model.Measure,
    "наставничество": model.Mentoring,
    "факторы": model_profile.Factor,
    "адресная_помощь": model_profile.Assistance,
    "чек_лист": model_cycle.Checklist,
}
SINGLE = ("положение", "район", "календарь", "наставничество", "адресная_помощь", "чек_лист")
_ONE_NAMESPACE = ("пороги", "показатели", "критерии", "категории", "меры")
RESERVED = frozenset(["и", "или", "не", "если", "где", "среди", "от", "до", "менее", "более", "равно", "есть", "да", "нет", "входит", "в", "значение", "численность"])

Reference = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class RuleSet:
    """A folder of rules as read: blocks by name, and the raw YAML for places and source lines.

    `broken`: names of blocks that stand in the files but have errors; `unreadable`: some file or section could not be read at all.
    """

    root: Path
    sources: dict[str, Source] = field(repr=False)
    raw: dict[tuple[str, str], Mapping] = field(repr=False)
    regulations: tuple[model.Regulation, ...] = ()
    district: model.District | None = None
    calendar: model.Calendar = field(default_factory=model.Calendar)
    roles: dict[str, model.Role] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)
    tables: dict[str, model.Table] = field(default_factory=dict)
    thresholds: dict[str, model.Threshold] = field(default_factory=dict)
    indicators: dict[str, model.Indicator] = field(default_factory=dict)
    criteria: dict[str, model.Criterion] = field(default_factory=dict)
    categories: dict[str, model.Category] = field(default_factory=dict)
    measures: dict[str, model.Measure] = field(default_factory=dict)
    mentoring: model.Mentoring | None = None
    factors: dict[str, model_profile.Factor] = field(default_factory=dict)
    assistance: model_profile.Assistance | None = None
    checklist: model_cycle.Checklist | None = None
    broken: frozenset[str] = frozenset()
    unreadable: bool = False

    @property
    def registry(self) -> str | None:
        """Return the name of the table of schools."""
        return next((name for name, table in self.tables.items() if table.kind == "реестр"), None)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of all rule files: names and text, in order of name."""
        digest = hashlib.sha256()
        for name in sorted(self.sources):
            digest.update(name.encode() + b"\0" + self.sources[name].text.encode() + b"\0")
        return digest.hexdigest()

    def place(self, section: str, name: str, *path: str | int) -> Place:
        """Return the place of a block's key or of the value below it; the nearest known place when the path is absent."""
        found = place_in(self.raw.get((section, name)), path) if path else None
        return found or self.header(section, name)

    def header(self, section: str, name: str) -> Place:
        """Return the place of a block's own name."""
        holder = self.raw.get((section, ""))
        if isinstance(holder, Mapping) and name in holder.keys_at:
            return holder.keys_at[name]
        block = self.raw.get((section, name))
        return block.place if isinstance(block, Mapping) else Place(str(self.root))


def place_in(raw: Any, path: tuple[str | int, ...]) -> Place | None:
    """Walk raw YAML along a path and return the place of the value there, or of the last part that exists."""
    found = raw.place if isinstance(raw, (Mapping, Sequence)) else None
    for step in path:
        if isinstance(raw, Mapping) and step in raw:
            found, raw = raw.values_at[step], raw[step]
        elif isinstance(raw, Sequence) and isinstance(step, int) and step < len(raw):
            found, raw = raw.items_at[step], raw[step]
        else:
            break
    return found


def load(root: Path) -> tuple[RuleSet, list[Problem]]:
    """Read every *.yaml below `root`.

    Errors: R100–R113, each with file, line and column; blocks with errors are left out of the result.
    Example: rules, problems = load(Path("rules")).
    """
    files = _rule_files(root)
    if not files:
        return RuleSet(root, {}, {}), [Problem("R111", Place(str(root)), "Здесь нет файлов правил *.yaml.", "Укажите папку: --rules ПАПКА.")]
    reader = _Reader(root)
    for path in files:
        reader.read(path)
    return reader.finish(), reader.problems


def _rule_files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    found = [path for path in root.rglob("*.y*ml") if path.suffix in (".yaml", ".yml")]
    seen = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    # Files of the folder itself come first: the document they name is the main one, whatever the subfolders are called.
    return sorted(seen, key=lambda path: (path.parent != root, path))


class _Reader:
    def __init__(self, root: Path):
        self.root = root
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.raw: dict[tuple[str, str], Any] = {}
        self.blocks: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        self.headers: dict[str, tuple[str, Place]] = {}
        self.regulations: list[model.Regulation] = []
        self.unreadable = False

    def read(self, path: Path) -> None:
        shown = str(path)
        data, source, problems = read_yaml(path, shown)
        self.sources[path.relative_to(self.root).as_posix() if path != self.root else path.name] = source
        self.problems += problems
        self.unreadable |= data is None and bool(problems)
        if data is None:
            return
        if not isinstance(data, Mapping):
            self.unreadable = True
            self.problems.append(Problem("R107", Place(shown), "В файле правил должны быть разделы: «показатели:», «критерии:» и другие.",
                                         "Начните файл с имени раздела и двоеточия."))
            return
        for section, value in data.items():
            self._section(section, value, data)

    def _section(self, section: str, value: Any, data: Mapping) -> None:
        place = data.keys_at[section]
        if section not in SECTIONS:
            self.unreadable = True
            self.problems.append(Problem("R109", place, f"Раздела «{section}» в языке нет.",
                                         like_hint(section, SECTIONS) or f"Разделы: {', '.join(SECTIONS)}."))
            return
        if value is None:
            return
        if not isinstance(value, Mapping):
            self.unreadable = True
            self.problems.append(Problem("R107", data.values_at[section], f"В разделе «{section}» должны быть блоки «имя: …».", ""))
            return
        if section in SINGLE:
            self._single(section, value, data)
            return
        for name, block in value.items():
            self._block(section, name, block, value)

    def _single(self, section: str, value: Mapping, data: Mapping) -> None:
        block, place = self._validate(SECTIONS[section], value, section, data), data.keys_at[section]
        if section == "положение":
            if block is not None:
                self.regulations.append(block)
            return
        if section in self.headers:
            self.problems.append(Problem("R112", place, f"Раздел «{section}» уже есть: {self.headers[section][1]}.", "Оставьте его в одном файле."))
            return
        self.headers[section] = (section, place)
        self.raw[section, section] = value
        if block is not None:
            self.blocks[section][section] = block

    def _block(self, section: str, name: str, value: Any, holder: Mapping) -> None:
        place = holder.keys_at[name]
        known_section = "общие имена" if section in _ONE_NAMESPACE else section
        self.problems += bad_name(name, place)
        earlier = self.headers.get(f"{known_section}/{name}")
        if earlier:
            self.problems.append(Problem("R112", place, f"Имя «{name}» уже занято: {earlier[1]}.", "Переименуйте одно из двух."))
            return
        self.headers[f"{known_section}/{name}"] = (section, place)
        self.raw[section, name] = value
        self.raw.setdefault((section, ""), Mapping()).update({name: value})
        _remember_header(self.raw[section, ""], name, place)
        if section == "справочники":
            block = self._reference(name, value, place)
        else:
            block = self._validate(SECTIONS[section], value, name, holder)
        if block is not None:
            self.blocks[section][name] = block
            if section == "таблицы":
                for column in block.columns:
                    self.problems += bad_name(column, value["столбцы"].keys_at[column])

    def _reference(self, name: str, value: Any, place: Place) -> Reference | None:
        if isinstance(value, Sequence):
            return {str(word): () for word in value}
        if isinstance(value, Mapping) and all(isinstance(item, (list, str, int, type(None))) for item in value.values()):
            return {word: _spellings(item) for word, item in value.items()}
        self.problems.append(Problem("R107", place, f"Справочник «{name}» — это список слов или «слово: [написания]».", ""))
        return None

    def _validate(self, shape: type[BaseModel], value: Any, name: str, holder: Mapping) -> Any:
        if not isinstance(value, Mapping):
            place = holder.values_at.get(name, holder.place)
            self.problems.append(Problem("R107", place, f"Под «{name}:» нужен блок с ключами.", f"Обязательные ключи: {', '.join(_required(shape))}."))
            return None
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            header = holder.keys_at.get(name, value.place)
            self.problems += list(_translated(error, shape, value, header))
            return None

    def finish(self) -> RuleSet:
        blocks = self.blocks
        # The trap explains itself; that the value is not «да» or «нет» only follows from it.
        trapped = {problem.place for problem in self.problems if problem.code == "R104"}
        self.problems = [problem for problem in self.problems if problem.code != "R107" or problem.place not in trapped]
        return RuleSet(
            self.root, self.sources, self.raw, tuple(self.regulations), blocks["район"].get("район"),
            blocks["календарь"].get("календарь", model.Calendar()), blocks["роли"], blocks["справочники"], blocks["таблицы"],
            blocks["пороги"], blocks["показатели"], blocks["критерии"], blocks["категории"], blocks["меры"],
            blocks["наставничество"].get("наставничество"), blocks["факторы"], blocks["адресная_помощь"].get("адресная_помощь"), blocks["чек_лист"].get("чек_лист"), self._broken(), self.unreadable)

    def _broken(self) -> frozenset[str]:
        """Names of blocks that were seen and refused; a refused table takes its columns along."""
        found = {name for section, name in self.raw if name and section in self.blocks and name not in self.blocks[section]}
        for section, name in self.raw:
            value = self.raw[section, name]
            if section == "таблицы" and name in found and isinstance(value, Mapping) and isinstance(value.get("столбцы"), Mapping):
                found |= set(value["столбцы"])
        return frozenset(found)


def _remember_header(holder: Mapping, name: str, place: Place) -> None:
    if not hasattr(holder, "keys_at"):
        holder.keys_at, holder.values_at, holder.place = {}, {}, place
    holder.keys_at[name] = place


def _spellings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def bad_name(name: str, place: Place) -> list[Problem]:
    """Check one identifier: one alphabet, letters and «_», not a word of the language."""
    if mixes_alphabets(name):
        return [Problem("R103", place, f"В имени «{name}» смешаны русские и латинские буквы.", retyping_hint(name))]
    if not IDENTIFIER.match(name):
        fixed = "_".join(name.replace("-", " ").split())
        return [Problem("R108", place, f"Имя «{name}» не годится: нужны буквы, цифры и «_», первой — буква.", f"Например: {fixed}.")]
    if name.lower() in RESERVED:
        return [Problem("R108", place, f"«{name}» — служебное слово языка.", "Выберите другое имя.")]
    return []


# ---------------------------------------------------------------- pydantic's findings in Russian

_KINDS = {
    "string_type": "текст", "int_type": "целое число", "int_parsing": "целое число", "float_type": "число", "dict_type": "блок «ключ: значение»",
    "model_type": "блок с ключами", "model_attributes_type": "блок с ключами", "tuple_type": "список", "list_type": "список", "greater_than": "число больше нуля",
    "greater_than_equal": "число не меньше нуля", "less_than_equal": "число поменьше", "int_from_float": "целое число", "too_short": "непустой блок",
}


def _required(shape: type[BaseModel]) -> list[str]:
    return [item.alias for item in shape.model_fields.values() if item.is_required()]


def _translated(error: ValidationError, shape: type[BaseModel], raw: Mapping, header: Place) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        path, kind, context = item["loc"], item["type"], item.get("ctx", {})
        if kind == "problems":
            yield from context["problems"]
        elif kind == "extra_forbidden":
            yield _unknown_key(shape, raw, path)
        elif kind == "missing":
            place = _key_place(raw, path[:-1]) or header
            yield Problem("R106", place, f"Нет обязательного ключа «{path[-1]}».", "Добавьте его в этот блок.")
        else:
            place = place_in(raw, path) or header
            yield Problem("R107", place, _wrong_value(kind, path, item["msg"], context), "")


def _wrong_value(kind: str, path: tuple, message: str, context: dict) -> str:
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if kind == "said":
        return message
    if kind in ("literal_error", "enum"):
        words = re.findall("'([^']*)'", str(context.get("expected", "")))
        return f"Ключ «{key}» бывает только: {', '.join(words)}."
    return f"Ключ «{key}»: здесь нужно {_KINDS.get(kind, 'другое значение')}."


def _key_place(raw: Any, path: tuple) -> Place | None:
    """Return the place of the key that names the block at `path`."""
    for step in path[:-1]:
        raw = raw[step] if isinstance(raw, (Mapping, Sequence)) else None
    if path and isinstance(raw, Mapping) and path[-1] in raw.keys_at:
        return raw.keys_at[path[-1]]
    return raw.items_at[path[-1]] if path and isinstance(raw, Sequence) else None


def _unknown_key(shape: type[BaseModel], raw: Mapping, path: tuple) -> Problem:
    holder: Any = raw
    for step in path[:-1]:
        holder = holder[step]
        shape = _inner_shape(shape, step) or shape
    key = str(path[-1])
    place = holder.keys_at.get(key, holder.place)
    if mixes_alphabets(key):
        return Problem("R103", place, f"В ключе «{key}» смешаны русские и латинские буквы.", retyping_hint(key))
    known = [item.alias for item in shape.model_fields.values()]
    if like := like_hint(key, known):
        return Problem("R105", place, f"Ключа «{key}» в этом блоке нет.", like)
    home = next((section for section, other in SECTIONS.items() if other and key in [item.alias for item in other.model_fields.values()]), None)
    if home:
        return Problem("R110", place, f"Ключ «{key}» стоит не в том блоке.", f"Он бывает в разделе «{home}».")
    return Problem("R105", place, f"Ключа «{key}» в этом блоке нет.", f"Здесь бывают: {', '.join(known)}.")


def _inner_shape(shape: type[BaseModel], step: str | int) -> type[BaseModel] | None:
    """Return the block type that stands under a key of `shape`, through Optional, tuple and dict."""
    if isinstance(step, int):
        return None
    found = next((item for item in shape.model_fields.values() if item.alias == step), None)
    pending = [found.annotation] if found else []
    while pending:
        candidate = pending.pop()
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
        pending += list(getattr(candidate, "__args__", ()))
    return None
