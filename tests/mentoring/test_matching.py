"""The matching against brute force: the number of pairs, the total, which of equal optima, and the price of every other choice."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.mentoring.matching import FAR, Network, Optimum, TooLarge, first_in_order


def every_assignment(network: Network):
    """Yield every possible assignment, unmatched as n, with its worth: pairs (negative) and total."""
    rows, count = network.cost.shape
    for places in product(range(count + 1), repeat=rows):
        taken = [(row, place) for row, place in enumerate(places) if place < count]
        if all(network.allowed[pair] for pair in taken) and all(sum(place == at for _, place in taken) <= network.capacity[at] for at in range(count)):
            yield -len(taken), sum(int(network.cost[pair]) for pair in taken), places


def networks(largest: int):
    def build(shape):
        rows, count = shape
        size = rows * count
        return st.builds(
            lambda *parts: Network(np.array(parts[0], np.int64).reshape(shape), np.array(parts[1], bool).reshape(shape), np.array(parts[2], np.int64)),
            st.lists(st.integers(0, largest), min_size=size, max_size=size), st.lists(st.booleans(), min_size=size, max_size=size),
            st.lists(st.integers(0, 2), min_size=count, max_size=count))
    return st.tuples(st.integers(0, 4), st.integers(0, 3)).flatmap(build)


@given(st.sampled_from([1, 3, 1000]).flatmap(networks))
def test_most_pairs_then_least_total_then_first_in_order(network):
    """The answer is the least of all assignments, compared as (pairs, total, places of the rows in order): also among ties."""
    best = min(every_assignment(network))
    found = network.solve()
    assert tuple(found.place) == best[2] and found.network.worth(found.assigned) == (-best[0], best[1])


@given(st.sampled_from([1, 2]).flatmap(networks))
def test_the_first_optimum_is_found_from_any_other(network):
    """Whichever optimum the library happens to return, the answer is the same; every optimum has a certificate."""
    options = sorted(every_assignment(network))
    optima = [places for pairs, total, places in options if (pairs, total) == options[0][:2]]
    count = len(network.capacity)
    for places in optima:
        other = Optimum(network, np.array([-1 if place == count else place for place in places], np.int64))
        found = first_in_order(other)
        assert tuple(np.where(found < 0, count, found)) == optima[0]


@given(st.sampled_from([2, 1000]).flatmap(networks))
def test_price_of_every_other_choice_is_that_of_solving_again(network):
    found = network.solve()
    change = found.change()
    options = list(every_assignment(network))
    pairs, total, _ = min(options)
    for row, column in np.ndindex(network.cost.shape):
        forced = [option for option in options if option[2][row] == column]
        if not forced:
            assert change[row, column] >= FAR
        else:
            most, least, _ = min(forced)
            assert found.split(change[row, column]) == (most - pairs, least - total)


def test_a_wrong_assignment_has_no_certificate():
    network = Network(np.array([[1, 5], [5, 1]]), np.ones((2, 2), bool), np.ones(2, np.int64))
    with pytest.raises(AssertionError):
        Optimum(network, np.array([1, 0]))


def test_costs_that_would_not_be_exact_are_refused():
    with pytest.raises(TooLarge):
        Network(np.full((4, 4), 1 << 50), np.ones((4, 4), bool), np.ones(4, np.int64)).solve()
