"""Which pairs may be, and what bars the others. A pair is (mentee, mentor), both as school codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, IntFlag

import numpy as np

from engine.truth import Codes

CodePair = tuple[str, str]


class Bar(IntFlag):
    """What stands between a mentee and a mentor, the easiest to lift first; several may hold at once."""

    NO_CONSENT = 1
    FULL = 2
    TRAVEL = 4
    CLUSTER = 8
    SUBJECT = 16
    TOO_DIFFERENT = 32
    TRAVEL_UNKNOWN = 64
    CLUSTER_UNKNOWN = 128
    SUBJECT_UNKNOWN = 256
    DISTANCE_UNKNOWN = 512
    FORBIDDEN = 1024
    REFUSED = 2048
    FIXED = 4096
    SAME_SCHOOL = 8192

    @property
    def russian(self) -> tuple[str, ...]:
        """Say each bar for a reader."""
        return tuple(_RUSSIAN[bar] for bar in self)


_RUSSIAN = {
    Bar.NO_CONSENT: "нет согласия", Bar.FULL: "наставник уже ведёт столько школ, сколько может", Bar.TRAVEL: "дальше допустимого в пути",
    Bar.CLUSTER: "другой кластер", Bar.SUBJECT: "не силён в предмете, где нужна помощь", Bar.TOO_DIFFERENT: "условия слишком различны",
    Bar.TRAVEL_UNKNOWN: "неизвестно время в пути", Bar.CLUSTER_UNKNOWN: "неизвестен кластер",
    Bar.SUBJECT_UNKNOWN: "неизвестно, силён ли в предмете", Bar.DISTANCE_UNKNOWN: "мало сведений для сравнения условий",
    Bar.FORBIDDEN: "не назначать", Bar.REFUSED: "отказ", Bar.FIXED: "закреплена другая пара", Bar.SAME_SCHOOL: "та же школа",
}
# A refusal stands, a pair fixed by a person is theirs to release; all the rest the district may lift, ask for, or find out.
LIFTABLE = ~(Bar.REFUSED | Bar.FIXED | Bar.SAME_SCHOOL)
_OVERRULED_BY_FIXING = (Bar.TRAVEL | Bar.CLUSTER | Bar.SUBJECT | Bar.TOO_DIFFERENT | Bar.TRAVEL_UNKNOWN | Bar.CLUSTER_UNKNOWN
                        | Bar.SUBJECT_UNKNOWN | Bar.DISTANCE_UNKNOWN)


class SubjectRule(Enum):
    """In how many of the mentee's weak subjects a mentor must be strong; the values are the words of the rules."""

    NONE = "не требуется"
    ANY = "хотя бы в одном"
    ALL = "во всех"


@dataclass(frozen=True, slots=True)
class Constraints:
    """The district's decisions.

    `capacity`: schools one mentor takes, `capacities`: exceptions by code. `consents`: schools that agreed, None while nobody was asked.
    `refused`: schools that take no part; `refused_pairs`, `forbidden` («не назначать»), `fixed`: (mentee, mentor). A fixed pair overrules
    limits of travel, cluster, subject and likeness, never a refusal, a missing consent or «не назначать». `max_travel`: in the units
    of `Facts.travel`; `max_distance`: in units of distance. `subject_penalty`: added to the distance, times the share of the mentee's weak
    subjects in which the mentor is not known to be strong. Errors: ValueError for negative numbers, a mentee fixed twice, more schools
    fixed to a mentor than it takes.
    """

    capacity: int = 2
    capacities: Mapping[str, int] = field(default_factory=dict)
    consents: frozenset[str] | None = None
    refused: frozenset[str] = frozenset()
    refused_pairs: frozenset[CodePair] = frozenset()
    forbidden: frozenset[CodePair] = frozenset()
    fixed: frozenset[CodePair] = frozenset()
    same_cluster: bool = False
    max_travel: float | None = None
    max_distance: float | None = None
    subjects: SubjectRule = SubjectRule.NONE
    subject_penalty: float = 0.0

    def __post_init__(self) -> None:
        if min([self.capacity, *self.capacities.values()]) < 0 or self.subject_penalty < 0:
            raise ValueError("A capacity or a penalty is negative.")
        mentees = [mentee for mentee, _ in self.fixed]
        if len(set(mentees)) != len(mentees):
            raise ValueError("A mentee is fixed to two mentors.")
        crowded = [mentor for mentor, count in Counter(mentor for _, mentor in self.fixed).items() if count > self.capacity_of(mentor)]
        if crowded:
            raise ValueError(f"More schools are fixed to a mentor than it takes: {', '.join(sorted(crowded))}.")

    def capacity_of(self, mentor: str) -> int:
        return self.capacities.get(mentor, self.capacity)

    @property
    def mentioned(self) -> frozenset[str]:
        """All school codes these decisions name: one that is in no list of schools is a slip of the pen."""
        pairs = self.refused_pairs | self.forbidden | self.fixed
        return frozenset(code for pair in pairs for code in pair) | self.refused | frozenset(self.capacities) | (self.consents or frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What the constraints ask about m mentees and n mentors, in the order of the comparison.

    `clusters`: by code, None or absent where unknown. `travel` (m, n): NaN where unknown. `weak` (m, s) and `strong` (n, s): truth
    codes 1 / 0 / -1 by `subjects` (s): where a mentee needs help, where a mentor can give it.
    """

    clusters: Mapping[str, str | None] = field(default_factory=dict)
    travel: np.ndarray | None = None
    subjects: tuple[str, ...] = ()
    weak: Codes | None = None
    strong: Codes | None = None

    def check(self, limits: Constraints, mentees: int, mentors: int) -> None:
        """Errors: ValueError for tables of another shape, or subjects demanded and not told (silence would count as «strong»)."""
        shapes = {"travel": (self.travel, (mentees, mentors)), "weak": (self.weak, (mentees, len(self.subjects))),
                  "strong": (self.strong, (mentors, len(self.subjects)))}
        for name, (table, shape) in shapes.items():
            if table is not None and table.shape != shape:
                raise ValueError(f"«{name}» must have the shape {shape}, not {table.shape}.")
        if (limits.subjects is not SubjectRule.NONE or limits.subject_penalty) and (self.weak is None or self.strong is None):
            raise ValueError("Subjects count in the constraints, but nobody's weak and strong subjects are told.")

    def ordered(self, rows: np.ndarray, columns: np.ndarray) -> Facts:
        """Return the facts of mentees and mentors at these positions."""
        return replace(self, travel=None if self.travel is None else self.travel[np.ix_(rows, columns)],
                       weak=None if self.weak is None else self.weak[rows], strong=None if self.strong is None else self.strong[columns])


def find_bars(limits: Constraints, facts: Facts, mentees: Sequence[str], mentors: Sequence[str], distance: np.ndarray) -> np.ndarray:
    """Return the bars of every pair as `Bar` flags; 0 where the pair may be. Shapes: (m, n) float64 -> (m, n) int64."""
    bars = np.zeros(distance.shape, np.int64)
    bars |= np.where(np.isnan(distance), Bar.DISTANCE_UNKNOWN, 0)
    if limits.max_distance is not None:
        bars |= np.where(distance > limits.max_distance, Bar.TOO_DIFFERENT, 0)
    bars |= _participation(limits, mentees)[:, None] | _participation(limits, mentors)[None, :]
    if limits.max_travel is not None:
        travel = facts.travel if facts.travel is not None else np.full(distance.shape, np.nan)
        bars |= np.where(np.isnan(travel), Bar.TRAVEL_UNKNOWN, np.where(travel > limits.max_travel, Bar.TRAVEL, 0))
    if limits.same_cluster:
        bars |= _clusters(facts, mentees, mentors)
    bars |= _subject_bars(limits.subjects, facts, distance.shape)
    _mark(bars, Bar.REFUSED, limits.refused_pairs, mentees, mentors)
    _mark(bars, Bar.FORBIDDEN, limits.forbidden, mentees, mentors)
    _mark(bars, Bar.SAME_SCHOOL, {(code, code) for code in mentees}, mentees, mentors)
    _fix(bars, limits.fixed, mentees, mentors)
    return bars


def _participation(limits: Constraints, schools: Sequence[str]) -> np.ndarray:
    refused = np.array([Bar.REFUSED if code in limits.refused else 0 for code in schools], np.int64)
    if limits.consents is None:
        return refused
    return refused | np.array([0 if code in limits.consents or code in limits.refused else Bar.NO_CONSENT for code in schools], np.int64)


def _clusters(facts: Facts, mentees: Sequence[str], mentors: Sequence[str]) -> np.ndarray:
    here = np.array([facts.clusters.get(code) for code in mentees], object)[:, None]
    there = np.array([facts.clusters.get(code) for code in mentors], object)[None, :]
    unknown = (here == None) | (there == None)  # noqa: E711 element by element
    return np.where(unknown, Bar.CLUSTER_UNKNOWN, np.where(here != there, Bar.CLUSTER, 0)).astype(np.int64)


def _subject_bars(rule: SubjectRule, facts: Facts, shape: tuple[int, int]) -> np.ndarray:
    if rule is SubjectRule.NONE:
        return np.zeros(shape, np.int64)
    needed, strong, unknown = subject_counts(facts)
    if rule is SubjectRule.ANY:
        met, possible = strong > 0, strong + unknown > 0
    else:
        met, possible = strong == needed, strong + unknown == needed
    met |= needed == 0
    return np.where(met, 0, np.where(possible, Bar.SUBJECT_UNKNOWN, Bar.SUBJECT)).astype(np.int64)


def subject_counts(facts: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count weak subjects of the mentee (m, 1), and those where the mentor is strong and where that is unknown (m, n)."""
    weak = (facts.weak > 0).astype(np.int64)
    return weak.sum(1, keepdims=True), weak @ (facts.strong > 0).astype(np.int64).T, weak @ (facts.strong == 0).astype(np.int64).T


def subject_penalty(limits: Constraints, facts: Facts, shape: tuple[int, int]) -> np.ndarray:
    """Return what is added to each distance for weak subjects without a strong mentor. Shapes: (m, n)."""
    if not limits.subject_penalty:
        return np.zeros(shape)
    needed, strong, _ = subject_counts(facts)
    return limits.subject_penalty * np.where(needed > 0, 1 - strong / np.maximum(needed, 1), 0.0)


def _mark(bars: np.ndarray, bar: Bar, pairs: Collection[CodePair], mentees: Sequence[str], mentors: Sequence[str]) -> None:
    row_of, column_of = ({code: at for at, code in enumerate(codes)} for codes in (mentees, mentors))
    for mentee, mentor in pairs:
        if mentee in row_of and mentor in column_of:
            bars[row_of[mentee], column_of[mentor]] |= bar


def _fix(bars: np.ndarray, pairs: Collection[CodePair], mentees: Sequence[str], mentors: Sequence[str]) -> None:
    row_of, column_of = ({code: at for at, code in enumerate(codes)} for codes in (mentees, mentors))
    for mentee, mentor in pairs:
        if mentee not in row_of:
            continue
        row, column = row_of[mentee], column_of.get(mentor, -1)
        others = np.arange(len(mentors)) != column
        bars[row, others] |= Bar.FIXED
        if column >= 0:
            bars[row, column] &= ~_OVERRULED_BY_FIXING
