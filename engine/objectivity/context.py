"""Expected result given what a school cannot choose: robust regression on context with a ladder of fallbacks.

A strong school must not look suspicious because it is strong: without the ОГЭ level 43 % of the strongest ordinary
schools exceed a nominal 5 % limit, with it 11 %. So every rung of the ladder holds the ОГЭ level: no ОГЭ, no sign.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .null import solve_tau2
from .records import Schools

LADDER = (("social", "gymnasium", "rural", "oge", "oge2"), ("gymnasium", "rural", "oge", "oge2"), ("oge", "oge2"))
NO_CONTEXT = ((),)
_SPARE = 15  # schools beyond the number of coefficients


def exam_scales(schools: Schools) -> dict[str, list[float]]:
    """Return mean and sd over schools of every exam, keyed ``subject|year``: the scale a district borrows."""
    scales = {}
    for (subject, year), exam in schools.exams.items():
        ok = np.isfinite(exam.mean) & (np.nan_to_num(exam.n) > 0) & schools.included()
        if ok.sum() >= 3 and np.std(exam.mean[ok]) > 0:
            scales[f"{subject}|{year}"] = [float(exam.mean[ok].mean()), float(exam.mean[ok].std())]
    return scales


def exam_scale(scales: Mapping[str, Sequence[float]], subject: str, year: int) -> tuple[float, float]:
    """Return mean and sd of an exam; norms of another year lend their nearest year, an unknown subject gives NaN."""
    near = sorted((abs(int(key.split("|")[1]) - year), key) for key in scales if key.split("|")[0] == subject)
    return tuple(scales[near[0][1]]) if near else (np.nan, np.nan)


def exam_level(schools: Schools, subject: str, year: int, scales: Mapping[str, Sequence[float]]) -> np.ndarray:
    """Return the school's mean ОГЭ result in the subject over the years already known, weighted by n, NaN if none.

    Exams are standardised within their year first: raw ОГЭ scales change. A subject without ОГЭ takes all subjects.
    """
    known = {k: e for k, e in schools.exams.items() if k[1] <= year}
    same = {k: e for k, e in known.items() if k[0] == subject}
    total, weight = np.zeros(schools.count), np.zeros(schools.count)
    for (name, when), exam in (same or known).items():
        mean, sd = exam_scale(scales, name, when)
        level = (exam.mean - mean) / sd
        usable = np.isfinite(level) & (np.nan_to_num(exam.n) > 0)
        total += np.where(usable, level * exam.n, 0.0)
        weight += np.where(usable, exam.n, 0.0)
    return np.where(weight > 0, total / np.maximum(weight, 1), np.nan)


def context_of(schools: Schools, subject: str, year: int,
               scales: Mapping[str, Sequence[float]]) -> dict[str, np.ndarray]:
    """Return the context columns of all schools; a column nobody supplied is all NaN and its rung falls out."""
    unknown = np.full(schools.count, np.nan)
    pick = lambda values: unknown if values is None else np.asarray(values, float)  # noqa: E731
    oge = exam_level(schools, subject, year, scales)
    return {"social": pick(schools.social), "gymnasium": pick(schools.gymnasium), "rural": pick(schools.rural),
            "oge": oge, "oge2": oge**2}


def rows_of(context: Mapping[str, np.ndarray], schools: np.ndarray) -> dict[str, np.ndarray]:
    """Return context columns in the order of a work's rows."""
    return {name: column[schools] for name, column in context.items()}


def fit_funnel(y: np.ndarray, variance: np.ndarray, context: Mapping[str, np.ndarray],
               ladder: Sequence[Sequence[str]] = LADDER, every: bool = False) -> list[dict]:
    """Fit the funnel E[y] = Xβ, Var = variance + τ² on every rung somebody needs (`every`: on all, for norms).

    Returns plain records; a rung with too few schools is left out.
    """
    usable = np.isfinite(y) & np.isfinite(variance)
    waiting, rungs = usable.copy(), []
    for names in ladder:
        design = _design(context, names, len(y))
        known = usable & np.isfinite(design).all(1)
        if known.sum() >= design.shape[1] + _SPARE and (every or (waiting & known).any()):
            coef, tau2, centre = _robust_fit(y[known], design[known], variance[known])
            rungs.append({"columns": list(names), "coef": coef.tolist(), "tau2": tau2, "centre": centre})
        waiting &= ~known
    return rungs


def apply_funnel(y: np.ndarray, variance: np.ndarray, context: Mapping[str, np.ndarray],
                 rungs: Sequence[dict]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z, residual and its standard error; every school stands on the first rung whose columns it has."""
    residual, error = np.full(len(y), np.nan), np.full(len(y), np.nan)
    waiting = np.isfinite(y) & np.isfinite(variance)
    for rung in rungs:
        design = _design(context, rung["columns"], len(y))
        here = waiting & np.isfinite(design).all(1)
        residual[here] = y[here] - design[here] @ np.asarray(rung["coef"]) - rung["centre"]
        error[here] = np.sqrt(variance[here] + rung["tau2"])
        waiting &= ~here
    with np.errstate(invalid="ignore", divide="ignore"):
        return residual / error, residual, error


def _design(context: Mapping[str, np.ndarray], names: Sequence[str], rows: int) -> np.ndarray:
    return np.column_stack([np.ones(rows), *(context[name] for name in names)])


def _robust_fit(y: np.ndarray, design: np.ndarray, variance: np.ndarray, rounds: int = 4,
                bend: float = 1.345) -> tuple[np.ndarray, float, float]:
    """Huber iterations with τ² from the lower half: a minority of inflated schools does not pull the line."""
    tau2, huber = 0.0, np.ones(len(y))
    for _ in range(rounds):
        weight = huber / (variance + tau2 + 1e-12)
        normal = design.T @ (weight[:, None] * design) + 1e-9 * np.eye(design.shape[1])
        coef = np.linalg.solve(normal, design.T @ (weight * y))
        residual = y - design @ coef
        centre = float(np.median(residual))
        tau2 = solve_tau2(residual - centre, variance)
        z = np.abs(residual) / np.sqrt(variance + tau2 + 1e-12)
        huber = np.where(z <= bend, 1.0, bend / np.maximum(z, 1e-9))
    return coef, tau2, centre
