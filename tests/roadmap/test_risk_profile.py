"""At most three active factors, and a reason for each that is active and each that is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.roadmap.risk_profile import RiskFactor, Significance, Verdict, choose_active

HIGH, MEDIUM, LOW, UNKNOWN = Significance


def verdicts(*factors, **more):
    return [(choice.factor.name, choice.verdict) for choice in choose_active(factors, **more)]


def test_the_gravest_three_and_why_not_the_rest():
    factors = (RiskFactor("мотивация", MEDIUM), RiskFactor("кадры", HIGH), RiskFactor("родители", MEDIUM, MEDIUM), RiskFactor("оснащение", HIGH, HIGH),
               RiskFactor("дисциплина", LOW), RiskFactor("благополучие"))
    assert verdicts(*factors) == [
        ("оснащение", Verdict.ACTIVE), ("кадры", Verdict.ACTIVE), ("родители", Verdict.ACTIVE), ("мотивация", Verdict.BEYOND),
        ("дисциплина", Verdict.NOT_GRAVE), ("благополучие", Verdict.UNKNOWN)]


def test_fewer_than_three_grave_factors_are_not_filled_up():
    assert verdicts(RiskFactor("кадры", HIGH), RiskFactor("дисциплина", LOW)) == [("кадры", Verdict.ACTIVE), ("дисциплина", Verdict.NOT_GRAVE)]


def test_curator_overrules_and_a_dispute_is_said():
    verified, disputed = choose_active([RiskFactor("кадры", HIGH, LOW), RiskFactor("родители", LOW, LOW, verified=HIGH)])
    assert (verified.factor.name, verified.disputed) == ("родители", False)
    assert (disputed.factor.name, disputed.disputed, disputed.verdict) == ("кадры", True, Verdict.ACTIVE)


def test_weight_decides_among_equals_and_a_tie_at_the_edge_is_named():
    first, second, third = choose_active([RiskFactor("б", HIGH), RiskFactor("а", HIGH), RiskFactor("в", HIGH, weight=2)], most=2)
    assert [choice.factor.name for choice in (first, second, third)] == ["в", "а", "б"]
    assert (first.tied_with, second.tied_with, third.tied_with) == ((), ("б",), ("а",))


def test_senseless_calls_are_refused():
    with pytest.raises(ValueError):
        choose_active([RiskFactor("а"), RiskFactor("а")])
    with pytest.raises(ValueError):
        choose_active([], most=-1)


LEVELS = st.sampled_from(Significance)


@given(st.lists(st.tuples(LEVELS, LEVELS, st.one_of(st.none(), LEVELS)), max_size=12), st.integers(0, 4), st.randoms())
def test_never_more_than_allowed_never_a_graver_one_left_and_free_of_order(levels, most, random):
    factors = [RiskFactor(str(at), *level) for at, level in enumerate(levels)]
    choices = choose_active(factors, most)
    active = [choice.factor for choice in choices if choice.verdict is Verdict.ACTIVE]
    left = [choice.factor for choice in choices if choice.verdict is Verdict.BEYOND]
    assert len(active) <= most and len(choices) == len(factors) and (not left or len(active) == most)
    assert all(one.significance.value >= other.significance.value for one in active for other in left)
    shuffled = random.sample(factors, len(factors))
    assert choose_active(shuffled, most) == choices
