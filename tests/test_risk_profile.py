"""The risk profile of a run: significance weighed by hand, the choice explained, the pages and the workbook say what the run says."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import cli
from engine.loading import load
from engine.record import open_run, save
from engine.roadmap.profile import Profiles
from engine.roadmap.risk_profile import Significance, Verdict
from engine.roadmap.weighing import by_answers, by_data
from engine.run import run
from engine.truth import Truth
from reports import write_reports
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
HIGH, MEDIUM, LOW, UNKNOWN = Significance
MET, OPEN, NOT = Truth.MET, Truth.UNKNOWN, Truth.NOT_MET
WHAT = ["risk_profile", "assistance_plan"]
MADE_FOR = ["9006", "9007", "9012", "9015", "9016", "9018", "9019", "9025", "9027", "9029", "9031"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    result = sample_run(DAY)
    folder = tmp_path_factory.mktemp("profile")
    save(result, folder)
    return result, folder, write_reports(result, folder / "reports", what=WHAT)


@pytest.fixture(scope="module")
def profiles(sample):
    found = Profiles(sample[0])
    return {found.frame.codes[row]: found.school(row) for row in found.rows(MET, OPEN)}


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " ").split())


def called(*words: str) -> object:
    return CliRunner().invoke(cli.main, ["profile", *words])


# ---------------------------------------------------------------- weighing


@pytest.mark.parametrize(("high", "medium", "expected", "possible"), [
    (MET, MET, HIGH, {HIGH}), (MET, OPEN, HIGH, {HIGH}), (NOT, MET, MEDIUM, {MEDIUM}), (NOT, NOT, LOW, {LOW}),
    (OPEN, MET, UNKNOWN, {HIGH, MEDIUM}), (OPEN, NOT, UNKNOWN, {HIGH, LOW}), (NOT, OPEN, UNKNOWN, {MEDIUM, LOW}), (OPEN, OPEN, UNKNOWN, {HIGH, MEDIUM, LOW})])
def test_what_is_not_known_is_never_taken_for_not_grave(high, medium, expected, possible):
    level, may_be = by_data({"высокая": high, "средняя": medium})
    assert (level, set(may_be)) == (expected, possible)


def test_a_factor_may_have_one_condition_or_none():
    assert [by_data({"высокая": outcome})[0] for outcome in (MET, NOT, OPEN)] == [HIGH, LOW, UNKNOWN]
    assert [by_data({"средняя": outcome})[0] for outcome in (MET, NOT, OPEN)] == [MEDIUM, LOW, UNKNOWN]
    assert by_data({}) == (UNKNOWN, ())


def test_points_by_hand():
    """«Дефицит кадров»: four questions of 0, 1 or 2 points, medium from 3, high from 6; what is not answered leaves bounds."""
    factor = load(ROOT / "rules")[0].factors["дефицит_кадров"]
    answers = {"замены_уроков": "больше пяти", "нагрузка_учителей": "больше четверти", "учитель_один": "больше чем по двум", "уход_учителей": "до пяти процентов"}
    assert (by_answers(factor, answers).low, by_answers(factor, answers).significance) == (6, HIGH)
    assert by_answers(factor, {**answers, "учитель_один": "по одному или двум"}).significance is MEDIUM
    partly = by_answers(factor, {"замены_уроков": "больше пяти", "нагрузка_учителей": "до четверти учителей", "учитель_один": "ни по одному"})
    assert (partly.low, partly.high, partly.answered, partly.significance) == (3, 5, 3, MEDIUM)
    open_ = by_answers(factor, {"замены_уроков": "больше пяти"})
    assert (open_.low, open_.high, open_.significance) == (2, 8, UNKNOWN)
    assert by_answers(factor, {}).significance is UNKNOWN


# ---------------------------------------------------------------- the sample


def test_whom_the_profile_is_made_for(profiles):
    """Schools of ШНОР and ШНСУ; three more whose groups are not determined."""
    assert [code for code, profile in profiles.items() if profile.made is MET] == MADE_FOR
    assert [code for code, profile in profiles.items() if profile.made is OPEN] == ["9033", "9036", "9039"]


def test_9007_by_hand(profiles):
    """Vacancies 11.9 % (10 %), deficits 35.3 % (35 %), four low procedures, all verified; the register twice the district's middle, not verified."""
    profile = profiles["9007"]
    levels = {item.plan.block.number: (item.risk.observed, item.risk.surveyed, item.risk.verified) for item in profile.factors}
    assert levels == {1: (UNKNOWN, MEDIUM, None), 2: (HIGH, HIGH, HIGH), 3: (HIGH, HIGH, HIGH), 4: (UNKNOWN, HIGH, MEDIUM), 5: (UNKNOWN, MEDIUM, None), 6: (LOW, LOW, None),
                      7: (MEDIUM, MEDIUM, None), 8: (UNKNOWN, HIGH, MEDIUM), 9: (UNKNOWN, MEDIUM, None), 10: (HIGH, MEDIUM, None), 11: (HIGH, HIGH, HIGH), 12: (UNKNOWN, MEDIUM, None)}
    assert [item.plan.block.number for item in profile.active] == [11, 2, 3]
    assert [item.plan.block.number for item in profile.factors if item.choice.disputed] == [10]
    staff = profile.factors[1]
    assert str(staff.answers["замены_уроков"].place) == "Самодиагностика/Самодиагностика_9007.xlsx «Ответы»!C14"
    assert str(staff.checked_at) == "Самодиагностика/Самодиагностика_9007.xlsx «Куратор»!C9"


def test_a_school_that_has_not_answered(profiles):
    """№ 9031: data say little, the form did not come back: six factors stay not determined, nothing is chosen to fill the places."""
    profile = profiles["9031"]
    assert not profile.has_answered and profile.active == ()
    assert [item.plan.block.number for item in profile.factors if item.choice.verdict is Verdict.UNKNOWN] == [1, 4, 5, 8, 9, 12]


def test_what_data_are_missing_for(profiles):
    """№ 9019 gave no staff data and left question 2.2 empty: its factor 2 is not determined by either source."""
    staff = profiles["9019"].factors[1]
    assert (staff.risk.observed, staff.risk.surveyed, staff.choice.verdict) == (UNKNOWN, UNKNOWN, Verdict.UNKNOWN)
    assert "доля_вакансий" in staff.absent and (staff.score.answered, staff.score.asked) == (3, 4)


def test_ties_are_named_on_both_sides(profiles):
    tied = {item.plan.block.number: item.choice.tied_with for item in profiles["9016"].factors if item.choice.tied_with}
    assert tied == {10: ("вовлечённость_родителей",), 12: ("дисциплина_в_классе",)}


def test_never_more_than_the_rules_allow(profiles):
    assert {len(profile.active) for profile in profiles.values()} <= {0, 1, 2, 3}
    assert all(item.risk.significance.value >= MEDIUM.value for profile in profiles.values() for item in profile.active)


def test_the_number_of_active_factors_is_a_rule(tmp_path):
    """«не больше факторов: 1» in YAML: one factor, no Python."""
    import shutil
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    plan = tmp_path / "rules" / "assistance_500" / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("не больше факторов: 3", "не больше факторов: 1"), encoding="utf-8")
    result, _ = run(tmp_path / "rules", ROOT / "sample_data", DAY)
    found = Profiles(result)
    assert [item.plan.name for item in found.school(found.frame.row("9007")).active] == ["риски_неуспешности"]


# ---------------------------------------------------------------- pages and workbook


def test_a_page_for_each_school_and_the_plan(sample):
    assert {path.name for path in sample[2]} == {f"risk_profile_{code}.html" for code in MADE_FOR} | {"assistance_plan.html", "assistance_plan.xlsx"}


def test_an_opened_run_gives_the_same_bytes(sample, tmp_path):
    for path in write_reports(open_run(sample[1]), tmp_path, what=WHAT):
        assert path.read_bytes() == (sample[1] / "reports" / path.name).read_bytes(), path.name


def test_the_page_traces_factors_to_cells(sample):
    text = words_of(sample[1] / "reports" / "risk_profile_9007.html")
    assert "для работы предложено 3 фактора риска" in text
    assert "12 (K8)" in text and "Кадры_2026.csv" in text and "Самодиагностика_9007.xlsx «Ответы»!C14" in text
    assert text.count("Антирисковая программа по фактору") == 3 and "не является оценкой работы школ и учителей" in text
    assert "расходятся по факторам № 10" in text


def test_the_page_of_a_silent_school_says_so(sample):
    text = words_of(sample[1] / "reports" / "risk_profile_9031.html")
    assert "факторы риска для работы пока не выбраны" in text and "не вернула форму" in text and "не определено: 6 факторов" in text


def test_numbers_agree_between_pages_workbook_and_run(sample, profiles):
    page = words_of(sample[1] / "reports" / "assistance_plan.html")
    book = openpyxl.load_workbook(sample[1] / "reports" / "assistance_plan.xlsx")
    assert book.sheetnames == ["План-график", "Школы", "Координаторы", "Факторы"]
    assert f"предложена {len(MADE_FOR)} школам" in page and "Самодиагностику вернули 10 из 11. Не ответили: № 9031." in page
    schools = {row[0]: row for row in book["Школы"].iter_rows(min_row=3, values_only=True)}
    assert list(schools) == [f"№ {code}" for code in MADE_FOR]
    for code in MADE_FOR:
        active = [f"{item.plan.block.number}. {item.plan.block.title} ({item.risk.significance.russian})" for item in profiles[code].active]
        assert [cell for cell in schools[f"№ {code}"][4:7] if cell] == active
    verdicts = [row[7] for row in book["Факторы"].iter_rows(min_row=3, values_only=True)]
    assert len(verdicts) == 12 * len(MADE_FOR) and verdicts.count("выбран") == sum(len(profiles[code].active) for code in MADE_FOR)


def test_coordinators_are_roles_with_terms_and_room_for_their_data(sample):
    rows = list(openpyxl.load_workbook(sample[1] / "reports" / "assistance_plan.xlsx")["Координаторы"].iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("Роль", "Школа", "Подать до", "Кому", "Фамилия и инициалы", "Электронная почта", "Рабочий телефон")
    assert rows[1][:4] == ("Районный координатор", None, "до 25.09.2026", "региональному координатору")
    assert len(rows) == 2 + 2 * len(MADE_FOR) and {cell for row in rows[1:] for cell in row[4:]} == {None}


def test_no_cell_is_a_formula(sample):
    book = openpyxl.load_workbook(sample[1] / "reports" / "assistance_plan.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_rules_without_factors_write_nothing(tmp_path):
    from tests.test_reports import tiny
    assert write_reports(tiny(tmp_path, [("9001", "Школа", 30.0)]), tmp_path / "out", what=WHAT) == []


# ---------------------------------------------------------------- the command


def test_profile_of_one_school(sample):
    outcome = called("9007", "--out", str(sample[1]))
    assert outcome.exit_code == 0
    assert "● 2. Дефицит педагогических кадров: высокая — выбран" in outcome.output
    assert "по данным: высокая · по ответам: средняя · куратор: — · источники расходятся" in outcome.output


def test_profiles_of_all_schools_they_are_made_for(sample):
    outcome = called("--out", str(sample[1]))
    assert outcome.exit_code == 0 and "11 школ." in outcome.output.replace("\u00a0", " ")
    assert re.findall(r"^Школа № (\d+)", outcome.output, flags=re.MULTILINE) == MADE_FOR
    assert "Группы ещё не определены" in outcome.output and "№ 9036" in outcome.output


@pytest.mark.parametrize(("words", "said"), [
    (("9001",), "Школе № 9001 профиль не составляется: её группы — стабильная"), (("90077",), "Похоже на: 9007"), (("--all",), "только вместе с --forms")])
def test_wrong_calls_are_told_in_russian(sample, words, said):
    outcome = called(*words, "--out", str(sample[1]))
    assert outcome.exit_code == 1 and said in outcome.output and "Traceback" not in outcome.output


def test_no_run_yet(tmp_path):
    outcome = called("--out", str(tmp_path / "nothing"))
    assert outcome.exit_code == 1 and "нет расчёта" in outcome.output


def test_forms_go_to_the_schools_they_are_for_and_never_over_answers(sample, tmp_path):
    folder = tmp_path / "формы"
    outcome = called("--out", str(sample[1]), "--forms", str(folder))
    assert outcome.exit_code == 0 and "Форм: 11, вопросов в каждой: 40." in outcome.output
    assert sorted(path.name for path in folder.iterdir()) == [f"Самодиагностика_{code}.xlsx" for code in MADE_FOR]
    again = called("--out", str(sample[1]), "--forms", str(folder))
    assert again.exit_code == 1 and "в ней могут быть ответы" in again.output
    assert called("9001", "--out", str(sample[1]), "--forms", str(tmp_path / "все"), "--all").exit_code == 0
    assert called("--out", str(sample[1]), "--forms", str(tmp_path / "каждой"), "--all").exit_code == 0
    assert len(list((tmp_path / "каждой").iterdir())) == 44


def test_a_file_in_the_place_of_the_folder(sample, tmp_path):
    target = tmp_path / "формы"
    target.write_text("занято", encoding="utf-8")
    outcome = called("--out", str(sample[1]), "--forms", str(target))
    assert outcome.exit_code == 1 and "— файл. Назовите папку" in outcome.output and target.read_text(encoding="utf-8") == "занято"
