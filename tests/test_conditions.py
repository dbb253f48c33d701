"""The condition tree: what it accepts, and its evaluator against the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conditions import AllOf, AnyOf, AtLeast, Fact, Not, Undetermined, evaluate_columns, names
from engine.truth import Truth
from tests import oracle

A, B, C = Fact("а"), Fact("б"), Fact("в")
NAMES = ["а", "б", "в", "г"]

facts = st.sampled_from(NAMES).map(Fact)
leaves = facts | st.sampled_from(NAMES).map(Undetermined)


def wider(conditions):
    lists = st.lists(conditions, min_size=1, max_size=4)
    return conditions.map(Not) | lists.map(AllOf) | lists.map(AnyOf) | lists.flatmap(at_least)


def at_least(items):
    items = AllOf(items).items  # without repetitions
    return st.integers(1, len(items)).map(lambda count: AtLeast(count, items))


trees = st.recursive(leaves, wider, max_leaves=12)
monotone_trees = st.recursive(facts, wider, max_leaves=12)
truths = st.fixed_dictionaries({name: st.sampled_from(Truth) for name in NAMES})


def evaluate(tree, values):
    """The truth of a condition for one row."""
    columns = {name: np.array([each.value], np.int8) for name, each in values.items()}
    return Truth(int(evaluate_columns(tree, columns)[0]))


@given(trees, st.lists(truths, min_size=1, max_size=30))
@settings(max_examples=300, deadline=None)
def test_columns_agree_with_the_oracle_row_by_row(tree, rows):
    columns = {name: np.array([row[name].value for row in rows], np.int8) for name in NAMES}
    spelled = oracle.from_condition(tree)
    expected = [oracle.kleene(spelled, {name: oracle.WORDS[each] for name, each in row.items()}) for row in rows]
    assert [oracle.WORDS[Truth(code)] for code in evaluate_columns(tree, columns).tolist()] == expected


@given(st.lists(trees, min_size=1, max_size=4), truths)
@settings(max_examples=100, deadline=None)
def test_not_all_is_any_not(items, values):
    assert evaluate(Not(AllOf(items)), values) is evaluate(AnyOf([Not(each) for each in items]), values)


@given(monotone_trees, truths)
@settings(max_examples=200, deadline=None)
def test_learning_more_never_overturns_a_known_truth(tree, values):
    before = evaluate(tree, values)
    unknown = [name for name in NAMES if values[name] is Truth.UNKNOWN]
    settled = {evaluate(tree, values | {name: each}) for name in unknown for each in Truth}
    assert before is Truth.UNKNOWN or settled <= {before}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Truth.MET, Truth.NOT_MET), (Truth.UNKNOWN, Truth.MET), (Truth.NOT_MET, Truth.NOT_MET)],
)
def test_undetermined_is_never_unknown(value, expected):
    assert evaluate(Undetermined("а"), {"а": value}) is expected


def test_names_are_distinct_and_in_order_of_mention():
    tree = AllOf([B, Not(AnyOf([C, Undetermined("а")])), AtLeast(1, [B, Fact("г")])])
    assert names(tree) == ("б", "в", "а", "г")


def test_equal_conditions_are_one_key():
    assert {AllOf([A, B]): 1}[AllOf((A, B))] == 1


@pytest.mark.parametrize("form", [AllOf, AnyOf])
def test_an_item_said_twice_counts_once(form):
    assert form([A, B, A]).items == (A, B)
    assert form([A, Not(Not(A)), Not(B), Not(Not(Not(B)))]).items == (A, Not(B))
    assert form([A, Not(A)]).items == (A, Not(A))


@pytest.mark.parametrize("items", [[A, A, B], [A, B, Not(Not(A))]])
def test_at_least_refuses_to_count_one_thing_twice(items):
    with pytest.raises(ValueError, match="twice"):
        AtLeast(2, items)


@pytest.mark.parametrize("count", [0, 3, -1, 1.5])
def test_at_least_refuses_an_impossible_count(count):
    with pytest.raises(ValueError, match="impossible or always true"):
        AtLeast(count, [A, B])


@pytest.mark.parametrize("build", [lambda: AllOf([]), lambda: AnyOf([]), lambda: AtLeast(1, [])])
def test_an_empty_list_is_refused(build):
    with pytest.raises(ValueError, match="empty"):
        build()


def test_a_name_without_a_value_is_an_error_not_unknown():
    with pytest.raises(KeyError):
        evaluate(AllOf([A, B]), {"а": Truth.MET})


@pytest.mark.parametrize("read", [lambda tree: evaluate_columns(tree, {}), names])
def test_what_is_no_condition_is_refused(read):
    with pytest.raises(TypeError, match="not a condition"):
        read("а")
