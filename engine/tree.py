"""The tree of an expression: frozen nodes, each with the place it was written at.

Numbers, texts and conditions share one tree; `engine.checking` decides which is which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import Enum

from engine.problems import Place


class Policy(Enum):
    """What a condition becomes where its data are missing («при отсутствии данных»)."""

    UNKNOWN = "не определён"
    NOT_MET = "не выполнен"
    MET = "выполнен"
    SKIP = "пропустить"


class Origin(Enum):
    """Where the value of a resolved name comes from."""

    COLUMN = "столбец строки"
    KEY = "ключ группы"
    SIZE = "численность группы"
    UNIT = "величина школы"
    THRESHOLD = "порог"
    SLICE = "показатель с разрезом"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A node. Equality ignores the place, so that the same condition written twice is one condition."""

    place: Place = field(compare=False, repr=False, default=Place(""))


@dataclass(frozen=True, slots=True)
class Number(Tree):
    value: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Text(Tree):
    value: str


@dataclass(frozen=True, slots=True)
class Name(Tree):
    value: str


@dataclass(frozen=True, slots=True)
class Call(Tree):
    function: str
    arguments: tuple[Tree, ...]
    where: Tree | None = None
    among: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Arithmetic(Tree):
    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Compare(Tree):
    sign: str          # one of >= > <= < = <>
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Member(Tree):
    value: Tree
    options: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not(Tree):
    item: Tree


@dataclass(frozen=True, slots=True)
class AllOf(Tree):
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Tree):
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class AtLeast(Tree):
    """At least `count` of the items; before resolution the count may be the name of a threshold, or one more than it (`beyond`)."""

    count: int
    items: tuple[Tree, ...]
    threshold: Name | None = None
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Choice(Tree):
    condition: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True, slots=True)
class HasData(Tree):
    item: Tree


@dataclass(frozen=True, slots=True)
class Undetermined(Tree):
    item: Tree


@dataclass(frozen=True, slots=True)
class WithPolicy(Tree):
    """A condition with its own word on missing data."""

    item: Tree
    policy: Policy


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the direct parts of a node in the order they are written."""
    found: list[Tree] = []
    for part in fields(tree):
        value = getattr(tree, part.name)
        if isinstance(value, Tree):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Tree))
    return tuple(found)


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield the node and everything below it, in the order of reading."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def names(tree: Tree) -> tuple[str, ...]:
    """Return every name the tree mentions, once, in the order of reading."""
    return tuple(dict.fromkeys(node.value for node in walk(tree) if isinstance(node, Name)))


def references(tree: Tree) -> tuple[str, ...]:
    """Return every resolved name of the tree, once, in the order of reading."""
    return tuple(dict.fromkeys(node.name for node in walk(tree) if isinstance(node, Reference)))


@dataclass(frozen=True, slots=True)
class Reference(Tree):
    """A name after resolution: `origin` says where its value comes from, `text` that it is a text."""

    origin: Origin
    name: str
    text: bool = False


def is_text(tree: Tree) -> bool:
    """Return whether a resolved value is a text; numbers and texts are compared differently."""
    match tree:
        case Text():
            return True
        case Reference():
            return tree.text
        case Call("последнее" | "единственное", (item, *_)):
            return is_text(item)
    return False


def render(tree: Tree) -> str:
    """Write a tree back as text of the language, for explanations and messages.

    Different conditions give different texts: inference knows a condition by its text.
    """
    match tree:
        case Number(value, unit):
            if unit == "дата":
                return date.fromordinal(int(value)).strftime("%d.%m.%Y")
            return repr(float(value)).removesuffix(".0").replace(".", ",") + (" %" if unit == "%" else "")
        case Text(value):
            return f"«{value}»"
        case Name(value):
            return value
        case Reference():
            return tree.name
        case Call(function, arguments, where, among):
            parts = "; ".join(render(item) for item in arguments)
            parts += f" где {render(where)}" if where else ""
            parts += f" среди {'; '.join(render(item) for item in among)}" if among else ""
            return f"{function}({parts.strip()})"
        case Arithmetic(sign, left, right):
            return f"{_bracketed(left)} {sign} {_bracketed(right)}"
        case Compare(sign, left, right):
            return f"{render(left)} {SIGN_WORDS[sign]} {render(right)}"
        case Member(value, options):
            return f"{render(value)} входит в ({'; '.join(render(item) for item in options)})"
        case Not(Member(value, options)):
            return f"{render(value)} не входит в ({'; '.join(render(item) for item in options)})"
        case Not(AtLeast(_, items, threshold, True) as item):
            most = render(threshold) if threshold is not None else item.count - 1
            return f"не более {most} из: {'; '.join(_bracketed(part) for part in items)}"
        case Not(item):
            return f"не {_bracketed(item)}"
        case AllOf(items):
            return " и ".join(_bracketed(item) for item in items)
        case AnyOf(items):
            return " или ".join(_bracketed(item) for item in items)
        case AtLeast(count, items, threshold):
            return f"не менее {render(threshold) if threshold is not None else count} из: {'; '.join(_bracketed(item) for item in items)}"
        case Choice(condition, then, otherwise):
            return f"если({render(condition)}; {render(then)}; {render(otherwise)})"
        case HasData(item):
            return f"есть данные({render(item)})"
        case Undetermined(item):
            return f"не определён({render(item)})"
        case WithPolicy(item, policy):
            return render(item) if policy is Policy.UNKNOWN else f"{_bracketed(item)} (без данных — {policy.value})"
    raise AssertionError(tree)


def _bracketed(tree: Tree) -> str:
    text = render(tree)
    listed = isinstance(tree, Not) and isinstance(tree.item, AtLeast)
    return f"({text})" if listed or isinstance(tree, (Arithmetic, AllOf, AnyOf, AtLeast)) else text


SIGN_WORDS = {">=": "не менее", ">": "более", "<=": "не более", "<": "менее", "=": "равно", "<>": "не равно"}


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Return the same node with every direct part passed through `change`."""
    parts: dict = {}
    for part in fields(tree):
        value = getattr(tree, part.name)
        if isinstance(value, Tree):
            parts[part.name] = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Tree):
            parts[part.name] = tuple(change(item) for item in value)
    return replace(tree, **parts) if parts else tree
