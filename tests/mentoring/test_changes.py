"""What moved and why, and a refusal answered with the fewest moves: by hand and against brute force."""

import dataclasses

import numpy as np
import pytest

from benchmarks.mentoring.districts import simulate_task
from engine.mentoring.assignment import Task, assign
from engine.mentoring.changes import Cause, compare, replace_mentor
from engine.mentoring.constraints import Bar, Constraints
from engine.mentoring.similarity import FactorKind
from tests.mentoring.districts import table, task_on_line
from tests.mentoring.test_matching import every_assignment


def changed(task, **limits):
    return dataclasses.replace(task, constraints=dataclasses.replace(task.constraints, **limits))


def moves(before, after):
    found = compare(before, assign(before), after, assign(after))
    return [(move.mentee, move.before, move.after, move.cause) for move in found.moves]


# ---------------------------------------------------------------- compared

LINE = task_on_line({"1": 0.0, "2": 1.0}, {"8": 2.0, "9": -4.0})


def test_nothing_changed_nothing_moved():
    found = compare(LINE, assign(LINE), LINE, assign(LINE))
    assert (found.settings, found.moves, found.left, found.old_pairs_barred) == ((), (), (), ())
    assert found.old_pairs_total == pytest.approx(found.total_after) == found.total_before


def test_weight_moves_pairs_factor_by_factor():
    """By size 1 is like 8 and 2 like 9; by poverty the other way round. The weight of poverty rises from 1 to 5, of size stays 2."""
    rows = {"1": (0.0, 0.0), "2": (10.0, 10.0), "8": (1.0, 9.0), "9": (9.0, 1.0)}

    def weighted(poverty):
        similarity = table(rows, {"размер": (FactorKind.NUMBER, 2.0), "бедность": (FactorKind.NUMBER, poverty)})
        return Task(similarity.between([0, 1], [2, 3]), Constraints(capacity=1))

    before, after = weighted(1.0), weighted(5.0)
    found = compare(before, assign(before), after, assign(after))
    assert [(setting.name, setting.before, setting.after) for setting in found.settings] == [("weight: бедность", 1.0, 5.0)]
    assert [(move.mentee, move.before, move.after, move.cause) for move in found.moves] == [("1", "8", "9", Cause.CLOSER), ("2", "9", "8", Cause.CLOSER)]
    size, poverty, penalty = found.moves[0].shifts
    assert size.before > size.after > 0 > poverty.before > poverty.after and penalty.after == 0
    assert found.old_pairs_total > found.total_after


def test_constraint_that_bars_a_pair_moves_another():
    """9 may not have 1: 1 takes 8 and 2 has to take 9; the cause of each is told apart."""
    after = changed(LINE, forbidden=frozenset({("1", "9")}))
    found = compare(LINE, assign(LINE), after, assign(after))
    first, second = found.moves
    assert (first.mentee, first.after, first.cause, first.bars) == ("1", "8", Cause.BARRED, Bar.FORBIDDEN)
    assert (second.mentee, second.after, second.cause, second.by) == ("2", "9", Cause.DISPLACED, ("1",))
    assert [setting.name for setting in found.settings] == ["forbidden"] and found.old_pairs_barred == (("1", "9"),)
    assert found.old_pairs_total == pytest.approx(1)


def test_room_and_less_room():
    roomy = changed(LINE, capacities={"8": 2})
    assert moves(LINE, roomy) == [("1", "9", "8", Cause.ROOM)]
    assert moves(roomy, LINE) == [("1", "8", "9", Cause.LESS_ROOM)]


def test_ban_lifted():
    banned = changed(LINE, forbidden=frozenset({("1", "9")}))
    assert moves(banned, LINE)[0] == ("1", "8", "9", Cause.ALLOWED)


def test_mentors_and_mentees_that_come_and_go():
    more = task_on_line({"1": 0.0, "2": 1.0}, {"8": 2.0, "9": -4.0, "7": 0.0})
    other = task_on_line({"2": 1.0, "3": 0.0}, {"8": 2.0, "9": -4.0})
    assert moves(LINE, more) == [("1", "9", "7", Cause.MENTOR_CAME)]
    assert moves(more, LINE) == [("1", "7", "9", Cause.MENTOR_LEFT)]
    found = compare(LINE, assign(LINE), other, assign(other))
    assert found.left == ("1",) and [(move.mentee, move.cause) for move in found.moves] == [("3", Cause.CAME)]


# ---------------------------------------------------------------- a refusal


def test_refusal_leaves_other_pairs_alone():
    """8 refuses; 2 goes to the spare 7 at distance 9 and 1 keeps 9, though the full solution would move 1 to save distance."""
    task = task_on_line({"1": 0.0, "2": 4.0}, {"7": 10.0, "8": 4.0, "9": 1.0})
    answer = replace_mentor(task, assign(task), "8")
    assert (answer.orphans, answer.chosen.mentor_of, answer.moved) == (("2",), {"1": "9", "2": "7"}, ())
    assert answer.task.constraints.refused == {"8"} and answer.saving == pytest.approx(0)


def test_full_solution_is_told_when_it_saves():
    """8 refuses: keeping 1–9 costs 1 + 6; solving anew gives 1–7 and 2–9: 4 + 1."""
    task = task_on_line({"1": 0.0, "2": 2.0}, {"7": -4.0, "8": 2.0, "9": 1.0})
    answer = replace_mentor(task, assign(task), "8")
    assert (answer.chosen.mentor_of, answer.full.mentor_of) == ({"1": "9", "2": "7"}, {"1": "7", "2": "9"})
    assert (answer.moved, answer.moved_by_full, answer.saving) == ((), ("1",), pytest.approx(2))
    orphan = answer.chosen.pairs[1]
    assert (orphan.runner_up.mentor, orphan.runner_up.moves, orphan.runner_up.total_change) == ("9", 1, pytest.approx(-2))


def test_pairs_move_when_that_is_the_only_way():
    """8 refuses; 2 may only have 9, so 1 moves to 7."""
    limits = Constraints(capacity=1, forbidden=frozenset({("2", "7")}))
    task = task_on_line({"1": 0.0, "2": 2.0}, {"7": -4.0, "8": 2.0, "9": 1.0}, limits)
    answer = replace_mentor(task, assign(task), "8")
    assert (answer.chosen.mentor_of, answer.moved) == ({"1": "7", "2": "9"}, ("1",))


def test_nobody_is_displaced_to_make_room():
    """Two mentors, two mentees, one refuses: the orphan stays alone, though it is nearer to the other mentor."""
    task = task_on_line({"1": 0.0, "2": 5.0}, {"8": 4.0, "9": 5.5})
    assert assign(task).mentor_of == {"1": "8", "2": "9"}
    answer = replace_mentor(task, assign(task), "9")
    assert (answer.chosen.mentor_of, answer.full.mentor_of, answer.moved_by_full) == ({"1": "8"}, {"2": "8"}, ("1",))


def test_refusal_of_one_pair_only():
    task = task_on_line({"1": 0.0, "2": 1.0}, {"8": 0.0, "9": 3.0}, Constraints(capacity=2))
    answer = replace_mentor(task, assign(task), "8", mentee="2")
    assert (answer.orphans, answer.chosen.mentor_of, answer.task.constraints.refused) == (("2",), {"1": "8", "2": "9"}, frozenset())


def test_refusal_dissolves_a_fixed_pair_and_says_so():
    task = changed(LINE, fixed=frozenset({("1", "8")}))
    answer = replace_mentor(task, assign(task), "8")
    assert (answer.released, answer.orphans, answer.chosen.mentor_of) == ((("1", "8"),), ("1",), {"2": "9"})


def test_refusal_of_one_fixed_pair_frees_its_mentee():
    task = changed(LINE, fixed=frozenset({("1", "8")}))
    answer = replace_mentor(task, assign(task), "8", mentee="1")
    assert (answer.released, answer.full.mentor_of) == ((("1", "8"),), {"1": "9", "2": "8"})


def test_mentee_that_withdraws_frees_a_place():
    answer = replace_mentor(LINE, assign(LINE), "2")
    assert (answer.orphans, answer.chosen.mentor_of, answer.full.mentor_of) == ((), {"1": "9"}, {"1": "8"})


def test_what_to_relax_after_a_refusal_is_told_in_true_distances():
    """9 refuses: 8 would have to take 2 as well, 4 + 1; moves are not counted as distance."""
    task = task_on_line({"1": 0.0, "2": 5.0}, {"8": 4.0, "9": 5.5})
    alone, = replace_mentor(task, assign(task), "9").chosen.unmatched
    assert (alone.mentee, alone.relaxations[0].raise_for, alone.relaxations[0].total) == ("2", "8", pytest.approx(5))


@pytest.mark.parametrize("seed", range(60))
def test_fewest_moves_against_brute_force(seed):
    """Of all assignments: most pairs, then most kept pairs, then the least total."""
    task = simulate_task(2000 + seed, 9, share=0.45)
    first = assign(task)
    if not first.pairs:
        return
    answer = replace_mentor(task, first, first.pairs[0].mentor)
    ready, was = answer.task.ready, first.mentor_of
    fixed = {ready.mentees[row]: ready.mentors[column] for row, column in ready.fixed.items()}
    free = [(pairs, total, [(ready.mentees[row], ready.mentors[place]) for row, place in enumerate(places) if place < len(ready.mentors)])
            for pairs, total, places in every_assignment(ready.network)]
    best = min((pairs, -sum(was.get(mentee) == mentor for mentee, mentor in chosen), total) for pairs, total, chosen in free)
    ours = [(pair.mentee, pair.mentor) for pair in answer.chosen.pairs if pair.mentee not in fixed]
    total = sum(int(ready.cost[ready.mentees.index(mentee), ready.mentors.index(mentor)]) for mentee, mentor in ours)
    assert (-len(ours), -sum(was.get(mentee) == mentor for mentee, mentor in ours), total) == best


def test_a_large_region_is_replaced_in_exact_numbers():
    """300 mentees in one task: moves weigh more than any distance and all still fits."""
    task = simulate_task(1, 1500, plain=True)
    first = assign(task)
    answer = replace_mentor(task, first, first.pairs[0].mentor)
    assert len(answer.chosen.pairs) == len(first.pairs) and np.isfinite(answer.saving) and answer.saving >= -1e-9
