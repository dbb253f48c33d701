"""«факторы» and «адресная_помощь» resolved: conditions over the school's values, references to measures, indicators and roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine import tree as t
from engine.loading import RuleSet, bad_name
from engine.model import Criterion
from engine.model_profile import Assistance, Factor
from engine.resolving import Resolver, Scope
from engine.words import like_hint

if TYPE_CHECKING:
    from engine.program import CriterionPlan, Program

Say = Callable[..., None]
LEVELS = ("высокая", "средняя")


@dataclass(frozen=True)
class FactorPlan:
    """A factor ready to weigh: its conditions by level of significance, and the names they read."""

    name: str
    block: Factor
    conditions: dict[str, t.Tree] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AssistancePlan:
    block: Assistance
    audience: t.Tree
    uses: frozenset[str] = frozenset()


SECTION, SETTINGS = "факторы", "адресная_помощь"


def factor_plans(rules: RuleSet, resolver: Resolver, level: str, say: Say) -> dict[str, FactorPlan]:
    """Resolve every factor.

    Errors: those of conditions, R108, R112 (a question asked twice), R210 (unknown measure, indicator), R222 (numbers, points, thresholds).
    """
    checker = _Checker(rules, say)
    plans = {}
    for name, block in rules.factors.items():
        trees = {word: tree for word, tree in zip(LEVELS, (block.grades.high, block.grades.medium), strict=True) if tree is not None}
        with resolver.watching() as used:
            conditions = {word: resolver.condition(tree, Scope.unit(level), (SECTION, name, "значимость", word)) for word, tree in trees.items()}
        plans[name] = FactorPlan(name, block, conditions, frozenset(used))
        checker.factor(name, block)
    return plans


def assistance_plan(rules: RuleSet, resolver: Resolver, level: str, say: Say) -> AssistancePlan | None:
    """Resolve the settings of the profile. Errors: those of conditions, R210, R222 (factors, and nothing says whose)."""
    block = rules.assistance
    if block is None:
        if rules.factors and SETTINGS not in rules.broken:
            say("R222", SECTION, next(iter(rules.factors)), (), "Факторы описаны, а раздела «адресная_помощь» нет: неизвестно, кому составлять профиль.",
                "Добавьте «адресная_помощь:» с ключом «для».")
        return None
    with resolver.watching() as used:
        audience = resolver.condition(block.audience, Scope.unit(level), (SETTINGS, SETTINGS, "для"))
    _Checker(rules, say).assistance(block)
    return AssistancePlan(block, audience, frozenset(used))


class _Checker:
    """Checks what is not an expression; every finding at its own place."""

    def __init__(self, rules: RuleSet, say: Say):
        self.rules, self.say = rules, say
        self.numbers: dict[int, str] = {}
        self.asked: dict[str, str] = {}

    def factor(self, name: str, block: Factor) -> None:
        earlier = self.numbers.setdefault(block.number, name)
        if earlier != name:
            self.say("R222", SECTION, name, ("номер",), f"Номер {block.number} уже у фактора «{earlier}».", "Дайте другой номер.")
        for question in block.questions:
            self._question(name, question, block)
        self._scores(name, block)
        if block.programme is not None:
            self._programme(name, block)

    def _question(self, name: str, question: str, block: Factor) -> None:
        place = self.rules.raw[SECTION, name]["вопросы"].keys_at[question]
        for problem in bad_name(question, place):
            self.say(problem.code, SECTION, name, ("вопросы", question), problem.message, problem.hint)
        earlier = self.asked.setdefault(question, name)
        if earlier != name:
            self.say("R112", SECTION, name, ("вопросы", question), f"Вопрос «{question}» уже есть у фактора «{earlier}».", "Переименуйте один из двух: код вопроса стоит в формах школ.")
        answers = block.questions[question].answers
        if len(answers) < 2 or len(set(answers.values())) < 2:
            self.say("R222", SECTION, name, ("вопросы", question, "ответы"), f"Вопрос «{question}» ничего не различает: нужны хотя бы два ответа с разными баллами.", "")

    def _scores(self, name: str, block: Factor) -> None:
        if bool(block.questions) != (block.scores is not None):
            path, lacking = (("вопросы",), "значимость по ответам") if block.questions else (("значимость по ответам",), "вопросы")
            self.say("R222", SECTION, name, path, f"У фактора «{name}» нет ключа «{lacking}».", "Вопросы и суммы баллов нужны вместе.")
            return
        if block.scores is None:
            return
        most = sum(max(question.answers.values(), default=0) for question in block.questions.values())
        if block.scores.medium >= block.scores.high:
            self.say("R222", SECTION, name, ("значимость по ответам", "средняя"), "Сумма для средней значимости должна быть меньше, чем для высокой.", "Исправьте одно из двух чисел.")
        elif block.scores.high > most:
            self.say("R222", SECTION, name, ("значимость по ответам", "высокая"), f"Столько баллов не набрать: больше {most:g} ответы не дают.", "Уменьшите сумму или добавьте вопросы.")

    def _programme(self, name: str, block: Factor) -> None:
        for position, item in enumerate(block.programme.measures):
            path = ("программа", "меры", position)
            if (item.measure is None) == (item.text is None):
                self.say("R222", SECTION, name, path, "Мера программы — «мера: имя» или «что: текст», одно из двух.", "")
            elif item.measure is not None:
                self._known(item.measure, self.rules.measures, "Меры", SECTION, name, (*path, "мера"))
        for position, item in enumerate(block.programme.control):
            path = ("программа", "показатели", position)
            if (item.indicator is None) == (item.text is None):
                self.say("R222", SECTION, name, path, "Показатель программы — «показатель: имя» или «что: текст», одно из двух.", "")
            elif item.indicator is not None:
                self._known(item.indicator, self.rules.indicators, "Показателя", SECTION, name, (*path, "показатель"))

    def assistance(self, block: Assistance) -> None:
        for position, item in enumerate(block.coordinators):
            self._known(item.role, self.rules.roles, "Роли", SETTINGS, SETTINGS, ("координаторы", position, "роль"))
        for position, step in enumerate(block.steps):
            path = ("план", position)
            if step.measure is not None:
                self._known(step.measure, self.rules.measures, "Меры", SETTINGS, SETTINGS, (*path, "мера"))
            elif step.title is None or step.deadline is None or not step.responsible:
                self.say("R222", SETTINGS, SETTINGS, path, "Мероприятию плана нужна «мера» или «что», «ответственный» и «срок».", "")
            for key, roles in (("ответственный", step.responsible), ("участники", step.participants)):
                for role in roles:
                    self._known(role, self.rules.roles, "Роли", SETTINGS, SETTINGS, (*path, key))

    def _known(self, name: str, blocks: dict, what: str, section: str, block: str, path: tuple) -> None:
        if name not in blocks:
            self.say("R210", section, block, path, f"{what} «{name}» нет.", like_hint(name, blocks))


# ---------------------------------------------------------------- conditions as criteria


def condition_name(factor: str, level: str) -> str:
    return f"фактор/{factor}/{level}"


def with_conditions(program: Program) -> Program:
    """Return a program where every condition of a factor is a criterion too, so that it is explained like one."""
    plans = {plan.name: plan for factor in program.factors.values() for plan in _criteria(program, factor)}
    uses = {condition_name(name, level): factor.uses for name, factor in program.factors.items() for level in factor.conditions}
    return replace(program, plans=program.plans | plans, uses=program.uses | uses, order=(*program.order, *plans))


def _criteria(program: Program, factor: FactorPlan) -> Iterator[CriterionPlan]:
    from engine.program import CriterionPlan
    for level, tree in factor.conditions.items():
        block = Criterion.model_construct(title=f"{level.capitalize()} значимость по данным", clause=factor.block.clause, when=tree)
        yield CriterionPlan(condition_name(factor.name, level), block, program.school_level, tree)



