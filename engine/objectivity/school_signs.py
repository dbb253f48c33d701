"""Signs of school-years: works pooled, the null re-read inside size tertiles, years pooled. Makes norms files too."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .combine import SIGNS, SPANS, decide, pool_families, stouffer
from .context import exam_scales
from .norms import FORM_BOUND, VERSION, NormSource, nearest, weakest
from .null import apply_null, fit_null, size_edges
from .records import Schools, Work, WorkKey
from .similarity import fit_rate, rate_excess
from .work_signs import WorkResult, measure_work


@dataclass(frozen=True)
class SignTable:
    """Signs of a region or a district. z: sign -> (S, T); spans: span -> sign -> (S,), see combine.SPANS, NaN for a
    span that adds no year; together: span -> (S,), all families added up.

    total: pupils by school-year (S, T); source: weakest norm in use; groups: sign -> schools its null
    rests on; norms: the record that reproduces these numbers.
    """

    years: tuple[int, ...]
    z: Mapping[str, np.ndarray]
    spans: Mapping[str, Mapping[str, np.ndarray]]
    together: Mapping[str, np.ndarray]
    total: np.ndarray
    works: Mapping[WorkKey, WorkResult]
    source: NormSource
    groups: Mapping[str, int]
    included: np.ndarray
    norms: dict


def measure(works: Iterable[Work], schools: Schools, norms: Mapping | None = None, every: bool = False) -> SignTable:
    """Compute all signs of all works and years.

    works may be a generator: one work is held at a time, so memory does not grow with their number.
    norms: record of a norms file or None; every: also fit what only a norms file needs.
    Errors: ValueError for no works, one work given twice, or a norm whose maximum score differs from the work's.
    """
    included = schools.included()
    scales = (norms or {}).get("exams") or exam_scales(schools)
    results = {}
    for work in works:
        if work.key in results:
            raise ValueError(f"work {work.key.text()} is given twice; merge its exports before measuring")
        kept = included[work.schools]
        results[work.key] = measure_work(work if kept.all() else work.take(kept), schools, scales, norms, every)
    if not results:
        raise ValueError("no works to measure")
    years = tuple(sorted({key.year for key in results}))
    return _table(results, years, schools, norms or {}, included, scales)


def make_norms(works: Iterable[Work], schools: Schools, made: str, region: str) -> dict:
    """Return the dated norms record of a region (ISO date, name), to be stored and lent to its districts."""
    return measure(works, schools, every=True).norms | {"made": made, "region": region}


# Schools on the list of A at this rate are left out, and the nulls are read once more: among 16 % of inflated schools the
# median of all stands a quarter of a deviation too high. Where nobody is listed, as in an honest region, nothing changes.
REREAD_AT = 0.05


def _table(results: Mapping[WorkKey, WorkResult], years: tuple[int, ...], schools: Schools, norms: Mapping,
           included: np.ndarray, scales: Mapping) -> SignTable:
    total = _totals(results, years, schools.count)
    raw, rates = _raw(results, years, schools.count, norms)
    edges = {str(y): norms.get("edges", {}).get(str(y)) or nearest(norms.get("edges", {}), y)
             or size_edges(total[:, t]) for t, y in enumerate(years)}
    size = [(total[:, t], edges[str(y)]) for t, y in enumerate(years)]
    source = weakest([result.source for result in results.values()])
    given = norms.get("null", {}) if source.borrowed else None
    own = FORM_BOUND if source is NormSource.EARLIER_NORMS else ()

    def table(without: np.ndarray | None = None) -> SignTable:
        nulls = _Nulls(given, own, without)
        z, spans, together = _recentred(raw, years, size, nulls)
        record = {"version": VERSION, "made": None, "region": None, "schools": _schools(results, norms, given),
                  "years": list(years), "exams": dict(scales), "works": {k.text(): r.norm for k, r in results.items()},
                  "edges": edges, "null": nulls.used, "similarity": rates}
        return SignTable(years, z, spans, together, total, results, source, nulls.groups(), included, record)

    first = table()
    if given is not None:
        return first
    listed = decide(first.spans, first.together, first.z, REREAD_AT, first.groups).attention
    return table(listed) if listed.any() else first


def _recentred(raw: Mapping[str, np.ndarray], years: tuple[int, ...], size: list[tuple[np.ndarray, list[float]]],
               nulls: _Nulls) -> tuple[dict, dict, dict]:
    """Return signs by year, by span and all families together, each on its null."""
    z = {name: np.stack([nulls.recentre(raw[name][:, t], size[t], name, str(y)) for t, y in enumerate(years)], 1)
         for name in SIGNS}
    spans = {span: {name: _pool_years(z[name], size[-1], nulls, name, span) for name in SIGNS} for span in SPANS}
    return z, spans, {span: _add_families(values, size[-1], nulls, span) for span, values in spans.items()}


def _totals(results: Mapping[WorkKey, WorkResult], years: tuple[int, ...], count: int) -> np.ndarray:
    total = np.zeros((count, len(years)))
    for key, result in results.items():
        np.add.at(total[:, years.index(key.year)], result.schools, result.n)
    return total


def _schools(results: Mapping[WorkKey, WorkResult], norms: Mapping, given: Mapping | None) -> int:
    if given is not None:
        return int(norms["schools"])
    return int(np.median([result.norm["schools"] for result in results.values()])) if results else 0


def _raw(results: Mapping[WorkKey, WorkResult], years: tuple[int, ...], count: int,
         norms: Mapping) -> tuple[dict[str, np.ndarray], dict]:
    raw = {name: np.full((count, len(years)), np.nan) for name in SIGNS}
    rates = {}
    for t, year in enumerate(years):
        for name in SIGNS:
            if name != "S8_similar":
                raw[name][:, t] = _pool_works(results, name, year, count)
        pairs = [r.pairs for k, r in results.items() if k.year == year and r.pairs is not None]
        if pairs:
            found, all_pairs = (sum(p[i] for p in pairs) for i in (0, 1))
            rate = nearest(norms.get("similarity", {}), year) or fit_rate(found, all_pairs)
            if rate is not None:
                rates[str(year)] = rate
                raw["S8_similar"][:, t] = rate_excess(found, all_pairs, rate)
    return raw, rates


def _pool_works(results: Mapping[WorkKey, WorkResult], name: str, year: int, count: int) -> np.ndarray:
    """z = Σ numerator / √Σ variance over the works of the year; S5 of a year speaks about works of the year before."""
    shift = 1 if name == "S5_exam" else 0
    numerator, variance = np.zeros(count), np.zeros(count)
    for key, result in results.items():
        if key.year + shift == year and name in result.outcomes:
            outcome = result.outcomes[name]
            known = np.isfinite(outcome.numerator)
            np.add.at(numerator, result.schools[known], outcome.numerator[known])
            np.add.at(variance, result.schools[known], outcome.variance[known])
    floor = 1.0 if name == "S2_spike" else 0.0  # a handful of pupils at a border is not yet a normal variable
    return np.where(variance > 0, numerator / np.sqrt(np.maximum(variance, max(floor, 1e-9))), np.nan)


class _Nulls:
    """Nulls in use: borrowed from a norms file, or fitted here and kept for one. `without`: schools no null is read from."""

    def __init__(self, given: Mapping | None, own: tuple[str, ...], without: np.ndarray | None = None) -> None:
        self.given, self.own, self.without, self.used = given, own, without, {}

    def recentre(self, z: np.ndarray, size: tuple[np.ndarray, list[float]], name: str, label: str) -> np.ndarray:
        """Return z on its null; NaN when a norms file knows no null for it."""
        if not np.isfinite(z).any():
            return z
        read = z if self.without is None else np.where(self.without, np.nan, z)
        record = fit_null(read, *size) if self.given is None or name in self.own else self._borrow(name, label)
        if record is None:
            return np.full(z.shape, np.nan)
        self.used.setdefault(name, {})[label] = record
        return apply_null(z, *size, record)

    def groups(self) -> dict[str, int]:
        """Return the smallest group behind the nulls of every sign."""
        return {name: min(record["schools"] for record in records.values()) for name, records in self.used.items()}

    def _borrow(self, name: str, label: str) -> dict | None:
        mine = self.given.get(name, {})
        return mine.get(label) or (nearest(mine, int(label)) if label.isdigit() else None)


def _pool_years(z: np.ndarray, size: tuple, nulls: _Nulls, name: str, span: str) -> np.ndarray:
    """Stouffer over the years of a span; a span that adds no year to a shorter one is NaN: nothing counts twice."""
    years = z.shape[1]
    match span:
        case "year":
            return z[:, -1]
        case "two" if years >= 2:
            return nulls.recentre(stouffer(z[:, -2:]), size, name, span)
        case "all" if years >= 3:
            return nulls.recentre(stouffer(z), size, name, span)
        case "two" | "all":
            return np.full(len(z), np.nan)
        case _:
            raise ValueError(f"span {span!r} is not one of {SPANS}")


def _add_families(z: Mapping[str, np.ndarray], size: tuple, nulls: _Nulls, span: str) -> np.ndarray:
    families = [nulls.recentre(total, size, f"family {name}", span) for name, total in pool_families(z).items()]
    return nulls.recentre(stouffer(np.stack(families, 1)), size, "together", span)
