"""Missing data never pass for «all is well»: without any one input file no conclusion turns into its opposite."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from engine.problems import errors
from engine.program import CategoryPlan, CriterionPlan
from engine.run import evaluate_tables, read, run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
FILES = sorted(path.name for path in (ROOT / "sample_data").iterdir() if path.suffix in (".xlsx", ".csv"))
REGISTRY = "Реестр школ.xlsx"
CODES = "Коды школ в ФИС ОКО.xlsx"

# Without enrolment nobody can see that most of a class was absent: the sign is left out for all, the reports say how many signs were looked at,
# and a list that stood on it may lose a school. It may not gain one.
# A re-check nobody told of has cleared nothing and is not awaited: the policy of both criteria is «при отсутствии данных: не выполнен».
SIGNS_LEFT_OUT = {"Контингент по классам.xlsx": ("внимание_по_статистике", "внимание_и_проверка", "требует_внимания", "признаки_необъективности"),
                  "Наблюдение и перепроверка.xlsx": ("снято_перепроверкой", "ждёт_перепроверки")}

# The list of attention is drawn from all signs together. Without the ОГЭ of earlier years «ОГЭ через год» is left out, and a school near the border of the list may come onto it
# or leave it; how many of the listed are innocent stays controlled (the rows «без ОГЭ» of docs/objectivity.md). Found signs may not appear for want of a file.
REWEIGHED = {"ОГЭ прошлых лет.xlsx": ("внимание_по_статистике", "требует_внимания")}


@pytest.fixture(scope="module")
def whole():
    result, problems = run(ROOT / "rules", ROOT / "sample_data", DAY)
    assert result is not None, problems
    return result


def without(name: str, folder: Path, program=None):
    """Run on the sample without one file; a program that is there already is not built again."""
    for path in (ROOT / "sample_data").iterdir():
        if path.name in FILES and path.name != name:
            shutil.copy(path, folder / path.name)
    if program is None:
        return run(ROOT / "rules", folder, DAY)
    tables, problems = read(program, folder)
    assert not errors(problems)
    return evaluate_tables(program, tables, DAY)


@pytest.mark.parametrize("name", [file for file in FILES if file not in (REGISTRY, CODES)])
def test_without_a_file_nothing_is_turned_over(name, whole, tmp_path):
    """Met may become unknown and not met may become unknown; nothing changes sides (but at the border of a list that is drawn from fewer signs), and nobody becomes «стабильная»."""
    after, problems = without(name, tmp_path, whole.program)
    assert after is not None, problems
    before = whole.evaluation
    assert before.frames["школа"].codes == after.frames["школа"].codes
    turned = []
    for plan in [*whole.program.of(CriterionPlan, "школа"), *whole.program.of(CategoryPlan, "школа")]:
        if isinstance(plan, CategoryPlan) and plan.block.rest:
            continue
        now, then = before.status(plan.name), after.status(plan.name)
        if name in SIGNS_LEFT_OUT and plan.name in SIGNS_LEFT_OUT[name]:
            assert not ((now == -1) & (then == 1)).any()
            continue
        if plan.name in REWEIGHED.get(name, ()):
            assert ((then != 0) & (now != then)).sum() <= 1
            continue
        turned += [(plan.name, code) for code, changed in zip(before.frames["школа"].codes, (then != 0) & (now != then), strict=True) if changed]
    assert turned == []
    stable_before, stable_after = before.status("стабильная"), after.status("стабильная")
    assert not ((stable_after == 1) & (stable_before != 1)).any()


def test_a_missing_file_is_told(tmp_path):
    """Without one exam the run says whose rows are absent; it might be a school's one low work, so the zone of risk becomes undetermined."""
    result, _ = without("ОГЭ 2026 математика.xlsx", tmp_path)
    told = [problem for problem in result.problems if problem.code == "D304"]
    undetermined = int((result.evaluation.status("зона_риска") == 0).sum())
    assert len(told) > 0
    assert undetermined > 20
    assert int((result.evaluation.status("стабильная") == 1).sum()) == 0


def test_without_the_registry_nothing_is_concluded(tmp_path):
    result, problems = without(REGISTRY, tmp_path)
    assert result is None
    assert any(problem.is_error for problem in problems)


def test_without_the_crosswalk_the_codes_of_the_reports_are_unknown(tmp_path):
    result, problems = without(CODES, tmp_path)
    assert result is None
    assert "D302" in {problem.code for problem in problems if problem.is_error}


def test_a_school_that_did_not_report_is_undetermined_not_stable(whole):
    """№ 9027 did not hand in ВПР of the report year."""
    row = whole.evaluation.frames["школа"].row("9027")
    assert whole.evaluation.status("шнор")[row] == 0
    assert whole.evaluation.status("стабильная")[row] != 1
