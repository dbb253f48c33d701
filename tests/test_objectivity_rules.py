"""Signs from tables to categories: the federal 14 against their own oracle, ways switched in YAML, re-checks, silence, weak norms."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.checking import check
from engine.evaluation import Evaluation
from engine.loading import load
from engine.methods.objectivity import SIGNS, measured
from engine.objectivity.codes import State
from engine.objectivity.federal import federal_signs
from engine.objectivity.norms import NormSource
from engine.objectivity.records import ExamMeans, Schools, Work, WorkKey
from engine.problems import errors
from engine.run import evaluate_tables, read

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
SUBJECTS = {"русский язык": "russian", "математика": "math"}
GYMNASIUMS = ("9003", "9011", "9017", "9024")
STATISTICAL = ("внимание_по_статистике", "выявлено_по_статистике", "внимание_и_проверка")


@pytest.fixture(scope="module")
def program():
    rules, problems = load(ROOT / "rules")
    made, more = check(rules, DAY, examples=False)
    assert not errors([*problems, *more])
    return made


def evaluated(program, *changes: str) -> Evaluation:
    """Evaluate the sample after SQL changes of its tables as they were read."""
    tables, problems = read(program, ROOT / "sample_data")
    assert not errors(problems)
    for change in changes:
        tables.connection.execute(change)
    for name in tables.info:
        tables.refresh(name)
    result, found = evaluate_tables(program, tables, DAY)
    assert result is not None, found
    return result


@pytest.fixture(scope="module")
def sample(program):
    return evaluated(program)


def column(evaluation: Evaluation, name: str) -> dict[str, tuple[float, float]]:
    frame = evaluation.frames["школа"]
    value = frame.columns[name]
    return {code: (low, high) for code, low, high in zip(frame.codes, value.low, value.high, strict=True)}


def status(evaluation: Evaluation, name: str) -> dict[str, int]:
    return dict(zip(evaluation.frames["школа"].codes, evaluation.status(name).tolist(), strict=True))


# ---------------------------------------------------------------- the federal 14


def table(evaluation: Evaluation, name: str) -> pd.DataFrame:
    return evaluation.indicators.tables.connection.execute(f'SELECT * FROM "{name}" WHERE _status <> 1').df()


def federal_oracle(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """The 14 signs by engine/objectivity/federal.py (itself checked by hand in tests/objectivity), from the tables by pandas."""
    count = len(evaluation.frames["школа"])
    works, scores, groups, scales = {}, table(evaluation, "работы_впр"), table(evaluation, "группы_впр"), table(evaluation, "шкалы")
    scores = scores[scores["_unit"].notna()]
    for (subject, grade, year), part in scores.groupby(["предмет", "класс", "год"]):
        top = int(scales.query("предмет == @subject and класс == @grade and год == @year")["максимум"].iloc[0])
        units = np.sort(part["_unit"].astype(int).unique())
        place = {unit: row for row, unit in enumerate(units)}
        hist, journal = np.zeros((len(units), top + 1)), np.zeros((len(units), 4, top + 1))
        for unit, mark, score, n in zip(part["_unit"].astype(int), part["журнал"], part["балл"], part["работ"], strict=True):
            hist[place[unit], score] += n
            if mark >= 2:
                journal[place[unit], mark - 2, score] += n
        region = groups.query("вид_группы == 'регион' and предмет == @subject and класс == @grade and год == @year").set_index("балл")
        region = region["доля"] * region["участников"] / 100
        pooled = region.reindex(range(top + 1), fill_value=0).to_numpy(float) if len(region) else None
        key = WorkKey(int(grade), SUBJECTS[subject], int(year))
        works[key] = Work(key, units, hist, (), score_by_journal=journal, pooled=pooled)
    exams = {}
    for (subject, year), part in table(evaluation, "результаты").query("процедура == 'ОГЭ'").groupby(["предмет", "год"]):
        part = part[part["_unit"].notna()].groupby("_unit")[[f"отметка_{mark}" for mark in (2, 3, 4, 5)]].sum()
        marks = [np.repeat([2, 3, 4, 5], row.astype(int)) for row in part.to_numpy()]
        mean, n, sd = np.full((3, count), np.nan)
        for unit, values in zip(part.index.astype(int), marks, strict=True):
            if len(values) > 1:
                mean[unit], n[unit], sd[unit] = values.mean(), len(values), values.std(ddof=1)
        exams[(SUBJECTS[subject], int(year))] = ExamMeans(mean, n, sd)
    return dict(federal_signs(works, Schools(count, exams=exams), 2026).signs)


def test_the_federal_signs_are_the_methodology_to_the_letter(sample):
    signs = federal_oracle(sample)
    parts = {"фед_завышений_впр": [name for name in signs if name.startswith("inflated") and "oge" not in name],
             "фед_завышений_огэ": [name for name in signs if "oge" in name],
             "фед_несоответствий": [name for name in signs if name.startswith("journal")],
             "фед_изменений": [name for name in signs if name.startswith(("rise", "fall"))]}
    checked = 0
    for indicator, names in parts.items():
        values = np.stack([signs[name] for name in names])
        for row, (code, (low, high)) in enumerate(column(sample, indicator).items()):
            if code in ("9041", "9042"):      # the Положение is not applied to them
                continue
            present = np.nansum(values[:, row])
            if low == high:
                assert low == present, (indicator, code)
                checked += 1
            elif not np.isnan(low):           # bounds: the rules leave a correlation of fewer than eight pupils unknown, the oracle counts it
                assert low <= present <= high, (indicator, code)
    assert checked > 150
    assert sum(low > 0 for low, _ in column(sample, "фед_признаков").values()) > 8      # the rule marks honest schools too: that is the rule


def with_ways(tmp_path: Path, on: dict[str, bool]):
    """The rules with criteria switched on or off, as a methodologist would edit them."""
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    for path in (folder / "objectivity").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        for name, enabled in on.items():
            head = f"\n  {name}:\n"
            if head in text:
                before, after = text.split(head)
                after = after.replace("    включён: нет\n", "", 1) if enabled else "    включён: нет\n" + after
                text = before + head + after
        path.write_text(text, encoding="utf-8")
    rules, problems = load(folder)
    made, more = check(rules, DAY, examples=False)
    assert not errors([*problems, *more]), errors([*problems, *more])
    return made


def test_the_way_in_force_is_chosen_in_yaml(tmp_path, sample):
    federal = evaluated(with_ways(tmp_path, {"признаки_по_федеральной_методике": True, **dict.fromkeys(STATISTICAL, False)}))
    marked = {code for code, (low, _) in column(federal, "фед_признаков").items() if low >= 1} - {"9041", "9042"}
    cleared = {code for code, value in status(federal, "снято_перепроверкой").items() if value == 1}
    assert {code for code, value in status(federal, "признаки_необъективности").items() if value == 1} == marked - cleared
    assert {code for code, value in status(sample, "признаки_необъективности").items() if value == 1} == {"9031"}


# ---------------------------------------------------------------- statistics


def found_by(evaluation: Evaluation):
    name = next(name for name, block in evaluation.program.rules.indicators.items() if block.method == SIGNS)
    return measured(evaluation.calculation(name))


def test_a_lifted_school_is_found_and_strong_schools_are_not(sample):
    """generate.py lifts № 9031 at all borders for two years; №№ 9003, 9011, 9017, 9024 are honest gymnasiums and a lyceum with high results."""
    assert found_by(sample).table.source is NormSource.NORMS_FILE
    assert status(sample, "выявлено_по_статистике")["9031"] == 1
    assert [status(sample, "внимание_по_статистике")[code] for code in GYMNASIUMS] == [-1] * 4
    extra, low = column(sample, "лишних_у_границ")["9031"][0], column(sample, "лишних_не_менее")["9031"][0]
    assert low > 0 and extra > 100


def test_the_sign_of_the_border_is_the_excess_over_the_expected_curve(sample):
    """The number on the card against counts of the table: works on the borders less the window times the expected share, work by work."""
    from engine.objectivity.effects import curve_of
    found, row = found_by(sample), sample.frames["школа"].row("9031")
    total = 0.0
    for key, result in found.table.works.items():
        if key.year == 2026:
            work = found.work(key)
            place = int(np.flatnonzero(work.schools == row)[0])
            curve = curve_of(work, place, result.norm)
            on_border = table(sample, "работы_впр").query("_unit == @row and предмет == @key.subject and класс == @key.grade and год == 2026")
            counted = sum(int(on_border.loc[on_border["балл"] == border, "работ"].sum()) for border in work.borders)
            assert counted == curve.at_border.sum()
            total += counted - curve.expected_at_border.sum()
    assert column(sample, "лишних_у_границ")["9031"][0] == pytest.approx(total, abs=1e-6)


def test_without_norms_the_strong_word_is_not_said(program):
    """A district that is its own norm stops at «требует внимания»; whether signs support each other is then unknown, not «нет»."""
    alone = evaluated(program, 'DELETE FROM "нормы_впр"', 'DELETE FROM "группы_впр"')
    assert found_by(alone).table.source is NormSource.OWN_DISTRICT
    attention, found = status(alone, "внимание_по_статистике"), status(alone, "выявлено_по_статистике")
    assert attention["9031"] == 1 and found["9031"] == 0
    assert {found[code] for code, value in attention.items() if value == 1} == {0}
    assert 1 not in found.values()


def test_what_a_school_did_not_hand_in_is_not_in_its_favour(program, sample):
    """№ 9016 without its enrolment while the others gave theirs: undetermined, not «признаков не выявлено»; nobody else changes."""
    silent = evaluated(program, '''DELETE FROM "контингент" WHERE "школа" = '9016' ''')
    before, after = status(sample, "внимание_по_статистике"), status(silent, "внимание_по_статистике")
    assert (before["9016"], after["9016"]) == (-1, 0)
    assert {code: value for code, value in before.items() if code != "9016"} == {code: value for code, value in after.items() if code != "9016"}


def test_without_scales_nobody_is_cleared(program):
    bare = evaluated(program, 'DELETE FROM "шкалы"')
    assert set(status(bare, "внимание_по_статистике").values()) == {0, -1}
    assert {code for code, value in status(bare, "внимание_по_статистике").items() if value == -1} == {"9041", "9042"}     # not applied to them


def test_small_schools_are_said_to_be_small(sample):
    """№ 9036 has 5–9 pupils in a grade: no conclusion either way."""
    verdict = found_by(sample).verdict(0.05)
    states = dict(zip(sample.frames["школа"].codes, verdict.states, strict=True))
    assert states["9036"] is State.NOT_ENOUGH and states["9041"] is State.EXCLUDED and states["9027"] is State.NOT_ENOUGH
    assert status(sample, "требует_внимания")["9036"] == 0
    assert verdict.decision.expected_false == pytest.approx(0.05 * verdict.decision.attention.sum())


# ---------------------------------------------------------------- interactions of domain.md § 9.2


def test_a_sign_cleared_by_a_recheck_is_closed_for_the_year(program, sample):
    cleared = evaluated(program, '''UPDATE "перепроверки" SET "исход" = 'признаки сняты' WHERE "школа" = '9031' ''')
    assert status(sample, "признаки_необъективности")["9031"] == 1 and status(cleared, "признаки_необъективности")["9031"] == -1
    assert status(cleared, "требует_внимания")["9031"] == -1
    assert status(sample, "шнор")["9031"] == 1 and status(cleared, "шнор")["9031"] == -1        # the way out is open again


def test_results_that_await_a_recheck_are_no_growth_and_no_exit(program, sample):
    """№ 9006 is a candidate for the group of growth, № 9020 leaves ШНОР; with a re-check ahead neither does."""
    assert status(sample, "группа_роста")["9006"] == 1 and status(sample, "шнор")["9020"] == -1
    awaiting = evaluated(program, *(f'''INSERT INTO "перепроверки" ("школа", "предмет", "класс", "год", "перепроверено", "изменено", "исход", _source, _row, _status)
                                        VALUES ('{code}', 'математика', 5, 2026, 0, 0, 'назначена', 0, 1, 0)''' for code in ("9006", "9020")))
    assert status(awaiting, "группа_роста")["9006"] == -1
    assert status(awaiting, "шнор")["9020"] == 1


def test_an_external_list_alone_is_attention_not_signs(sample):
    """№ 9022 is in the region's list; its own statistics do not confirm it."""
    assert status(sample, "внешние_признаки")["9022"] == 1
    assert (status(sample, "признаки_необъективности")["9022"], status(sample, "требует_внимания")["9022"]) == (-1, 1)
