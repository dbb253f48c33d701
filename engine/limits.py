"""Conditions of categories and measures, stated and compiled without data: what inference will not bear is told by the check, not by a run."""

from __future__ import annotations

from engine import conditions as c
from engine.examples import PlainInference, Small
from engine.inference import Conclusion, LimitError, compile_node
from engine.problems import Problem
from engine.program import CategoryPlan, MeasurePlan, Program


def too_large(program: Program) -> list[Problem]:
    """Find the conditions that are larger than inference bears.

    Errors: R405.
    """
    inference = _Compiling(program)
    for level in program.levels:
        Small(program, level, {}).everything(inference)
    return inference.problems


class _Compiling(PlainInference):
    """Concludes for one invented school, and compiles every condition on the way as a run would."""

    def __init__(self, program: Program):
        self.program, self.problems = program, []
        self._keys = {plan.name: ("категории", "когда") for plan in program.of(CategoryPlan)} | {plan.name: ("меры", "для") for plan in program.of(MeasurePlan)}

    def conclude(self, name: str, condition: c.Condition, columns: dict) -> Conclusion:
        try:
            compile_node(name, condition)
        except LimitError as error:
            section, key = self._keys[name]
            self.problems.append(Problem("R405", self.program.rules.place(section, name, key), str(error), "Предел — у вывода: иначе расчёт остановился бы на этой категории."))
        return super().conclude(name, condition, columns)
