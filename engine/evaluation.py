"""Program and tables -> every value: indicators, criteria, categories and measures in the order they need each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine import conditions as c
from engine import tree as t
from engine.frames import Frame
from engine.functions import FUNCTIONS, Place
from engine.history import History
from engine.indicators import IndicatorEngine
from engine.inference import Conclusion, Inference
from engine.methods import METHODS, Calculation, Slice
from engine.population import population
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan, Program
from engine.tables import Tables
from engine.tree import Origin
from engine.values import Numbers, Reason, Texts, Value
from engine.vector import Evaluator


@dataclass
class Evaluation:
    """Everything one run concluded. `frames` by level; `conclusions` and `conditions` by category or measure.

    `calculation` gives a page what a named method computed beside its number: the same call, made again when a saved run is opened.
    """

    program: Program
    report_year: int
    frames: dict[str, Frame]
    indicators: IndicatorEngine
    conclusions: dict[str, Conclusion] = field(default_factory=dict)
    conditions: dict[str, c.Condition] = field(default_factory=dict)
    atoms: dict[str, t.Tree] = field(default_factory=dict)
    engine_name: str = ""
    engine_calls: int = 0
    calculation: Callable[[str], Calculation] | None = None

    def status(self, name: str) -> np.ndarray:
        """Return int8 codes (n,) of a criterion, a category or a measure."""
        return self.frames[self.program.plans[name].level].columns[name]


def evaluate(program: Program, tables: Tables, frames: dict[str, Frame], report_year: int,
             progress: Callable[[str], None] | None = None) -> Evaluation:
    """Compute everything. Shapes: one column per name, one row per unit of its level.

    Errors: InferenceError when durable-rules and the certificate disagree; nothing is concluded then.
    """
    stage = Stage(program, tables, frames, report_year, History(program, tables, frames[program.school_level], report_year))
    with Inference() as inference:
        stage.run(inference, progress or (lambda name: None))
        stage.result.engine_name = inference.engine_name
    return stage.result


def restated(program: Program, tables: Tables, frames: dict[str, Frame], report_year: int) -> Evaluation:
    """An evaluation over columns that are there already: conditions are stated again, nothing is concluded."""
    stage = Stage(program, tables, frames, report_year, History(program, tables, frames[program.school_level], report_year))
    for name in program.order:
        plan = program.plans[name]
        if isinstance(plan, CategoryPlan):
            stage.result.conditions[name] = stage.category(plan)
        elif isinstance(plan, MeasurePlan):
            stage.result.conditions[name] = stage.measure(plan)
    return stage.result


class Stage:
    """Evaluates plans one by one over frames; `history` answers «была»."""

    def __init__(self, program: Program, tables: Tables | None, frames: dict[str, Frame], report_year: int, history: History):
        self.program, self.frames, self.history = program, frames, history
        self.indicators = IndicatorEngine(program, tables, frames, report_year)
        self.result = Evaluation(program, report_year, frames, self.indicators, calculation=self.calculation)
        self.evaluators = {level: self._evaluator(level) for level in frames}
        self.current: IndicatorPlan | None = None

    # ------------------------------------------------------------ order

    def run(self, inference: Inference, progress: Callable[[str], None]) -> None:
        """Walk the plans in order; table indicators wait until a scan can take as many of them as possible."""
        waiting: list[IndicatorPlan] = []
        pending: set[str] = set()
        for name in self._waves():
            plan = self.program.plans[name]
            progress(name)
            if isinstance(plan, IndicatorPlan) and plan.table is not None:
                if self.program.uses[name] & pending:
                    self._flush(waiting, pending)
                waiting.append(plan)
                pending.add(name)
                continue
            if self.program.uses[name] & pending:
                self._flush(waiting, pending)
            self.one(plan, inference)
        self._flush(waiting, pending)

    def _waves(self) -> list[str]:
        """Sort by depth, table indicators of one depth together, so that scans are few."""
        depth: dict[str, int] = {}
        for name in self.program.order:
            depth[name] = 1 + max((depth[other] for other in self.program.uses[name] if other in depth), default=0)
        position = {name: place for place, name in enumerate(self.program.plans)}

        def sort_key(name: str) -> tuple:
            plan = self.program.plans[name]
            scanned = isinstance(plan, IndicatorPlan) and plan.table is not None
            return (depth[name], not scanned, position[name])
        return sorted(self.program.order, key=sort_key)

    def _flush(self, waiting: list[IndicatorPlan], pending: set[str]) -> None:
        if waiting:
            self.indicators.compute(waiting)
        waiting.clear()
        pending.clear()

    def one(self, plan: object, inference: Inference) -> None:
        """Evaluate one plan whose inputs are in the frames already."""
        match plan:
            case IndicatorPlan():
                self._indicator(plan)
            case CriterionPlan():
                self._criterion(plan)
            case CategoryPlan():
                self._conclude(plan.name, plan.level, self.category(plan), inference)
            case MeasurePlan():
                self._conclude(plan.name, plan.level, self.measure(plan), inference)
            case _:
                raise AssertionError(plan)

    # ------------------------------------------------------------ evaluators

    def _evaluator(self, level: str) -> Evaluator:
        def lookup(ref: t.Reference) -> Value:
            threshold = self.program.thresholds.get(ref.name)
            if ref.origin is Origin.THRESHOLD and not isinstance(threshold, dict):
                return Numbers.constant(threshold)
            return self.indicators.column_of(level, ref.name)
        return Evaluator(len(self.frames[level]), lookup, lambda call, evaluator: self._special(level, call, evaluator))

    def _special(self, level: str, call: t.Call, evaluator: Evaluator) -> Value:
        if call.function == "была":
            back = int(call.arguments[1].value) if len(call.arguments) > 1 else 1
            return self.history.held(call.arguments[0].value, back)
        if FUNCTIONS[call.function].place is Place.SCHOOLS:
            return population(call, evaluator, self.current.block, self._district(level), self._share_unit(call))
        raise AssertionError(call)

    def _district(self, level: str) -> Texts | None:
        column = self.frames[level].columns.get("район")
        return column if isinstance(column, Texts) else None

    def _share_unit(self, call: t.Call) -> str | None:
        last = call.arguments[-1]
        if isinstance(last, t.Reference) and last.origin is Origin.THRESHOLD:
            return self.program.rules.thresholds[last.name].unit
        return last.unit if isinstance(last, t.Number) else None

    # ------------------------------------------------------------ indicators and criteria over units

    def _indicator(self, plan: IndicatorPlan) -> None:
        evaluator, frame = self.evaluators[plan.level], self.frames[plan.level]
        self.current = plan
        if plan.block.method is not None:
            value = METHODS[plan.block.method].compute(self.calculation(plan.name))
            if isinstance(value, Slice):
                self.indicators.store_slice(plan, value)
                return
        else:
            value = evaluator.number(plan.formula)
        if plan.size is not None:
            frame.sizes[plan.name] = evaluator.number(plan.size).settled()
        if plan.missing_if is not None:
            value = self._emptied(plan, evaluator, value)
        frame.columns[plan.name] = value.spread(len(frame))

    def calculation(self, name: str) -> Calculation:
        """Return what the method of an indicator is called with."""
        plan = self.program.plans[name]
        return Calculation(name, plan.parameters, self.evaluators[plan.level], self.indicators, self.calculation)

    def _emptied(self, plan: IndicatorPlan, evaluator: Evaluator, value: Numbers) -> Numbers:
        sized = Evaluator(evaluator.size, lambda ref: Numbers.exact(self.frames[plan.level].sizes[plan.name]) if ref.origin is Origin.SIZE else evaluator.lookup(ref),
                          evaluator.special)
        missing = sized.condition(plan.missing_if)
        value = value.spread(evaluator.size)
        keep = missing == -1
        low = np.where(keep, value.low, np.nan)
        high = low if value.is_exact else np.where(keep, value.high, np.nan)
        reason = np.where(missing == 1, np.uint8(Reason.RULE), np.where(missing == 0, np.uint8(Reason.INPUT), value.reasons()))
        return Numbers(low, high, reason.astype(np.uint8))

    def _criterion(self, plan: CriterionPlan) -> None:
        evaluator, frame = self.evaluators[plan.level], self.frames[plan.level]
        codes = evaluator.condition(plan.when)
        if plan.applies is not None:
            applies = evaluator.condition(plan.applies)
            frame.applies[plan.name] = applies
            codes = np.minimum(codes, applies)
        if plan.block.policy is t.Policy.MET:
            codes = np.where(codes == 0, np.int8(1), codes)
        elif plan.block.policy is t.Policy.NOT_MET:
            codes = np.where(codes == 0, np.int8(-1), codes)
        frame.columns[plan.name] = codes

    # ------------------------------------------------------------ categories and measures through durable-rules

    def category(self, plan: CategoryPlan) -> c.Condition:
        """State when a category is in force: it applies, it is met or still held, and nothing excludes it."""
        parts: list[c.Condition] = []
        if plan.applies is not None:
            parts.append(self.condition_of(plan.level, plan.applies))
            self.frames[plan.level].applies[plan.name] = self.evaluators[plan.level].condition(plan.applies)
        parts += self._rest(plan) if plan.block.rest else [self._held_or_met(plan)]
        parts += [c.Not(c.Fact(other)) for other in plan.excluded_by]
        return parts[0] if len(parts) == 1 else c.AllOf(tuple(parts))

    def _held_or_met(self, plan: CategoryPlan) -> c.Condition:
        met = self.condition_of(plan.level, plan.when)
        ways = [met]
        if plan.exit_if is not None:
            held = self._computed(plan.level, f"была({plan.name})", self.history.held(plan.name))
            ways.append(c.AllOf((held, c.Not(self.condition_of(plan.level, plan.exit_if)))))
        if plan.block.kept_years is not None:
            ways.append(self._computed(plan.level, f"срок_не_истёк({plan.name})", self.history.kept(plan.name, plan.block.kept_years)))
        return met if len(ways) == 1 else c.AnyOf(tuple(ways))

    def _rest(self, plan: CategoryPlan) -> list[c.Condition]:
        """No other category in force, and at least one undetermined."""
        others = [item.name for item in self.program.of(CategoryPlan, plan.level) if not item.block.rest]
        none_met = [c.AnyOf((c.Undetermined(name), c.Not(c.Fact(name)))) for name in others]
        return [*none_met, c.AnyOf(tuple(c.Undetermined(name) for name in others))]

    def measure(self, plan: MeasurePlan) -> c.Condition:
        """State whom a measure is for."""
        if plan.audience is None:
            return self._computed(plan.level, "всем", np.ones(len(self.frames[plan.level]), np.int8))
        return self.condition_of(plan.level, plan.audience)

    def condition_of(self, level: str, tree: t.Tree) -> c.Condition:
        """Turn a condition over names into the form for inference; anything else becomes a fact named by its own text."""
        match tree:
            case t.Reference() if isinstance(self.frames[level].columns.get(tree.name), np.ndarray):
                return c.Fact(tree.name)
            case t.Not(item) if not isinstance(item, t.Member):
                return c.Not(self.condition_of(level, item))
            case t.Undetermined(t.Reference() as item):
                return c.Undetermined(item.name)
            case t.AllOf(items) | t.AnyOf(items) | t.AtLeast(_, items) if not _skips(items) and any(_has_facts(item) for item in items):
                parts = tuple(self.condition_of(level, item) for item in items)
                if isinstance(tree, t.AtLeast):
                    return c.AtLeast(tree.count, parts)
                return c.AllOf(parts) if isinstance(tree, t.AllOf) else c.AnyOf(parts)
        return self._fact_of(level, tree)

    def _fact_of(self, level: str, tree: t.Tree) -> c.Fact:
        name = t.render(tree)
        self.result.atoms[name] = tree
        return self._computed(level, name, self.evaluators[level].condition(tree))

    def _computed(self, level: str, name: str, codes: np.ndarray) -> c.Fact:
        self.frames[level].columns[name] = codes
        return c.Fact(name)

    def _conclude(self, name: str, level: str, condition: c.Condition, inference: Inference) -> None:
        frame = self.frames[level]
        columns = {fact: self._truth_column(level, fact) for fact in c.names(condition)}
        conclusion = inference.conclude(name, condition, columns)
        frame.columns[name] = conclusion.status
        self.result.conclusions[name], self.result.conditions[name] = conclusion, condition
        self.result.engine_calls += conclusion.engine_calls

    def _truth_column(self, level: str, name: str) -> np.ndarray:
        return self.indicators.column_of(level, name)


def _skips(items: tuple[t.Tree, ...]) -> bool:
    return any(isinstance(item, t.WithPolicy) and item.policy is t.Policy.SKIP for item in items)


def _has_facts(tree: t.Tree) -> bool:
    return any(isinstance(node, t.Reference) for node in t.walk(tree))
