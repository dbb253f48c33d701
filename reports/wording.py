"""Names, keys, conditions and formulas of the rules, as a reader without the rules at hand would want them said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engine import model
from engine import tree as t
from engine.program import SIZE, VALUE, CategoryPlan, CriterionPlan, IndicatorPlan, Program
from engine.tree import SIGN_WORDS, Origin
from engine.words import sentence
from reports.russian import academic_year, exact_number, joined, long_date, lowered, ranges, with_unit

_SIGNS = {"*": "×", "/": "÷", "+": "+", "-": "−"}
_KEY_PATTERNS = {"класс": "{} класс"}     # how people say it; other numbers follow the name of their column


@dataclass(frozen=True, slots=True)
class Line:
    """A condition as nested lines: a text, perhaps the name of the block it speaks of, and what it consists of."""

    text: str
    about: str = ""
    parts: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The line and what it consists of, one under another, for paper."""
        return (self.text, *(f"– {line}" for part in self.parts for line in part.lines))


class Wording:
    """Says the names of one program. Thresholds are given by their values on the date of the run."""

    def __init__(self, program: Program):
        self.program, self.rules = program, program.rules
        self.year_columns = frozenset(name for table in self.rules.tables.values() for name, column in table.columns.items() if column.type == "учебный год")

    # ------------------------------------------------------------ names and keys

    def title(self, name: str) -> str:
        """Return the title of anything that has a name."""
        for blocks in (self.rules.indicators, self.rules.criteria, self.rules.categories, self.rules.thresholds, self.rules.measures, self.rules.tables):
            if name in blocks:
                return blocks[name].title or sentence(name)
        registry = self.rules.tables.get(self.rules.registry or "")
        column = registry.columns.get(name) if registry else None
        return (column.title if column and column.title else sentence(name))

    def short(self, name: str) -> str:
        """Return the short title of a category."""
        block = self.rules.categories[name]
        return block.short or block.title or sentence(name)

    def plural(self, name: str) -> str:
        """Return the title of a category for a list of schools."""
        block = self.rules.categories[name]
        return block.plural or block.title or sentence(name)

    def role(self, name: str) -> str:
        """Return the short title of a role."""
        body = self.rules.roles[name]
        return body.short or body.title

    def role_title(self, name: str) -> str:
        """Return the full title of a role."""
        return self.rules.roles[name].title

    def key(self, pairs: Iterable[tuple[str, str]], silent_year: int | None = None) -> str:
        """Write the key of a row: «ВПР, математика, 6 класс, 2024/25»; the year everybody expects is left out."""
        return ", ".join(self.key_word(name, value) for name, value in pairs if name not in self.year_columns or value != str(silent_year))

    def key_word(self, name: str, value: str) -> str:
        if name in self.year_columns and value.isdigit():
            return academic_year(int(value))
        if not value.lstrip("-").isdigit():
            return value
        return _KEY_PATTERNS.get(name, f"{name.replace('_', ' ')} {{}}").format(value)

    def key_values(self, name: str, values: list) -> str:
        """Write all the values of one key column: «4–8 классы», «математика и русский язык»."""
        if name in self.year_columns:
            return joined(academic_year(int(value)) for value in sorted(values))
        if all(isinstance(value, int) for value in values):
            plain = ranges(values)
            return f"{plain} {'класс' if len(values) == 1 else 'классы'}" if name == "класс" else f"{name.replace('_', ' ')} {plain}"
        return joined(sorted(str(value) for value in values))

    def threshold(self, name: str) -> str:
        """Write the value of a threshold on the date of the run."""
        block, value = self.rules.thresholds[name], self.program.thresholds.get(name)
        if isinstance(value, dict):
            return "; ".join(f"{word} — {self.amount(item, block.unit)}" for word, item in value.items())
        return self.amount(value, block.unit) if value is not None else "нет значения"

    def amount(self, value: float, unit: str | None) -> str:
        return long_date(date.fromordinal(int(value))) if unit == "дата" else with_unit(exact_number(value), unit)

    # ------------------------------------------------------------ conditions

    def condition(self, tree: t.Tree) -> Line:
        """Turn a condition into lines; only what is nested has parts."""
        match tree:
            case t.AllOf(items):
                return Line("Выполнены все условия:", parts=tuple(self.condition(item) for item in items))
            case t.AnyOf(items):
                return Line("Выполнено хотя бы одно условие:", parts=tuple(self.condition(item) for item in items))
            case t.AtLeast(count, items):
                return Line(f"Выполнены не менее {count} из {len(items)} условий:", parts=tuple(self.condition(item) for item in items))
            case t.Not(t.AtLeast(count, items, _, True)):
                return Line(f"Выполнены не более {count - 1} из {len(items)} условий:", parts=tuple(self.condition(item) for item in items))
            case t.Not(t.AllOf() | t.AnyOf() | t.AtLeast() as item):
                return Line("Неверно, что:", parts=(self.condition(item),))
            case t.WithPolicy(item, policy) if policy is not t.Policy.UNKNOWN:
                inner = self.condition(item)
                return Line(f"{inner.text.removesuffix(':')} (нет данных — {policy.value}){':' if inner.parts else ''}", inner.about, inner.parts)
            case t.WithPolicy(item, _):
                return self.condition(item)
        return Line(sentence(self.text(tree)), self._about(tree))

    def _about(self, tree: t.Tree) -> str:
        names = [node.name for node in t.walk(tree) if isinstance(node, t.Reference) and node.name in self.program.plans]
        return names[0] if names else ""

    def text(self, tree: t.Tree) -> str:
        """Write a condition in one line."""
        match tree:
            case t.Compare(sign, left, right):
                return f"{self.expression(left, bare=True)} — {SIGN_WORDS[sign]} {self.expression(right)}"
            case t.Member(value, options):
                return f"{self.expression(value, bare=True)} — {'одно из: ' if len(options) > 1 else ''}{', '.join(self.expression(item) for item in options)}"
            case t.Not(t.Member(value, options)):
                return f"{self.expression(value, bare=True)} — не {', не '.join(self.expression(item) for item in options)}"
            case t.Not(t.Reference(_, name)):
                return self._statement(name, met=False)
            case t.Reference(_, name):
                return self._statement(name, met=True)
            case t.Not(t.AtLeast(count, items, _, True)):
                return f"не более {count - 1} из {len(items)}: {'; '.join(self.text(item) for item in items)}"
            case t.Not(item):
                return f"неверно, что {self.text(item)}"
            case t.AllOf(items):
                return " и ".join(self._inside(item) for item in items)
            case t.AnyOf(items):
                return " или ".join(self._inside(item) for item in items)
            case t.AtLeast(count, items):
                return f"не менее {count} из {len(items)}: {'; '.join(self.text(item) for item in items)}"
            case t.HasData(item):
                return f"есть данные: {self.expression(item)}"
            case t.Undetermined(item):
                return f"не определено: {self.expression(item)}"
            case t.WithPolicy(item, policy):
                return self.text(item) + ("" if policy is t.Policy.UNKNOWN else f" (нет данных — {policy.value})")
            case t.Call("была", arguments):
                back = int(arguments[1].value) if len(arguments) > 1 else 1
                when = "прошлого года" if back == 1 else f"за {back} года до отчётного"
                return f"по решению {when} действовала группа «{self.title(arguments[0].value)}»"
        return self.expression(tree)

    def _inside(self, tree: t.Tree) -> str:
        return f"({self.text(tree)})" if isinstance(tree, (t.AllOf, t.AnyOf)) else self.text(tree)

    def _statement(self, name: str, met: bool) -> str:
        plan = self.program.plans.get(name)
        if isinstance(plan, CategoryPlan):
            return f"{'действует' if met else 'не действует'} группа «{self.title(name)}»"
        if isinstance(plan, CriterionPlan) or name in self.rules.criteria:
            return f"критерий «{self.title(name)}» {'выполнен' if met else 'не выполнен'}"
        return f"{lowered(self.title(name))}: {'да' if met else 'нет'}"

    # ------------------------------------------------------------ formulas

    def expression(self, tree: t.Tree, bare: bool = False) -> str:
        """Write a formula with readable names; `bare`: a name alone stands without quotation marks."""
        match tree:
            case t.Number(value, unit):
                return self.amount(value, unit)
            case t.Text(value) | t.Name(value):
                return value.replace("_", " ")
            case t.Reference(origin, name):
                return self._reference(origin, name, bare)
            case t.Arithmetic(sign, left, right):
                return f"{self._bracketed(left)} {_SIGNS[sign]} {self._bracketed(right)}"
            case t.Choice(condition, then, otherwise):
                return f"если {self.text(condition)}, то {self.expression(then)}, иначе {self.expression(otherwise)}"
            case t.Call("была", _):
                return self.text(tree)
            case t.Call(function, arguments, where, among):
                inside = "; ".join(self._argument(item) for item in arguments)
                inside += f", где {self.text(where)}" if where is not None else ""
                inside += f" среди: {'; '.join(self._argument(item) for item in among)}" if among else ""
                return f"{function.replace('_', ' ')}({inside.strip()})"
        return self.text(tree)

    def _argument(self, tree: t.Tree) -> str:
        return self.expression(tree, bare=True)

    def _bracketed(self, tree: t.Tree) -> str:
        text = self.expression(tree)
        return f"({text})" if isinstance(tree, t.Arithmetic) and tree.sign in "+-" else text

    def _reference(self, origin: Origin, name: str, bare: bool) -> str:
        if origin is Origin.THRESHOLD:
            value = self.program.thresholds.get(name)
            return f"порог «{lowered(self.title(name))}»" if isinstance(value, dict) else self.threshold(name)
        if origin in (Origin.COLUMN, Origin.KEY, Origin.SIZE) or name in (VALUE, SIZE):
            return name.replace("_", " ")
        title = lowered(self.title(name)) if isinstance(self.program.plans.get(name), IndicatorPlan) else name.replace("_", " ")
        return title if bare else f"«{title}»"


def column_title(name: str, column: model.Column) -> str:
    """Return what a column of the contract is called for a reader: as files head it, before the name the rules use."""
    return column.title or (column.headers[0] if column.headers else sentence(name))
