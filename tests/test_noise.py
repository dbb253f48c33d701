"""Binary noise decides nothing: equal decimals are equal however they were computed. The oracle is exact fractions."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import tree as t
from engine.model import Indicator
from engine.noise import least_same, most_same, without_noise
from engine.population import population
from engine.values import Numbers
from engine.vector import Evaluator, compare
from tests.test_sql_and_vector import in_numpy, in_sql

SIGNS = {">=": "__ge__", ">": "__gt__", "<=": "__le__", "<": "__lt__", "=": "__eq__", "<>": "__ne__"}


def decimals(most: int) -> st.SearchStrategy[Fraction]:
    """Decimals as people write them: up to three places."""
    return st.builds(lambda units, places: Fraction(units, 10 ** places), st.integers(-most, most), st.integers(0, 3))


def sums(most: int) -> st.SearchStrategy[list[Fraction]]:
    return st.lists(decimals(most), min_size=1, max_size=6)


def tree_of(parts: list[Fraction]) -> t.Tree:
    return reduce(lambda left, right: t.Arithmetic("+", left, right), (t.Number(float(part)) for part in parts))


def quotient(parts: list[Fraction]) -> t.Tree:
    return t.Arithmetic("/", tree_of(parts), t.Number(float(len(parts))))


def answers(tree: t.Tree) -> set[bool | None]:
    """What both machines say."""
    by_numpy = {1: True, -1: False, 0: None}[int(in_numpy(tree, [(0, 0, 0)], condition=True, bounds=False)[0])]
    return {by_numpy, in_sql(tree, [(0, 0, 0)], condition=True, bounds=False)[0][0]}


@settings(max_examples=200, deadline=None)
@given(sums(2_000), st.data(), st.sampled_from(list(SIGNS)))
def test_sums_of_decimals_compare_as_fractions(parts, data, sign):
    """One side is often the same sum in another order: then only noise tells them apart."""
    other = data.draw(st.one_of(st.permutations(parts), st.just([sum(parts)]), sums(2_000)))
    expected = getattr(sum(parts), SIGNS[sign])(sum(other))
    assert answers(t.Compare(sign, tree_of(parts), tree_of(other))) == {expected}


@settings(max_examples=100, deadline=None)
@given(sums(2_000_000_000), st.data(), st.sampled_from(list(SIGNS)))
def test_sums_of_money_compare_as_fractions(parts, data, sign):
    """Up to billions with kopecks: the margin grows with the number, but never to a kopeck below ten billions."""
    parts = [Fraction(round(part * 100), 100) for part in parts]
    other = data.draw(st.one_of(st.permutations(parts), st.just([sum(parts), Fraction(1, 100)]), st.just([sum(parts)])))
    expected = getattr(sum(parts), SIGNS[sign])(sum(other))
    if abs(sum(parts)) < 9 * 10 ** 9:
        assert answers(t.Compare(sign, tree_of(parts), tree_of(other))) == {expected}


@settings(max_examples=100, deadline=None)
@given(sums(500), sums(500), st.sampled_from(list(SIGNS)))
def test_means_of_decimals_compare_as_fractions(first, second, sign):
    expected = getattr(sum(first) / len(first), SIGNS[sign])(sum(second) / len(second))
    assert answers(t.Compare(sign, quotient(first), quotient(second))) == {expected}


@settings(max_examples=100, deadline=None)
@given(sums(500), st.lists(decimals(500), min_size=1, max_size=4))
def test_a_number_belongs_to_a_list_as_fractions_do(parts, options):
    options = [*options, sum(parts[:-1])]
    member = t.Member(tree_of(parts), tuple(t.Number(float(item)) for item in options))
    assert answers(member) == {sum(parts) in options}


@pytest.mark.parametrize(("sign", "expected"), [(">=", True), (">", False), ("<=", True), ("<", False), ("=", True), ("<>", False)])
def test_the_last_bit_decides_nothing(sign, expected):
    difference = t.Arithmetic("-", t.Number(0.3), t.Number(0.1))
    assert 0.3 - 0.1 < 0.2
    assert answers(t.Compare(sign, difference, t.Number(0.2))) == {expected}


def test_a_divisor_of_noise_is_zero():
    noise = t.Arithmetic("-", t.Arithmetic("-", t.Number(0.3), t.Number(0.1)), t.Number(0.2))
    divided = t.Arithmetic("/", t.Number(1.0), noise)
    assert np.isnan(in_numpy(divided, [(0, 0, 0)], condition=False, bounds=False).low[0])
    assert in_sql(divided, [(0, 0, 0)], condition=False, bounds=False)[0][0] is None


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_edges_grow_with_the_number(first, second):
    """So a comparison that holds at the ends of an interval holds inside it."""
    low, high = sorted([first, second])
    assert least_same(low) <= low <= most_same(low)
    assert least_same(low) <= least_same(high) and most_same(low) <= most_same(high)
    assert least_same(np.array([low, high])).tolist() == [least_same(low), least_same(high)]
    assert most_same(np.array([low, high])).tolist() == [most_same(low), most_same(high)]


def test_bounds_without_an_end_stay_so():
    """«Not less than 3» against 5 is unknown on either side, and infinity never becomes NaN."""
    open_above, open_below = Numbers(np.array([3.0]), np.array([np.inf])), Numbers(np.array([-np.inf]), np.array([3.0]))
    five, two = Numbers.constant(5.0), Numbers.constant(2.0)
    assert [int(compare(sign, open_above, five)[0]) for sign in SIGNS] == [0, 0, 0, 0, 0, 0]
    assert [int(compare(sign, five, open_above)[0]) for sign in SIGNS] == [0, 0, 0, 0, 0, 0]
    assert [int(compare(sign, open_below, two)[0]) for sign in SIGNS] == [0, 0, 0, 0, 0, 0]
    assert [int(compare(sign, open_above, two)[0]) for sign in SIGNS] == [1, 1, -1, -1, -1, 1]
    assert [int(compare(sign, two, open_above)[0]) for sign in SIGNS] == [-1, -1, 1, 1, -1, 1]
    assert [int(compare(sign, five, open_below)[0]) for sign in SIGNS] == [1, 1, -1, -1, -1, 1]


# ---------------------------------------------------------------- places among schools


def means(groups: list[list[Fraction]]) -> tuple[np.ndarray, list[Fraction]]:
    """The mean of each school's decimals, added up in the order given, and what it is exactly."""
    return np.array([reduce(add, map(float, group)) / len(group) for group in groups]), [sum(group) / len(group) for group in groups]


def placed(values: np.ndarray, formula: str, ties: str) -> list[float]:
    block = Indicator.model_validate({"формула": "0", "база": "все", "при равных": ties})
    evaluator = Evaluator(len(values), lambda ref: Numbers.exact(values), lambda call, own: None)
    call = t.Call(formula, (t.Reference(t.Origin.UNIT, "x"),))
    return population(call, evaluator, block, None, None).low.tolist()


SCHOOLS = st.lists(st.lists(st.builds(Fraction, st.integers(0, 20), st.just(10)), min_size=1, max_size=4), min_size=2, max_size=12)


@settings(max_examples=150, deadline=None)
@given(SCHOOLS, st.sampled_from(["меньший", "больший", "средний"]))
def test_equal_means_share_a_place(groups, ties):
    values, exact = means(groups)
    below = [sum(other < own for other in exact) for own in exact]
    equal = [exact.count(own) for own in exact]
    expected = {"меньший": [b + 1 for b in below], "больший": [b + e for b, e in zip(below, equal, strict=True)],
                "средний": [b + (1 + e) / 2 for b, e in zip(below, equal, strict=True)]}[ties]
    assert placed(values, "ранг", ties) == expected
    assert placed(values, "перцентиль", ties) == pytest.approx([100 * place / len(groups) for place in expected])


@settings(max_examples=100, deadline=None)
@given(SCHOOLS)
def test_equal_numbers_become_one(groups):
    values, exact = means(groups)
    clean = without_noise(values)
    assert np.allclose(clean, values, rtol=0, atol=1e-12)
    assert [[a == b for b in exact] for a in exact] == (clean[:, None] == clean[None, :]).tolist()


def test_gaps_stay_gaps():
    assert without_noise(np.array([np.nan, 0.2, 0.3 - 0.1, np.nan])).tolist() == pytest.approx([np.nan, 0.2, 0.2, np.nan], nan_ok=True)
    assert without_noise(np.array([])).tolist() == []


def test_equal_decimals_do_not_deviate():
    """The mean of three tenths is not a tenth in binary: without care the deviation is 1e-17, and z-scores are made of it."""
    assert np.std([0.1, 0.1, 0.1], ddof=1) > 0
    assert placed(np.array([0.1, 0.1, 0.3 - 0.2]), "отклонение_всех", "меньший") == [0.0, 0.0, 0.0]
