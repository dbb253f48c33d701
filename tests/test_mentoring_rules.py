"""From YAML to pairs on the sample district: likeness counted by hand, the optimum by trying everything, every constraint, refusals, changes."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from console.pairs import pairs_and_show
from engine import model
from engine.loading import load
from engine.mentoring.assignment import Why
from engine.mentoring.changes import Cause, compare
from engine.mentoring.constraints import Bar
from engine.mentoring.decided import Decided, decide, decided_in, refuse, save_decided
from engine.mentoring.project import project_of, with_section
from engine.mentoring.saved import PairsError, describe, read_saved
from engine.program import Program
from engine.record import open_run, save
from engine.run import Run
from engine.values import Numbers
from reports.pairs import Pairs
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
SECTION = (ROOT / "rules/mentoring/project.yaml").read_text(encoding="utf-8")
PAIRS = {"9007": "9039", "9018": "9006", "9029": "9006"}
CAPACITY = "    школ у наставника: 2"


@pytest.fixture(scope="module")
def sample() -> Run:
    result = sample_run(date(2026, 11, 24))
    return result


@pytest.fixture(scope="module")
def saved(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    save(sample, folder)
    return folder


@pytest.fixture
def out(saved, tmp_path) -> Path:
    """A folder of a finished run of its own."""
    import shutil
    return Path(shutil.copytree(saved, tmp_path / "out"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No folder «rules» here: the rules are those of the run unless a test names others."""
    monkeypatch.chdir(tmp_path)


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The section with some of its text replaced, as a folder of rules."""
    text = SECTION
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    folder = tmp_path / "other"
    folder.mkdir(exist_ok=True)
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    return folder


def decided(sample: Run, tmp_path: Path, *changes: tuple[str, str]) -> Decided:
    program, problems = with_section(sample, load(changed(tmp_path, *changes))[0])
    assert program is not None, problems
    return decide(project_of(sample, (), program))


def with_limit(sample: Run, tmp_path: Path, lines: str) -> Decided:
    return decided(sample, tmp_path, (CAPACITY, f"{CAPACITY}\n    {lines}"))


# ---------------------------------------------------------------- likeness and the optimum


def column(sample: Run, name: str) -> dict[str, float]:
    frame = sample.evaluation.frames["школа"]
    values = frame.columns[name].settled()
    return {code: float(value) for code, value in zip(frame.codes, values, strict=True) if code not in ("9041", "9042")}


def spread(values: list[float]) -> float:
    """Interquartile range over 1.349, linear interpolation, written out."""
    known = sorted(value for value in values if not math.isnan(value))

    def quantile(share: float) -> float:
        place = share * (len(known) - 1)
        low = math.floor(place)
        return known[low] + (place - low) * (known[min(low + 1, len(known) - 1)] - known[low])
    return (quantile(0.75) - quantile(0.25)) / 1.3489795003921634


def test_the_distance_of_one_pair_by_hand(sample):
    """№ 9018 and № 9006: both are «сош» with grades 10–11; two conditions of weight 1 are known of nobody, 13 of 15 of the weight remain."""
    size = {code: math.log(value) for code, value in column(sample, "обучающихся").items()}
    parts = [(2, size), (3, column(sample, "индекс_благополучия")), (2, column(sample, "доля_языка")), (1, column(sample, "доля_овз")),
             (1, column(sample, "доля_с_категорией")), (1, column(sample, "доля_вакансий"))]
    by_hand = sum(weight * min(abs(values["9018"] - values["9006"]) / spread(list(values.values())), 3) for weight, values in parts) / 13
    pair = next(pair for pair in decide(project_of(sample)).assignment.pairs if pair.mentee == "9018")
    assert pair.mentor == "9006" and pair.distance == pytest.approx(by_hand, abs=1e-9)
    assert pair.known == pytest.approx(13 / 15) and sum(item.part for item in pair.contributions if not item.missing) == pytest.approx(pair.distance)
    assert pair.distance == pytest.approx(0.596, abs=5e-4)


def test_the_pairs_are_the_cheapest_of_all(sample):
    """All 27 ways to give three schools three mentors, two schools each at most: none is cheaper."""
    found = decide(project_of(sample))
    ready = found.task.ready
    cost = ready.comparison.distance + ready.penalty
    ways = [way for way in itertools.product(range(3), repeat=3) if max(way.count(column) for column in way) <= 2]
    best = min(sum(cost[row, column] for row, column in enumerate(way)) for way in ways)
    assert found.assignment.mentor_of == PAIRS
    assert found.assignment.total + found.assignment.penalties == pytest.approx(best, abs=1e-8)


def test_groups_come_from_the_run(sample):
    project = project_of(sample)
    assert project.mentees == ("9007", "9018", "9029") and project.mentors == ("9006", "9025", "9039")
    assert project.open_mentees == ("9027", "9036") and project.problems() == []
    assert "9041" not in project.schools and "9042" not in project.schools and len(project.schools) == 42


def test_every_pair_is_explained(sample):
    words = Pairs(decide(project_of(sample)))
    for pair in words.pairs():
        assert pair.reasons[0].startswith("Условия: различие") and "Запасной наставник — №" in pair.runner_up and "наставник силён" in pair.subjects
    text = " ".join(next(pair for pair in words.pairs() if pair.mentee == "9018").reasons)
    assert "№ 9025 по условиям ближе (0,46), но не во всём силён там, где нужна помощь: русский язык (надбавка 0,25)" in text


# ---------------------------------------------------------------- growth: two years, beyond the sampling error


def test_growth_exceeds_its_sampling_error(sample):
    """Recounted from the rows of results: a fall in both years, of 5 points in all, at least 1.28 of its error (Agresti–Caffo, pupils not marks)."""
    rows = sample.tables.connection.execute("""SELECT школа, год, sum(отметка_2), sum(участников), count(DISTINCT предмет) FROM "результаты"
                                               WHERE процедура = 'ОГЭ' AND _status = 0 GROUP BY ALL""").fetchall()
    share, pupils = {}, {}
    for school, year, fails, taken, subjects in rows:
        share[school, year], pupils[school, year] = fails / taken, taken / subjects
    frame = sample.evaluation.frames["школа"]
    place, cover = (frame.columns[name] for name in ("место_индекса", "охват_впр"))
    grown = set()
    for row, school in enumerate(frame.codes):
        if (school, 2024) not in share or place.high[row] > 50 or not cover.low[row] >= 80 or min(pupils[school, year] for year in (2024, 2025, 2026)) < 20:
            continue
        variance = 0.0
        for year in (2024, 2026):
            size, count = pupils[school, year], share[school, year] * pupils[school, year]
            smoothed = (count + 1) / (size + 2)
            variance += smoothed * (1 - smoothed) / (size + 2)
        drop = share[school, 2024] - share[school, 2026]
        if share[school, 2024] > share[school, 2025] > share[school, 2026] and drop >= 0.05 and drop >= 1.28 * math.sqrt(variance):
            grown.add(school)
    assert {code for code, status in zip(frame.codes, sample.evaluation.status("положительная_динамика"), strict=True) if status == 1} == grown
    assert grown == {"9006", "9025", "9039"}


def test_a_fall_within_the_error_is_no_growth(sample):
    frame = sample.evaluation.frames["школа"]
    row = frame.row("9016")      # falls by 4.7 points with an error of 5.4
    assert frame.columns["надёжное_снижение"].low[row] == pytest.approx(0.874, abs=1e-3)
    assert sample.evaluation.status("группа_роста")[row] == -1


# ---------------------------------------------------------------- changing YAML changes pairs, and says why


def test_a_weight_moves_pairs_and_the_reason_names_it(sample, tmp_path):
    before = decide(project_of(sample))
    after = decided(sample, tmp_path, ("величина: обучающихся, вес: 2", "величина: обучающихся, вес: 8"))
    changes, words = compare(before.task, before.assignment, after.task, after.assignment), Pairs(after)
    assert words.settings(changes) == ("вес условия «Число обучающихся»: 2 → 8",)
    assert {move.mentee: (move.before, move.after, move.cause) for move in changes.moves} == {
        "9018": ("9006", "9025", Cause.CLOSER), "9029": ("9006", "9039", Cause.CLOSER)}
    assert all("условие «Число обучающихся»" in text for text in words.moves(changes))


def test_other_settings_are_named(sample, tmp_path):
    before = decide(project_of(sample))
    after = decided(sample, tmp_path, ("нужно известного веса: 60", "нужно известного веса: 50"), ("вид: логарифм", "вид: число"))
    words = Pairs(after)
    assert words.settings(compare(before.task, before.assignment, after.task, after.assignment)) == (
        "нужно известного веса (доля): 0,60 → 0,50", "вид условия «Число обучающихся»: логарифм → число")


@pytest.mark.parametrize(("lines", "pairs", "bars"), [
    ("школ у отдельных наставников: {9006: 0}", {"9007": "9039", "9018": "9025", "9029": "9039"}, None),
    ("не назначать: [{кому: 9018, наставник: 9006}]", {"9007": "9039", "9018": "9039", "9029": "9006"}, None),
    ("закрепить: [{кому: 9018, наставник: 9025, почему: работают вместе}]", {"9007": "9039", "9018": "9025", "9029": "9006"}, None),
    ("различие не более: 0.9", {"9007": "9039", "9018": "9006"}, {"9029": Bar.TOO_DIFFERENT}),
    ("только внутри: кластер", PAIRS, None),
    ("только внутри: название_школы", {}, dict.fromkeys(PAIRS, Bar.CLUSTER)),
])
def test_a_constraint_of_yaml(sample, tmp_path, lines, pairs, bars):
    found = with_limit(sample, tmp_path, lines).assignment
    assert found.mentor_of == pairs
    assert {item.mentee: item.barred[0][0] for item in found.unmatched} == (bars or {})


def test_one_school_each(sample, tmp_path):
    found = decided(sample, tmp_path, (CAPACITY, "    школ у наставника: 1")).assignment
    assert found.mentor_of == {"9007": "9039", "9018": "9025", "9029": "9006"}


def test_strong_in_every_weak_subject(sample, tmp_path):
    found = decided(sample, tmp_path, ("силён: хотя бы в одном", "силён: во всех"), ("надбавка: 0.5", "надбавка: 0"))
    row = found.task.ready.mentees.index("9018")
    assert Bar(int(found.task.ready.bars[row, found.task.ready.mentors.index("9025")])) == Bar.SUBJECT
    without = decided(sample, tmp_path, ("надбавка: 0.5", "надбавка: 0"))
    assert found.assignment.mentor_of == PAIRS and without.assignment.mentor_of["9018"] == "9025"


def test_no_consent_no_pair(sample, tmp_path):
    """№ 9029 and № 9039 have not answered yet: who waits, and whom to ask, is said."""
    found = decided(sample, tmp_path, ("согласие: спросить после подбора", "согласие: обязательно"))
    assert found.assignment.mentor_of == {"9007": "9006", "9018": "9006"}
    (alone,) = Pairs(found).alone()
    assert alone.mentee == "9029" and "нет согласия — 3" in alone.why and "получить согласие: № 9029" in alone.relax[0]


def test_a_table_of_travel(sample, tmp_path):
    """The way between № 9018 and № 9006 takes 50 minutes, to № 9025 20, the rest is unknown."""
    columns = {"школа": model.Column(тип="школа"), "куда": model.Column(тип="текст"), "минут": model.Column(тип="число")}
    table = model.Table(ключ=["школа", "куда"], столбцы=columns)
    sample.tables.connection.execute("""CREATE OR REPLACE TABLE "пути" AS SELECT '9006' AS школа, '9018' AS куда, 50.0 AS минут, 0 AS _status
                                        UNION ALL SELECT '9018', '9025', 20.0, 0""")
    own = replace(sample.program.rules, tables={**sample.program.rules.tables, "пути": table})
    there = replace(sample, program=replace(sample.program, rules=own))
    found = with_limit(there, tmp_path, "путь: {таблица: пути, куда: куда, величина: минут, не более: 40}")
    assert found.assignment.mentor_of == {"9018": "9025"}
    row = found.task.ready.mentees.index("9018")
    assert [Bar(int(flags)) for flags in found.task.ready.bars[row]] == [Bar.TRAVEL, Bar(0), Bar.TRAVEL_UNKNOWN]


def test_unknown_codes_in_decisions_are_found(sample, tmp_path):
    found = with_limit(sample, tmp_path, "не назначать: [{кому: 9018, наставник: 9606}]").project.problems()
    assert [(problem.code, problem.place.column) for problem in found] == [("D302", 44)] and "9606" in found[0].message and found[0].hint.startswith("Похоже на: ")


# ---------------------------------------------------------------- nobody, and too little known


def with_columns(sample: Run, **columns) -> Run:
    frames = sample.evaluation.frames
    school = replace(frames["школа"], columns={**frames["школа"].columns, **columns})
    return replace(sample, evaluation=replace(sample.evaluation, frames={**frames, "школа": school}))


def test_nobody_needs_help(sample):
    nobody = with_columns(sample, группа_внимания=np.full(44, -1, np.int8))
    found = decide(project_of(nobody))
    assert found.assignment.pairs == () and found.assignment.unmatched == ()


def test_nobody_can_help(sample):
    nobody = with_columns(sample, группа_роста=np.full(44, -1, np.int8))
    found = decide(project_of(nobody))
    assert [item.why for item in found.assignment.unmatched] == [Why.NO_MENTORS] * 3
    assert {item.why for item in Pairs(found).alone()} == {"в группе роста нет школ"}


def test_missing_conditions_are_left_out_and_said(sample):
    """Of № 9018 only its size, type and grades are known: 5 of 15 of the weight, less than 60 %."""
    frame = sample.evaluation.frames["школа"]
    row = frame.row("9018")
    columns = {}
    for name in ("индекс_благополучия", "доля_языка", "доля_овз", "доля_с_категорией", "доля_вакансий"):
        values = frame.columns[name].settled().copy()
        values[row] = np.nan
        columns[name] = Numbers.exact(values)
    found = decide(project_of(with_columns(sample, **columns)))
    assert found.assignment.mentor_of == {"9007": "9039", "9029": "9006"}
    (alone,) = Pairs(found).alone()
    assert alone.mentee == "9018" and "мало сведений для сравнения условий" in alone.why and "собрать сведения" in alone.relax[0]


def test_what_is_known_of_nobody_is_said_once(sample):
    pair = Pairs(decide(project_of(sample))).pairs()[0]
    assert "компьютеров на 100 обучающихся (сведений нет ни по одной школе)" in pair.left_out and len(pair.factors) == 8


# ---------------------------------------------------------------- what stays between two calls


def test_a_task_is_written_and_read_without_loss(sample, tmp_path):
    found = with_limit(sample, tmp_path, "закрепить: [{кому: 9018, наставник: 9025}]")
    save_decided(found, tmp_path)
    again = read_saved(tmp_path)
    assert describe(again.task) == again.described == describe(found.task)
    assert decide(found.project, again).same and again.section is not None


def test_an_opened_run_gives_the_same_pairs(sample, saved):
    opened = open_run(saved)
    assert describe(decided_in(opened, None).task) == describe(decide(project_of(sample)).task)


def test_a_mentor_who_refuses_is_replaced_and_stays_away(sample, tmp_path):
    """№ 9006 led two schools; № 9007 keeps its mentor; the refusal is remembered while the report year is the same."""
    first = decide(project_of(sample))
    after, change = refuse(first, "9006", None)
    assert change.orphans == ("9018", "9029") and change.moved == () and after.assignment.mentor_of["9007"] == "9039"
    assert "9006" not in after.assignment.mentor_of.values()
    save_decided(after, tmp_path)
    again = decided_in(sample, tmp_path)
    assert again.same and again.project.refusals == (("9006", None),) and again.assignment.mentor_of == after.assignment.mentor_of


def test_a_refusal_of_one_school_only(sample):
    after, change = refuse(decide(project_of(sample)), "9006", "9018")
    assert change.orphans == ("9018",) and after.assignment.mentor_of == {"9007": "9039", "9018": "9039", "9029": "9006"}


def answering(sample: Run, *rows: tuple) -> Run:
    """A run whose table of answers holds these rows: school, role, answer, with whom."""
    tables = replace(sample.tables, connection=sample.tables.connection.cursor())
    values = ", ".join(f"('{school}', 2026, '{role}', '{word}', NULL, '{whom}', 0, {place}, 0)" for place, (school, role, word, whom) in enumerate(rows))
    tables.connection.execute(f"""CREATE OR REPLACE TEMP TABLE "участие" AS SELECT * FROM (VALUES {values})
                                  AS t(школа, год, роль, ответ, дата, с_кем, _source, _row, _status)""")
    return replace(sample, tables=tables)


def test_answers_of_the_table(sample):
    project = project_of(answering(sample, ("9006", "наставник", "отказ", "9018"), ("9029", "наставляемый", "отказ", "9006"), ("9039", "наставник", "отказ", "любой")))
    assert project.constraints.refused == {"9039"} and project.constraints.refused_pairs == {("9018", "9006"), ("9029", "9006")}
    assert decide(project).assignment.mentor_of == {"9007": "9006", "9018": "9025", "9029": "9025"}


def test_a_refusal_stands_above_a_fixed_pair(sample, tmp_path):
    folder = changed(tmp_path, (CAPACITY, f"{CAPACITY}\n    закрепить: [{{кому: 9018, наставник: 9006}}]"))
    refusing = answering(sample, ("9006", "наставник", "отказ", "любой"))
    program, _ = with_section(refusing, load(folder)[0])
    assert decide(project_of(refusing, (), program)).assignment.mentor_of == {"9007": "9039", "9018": "9025", "9029": "9039"}


# ---------------------------------------------------------------- the command


def call(capsys, out: Path, **more) -> tuple[bool, str, str]:
    keys = {"rules_folder": None, "refusing": None, "mentee": None, "forget": False, "anew": False, "reports": False, **more}
    done = pairs_and_show(out, **keys)
    shown = capsys.readouterr()
    return done, shown.out.replace("\u00a0", " "), shown.err.replace("\u00a0", " ")


def test_the_command_tells_pairs_reasons_and_groups(capsys, out):
    done, text, _ = call(capsys, out)
    assert done and all(f"Школа № {mentee} ← наставник № {mentor}" in text for mentee, mentor in PAIRS.items())
    assert "не определено: № 9027 и № 9036" in text and "Согласие: № 9007: получено 01.09.2026; № 9039: ждём ответа." in text
    assert json.loads((out / "pairs.json").read_text(encoding="utf-8"))["пары"] == PAIRS
    assert "ничего не изменилось" in call(capsys, out)[1]


def test_the_command_tells_what_a_changed_weight_moved(capsys, out, tmp_path):
    call(capsys, out)
    folder = changed(tmp_path, ("величина: обучающихся, вес: 2", "величина: обучающихся, вес: 8"))
    _, text, _ = call(capsys, out, rules_folder=folder)
    assert "отличаются от правил расчёта" in text and "вес условия «Число обучающихся»: 2 → 8" in text
    assert "Школа № 9018: наставник № 9006 → наставник № 9025" in text and (out / "pairs.yaml").exists()
    assert "ничего не изменилось" in call(capsys, out)[1], "without --rules the last section holds for this run"


def test_the_command_replaces_and_forgets(capsys, out):
    call(capsys, out)
    done, text, _ = call(capsys, out, refusing="№ 9006", mentee="9018")
    assert done and "Школа № 9018: наставник № 9006 → наставник № 9039." in text and "Без изменений: № 9007 и № 9029." in text
    done, text, _ = call(capsys, out)
    assert "Учтены отказы, записанные командой: № 9006 от № 9018" in text and "ничего не изменилось" in text
    _, text, _ = call(capsys, out, forget=True)
    assert "Школа № 9018 ← наставник № 9006" in text and "отказы от пары: № 9018 — № 9006 → нет" in text


@pytest.mark.parametrize(("keys", "words"), [
    ({"refusing": "9099"}, "Школы № 9099 в этом расчёте нет. Похоже на:"),
    ({"refusing": "9001"}, "Школа № 9001 не наставник: в группе роста № 9006, № 9025 и № 9039."),
    ({"refusing": "9006", "mentee": "9001"}, "Школы № 9001 нет среди тех, кому нужен наставник"),
    ({"refusing": "9006", "mentee": "90018"}, "Школы № 90018 в этом расчёте нет"),
])
def test_wrong_words_of_the_command(capsys, out, keys, words):
    done, _, error = call(capsys, out, **keys)
    assert not done and words in error and not (out / "pairs.json").exists()


def test_no_run_here(capsys, tmp_path):
    done, _, error = call(capsys, tmp_path)
    assert not done and "нет расчёта" in error


def test_a_damaged_file_of_pairs(capsys, out):
    call(capsys, out)
    (out / "pairs.json").write_text('{"расчёт": 1}', encoding="utf-8")
    done, _, error = call(capsys, out)
    assert not done and "повреждён" in error and "Удалите его" in error
    with pytest.raises(PairsError):
        read_saved(out)


def test_infeasible_is_said_with_what_to_relax(capsys, out, tmp_path):
    folder = changed(tmp_path, (CAPACITY, "    школ у наставника: 1\n    школ у отдельных наставников: {9006: 0, 9025: 0}"))
    done, text, _ = call(capsys, out, rules_folder=folder)
    assert done and "без наставника: подходящие наставники уже ведут столько школ, сколько могут" in text and "Что поможет: поручить наставнику №" in text


def test_a_mistake_in_the_section_stops_with_its_place(capsys, out, tmp_path):
    done, _, error = call(capsys, out, rules_folder=changed(tmp_path, ("величина: доля_языка", "величина: доля_языкаа")))
    assert not done and "R203" in error and "project.yaml:22" in error and "Похоже на: доля_языка" in error and not (out / "pairs.json").exists()


def test_a_wrong_code_in_a_decision_stops(capsys, out, tmp_path):
    done, _, error = call(capsys, out, rules_folder=changed(tmp_path, (CAPACITY, f"{CAPACITY}\n    не назначать: [{{кому: 9018, наставник: 9606}}]")))
    assert not done and "D302" in error and "Ошибок в решениях о парах: 1" in error


def test_rules_without_the_section(sample):
    assert project_of(sample, (), replace_section(sample.program)) is None


def replace_section(program: Program) -> Program:
    return replace(program, mentoring=None)
