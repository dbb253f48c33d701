"""The ten things the language must be able to say, each a case in YAML without a line of Python."""

from pathlib import Path

import pytest

from tests.cases_in_yaml import differences, evaluate_case

CASES = sorted(Path(__file__).with_name("language").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_in_yaml(path, tmp_path):
    evaluation, expected = evaluate_case(path, tmp_path)
    assert differences(evaluation, expected) == []
