"""Norms, missing input, exclusion, states: the pipeline on small regions."""
import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.objectivity.districts import cut, shift_years
from benchmarks.objectivity.simulator import World, simulate
from engine.objectivity import school_signs
from engine.objectivity.codes import NORM_NOTES, SIGN_NAMES, State
from engine.objectivity.combine import SIGNS
from engine.objectivity.effects import effect_of, points_per_sd
from engine.objectivity.norms import NormSource
from engine.objectivity.records import WorkKey
from engine.objectivity.school_signs import REREAD_AT, make_norms, measure
from engine.objectivity.verdict import judge


@pytest.fixture(scope="module")
def region():
    """A region of 320 schools, two years, no pupil rows."""
    return simulate(75_000, World(schools=320, years=2, rows=False))


@pytest.fixture(scope="module")
def honest():
    """The same region with nobody who inflates."""
    return simulate(75_000, World(schools=320, years=2, rows=False, manipulators=0.0))


@pytest.fixture(scope="module")
def norms(region):
    """Its norms."""
    return make_norms(region.works, region.schools, "2026-09-01", "Тестовый регион")


def test_norms_are_plain_dated_data(norms):
    """JSON there and back; date, region, size; no result of a single school (no list is as long as the region)."""
    assert json.loads(json.dumps(norms)) == norms
    assert (norms["made"], norms["region"], norms["schools"]) == ("2026-09-01", "Тестовый регион", 320)

    def longest(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return max([len(value) if isinstance(value, list) else 0, *map(longest, inner)])
    assert longest(norms) < 60


def test_norms_of_the_region_reproduce_the_region(region, norms):
    """Applied to the schools they come from, norms give the same signs as the region being its own norm."""
    own, lent = measure(region.works, region.schools), measure(region.works, region.schools, norms)
    assert lent.source is NormSource.NORMS_FILE and own.source is NormSource.OWN_REGION
    for sign in SIGNS:
        assert np.allclose(own.z[sign], lent.z[sign], equal_nan=True, atol=1e-8), sign


def test_a_school_is_judged_alike_in_its_district(region, norms):
    """With norms a school's signs do not depend on who else is in the file."""
    whole = measure(region.works, region.schools, norms)
    pick, works, schools = next(cut(region, 45, False))
    part = measure(works, schools, norms)
    for sign in SIGNS:
        assert np.allclose(part.z[sign], whole.z[sign][pick], equal_nan=True, atol=1e-8), sign


def test_own_district_is_weak(region):
    """45 schools, nothing else: the source says so, C is never given and the note is printed."""
    _, works, schools = next(cut(region, 45, False))
    table = measure(works, schools)
    verdict = judge(table, q=0.5)
    assert table.source is NormSource.OWN_DISTRICT and State.FOUND not in verdict.states
    assert verdict.note == NORM_NOTES[NormSource.OWN_DISTRICT] and "предварительный" in verdict.note


def test_region_rows_and_earlier_norms(region, norms):
    """The region's row alone, and with norms of another year: source named, S2 from the row, items fitted here."""
    _, works, schools = next(cut(region, 45, True))
    assert measure(works, schools).source is NormSource.REGION_ROWS
    later = shift_years(region, 5)
    _, works, schools = next(cut(later, 45, True))
    table = measure(works, schools, norms)
    assert table.source is NormSource.EARLIER_NORMS and np.isfinite(table.z["S7_profile"]).any()
    assert table.groups["S7_profile"] <= 45 < table.groups["S1_level"]


@pytest.mark.parametrize("field, signs", [("cross", ["S3_journal"]), ("borders", ["S2_spike", "S6b_few_twos"]),
                                          ("item_sum", ["S7_profile", "S7b_slope"]), ("enrolled", ["S9_absent"]),
                                          ("rows", ["S8_similar"])])
def test_missing_input_leaves_the_sign_out(honest, field, signs):
    """Without the input the sign is NaN for all, the others do not change, decisions are still made. Nobody is listed here, so all nulls rest on the same schools."""
    empty = () if field == "borders" else None
    table = measure([replace(work, **{field: empty}) for work in honest.works], honest.schools)
    full = measure(honest.works, honest.schools)
    assert not judge(table, q=REREAD_AT).decision.attention.any() and not judge(full, q=REREAD_AT).decision.attention.any()
    for sign in SIGNS:
        if sign in signs:
            assert np.isnan(table.z[sign]).all()
        else:
            assert np.allclose(table.z[sign], full.z[sign], equal_nan=True)
    assert judge(table).decision.tested == 320


def test_listed_schools_do_not_stand_in_the_nulls(region, honest, monkeypatch):
    """A centre read with 16 % inflated schools among the rest is too high; read again without those listed, honest schools stand nearer to zero. An honest region stays as it was."""
    middles = {}
    for name, given in (("mixed", region), ("honest", honest)):
        again = measure(given.works, given.schools)
        with monkeypatch.context() as once:
            once.setattr(school_signs, "REREAD_AT", 0.0)
            first = measure(given.works, given.schools)
        innocent = ~given.truth.manipulates
        middles[name] = [float(np.nanmedian(table.together["year"][innocent])) for table in (first, again)]
    assert middles["mixed"][0] < middles["mixed"][1] < 0.0, "the honest median stood below zero: the centre was too high"
    assert middles["honest"][0] == middles["honest"][1]


def test_missing_for_one_school_is_its_own_matter(region):
    """NaN rows of one school: its signs are unknown, not zero; with all missing it is «недостаточно данных»."""
    def hide(work):
        hist, cross = work.hist.copy(), work.cross.copy()
        hist[5], cross[7] = np.nan, np.nan
        return replace(work, hist=hist, cross=cross)
    table = measure([hide(work) for work in region.works], region.schools)
    assert all(np.isnan(table.z[s][5]).all() for s in SIGNS if s != "S3_journal")
    assert np.isnan(table.z["S3_journal"][7]).all() and np.isfinite(table.z["S2_spike"][7]).all()
    assert judge(table).states[5] is State.NOT_ENOUGH


def test_no_exam_no_level(region):
    """S1, S3 and S5 need the ОГЭ level; the rest goes on."""
    table = measure(region.works, replace(region.schools, exams={}))
    assert all(np.isnan(table.z[s]).all() for s in ("S1_level", "S3_journal", "S5_exam"))
    assert np.isfinite(table.z["S2_spike"]).all()


def test_excluded_schools_form_no_norm_and_get_no_sign(region):
    """A correctional school with wild results changes nothing for others."""
    excluded = np.zeros(320, bool)
    excluded[3] = True
    schools = replace(region.schools, excluded=excluded)

    def wild(work):
        hist = work.hist.copy()
        hist[3] = 0
        hist[3, work.borders[0]] = 500
        return replace(work, hist=hist)
    calm, mad = measure(region.works, schools), measure([wild(work) for work in region.works], schools)
    assert judge(mad).states[3] is State.EXCLUDED
    for sign in SIGNS:
        assert np.isnan(mad.z[sign][3]).all() and np.allclose(calm.z[sign], mad.z[sign], equal_nan=True)


def test_tiny_school_is_not_judged(region):
    """Nine pupils in every work: «недостаточно данных»."""
    def shrink(work):
        hist = work.hist.copy()
        hist[0] = 0
        hist[0, work.borders[1]] = 9
        return replace(work, hist=hist)
    assert judge(measure([shrink(work) for work in region.works], region.schools)).states[0] is State.NOT_ENOUGH


def test_one_year_has_no_repetition(region):
    """The first year of a client: one span, no repeated signs."""
    last = [work for work in region.works if work.key.year == 1]
    table = measure(last, region.schools)
    assert np.isnan(table.spans["two"]["S2_spike"]).all() and not judge(table).decision.repeated.any()


def test_errors_are_named(region, norms):
    """One work twice, no works, a norm of another scale."""
    with pytest.raises(ValueError, match="twice"):
        measure([region.works[0], region.works[0]], region.schools)
    with pytest.raises(ValueError, match="no works"):
        measure([], region.schools)
    work = region.works[0]
    with pytest.raises(ValueError, match="maximum 21"):
        measure([replace(work, hist=np.pad(work.hist, ((0, 0), (0, 1))))], region.schools, norms)


def test_results_do_not_depend_on_the_order_of_works(region):
    """A generator in reverse order gives the same table."""
    first, second = measure(region.works, region.schools), measure(reversed(region.works), region.schools)
    for sign in SIGNS:
        assert np.allclose(first.z[sign], second.z[sign], equal_nan=True, atol=1e-9)


def test_effects_and_words(region):
    """An effect has an interval around it, an unknown one is None; every sign and norm has Russian words."""
    table = measure(region.works, region.schools)
    key = region.works[0].key
    effect = effect_of(table, key, "S1_level", 4)
    assert effect.low < effect.value < effect.high and effect_of(table, key, "S8_similar", 4) is None
    assert set(SIGN_NAMES) == set(SIGNS) and set(NORM_NOTES) == set(NormSource)
    assert np.isclose(points_per_sd(np.array([1.0, 0.0, 1.0])), 1.0)
    assert WorkKey.parse(key.text()) == key
