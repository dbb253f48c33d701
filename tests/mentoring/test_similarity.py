"""Distances by hand, gaps, and what must not matter: order, units, the sign of a comparison."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.mentoring.similarity import Context, Factor, FactorKind, ScaleMethod, Similarity, scale_factor
from engine.values import Numbers, Reason, Texts
from tests.mentoring.districts import table

NUMBER, LOG, CATEGORY = FactorKind.NUMBER, FactorKind.LOGARITHM, FactorKind.CATEGORY
# Quartiles of 0, 10, 20, 30, 40 are 10 and 30: the scale is 20 / 1.349 = 14.826.
FIVE = {"1": (0.0, "школа"), "2": (10.0, "школа"), "3": (20.0, "лицей"), "4": (30.0, "школа"), "5": (40.0, None)}
TWO = {"доля": (NUMBER, 3.0), "тип": (CATEGORY, 1.0)}


def test_scale_is_the_interquartile_range_over_1_349():
    scale = scale_factor(np.array([0.0, 10, 20, 30, 40, np.nan]))
    assert (scale.median, round(scale.spread, 3), scale.method, scale.count) == (20.0, 14.826, ScaleMethod.IQR, 5)


def test_scale_falls_back_where_half_are_equal():
    scale = scale_factor(np.array([0.0, 0, 0, 0, 0, 0, 0, 8]))
    assert scale.method is ScaleMethod.MEAN_DEVIATION and scale.spread == pytest.approx(1.0 * math.sqrt(math.pi / 2))
    assert scale_factor(np.full(4, 7.0)).method is ScaleMethod.CONSTANT


def test_distance_by_hand():
    """Schools 1 and 3: (3 · 20/14.826 + 1 · 1) / 4."""
    similarity = table(FIVE, TWO)
    by_hand = (3 * 20 / 14.826022 + 1) / 4
    assert similarity.between([0], [2]).distance[0, 0] == pytest.approx(by_hand, abs=1e-6)
    share, kind = similarity.explain(0, 2)
    assert share.part + kind.part == pytest.approx(by_hand, abs=1e-6)
    assert (share.here, share.there, kind.here, kind.there, kind.part) == (0.0, 20.0, "школа", "лицей", 0.25)


def test_missing_factor_is_left_out_and_weights_are_taken_anew():
    """School 5 has no type: only the share counts, with all the weight; three quarters of the weight are known."""
    compared = table(FIVE, TWO).between([3], [4])
    assert compared.distance[0, 0] == pytest.approx(10 / 14.826022, abs=1e-6)
    assert compared.known[0, 0] == 0.75
    _, kind = compared.explain(0, 0)
    assert math.isnan(kind.part) and kind.missing is Reason.EMPTY


def test_too_little_known_is_unknown_never_zero():
    similarity = table(FIVE, TWO, least_known=0.8)
    assert np.isnan(similarity.between([3], [4]).distance).all()
    assert [neighbour.code for neighbour in similarity.nearest("5")] == []


def test_nothing_known_is_unknown_even_when_nothing_is_demanded():
    assert np.isnan(table({"1": (None,), "2": (5.0,)}, {"доля": (NUMBER, 1.0)}, least_known=0.0).between([0], [1]).distance).all()


def test_logarithm_compares_ratios():
    rows = {str(at): (100.0 * 2**at,) for at in range(6)}
    compared = table(rows, {"численность": (LOG, 1.0)}).between([0, 3], [1, 4])
    assert compared.distance[0, 0] == pytest.approx(compared.distance[1, 1])


def test_logarithm_of_nothing_is_missing_with_its_reason():
    similarity = table({"1": (0.0,), "2": (100.0,), "3": (200.0,)}, {"численность": (LOG, 1.0)})
    assert np.isnan(similarity.between([0], [1]).distance).all()
    assert similarity.explain(0, 1)[0].missing is Reason.DOMAIN


def test_reason_of_a_missing_value_is_kept():
    column = Numbers.exact(np.array([np.nan, 1.0, 2.0]), np.array([Reason.HIDDEN, 0, 0], np.uint8))
    similarity = Similarity(Context(("1", "2", "3"), (Factor("доля", 1.0),), (column,), 0.0))
    assert similarity.explain(0, 1)[0].missing is Reason.HIDDEN


def test_value_known_only_within_bounds_is_not_compared():
    column = Numbers(np.array([1.0, 1.0, 2.0]), np.array([3.0, 1.0, 2.0]))
    similarity = Similarity(Context(("1", "2", "3"), (Factor("доля", 1.0),), (column,), 0.0))
    assert np.isnan(similarity.between([0], [1]).distance).all() and similarity.explain(0, 1)[0].missing is Reason.INPUT


def test_one_outlier_counts_at_most_the_limit():
    rows = {str(at): (float(at),) for at in range(9)} | {"9": (1e9,)}
    assert table(rows, {"доля": (NUMBER, 1.0)}).between([0], [9]).distance[0, 0] == 3.0


def test_nearest_are_ordered_by_distance_then_code_as_people_count():
    rows = {"12": (1.0,), "4": (1.0,), "7": (0.0,), "1": (3.0,)}
    found = table(rows, {"доля": (NUMBER, 1.0)}).nearest("7")
    assert [neighbour.code for neighbour in found] == ["4", "12", "1"]


def test_peers_of_a_school():
    """School 7 at 0 beside its three nearest, whose values are 10, 20 and unknown: the median is 15."""
    rows = {"7": (0.0,), "1": (1.0,), "2": (2.0,), "3": (3.0,), "4": (50.0,)}
    similarity = table(rows, {"доля": (NUMBER, 1.0)})
    found = similarity.peers("7", np.array([12.0, 10, 20, np.nan, 99]), count=3)
    assert (found.own, found.low, found.median, found.high, found.known, found.schools) == (12, 12.5, 15, 17.5, 2, ("1", "2", "3"))
    assert np.isnan(similarity.peers("7", np.full(5, np.nan)).median)


@pytest.mark.parametrize(("codes", "weights", "columns"), [
    (("1", "1"), (1.0,), 1), (("1", "2"), (0.0,), 1), (("1", "2"), (-1.0,), 1), (("1", "2"), (float("nan"),), 1), (("1", "2"), (1.0,), 0), (("1",), (1.0,), 1)])
def test_senseless_contexts_are_refused(codes, weights, columns):
    with pytest.raises(ValueError):
        Context(codes, tuple(Factor("доля", weight) for weight in weights), (Numbers.exact(np.zeros(2)),) * columns)


def test_words_where_numbers_are_declared_are_refused():
    with pytest.raises(ValueError, match="доля"):
        Context(("1",), (Factor("доля", 1.0),), (Texts.of(["много"]),))


VALUES = st.one_of(st.none(), st.integers(-50, 50).map(float))


@given(st.lists(st.tuples(VALUES, VALUES, st.sampled_from([None, "а", "б"])), min_size=2, max_size=8), st.permutations(range(8)),
       st.sampled_from([0.001, 3.0, 1000.0]))
def test_distance_is_symmetric_bounded_and_free_of_order_and_units(rows, order, unit):
    factors = {"доля": (NUMBER, 1.0), "размер": (NUMBER, 2.0), "тип": (CATEGORY, 1.0)}
    named = {str(at): row for at, row in enumerate(rows)}
    every = list(range(len(rows)))
    distance = table(named, factors).between(every, every).distance
    np.testing.assert_array_equal(distance, distance.T)
    known = distance[~np.isnan(distance)]
    assert (known >= 0).all() and (known <= 3).all() and (np.diagonal(distance)[~np.isnan(np.diagonal(distance))] == 0).all()
    order = [at for at in order if at < len(rows)]
    turned = table({str(at): (None if rows[at][0] is None else rows[at][0] * unit, *rows[at][1:]) for at in order}, factors)
    places = [turned.index[str(at)] for at in every]
    np.testing.assert_allclose(turned.between(places, places).distance, distance, atol=1e-9)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=6))
def test_parts_add_up_to_the_distance(rows):
    similarity = table({str(at): row for at, row in enumerate(rows)}, {"доля": (NUMBER, 1.0), "размер": (NUMBER, 2.0)})
    every = list(range(len(rows)))
    compared = similarity.between(every, every)
    for row, column in np.argwhere(~np.isnan(compared.distance)):
        parts = [contribution.part for contribution in compared.explain(row, column)]
        assert np.nansum(parts) == pytest.approx(compared.distance[row, column])
