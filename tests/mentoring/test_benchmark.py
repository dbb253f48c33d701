"""The benchmark's answers, not its times: our total is the optimum, rivals are never better, and pairs are closer than random ones."""

from benchmarks.mentoring.quality import measure


def test_ours_is_the_optimum_and_no_rival_is_better():
    quality = measure(range(3000, 3040))
    assert quality.wrong == [] and quality.districts == 40
    assert all(rival.theirs >= rival.ours for rival in quality.rivals.values())
    assert (quality.matched[0] / quality.matched[1] < quality.random[0] / quality.random[1]).all()
