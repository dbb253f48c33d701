"""An independent exact optimum: a whole-number programme solved by HiGHS (scipy.optimize.milp), written from the statement of the task."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array


def milp_optimum(distance: np.ndarray, allowed: np.ndarray, capacity: np.ndarray) -> tuple[int, float]:
    """Return the greatest number of pairs and the least total distance of so many. Shapes: (m, n), (m, n), (n,)."""
    rows, columns = np.nonzero(allowed)
    if not len(rows):
        return 0, 0.0
    edges = np.arange(len(rows))
    one = coo_array((np.ones(len(rows)), (rows, edges)), shape=(len(distance), len(rows)))
    room = coo_array((np.ones(len(rows)), (columns, edges)), shape=(len(capacity), len(rows)))
    limits = [LinearConstraint(one, -np.inf, 1), LinearConstraint(room, -np.inf, capacity)]
    most = _solve(-np.ones(len(rows)), limits)
    pairs = round(most.sum())
    costs = distance[rows, columns]
    least = _solve(costs, [*limits, LinearConstraint(np.ones((1, len(rows))), pairs, pairs)])
    return pairs, float(costs[least > 0.5].sum())


def _solve(costs: np.ndarray, limits: list[LinearConstraint]) -> np.ndarray:
    found = milp(costs, constraints=limits, integrality=np.ones(len(costs)), bounds=Bounds(0, 1), options={"mip_rel_gap": 0.0})
    assert found.success, found.message
    return found.x
