"""A methodologist changes YAML and the run changes: no Python is touched."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.run import run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
NEW = """\
показатели:
  наибольшая_доля_огэ:
    название: Наибольшая доля «2» на ОГЭ
    единица: "%"
    таблица: доля_ниже_минимума
    год: последний
    где: процедура равно ОГЭ
    формула: максимум(значение)
критерии:
  трудный_огэ:
    название: Трудности на ОГЭ
    основание: предложение методиста
    сверено: 2026-08-20
    когда: наибольшая_доля_огэ не менее 10
категории:
  помощь_с_огэ:
    название: Помощь с подготовкой к ОГЭ
    основание: предложение методиста
    сверено: 2026-08-20
    когда: трудный_огэ
меры:
  занятия_к_огэ:
    название: Занятия по подготовке к ОГЭ
    для: {категория: помощь_с_огэ}
    ответственный: имц
    срок: {с: 11-01, по: 04-30}
    основание: предложение методиста
    сверено: 2026-08-20
"""


@pytest.fixture()
def rules(tmp_path):
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    return tmp_path / "rules"


def evaluated(rules: Path):
    result, problems = run(rules, ROOT / "sample_data", DAY)
    assert result is not None, problems
    return result


def test_one_threshold_changed_in_yaml_changes_the_run(rules):
    """With 20 % in place of 30 % the same works count as low; each school's count is made anew here from the run's shares."""
    path = rules / "low_results" / "thresholds.yaml"
    text = path.read_text(encoding="utf-8")
    block = text[text.index("  низкая_доля"):]
    edited = block.replace(": 30}", ": 20}", 1)
    assert edited != block
    path.write_text(text.replace(block, edited), encoding="utf-8")
    before, after = evaluated(ROOT / "rules"), evaluated(rules)
    frame = after.evaluation.frames["школа"]
    counts = {name: run_.evaluation.frames["школа"].columns["низких_процедур"].low for name, run_ in (("before", before), ("after", after))}
    assert np.nansum(counts["after"]) > np.nansum(counts["before"])
    rows = after.tables.connection.execute(
        'SELECT _unit, count(*) FROM "срез_доля_учитываемых" WHERE год = 2026 AND численность >= 10 AND значение >= 20 GROUP BY _unit').fetchall()
    expected = dict(rows)
    for row in range(len(frame)):
        if not np.isnan(counts["after"][row]):
            assert counts["after"][row] == expected.get(row, 0), frame.codes[row]
    assert before.number != after.number


def test_an_indicator_a_criterion_a_category_and_a_measure_are_added_in_yaml(rules):
    """A new file of rules is all it takes; the category is where the largest share of «2» in ОГЭ is 10 % or more."""
    roles = (rules / "district.yaml").read_text(encoding="utf-8")
    assert "  имц:" in roles
    (rules / "new.yaml").write_text(NEW, encoding="utf-8")
    result = evaluated(rules)
    frame = result.evaluation.frames["школа"]
    rows = dict(result.tables.connection.execute(
        "SELECT _unit, max(100.0 * отметка_2 / участников) FROM результаты WHERE процедура = 'ОГЭ' AND год = 2026 AND участников > 0 GROUP BY _unit").fetchall())
    helped = {row for row, share in rows.items() if share is not None and share >= 10}
    assert helped and {row for row in range(len(frame)) if frame.columns["помощь_с_огэ"][row] == 1} == helped
    assert {row for row in range(len(frame)) if frame.columns["занятия_к_огэ"][row] == 1} == helped
