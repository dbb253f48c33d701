"""«остаток_по_контексту»: a result against what is expected in such conditions."""

from __future__ import annotations

import numpy as np

from engine.methods.base import Calculation, Method, Parameter
from engine.values import Numbers, Reason


def compute(call: Calculation) -> Numbers:
    """Standardised residual of a result given context: Huber regression, scale from the median absolute deviation.

    Source: P. J. Huber, Robust Statistics (1981), c = 1.345; the line is not pulled by a few unusual schools.
    """
    evaluator = call.evaluator
    result = evaluator.number(call.parameters["результат"])
    context = [evaluator.number(tree).settled() for tree in call.parameters["контекст"]]
    needed = int(call.number("нужно школ", 15))
    outcome = result.settled()
    design = np.column_stack([np.ones(evaluator.size), *context])
    known = ~np.isnan(outcome) & ~np.isnan(design).any(axis=1)
    residual = np.full(evaluator.size, np.nan)
    if known.sum() >= max(needed, design.shape[1] + 2):
        fitted = _huber(design[known], outcome[known])
        deviation = outcome[known] - design[known] @ fitted
        scale = 1.4826 * np.median(np.abs(deviation - np.median(deviation)))
        if scale > 0:
            residual[known] = deviation / scale
    reason = np.where(known, np.uint8(Reason.NO_BASE), np.uint8(Reason.INPUT))
    return Numbers.exact(residual, reason)


def _huber(design: np.ndarray, outcome: np.ndarray, rounds: int = 50) -> np.ndarray:
    weights = np.ones(len(outcome))
    fitted = np.zeros(design.shape[1])
    for _ in range(rounds):
        root = np.sqrt(weights)
        updated = np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)[0]
        deviation = outcome - design @ updated
        scale = 1.4826 * np.median(np.abs(deviation)) or 1.0
        weights = np.minimum(1.0, 1.345 * scale / np.maximum(np.abs(deviation), 1e-12))
        if np.allclose(updated, fitted, rtol=1e-10, atol=1e-12):
            break
        fitted = updated
    return updated


METHOD = Method(
    "остаток_по_контексту", "Насколько результат выше (+) или ниже (−) ожидаемого при данном контексте, в стандартных отклонениях (устойчивая регрессия Хубера).",
    {"результат": Parameter("величина", "Что сравнивается с ожидаемым.", needed=True),
     "контекст": Parameter("величины", "По чему строится ожидание.", needed=True),
     "нужно школ": Parameter("число", "Наименьшее число школ для регрессии (по умолчанию 15).")}, compute)
