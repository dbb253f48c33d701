"""All signs of one work: fit what the norm does not give, apply the rest. Missing input leaves the sign out."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from . import items, journal, later_exam, level, participation, similarity, spike, uniformity
from .context import context_of, rows_of
from .norms import FORM_BOUND, NormSource, WorkNorm, find_norm
from .records import Outcome, Schools, Work, WorkKey, shifted
from .scale import MINIMUM_SCHOOL, Scores, scores_of, within_variance

_ENOUGH = 20  # schools a centre is read from


@dataclass(frozen=True)
class WorkResult:
    """Signs of one work. Shapes: schools, n (m,); outcomes sign -> Outcome (m,); pairs: S8 counts or None."""

    key: WorkKey
    schools: np.ndarray
    n: np.ndarray
    source: NormSource
    norm: dict
    outcomes: Mapping[str, Outcome]
    pairs: tuple[np.ndarray, np.ndarray] | None


def measure_work(work: Work, schools: Schools, scales: Mapping, norms: Mapping | None = None,
                 every: bool = False) -> WorkResult:
    """Compute every sign the work has input for.

    scales: exam scales (context.exam_scales or the norms file's); every: fit all rungs, for a norms file.
    """
    n = np.nan_to_num(work.hist).sum(1)
    pooled = None if work.pooled is None else np.asarray(work.pooled, float).tolist()
    found = find_norm(work.key, pooled, int((n >= MINIMUM_SCHOOL).sum()), norms)
    _check_width(work, found.record)
    scores = scores_of(work.hist, None if "pooled" not in found.record else np.asarray(found.record["pooled"]))
    columns = context_of(schools, work.key.subject, work.key.year, scales)
    norm = _complete(found, work, schools, scores, columns, scales, every)
    outcomes = _apply(work, schools, scores, columns, scales, norm)
    norm["centres"] = _centres(outcomes, found)
    centred = {name: shifted(outcome, norm["centres"].get(name, 0.0)) for name, outcome in outcomes.items()}
    return WorkResult(work.key, work.schools, n, found.source, norm, centred, _pairs(work, schools))


def _centres(outcomes: Mapping[str, Outcome], found: WorkNorm) -> dict[str, float]:
    """Return the middle of every sign's z in this work, from the norm or, where the norm is of other items, from here.

    Signs are centred work by work, so that a school with two works is not read on the null of ten.
    """
    given = found.record.get("centres") if found.source.borrowed else None
    own = outcomes if given is None else {n: o for n, o in outcomes.items() if n in FORM_BOUND and n not in given}
    middle = {}
    for name, outcome in own.items():
        z = outcome.z[np.isfinite(outcome.z)]
        if len(z) >= _ENOUGH:
            middle[name] = float(np.median(z))
    return middle if given is None else dict(given) | middle


def _check_width(work: Work, record: Mapping) -> None:
    if "pooled" in record and len(record["pooled"]) != work.top + 1:
        raise ValueError(f"work {work.key.text()} has maximum {work.top}, its norm {len(record['pooled']) - 1}: "
                         "another form or another year's scale")


def _complete(found: WorkNorm, work: Work, schools: Schools, scores: Scores, columns: dict, scales: Mapping,
              every: bool) -> dict:
    """Fit on the data itself what a weak or own norm lacks. A norms file is not topped up, except with item curves
    when it is of another year: items are new every year."""
    norm = dict(found.record)
    if found.source is NormSource.EARLIER_NORMS and work.item_sum is not None:
        norm["S7_profile"] = items.fit(work.item_sum, work.item_max, scores.n)
    if found.source.borrowed:
        return {name: record for name, record in norm.items() if record is not None}
    context = rows_of(columns, work.schools)
    norm.setdefault("schools", int((scores.n >= MINIMUM_SCHOOL).sum()))
    norm.setdefault("pooled", (scores.pooled / max(scores.pooled.sum(), 1)).tolist())
    norm["S1_level"] = level.fit(scores, context, every)
    if "S2_spike" not in norm and work.borders:
        norm["S2_spike"] = spike.fit(scores.hist, scores.pooled, work.borders)
    norm["S6_uniform"] = uniformity.fit(scores)
    if work.cross is not None:
        norm["S3_journal"] = journal.fit(work.cross, context, every)
    if later_exam.linked(work, schools):
        late = context_of(schools, work.key.subject, work.key.year + 1, scales)
        norm["S5_exam"] = later_exam.fit(work, schools, scores, late, scales, within_variance(scores.n, scores.sd))
    if work.item_sum is not None:
        norm["S7_profile"] = items.fit(work.item_sum, work.item_max, scores.n)
    if work.enrolled is not None:
        norm["S9_absent"] = participation.fit(scores.n, work.enrolled)
    return {name: record for name, record in norm.items() if record is not None}


def _apply(work: Work, schools: Schools, scores: Scores, columns: dict, scales: Mapping,
           norm: dict) -> dict[str, Outcome]:
    context = rows_of(columns, work.schools)
    shape = np.asarray(norm["pooled"], float)
    out = {"S1_level": level.apply(scores, context, norm["S1_level"]),
           "S6_uniform": uniformity.apply(scores, norm["S6_uniform"])}
    if work.borders and "S2_spike" in norm:
        out["S2_spike"] = spike.apply(scores.hist, work.borders, norm["S2_spike"])[0]
        out["S6b_few_twos"] = uniformity.apply_few_twos(scores.hist, shape, work.borders[0])
    if work.cross is not None and "S3_journal" in norm:
        out["S3_journal"] = journal.apply(work.cross, context, norm["S3_journal"])
    if later_exam.linked(work, schools) and "S5_exam" in norm:
        late = context_of(schools, work.key.subject, work.key.year + 1, scales)
        out["S5_exam"] = later_exam.apply(work, schools, scores, late, scales, norm["S5_exam"])
    if work.item_sum is not None and "S7_profile" in norm:
        out["S7_profile"], out["S7b_slope"], _ = items.apply(work.item_sum, work.item_max, scores.n,
                                                             norm["S7_profile"])
    if work.enrolled is not None and "S9_absent" in norm:
        out["S9_absent"] = participation.apply(scores.n, work.enrolled, norm["S9_absent"])
    return out


def _pairs(work: Work, schools: Schools) -> tuple[np.ndarray, np.ndarray] | None:
    if work.pairs is not None:
        return tuple(np.bincount(work.schools, np.nan_to_num(counts), schools.count) for counts in work.pairs)
    if work.rows is None:
        return None
    return similarity.count_pairs(work.rows, np.asarray(work.item_max), schools.count)
