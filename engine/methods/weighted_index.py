"""«взвешенный_индекс»: one number of several, re-weighted over those that are present."""

from __future__ import annotations

import numpy as np

from engine.methods.base import Calculation, Method, Parameter
from engine.values import Numbers, Reason


def compute(call: Calculation) -> Numbers:
    """Σ w·x / Σ |w| over the components that are present, re-weighted; missing when fewer than «нужно значений» are.

    A negative weight turns the component over: 100 − x, so that every component points the same way on a 0–100 scale.
    """
    size = call.evaluator.size
    parts = [(call.evaluator.number(tree).settled(), weight) for tree, weight in call.parameters["слагаемые"]]
    needed = int(call.number("нужно значений", len(parts)))
    total, weights, present = np.zeros(size), np.zeros(size), np.zeros(size, int)
    for values, weight in parts:
        known = ~np.isnan(values)
        directed = np.where(weight < 0, 100.0 - values, values)
        total += np.where(known, abs(weight) * np.nan_to_num(directed), 0.0)
        weights += np.where(known, abs(weight), 0.0)
        present += known
    enough = (present >= needed) & (weights > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = np.where(enough, total / weights, np.nan)
    return Numbers.exact(result, np.where(enough, 0, Reason.FEW_VALUES).astype(np.uint8))


METHOD = Method(
    "взвешенный_индекс", "Средневзвешенное величин школы по шкале 0–100; отрицательный вес переворачивает величину (100 − x).",
    {"слагаемые": Parameter("веса", "«имя: вес» для каждой величины.", needed=True),
     "нужно значений": Parameter("число", "Сколько величин должно быть известно; веса пересчитываются.")}, compute)
