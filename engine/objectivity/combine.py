"""From signs to a school: pooling, Cauchy combination, families, false-discovery control, rules A, B, C.

Source: Liu & Xie 2020 (ACAT, valid for dependent p), Benjamini & Hochberg 1995, Storey et al. 2004,
Benjamini & Heller 2008 (partial conjunction).
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

SIGNS = ("S1_level", "S2_spike", "S3_journal", "S5_exam", "S6_uniform", "S6b_few_twos", "S7_profile", "S7b_slope",
         "S8_similar", "S9_absent")
# Signs that rest on the same evidence count once: S1 and S3 share the outcome (honest r = .49).
FAMILIES = {"level": ("S1_level", "S3_journal", "S5_exam"), "shape": ("S2_spike", "S6b_few_twos"),
            "uniform": ("S6_uniform", "S7_profile", "S7b_slope", "S8_similar"), "absent": ("S9_absent",)}
# Only signs whose honest year-to-year correlation is below .2 may count as "repeated".
REPEATABLE = ("S2_spike", "S8_similar", "S9_absent")
TAIL_FREEDOM = {"S7b_slope": 25.0}  # its honest far tail is heavier than normal
# A real gain of +0.4 sd moves S1 and S3 as inflation does (24 % of such schools fell under A when the level could lead
# alone), so the level family never leads: it only adds to other families and counts as the second one in rule B.
LEADING = ("shape", "uniform", "absent")
SPANS = ("year", "two", "all")  # this year, the last two, all known years: manipulation starts at some time


def stouffer(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return Σz/√m over known values; the correlation between works is absorbed later by the empirical null."""
    known = np.isfinite(z)
    count = known.sum(axis)
    return np.where(count > 0, np.where(known, z, 0).sum(axis) / np.sqrt(np.maximum(count, 1)), np.nan)


def upper_p(z: np.ndarray, freedom: float | None = None) -> np.ndarray:
    """Return the one-sided p of z; `freedom`: Student tail for heavy signs and for small norm groups."""
    tail = stats.norm.sf(z) if freedom is None else stats.t.sf(z, freedom)
    return np.where(np.isfinite(z), np.clip(tail, 1e-15, 1), np.nan)


def acat(p: np.ndarray, axis: int = -1) -> np.ndarray:
    """Combine possibly dependent p-values by the Cauchy rule; NaN are left out, all NaN gives NaN.

    Example: acat([.01, .01]) = .01; acat([.01, NaN]) = .01.
    """
    p = np.asarray(p, float)
    known = np.isfinite(p)
    safe = np.clip(np.where(known, p, 0.5), 1e-15, 1 - 1e-6)
    cauchy = np.where(known, np.tan((0.5 - safe) * np.pi), 0.0)
    count = known.sum(axis)
    combined = stats.cauchy.sf(cauchy.sum(axis) / np.maximum(count, 1))
    return np.where(count > 0, np.clip(combined, 1e-15, 1), np.nan)


def discoveries(p: np.ndarray, q: float) -> np.ndarray:
    """Return the Benjamini–Hochberg rejections at level q; NaN is never rejected and does not count as a test."""
    known = np.isfinite(p)
    found = np.zeros(p.shape, bool)
    if known.any():
        found[known] = stats.false_discovery_control(p[known], method="bh") <= q
    return found


def adaptive_discoveries(p: np.ndarray, q: float) -> np.ndarray:
    """Return BH at q / π₀, where π₀ is the share of honest schools read from p ≥ .5 (Storey, Taylor, Siegmund 2004).

    π₀ is never taken below one half: the list must not grow because p-values are few or lumpy.
    Example: 40 of 100 p-values above .5 give π₀ = 41 / 50 = .82; in an honest region π₀ ≈ 1 and this is plain BH.
    """
    known = np.isfinite(p)
    honest = ((p[known] >= 0.5).sum() + 1) / max(0.5 * known.sum(), 1e-9)
    return discoveries(p, q / float(np.clip(honest, 0.5, 1.0)))


@dataclass(frozen=True)
class Decision:
    """Result of the rules for one year. Shapes: (S,) each; families and signs: name -> (S,).

    attention: rule A; supported: rule B (a second family among the schools of A, or an independent sign in two
    consecutive years); family_found: families significant by themselves, for the card;
    found: rule C = A and B. tested: schools with a p-value; expected_false: q × number in the list of A.
    """

    q: float
    p: np.ndarray
    sign_p: Mapping[str, np.ndarray]
    family_p: Mapping[str, np.ndarray]
    family_found: Mapping[str, np.ndarray]
    repeated: np.ndarray
    attention: np.ndarray
    supported: np.ndarray
    found: np.ndarray
    tested: int

    @property
    def expected_false(self) -> float:
        """Expected number of innocent schools in the list of A."""
        return self.q * int(self.attention.sum())


def pool_families(z: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the Stouffer sum of the signs of every family, (S,) each; the caller re-reads their null."""
    return {family: stouffer(np.stack([z[s] for s in signs], 1)) for family, signs in FAMILIES.items()}


def decide(spans: Mapping[str, Mapping[str, np.ndarray]], together: Mapping[str, np.ndarray],
           years: Mapping[str, np.ndarray], q: float = 0.05,
           groups: Mapping[str, int] | None = None) -> Decision:
    """Apply rules A, B, C.

    spans: span -> sign -> z (S,); together: span -> z of all families added up (S,); years: sign -> z by year (S, T)
    for repetition; groups: sign -> schools its null rests on. A centre and a scale read from N schools are themselves
    uncertain, so p is taken from Student's t with N degrees of freedom (in districts of 45 this gives a false list in
    4.5 % of honest districts, the normal tail in 10 %).
    """
    def p_of(name: str, z: np.ndarray) -> np.ndarray:
        tails = [t for t in (TAIL_FREEDOM.get(name), (groups or {}).get(name)) if t is not None]
        return upper_p(z, max(3.0, min(tails)) if tails else None)

    sign_p = {name: acat(np.stack([p_of(name, z[name]) for z in spans.values()], 1)) for name in SIGNS}
    family_p = {family: acat(np.stack([sign_p[s] for s in signs], 1)) for family, signs in FAMILIES.items()}
    family_found = {family: discoveries(p, q) for family, p in family_p.items()}
    together_p = acat(np.stack([p_of("together", z) for z in together.values()], 1))
    leading = np.stack([family_p[family] for family in LEADING], 1)
    some_leading = np.isfinite(leading).any(1)  # a level without any other sign is no evidence at all
    school_p = np.where(some_leading, acat(np.column_stack([leading, together_p])), np.nan)
    repeated = np.any([_repeated(p_of(name, years[name]), q) for name in REPEATABLE], axis=0)
    attention = adaptive_discoveries(school_p, q)
    supported = _second_family(np.stack(list(family_p.values()), 1), attention, q) | repeated
    return Decision(q, school_p, sign_p, family_p, family_found, repeated, attention, supported,
                    attention & supported, int(np.isfinite(school_p).sum()))


def _second_family(family_p: np.ndarray, attention: np.ndarray, q: float) -> np.ndarray:
    """Second family beside the leading one: partial-conjunction p, controlled among the schools of list A only.

    p = (m − 1) · second smallest of the m known families (Benjamini & Heller 2008).
    """
    ordered = np.sort(np.where(np.isfinite(family_p), family_p, 1.0), 1)
    known = np.isfinite(family_p).sum(1)
    p = np.where(known >= 2, np.minimum((known - 1) * ordered[:, 1], 1), 1.0)
    found = np.zeros(len(p), bool)
    found[attention] = discoveries(p[attention], q)
    return found


def _repeated(p: np.ndarray, q: float) -> np.ndarray:
    """Two consecutive years of an independent sign: P(max ≤ x) = x², Bonferroni over the pairs of years."""
    pairs = p.shape[1] - 1
    if pairs < 1:
        return np.zeros(len(p), bool)
    both = np.maximum(p[:, 1:], p[:, :-1]) ** 2
    best = np.min(np.where(np.isfinite(both), both, np.inf), 1)
    return discoveries(np.where(np.isfinite(best), np.minimum(best * pairs, 1), np.nan), q)
