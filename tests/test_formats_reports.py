"""ФИС ОКО reports by groups: what is read, and one oddity each by code and cell."""

from __future__ import annotations

import pytest

from tests.formats_books import book, district, items, journal, marks, read, rows, scores, short

GROUPS = [["Вся выборка", 100, 1000, 10, 30, 40, 20], ["г. Энск (reg99)", 50, 500, 10, 30, 40, 20], ["Район (reg99_m01)", 2, 4, 25, 25, 25, 25]]
SCHOOL = ["Школа (edu900001)", None, 3, 33.33, 0, 66.67, 0]


@pytest.fixture
def folder(tmp_path):
    return district(tmp_path)


def result(folder):
    tables, problems = read(folder)
    return rows(tables, "результаты", "школа, предмет, класс, год, участников, отметка_2, отметка_3, отметка_4, отметка_5"), short(problems)


# ---------------------------------------------------------------- «Статистика по отметкам»


def test_percents_become_pupils_and_groups_become_norms(folder):
    book(folder / "ф3.xlsx", marks([*GROUPS, SCHOOL]))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", "школа, участников, отметка_2, отметка_4, _row") == [("9001", 3, 1, 2, 12)]
    assert rows(tables, "группы_отметки", "вид_группы, группа, школ, доля_2") == [("выборка", "вся выборка", 100, 10), ("муниципалитет", "Район", 2, 25), ("регион", "г. Энск", 50, 10)]
    source = next(sheet for sheet in tables.sources if sheet.table == "результаты")
    assert (source.letters["отметка_2"], source.letters["участников"]) == ("D", "C")


def test_columns_in_another_order_numbers_as_text_footnotes_and_spaces(folder):
    lines = marks([["* сноска"]])
    lines[7] = ["Группы  участников", "5", "4", "3", "2", "Количество участников ", "Кол-во ОО"]
    lines.insert(8, ["Школа  (edu900001) ", "0", "66,67", "0,00", "33.33 ", "3", None])
    book(folder / "2849657.xlsx", lines)
    assert result(folder) == ([("9001", "русский язык", 5, 2026, 3, 1, 0, 2, 0)], [])


def test_marks_under_a_merged_head_and_the_work_in_the_name_of_the_sheet(folder):
    lines = [["Статистика по отметкам"], ["Группы участников", "Кол-во ОО", "Кол-во участников", "Распределение отметок, %", None, None, None], [None, None, None, 2, 3, 4, 5], SCHOOL]
    book(folder / "2026.xlsx", lines, "МА 6 Статистика по отметкам", merged=("D2:G2",))
    assert result(folder) == ([("9001", "математика", 6, 2026, 3, 1, 0, 2, 0)], [])


@pytest.mark.parametrize("row, code, cell", [
    (["Школа (edu900001)", None, 3, 33.33, 0, 60, 0], "D405", "D9"),
    (["Школа (edu900001)", None, 3, 40, 0, 60, 0], "D404", "D9"),
    (["Школа (edu900001)", None, 3, 33.33, 0, "X", 0], "D402", "F9"),
    (["Школа (edu900001)", None, 3, 33.33, 0, 166.67, 0], "D402", "F9"),
    (["Школа (edu900001)", None, "много", 33.33, 0, 66.67, 0], "D402", "C9"),
    (["Школа (edu900001)", None, 3, 33.33], "D406", "E9"),
    (["Школа (edu900001)"], "D406", "C9"),
    (["Иванов Пётр", None, 3, 33.33, 0, 66.67, 0], "D403", "A9"),
])
def test_a_bad_row_is_told_with_its_cell(folder, row, code, cell):
    book(folder / "ф3.xlsx", marks([row]))
    problems = read(folder)[1]
    assert (code, f"ф3.xlsx «РУ 5»!{cell}") in short(problems)
    tables, _ = read(folder, allow_problems=True)
    assert rows(tables, "результаты", "отметка_2") in ([], [(None,)])


def test_three_percents_that_round_to_ninety_nine_point_ninety_nine_are_right(folder):
    book(folder / "ф3.xlsx", marks([["Школа (edu900001)", None, 3, 33.33, 33.33, 33.33, 0]]))
    assert result(folder) == ([("9001", "русский язык", 5, 2026, 3, 1, 1, 1, 0)], [])


def test_one_report_twice_and_two_that_contradict(folder):
    book(folder / "а.xlsx", marks([SCHOOL]))
    book(folder / "б.xlsx", marks([SCHOOL]))
    assert result(folder) == ([("9001", "русский язык", 5, 2026, 3, 1, 0, 2, 0)], [("D408", "б.xlsx «РУ 5»!A9")])
    book(folder / "б.xlsx", marks([["Школа (edu900001)", None, 3, 66.67, 0, 33.33, 0]]))
    assert result(folder)[1] == [("D409", "б.xlsx «РУ 5»!A9")]
    assert rows(read(folder, allow_problems=True)[0], "результаты", "школа, отметка_2") == [("9001", None)]


def test_a_title_without_a_work_and_a_subject_that_the_rules_do_not_know(folder):
    book(folder / "а.xlsx", marks([SCHOOL], title="Отчёт"), "Лист1")
    book(folder / "б.xlsx", marks([SCHOOL], title="ВПР 2026 Хореография 5 класс"), "Лист1")
    assert short(read(folder)[1]) == [("D410", "а.xlsx «Лист1»!A1"), ("D205", "б.xlsx «Лист1»!A3")]


def test_a_school_outside_the_register_and_a_former_code(folder):
    book(folder / "а.xlsx", marks([["Школа (edu999999)", None, 3, 33.33, 0, 66.67, 0], ["Школа (sch900001)", None, 3, 33.33, 0, 66.67, 0]]))
    found, problems = result(folder)
    assert (problems, [row[0] for row in found]) == ([("D302", "а.xlsx «РУ 5»!A9")], ["9001"])


# ---------------------------------------------------------------- «Сравнение отметок с отметками по журналу»


def test_the_journal_with_counts_beside_percents(folder):
    book(folder / "ж.xlsx", journal([["Вся выборка", 100, 30, 30, 60, 60, 10, 10], ["Школа (edu900001)", 3, 33.33, 1, 66.67, 2, 0, 0]]))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "журнал", "школа, сравнили, понизили, подтвердили, повысили, расхождение_2") == [("9001", 3, 1, 2, 0, None)]
    assert rows(tables, "группы_журнал", "группа, понизили") == [("вся выборка", 30.0)]


@pytest.mark.parametrize("row, code, cell", [
    (["Школа (edu900001)", 3, 33.33, 2, 66.67, 2, 0, 0], "D404", "D9"),
    (["Школа (edu900001)", 3, 33.33, 1, 66.67, 2, 10, 0], "D405", "C9"),
    (["Школа (edu900001)", 3, 33.33, 1], "D406", "E9"),
    (["Школа (edu900001)", 3, "нет отметки", 1, 66.67, 2, 0, 0], "D402", "C9"),
])
def test_a_bad_row_of_the_journal(folder, row, code, cell):
    book(folder / "ж.xlsx", journal([row]))
    assert short(read(folder)[1]) == [(code, f"ж.xlsx «РУ 5»!{cell}")]


# ---------------------------------------------------------------- «Распределение первичных баллов»


def test_the_distribution_of_scores(folder):
    book(folder / "р.xlsx", scores([["г. Энск (reg99)", 1000, 30, 0, 20, 10, 10, 10, 10, 10], ["Школа (edu900001)", 3, 33.33, 0, 0, 0, 0, 0, 0, 66.67]]))
    tables, problems = read(folder)
    assert short(problems, "D407") == []
    assert rows(tables, "работы_впр", "школа, журнал, балл, работ, _row, _letter") == [("9001", 0, 0, 1, 10, "C"), ("9001", 0, 7, 2, 10, "J")]
    assert rows(tables, "группы_впр", "балл, доля", "ORDER BY балл LIMIT 2") == [(0, 30.0), (1, 0.0)]
    assert rows(tables, "сводка_баллов", "работ, балл_максимальный, в_нижнем_квартиле, на_границе_3") == [(3, 7, 1, None)]


def test_scores_without_marks_take_the_scale_of_that_year_only(folder):
    top = 20
    row = ["Школа (edu900001)", 4, *[25 if score in (6, 7, 10, 15) else 0 for score in range(top + 1)]]
    book(folder / "р.xlsx", scores([row], top, "ВПР 2021 Математика 5 класс"), "МА 5")
    assert result(folder) == ([("9001", "математика", 5, 2021, 4, 1, 2, 0, 1)], [])
    book(folder / "р.xlsx", scores([row], top, "ВПР 2022 Математика 5 класс"), "МА 5")
    assert result(folder) == ([], [("D407", "р.xlsx «МА 5»!A9")])


@pytest.mark.parametrize("row, code, cell", [
    (["Школа (edu900001)", 3, 33.33, 0, 0, 0, 0, 0, 0, 50], "D405", "C9"),
    (["Школа (edu900001)", 3, 50, 0, 0, 0, 0, 0, 0, 50], "D404", "C9"),
    (["Школа (edu900001)", 3, 33.33, 0, 0], "D406", "F9"),
    (["Школа (edu900001)", 3, "X", 0, 0, 0, 0, 0, 0, 66.67], "D402", "C9"),
])
def test_a_bad_row_of_the_distribution(folder, row, code, cell):
    book(folder / "р.xlsx", scores([row]))
    assert (code, f"р.xlsx «РУ 5»!{cell}") in short(read(folder)[1])


def test_a_score_over_the_scale_of_that_year(folder):
    row = ["Школа (edu900001)", 1, *[0] * 25, 100]
    book(folder / "р.xlsx", scores([row], 25, "ВПР 2021 Математика 5 класс"), "МА 5")
    assert ("D401", "р.xlsx «МА 5»!A9") in short(read(folder)[1])


# ---------------------------------------------------------------- «Выполнение заданий»


def test_items(folder):
    book(folder / "з.xlsx", items([["г. Энск (reg99)", 10, 1000, 50, 60.5, 70], ["Школа (edu900001)", None, 3, 50, 44.44, 33.33]]))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "задания_впр", "задание, участников, сумма_баллов, максимум, _letter") == [("1", 3, 3, 2, "D"), ("2", 3, 4, 3, "E"), ("3", 3, 2, 2, "F")]
    assert rows(tables, "группы_задания", "группа, задание, выполнение, максимум")[1] == ("г. Энск", "2", 60.5, 3)


@pytest.mark.parametrize("row, code, cell", [
    (["Школа (edu900001)", None, 3, 150, 44.44, 33.33], "D401", "D9"),
    (["Школа (edu900001)", None, 3, 51, 44.44, 33.33], "D404", "D9"),
    (["Школа (edu900001)", None, 3, "X", 44.44, 33.33], "D402", "D9"),
    (["Школа (edu900001)", None, 3, 50], "D406", "E9"),
])
def test_a_bad_row_of_items(folder, row, code, cell):
    book(folder / "з.xlsx", items([row]))
    place = f"з.xlsx «РУ 5»!{cell[0]}10"          # the row of maxima stands above
    assert (code, place) in short(read(folder)[1])


@pytest.mark.parametrize("make", [marks, journal, scores])
def test_a_report_cut_off_under_its_header(folder, make):
    book(folder / "о.xlsx", make([]))
    assert short(read(folder)[1]) == [("D406", "о.xlsx «РУ 5»!A8")]


def test_a_locked_a_broken_and_a_disguised_book(folder):
    book(folder / "а.xlsx", marks([SCHOOL]))
    whole = (folder / "а.xlsx").read_bytes()
    (folder / "а.xlsx").write_bytes(whole[:len(whole) // 2])
    (folder / "б.xls").write_text("<html><table><tr><td>Группы участников</td></tr></table></html>", encoding="utf-8")
    (folder / "в.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert short(read(folder)[1]) == [("D101", "а.xlsx"), ("D101", "б.xls"), ("D101", "в.xlsx")]
