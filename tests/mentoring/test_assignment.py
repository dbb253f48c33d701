"""Pairs worked out by hand, the exact optimum against an independent solver, and every way to have no mentor."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.mentoring.districts import simulate_task
from benchmarks.mentoring.oracle import milp_optimum
from engine.mentoring.assignment import Task, Why, assign
from engine.mentoring.constraints import Bar, Constraints, Facts, SubjectRule
from engine.mentoring.matching import Network
from engine.mentoring.similarity import FactorKind
from engine.truth import Truth
from tests.mentoring.districts import table, task_on_line


def pairs(task):
    return [(pair.mentee, pair.mentor) for pair in assign(task).pairs]


# ---------------------------------------------------------------- by hand

TWO = {"1": 0.0, "2": 1.0}
MENTORS = {"8": 2.0, "9": -4.0}


def test_the_least_total_not_the_nearest_first():
    """1 at 0, 2 at 1; 8 at 2, 9 at −4. Nearest first: 2–8, 1–9 is 1 + 4; crossed 2 + 5. The total 5 is the least, and 1 loses the nearer 8."""
    found = assign(task_on_line(TWO, MENTORS))
    assert [(pair.mentee, pair.mentor, pair.distance) for pair in found.pairs] == [("1", "9", pytest.approx(4)), ("2", "8", pytest.approx(1))]
    assert found.total == pytest.approx(5)


def test_runner_up_and_nearer_say_what_the_other_choice_would_cost():
    """School 1 with 8 means 2 with 9: 2 + 5 instead of 5."""
    first, second = assign(task_on_line(TWO, MENTORS)).pairs
    assert [(first.runner_up.mentor, first.runner_up.total_change, first.runner_up.pairs_lost)] == [("8", pytest.approx(2), 0)]
    assert first.nearer == (first.runner_up,)
    assert (second.runner_up.mentor, second.nearer) == ("9", ())


def test_runner_up_that_would_leave_another_school_alone_says_so():
    """Only 8 may help 2, so giving 8 to 1 costs a pair."""
    first, _ = assign(task_on_line(TWO, MENTORS, Constraints(capacity=1, forbidden=frozenset({("2", "9")})))).pairs
    assert (first.runner_up.mentor, first.runner_up.pairs_lost) == ("8", 1)


def test_more_schools_helped_comes_before_less_distance():
    """1 could have 8 at distance 2 while 2 stays alone; both are helped at total 5."""
    assert pairs(task_on_line(TWO, MENTORS, Constraints(capacity=1, forbidden=frozenset({("2", "9")})))) == [("1", "9"), ("2", "8")]


def test_equal_totals_go_by_codes():
    """All distances are 1: the first school gets the first mentor, by number and not by letter."""
    assert pairs(task_on_line({"10": 0.0, "9": 0.0}, {"12": 1.0, "8": 1.0})) == [("9", "8"), ("10", "12")]


def test_mentor_takes_several():
    found = assign(task_on_line({"1": 0.0, "2": 1.0, "3": 1.5}, {"8": 2.0}, Constraints(capacity=1, capacities={"8": 3})))
    assert len(found.pairs) == 3 and found.spare == {"8": 0}


def test_fixed_pair_stays_whatever_it_costs():
    first, second = assign(task_on_line(TWO, MENTORS, Constraints(capacity=1, fixed=frozenset({("1", "8")})))).pairs
    assert (first.mentor, first.fixed, first.runner_up, second.mentor) == ("8", True, None, "9")


def test_fixed_pair_overrules_limits_but_not_a_refusal():
    clusters = Facts({"1": "А", "8": "Б"})
    limits = Constraints(capacity=1, fixed=frozenset({("1", "8")}), same_cluster=True)
    assert pairs(task_on_line({"1": 0.0}, {"8": 2.0}, limits, clusters)) == [("1", "8")]
    refused = dataclasses.replace(limits, refused_pairs=frozenset({("1", "8")}))
    alone, = assign(task_on_line({"1": 0.0}, {"8": 2.0}, refused, clusters)).unmatched
    assert alone.why is Why.FIXED_BARRED and alone.relaxations == ()


def test_fixed_pair_holds_its_place_against_a_nearer_school():
    found = assign(task_on_line({"1": 0.0, "2": 1.9}, {"8": 2.0}, Constraints(capacity=1, fixed=frozenset({("1", "8")}))))
    assert found.mentor_of == {"1": "8"} and found.unmatched[0].mentee == "2"


def test_school_never_mentors_itself():
    assert assign(task_on_line({"1": 0.0}, {"1": 0.0})).unmatched[0].barred == ((Bar.SAME_SCHOOL, 1),)


# ---------------------------------------------------------------- subjects

SUBJECTS = Facts(subjects=("русский язык", "математика"), weak=np.array([[1, 1]], np.int8), strong=np.array([[1, 0], [-1, -1]], np.int8))


def test_strong_in_the_very_subject_where_the_mentee_is_weak():
    task = task_on_line({"1": 0.0}, {"8": 2.0, "9": 1.0}, Constraints(subjects=SubjectRule.ANY), SUBJECTS)
    pair, = assign(task).pairs
    assert (pair.mentor, pair.subjects) == ("8", (("русский язык", Truth.MET), ("математика", Truth.UNKNOWN)))


def test_unknown_strength_is_not_strength():
    alone, = assign(task_on_line({"1": 0.0}, {"8": 2.0, "9": 1.0}, Constraints(subjects=SubjectRule.ALL), SUBJECTS)).unmatched
    assert alone.barred == ((Bar.SUBJECT, 1), (Bar.SUBJECT_UNKNOWN, 1))


def test_subject_as_a_penalty():
    """8 covers one of two weak subjects: 2 + 0.5 × 3 = 3.5; 9 none: 1 + 3 = 4. Without a penalty 9 is nearer."""
    task = task_on_line({"1": 0.0}, {"8": 2.0, "9": 1.0}, Constraints(subject_penalty=3.0), SUBJECTS)
    found = assign(task)
    assert (found.pairs[0].mentor, found.pairs[0].penalty, found.penalties) == ("8", 1.5, 1.5)
    assert assign(dataclasses.replace(task, constraints=Constraints())).mentor_of == {"1": "9"}


def test_school_without_known_weak_subjects_is_not_barred():
    facts = dataclasses.replace(SUBJECTS, weak=np.array([[0, -1]], np.int8))
    assert assign(task_on_line({"1": 0.0}, {"8": 2.0, "9": 1.0}, Constraints(subjects=SubjectRule.ALL, subject_penalty=1.0), facts)).mentor_of == {"1": "9"}


# ---------------------------------------------------------------- without a mentor


def alone(mentees, mentors, constraints, facts=None):
    found = assign(task_on_line(mentees, mentors, constraints, facts))
    return [(item.mentee, item.why) for item in found.unmatched], [item.relaxations for item in found.unmatched]


def test_no_mentors_at_all():
    assert alone({"1": 0.0}, {}, Constraints()) == ([("1", Why.NO_MENTORS)], [()])


def test_no_mentees_at_all():
    assert assign(task_on_line({}, {"8": 1.0})).pairs == ()


def test_all_refuse():
    """A refusal is not relaxed: nothing is proposed."""
    assert alone(TWO, MENTORS, Constraints(refused=frozenset(MENTORS))) == ([("1", Why.BARRED), ("2", Why.BARRED)], [(), ()])


def test_mentee_that_refuses_is_not_asked_again():
    found = assign(task_on_line(TWO, MENTORS, Constraints(refused=frozenset({"1"}))))
    assert [(item.mentee, item.why, item.relaxations) for item in found.unmatched] == [("1", Why.REFUSED_ITSELF, ())]


def test_capacity_to_raise_is_the_one_that_costs_least():
    """Three schools, two places. 3 at 1.5 is nearest 8 at 2: raising 8 by one gives the total 4 + 1 + 0.5."""
    whys, ((first, *_),) = alone({"1": -4.0, "2": 1.0, "3": 1.5}, {"8": 2.0, "9": -4.0}, Constraints(capacity=1))
    assert whys == [("2", Why.FULL)]
    assert (first.lifts, first.raise_for, first.matched, first.total) == (Bar.FULL, "8", 3, pytest.approx(0 + 1 + 0.5))


def test_limit_of_travel_that_would_suffice():
    facts = Facts(travel=np.array([[70.0, 45.0, np.nan]]))
    whys, ((first, second),) = alone({"1": 0.0}, {"7": 5.0, "8": 1.0, "9": 0.0}, Constraints(max_travel=40), facts)
    assert whys == [("1", Why.BARRED)]
    assert (first.lifts, first.mentor, first.travel) == (Bar.TRAVEL, "8", 45.0)
    assert (second.lifts, second.mentor) == (Bar.TRAVEL_UNKNOWN, "9")


def test_exactly_at_the_limit_is_within():
    assert pairs(task_on_line({"1": 0.0}, {"8": 1.0}, Constraints(max_travel=40), Facts(travel=np.array([[40.0]])))) == [("1", "8")]


def test_least_travel_beyond_the_limit_comes_before_likeness():
    _, ((first,),) = alone({"1": 0.0}, {"8": 1.0, "9": 5.0}, Constraints(max_travel=40), Facts(travel=np.array([[60.0, 45.0]])))
    assert (first.mentor, first.travel) == ("9", 45.0)


@pytest.mark.parametrize("seed", range(30))
def test_place_to_add_is_the_cheapest_of_all(seed):
    """Of all mentors that could take one school more, the one named gives the least total with this school served: tried one by one."""
    ready = simulate_task(700 + seed, 30).ready
    optimum = ready.network.solve()
    for item in assign(Task(ready.comparison, ready.constraints, ready.facts)).unmatched:
        row = ready.mentees.index(item.mentee)
        for relaxation in item.relaxations:
            if relaxation.lifts == Bar.FULL:
                tried = [served(ready, optimum, row, column) for column in range(len(ready.mentors))]
                fixed = sum(int(ready.cost[pair]) for pair in ready.fixed.items())
                assert relaxation.total == pytest.approx((min(total for total in tried if total is not None) + fixed) / 1e9)


def served(ready, optimum, row, column):
    """The least total with one more place at a mentor and this mentee among the served; None when no more are served than before."""
    capacity, before = ready.network.capacity.copy(), optimum.network.worth(optimum.assigned)[0]
    capacity[column] += 1
    totals = []
    for own in np.flatnonzero(ready.network.allowed[row]):
        allowed = ready.network.allowed.copy()
        allowed[row] = np.arange(len(capacity)) == own
        matched, total = Network(ready.cost, allowed, capacity).worth(Network(ready.cost, allowed, capacity).assign())
        totals += [total] if matched == before + 1 else []
    return min(totals, default=None)


def test_cluster_to_lift_and_cluster_unknown():
    facts = Facts({"1": "А", "8": "Б", "9": None})
    _, ((first, second),) = alone({"1": 0.0}, {"8": 1.0, "9": 0.0}, Constraints(same_cluster=True), facts)
    assert (first.lifts, second.lifts) == (Bar.CLUSTER, Bar.CLUSTER_UNKNOWN)


def test_consent_to_ask_for():
    _, ((first,),) = alone({"1": 0.0}, {"8": 1.0}, Constraints(consents=frozenset({"1"})))
    assert (first.lifts, first.consents) == (Bar.NO_CONSENT, ("8",))


def test_fewest_lifts_only():
    """9 needs two lifts, 8 one: only 8 is named."""
    facts = Facts({"1": "А", "8": "Б", "9": "Б"}, travel=np.array([[10.0, 90.0]]))
    _, ((first,),) = alone({"1": 0.0}, {"8": 5.0, "9": 0.0}, Constraints(same_cluster=True, max_travel=40), facts)
    assert (first.lifts, first.mentor) == (Bar.CLUSTER, "8")


def test_two_lifts_where_one_is_not_enough():
    facts = Facts({"1": "А", "2": "А", "8": "Б"})
    limits = Constraints(capacity=1, same_cluster=True, fixed=frozenset({("2", "8")}))
    _, ((first,),) = alone({"1": 0.0, "2": 0.0}, {"8": 5.0}, limits, facts)
    assert (first.lifts, first.raise_for) == (Bar.FULL | Bar.CLUSTER, "8")


def test_unknown_distance_asks_for_data():
    similarity = table({"1": (0.0,), "2": (5.0,), "9": (None,)}, {"доля": (FactorKind.NUMBER, 1.0)})
    item, = assign(Task(similarity.between([0], [2]))).unmatched
    assert (item.barred, item.relaxations[0].lifts, item.relaxations[0].total) == (((Bar.DISTANCE_UNKNOWN, 1),), Bar.DISTANCE_UNKNOWN, None)


def test_bars_are_said_in_russian():
    assert (Bar.TRAVEL | Bar.CLUSTER).russian == ("дальше допустимого в пути", "другой кластер")


# ---------------------------------------------------------------- against an independent solver


@pytest.mark.parametrize("seed", range(300))
def test_total_is_the_exact_optimum(seed):
    """300 districts of 5 to 60 schools with random constraints, against a whole-number programme; 2,000 in the benchmark."""
    ready = simulate_task(seed, 5 + seed % 56).ready
    matched, total = milp_optimum(ready.cost / 1e9, ready.network.allowed, ready.network.capacity)
    optimum = ready.network.solve()
    worth = ready.network.worth(optimum.assigned)
    assert worth[0] == matched and worth[1] / 1e9 == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_every_relaxation_helps_when_applied(seed):
    """Lift what is said, as an exception for the pair and one more place at the mentor: one more school has a mentor.

    An exception for the pair goes to that school; a new place may go to another lonely school that is nearer.
    """
    task = simulate_task(500 + seed, 40)
    before = assign(task)
    for item in before.unmatched:
        for relaxation in item.relaxations:
            after = assign(applied(task, item.mentee, relaxation))
            assert len(after.pairs) == len(before.pairs) + 1 == relaxation.matched
            assert item.mentee in after.mentor_of or relaxation.raise_for
            if relaxation.total is not None:
                assert after.total + after.penalties <= relaxation.total + 1e-6


def applied(task, mentee, relaxation):
    ready, limits = task.ready, task.constraints
    row, column = ready.mentees.index(mentee), ready.mentors.index(relaxation.mentor)
    if relaxation.raise_for:
        limits = dataclasses.replace(limits, capacities={**limits.capacities, relaxation.raise_for: limits.capacity_of(relaxation.raise_for) + 1})
    changed = Task(ready.comparison, limits, ready.facts)
    changed.ready.bars[row, column] = 0
    return changed


@pytest.mark.parametrize("seed", range(25))
def test_order_of_rows_makes_no_difference(seed):
    task = simulate_task(900 + seed, 45)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(task.comparison.rows)), rng.permutation(len(task.comparison.columns))
    compared = task.comparison.similarity.between(task.comparison.rows[rows], task.comparison.columns[columns])
    assert repr(assign(Task(compared, task.constraints, task.facts.ordered(rows, columns)))) == repr(assign(task))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 2), st.randoms())
def test_result_is_complete_and_within_the_rules(mentees, mentors, capacity, random):
    """Every mentee is paired or explained, nobody takes too many, runners-up are never better; ties galore."""
    first = {str(at): float(value) for at, value in enumerate(mentees)}
    second = {str(100 + at): float(value) for at, value in enumerate(mentors)}
    forbidden = frozenset((mentee, mentor) for mentee in first for mentor in second if random.random() < 0.2)
    found = assign(task_on_line(first, second, Constraints(capacity=capacity, forbidden=forbidden)))
    assert sorted([pair.mentee for pair in found.pairs] + [item.mentee for item in found.unmatched]) == sorted(first)
    assert all(left >= 0 for left in found.spare.values()) and not set(found.mentor_of.items()) & forbidden
    others = [alternative for pair in found.pairs for alternative in (pair.runner_up, *pair.nearer) if alternative]
    assert all((alternative.pairs_lost, alternative.total_change) >= (0, -1e-9) for alternative in others)


def test_contradictions_are_refused():
    for wrong in ({"capacity": -1}, {"capacities": {"8": -1}}, {"subject_penalty": -0.1}, {"fixed": frozenset({("1", "8"), ("1", "9")})},
                  {"fixed": frozenset({("1", "8"), ("2", "8")}), "capacity": 1}):
        with pytest.raises(ValueError):
            Constraints(**wrong)


def test_one_school_alone():
    """Nothing to compare with: the scale is constant, nobody is near, there are no mentors."""
    similarity = table({"1": (5.0,)}, {"доля": (FactorKind.NUMBER, 1.0)})
    assert similarity.nearest("1") == ()
    assert [item.why for item in assign(Task(similarity.between([0], []))).unmatched] == [Why.NO_MENTORS]


@pytest.mark.parametrize(("limits", "facts"), [
    (Constraints(subjects=SubjectRule.ANY), Facts()), (Constraints(subject_penalty=0.5), Facts()),
    (Constraints(), Facts(travel=np.zeros((2, 1)))), (Constraints(), Facts(subjects=("физика",), weak=np.zeros((1, 2), np.int8)))])
def test_facts_that_do_not_fit_are_refused(limits, facts):
    """A rule about subjects without subjects would let every pair pass."""
    with pytest.raises(ValueError):
        task_on_line({"1": 0.0}, {"8": 1.0}, limits, facts)


def test_school_twice_in_one_list_is_refused():
    similarity = table({"1": (0.0,), "2": (5.0,)}, {"доля": (FactorKind.NUMBER, 1.0)})
    with pytest.raises(ValueError):
        Task(similarity.between([0, 0], [1]))


def test_decisions_tell_whom_they_mention():
    limits = Constraints(capacities={"7": 1}, consents=frozenset({"5"}), refused=frozenset({"6"}), fixed=frozenset({("1", "8")}),
                         forbidden=frozenset({("2", "9")}))
    assert limits.mentioned == {"1", "2", "5", "6", "7", "8", "9"}
