"""The benchmarks' answers, not their figures: all competitors must agree. Peers that are not installed are left out."""

from benchmarks import aggregation, classification


def test_statuses_agree():
    """numpy twice, the product, and each peer against numpy doing its kind of sums."""
    assert classification.run(500, repeats=1, memory=False).wrong == ()


def test_indicators_agree_with_sql_by_hand():
    """Values and bounds, on complete data and with gaps."""
    assert aggregation.run(60, repeats=1, memory=False).wrong == ()
