"""The rules' own examples: each is run through the same evaluation as real schools, and must come out as written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine import conditions as c
from engine import model
from engine import tree as t
from engine.frames import Frame, with_common
from engine.inference import Conclusion
from engine.problems import Place, Problem
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan, Program
from engine.tree import Origin
from engine.values import Numbers, Reason, Texts, Value
from engine.words import like_hint

OUTCOMES = {"выполнен": 1, "выполнена": 1, "да": 1, "не определён": 0, "не определен": 0, "не определена": 0, "нет данных": 0,
            "не выполнен": -1, "не выполнена": -1, "нет": -1, "не применяется": -1}
_WORDS = {1: "выполнен", 0: "не определён", -1: "не выполнен"}


@dataclass(frozen=True)
class ExampleResult:
    """One example as it came out: `actual` and `expected` in words."""

    section: str
    name: str
    position: int
    why: str
    expected: str
    actual: str
    place: Place

    @property
    def agrees(self) -> bool:
        return self.expected == self.actual


def check_examples(program: Program) -> list[Problem]:
    """Run all examples and report those that do not come out, and criteria that lack the important ones.

    Errors: R501 (differs), R502 (unknown name), R505 (unreadable value); advice R503, R504.
    """
    problems: list[Problem] = []
    for result in run_examples(program, problems):
        if not result.agrees:
            problems.append(Problem("R501", result.place, f"Пример «{result.why}» у «{result.name}»: по правилам — {result.actual}, в примере — {result.expected}.",
                                    "Исправьте условие или пример."))
    for plan in program.of(CriterionPlan):
        problems += _wanting(program, plan)
    return problems


def run_examples(program: Program, problems: list[Problem]) -> Iterable[ExampleResult]:
    """Yield the result of every example of criteria, categories and unit indicators."""
    for section, shape in (("показатели", IndicatorPlan), ("критерии", CriterionPlan), ("категории", CategoryPlan)):
        for plan in program.of(shape):
            if isinstance(plan, IndicatorPlan) and plan.block.method:
                continue
            for position, example in enumerate(plan.block.examples):
                result = _run(program, section, plan, position, example, problems)
                if result is not None:
                    yield result


def _run(program: Program, section: str, plan: Any, position: int, example: model.Example, problems: list[Problem]) -> ExampleResult | None:
    reader = _Given(program, section, plan, position, problems)
    given = reader.read(example)
    expected = _expected(plan, example.outcome)
    place = program.rules.place(section, plan.name, "примеры", position, "итог")
    if expected is None:
        problems.append(Problem("R505", place, f"Итог «{example.outcome}» не читается.", "Бывает: выполнен, не выполнен, не определён, не применяется."))
    if given is None or expected is None:
        return None
    if isinstance(plan, IndicatorPlan) and plan.table is not None:
        return _run_rows(program, plan, position, example, given, expected, problems)
    actual = Small(program, plan.level, given).outcome(_applied(plan, given), str(example.outcome))
    return ExampleResult(section, plan.name, position, example.why or f"№ {position + 1}", expected, actual, place)


def _applied(plan: Any, given: dict[str, Value]) -> Any:
    """An example that says nothing about whom the rule applies to is about someone it applies to."""
    applies = getattr(plan, "applies", None)
    if applies is None or any(name in given for name in t.references(applies)):
        return plan
    return replace(plan, applies=None)


def _run_rows(program: Program, plan: IndicatorPlan, position: int, example: model.Example, given: dict[str, Value], expected: str,
              problems: list[Problem]) -> ExampleResult | None:
    from engine.examples_rows import rows_outcome
    place = program.rules.place("показатели", plan.name, "примеры", position)
    if not example.rows:
        problems.append(Problem("R505", place, f"Показатель «{plan.name}» считается по строкам, а в примере нет «строки».", "Добавьте «строки: [{столбец: значение}]»."))
        return None
    try:
        value = rows_outcome(program, plan, example, given)
    except ValueError as error:
        problems.append(Problem("R505", place, f"Пример «{plan.name}»: {error}.", "Исправьте строки примера."))
        return None
    return ExampleResult("показатели", plan.name, position, example.why or f"№ {position + 1}", expected, _number_words(value), place)


def _expected(plan: Any, outcome: Any) -> str | None:
    if isinstance(plan, IndicatorPlan):
        value = _number(outcome)
        return None if value is None else _number_words(value)
    word = " ".join(str(outcome).lower().split())
    if word in ("не применяется",):
        return word
    return _WORDS[OUTCOMES[word]] if word in OUTCOMES else None


def _number(value: Any) -> tuple[float, float] | None:
    """Read a number of an example: 30, «30 %», «нет данных», «от 1 до 3»; None when it is none of these."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value), float(value)
    text = " ".join(str(value).lower().split()).replace(",", ".")
    if text == "нет данных":
        return np.nan, np.nan
    try:
        if text.startswith("от ") and " до " in text:
            low, high = text[3:].split(" до ")
            return _plain_number(low), _plain_number(high)
        number = _plain_number(text)
    except ValueError:
        return None
    return number, number


def _plain_number(text: str) -> float:
    from datetime import date
    text = text.strip().removesuffix("%").strip()
    return float(date.fromisoformat(text).toordinal()) if text.count("-") == 2 else float(text)


def _number_words(value: tuple[float, float]) -> str:
    low, high = (round(item, 9) for item in value)
    if np.isnan(low):
        return "нет данных"
    return f"{low:g}" if low == high else f"от {low:g} до {high:g}"


class _Given:
    """Reads «дано» of one example."""

    def __init__(self, program: Program, section: str, plan: Any, position: int, problems: list[Problem]):
        self.program, self.section, self.plan, self.position, self.problems = program, section, plan, position, problems
        self.allowed = reachable(program, plan)

    def read(self, example: model.Example) -> dict[str, Value] | None:
        given: dict[str, Value] = {}
        sound = True
        for name, value in example.given.items():
            place = self.program.rules.place(self.section, self.plan.name, "примеры", self.position, "дано", name)
            if name not in self.allowed and not _history_name(name, self.program):
                self.problems.append(Problem("R502", place, f"Условие «{self.plan.name}» не зависит от «{name}».",
                                             like_hint(name, self.allowed) or f"Зависит от: {', '.join(sorted(self.allowed)[:8])}."))
                sound = False
                continue
            column = self._value(name, value)
            if column is None:
                self.problems.append(Problem("R505", place, f"Значение «{value}» для «{name}» не читается.", "Число, «нет данных», «от 1 до 3», слово столбца или исход."))
                sound = False
            else:
                given[name] = column
        return given if sound else None

    def _value(self, name: str, value: Any) -> Value | None:
        rules = self.program.rules
        column = rules.tables[rules.registry].columns.get(name) if rules.registry else None
        if name in rules.criteria or name in rules.categories or _history_name(name, self.program) or (column is not None and column.type == "да/нет"):
            word = "да" if value is True else "нет" if value is False else " ".join(str(value).lower().split())
            return np.array([OUTCOMES[word]], np.int8) if word in OUTCOMES else None
        if column is not None and column.type in ("текст", "код", "школа"):
            return Texts(np.array([-1], np.int32), ("",)) if value == "нет данных" else Texts(np.array([0], np.int32), (str(value),))
        number = _number(value)
        if number is None:
            return None
        low, high = np.array([number[0]]), np.array([number[1]])
        return Numbers(low, low if number[0] == number[1] or np.isnan(number[0]) else high, np.array([Reason.EMPTY], np.uint8))


def _history_name(name: str, program: Program) -> bool:
    return name.startswith("была(") and name.split("(")[1].split(")")[0].split(";")[0].strip() in program.rules.categories


def reachable(program: Program, plan: Any) -> frozenset[str]:
    """Return every name a plan depends on, directly or through others, and the registry columns they read."""
    found: set[str] = set()
    pending = [plan.name]
    while pending:
        name = pending.pop()
        for other in program.uses.get(name, ()):
            if other not in found and other != plan.name:
                found.add(other)
                pending.append(other)
        current = program.plans.get(name)
        for tree in _trees(current):
            found |= {node.name for node in t.walk(tree) if isinstance(node, t.Reference) and node.origin is Origin.UNIT}
    return frozenset(found - set(program.rules.tables))


def _trees(plan: Any) -> list[t.Tree]:
    fields = ("when", "applies", "exit_if", "audience") + (("formula", "size", "missing_if") if getattr(plan, "table", None) is None else ())
    return [tree for field in fields if isinstance(tree := getattr(plan, field, None), t.Tree)]


class PlainInference:
    """Conclusions of examples come from the reference evaluator: durable-rules is proved equal to it elsewhere."""

    def conclude(self, name: str, condition: c.Condition, columns: dict) -> Conclusion:
        status = c.evaluate_columns(condition, columns)
        return Conclusion(status, np.zeros(len(status), np.int32), ((),), 0)


class Small:
    """One invented school: what is given is given, what can be computed from it is computed, the rest is missing."""

    def __init__(self, program: Program, level: str, given: dict[str, Value]):
        from engine.evaluation import Stage
        self.program, self.level = program, level
        frames = {name: Frame(name, ("пример",)) for name in program.levels}
        for parent in program.levels[1:]:
            frames[program.school_level].parents[parent] = np.zeros(1, np.int32)
        with_common(frames)
        self.stage = Stage(program, None, frames, 0, _GivenHistory(given))
        self.frame = frames[level]
        self.given = given

    def outcome(self, plan: Any, wanted: str) -> str:
        self._fill(plan, PlainInference())
        value = self.frame.columns[plan.name]
        if isinstance(value, Numbers):
            return _number_words((float(value.low[0]), float(value.high[0])))
        applies = self.frame.applies.get(plan.name)
        if wanted == "не применяется" and applies is not None and applies[0] == -1:
            return wanted
        return _WORDS[int(value[0])]

    def everything(self, inference: PlainInference) -> None:
        """State and conclude every category and measure of the level, with nothing given."""
        for plan in [*self.program.of(CategoryPlan, self.level), *self.program.of(MeasurePlan, self.level)]:
            self._fill(plan, inference)

    def _fill(self, plan: Any, inference: PlainInference) -> None:
        names = reachable(self.program, plan)
        for name in names - set(self.program.order):
            self._column(name)
        for name in self.program.order:
            if name not in names and name != plan.name:
                continue
            item = plan if name == plan.name else self.program.plans[name]
            frame = self.stage.frames[item.level]
            if name in self.given and name != plan.name:
                frame.columns[name] = self.given[name]
            elif name in frame.columns:
                continue
            elif name != plan.name and not self._computable(item):
                frame.columns[name] = Numbers.exact(np.array([np.nan]), np.array([Reason.EMPTY], np.uint8))
            else:
                self.stage.one(item, inference)

    def _computable(self, plan: Any) -> bool:
        if not isinstance(plan, IndicatorPlan):
            return True
        if plan.table is not None or plan.block.method is not None:
            return False
        from engine.functions import FUNCTIONS
        from engine.functions import Place as Where
        return not any(isinstance(node, t.Call) and FUNCTIONS[node.function].place is Where.SCHOOLS for node in t.walk(plan.formula))

    def _column(self, name: str) -> None:
        """A registry column: as given, or missing."""
        frame = self.stage.frames[self.program.school_level]
        rules = self.program.rules
        column = rules.tables[rules.registry].columns.get(name) if rules.registry else None
        if name in self.given:
            frame.columns[name] = self.given[name]
        elif column is not None and column.type == "да/нет":
            frame.columns[name] = np.zeros(1, np.int8)
        elif column is not None and column.type in ("текст", "код", "школа"):
            frame.columns[name] = Texts(np.array([-1], np.int32), ("",))
        elif column is not None:
            frame.columns[name] = Numbers.exact(np.array([np.nan]))
        block = rules.thresholds.get(name)
        if block is not None and block.by and isinstance(self.program.thresholds.get(name), dict):
            self._column(block.by)


class _GivenHistory:
    """Decisions of earlier years as the example gives them: «была(шнор): да»."""

    def __init__(self, given: dict[str, Value]):
        self.given = given

    def held(self, category: str, back: int = 1) -> np.ndarray:
        names = [f"была({category})", f"была({category}; {back})"] if back == 1 else [f"была({category}; {back})"]
        return next((self.given[name] for name in names if name in self.given), np.zeros(1, np.int8))

    def kept(self, category: str, years: int) -> np.ndarray:
        held = [self.held(category, back) for back in range(1, years + 1)]
        return np.minimum(held[0], -np.minimum.reduce(held))


# ---------------------------------------------------------------- what examples are wanting


def _wanting(program: Program, plan: CriterionPlan) -> list[Problem]:
    place = program.rules.header("критерии", plan.name)
    problems = []
    numbers = _comparisons(program, plan.when)
    if numbers and not any(_on_boundary(program, example, numbers) for example in plan.block.examples):
        name, border = next(iter(numbers))
        problems.append(Problem("R503", place, f"У «{plan.name}» нет примера ровно на пороге.", f"Добавьте пример, где {name} = {border:g}."))
    gaps = [str(value).lower().startswith(("нет данных", "не определ", "от ")) for example in plan.block.examples for value in example.given.values()]
    if not any(gaps) and not any(not example.given for example in plan.block.examples):
        problems.append(Problem("R504", place, f"У «{plan.name}» нет примера с отсутствующими данными.", "Добавьте пример, где величина — «нет данных»."))
    return problems


def _comparisons(program: Program, tree: t.Tree) -> set[tuple[str, float]]:
    found = set()
    for node in t.walk(tree):
        if isinstance(node, t.Compare) and isinstance(node.left, t.Reference) and node.left.origin is Origin.UNIT:
            border = node.right.value if isinstance(node.right, t.Number) else program.thresholds.get(getattr(node.right, "name", ""))
            if isinstance(border, float):
                found.add((node.left.name, border))
    return found


def _on_boundary(program: Program, example: model.Example, numbers: set[tuple[str, float]]) -> bool:
    given = {name: _number(value) for name, value in example.given.items()}
    return any(given.get(name) is not None and given[name][0] == border for name, border in numbers)
