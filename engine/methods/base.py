"""What a named method is («метод: имя»): the one door from rules to code.

A method declares its parameters once; reading, checking, documentation (`school-risk explain методы`) and the call follow from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import model
from engine import tree as t
from engine.expressions import ExpressionError, parse
from engine.problems import Problem
from engine.values import Numbers
from engine.words import like_hint
from engine.yamltext import Mapping, Sequence

if TYPE_CHECKING:
    from engine.indicators import IndicatorEngine
    from engine.resolving import Kind, Resolver, Scope
    from engine.vector import Evaluator


class CalculationError(Exception):
    """Data that a method cannot use; `problem` says where and what to do."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method.

    `kind`: «величина», «величины», «веса» (name: weight), «число» (or a threshold), «условие» (of a school), «слово» (one of `words`),
    «таблица» (of the contract, with `columns`), «показатель» (with «по», computed by one of the methods in `words`).
    """

    kind: str
    about: str
    needed: bool = False
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """What a method with «по» gives: one row per school and key. Shapes (r,): `unit` indexes the schools; numbers may be missing."""

    unit: np.ndarray
    keys: dict[str, np.ndarray]
    values: Numbers
    sizes: np.ndarray


@dataclass(frozen=True)
class Calculation:
    """What a method is called with. `evaluator` sees the units of the level; `engine` has the tables, the frames and the report year.

    `indicator` is the name of the indicator that is computed; `other` gives the calculation of another one.
    """

    indicator: str
    parameters: dict[str, Any]
    evaluator: Evaluator
    engine: IndicatorEngine
    other: Callable[[str], Calculation]

    def number(self, name: str, otherwise: float) -> float:
        """Return a number given as such or as the name of a threshold."""
        value = self.parameters.get(name, otherwise)
        return float(self.evaluator.value(value).low[0]) if isinstance(value, t.Tree) else float(value)


@dataclass(frozen=True)
class Method:
    """A method and its parameters. `keys`: kinds of the keys when it gives a slice, which the indicator repeats in «по»."""

    name: str
    about: str
    parameters: dict[str, Parameter]
    compute: Callable[[Calculation], Numbers | Slice]
    keys: dict[str, Kind] = field(default_factory=dict)
    years: str = ""

    def read(self, block: model.Indicator, resolver: Resolver, scope: Scope, path: tuple) -> dict[str, Any]:
        """Resolve the parameters of one indicator; problems go to the resolver's list (R106, R107, R208, R209, R217, R203 …)."""
        given: dict[str, Any] = {}
        reader = _Reader(resolver, scope)
        for name, value in block.parameters.items():
            if name not in self.parameters:
                resolver.problems.append(Problem("R217", resolver.rules.place(*path, name), f"У метода «{self.name}» нет параметра «{name}».",
                                                 like_hint(name, self.parameters) or f"Параметры: {', '.join(self.parameters)}."))
                continue
            given[name] = reader.read(self.parameters[name], value, (*path, name))
        for name, parameter in self.parameters.items():
            if parameter.needed and name not in block.parameters:
                resolver.problems.append(Problem("R106", resolver.rules.place(*path[:2], "метод"), f"Методу «{self.name}» нужен параметр «{name}».", parameter.about))
        return given

    def tables(self, parameters: dict[str, Any]) -> list[str]:
        """Return the contract tables that the method reads with these parameters."""
        return [value for name, value in parameters.items() if self.parameters[name].kind == "таблица" and value is not None]

    def indicators(self, parameters: dict[str, Any]) -> list[str]:
        """Return the indicators of other methods that this one stands on."""
        return [value for name, value in parameters.items() if self.parameters[name].kind == "показатель" and value is not None]


class _Reader:
    """Reads the value of a parameter by its kind."""

    def __init__(self, resolver: Resolver, scope: Scope):
        self.resolver, self.scope = resolver, scope

    def read(self, parameter: Parameter, value: Any, path: tuple) -> Any:
        match parameter.kind:
            case "число" if isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value)
            case "число" if isinstance(value, str) and value in self.resolver.rules.thresholds:
                return self.number(value, path)
            case "величина":
                return self.number(value, path)
            case "величины" if isinstance(value, Sequence):
                return tuple(self.number(item, (*path, position)) for position, item in enumerate(value))
            case "веса" if isinstance(value, Mapping):
                return tuple((self.number(name, (*path, name)), float(weight) if isinstance(weight, (int, float)) else np.nan)
                             for name, weight in value.items())
            case "условие":
                tree = self._parsed(value, path)
                return None if tree is None else self.resolver.condition(tree, self.scope, path)
            case "слово":
                return self._word(parameter, value, path)
            case "таблица":
                return self._table(parameter, value, path)
            case "показатель":
                return self._indicator(parameter, value, path)
        self._say("R107", path, f"Параметр «{path[-1]}»: здесь нужно «{parameter.kind}».", "Образец — в rules/README.md.")
        return None

    def number(self, value: Any, path: tuple) -> t.Tree | None:
        tree = self._parsed(value, path)
        return None if tree is None else self.resolver.number(tree, self.scope, path)

    def _parsed(self, value: Any, path: tuple) -> t.Tree | None:
        try:
            return parse(value)
        except ExpressionError as error:
            problem = error.problem
            place = problem.place if problem.place.file else self.resolver.rules.place(*path)
            self.resolver.problems.append(Problem(problem.code, place, problem.message, problem.hint))
            return None

    def _word(self, parameter: Parameter, value: Any, path: tuple) -> str | None:
        if value in parameter.words:
            return str(value)
        self._say("R217", path, f"Параметр «{path[-1]}»: слова «{value}» нет.", like_hint(str(value), parameter.words) or f"Бывает: {', '.join(parameter.words)}.")
        return None

    def _table(self, parameter: Parameter, value: Any, path: tuple) -> str | None:
        table = self.resolver.rules.tables.get(value) if isinstance(value, str) else None
        if table is None:
            self._say("R208", path, f"Таблицы «{value}» нет.", like_hint(str(value), self.resolver.rules.tables) or "Опишите её в разделе «таблицы».")
            return None
        for column in parameter.columns:
            if column not in table.columns:
                self._say("R209", path, f"Методу нужен столбец «{column}», а в таблице «{value}» его нет.", "Добавьте столбец в описание таблицы или назовите другую таблицу.")
        return str(value)

    def _indicator(self, parameter: Parameter, value: Any, path: tuple) -> str | None:
        block = self.resolver.rules.indicators.get(value) if isinstance(value, str) else None
        if block is None or block.method not in parameter.words:
            fitting = [name for name, item in self.resolver.rules.indicators.items() if item.method in parameter.words]
            self._say("R217", path, f"«{value}» — не показатель метода «{parameter.words[0]}».", f"Есть: {', '.join(fitting)}." if fitting else "Опишите такой показатель.")
            return None
        self.resolver.use(value)
        return str(value)

    def _say(self, code: str, path: tuple, message: str, hint: str) -> None:
        self.resolver.problems.append(Problem(code, self.resolver.rules.place(*path), message, hint))


def trees_of(parameters: dict[str, Any]) -> list[t.Tree]:
    """Return the expressions among the parameters: what the method reads of a school."""
    found: list[t.Tree] = []
    for value in parameters.values():
        for item in value if isinstance(value, tuple) else (value,):
            item = item[0] if isinstance(item, tuple) else item
            if isinstance(item, t.Tree):
                found.append(item)
    return found
