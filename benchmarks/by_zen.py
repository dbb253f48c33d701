"""ZEN (GoRules): one decision graph of three expression nodes — criteria, categories, measures — evaluated by its batch call.

Expression nodes are its fastest form. A comparison with a missing value is an error that loses the whole school, so every
comparison is guarded, as its users do: what is missing is not met. Names are Latin: it does not read Cyrillic ones.
"""

from __future__ import annotations

import json
from importlib import metadata
from itertools import pairwise

import numpy as np
import zen

from benchmarks.ruleset import INDICATORS, SCHOOL_TYPE, SCHOOL_TYPES, AtLeast, Between, Compare, Condition, Every, Met, OfType, Opposite, RuleBase, Some
from benchmarks.schools import Schools

VERSION = f"ZEN {metadata.version('zen-engine')}"
KEY = "rules"
_LATIN = {"показатель": "i", "критерий": "c", "категория": "g", "мера": "m", SCHOOL_TYPE: "kind"}


class ByZen:
    """The rule base as a compiled decision; the contexts of schools are made beforehand and not timed."""

    def __init__(self, base: RuleBase, schools: Schools):
        self.base = base
        nodes = base.nodes()
        layers = []
        for self.layer in (base.criteria, base.categories, base.measures):
            layers.append({_latin(name): self._expression(nodes[name]) for name in self.layer})
        content = zen.ZenDecisionContent(json.dumps(_graph(layers)))
        self.engine = zen.ZenEngine({"loader": lambda key: content})
        self.names = {name: _latin(name) for name in nodes}
        self.requests = [{"key": KEY, "context": context} for context in _contexts(schools)]

    def everything(self) -> dict[str, np.ndarray]:
        """Compute every status: 1 or -1. Errors: AssertionError when a school fails."""
        answers = self.engine.evaluate_batch(self.requests)
        assert all(answer["success"] for answer in answers), next(answer for answer in answers if not answer["success"])
        results = [answer["data"]["result"] for answer in answers]
        return {name: np.array([1 if result[key] else -1 for result in results], np.int8) for name, key in self.names.items()}

    def batch(self) -> None:
        """Only the batch call itself, for timing."""
        self.engine.evaluate_batch(self.requests)

    def _expression(self, condition: Condition) -> str:
        match condition:
            case Compare(indicator, sign, bound):
                name = _latin(indicator)
                return f"({name} != null and {name} {sign} {self._limit(bound)})"
            case Between(indicator, low, high):
                name = _latin(indicator)
                return f"({name} != null and {name} >= {low:g} and {name} < {high:g})"
            case OfType(words):
                return f"({_latin(SCHOOL_TYPE)} in [{', '.join(map(repr, words))}])"
            case Met(name):
                return f"$.{_latin(name)}" if name in self.layer else _latin(name)
            case Opposite(item):
                return f"not ({self._expression(item)})"
            case Every(items):
                return f"({' and '.join(map(self._expression, items))})"
            case Some(items):
                return f"({' or '.join(map(self._expression, items))})"
            case AtLeast(count, items):
                return f"({' + '.join(f'({self._expression(item)} ? 1 : 0)' for item in items)} >= {count})"
        raise AssertionError(condition)

    def _limit(self, bound: float | str) -> str:
        threshold = self.base.thresholds[bound] if isinstance(bound, str) else None
        if threshold is None:
            return f"{bound:g}"
        if threshold.by_type is None:
            return f"{threshold.today:g}"
        text = f"{threshold.by_type['иначе']:g}"
        for word in SCHOOL_TYPES:
            if word in threshold.by_type:
                text = f"({_latin(SCHOOL_TYPE)} == {word!r} ? {threshold.by_type[word]:g} : {text})"
        return text


def _latin(name: str) -> str:
    word, _, number = name.rpartition("_")
    return _LATIN.get(name) or _LATIN[word] + number


def _graph(layers: list[dict[str, str]]) -> dict:
    """Chain expression nodes between an input and an output; a node passes on what came in."""
    nodes = [{"id": "start", "type": "inputNode", "name": "start", "position": {"x": 0, "y": 0}}]
    for place, layer in enumerate(layers):
        expressions = [{"id": key, "key": key, "value": value} for key, value in layer.items()]
        nodes.append({"id": f"layer{place}", "type": "expressionNode", "name": f"layer{place}", "position": {"x": 0, "y": 0},
                      "content": {"expressions": expressions, "passThrough": True}})
    nodes.append({"id": "end", "type": "outputNode", "name": "end", "position": {"x": 0, "y": 0}})
    edges = [{"id": f"edge{place}", "sourceId": first["id"], "targetId": second["id"], "type": "edge"}
             for place, (first, second) in enumerate(pairwise(nodes))]
    return {"nodes": nodes, "edges": edges}


def _contexts(schools: Schools) -> list[dict]:
    words = [*SCHOOL_TYPES, None]
    columns = [[None if value != value else value for value in schools.values[name].tolist()] for name in INDICATORS]
    keys = [_latin(SCHOOL_TYPE), *map(_latin, INDICATORS)]
    return [dict(zip(keys, row, strict=True)) for row in zip((words[code] for code in schools.types), *columns, strict=True)]
