"""Pairs of «Школа – школе» in words: reasons, closeness factor by factor, who is next, what to relax, what moved. For pages and the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.mentoring.assignment import Alternative, Pair, Relaxation, Unmatched, Why
from engine.mentoring.changes import Cause, Changes, Move, Replacement, Setting
from engine.mentoring.constraints import Bar, SubjectRule
from engine.mentoring.decided import Decided
from engine.mentoring.project import Answer
from engine.mentoring.similarity import Contribution, FactorKind
from engine.truth import Truth
from reports.russian import SCHOOL, full_stop, joined, lowered, number, reason_words, short_date, to_counted, with_unit

_ROLES = {"наставляемый": "согласие школы", "наставник": "согласие наставника"}
_REPLIES = {"согласна": "получено", "отказ": "отказ", "ждём": "ждём ответа"}
_PENALTY = "penalty"
_SETTINGS = {
    "least_known": "нужно известного веса (доля)",
    "capacity": "школ у наставника", "capacities": "школ у отдельных наставников", "consents": "согласия школ", "refused": "отказы от участия",
    "refused_pairs": "отказы от пары", "forbidden": "не назначать", "fixed": "закреплённые пары", "same_cluster": "только внутри одного кластера",
    "max_travel": "наибольший путь", "max_distance": "наибольшее различие условий", "subjects": "наставник силён в предмете", "subject_penalty": "надбавка за предмет"}


@dataclass(frozen=True, slots=True)
class FactorView:
    """One condition of two schools. `share`: its part of the difference in percent."""

    title: str
    here: str
    there: str
    part: str
    share: str


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair ready to show. `subjects`: what the mentee needs and whether the mentor can; `replies`: consent of both."""

    mentee: str
    mentor: str
    distance: str
    known: str
    alike: str
    factors: tuple[FactorView, ...]
    left_out: str
    needs: str
    subjects: str
    reasons: tuple[str, ...]
    runner_up: str
    replies: tuple[str, ...]
    fixed: bool


@dataclass(frozen=True, slots=True)
class AloneView:
    """A school without a mentor: why, and what would give it one."""

    mentee: str
    why: str
    relax: tuple[str, ...]


class Pairs:
    """Says what one decision about pairs holds."""

    def __init__(self, decided: Decided):
        self.decided, self.project, self.assignment = decided, decided.project, decided.assignment
        self.titles = {plan.name: plan.title for plan in self.project.plan.factors}
        self.units = {plan.name: plan.unit for plan in self.project.plan.factors}
        self.subject_titles = {plan.name: plan.title for plan in self.project.plan.subjects}

    @property
    def ready(self):
        return self.decided.task.ready

    # ------------------------------------------------------------ pairs

    def pairs(self) -> tuple[PairView, ...]:
        """All pairs by the number of the school that is helped."""
        return tuple(self._pair(pair) for pair in self.assignment.pairs)

    def _pair(self, pair: Pair) -> PairView:
        return PairView(pair.mentee, pair.mentor, distance_words(pair.distance), f"{number(100 * pair.known, 0)} %", self.alike(pair.contributions),
                        tuple(self.factor(item, pair.distance) for item in pair.contributions if not item.missing), self.left_out(pair.contributions),
                        joined(self.subject(name) for name, _ in pair.subjects), self._subjects(pair), tuple(self._reasons(pair)), self._runner_up(pair),
                        (self.reply(pair.mentee, "наставляемый", pair.mentor), self.reply(pair.mentor, "наставник", pair.mentee)), pair.fixed)

    def subject(self, name: str) -> str:
        return lowered(self.subject_titles[name])

    def factor(self, item: Contribution, distance: float) -> FactorView:
        here, there = self._value(item.factor, item.here), self._value(item.factor, item.there)
        if item.missing:
            return FactorView(self.titles[item.factor], here, there, "—", "—")
        return FactorView(self.titles[item.factor], here, there, number(item.part, 2), f"{number(100 * item.part / distance, 0)} %" if distance > 0 else "—")

    def _value(self, factor: str, value: float | str | None) -> str:
        if value is None:
            return "нет данных"
        return with_unit(number(value, 1), self.units[factor] or None) if isinstance(value, float) else value.replace("_", " ")

    def alike(self, contributions: Iterable[Contribution]) -> str:
        """Say what is closest and what differs most, by the parts of the distance."""
        known = [item for item in contributions if not item.missing and self.weight(item.factor) > 0]
        if not known:
            return ""
        close = [item for item in sorted(known, key=lambda item: item.difference) if item.difference < 0.5][:3]
        most = max(known, key=lambda item: item.part)
        words = f"похожи: {joined(lowered(self.titles[item.factor]) for item in close)}" if close else ""
        apart = f"больше всего различаются: {lowered(self.titles[most.factor])} ({self._value(most.factor, most.here)} и {self._value(most.factor, most.there)})"
        return "; ".join(part for part in (words, apart if most.part > 0 else "") if part)

    def weight(self, factor: str) -> float:
        return next(plan.block.weight for plan in self.project.plan.factors if plan.name == factor)

    def left_out(self, contributions: Iterable[Contribution]) -> str:
        """Name the conditions that are not known of one of the schools, with the reason."""
        found = [f"{lowered(self.titles[item.factor])} ({self.reason(item)})" for item in contributions if item.missing]
        return f"Не учтены, веса остальных пересчитаны: {'; '.join(found)}." if found else ""

    def reason(self, item: Contribution) -> str:
        """Say why a condition of a pair was left out."""
        scale = dict(zip(self.titles, self.project.similarity.scales, strict=True))[item.factor]
        return "сведений нет ни по одной школе" if scale.count == 0 else reason_words(item.missing)

    def _subjects(self, pair: Pair) -> str:
        if not pair.subjects:
            return "предметов, где нужна помощь, по этим данным нет" if self.project.plan.subjects else ""
        words = {Truth.MET: "наставник силён", Truth.NOT_MET: "наставник не силён", Truth.UNKNOWN: "о наставнике неизвестно"}
        return "; ".join(f"{self.subject(name)} — {words[strong]}" for name, strong in pair.subjects)

    # ------------------------------------------------------------ reasons

    def _reasons(self, pair: Pair) -> Iterable[str]:
        if pair.fixed:
            why = next((item.why for item in self.project.plan.block.limits.fixed if (item.mentee, item.mentor) == (pair.mentee, pair.mentor)), None)
            yield full_stop(f"Пара назначена решением{f': {lowered(why)}' if why else ''}")
        if not np.isnan(pair.distance):
            yield full_stop(f"Условия: различие {distance_words(pair.distance)}; {self.alike(pair.contributions)}")
        if pair.subjects:
            yield full_stop(f"Где нужна помощь: {self._subjects(pair)}")
        yield from self._not_chosen(pair)

    def _not_chosen(self, pair: Pair) -> Iterable[str]:
        """Why no mentor whose conditions are nearer leads this school."""
        if pair.fixed:
            return
        ready, nearer = self.ready, {item.mentor: item for item in pair.nearer}
        row = ready.mentees.index(pair.mentee)
        for column, mentor in enumerate(ready.mentors):
            distance = float(ready.comparison.distance[row, column])
            if mentor == pair.mentor or not distance < pair.distance:
                continue
            yield f"№ {mentor} по условиям ближе ({distance_words(distance)}), но {self._obstacle(row, column, nearer.get(mentor))}."

    def _obstacle(self, row: int, column: int, nearer: Alternative | None) -> str:
        bars = Bar(int(self.ready.bars[row, column]))
        if bars:
            return f"пара невозможна: {joined(bars.russian)}"
        if nearer is not None:
            return f"там он нужнее: {self._cost(nearer)}"
        facts, penalty = self.ready.facts, number(float(self.ready.penalty[row, column]), 2)
        lacking = np.flatnonzero((facts.weak[row] > 0) & (facts.strong[column] <= 0))
        words = [f"{self.subject(facts.subjects[at])}{' (неизвестно)' if facts.strong[column, at] == 0 else ''}" for at in lacking]
        return f"не во всём силён там, где нужна помощь: {joined(words)} (надбавка {penalty})"

    def _cost(self, other: Alternative) -> str:
        if other.pairs_lost:
            return f"без наставника осталось бы школ: {other.pairs_lost}"
        moves = f"сменить наставника пришлось бы {to_counted(other.moves, SCHOOL)}, " if other.moves > 0 else ""
        return f"{moves}сумма различий {'выросла' if other.total_change >= 0 else 'уменьшилась'} бы на {number(abs(other.total_change), 2)}"

    def _runner_up(self, pair: Pair) -> str:
        if pair.runner_up is None:
            return "Пара закреплена решением." if pair.fixed else "Запасного наставника нет: больше никто не подходит."
        other = pair.runner_up
        return f"Запасной наставник — № {other.mentor} (различие {distance_words(other.distance)}; {self._cost(other)})."

    # ------------------------------------------------------------ consent

    def reply(self, school: str, role: str, other: str) -> str:
        """Say what a school answered: to this pair in particular, else in general."""
        return f"№ {school}: {self.reply_words(school, role, other)}"

    def answer(self, school: str, role: str, other: str = "") -> Answer | None:
        """Return the answer of a school that bears on a pair: to this pair in particular, else in general."""
        given = [answer for answer in self.project.answers if answer.school == school and answer.role == role and answer.whom in (other, "любой")]
        return next((item for item in given if item.whom == other), given[0] if given else None)

    def reply_words(self, school: str, role: str, other: str = "") -> str:
        answer = self.answer(school, role, other)
        if answer is None:
            return "ещё не спрошена"
        return f"{_REPLIES.get(answer.word, answer.word)}{f' {short_date(answer.day)}' if answer.day and answer.word != 'ждём' else ''}"

    # ------------------------------------------------------------ without a mentor

    def alone(self) -> tuple[AloneView, ...]:
        return tuple(AloneView(item.mentee, self._why(item), tuple(self._relax(option) for option in item.relaxations)) for item in self.assignment.unmatched)

    def _why(self, item: Unmatched) -> str:
        if item.why is not Why.BARRED:
            return item.why.value
        return f"{item.why.value}: {'; '.join(f'{bar.russian[0]} — {count}' for bar, count in item.barred)}"

    def _relax(self, option: Relaxation) -> str:
        steps = [self._lift(bar, option) for bar in option.lifts]
        return full_stop(f"{joined(steps)} — тогда её поведёт № {option.mentor}")

    def _lift(self, bar: Bar, option: Relaxation) -> str:
        match bar:
            case Bar.NO_CONSENT:
                return f"получить согласие: {joined(f'№ {code}' for code in option.consents)}"
            case Bar.FULL:
                return f"поручить наставнику № {option.raise_for} на одну школу больше"
            case Bar.TRAVEL:
                return f"разрешить путь {number(option.travel or 0, 1)}"
            case Bar.TOO_DIFFERENT:
                return f"поднять «различие не более» до {number(np.ceil(100 * (option.distance or 0)) / 100, 2)}"
        return {Bar.CLUSTER: "разрешить пару из разных кластеров", Bar.SUBJECT: "разрешить наставника, не сильного в предмете", Bar.TRAVEL_UNKNOWN: "узнать время в пути",
                Bar.CLUSTER_UNKNOWN: "узнать кластер школ", Bar.SUBJECT_UNKNOWN: "узнать, силён ли наставник в предмете",
                Bar.DISTANCE_UNKNOWN: "собрать сведения об условиях школ", Bar.FORBIDDEN: "снять «не назначать»"}[bar]

    # ------------------------------------------------------------ what moved

    def settings(self, changes: Changes) -> tuple[str, ...]:
        return tuple(self._setting(item) for item in changes.settings)

    def _setting(self, item: Setting) -> str:
        if item.name.startswith("weight: "):
            name = item.name.removeprefix("weight: ")
            return f"вес условия «{self.titles.get(name, name)}»: {_plain(item.before)} → {_plain(item.after)}"
        if item.name.startswith("kind: "):
            name = item.name.removeprefix("kind: ")
            return f"вид условия «{self.titles.get(name, name)}»: {_plain(item.before)} → {_plain(item.after)}"
        return f"{_SETTINGS[item.name]}: {_plain(item.before)} → {_plain(item.after)}"

    def moves(self, changes: Changes) -> tuple[str, ...]:
        return tuple(self.move(item) for item in changes.moves)

    def move(self, item: Move) -> str:
        who = f"Школа № {item.mentee}: {_mentor(item.before)} → {_mentor(item.after)}"
        return full_stop(f"{who}. Почему: {'; '.join(self._causes(item))}")

    def _causes(self, item: Move) -> Iterable[str]:
        bars = f" ({joined(item.bars.russian)})" if item.bars else ""
        by = f": {joined(f'№ {code}' for code in item.by)}" if item.by else ""
        yield f"{item.cause.value}{bars}{by}"
        if item.cause is Cause.CLOSER and item.shifts:
            most = max(item.shifts, key=lambda shift: shift.before - shift.after)
            title = "изменилась надбавка за предмет" if most.factor == _PENALTY else f"изменилось условие «{self.titles.get(most.factor, most.factor)}»"
            yield f"сильнее всего {title}: было {_side(most.before)}, стало {_side(most.after)}"

    def totals(self, changes: Changes) -> str:
        text = f"Сумма различий (с надбавками): была {number(changes.total_before, 2)}, стала {number(changes.total_after, 2)}"
        if changes.moves and not changes.old_pairs_barred:
            text += f"; прежние пары стоили бы теперь {number(changes.old_pairs_total, 2)}"
        return full_stop(text)

    def replaced(self, change: Replacement, school: str, was: dict[str, str]) -> tuple[str, ...]:
        """Say what a refusal changed, pair by pair, and what stayed."""
        now = change.chosen.mentor_of
        lines = [f"Школа № {code}: наставник № {was[code]} → {_mentor(now.get(code))}." for code in change.orphans]
        lines += [f"Школа № {code}: наставник № {was[code]} → {_mentor(now.get(code))} (иначе школа без наставника осталась бы без помощи)." for code in change.moved]
        stayed = [code for code, mentor in was.items() if now.get(code) == mentor]
        lines.append(f"Без изменений: {joined(f'№ {code}' for code in stayed)}." if stayed else "Других пар нет.")
        if change.released:
            lines.append(f"Закрепление снято: {joined(f'№ {mentee} — № {mentor}' for mentee, mentor in change.released)}.")
        if change.moved_by_full and change.saving > 0:
            lines.append(f"Если подобрать всё заново, сумма различий была бы меньше на {number(change.saving, 2)}, но сменили бы наставника ещё "
                         f"{joined(f'№ {code}' for code in change.moved_by_full)}: school-risk pairs --anew.")
        return tuple(lines)

    def rules(self) -> tuple[str, ...]:
        """Say the constraints in force, for a page."""
        limits = self.project.plan.block.limits
        lines = [f"Один наставник ведёт не больше {limits.capacity} школ{f' (исключения: {_plain(limits.capacities)})' if limits.capacities else ''}.",
                 f"Согласие школ: {limits.consent}."]
        if limits.subjects.rule != SubjectRule.NONE.value:
            lines.append(f"Наставник силён {limits.subjects.rule} из предметов, где школе нужна помощь.")
        if limits.subjects.penalty:
            lines.append(f"За предметы, где нужна помощь, а наставник не силён, к различию прибавляется часть надбавки {number(limits.subjects.penalty, 2)}: по доле таких предметов.")
        lines += [f"Пары — только внутри столбца «{limits.inside.replace('_', ' ')}»."] if limits.inside else []
        lines += [f"Путь не больше {number(limits.travel.most, 1)}."] if limits.travel else []
        lines += [f"Различие условий не больше {number(limits.distance, 2)}."] if limits.distance is not None else []
        for label, pairs in (("Закреплено", limits.fixed), ("Не назначать", limits.forbidden)):
            lines += [full_stop(f"{label}: № {pair.mentee} — № {pair.mentor}{f' ({pair.why})' if pair.why else ''}") for pair in pairs]
        return tuple(lines)

    def weights(self) -> tuple[tuple[str, str, str], ...]:
        """Conditions of likeness: title, weight, how they are compared."""
        how = {FactorKind.NUMBER: "по разности", FactorKind.LOGARITHM: "во сколько раз", FactorKind.CATEGORY: "совпадает или нет"}
        return tuple((plan.title, number(plan.block.weight, 2), how[plan.kind]) for plan in self.project.plan.factors)


def distance_words(value: float) -> str:
    """Write a distance; two decimals are as much as the data bear."""
    return "не определено" if np.isnan(value) else number(value, 2)


def _mentor(code: str | None) -> str:
    return f"наставник № {code}" if code else "без наставника"


def _side(value: float) -> str:
    if abs(value) < 0.005:
        return "ни за одного"
    return f"за {'прежнего' if value > 0 else 'нового'} наставника на {number(abs(value), 2)}"


def _plain(value: object) -> str:
    match value:
        case None:
            return "нет"
        case bool():
            return "да" if value else "нет"
        case int() | float():
            return number(float(value), 2)
        case SubjectRule():
            return value.value
        case dict():
            return "; ".join(f"№ {code} — {_plain(item)}" for code, item in sorted(value.items())) or "нет"
        case frozenset():
            return "; ".join(f"№ {item[0]} — № {item[1]}" if isinstance(item, tuple) else f"№ {item}" for item in sorted(value)) or "нет"
    return str(value)
