"""Named methods of calculation («метод: имя»): the one door from rules to code.

A method declares its parameters once; reading, checking, documentation (`school-risk explain методы`) and the call follow from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import model
from engine import tree as t
from engine.expressions import ExpressionError, parse
from engine.problems import Problem
from engine.values import Numbers, Reason
from engine.words import nearest
from engine.yamltext import Mapping, Sequence

if TYPE_CHECKING:
    from engine.resolving import Resolver, Scope
    from engine.vector import Evaluator


@dataclass(frozen=True)
class Method:
    """A method and its parameters: name -> kind («величина», «величины», «веса», «число»), with a line of help."""

    name: str
    about: str
    parameters: dict[str, tuple[str, str]]
    needed: tuple[str, ...]
    compute: Callable[[dict[str, Any], Evaluator], Numbers]

    def read(self, block: model.Indicator, resolver: Resolver, scope: Scope, path: tuple) -> dict[str, Any]:
        """Resolve the parameters of one indicator; problems go to the resolver's list (R106, R107, R217, R203 …)."""
        given: dict[str, Any] = {}
        for name, value in block.parameters.items():
            if name not in self.parameters:
                found = nearest(name, self.parameters)
                resolver.problems.append(Problem("R217", resolver.rules.place(*path, name), f"У метода «{self.name}» нет параметра «{name}».",
                                                 f"Похоже на: {found}." if found else f"Параметры: {', '.join(self.parameters)}."))
                continue
            given[name] = _read_parameter(self.parameters[name][0], value, resolver, scope, (*path, name))
        for name in self.needed:
            if name not in block.parameters:
                resolver.problems.append(Problem("R106", resolver.rules.place(*path[:2], "метод"), f"Методу «{self.name}» нужен параметр «{name}».", self.parameters[name][1]))
        return given


def _read_parameter(kind: str, value: Any, resolver: Resolver, scope: Scope, path: tuple) -> Any:
    match kind:
        case "число":
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value)
            if isinstance(value, str) and value in resolver.rules.thresholds:
                return _expression(value, resolver, scope, path)
        case "величина":
            return _expression(value, resolver, scope, path)
        case "величины" if isinstance(value, Sequence):
            return tuple(_expression(item, resolver, scope, (*path, position)) for position, item in enumerate(value))
        case "веса" if isinstance(value, Mapping):
            return tuple((_expression(name, resolver, scope, (*path, name)), float(weight) if isinstance(weight, (int, float)) else np.nan)
                         for name, weight in value.items())
    resolver.problems.append(Problem("R107", resolver.rules.place(*path), f"Параметр «{path[-1]}»: здесь нужно «{kind}».", "Образец — в rules/README.md."))
    return None


def _expression(value: Any, resolver: Resolver, scope: Scope, path: tuple) -> t.Tree | None:
    try:
        tree = parse(value)
    except ExpressionError as error:
        problem = error.problem
        place = problem.place if problem.place.file else resolver.rules.place(*path)
        resolver.problems.append(Problem(problem.code, place, problem.message, problem.hint))
        return None
    return resolver.number(tree, scope, path)


def _count(parameters: dict[str, Any], name: str, otherwise: int, evaluator: Evaluator) -> int:
    """A count given as a number or as the name of a threshold."""
    value = parameters.get(name, otherwise)
    return int(evaluator.value(value).low[0]) if isinstance(value, t.Tree) else int(value)


# ---------------------------------------------------------------- weighted index


def _weighted_index(parameters: dict[str, Any], evaluator: Evaluator) -> Numbers:
    """Σ w·x / Σ |w| over the components that are present, re-weighted; missing when fewer than «нужно значений» are.

    A negative weight turns the component over: 100 − x, so that every component points the same way on a 0–100 scale.
    """
    parts = [(evaluator.number(tree).settled(), weight) for tree, weight in parameters["слагаемые"]]
    needed = _count(parameters, "нужно значений", len(parts), evaluator)
    total, weights, present = np.zeros(evaluator.size), np.zeros(evaluator.size), np.zeros(evaluator.size, int)
    for values, weight in parts:
        known = ~np.isnan(values)
        directed = np.where(weight < 0, 100.0 - values, values)
        total += np.where(known, abs(weight) * np.nan_to_num(directed), 0.0)
        weights += np.where(known, abs(weight), 0.0)
        present += known
    enough = (present >= needed) & (weights > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = np.where(enough, total / weights, np.nan)
    return Numbers.exact(result, np.where(enough, 0, Reason.FEW_VALUES).astype(np.uint8))


# ---------------------------------------------------------------- result given context


def _context_residual(parameters: dict[str, Any], evaluator: Evaluator) -> Numbers:
    """Standardised residual of a result given context: Huber regression, scale from the median absolute deviation.

    Source: P. J. Huber, Robust Statistics (1981), c = 1.345; the line is not pulled by a few unusual schools.
    """
    result = evaluator.number(parameters["результат"])
    context = [evaluator.number(tree).settled() for tree in parameters["контекст"]]
    needed = _count(parameters, "нужно школ", 15, evaluator)
    outcome = result.settled()
    design = np.column_stack([np.ones(evaluator.size), *context])
    known = ~np.isnan(outcome) & ~np.isnan(design).any(axis=1)
    residual = np.full(evaluator.size, np.nan)
    if known.sum() >= max(needed, design.shape[1] + 2):
        fitted = _huber(design[known], outcome[known])
        deviation = outcome[known] - design[known] @ fitted
        scale = 1.4826 * np.median(np.abs(deviation - np.median(deviation)))
        if scale > 0:
            residual[known] = deviation / scale
    reason = np.where(known, np.uint8(Reason.NO_BASE), np.uint8(Reason.INPUT))
    return Numbers.exact(residual, reason)


def _huber(design: np.ndarray, outcome: np.ndarray, rounds: int = 50) -> np.ndarray:
    weights = np.ones(len(outcome))
    fitted = np.zeros(design.shape[1])
    for _ in range(rounds):
        root = np.sqrt(weights)
        updated = np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)[0]
        deviation = outcome - design @ updated
        scale = 1.4826 * np.median(np.abs(deviation)) or 1.0
        weights = np.minimum(1.0, 1.345 * scale / np.maximum(np.abs(deviation), 1e-12))
        if np.allclose(updated, fitted, rtol=1e-10, atol=1e-12):
            break
        fitted = updated
    return updated


METHODS: dict[str, Method] = {
    method.name: method for method in (
        Method("взвешенный_индекс", "Средневзвешенное величин школы по шкале 0–100; отрицательный вес переворачивает величину (100 − x).",
               {"слагаемые": ("веса", "«имя: вес» для каждой величины."), "нужно значений": ("число", "Сколько величин должно быть известно; веса пересчитываются.")},
               ("слагаемые",), _weighted_index),
        Method("остаток_по_контексту", "Насколько результат выше (+) или ниже (−) ожидаемого при данном контексте, в стандартных отклонениях (устойчивая регрессия Хубера).",
               {"результат": ("величина", "Что сравнивается с ожидаемым."), "контекст": ("величины", "По чему строится ожидание."),
                "нужно школ": ("число", "Наименьшее число школ для регрессии (по умолчанию 15).")},
               ("результат", "контекст"), _context_residual),
    )
}
