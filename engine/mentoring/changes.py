"""What moved and why: two assignments compared, and a mentor who refuses replaced with the fewest moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

import numpy as np

from engine.mentoring.assignment import Assignment, Ready, Task, assign, describe
from engine.mentoring.constraints import Bar
from engine.mentoring.matching import Network
from engine.mentoring.similarity import PRECISION
from engine.words import by_code

_NO_BAR = Bar(0)


class Cause(Enum):
    """Why a mentee has another mentor than before; the values are for a reader."""

    CAME = "школа вошла в группу внимания"
    MENTOR_LEFT = "прежнего наставника больше нет в группе роста"
    BARRED = "прежняя пара больше не подходит по ограничениям"
    MENTOR_CAME = "новый наставник вошёл в группу роста"
    ALLOWED = "новую пару раньше не допускали ограничения"
    CLOSER = "условия нового наставника теперь ближе относительно прежнего"
    LESS_ROOM = "прежний наставник берёт меньше школ"
    DISPLACED = "место у прежнего наставника нужнее другой школе"
    ROOM = "у нового наставника освободилось место"


@dataclass(frozen=True, slots=True)
class Shift:
    """How much one factor (or «penalty») speaks for the new mentor against the old one, before and after; negative speaks for the new."""

    factor: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Move:
    """A mentee whose mentor changed (None: had or has none), the first cause that holds, and what it rests on.

    `bars`: for BARRED those of the old pair now, for ALLOWED those of the new pair before. `by`: for DISPLACED the mentees that came
    to the old mentor, for ROOM those that left the new one. `shifts`: factor by factor, where both mentors are in both tasks.
    """

    mentee: str
    before: str | None
    after: str | None
    cause: Cause
    bars: Bar = _NO_BAR
    by: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that differs: «weight: …», «kind: …», «least_known» or the name of a constraint, and its two values."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Changes:
    """Two assignments compared. `old_pairs_total`: what the old pairs would cost under the new rules, of those that still may be;
    `old_pairs_barred`: old pairs that no longer may be."""

    settings: tuple[Setting, ...]
    moves: tuple[Move, ...]
    left: tuple[str, ...]
    total_before: float
    total_after: float
    old_pairs_total: float
    old_pairs_barred: tuple[tuple[str, str], ...]


def compare(before: Task, first: Assignment, after: Task, second: Assignment) -> Changes:
    """Tell which settings differ, which mentees moved, and why each did. `left`: mentees that are no longer in the task."""
    old, new = before.ready, after.ready
    was, now = first.mentor_of, second.mentor_of
    moves = tuple(_explain(mentee, old, new, was, now) for mentee in new.mentees if was.get(mentee) != now.get(mentee))
    kept = [(mentee, mentor) for mentee, mentor in was.items() if mentee in new.mentees]
    possible = [pair for pair in kept if pair[1] in new.mentors and new.bars[_at(new, *pair)] == 0]
    return Changes(_settings(before, after), moves, tuple(sorted(set(old.mentees) - set(new.mentees), key=by_code)),
                   first.total + first.penalties, second.total + second.penalties,
                   sum(int(new.cost[_at(new, *pair)]) for pair in possible) * PRECISION, tuple(pair for pair in kept if pair not in possible))


def _settings(before: Task, after: Task) -> tuple[Setting, ...]:
    weights = [{factor.name: factor.weight for factor in task.comparison.similarity.context.factors} for task in (before, after)]
    names = dict.fromkeys([*weights[0], *weights[1]])
    found = [Setting(f"weight: {name}", weights[0].get(name), weights[1].get(name)) for name in names if weights[0].get(name) != weights[1].get(name)]
    contexts = [task.comparison.similarity.context for task in (before, after)]
    found += [Setting("least_known", *(context.least_known for context in contexts))] if contexts[0].least_known != contexts[1].least_known else []
    kinds = [{factor.name: factor.kind.value for factor in context.factors} for context in contexts]
    found += [Setting(f"kind: {name}", kinds[0][name], kinds[1][name]) for name in kinds[0] if kinds[1].get(name, kinds[0][name]) != kinds[0][name]]
    values = ((field.name, getattr(before.constraints, field.name), getattr(after.constraints, field.name)) for field in fields(before.constraints))
    return (*found, *(Setting(*value) for value in values if value[1] != value[2]))


def _at(ready: Ready, mentee: str, mentor: str) -> tuple[int, int]:
    return ready.mentees.index(mentee), ready.mentors.index(mentor)


def _explain(mentee: str, old: Ready, new: Ready, was: Mapping[str, str], now: Mapping[str, str]) -> Move:
    a, b = was.get(mentee), now.get(mentee)
    cause, bars, by = _cause(mentee, a, b, old, new, was, now)
    return Move(mentee, a, b, cause, bars, by, _shifts(mentee, a, b, old, new))


def _cause(mentee: str, a: str | None, b: str | None, old: Ready, new: Ready, was: Mapping[str, str],
           now: Mapping[str, str]) -> tuple[Cause, Bar, tuple[str, ...]]:
    nothing = _NO_BAR
    if mentee not in old.mentees:
        return Cause.CAME, nothing, ()
    if a is not None and a not in new.mentors:
        return Cause.MENTOR_LEFT, nothing, ()
    if a is not None and (bars := Bar(int(new.bars[_at(new, mentee, a)]))):
        return Cause.BARRED, bars, ()
    if b is not None and b not in old.mentors:
        return Cause.MENTOR_CAME, nothing, ()
    if b is not None and (bars := Bar(int(old.bars[_at(old, mentee, b)]))):
        return Cause.ALLOWED, bars, ()
    shifts = _shifts(mentee, a, b, old, new)
    if shifts and sum(shift.after - shift.before for shift in shifts) < -PRECISION:
        return Cause.CLOSER, nothing, ()
    if a is not None and new.constraints.capacity_of(a) < old.constraints.capacity_of(a):
        return Cause.LESS_ROOM, nothing, ()
    came = tuple(other for other, mentor in now.items() if mentor == a and was.get(other) != a)
    if a is not None and came:
        return Cause.DISPLACED, nothing, came
    return Cause.ROOM, nothing, tuple(other for other, mentor in was.items() if mentor == b and now.get(other) != b)


def _shifts(mentee: str, a: str | None, b: str | None, old: Ready, new: Ready) -> tuple[Shift, ...]:
    if a is None or b is None or mentee not in old.mentees or any(mentor not in ready.mentors for ready in (old, new) for mentor in (a, b)):
        return ()
    before, after = ({**_parts(ready, mentee, b, a)} for ready in (old, new))
    return tuple(Shift(name, before.get(name, 0.0), after.get(name, 0.0)) for name in dict.fromkeys([*before, *after]))


def _parts(ready: Ready, mentee: str, one: str, other: str) -> dict[str, float]:
    """Return by how much each factor sets the mentor `one` farther from the mentee than `other`."""
    (row, here), (_, there) = _at(ready, mentee, one), _at(ready, mentee, other)
    parts = {first.factor: float(np.nan_to_num(first.part) - np.nan_to_num(second.part))
             for first, second in zip(ready.comparison.explain(row, here), ready.comparison.explain(row, there), strict=True)}
    return {**parts, "penalty": float(ready.penalty[row, here] - ready.penalty[row, there])}


# ---------------------------------------------------------------- a refusal


@dataclass(frozen=True, slots=True)
class Replacement:
    """A refusal answered. `task` holds the refusal; `orphans` lost their mentor by it; `released`: fixed pairs it dissolved.

    `chosen`: as many mentees as can be, then the fewest changed mentors, then the least total. `moved`: mentees other than orphans that
    had to move for it; empty when all other pairs stay. `full`: all solved anew; `moved_by_full`: mentees other than orphans that would
    move then; `saving`: how much less its total is, when it helps as many.
    """

    task: Task
    orphans: tuple[str, ...]
    released: tuple[tuple[str, str], ...]
    chosen: Assignment
    moved: tuple[str, ...]
    full: Assignment
    moved_by_full: tuple[str, ...]
    saving: float


def replace_mentor(task: Task, assignment: Assignment, school: str, mentee: str | None = None) -> Replacement:
    """Answer the refusal of a school, or (with `mentee`) of a mentor for one mentee only.

    Errors: TooLarge as in `assign`, from about 500 mentees in one task, for moves weigh more than any distance.
    Example: `replace_mentor(task, assign(task), "9011").chosen.pairs`.
    """
    limits = task.constraints
    if mentee is None:
        limits = replace(limits, refused=limits.refused | {school}, fixed=frozenset(pair for pair in limits.fixed if school not in pair))
    else:
        limits = replace(limits, refused_pairs=limits.refused_pairs | {(mentee, school)}, fixed=limits.fixed - {(mentee, school)})
    changed = replace(task, constraints=limits)
    was = assignment.mentor_of
    orphans = tuple(code for code, mentor in was.items() if mentor == school and mentee in (None, code))
    chosen, full = keep(changed, was), assign(changed)
    moved, moved_by_full = (tuple(code for code in was if code not in (*orphans, school) and now.mentor_of.get(code) != was[code]) for now in (chosen, full))
    return Replacement(changed, orphans, tuple(sorted(task.constraints.fixed - limits.fixed)), chosen, moved, full, moved_by_full,
                       chosen.total + chosen.penalties - full.total - full.penalties)


def keep(task: Task, was: Mapping[str, str]) -> Assignment:
    """Assign with the fewest changes of earlier pairs (mentee -> mentor): as many mentees as can be first, the least total last.

    Errors: TooLarge as in `replace_mentor`.
    """
    ready = task.ready
    network = ready.network
    move = network.step
    column_of = {code: at for at, code in enumerate(ready.mentors)}
    before = np.array([column_of.get(was.get(mentee, ""), -1) for mentee in ready.mentees], np.intp)
    stays = np.arange(len(ready.mentors)) == before[:, None]
    cost = network.cost + np.where(stays, 0, move)
    return describe(ready, Network(cost, network.allowed, network.capacity).solve(), move)
