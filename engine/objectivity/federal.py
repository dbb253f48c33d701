"""The 14 federal signs to the letter, thresholds as parameters.

Source: «Методика расчёта показателя „Уровень объективности оценки образовательных результатов в субъекте РФ“»:
1–6 inflated mean (ВПР РУ 4, МА 4, РУ 5, МА 5, ОГЭ РУ, ОГЭ МА), 7–10 disagreement with the journal, 11–12 sharp rise,
13–14 sharp fall of the cohort 4 → 5. A school is marked if any sign is present; the index is 100 − % of marked schools.
On real data the interval rule marks 35 % of schools: this is the federal rule, not a recommendation.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .records import ExamMeans, Schools, Work, WorkKey
from .scale import moments


@dataclass(frozen=True)
class Thresholds:
    """Federal values; the district's own calibration stands beside them in the Положение."""

    z: float = 1.96
    spearman: float = 0.0
    iqr: float = 3.0


FEDERAL = Thresholds()
SUBJECTS = ("russian", "math")
SIGN_NAMES = tuple([f"inflated_{s}_{g}" for g in (4, 5) for s in SUBJECTS] + [f"inflated_oge_{s}" for s in SUBJECTS]
                   + [f"journal_{s}_{g}" for g in (4, 5) for s in SUBJECTS] + [f"rise_{s}" for s in SUBJECTS]
                   + [f"fall_{s}" for s in SUBJECTS])


@dataclass(frozen=True)
class FederalResult:
    """signs: name -> (S,) of 1.0, 0.0 or NaN (unknown); marked (S,) bool: at least one sign is present."""

    signs: Mapping[str, np.ndarray]

    @property
    def count(self) -> np.ndarray:
        """Signs present."""
        return np.nansum(np.stack(list(self.signs.values())), 0)

    @property
    def known(self) -> np.ndarray:
        """Signs that could be computed."""
        return np.isfinite(np.stack(list(self.signs.values()))).sum(0)

    @property
    def marked(self) -> np.ndarray:
        """Schools with at least one sign; a school with no known sign is not marked, see `known`."""
        return self.count > 0

    @property
    def index(self) -> float:
        """100 − % of marked schools among those with at least one known sign; NaN if there is none."""
        known = self.known > 0
        return 100 - 100 * float(self.marked[known].mean()) if known.any() else float("nan")


def inflated_mean(mean: np.ndarray, sd: np.ndarray, n: np.ndarray, region: tuple[float, float, float],
                  thresholds: Thresholds = FEDERAL) -> np.ndarray:
    """Signs 1–6: lower bound of the school's interval > upper bound of the region's (mean, sd, n).

    Example: school 15 ± 1.96·4/√25, region 12 ± 1.96·4/√10000: 13.43 > 12.08, so 1.0.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        lower = mean - thresholds.z * sd / np.sqrt(n)
    upper = region[0] + thresholds.z * region[1] / np.sqrt(region[2])
    return np.where(np.isfinite(lower), (lower > upper).astype(float), np.nan)


def spearman(counts: np.ndarray) -> np.ndarray:
    """Return Spearman's r_s with ties (mid-ranks) by school from counts journal mark × score, (S, J, K) -> (S,)."""
    counts = np.nan_to_num(counts)
    n = counts.sum((1, 2))
    ranks_j, ranks_k = _mid_ranks(counts.sum(2)), _mid_ranks(counts.sum(1))
    centre = ((n + 1) / 2)[:, None]
    a, b = ranks_j - centre, ranks_k - centre
    product = np.einsum("sj,sjk,sk->s", a, counts, b)
    norm = np.sqrt((counts.sum(2) * a**2).sum(1) * (counts.sum(1) * b**2).sum(1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norm > 0, product / norm, np.nan)


def journal_disagreement(counts: np.ndarray, thresholds: Thresholds = FEDERAL) -> np.ndarray:
    """Signs 7–10: r_s of score and journal mark below the threshold."""
    r = spearman(counts)
    return np.where(np.isfinite(r), (r < thresholds.spearman).astype(float), np.nan)


def cohort_ratio(now: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return K = S(N, t) / S(N + 1, t + 1), S = mean per cent of the maximum; NaN when unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(later > 0, now / later, np.nan)


def sharp_change(ratio: np.ndarray, thresholds: Thresholds = FEDERAL) -> tuple[np.ndarray, np.ndarray]:
    """Signs 11–14 over all schools: rise K < Q25 − 3·IQR, fall K > Q75 + 3·IQR."""
    known = np.isfinite(ratio)
    if not known.any():
        return np.full(ratio.shape, np.nan), np.full(ratio.shape, np.nan)
    low, high = np.quantile(ratio[known], [0.25, 0.75])
    span = thresholds.iqr * (high - low)
    flag = lambda mask: np.where(known, mask.astype(float), np.nan)  # noqa: E731
    return flag(ratio < low - span), flag(ratio > high + span)


def federal_signs(works: Mapping[WorkKey, Work], schools: Schools, year: int, form: str = "",
                  thresholds: Thresholds = FEDERAL) -> FederalResult:
    """Compute the 14 signs of a year. Works or exams that are absent give NaN.

    The region's interval comes from `Work.pooled` when it holds counts, else from the schools themselves.
    """
    signs = {name: np.full(schools.count, np.nan) for name in SIGN_NAMES}
    for subject in SUBJECTS:
        for grade in (4, 5):
            work = works.get(WorkKey(grade, subject, year, form))
            if work is not None:
                signs[f"inflated_{subject}_{grade}"][work.schools] = _inflated_work(work, thresholds)
                if work.score_by_journal is not None:
                    signs[f"journal_{subject}_{grade}"][work.schools] = journal_disagreement(work.score_by_journal,
                                                                                             thresholds)
        if (subject, year) in schools.exams:
            signs[f"inflated_oge_{subject}"] = _inflated_exam(schools.exams[(subject, year)], thresholds)
        ratio = cohort_ratio(_percent(works.get(WorkKey(4, subject, year - 1, form)), schools.count),
                             _percent(works.get(WorkKey(5, subject, year, form)), schools.count))
        signs[f"rise_{subject}"], signs[f"fall_{subject}"] = sharp_change(ratio, thresholds)
    return FederalResult(signs)


def _inflated_work(work: Work, thresholds: Thresholds) -> np.ndarray:
    score = np.arange(work.top + 1.0)
    hist = np.nan_to_num(work.hist)
    pooled = hist.sum(0) if work.pooled is None or work.pooled.sum() < hist.sum() else work.pooled
    n, mean, sd = moments(hist, score)
    region_n, region_mean, region_sd = (float(v[0]) for v in moments(pooled[None, :], score))
    return inflated_mean(mean, sd, n, (region_mean, region_sd, region_n), thresholds)


def _inflated_exam(exam: ExamMeans, thresholds: Thresholds) -> np.ndarray:
    if exam.sd is None:
        return np.full(exam.mean.shape, np.nan)
    known = np.isfinite(exam.mean) & np.isfinite(exam.sd) & (exam.n > 1)
    if not known.any():
        return np.full(exam.mean.shape, np.nan)
    n, mean, sd = exam.n[known], exam.mean[known], exam.sd[known]
    total = n.sum()
    centre = (n * mean).sum() / total
    square = ((n - 1) * sd**2 + n * (mean - centre) ** 2).sum() / (total - 1)
    flags = inflated_mean(exam.mean, exam.sd, exam.n, (centre, float(np.sqrt(square)), total), thresholds)
    return np.where(known, flags, np.nan)


def _percent(work: Work | None, count: int) -> np.ndarray:
    out = np.full(count, np.nan)
    if work is not None:
        _, mean, _ = moments(np.nan_to_num(work.hist), np.arange(work.top + 1.0))
        out[work.schools] = 100 * mean / work.top
    return out


def _mid_ranks(counts: np.ndarray) -> np.ndarray:
    """Mid-rank of every category by school."""
    return np.cumsum(counts, 1) - counts / 2 + 0.5
