"""Text of a formula or a condition -> tree with places. One grammar for every expression of the language."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from lark import Lark, Token, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
from lark import Tree as ParseTree

from engine import tree as t
from engine.problems import Place, Problem
from engine.words import mixes_alphabets, retyping_hint
from engine.yamltext import Word

_SIGNS = {"не менее": ">=", "более": ">", "не более": "<=", "менее": "<", "равно": "=", "не равно": "<>",
          "≥": ">=", "≤": "<=", "≠": "<>", "!=": "<>"}


class ExpressionError(Exception):
    """An expression that cannot be read; `problem` says where and what to do."""

    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def parse(text: str | int | float) -> t.Tree:
    """Parse one expression.

    A bare number is an expression too. Errors: ExpressionError with R201 (syntax) or R103 (mixed alphabets in a word).
    Example: parse("доля_двоек не менее 30 %") -> Compare(">=", Name("доля_двоек"), Number(30.0, "%")).
    """
    if isinstance(text, (int, float)):
        return t.Number(float(text))
    _refuse_mixed_words(text)
    try:
        parsed = _parser().parse(text)
    except UnexpectedEOF:
        raise _syntax(text, len(text.rstrip()) - 1, "Выражение обрывается.", "Допишите его: не хватает значения или скобки.") from None
    except UnexpectedToken as error:
        raise _unexpected(text, error) from None
    except UnexpectedCharacters as error:
        position = error.pos_in_stream
        raise _syntax(text, position, f"Знак «{text[position]}» здесь непонятен.",
                      "Аргументы разделяет «;», дробную часть — «,» или «.», текст стоит в кавычках.") from None
    return _Builder(text).build(parsed)


def place_of(text: str | int | float, begin: int = 0, end: int | None = None) -> Place:
    """Return the place of a part of an expression; an expression not read from a file has an empty place."""
    if isinstance(text, Word):
        return text.place(begin, end)
    length = (end - begin) if end is not None else len(str(text))
    return Place("", 1, begin + 1, max(length, 1))


def _refuse_mixed_words(text: str) -> None:
    begin = 0
    quoted = False
    for position, character in enumerate(text + " "):
        if character in "\"«»“”'":
            quoted = not quoted
        if not (character.isalnum() or character == "_"):
            word = text[begin:position]
            if not quoted and mixes_alphabets(word):
                raise ExpressionError(Problem(
                    "R103", place_of(text, begin, position), f"В слове «{word}» смешаны русские и латинские буквы.",
                    retyping_hint(word)))
            begin = position + 1


def _syntax(text: str, position: int, message: str, hint: str, length: int = 1) -> ExpressionError:
    position = max(position, 0)
    return ExpressionError(Problem("R201", place_of(text, position, position + length), message, hint))


def _unexpected(text: str, error: UnexpectedToken) -> ExpressionError:
    token: Token = error.token
    if token.type == "$END":
        return _syntax(text, len(text.rstrip()) - 1, "Выражение обрывается.", "Допишите его: не хватает значения или скобки.")
    position, word = token.start_pos or 0, str(token)
    if word == ",":
        return _syntax(text, position, "Запятая здесь лишняя.", "Аргументы и слова списка разделяет «;».")
    if token.type == "COMPARE":
        return _syntax(text, position, f"Сравнение «{word}» стоит не на месте.",
                       "Два сравнения подряд соединяйте словом «и»; промежуток — «от A до B».", len(word))
    if word == ")":
        return _syntax(text, position, "Скобка закрывается раньше времени.", "Проверьте, все ли скобки парные и все ли значения на месте.")
    return _syntax(text, position, f"Слово «{word}» стоит не на месте.",
                   "Между двумя величинами нужен знак или слово: «не менее», «и», «+». Имена пишутся через «_», без пробелов.", len(word))


class _Builder:
    """Turns the parse tree into nodes of `engine.tree`."""

    def __init__(self, text: str):
        self.text = text

    def build(self, node: ParseTree | Token) -> t.Tree:
        return getattr(self, "_" + node.data)(node, self._place(node))

    def _place(self, node: ParseTree) -> Place:
        return place_of(self.text, node.meta.start_pos, node.meta.end_pos)

    def _items(self, nodes: list) -> tuple[t.Tree, ...]:
        return tuple(self.build(node) for node in nodes)

    def _any_of(self, node, place):
        items = self._items(node.children)
        return t.AnyOf(items, place=place) if len(items) > 1 else items[0]

    def _all_of(self, node, place):
        items = self._items(node.children)
        return t.AllOf(items, place=place) if len(items) > 1 else items[0]

    def _negate(self, node, place):
        return t.Not(self.build(node.children[0]), place=place)

    def _group(self, node, place):
        return self.build(node.children[0])

    def _compare(self, node, place):
        left, sign, right = node.children
        word = " ".join(sign.lower().split())
        return t.Compare(_SIGNS.get(word, word), self.build(left), self.build(right), place=place)

    def _between(self, node, place, upper="<="):
        value, low, high = self._items(node.children)
        return t.AllOf((t.Compare(">=", value, low, place=place), t.Compare(upper, value, high, place=place)), place=place)

    def _half_between(self, node, place):
        return self._between(node, place, "<")

    def _member(self, node, place):
        value, *options = self._items(node.children)
        return t.Member(value, tuple(options), place=place)

    def _not_member(self, node, place):
        return t.Not(self._member(node, place), place=place)

    def _arithmetic(self, node, place):
        left, sign, right = node.children
        sign = {"−": "-", "×": "*"}.get(str(sign), str(sign))
        return t.Arithmetic(sign, self.build(left), self.build(right), place=place)

    def _minus(self, node, place):
        item = self.build(node.children[0])
        if isinstance(item, t.Number):
            return t.Number(-item.value, item.unit, place=place)
        return t.Arithmetic("-", t.Number(0.0, place=place), item, place=place)

    def _number(self, node, place):
        value = float(str(node.children[0]).replace(",", "."))
        return t.Number(value, "%" if len(node.children) > 1 else None, place=place)

    def _date(self, node, place):
        try:
            day = date.fromisoformat(str(node.children[0]))
        except ValueError:
            raise ExpressionError(Problem("R113", place, f"Даты {node.children[0]} нет в календаре.", "Дата пишется так: 2026-04-20.")) from None
        return t.Number(float(day.toordinal()), "дата", place=place)

    def _text(self, node, place):
        return t.Text(str(node.children[0])[1:-1], place=place)

    def _name(self, node, place):
        return t.Name(str(node.children[0]), place=place)

    def _has_data(self, node, place):
        return t.HasData(self.build(node.children[0]), place=place)

    def _undetermined(self, node, place):
        return t.Undetermined(self.build(node.children[0]), place=place)

    def _choice(self, node, place):
        return t.Choice(*self._items(node.children), place=place)

    def _call(self, node, place):
        name, *rest = node.children
        arguments, where, among = [], None, ()
        for part in rest[0].children if rest else []:
            if part.data == "where":
                where = self.build(part.children[0])
            elif part.data == "among":
                among = self._items(part.children)
            else:
                arguments.append(self.build(part))
        return t.Call(str(name), tuple(arguments), where, among, place=place)
