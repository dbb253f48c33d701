"""The risk profile ready to show: every factor with its significance from each source, the reason of the choice, what to ask for, its programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from engine import tree as t
from engine.explanation import Quantity
from engine.factors import condition_name
from engine.program import CategoryPlan, CriterionPlan
from engine.roadmap.profile import Profiles, SchoolProfile, WeighedFactor
from engine.roadmap.risk_profile import Significance, Verdict
from engine.truth import Truth
from reports.book import Book, link_of
from reports.criteria import Criteria
from reports.evidence import SharedExplainer
from reports.russian import Noun, exact_number, joined, lowered, quantity_words
from reports.sentences import Sentences
from reports.status import Status
from reports.view import CriterionView, SchoolView
from reports.wording import Wording

FACTOR = Noun("фактор", "фактора", "факторов", ("фактору", "факторам"))
QUESTION = Noun("вопрос", "вопроса", "вопросов")
POINT = Noun("балл", "балла", "баллов")
_TONES = {Verdict.ACTIVE: ("●", "met", 0), Verdict.BEYOND: ("◐", "part", 1), Verdict.UNKNOWN: ("○", "open", 2), Verdict.NOT_GRAVE: ("–", "not", 3)}
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class AnswerView:
    number: str
    text: str
    answer: str
    points: str
    place: str


@dataclass(frozen=True, slots=True)
class FactorView:
    """One factor of one school. `grounds`: conditions and criteria that speak for it; `ask`: what would settle it."""

    name: str
    number: int
    title: str
    clause: str
    status: Status
    significance: str
    by_data: str
    by_answers: str
    verified: str
    agreement: str
    reason: str
    tie: str
    ask: tuple[str, ...]
    grounds: tuple[CriterionView, ...]
    answers: tuple[AnswerView, ...]
    score: str


@dataclass(frozen=True, slots=True)
class ProgrammeStep:
    title: str
    due: str
    responsible: str


@dataclass(frozen=True, slots=True)
class ControlView:
    title: str
    now: str
    expected: str


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    number: int
    title: str
    aim: str
    tasks: tuple[str, ...]
    steps: tuple[ProgrammeStep, ...]
    control: tuple[ControlView, ...]
    documents: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """The profile of one school. `active` stand in the order of choice."""

    school: SchoolView
    made: Truth
    answered: str
    has_answered: bool
    factors: tuple[FactorView, ...]
    active: tuple[FactorView, ...]
    programmes: tuple[ProgrammeView, ...]
    ask: tuple[str, ...]


class ProfileBook:
    """Makes the profiles of one run ready to show, each once."""

    def __init__(self, book: Book):
        self.book, self.profiles = book, Profiles(book.run)
        program = self.profiles.program
        self.explainer, self.wording = SharedExplainer(self.profiles.evaluation, book.run.tables), Wording(program)
        self.criteria = Criteria(self.explainer, Sentences(self.explainer, self.wording), self.wording)
        self._made: dict[int, ProfileView] = {}

    @cached_property
    def chosen(self) -> tuple[SchoolView, ...]:
        """Schools the profile is made for."""
        return self._schools(Truth.MET)

    @cached_property
    def possible(self) -> tuple[SchoolView, ...]:
        """Schools that it may be made for: their groups are not determined."""
        return self._schools(Truth.UNKNOWN)

    def _schools(self, made: Truth) -> tuple[SchoolView, ...]:
        rows = set(self.profiles.rows(made))
        return tuple(school for school in self.book.schools if school.row in rows)

    def view(self, school: SchoolView) -> ProfileView:
        if school.row not in self._made:
            self._made[school.row] = self._view(school)
        return self._made[school.row]

    def _view(self, school: SchoolView) -> ProfileView:
        profile = self.profiles.school(school.row)
        views = {factor.plan.name: self._factor(profile, factor) for factor in profile.factors}
        active = tuple(views[factor.plan.name] for factor in profile.active)
        programmes = tuple(self._programme(factor, school.row) for factor in profile.active if factor.plan.block.programme is not None)
        asked = sum(factor.score.asked for factor in profile.factors)
        given = sum(factor.score.answered for factor in profile.factors)
        answered = f"ответов самодиагностики {given} из {asked}" if profile.has_answered else "школа не ответила на самодиагностику"
        return ProfileView(school, profile.made, answered, profile.has_answered, tuple(views.values()), active, programmes, tuple(self._asks(profile, views)))

    # ------------------------------------------------------------ one factor

    def _factor(self, profile: SchoolProfile, factor: WeighedFactor) -> FactorView:
        block, risk, verdict = factor.plan.block, factor.risk, factor.choice.verdict
        symbol, tone, order = _TONES[verdict]
        word = "значим, но не выбран" if verdict is Verdict.BEYOND else verdict.value
        checked = risk.verified.russian if risk.verified is not None else _NOTHING
        return FactorView(
            factor.plan.name, block.number, block.title or factor.plan.name, block.clause or "", Status(word, symbol, tone, order), risk.significance.russian,
            _data_word(factor), _answers_word(factor), checked, _agreement(factor), self._reason(profile, factor), self._tie(factor),
            tuple(self._ask(profile, factor)), tuple(self._grounds(factor, profile.row)), tuple(self._answers(factor)), _score(factor))

    def _reason(self, profile: SchoolProfile, factor: WeighedFactor) -> str:
        match factor.choice.verdict:
            case Verdict.ACTIVE:
                return f"{_from_sources(factor)} {self._place(profile, factor)}"
            case Verdict.BEYOND:
                return f"{_from_sources(factor)} {_behind(profile.active[-1], factor)}"
            case Verdict.NOT_GRAVE:
                return _from_sources(factor)
            case Verdict.UNKNOWN:
                return "Ни данные, ни ответы школы значимости не определяют."
        raise AssertionError(factor.choice.verdict)

    def _place(self, profile: SchoolProfile, factor: WeighedFactor) -> str:
        place = [item.plan.name for item in profile.active].index(factor.plan.name) + 1
        return f"Выбран ({place} из {len(profile.active)})."

    def _tie(self, factor: WeighedFactor) -> str:
        if not factor.choice.tied_with:
            return ""
        names = joined(f"«{self.profiles.program.factors[name].block.title or name}»" for name in factor.choice.tied_with)
        return f"Столько же весит {names}: кого из них взять в работу, решают школа и куратор."

    def _ask(self, profile: SchoolProfile, factor: WeighedFactor) -> Iterator[str]:
        if factor.choice.disputed:
            yield "проверка куратором: данные и ответы школы расходятся"
        if factor.absent and factor.risk.verified is None:
            yield f"сведения: {joined(lowered(self.wording.title(name)) for name in factor.absent)}"
        open_ = self._open(factor)
        if open_ and profile.has_answered:
            yield f"ответы на вопросы {', '.join(open_)}"

    def _asks(self, profile: SchoolProfile, views: dict[str, FactorView]) -> Iterator[str]:
        """Say what to ask for, each thing once for the whole profile."""
        if not profile.has_answered:
            yield "Школа не вернула форму самодиагностики (или в ней нет ни одного ответа): факторы, о которых у района нет данных, не определены."
        disputed = [str(views[factor.plan.name].number) for factor in profile.factors if factor.choice.disputed]
        if disputed:
            yield f"Проверка куратором: данные района и ответы школы расходятся по факторам № {joined(disputed)}."
        for title, factors in self._lacking(profile).items():
            yield f"Сведения: {title} (для факторов № {joined(factors)})."
        open_ = [number for factor in profile.factors for number in self._open(factor)]
        if open_ and profile.has_answered:
            yield f"Ответы на вопросы {', '.join(open_)}."

    def _lacking(self, profile: SchoolProfile) -> dict[str, list[str]]:
        """The indicators without a value, each with the factors that wait for it."""
        found: dict[str, list[str]] = {}
        for factor in profile.factors:
            for name in factor.absent if factor.risk.verified is None else ():
                found.setdefault(lowered(self.wording.title(name)), []).append(str(factor.plan.block.number))
        return found

    def _open(self, factor: WeighedFactor) -> list[str]:
        """The numbers of questions without an answer."""
        return [self._number(name) for name in factor.plan.block.questions if name not in factor.answers or factor.answers[name].answer is None]

    def _number(self, question: str) -> str:
        return self._numbers[question]

    @cached_property
    def _numbers(self) -> dict[str, str]:
        return {name: f"{plan.block.number}.{place}" for plan in self.profiles.factors for place, name in enumerate(plan.block.questions, start=1)}

    # ------------------------------------------------------------ evidence

    def _grounds(self, factor: WeighedFactor, row: int) -> Iterator[CriterionView]:
        """The condition that decided by data, then the criteria it names; of those that are not met only while nothing is grave."""
        level = _decided_by(factor)
        if level is None:
            return
        own = self.criteria.view(condition_name(factor.plan.name, level), row)
        if own.facts:
            yield own
        grave = factor.risk.observed in (Significance.HIGH, Significance.MEDIUM)
        for name in dict.fromkeys(t.references(factor.plan.conditions[level])):
            if isinstance(self.profiles.program.plans.get(name), CriterionPlan):
                view = self.criteria.view(name, row)
                if not grave or view.status.tone == "met":
                    yield view

    def _answers(self, factor: WeighedFactor) -> Iterator[AnswerView]:
        for name, question in factor.plan.block.questions.items():
            given = factor.answers.get(name)
            answer = given.answer if given is not None else None
            points = question.answers.get(answer or "")
            yield AnswerView(self._number(name), question.text, answer or "нет ответа", _NOTHING if points is None else exact_number(points), str(given.place) if given else "")

    # ------------------------------------------------------------ the programme

    def _programme(self, factor: WeighedFactor, row: int) -> ProgrammeView:
        block, programme = factor.plan.block, factor.plan.block.programme
        return ProgrammeView(block.number, block.title or factor.plan.name, programme.aim, programme.tasks, tuple(self._step(item) for item in programme.measures),
                             tuple(self._control(item, row) for item in programme.control), ", ".join(programme.documents))

    def _step(self, item) -> ProgrammeStep:
        if item.measure is None:
            return ProgrammeStep(item.text, "", "")
        view = self.book.measures.view(self.profiles.program.plans[item.measure])
        return ProgrammeStep(view.title, view.due_full, view.responsible_full)

    def _control(self, item, row: int) -> ControlView:
        if item.indicator is None:
            return ControlView(item.text, "", item.expected)
        plan = self.profiles.program.plans[item.indicator]
        value = self.explainer.indicator(item.indicator, row).value if not plan.keys else None
        return ControlView(self.wording.title(item.indicator), quantity_words(value) if isinstance(value, Quantity) else "", item.expected)

    def groups(self, school: SchoolView) -> str:
        """Name the groups in force that the profile is made for."""
        names = set(t.references(self.book.program.assistance.audience)) if self.book.program.assistance else set()
        plans = self.book.program.plans
        return ", ".join(group.short for group in school.in_force if group.name in names and isinstance(plans.get(group.name), CategoryPlan))


# ---------------------------------------------------------------- words


def _data_word(factor: WeighedFactor) -> str:
    if not factor.plan.conditions:
        return "данных нет"
    if factor.risk.observed is Significance.UNKNOWN and len(factor.possible) < 3:
        return f"не определена: {joined((level.russian for level in factor.possible), 'или')}"
    return factor.risk.observed.russian


def _answers_word(factor: WeighedFactor) -> str:
    return factor.risk.surveyed.russian if factor.score.answered else "нет ответов"


def _score(factor: WeighedFactor) -> str:
    score, scores = factor.score, factor.plan.block.scores
    if not score.answered or scores is None:
        return ""
    sum_ = exact_number(score.low) if score.low == score.high else f"от {exact_number(score.low)} до {exact_number(score.high)}"
    return f"Баллов {sum_}; средняя значимость — с {exact_number(scores.medium)}, высокая — с {exact_number(scores.high)}. Ответов {score.answered} из {score.asked}."


def _agreement(factor: WeighedFactor) -> str:
    if factor.risk.verified is not None:
        return "проверено куратором"
    if factor.risk.sources_agree:
        return "источники согласны"
    return "источники расходятся" if factor.choice.disputed else "источник один" if factor.risk.significance is not Significance.UNKNOWN else _NOTHING


def _from_sources(factor: WeighedFactor) -> str:
    """Say what the significance rests on."""
    risk, word = factor.risk, factor.risk.significance.russian
    if risk.verified is not None:
        return f"Значимость {word}: так установил куратор (по данным — {_data_word(factor)}, по ответам — {_answers_word(factor)})."
    if risk.sources_agree:
        return f"Значимость {word} и по данным района, и по ответам школы."
    if factor.choice.disputed:
        return f"По данным — {risk.observed.russian}, по ответам школы — {risk.surveyed.russian}: до проверки куратором взята большая."
    if risk.surveyed is Significance.UNKNOWN:
        return f"Значимость {word} по данным района; ответов школы для вывода не хватает."
    rest = "данных района об этом нет" if not factor.plan.conditions else "данных района для вывода не хватает"
    return f"Значимость {word} по ответам школы; {rest}."


def _behind(last: WeighedFactor, factor: WeighedFactor) -> str:
    """Say in what the last factor chosen goes before this one, in the order that the choice looks at."""
    chosen, left = last.risk, factor.risk
    if chosen.significance is not left.significance:
        return "У выбранных значимость выше."
    if (chosen.verified is None) != (left.verified is None):
        return "Выбранные проверены куратором, этот — нет."
    if chosen.sources_agree != left.sources_agree:
        return "У выбранных данные и ответы согласны."
    return f"При равной значимости вес выбранных в правилах больше (здесь {exact_number(left.weight)})." if chosen.weight != left.weight else "Весит столько же, сколько выбранный."


def _decided_by(factor: WeighedFactor) -> str | None:
    """Return which condition shows best why the significance by data is what it is."""
    wanted = {Significance.HIGH: ("высокая",), Significance.MEDIUM: ("средняя",), Significance.LOW: ("средняя", "высокая"),
              Significance.UNKNOWN: tuple(level.russian for level in factor.possible)}[factor.risk.observed]
    return next((level for level in (*wanted, *factor.plan.conditions) if level in factor.plan.conditions), None)


def profiles_of(book: Book) -> ProfileBook | None:
    """Return the profiles of a run, made once; None when the rules have no factors or do not say for whom."""
    if not book.program.factors or book.program.assistance is None:
        return None
    return book.once("profiles", ProfileBook)


def profile_link_of(book: Book, school: SchoolView) -> str:
    """Return the file name of a school's risk profile, or nothing when none is made for it."""
    pages = profiles_of(book)
    return link_of(school.code, "risk_profile") if pages is not None and any(item.row == school.row for item in pages.chosen) else ""
