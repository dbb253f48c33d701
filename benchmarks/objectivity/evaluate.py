"""Run worlds and count flags by rule. One world = several regions; only counts are kept."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine.objectivity.federal import federal_signs
from engine.objectivity.records import Schools, Work
from engine.objectivity.school_signs import SignTable, make_norms, measure
from engine.objectivity.verdict import judge

from .districts import cut, shift_years, truth_of
from .manipulate import KINDS
from .naive import rules as naive_rules
from .simulator import Region, Truth, World, simulate, without_rows

A, C = "A «требует внимания»", "C «выявлены признаки»"


@dataclass
class Tally:
    """Flags of one rule with the truth beside them, collected over regions."""

    flagged: list = field(default_factory=list)
    manipulates: list = field(default_factory=list)
    q: list = field(default_factory=list)
    kind: list = field(default_factory=list)
    gymnasium: list = field(default_factory=list)
    gained: list = field(default_factory=list)
    groups: list = field(default_factory=list)  # was anybody flagged in this region or district

    def add(self, flags: np.ndarray, truth: Truth, gymnasium: np.ndarray) -> None:
        """Add one region or district."""
        for store, values in ((self.flagged, flags), (self.manipulates, truth.manipulates), (self.q, truth.q),
                              (self.kind, truth.kind), (self.gymnasium, gymnasium > 0), (self.gained, truth.gained)):
            store.append(np.asarray(values))
        self.groups.append(bool(np.any(flags)))

    def _all(self, name: str) -> np.ndarray:
        return np.concatenate(getattr(self, name))

    @property
    def schools(self) -> int:
        """Schools counted."""
        return len(self._all("flagged"))

    def rate(self, name: str | None = None) -> float:
        """Share of honest schools flagged, of those with a trait (gymnasium, gained) if named."""
        honest = ~self._all("manipulates")
        return _mean(self._all("flagged")[honest & (True if name is None else self._all(name))])

    @property
    def fdr(self) -> float:
        """Share of honest schools in the list."""
        return _mean(~self._all("manipulates")[self._all("flagged")])

    def recall(self, least: float = 0.0, exactly: float | None = None, kind: str | None = None) -> float:
        """Share of manipulating schools found, at an intensity and of a kind."""
        chosen = self._all("manipulates") & (self._all("q") >= least)
        if exactly is not None:
            chosen &= np.isclose(self._all("q"), exactly)
        if kind is not None:
            chosen &= self._all("kind") == KINDS.index(kind)
        return _mean(self._all("flagged")[chosen])


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


Tallies = dict[str, Tally]
Judge = Callable[[Region], Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]]


def run(world: World, regions: int, seed: int, judges: Judge) -> Tallies:
    """Simulate `regions` regions from `seed` on and tally every rule the judge yields."""
    tallies: Tallies = defaultdict(Tally)
    for i in range(regions):
        for rule, flags, truth, gymnasium in judges(simulate(seed + i, world)):
            tallies[rule].add(flags, truth, gymnasium)
    return dict(tallies)


def ours(region: Region, q: float = 0.05, label: str = "") -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
    """Judge a region that is its own norm."""
    table = measure(region.works, region.schools)
    yield from _flags(table, q, label, region.truth, region.schools)


def _flags(table: SignTable, q: float, label: str, truth: Truth,
           schools: Schools) -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
    decision = judge(table, q).decision
    found = decision.found & table.source.strong
    for rule, flags in ((A, decision.attention), (C, found)):
        yield f"{rule}{label}", flags, truth, schools.gymnasium


def everything(region: Region) -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
    """Judge by the naive markers, the 2018 list, the federal signs and ours with and without some inputs."""
    year = max(work.key.year for work in region.works)
    gymnasium = region.schools.gymnasium
    for rule, flags in naive_rules(region, year).items():
        yield rule, flags, region.truth, gymnasium
    federal = federal_signs({work.key: work for work in region.works}, region.schools, year)
    yield "14 федеральных признаков (хотя бы один)", federal.marked, region.truth, gymnasium
    yield "14 федеральных признаков (два и более)", federal.count >= 2, region.truth, gymnasium
    table = measure(region.works, region.schools)
    yield from _flags(table, 0.05, ", q = 0,05", region.truth, region.schools)
    yield from _flags(table, 0.10, ", q = 0,10", region.truth, region.schools)
    bare = without_rows(region)
    yield from ours(bare, label=", без строк учеников")
    last = [work for work in region.works if work.key.year == year]
    yield from ours(replace(region, works=last), label=", один год данных")
    poor = [replace(work, enrolled=None) for work in bare.works]
    yield from ours(replace(region, works=poor), label=", без строк и без списочного состава")
    yield from ours(replace(region, schools=replace(region.schools, exams={})), label=", без ОГЭ")


def only_ours(region: Region) -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
    """Judge by ours only, full input."""
    yield from ours(region)


def districts(size: int, other_seed: int, world: World) -> Judge:
    """Return a judge of every district of a region with four kinds of norms (no pupil rows)."""
    def judges(region: Region) -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
        region = without_rows(region)
        other = without_rows(simulate(other_seed + int(1e6 * abs(region.schools.social[0])) % 100_000, world))
        earlier = make_norms(other.works, other.schools, "2023-09-01", "другой год")
        norms = make_norms(region.works, region.schools, "2026-09-01", "регион")
        yield from _by_district(region, size, norms, False, ", нормы региона")
        yield from _by_district(shift_years(region, 3), size, earlier, True, ", нормы другого года и строка региона")
        yield from _by_district(region, size, None, True, ", только строка региона")
        yield from _by_district(region, size, None, False, ", район сам себе норма")
    return judges


def _by_district(region: Region, size: int, norms: dict | None, pooled: bool,
                 label: str) -> Iterator[tuple[str, np.ndarray, Truth, np.ndarray]]:
    for pick, works, schools in cut(region, size, pooled):
        table = measure(_stream(works), schools, norms)
        yield from _flags(table, 0.05, label, truth_of(region.truth, pick), schools)


def _stream(works: list[Work]) -> Iterator[Work]:
    yield from works
