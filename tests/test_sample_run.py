"""The sample district, end to end: durable-rules against the oracle, the same bytes twice, every school explained."""

from __future__ import annotations

import filecmp
from datetime import date
from pathlib import Path

import pytest

from engine import conditions
from engine.explanation import Evidence
from engine.program import CategoryPlan, CriterionPlan, MeasurePlan
from engine.record import RecordError, open_run, save
from engine.robustness import changes
from engine.run import run
from engine.truth import Truth
from tests import oracle

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)


@pytest.fixture(scope="module")
def sample():
    result, problems = run(ROOT / "rules", ROOT / "sample_data", DAY)
    assert result is not None, problems
    return result


@pytest.fixture(scope="module")
def saved(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    save(sample, folder)
    return folder


def test_every_conclusion_about_every_school_agrees_with_the_oracle(sample):
    """Categories and measures of all 44 schools, against an evaluator that shares no code with the engine."""
    evaluation = sample.evaluation
    compared = 0
    for level, frame in evaluation.frames.items():
        for plan in [*sample.program.of(CategoryPlan, level), *sample.program.of(MeasurePlan, level)]:
            condition = evaluation.conditions[plan.name]
            tree = oracle.from_condition(condition)
            for row in range(len(frame)):
                words = {name: oracle.WORDS[Truth(int(evaluation.indicators.column_of(level, name)[row]))] for name in conditions.names(condition)}
                expected = oracle.kleene(tree, words)
                assert oracle.WORDS[Truth(int(evaluation.status(plan.name)[row]))] == expected, (plan.name, frame.codes[row])
                compared += 1
    assert compared >= 44 * 40


def test_durable_rules_drew_the_conclusions(sample):
    assert sample.evaluation.engine_name.startswith("durable-rules")
    assert sample.evaluation.engine_calls > 0


def test_the_same_inputs_give_the_same_bytes(saved, tmp_path):
    again, _ = run(ROOT / "rules", ROOT / "sample_data", DAY)
    save(again, tmp_path)
    files = sorted(path.relative_to(saved) for path in saved.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    different = [file for file in files if not filecmp.cmp(saved / file, tmp_path / file, shallow=False)]
    assert (different, len(files) > 30) == ([], True)


def test_a_saved_run_opens_with_the_same_columns_and_explanations(sample, saved):
    opened = open_run(saved)
    for plan in [*sample.program.of(CategoryPlan), *sample.program.of(CriterionPlan), *sample.program.of(MeasurePlan)]:
        assert (opened.evaluation.status(plan.name) == sample.evaluation.status(plan.name)).all(), plan.name
    assert opened.number == sample.number
    for row in (0, 20, 40):
        for plan in sample.program.of(CategoryPlan, "школа"):
            assert opened.explainer.category(plan.name, row) == sample.explainer.category(plan.name, row)


def test_a_record_changed_by_hand_is_refused(saved, tmp_path):
    """A rule edited inside the store would explain a conclusion by a rule that did not give it."""
    import shutil
    folder = tmp_path / "copy"
    shutil.copytree(saved, folder)
    rule = folder / "store" / "rules" / "low_results" / "thresholds.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("2022-09-01: 30", "2022-09-01: 31", 1), encoding="utf-8")
    with pytest.raises(RecordError, match="изменены"):
        open_run(folder)


def test_an_empty_folder_holds_no_run(tmp_path):
    with pytest.raises(RecordError, match="нет расчёта"):
        open_run(tmp_path)


def leaves(evidence: Evidence):
    yield evidence
    for child in evidence.children:
        yield from leaves(child)


def test_every_met_category_is_traced_to_a_cell(sample):
    """Each group of each school rests, at the end, on a cell of a file (or on its absence)."""
    explainer = sample.explainer
    frame = sample.evaluation.frames["школа"]
    traced = 0
    for plan in sample.program.of(CategoryPlan, "школа"):
        for row in range(len(frame)):
            if explainer.status(plan.name, row) is not Truth.MET or plan.name in ("стабильная", "не_определена", "группа_внимания", "требует_внимания"):
                continue
            cells = [item.place.cell for node in leaves(explainer.category(plan.name, row)) for item in node.rows]
            assert any(cells), (plan.name, frame.codes[row])
            traced += 1
    assert traced >= 20


def held(page, name: str, address: str):
    """What a cell holds; a range of pupils' marks counts to a number, a percent of the participants beside it is a number of pupils."""
    if ":" in address:
        marks = [str(cell.value) for row in page[address] for cell in row if cell.value is not None]
        return sum(mark in "2345" for mark in marks) if name == "участников" else marks.count(name[-1])
    value = page[address].value
    return round(value * page[f"C{address[1:]}"].value / 100) if "Статистика" in page.title and name != "участников" else value


def test_a_cell_named_in_an_explanation_holds_the_value(sample):
    """The cells behind «низких_процедур» of every school are opened with another reader and compared."""
    import openpyxl
    books: dict[str, openpyxl.Workbook] = {}
    explainer, frame = sample.explainer, sample.evaluation.frames["школа"]
    compared = 0
    for row in range(0, len(frame), 6):
        for item in explainer.indicator("низких_процедур", row).rows:
            for name, shown, address in item.cells:
                if not address or not item.place.file.endswith(".xlsx"):
                    continue
                if item.place.file not in books:
                    books[item.place.file] = openpyxl.load_workbook(ROOT / "sample_data" / item.place.file, data_only=True)
                page = books[item.place.file][item.place.sheet]
                assert str(held(page, name, address)) == shown, (item.place, address)
                compared += 1
    assert compared > 40


def test_what_would_turn_a_criterion_over_is_true(sample):
    """Taking the named number of pupils away brings the share to the other side of the threshold; one pupil fewer does not."""
    explainer, frame = sample.explainer, sample.evaluation.frames["школа"]
    checked = 0
    for row in range(len(frame)):
        for change in changes(explainer, "низкие_по_числу", row):
            if change.pupils is None:
                continue
            n, count, border = change.value.size, round(change.value.low * change.value.size / 100), change.threshold.low
            step = -1 if change.status is Truth.MET else 1
            inside, outside = (100 * (count + step * k) / n for k in (change.pupils - 1, change.pupils))
            assert (inside >= border, outside >= border) == (change.status is Truth.MET, change.status is not Truth.MET)
            checked += 1
    assert checked > 100
