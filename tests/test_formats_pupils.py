"""Formats with a row for each pupil: Ф1, the school's form, regional exports; counts come out, names do not."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.formats_books import book, district, individual, marks, read, rows, scores, short

GOOD = [(2, 3, 2, 7, 5, 5), (1, 1, 0, 2, 2, 3), (0, "X", 0, 0, 2, 2)]
RESULT = "школа, участников, отметка_2, отметка_3, отметка_4, отметка_5"


@pytest.fixture
def folder(tmp_path):
    return district(tmp_path)


def text(path: Path, *lines: str, encoding: str = "utf-8") -> None:
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))


# ---------------------------------------------------------------- Ф1


def test_individual_results_become_counts(folder):
    book(folder / "ф1.xlsx", individual({"edu900001": [*GOOD, ("X", "X", "X", "X", "нет отметки", 3)], "edu900002": [("1", "2", "1", "4", "3", "")]}))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", RESULT) == [("9001", 3, 2, 0, 0, 1), ("9002", 1, 0, 1, 0, 0)]
    assert rows(tables, "журнал", "школа, сравнили, понизили, подтвердили, повысили, расхождение_2") == [("9001", 3, 1, 2, 0, 0)]
    assert rows(tables, "работы_впр", "школа, журнал, балл, работ") == [("9001", 2, 0, 1), ("9001", 3, 2, 1), ("9001", 5, 7, 1), ("9002", 0, 4, 1)]
    assert rows(tables, "задания_впр", "школа, задание, участников, сумма_баллов, максимум, уровень", "ORDER BY 1, 2 LIMIT 3") == [("9001", "1", 3, 3, 2, "Б"), ("9001", "2", 3, 4, 3, "Б"), ("9001", "3", 3, 2, 2, "П")]
    assert rows(tables, "результаты", "_row, _letter") == [(10, "K10:K13"), (15, "K15:K15")]


def test_borders_that_the_marks_leave_no_doubt_about(folder):
    pupils = [(0, 0, 0, 0, 2, 2), (1, 0, 0, 1, 2, 2), (2, 0, 0, 2, 3, 3), (2, 1, 0, 3, 3, 3), (2, 2, 0, 4, 4, 4), (2, 3, 0, 5, 4, 4), (2, 3, 1, 6, 5, 5), (2, 3, 2, 7, 5, 5)]
    book(folder / "ф1.xlsx", individual({"edu900001": pupils}))
    tables, _ = read(folder)
    assert rows(tables, "сводка_баллов", "работ, балл_средний, на_границе_3, под_границей_3, на_границе_5, под_границей_5, связь_с_журналом") == [(8, 3.5, 1, 1, 1, 1, pytest.approx(.976, abs=.001))]


@pytest.mark.parametrize("pupil, code, cell", [
    ((2, 3, 2, 9, 5, 5), "D401", "J10"),
    ((2, 3, 2, "семь", 5, 5), "D402", "J10"),
    ((2, 3, 2, 6.5, 5, 5), "D402", "J10"),
    ((2, 3, 2, 7, 6, 5), "D402", "K10"),
    ((2, 3, 2, 7, 5, "хорошо"), "D402", "L10"),
    ((2, 3, 1, 7, 5, 5), "D403", "J10"),
    ((5, 2, 0, 7, 5, 5), "D401", "G10"),
    ((2, "три", 2, 4, 5, 5), "D402", "H10"),
])
def test_a_row_that_cannot_be_a_result_is_told_and_its_school_becomes_unknown(folder, pupil, code, cell):
    book(folder / "ф1.xlsx", individual({"edu900001": [pupil, *GOOD], "edu900002": GOOD}))
    assert (code, f"ф1.xlsx «РУ 5»!{cell}") in short(read(folder)[1])
    tables, _ = read(folder, allow_problems=True)
    found = {row[0]: row[1] for row in rows(tables, "результаты", "школа, отметка_2")}
    assert found == {"9001": None, "9002": 2} or found == {"9002": 2}


def test_fewer_rows_than_said(folder):
    book(folder / "ф1.xlsx", individual({"edu900001": GOOD}, declared={"edu900001": 25}))
    assert short(read(folder)[1]) == [("D406", "ф1.xlsx «РУ 5»!A9")]


def test_class_without_a_number_and_of_another_year(folder):
    lines = individual({"edu900001": GOOD})
    lines[9][4], lines[10][4], lines[11][4] = "НЕТ", "4А", "а"
    book(folder / "ф1.xlsx", lines)
    tables, problems = read(folder)
    assert short(problems) == [("D413", "ф1.xlsx «РУ 5»!E10")]
    assert all(word in problems[-1].message or any(word in problem.message for problem in problems) for word in ("«НЕТ»", "«4А»", "«а»"))
    assert rows(tables, "результаты", RESULT) == [("9001", 3, 2, 0, 0, 1)]


def test_two_exports_of_one_work(folder):
    book(folder / "а.xlsx", individual({"edu900001": GOOD}))
    book(folder / "б.xlsx", individual({"edu900001": GOOD[:2]}))
    assert set(short(read(folder)[1])) == {("D409", "б.xlsx «РУ 5»!A10")}
    tables, _ = read(folder, allow_problems=True)
    assert rows(tables, "результаты", "школа, участников") == [("9001", None)]


def test_pupils_rows_win_over_percents_that_differ(folder):
    book(folder / "ф1.xlsx", individual({"edu900001": GOOD}))
    book(folder / "ф3.xlsx", marks([["Школа (edu900001)", None, 4, 50, 0, 0, 50]]))
    tables, problems = read(folder)
    assert short(problems) == [("D411", "ф3.xlsx «РУ 5»!A9")]
    assert rows(tables, "результаты", RESULT) == [("9001", 3, 2, 0, 0, 1)]


def test_tidy_and_raw_in_one_folder(folder):
    book(folder / "ф1.xlsx", individual({"edu900001": GOOD}))
    book(folder / "ВПР_2025.xlsx", [["Код ОО", "Предмет", "Класс", "Учебный год", "Кол-во участников", "«2», чел."], [9001, "Русский", 5, 2025, 10, 1]], "Итоги")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", "год, участников, отметка_2") == [(2025, 10, 1), (2026, 3, 2)]


# ---------------------------------------------------------------- scales and the marks of Ф1


DENSE = [(0, 0, 1, 1, 2, 2), (2, 0, 0, 2, 3, 3), (2, 1, 0, 3, 3, 3), (2, 2, 0, 4, 4, 4), (2, 3, 0, 5, 4, 4), (2, 3, 1, 6, 5, 5)]     # borders 2, 4, 6


def test_marks_of_a_year_without_a_scale_give_one(folder):
    """School 9002 has only its distribution: scores 1, 2, 4 and 6, a pupil each; school 9001 has a pupil without a mark."""
    book(folder / "ф1.xlsx", individual({"edu900001": [*DENSE, (2, 3, 2, 7, "нет отметки", 5)]}))
    book(folder / "р.xlsx", scores([["Школа (edu900002)", 4, 0, 25, 25, 0, 25, 0, 25, 0]]))
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", RESULT) == [("9001", 7, 1, 2, 2, 2), ("9002", 4, 1, 1, 1, 1)]
    assert rows(tables, "шкалы", "предмет, класс, максимум, граница_3, граница_4, граница_5, _row", "WHERE год = 2026") == [("русский язык", 5, 7, 2, 4, 6, 11)]
    source = next(sheet for sheet in tables.sources if sheet.table == "шкалы" and sheet.file != "правила")
    assert (source.file, source.sheet, source.rows) == ("ф1.xlsx", "РУ 5", 1)
    assert source.left_out == (("шкала: русский язык, 5 класс, 2026 год",
                                "выведена из Ф1, ф1.xlsx «РУ 5»: наименьший балл каждой отметки; в справочнике шкалы этого года нет"),)


def test_a_border_that_may_lie_elsewhere_gives_no_scale_and_the_message_says_what_to_add(folder):
    book(folder / "ф1.xlsx", individual({"edu900001": [pupil for pupil in DENSE if pupil[3] != 3]}))
    book(folder / "р.xlsx", scores([["Школа (edu900002)", 4, 0, 25, 25, 0, 25, 0, 25, 0]]))
    tables, problems = read(folder)
    assert short(problems) == [("D407", "р.xlsx «РУ 5»!A9")]
    told = next(problem for problem in problems if problem.code == "D407")
    assert "rules/reference/vpr_scales.yaml" in told.hint
    assert "{предмет: русский язык, класс: 5, год: 2026, максимум: …, граница_3: …, граница_4: …, граница_5: …}" in told.hint
    assert rows(tables, "шкалы", "*", "WHERE год = 2026") == []


def test_marks_that_no_scale_can_give(folder):
    """In one book «3» for 3 points, in another «4» for 2: both cells are told, both works are unknown."""
    book(folder / "а.xlsx", individual({"edu900001": DENSE}))
    book(folder / "б.xlsx", individual({"edu900002": [(2, 0, 0, 2, 4, 4)]}))
    tables, problems = read(folder, allow_problems=True)
    assert [(str(problem.place), "а.xlsx «РУ 5»!K12" in problem.message) for problem in problems if problem.code == "D401"] == [("б.xlsx «РУ 5»!K10", True)]
    assert rows(tables, "результаты", "школа, отметка_4") == [("9001", None), ("9002", None)]


def test_marks_against_the_scale_of_the_year(folder):
    """Mathematics 5, 2021: «3» from 7 points; here it is given for 5 in one school."""
    items = (("1", 20),)
    lines = {"edu900001": [(5, 5, 3, 3), (8, 8, 3, 3)], "edu900002": [(6, 6, 2, 2), (15, 15, 5, 5)]}
    book(folder / "ф1.xlsx", individual(lines, items, title="ВПР 2021 Математика 5 класс"), "МА 5")
    tables, problems = read(folder, allow_problems=True)
    assert short(problems) == [("D401", "ф1.xlsx «МА 5»!I10")]
    assert rows(tables, "результаты", RESULT) == [("9001", *[None] * 5), ("9002", 2, 1, 0, 0, 1)]


# ---------------------------------------------------------------- the school's form


FORM = ["Код участника", "Вариант", "1 (2б)", "2 (3б)", "4К1 (2б)", "Порядковый номер класса", "Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов"]


def form(*pupils: list) -> list[list]:
    return [["ВПР 2021 Математика 5 класс"], FORM, *pupils]


def test_the_form_of_a_school_takes_marks_from_the_scale(folder):
    book(folder / "edu900001 форма.xlsx", form([10001, 1, 2, 3, 2, 1, 4, 7], [10002, "отсутствовал", None, None, None, 1, 3, None], [10003, 2, 1, "X", 0, 1, "нет отметки", 1]), "Протокол")
    book(folder / "edu900001 служебный.xlsx", [["Допустимо"], ["отсутствовал"], ["нет отметки"]], "Служебный")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", RESULT) == [("9001", 2, 1, 1, 0, 0)]
    assert rows(tables, "задания_впр", "задание, сумма_баллов", "ORDER BY 1") == [("1", 3), ("2", 3), ("4К1", 2)]
    assert ("edu900001 служебный.xlsx «Служебный»", "служебный лист формы") in tables.files_left


@pytest.mark.parametrize("pupil, code, cell", [([1, 1, 2, 3, 2, 1, 4, 70], "D401", "H3"), ([1, 1, 2, 3, 2, 1, 9, 7], "D402", "G3"), ([1, 1, 2, 3, 1, 1, 4, 7], "D403", "H3"), ([1, 1, 2, 3, 1, 1, 4, "сто"], "D402", "H3")])
def test_a_bad_row_of_the_form(folder, pupil, code, cell):
    book(folder / "edu900001.xlsx", form(pupil), "Протокол")
    assert (code, f"edu900001.xlsx «Протокол»!{cell}") in short(read(folder)[1])


def test_a_form_of_nobody(folder):
    book(folder / "форма.xlsx", form([10001, 1, 2, 3, 2, 1, 4, 7]), "Протокол")
    assert short(read(folder)[1]) == [("D410", "форма.xlsx «Протокол»!A1")]


# ---------------------------------------------------------------- regional exports


H2020 = "groups;user;id;code;otc;gender;klass;var-1;var-2;sum;a-1-grade;a-2-grade"
H2021 = "логин школы;регион;номер обучающегося;код обучающегося;отметка за предыдущую четверть/триместр;пол;класс;вариант;всего баллов;балл за 1;балл за 2;Учебник"
H2022 = ["Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "Код", "Вариант", "1 (9б)", "2 (11б)", "Наименование класса", "Пол", "Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов"]


def test_the_export_of_2021(folder):
    text(folder / "МА 5 2021.csv", H2021, "sch900001;99;1;50001;4;м;5А;1;7;3;4;", "edu900002;99;2;50002;3;ж;5А;2;12;6;6;", "edu999999;99;3;50003;5;ж;5А;2;20;9;11;", encoding="cp1251")
    tables, problems = read(folder)
    assert short(problems) == [("D412", "МА 5 2021.csv!A4")]
    assert rows(tables, "результаты", RESULT) == [("9001", 1, 0, 1, 0, 0), ("9002", 1, 0, 0, 1, 0)]
    assert rows(tables, "группы_впр", "вид_группы, балл, работ, участников") == [("регион", 7, 1, 3), ("регион", 12, 1, 3), ("регион", 20, 1, 3)]
    assert rows(tables, "работы_впр", "школа, журнал, балл, работ") == [("9001", 4, 7, 1), ("9002", 3, 12, 1)]


def test_the_export_of_2020_has_no_scale_and_says_so(folder):
    text(folder / "МА_5_2020.csv", H2020, "reg99;sch900001;1;50001;4;m;НЕТ;1;2;7;3;4", "reg99;sch900001;2;50002;4;m;5а;1;2;X;X;X")
    tables, problems = read(folder)
    assert short(problems) == [("D407", "МА_5_2020.csv!A2"), ("D413", "МА_5_2020.csv!G2")]
    assert rows(tables, "работы_впр", "школа, журнал, балл, работ") == [("9001", 4, 7, 1)]


def test_the_export_of_2022(folder):
    line = ["reg99_m01", "99", "Регион", "reg99_m01 | Район", "edu900001 | МКОУ школа", "20.10.2022", "50001"]
    book(folder / "ВПР 2022 Математика 5 класс.xlsx", [H2022, [*line, 1, 3, 4, "5А", "м", 4, 7], [*line, "отсутствовал", None, None, "5А", "м", 4, None]], "Протокол")
    tables, problems = read(folder)
    assert short(problems) == [("D407", "ВПР 2022 Математика 5 класс.xlsx «Протокол»!A2")]
    assert rows(tables, "работы_впр", "школа, журнал, балл, работ, _letter") == [("9001", 4, 7, 1, "N2:N3")]


@pytest.mark.parametrize("line, code, cell", [
    ("edu900001;99;1;50001;4;м;5А;1;70;3;4;", "D401", "I2"), ("edu900001;99;1;50001;4;м;5А;1;шесть;3;4;", "D402", "I2"),
    ("edu900001;99;1;50001;9;м;5А;1;7;3;4;", "D402", "E2"), ("edu900001;99;1;50001;4;м;5А;1;8;3;4;", "D403", "I2"), (";99;1;50001;4;м;5А;1;7;3;4;", "D403", "A2"),
])
def test_a_bad_row_of_an_export(folder, line, code, cell):
    text(folder / "МА 5 2021.csv", H2021, line, "edu900002;99;2;50002;3;ж;5А;2;12;6;6;")
    assert (code, f"МА 5 2021.csv!{cell}") in short(read(folder)[1])


# ---------------------------------------------------------------- CSV and Excel against plain Python


def dirty_rows(seed: int, count: int = 120) -> list[list[str]]:
    """Rows of an export of 2021 with what real ones have; those of edu900002 hold no error."""
    chance = random.Random(seed)
    lines = []
    for index in range(count):
        points = [chance.randint(0, 9), chance.randint(0, 11)]
        school = chance.choice(["edu900001", "EDU900001", "edu900002"])
        journal = chance.choice(["2", "3", "4", "5", "", "нет отметки", "X", "4.0"])
        row = [school, "99", str(index), str(50_000 + index), journal, "м", chance.choice(["5А", "5", "НЕТ", "а", "4А"]), chance.choice(["1", "2"]),
               str(sum(points)), str(points[0]), str(points[1]), ""]
        dirt = chance.random()
        if dirt < .1:
            row[7:11] = ["отсутствовал", "", "", ""]
        elif dirt < .2:
            row[8:11] = ["X", "x", "Х"]
        elif dirt < .3:
            row[8] += ",0"
        elif dirt < .4 and school != "edu900002":
            row[chance.choice([4, 8, 9])] = chance.choice(["6.5", "семь", "-1", "99"])
        lines.append(row)
    return lines


def counted(lines: list[list[str]]) -> tuple[dict, dict]:
    """Count works by (school, journal, score), and items, one row after another."""
    works, points = Counter(), Counter()
    for school, _, _, _, journal, _, _, variant, total, first, second, _ in lines:
        if variant == "отсутствовал" or total in ("X", ""):
            continue
        given = float(journal.replace(",", ".")) if re.fullmatch(r"-?[\d.]+", journal) else 0
        works[school.lower(), int(given) if given in (2, 3, 4, 5) else 0, int(float(total.replace(",", ".")))] += 1
        points[school.lower(), "1"] += int(first)
        points[school.lower(), "2"] += int(second)
    return works, points


FAULTS = ("D401", "D402", "D403", "D413")


@pytest.mark.parametrize("seed", range(4))
def test_a_dirty_export_agrees_with_counting_by_hand_in_csv_and_excel(folder, seed):
    lines = dirty_rows(seed)
    works, points = counted([line for line in lines if line[0] == "edu900002"])
    told = []
    for name in ("МА 5 2021.csv", "МА 5 2021.xlsx"):
        if name.endswith("csv"):
            text(folder / name, H2021, *map(";".join, lines))
        else:
            book(folder / name, [H2021.split(";"), *lines], "МА 5")
        tables, problems = read(folder, allow_problems=True)
        (folder / name).unlink()
        found = {("edu900002", *key): count for *key, count in rows(tables, "работы_впр", "журнал, балл, работ", "WHERE школа = '9002'")}
        assert found == works
        assert {("edu900002", item): total for item, total in rows(tables, "задания_впр", "задание, сумма_баллов", "WHERE школа = '9002'")} == points
        assert rows(tables, "работы_впр", "DISTINCT работ", "WHERE школа = '9001'") == [(None,)]
        told.append([(problem.code, str(problem.place).rpartition("!")[2], problem.message) for problem in problems if problem.code in FAULTS])
    assert told[0] == told[1]


def test_a_fraction_in_a_csv_is_not_rounded(folder):
    text(folder / "МА 5 2021.csv", H2021, "edu900001;99;1;50001;4;м;5А;1;6.5;3;4;", "edu900002;99;2;50002;3;ж;5А;2;7;3.5;3.5;")
    assert set(short(read(folder)[1])) == {("D402", "МА 5 2021.csv!I2"), ("D402", "МА 5 2021.csv!J3"), ("D403", "МА 5 2021.csv!I2")}
