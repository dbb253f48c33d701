"""One meaning, two machines: the same expression over rows in DuckDB and over columns in numpy gives the same answer."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from engine import tree as t
from engine.sqlrow import RowSql, Sql, column
from engine.tree import Origin
from engine.values import Numbers
from engine.vector import Evaluator

NAMES = ("a", "b", "c")
VALUES = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.5, 2.5, -2.5, 30.0, 29.999999, 100.0, -1.0]), st.integers(-50, 150).map(float))
CONSTANTS = st.sampled_from([0.0, 1.0, 2.0, 0.5, 30.0, -3.0, 100.0])


def numbers(depth: int) -> st.SearchStrategy[t.Tree]:
    leaf = st.one_of(CONSTANTS.map(t.Number), st.sampled_from(NAMES).map(lambda name: t.Reference(Origin.COLUMN, name)))
    if depth == 0:
        return leaf
    inner = numbers(depth - 1)
    return st.one_of(
        leaf,
        st.builds(t.Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(t.Choice, conditions(depth - 1), inner, inner),
        st.builds(lambda name, value: t.Call(name, (value,)), st.sampled_from(["округлить", "округлить_вниз", "округлить_вверх", "модуль", "корень", "логарифм"]), inner),
        st.builds(lambda name, value, digits: t.Call(name, (value, t.Number(digits))), st.sampled_from(["округлить", "округлить_вниз", "округлить_вверх"]),
                  inner, st.sampled_from([0.0, 1.0, 2.0])),
        st.builds(lambda name, first, second: t.Call(name, (first, second)), st.sampled_from(["наибольшее", "наименьшее", "среднее_известных"]), inner, inner))


def conditions(depth: int) -> st.SearchStrategy[t.Tree]:
    leaf = st.builds(t.Compare, st.sampled_from([">=", ">", "<=", "<", "=", "<>"]), numbers(max(depth - 1, 0)), numbers(max(depth - 1, 0)))
    if depth == 0:
        return leaf
    inner = conditions(depth - 1)
    policy = st.builds(t.WithPolicy, inner, st.sampled_from(list(t.Policy)))
    members = st.lists(st.one_of(inner, policy), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        leaf, st.builds(t.Not, inner), st.builds(t.AllOf, members), st.builds(t.AnyOf, members), st.builds(t.HasData, numbers(depth - 1)),
        st.builds(t.Undetermined, inner), members.flatmap(lambda items: st.builds(t.AtLeast, st.integers(1, len(items)), st.just(items))))


ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=6)


def in_sql(tree: t.Tree, rows: list, condition: bool, bounds: bool) -> list:
    """Evaluate in DuckDB; with `bounds` every column x is known only within [x, x + 1]."""
    def refer(ref: t.Reference) -> Sql:
        low = column(ref.name, "t")
        return Sql(low, exp.Add(this=low.copy(), expression=exp.Literal.number("1"))) if bounds else Sql.exact(low)
    compiler = RowSql(refer)
    value = compiler.condition(tree) if condition else compiler.value(tree)
    frame = pd.DataFrame(rows, columns=list(NAMES)).astype("Float64")  # noqa: F841 - read by DuckDB under its name
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT * FROM frame")
    text = f"SELECT {value.low.sql('duckdb')}, {value.high.sql('duckdb')} FROM t"
    return connection.execute(text).fetchall()


def in_numpy(tree: t.Tree, rows: list, condition: bool, bounds: bool):
    table = np.array([[math.nan if cell is None else cell for cell in row] for row in rows], float)
    columns = {}
    for position, name in enumerate(NAMES):
        low = table[:, position]
        columns[name] = Numbers(low, low + 1) if bounds else Numbers.exact(low)
    evaluator = Evaluator(len(rows), lambda ref: columns[ref.name], lambda call, own: None)
    with np.errstate(all="ignore"):
        return evaluator.condition(tree) if condition else evaluator.number(tree)


def same(left: float | None, right: float) -> bool:
    if left is None or math.isnan(left):
        return math.isnan(right)
    return left == right or math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)


@settings(max_examples=150, deadline=None)
@given(conditions(3), ROWS)
def test_a_condition_is_the_same_in_both(tree, rows):
    """Three-valued truth: TRUE, FALSE, NULL against 1, -1, 0."""
    expected = [{True: 1, False: -1, None: 0}[low] for low, _ in in_sql(tree, rows, condition=True, bounds=False)]
    assert list(in_numpy(tree, rows, condition=True, bounds=False)) == expected


@settings(max_examples=150, deadline=None)
@given(numbers(3), ROWS)
def test_a_number_is_the_same_in_both(tree, rows):
    value = in_numpy(tree, rows, condition=False, bounds=False)
    for row, (low, high) in enumerate(in_sql(tree, rows, condition=False, bounds=False)):
        assert same(low, float(value.low[row])) and same(high, float(value.high[row])), (low, high, value.low[row], value.high[row])


@settings(max_examples=150, deadline=None)
@given(conditions(2), ROWS, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_a_condition_decided_within_bounds_holds_at_every_point(tree, rows, place):
    """Every column is known to lie in [x, x + 1]; a verdict given so must hold wherever in it the value lies. Both machines."""
    if any(isinstance(node, (t.HasData, t.Undetermined, t.WithPolicy)) for node in t.walk(tree)):
        return        # these ask about knowledge itself
    inside = [tuple(None if cell is None else cell + shift for cell, shift in zip(row, place, strict=True)) for row in rows]
    truth = in_numpy(tree, inside, condition=True, bounds=False)
    for said in (in_numpy(tree, rows, condition=True, bounds=True),
                 np.array([{True: 1, False: -1, None: 0}[low] for low, _ in in_sql(tree, rows, condition=True, bounds=True)])):
        assert not ((said != 0) & (truth != 0) & (said != truth)).any()
