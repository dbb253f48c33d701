"""Whose numbers a district is compared with. A district of 45 schools may not be its own norm (FDR .18 there).

A norms record is a plain dict (JSON, YAML): version, made (ISO date), region, schools, years, exams (scales),
works (key -> norms of every sign), edges (year -> size tertiles), null (sign -> year or span -> centre and scale),
similarity (year -> rate). It holds no result of any single school.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from .records import WorkKey

VERSION = 1
REGION_SCHOOLS = 300


class NormSource(Enum):
    """Where the norm of a work came from, best first."""

    NORMS_FILE = "norms file"
    OWN_REGION = "own region"
    EARLIER_NORMS = "norms file of another year with this year's region rows"
    REGION_ROWS = "region rows"
    OWN_DISTRICT = "own district"

    @property
    def strong(self) -> bool:
        """A district that is its own norm stops at «требует внимания»: what all its schools do it cannot see."""
        return self is not NormSource.OWN_DISTRICT

    @property
    def borrowed(self) -> bool:
        """Nulls and variances come from a norms file."""
        return self in (NormSource.NORMS_FILE, NormSource.EARLIER_NORMS)


_ORDER = list(NormSource)
FORM_BOUND = ("S7_profile", "S7b_slope")  # items of another year are other items
_FORM_FREE = ("schools", "S1_level", "S3_journal", "S5_exam", "S6_uniform", "S9_absent")


@dataclass(frozen=True)
class WorkNorm:
    """Norm of one work: its source and the record of every sign (missing = the sign must be fitted or left out)."""

    source: NormSource
    record: dict


def weakest(sources: list[NormSource]) -> NormSource:
    """Return the weakest source in use: it decides the wording of the whole result."""
    return max(sources, key=_ORDER.index, default=NormSource.OWN_DISTRICT)


def find_norm(key: WorkKey, pooled: list[float] | None, group: int, norms: Mapping | None) -> WorkNorm:
    """Choose the norm of a work.

    key: the work; pooled: region row of the same export or None; group: schools with results in the data itself.
    Norms of another year lend what does not depend on the form (τ², context, journal); the shape comes from `pooled`.
    """
    works = (norms or {}).get("works", {})
    if key.text() in works:
        return WorkNorm(NormSource.NORMS_FILE, works[key.text()])
    earlier = _nearest_year(key, works)
    if earlier is not None and pooled is not None:
        lent = {name: works[earlier][name] for name in _FORM_FREE if name in works[earlier]}
        lent["centres"] = {name: z for name, z in works[earlier].get("centres", {}).items() if name not in FORM_BOUND}
        return WorkNorm(NormSource.EARLIER_NORMS, lent | {"pooled": pooled, "S2_spike": {"shape": _share(pooled)}})
    if group >= REGION_SCHOOLS:
        return WorkNorm(NormSource.OWN_REGION, {})
    if pooled is not None:
        return WorkNorm(NormSource.REGION_ROWS, {"pooled": pooled, "S2_spike": {"shape": _share(pooled)}})
    return WorkNorm(NormSource.OWN_DISTRICT, {})


def nearest(records: Mapping[str, dict], year: int) -> dict | None:
    """Return the record of the year, or of the nearest year on file (spans are not years)."""
    years = sorted((abs(int(y) - year), y) for y in records if y.isdigit())
    return records[years[0][1]] if years else None


def _nearest_year(key: WorkKey, works: Mapping[str, dict]) -> str | None:
    same = [k for k in map(WorkKey.parse, works) if (k.grade, k.subject, k.form) == (key.grade, key.subject, key.form)]
    return min(same, key=lambda k: abs(k.year - key.year)).text() if same else None


def _share(pooled: list[float]) -> list[float]:
    total = float(sum(pooled))
    return [float(value) / total for value in pooled]
