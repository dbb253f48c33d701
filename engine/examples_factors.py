"""The examples of factors: significance by data through the same evaluation as real schools, by answers through the same points."""

from __future__ import annotations

from collections.abc import Iterator

from engine.examples import Small, _Given, reachable
from engine.factors import SECTION, FactorPlan, condition_name, with_conditions
from engine.model import Example
from engine.model_profile import FactorExample
from engine.problems import Problem
from engine.program import Program
from engine.roadmap.risk_profile import RiskFactor
from engine.roadmap.weighing import by_answers, by_data
from engine.truth import Truth
from engine.words import like_hint

_TRUTHS = {"выполнен": Truth.MET, "не определён": Truth.UNKNOWN, "не выполнен": Truth.NOT_MET}


def check_factors(program: Program) -> Iterator[Problem]:
    """Run the examples of all factors. Errors: R501 (differs), R502 (unknown name), R505 (unreadable value or answer)."""
    if not any(plan.block.examples for plan in program.factors.values()):
        return
    extended = with_conditions(program)
    for plan in program.factors.values():
        for position, example in enumerate(plan.block.examples):
            yield from _check(extended, plan, position, example)


def _check(program: Program, plan: FactorPlan, position: int, example: FactorExample) -> Iterator[Problem]:
    path = ("примеры", position)
    problems = [*_wrong_answers(program, plan, position, example)]
    outcomes = {level: _outcome(program, plan, level, position, example, problems) for level in plan.conditions} if example.given else {}
    yield from problems
    if problems:
        return
    observed, _ = by_data(outcomes)
    found = RiskFactor(plan.name, by_answers(plan.block, example.answers).significance, observed).significance.russian
    if found != example.outcome:
        why = example.why or f"№ {position + 1}"
        yield Problem("R501", program.rules.place(SECTION, plan.name, *path, "итог"), f"Пример «{why}» у «{plan.name}»: по правилам — {found}, в примере — {example.outcome}.",
                      "Исправьте условие, баллы или пример.")


def _outcome(program: Program, plan: FactorPlan, level: str, position: int, example: FactorExample, problems: list[Problem]) -> Truth:
    criterion = program.plans[condition_name(plan.name, level)]
    found: list[Problem] = []
    given = _FactorGiven(program, plan, position, found).read(Example.model_construct(given=example.given, rows=(), why=None, outcome=None))
    problems += [problem for problem in found if problem not in problems]
    return Truth.UNKNOWN if given is None else _TRUTHS[Small(program, criterion.level, given).outcome(criterion, "")]


class _FactorGiven(_Given):
    """«дано» of a factor's example: a value may serve either of its two conditions."""

    def __init__(self, program: Program, plan: FactorPlan, position: int, problems: list[Problem]):
        super().__init__(program, SECTION, plan, position, problems)
        self.allowed = frozenset().union(*(reachable(program, program.plans[condition_name(plan.name, level)]) for level in plan.conditions))


def _wrong_answers(program: Program, plan: FactorPlan, position: int, example: FactorExample) -> Iterator[Problem]:
    for name, answer in example.answers.items():
        place = program.rules.place(SECTION, plan.name, "примеры", position, "ответы", name)
        question = plan.block.questions.get(name)
        if question is None:
            yield Problem("R502", place, f"Вопроса «{name}» у фактора «{plan.name}» нет.", like_hint(name, plan.block.questions))
        elif answer not in question.answers:
            yield Problem("R505", place, f"Ответа «{answer}» у вопроса «{name}» нет.", f"Бывает: {', '.join(question.answers)}.")
