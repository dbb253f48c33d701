"""Kleene logic against its printed tables and, where it is exact, against all ways to settle the unknown."""

import itertools

import numpy as np
import pytest

from engine import truth
from engine.truth import Truth

CODES = [1, 0, -1]
PAIRS = np.array(list(itertools.product(CODES, CODES)), np.int8)
LEFT, RIGHT = PAIRS.T.copy()


def column(*codes):
    return np.array(codes, np.int8)


def test_truth_answers_if_only_when_known():
    assert bool(Truth.MET) is True
    assert bool(Truth.NOT_MET) is False
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(Truth.UNKNOWN)


def test_opposite_leaves_unknown_unknown():
    opposites = [each.opposite for each in (Truth.MET, Truth.UNKNOWN, Truth.NOT_MET)]
    assert opposites == [Truth.NOT_MET, Truth.UNKNOWN, Truth.MET]


def test_and_is_the_printed_table():
    #       met        unknown    not met
    table = [1, 0, -1, 0, 0, -1, -1, -1, -1]
    assert truth.all_of([LEFT, RIGHT]).tolist() == table


def test_or_is_the_printed_table():
    table = [1, 1, 1, 1, 0, 0, 1, 0, -1]
    assert truth.any_of([LEFT, RIGHT]).tolist() == table


def test_not_is_the_printed_table():
    assert truth.negate(column(1, 0, -1)).tolist() == [-1, 0, 1]


@pytest.mark.parametrize("join", [truth.all_of, truth.any_of, lambda columns: truth.at_least(1, columns)])
def test_joining_changes_no_input_and_refuses_nothing_to_join(join):
    before = LEFT.copy()
    assert join([LEFT]).tolist() == LEFT.tolist()
    join([LEFT, RIGHT])
    assert LEFT.tolist() == before.tolist()
    with pytest.raises(ValueError, match="At least one column"):
        join([])


@pytest.mark.parametrize("count", range(6))
def test_at_least_is_what_every_way_to_settle_the_unknown_agrees_on(count):
    patterns = np.array(list(itertools.product(CODES, repeat=4)), np.int8)
    actual = truth.at_least(count, list(patterns.T)).tolist()
    assert actual == [settled(count, pattern) for pattern in patterns]


def settled(count, pattern):
    ways = itertools.product(*[[1, -1] if code == 0 else [code] for code in pattern])
    answers = {sum(code == 1 for code in way) >= count for way in ways}
    return 0 if len(answers) == 2 else 1 if answers == {True} else -1


def test_at_least_counts_beyond_the_range_of_int8():
    columns = [column(1, 0, -1)] * 300
    assert truth.at_least(300, columns).tolist() == [1, 0, -1]
    assert truth.at_least(301, columns).tolist() == [-1, -1, -1]


def test_columns_of_truth_stay_int8():
    results = [truth.all_of([LEFT, RIGHT]), truth.any_of([LEFT]), truth.negate(LEFT), truth.at_least(1, [LEFT])]
    assert {each.dtype for each in results} == {np.dtype(np.int8)}


def test_from_masks_is_unknown_where_neither_mask_holds():
    met, not_met = np.array([True, False, False]), np.array([False, False, True])
    assert truth.from_masks(met, not_met).tolist() == [1, 0, -1]


def test_from_masks_refuses_a_contradiction():
    with pytest.raises(ValueError, match="both met and not met"):
        truth.from_masks(np.array([True, True]), np.array([False, True]))


def test_from_masks_refuses_a_mask_in_which_nan_would_be_true():
    with pytest.raises(TypeError, match="arrays of bool"):
        truth.from_masks(np.array([1.0, np.nan]), np.array([False, False]))


@pytest.mark.parametrize("width", [1, 2, 5, 12, 13, 40, 41, 80, 200])
def test_patterns_number_distinct_rows_exactly(width):
    rows = np.random.default_rng(width).integers(-1, 2, (500, width)).astype(np.int8)
    rows[100:200] = rows[:100]
    pattern, example = truth.distinct_patterns(list(rows.T))
    assert [tuple(rows[each]) for each in example] == sorted(set(map(tuple, rows.tolist())))
    assert (rows[example][pattern] == rows).all()


@pytest.mark.parametrize("differing", [0, 40, 79])
def test_rows_that_differ_in_one_of_eighty_columns_are_told_apart(differing):
    rows = np.zeros((3, 80), np.int8)
    rows[:, differing] = [-1, 0, 1]
    pattern, _ = truth.distinct_patterns(list(rows.T))
    assert pattern.tolist() == [0, 1, 2]


def test_patterns_of_more_rows_than_the_table_has_entries():
    """Every renumbering leaves nearly as many numbers as there are rows, more than the table was meant for."""
    rows = np.random.default_rng(1).integers(-1, 2, (200_000, 25)).astype(np.int8)
    pattern, example = truth.distinct_patterns(list(rows.T))
    assert (rows[example][pattern] == rows).all()
    assert len(example) == len(np.unique(rows, axis=0))


def test_patterns_of_no_rows():
    pattern, example = truth.distinct_patterns([column(), column()])
    assert pattern.tolist() == example.tolist() == []
