"""A form goes out as XLSX, a school fills it, it comes back: every mistake is told with its cell, nothing is dropped in silence."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from engine.inputs import read_folder
from engine.loading import load
from engine.questionnaire import questionnaire_of
from reports.forms import form_name, write_form

ROOT = Path(__file__).parents[1]
CREATED = datetime(2026, 9, 3)
RULES, _ = load(ROOT / "rules")
ASKED = questionnaire_of(RULES, 2026)
FIRST = {question: asked.answers[0] for question, asked in ASKED.asked.items()}


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(ROOT / "sample_data" / "Реестр школ.xlsx", folder)
    return folder


def issue(folder: Path, school: str = "9007", answers=FIRST, checks=None, *, year: int = 2026, name: str | None = None) -> Path:
    """Write a form and put it into the data folder."""
    path = write_form(ASKED, school, year, folder, CREATED, answers, checks)
    return path if name is None else path.rename(folder / name)


def change(path: Path, **cells: object) -> None:
    """Fill cells of «Ответы» as a school would, in Excel; `Куратор__C8` names another sheet."""
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("__")
        book[sheet or "Ответы"][cell] = value
    book.save(path)


def read(folder: Path, asked=ASKED, **more):
    tables, problems = read_folder(folder, RULES.tables, RULES.references, questionnaire=asked, **more)
    return tables, [problem for problem in problems if problem.code not in ("D306", "D304")]


def told(problems) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.place.sheet, problem.place.cell) for problem in problems]


def answers_of(tables) -> dict[tuple[str, str], str | None]:
    return {(school, question): answer for school, question, answer in tables.connection.execute("SELECT школа, вопрос, ответ FROM самодиагностика").fetchall()}


def cell_of(question: str) -> str:
    """The cell of a question's answer: a row for each question and one above each factor, from row 8 on."""
    names = list(ASKED.asked)
    factors = dict.fromkeys(ASKED.asked[name].factor for name in names[:names.index(question) + 1])
    return f"C{7 + names.index(question) + 1 + len(factors)}"


# ---------------------------------------------------------------- the form itself


def test_the_same_form_has_the_same_bytes_and_no_live_text(tmp_path):
    paths = [write_form(ASKED, "9007", 2026, tmp_path / name, CREATED) for name in ("a", "b") if not (tmp_path / name).mkdir()]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = openpyxl.load_workbook(paths[0])
    assert book.sheetnames == ["Ответы", "Куратор", "Как заполнять", "Списки"]
    assert book["Списки"].sheet_state == "hidden"
    assert [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_only_answers_can_be_written_and_each_has_its_list(tmp_path):
    book = openpyxl.load_workbook(write_form(ASKED, "9007", 2026, tmp_path, CREATED))
    for name, count in (("Ответы", len(ASKED.asked)), ("Куратор", 12)):
        sheet = book[name]
        open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        listed = {str(item.sqref) for item in sheet.data_validations.dataValidation}
        assert sheet.protection.sheet and open_cells == listed and len(listed) == count
    lists = book["Списки"]
    for item in book["Ответы"].data_validations.dataValidation:
        words = [cell[0].value for cell in lists[item.formula1.split("!")[1].replace("$", "")]]
        row = int(str(item.sqref)[1:])
        assert words == list(ASKED.asked[book["Ответы"][f"D{row}"].value].answers)


def test_a_form_asks_for_nobody(tmp_path):
    book = openpyxl.load_workbook(write_form(ASKED, "9007", 2026, tmp_path, CREATED))
    labels = " ".join(str(cell.value or "").casefold() for sheet in ("Ответы", "Куратор") for row in book[sheet].iter_rows() for cell in row)
    assert [word for word in ("фамили", "ф.и.о", "фио", "телефон", "почт", "подпись") if word in labels] == []


# ---------------------------------------------------------------- a good form


def test_a_filled_form_comes_back_whole(data):
    issue(data, checks={"дефицит_кадров": "средняя"})
    tables, problems = read(data)
    assert told(problems) == []
    assert answers_of(tables) == {("9007", question): answer for question, answer in FIRST.items()}
    assert tables.connection.execute("SELECT школа, год, фактор, проверено_куратором FROM проверка_факторов").fetchall() == [("9007", 2026, "дефицит_кадров", "средняя")]
    source = next(sheet for sheet in tables.sources if sheet.table == "самодиагностика")
    assert (source.file, source.sheet, source.letters) == (form_name("9007"), "Ответы", {"ответ": "C"})


def test_case_and_spaces_of_an_answer_do_not_count(data):
    path = issue(data)
    change(path, **{cell_of("замены_уроков"): "  Больше  Пяти "})
    tables, problems = read(data)
    assert told(problems) == [] and answers_of(tables)["9007", "замены_уроков"] == "больше пяти"


def test_the_name_of_the_file_does_not_matter(data):
    issue(data, name="ответ школы (1).xlsx")
    assert len(answers_of(read(data)[0])) == len(FIRST)


# ---------------------------------------------------------------- mistakes


def test_three_mistakes_of_one_school_each_by_its_cell(data):
    path = issue(data)
    wrong, empty, double = (cell_of(name) for name in ("замены_уроков", "нагрузка_учителей", "учитель_один"))
    change(path, **{wrong: "иногда", empty: None, double: "ни по одному; больше чем по двум"})
    tables, problems = read(data)
    assert sorted(told(problems)) == [("D421", "Ответы", wrong), ("D422", "Ответы", empty), ("D423", "Ответы", double)]
    assert {problem.code: problem.is_error for problem in problems} == {"D421": True, "D422": False, "D423": True}
    listed = next(problem for problem in problems if problem.code == "D421")
    assert "«иногда»" in listed.message and "ни одного; от одного до пяти; больше пяти" in listed.hint
    kept = answers_of(tables)
    assert [kept.get(("9007", name)) for name in ("замены_уроков", "нагрузка_учителей", "учитель_один", "уход_учителей")] == [None, None, None, "до пяти процентов"]


def test_a_misspelt_answer_is_told_what_it_is_like(data):
    change(issue(data), **{cell_of("замены_уроков"): "больше пятти"})
    problem, = read(data)[1]
    assert problem.code == "D421" and problem.hint.startswith("Похоже на: больше пяти.")


def test_a_form_left_empty_is_told_once(data):
    issue(data, answers={})
    problems = read(data)[1]
    assert told(problems) == [("D422", "Ответы", "C9")] and "ни одного ответа из 40" in problems[0].message


def test_another_question_under_the_same_number(data):
    """The code of a question is overwritten, or its imprint: the answer under it is not trusted."""
    path = issue(data)
    code, imprint = cell_of("замены_уроков").replace("C", "D"), cell_of("нагрузка_учителей").replace("C", "E")
    change(path, **{code: "замены", imprint: "00000000"})
    tables, problems = read(data)
    assert sorted(told(problems)) == [("D422", "Ответы", "A7"), ("D424", "Ответы", code), ("D424", "Ответы", imprint)]
    assert {"замены_уроков", "нагрузка_учителей"} & {question for _, question in answers_of(tables)} == set()


def test_a_form_of_an_earlier_edition_keeps_what_did_not_change(data):
    """The rules changed one question after the form was given out: its answer is not taken, the others are."""
    issue(data)
    rules = RULES.factors["дефицит_кадров"]
    asked = questionnaire_of(RULES, 2026)
    changed = asked.asked["замены_уроков"]
    asked.asked["замены_уроков"] = type(changed)(changed.name, changed.factor, changed.number, "Сколько уроков заменено?", changed.answers)
    tables, problems = read(data, asked)
    assert rules.questions and sorted(told(problems)) == [("D424", "Куратор", "C5"), ("D424", "Ответы", "C5"), ("D424", "Ответы", cell_of("замены_уроков").replace("C", "E"))]
    assert len(answers_of(tables)) == len(FIRST) - 1


def test_the_code_of_the_school(data):
    """Another code than the form was given out for, and a code that the registry does not have."""
    change(issue(data), C3="9018", Куратор__C3="9018")
    issue(data, "9999", checks={"дефицит_кадров": "средняя"})
    tables, problems = read(data)
    assert sorted(told(problems)) == [("D302", "Куратор", "C3"), ("D302", "Ответы", "C3"), ("D425", "Куратор", "C3"), ("D425", "Ответы", "C3")]
    assert "9999" in next(problem.message for problem in problems if problem.code == "D302")
    assert answers_of(tables) == {}


def test_a_form_of_another_year(data):
    issue(data, year=2025, name="прошлая.xlsx")
    issue(data, "9018", year=2027, name="будущая.xlsx")
    tables, problems = read(data)
    assert sorted((problem.code, problem.place.file, problem.place.cell) for problem in problems if problem.place.sheet == "Ответы") == [
        ("D426", "будущая.xlsx", "C4"), ("D426", "прошлая.xlsx", "C4")]
    assert tables.connection.execute("SELECT DISTINCT школа, год FROM самодиагностика").fetchall() == [("9007", 2025)]


def test_the_year_written_over(data):
    change(issue(data), C4="2024/25")
    assert ("D424", "Ответы", "C4") in told(read(data)[1])


def test_one_school_twice_with_the_same_answers(data):
    issue(data, name="а.xlsx")
    issue(data, name="б.xlsx")
    tables, problems = read(data)
    assert [(problem.code, problem.place.file, problem.place.sheet, problem.place.cell) for problem in problems] == [("D408", "б.xlsx", "Ответы", "C9")]
    assert len(answers_of(tables)) == len(FIRST)


def test_one_school_twice_with_other_answers(data):
    """The second form contradicts the first in one answer: told at its cell with the cell of the first; neither is taken."""
    issue(data, name="а.xlsx")
    path = issue(data, name="б.xlsx")
    cell = cell_of("замены_уроков")
    change(path, **{cell: "больше пяти"})
    problems = read(data)[1]
    contradiction, = [problem for problem in problems if problem.code == "D427"]
    assert (contradiction.place.file, contradiction.place.cell) == ("б.xlsx", cell) and f"а.xlsx «Ответы»!{cell}" in contradiction.message
    tables, _ = read(data, allow_problems=True)
    assert answers_of(tables)["9007", "замены_уроков"] is None and answers_of(tables)["9007", "опоздания"] is not None


def test_a_second_form_may_fill_what_the_first_left_empty(data):
    issue(data, answers={name: answer for name, answer in FIRST.items() if name != "опоздания"}, name="а.xlsx")
    issue(data, name="б.xlsx")
    tables, problems = read(data)
    assert {problem.code for problem in problems} == {"D422", "D408"} and answers_of(tables)["9007", "опоздания"] == FIRST["опоздания"]


def test_a_question_that_stands_twice_with_two_answers(data):
    path = issue(data)
    asked = ASKED.asked["замены_уроков"]
    change(path, B70=asked.text, C70="больше пяти", D70=asked.name, E70=asked.print)
    assert told(read(data)[1]) == [("D423", "Ответы", "C70")]


def test_what_a_curator_may_say(data):
    path = issue(data)
    change(path, Куратор__C8="очень высокая", Куратор__C9="Высокая")
    tables, problems = read(data, allow_problems=True)
    assert ("D421", "Куратор", "C8") in told(problems)
    assert tables.connection.execute("SELECT фактор, проверено_куратором FROM проверка_факторов WHERE проверено_куратором IS NOT NULL").fetchall() == [("дефицит_кадров", "высокая")]


def test_notes_beside_the_answers_are_named_and_not_read(data):
    change(issue(data), H12="Иванова обещала уточнить")
    tables, _ = read(data)
    left = [text for sheet in tables.sources for text, _ in sheet.left_out]
    assert left == ["пометки вне ячеек ответов: H12"]


def test_without_factors_in_the_rules_a_form_is_not_lost_in_silence(data):
    issue(data)
    problems = read(data, None)[1]
    assert {problem.code for problem in problems} >= {"D424"}


def test_a_day_is_enough_to_know_the_year():
    """A report year «по дате» is known before the data are read: forms of other years are told at once."""
    from engine.checking import check
    from engine.run import _known_year
    assert _known_year(check(RULES, date(2026, 9, 3), examples=False)[0]) == 2026
