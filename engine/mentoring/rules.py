"""The section «наставничество», resolved: factors of likeness, subjects, decisions about pairs; every mistake at its word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import model
from engine import tree as t
from engine.mentoring.similarity import FactorKind
from engine.problems import Problem
from engine.words import like_hint, sentence

if TYPE_CHECKING:
    from engine.loading import RuleSet
    from engine.resolving import Kind, Resolver, Scope

SECTION = "наставничество"
ANSWERS = ("школа", "год", "роль", "ответ", "дата", "с_кем")


@dataclass(frozen=True)
class FactorPlan:
    """One condition of likeness, ready to compute. `what`: «number», «text» or «truth»."""

    name: str
    block: model.Likeness
    value: t.Tree
    what: str
    unit: str

    @property
    def kind(self) -> FactorKind:
        return FactorKind(self.block.kind)

    @property
    def title(self) -> str:
        return self.block.title or sentence(self.name)


@dataclass(frozen=True)
class SubjectPlan:
    name: str
    block: model.MentoringSubject
    weak: t.Tree
    strong: t.Tree

    @property
    def title(self) -> str:
        return self.block.title or sentence(self.name)


@dataclass(frozen=True)
class MentoringPlan:
    """The section as it will be used. `uses`: what of the rules it reads."""

    block: model.Mentoring
    factors: tuple[FactorPlan, ...]
    subjects: tuple[SubjectPlan, ...]
    uses: frozenset[str] = frozenset()


def resolve_mentoring(rules: RuleSet, resolver: Resolver) -> MentoringPlan | None:
    """Resolve the section, or return None where there is none.

    Errors: R106, R107 (weights), R203, R206 (kinds), R208, R209, R210, R221; they go to the resolver's list.
    """
    return _Reader(rules, resolver).read(rules.mentoring) if rules.mentoring is not None else None


class _Reader:
    def __init__(self, rules: RuleSet, resolver: Resolver):
        from engine.resolving import Scope
        self.rules, self.resolver, self.school = rules, resolver, resolver.school
        self.scope: Scope = Scope.unit(resolver.school.level)

    def read(self, block: model.Mentoring) -> MentoringPlan:
        with self.resolver.watching() as used:
            self._groups(block)
            factors = tuple(self._factor(name, item) for name, item in block.factors.items())
            subjects = tuple(self._subject(name, item) for name, item in block.subjects.items())
        if not any(item.weight > 0 for item in block.factors.values()):
            self._say("R107", ("сходство",), "Все веса условий — нули: сравнивать нечего.", "Дайте вес хотя бы одному условию.")
        self._limits(block)
        self._answers(block)
        self._compared(block)
        return MentoringPlan(block, factors, subjects, frozenset(used) | set(block.compared) | {block.mentees, block.mentors})

    def _say(self, code: str, path: tuple, message: str, hint: str = "") -> None:
        self.resolver.problems.append(Problem(code, self.rules.place(SECTION, SECTION, *path), message, hint))

    # ------------------------------------------------------------ groups, conditions of likeness, subjects

    def _groups(self, block: model.Mentoring) -> None:
        for key, name in (("кому нужна помощь", block.mentees), ("кто может помочь", block.mentors)):
            category = self.rules.categories.get(name)
            if category is None:
                self._say("R210", (key,), f"Категории «{name}» нет.", like_hint(name, self.rules.categories))
            elif category.level not in (None, self.school.level):
                self._say("R210", (key,), f"Категория «{name}» — для уровня «{category.level}», а пары составляют из школ.", "Назовите категорию школ.")
        if block.mentor_role is not None and block.mentor_role not in self.rules.roles:
            self._say("R210", ("роль наставника",), f"Роли «{block.mentor_role}» нет.", like_hint(block.mentor_role, self.rules.roles))
        if block.mentees == block.mentors:
            self._say("R221", ("кто может помочь",), "Наставники и наставляемые — одна и та же категория.", "Назовите две разные категории.")

    def _factor(self, name: str, item: model.Likeness) -> FactorPlan:
        path = (SECTION, SECTION, "сходство", name, "величина")
        value, kind = self.resolver.kind_of(item.value, self.scope, path)
        wanted = ("text", "truth") if item.kind == FactorKind.CATEGORY.value else ("number",)
        if kind.what not in (*wanted, "any"):
            need = "слово или «да/нет»" if "text" in wanted else "число"
            self._say("R206", path[2:], f"Для вида «{item.kind}» нужно {need}, а «{t.render(item.value)}» — другое.", "Исправьте «вид» или «величину».")
        return FactorPlan(name, item, value, kind.what, item.unit or _unit(kind))

    def _subject(self, name: str, item: model.MentoringSubject) -> SubjectPlan:
        weak, strong = (self.resolver.condition(tree, self.scope, (SECTION, SECTION, "предметы", name, key))
                        for key, tree in (("слаб", item.weak), ("силён", item.strong)))
        return SubjectPlan(name, item, weak, strong)

    def _compared(self, block: model.Mentoring) -> None:
        for position, name in enumerate(block.compared):
            indicator = self.rules.indicators.get(name)
            if indicator is None or indicator.by or indicator.level not in (None, self.school.level):
                self._say("R210", ("сравнивать", position), f"Показателя школы «{name}» нет.", like_hint(name, self.rules.indicators))

    # ------------------------------------------------------------ decisions

    def _limits(self, block: model.Mentoring) -> None:
        limits = block.limits
        if limits.inside is not None and limits.inside not in self.school.columns:
            self._say("R209", ("ограничения", "только внутри"), f"Столбца «{limits.inside}» в реестре нет.", like_hint(limits.inside, self.school.columns))
        if (limits.subjects.rule != "не требуется" or limits.subjects.penalty) and not block.subjects:
            self._say("R106", ("ограничения", "предмет"), "Предмет требуется, а раздела «предметы» нет.", "Опишите «предметы» или уберите требование.")
        if limits.travel is not None:
            self._travel(limits.travel)
        self._pairs(limits)

    def _pairs(self, limits: model.PairLimits) -> None:
        forbidden = {(pair.mentee, pair.mentor) for pair in limits.forbidden}
        mentor_of: dict[str, str] = {}
        load: dict[str, int] = {}
        for position, pair in enumerate(limits.fixed):
            path = ("ограничения", "закрепить", position)
            if mentor_of.setdefault(pair.mentee, pair.mentor) != pair.mentor:
                self._say("R221", (*path, "наставник"), f"Школа № {pair.mentee} закреплена за двумя наставниками: № {mentor_of[pair.mentee]} и № {pair.mentor}.", "Оставьте одного.")
                continue
            if (pair.mentee, pair.mentor) in forbidden:
                self._say("R221", path, f"Пара № {pair.mentee} — № {pair.mentor} стоит и в «закрепить», и в «не назначать».", "Оставьте одно решение.")
            load[pair.mentor] = load.get(pair.mentor, 0) + 1
            if load[pair.mentor] == limits.capacities.get(pair.mentor, limits.capacity) + 1:
                self._say("R221", (*path, "наставник"), f"За наставником № {pair.mentor} закреплено больше школ, чем он берёт.", "Увеличьте «школ у отдельных наставников» или уберите пару.")

    def _travel(self, travel: model.Travel) -> None:
        path = ("ограничения", "путь")
        table = self._table(travel.table, (*path, "таблица"))
        for key, column in (("куда", travel.to), ("величина", travel.value)):
            if table is not None and column not in table.columns:
                self._say("R209", (*path, key), f"Столбца «{column}» в таблице «{travel.table}» нет.", like_hint(column, table.columns))

    def _answers(self, block: model.Mentoring) -> None:
        if block.answers is None:
            return
        table = self._table(block.answers, ("ответы",))
        absent = [column for column in ANSWERS if table is not None and column not in table.columns]
        if absent:
            self._say("R209", ("ответы",), f"В таблице «{block.answers}» нет столбцов ответов: {', '.join(absent)}.", "Опишите их в разделе «таблицы» — образец в rules/data.yaml.")

    def _table(self, name: str, path: tuple) -> model.Table | None:
        table = self.rules.tables.get(name)
        if table is None:
            self._say("R208", path, f"Таблицы «{name}» нет.", like_hint(name, self.rules.tables))
        return table


def _unit(kind: Kind) -> str:
    return kind.unit or ""
