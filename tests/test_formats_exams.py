"""Protocols of ОГЭ and ЕГЭ, the context questionnaire, the social passport: what is read, one oddity each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats_books import book, district, read, rows, short

EGE = "№;;Код МСУ;;Код ОО;;Класс;;Код ППЭ;;Аудитория;;Фамилия;Имя;Отчество;;Серия;;Номер;;Первичный балл;;Балл"
OGE = ["№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Код участника", "Фамилия", "Имя", "Отчество", "Ответы в краткой форме", "Первичный балл", "Оценка"]


@pytest.fixture
def folder(tmp_path):
    return district(tmp_path)


def ege(path: Path, *lines: str, title: str = "01 - Русский язык 2026.06.04", encoding: str = "cp1251") -> None:
    path.write_bytes("\r\n".join([title, EGE, *lines, ""]).encode(encoding))


def line(number: int, school: object, score: object, primary: object = 30) -> str:
    return f"{number};;99;;{school};;11А;;9901;;5;;Иванов;Пётр;Петрович;;4012;;{654320 + number};;{primary};;{score}"


def test_a_protocol_of_ege_with_empty_columns(folder):
    ege(folder / "п.csv", line(1, 9001, 72), line(2, 9001, 20), line(3, 9001, "X", ""), line(4, 9002, "100"),
        "Средние;;;;;;;;;;;;;;;;;;;;;;;64", "Минимальная граница;;;;;;;;;;;;;;;;;;;;;;;24", "Всего участников;;;;;;;;;;;;;;;;;;;;;;;4")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", "школа, процедура, предмет, класс, год, участников, не_преодолели, средний_балл, _letter") == [
        ("9001", "ЕГЭ", "русский язык", 11, 2026, 2, 1, 46.0, "W3:W5"), ("9002", "ЕГЭ", "русский язык", 11, 2026, 1, 0, 100.0, "W6:W6")]


def test_a_reserve_day_adds_up_and_an_autumn_one_does_not(folder):
    ege(folder / "а.csv", line(1, 9001, 72))
    ege(folder / "б.csv", line(2, 9001, 20), title="01 - Русский язык 2026.06.22")
    ege(folder / "в.csv", line(2, 9001, 50), title="01 - Русский язык 2026.09.04")
    tables, problems = read(folder)
    assert (short(problems), rows(tables, "результаты", "участников, не_преодолели")) == ([], [(2, 1)])


def test_a_participant_of_two_days_counts_once_with_the_first_result(folder):
    """Day one: 72, 20 and one absent; the reserve day: the second again (60), the absent one (50), and a new one (40): 72, 20, 50, 40."""
    ege(folder / "б основной.csv", line(1, 9001, 72), line(2, 9001, 20), line(3, 9001, "X", ""))
    ege(folder / "а резервный.csv", line(2, 9001, 60), line(3, 9001, 50), line(4, 9001, 40), title="01 - Русский язык 2026.06.22")
    tables, problems = read(folder)
    assert short(problems) == [("D414", "а резервный.csv!A3")]
    assert "не вошло результатов этого дня: 1" in next(problem.message for problem in problems if problem.code == "D414")
    assert rows(tables, "результаты", "участников, не_преодолели, средний_балл") == [(4, 1, 45.5)]


def test_codes_of_participants_of_oge_tell_a_resit(folder):
    first = [["02 - Математика 2026.06.03"], OGE, [1, 9001, "9А", 9901, 1, "12345678", "", "", "", "1", 20, 4],
             [2, 9001, "9Б", 9901, 1, "12345679", "", "", "", "1", 5, 2]]
    book(folder / "а.xlsx", first, "Лист1")
    book(folder / "б.xlsx", [["02 - Математика 2026.07.04"], OGE, [1, 9001, "9Б", 9901, 1, "12345679", "", "", "", "1", 9, 3]], "Лист1")
    tables, problems = read(folder)
    assert (short(problems), rows(tables, "результаты", "участников, отметка_2, отметка_3, отметка_4")) == ([("D414", "б.xlsx «Лист1»!A3")], [(2, 1, 0, 1)])


def test_without_codes_and_documents_days_add_up(folder):
    bare = line(1, 9001, 20).replace("654321", "")
    ege(folder / "а.csv", bare)
    ege(folder / "б.csv", bare, title="01 - Русский язык 2026.06.22")
    assert rows(read(folder)[0], "результаты", "участников") == [(2,)]


def test_a_participant_twice_in_one_protocol(folder):
    ege(folder / "п.csv", line(1, 9001, 72), line(1, 9001, 72), line(3, 9002, 50))
    tables, problems = read(folder, allow_problems=True)
    assert short(problems) == [("D301", "п.csv!W4")]
    assert rows(tables, "результаты", "школа, участников") == [("9001", None), ("9002", 1)]


def test_base_mathematics_has_marks_and_foreign_languages_two_parts(folder):
    base = "\r\n".join(["22 - Математика базовая 2026.06.08", EGE.replace(";Балл", ";Оценка"), line(1, 9001, 5), line(2, 9001, 2), ""])
    (folder / "б.csv").write_bytes(base.replace("Первичный Оценка", "Первичный балл").encode())
    ege(folder / "я.csv", line(1, 9001, "п:45 у:17", "п:52/у:18"), title="09 - Английский язык 2026.06.11")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "результаты", "предмет, участников, не_преодолели, средний_балл") == [("иностранный язык", 1, 0, 62.0), ("математика базовая", 2, 1, 3.5)]


def test_no_minimum_of_that_year(folder):
    ege(folder / "п.csv", line(1, 9001, 72), title="01 - Русский язык 2019.06.04")
    tables, problems = read(folder)
    assert (short(problems), rows(tables, "результаты", "участников, не_преодолели")) == ([("D407", "п.csv!A2")], [(1, None)])


@pytest.mark.parametrize("bad, code, cell", [
    (line(1, 9001, 172), "D401", "W3"), (line(1, 9001, "зачёт"), "D402", "W3"), (line(1, "Иванов", 72), "D403", "E3"), (line(1, "9003", 72), "D302", "A3"),
    ("Всего участников;;;;;;;;;;;;;;;;;;;;;;;900", "D406", "A2"),
])
def test_a_bad_row_of_a_protocol(folder, bad, code, cell):
    ege(folder / "п.csv", bad, line(2, 9002, 50))
    assert (code, f"п.csv!{cell}") in short(read(folder)[1])


def test_a_protocol_of_oge_twice(folder):
    lines = [["02 - Математика 2026.06.03"], OGE, [1, 9001, "9А", 9901, 1, "12345678", "Иванов", "Пётр", "Петрович", "1+2", 20, 4], [2, 9001, "9Б", 9901, 1, "12345679", "Петрова", "Анна", "", "1+", 5, "2"]]
    book(folder / "а.xlsx", lines, "Лист1")
    book(folder / "б.xlsx", lines, "Лист1")
    tables, problems = read(folder)
    assert short(problems) == [("D408", "б.xlsx «Лист1»!A3")]
    assert rows(tables, "результаты", "школа, процедура, класс, участников, отметка_2, отметка_4") == [("9001", "ОГЭ", 9, 2, 1, 1)]
    lines[3][11] = 3
    book(folder / "б.xlsx", lines, "Лист1")
    assert short(read(folder)[1]) == [("D409", "б.xlsx «Лист1»!A3")]
    lines[3][11] = 7
    book(folder / "б.xlsx", lines, "Лист1")
    assert ("D401", "б.xlsx «Лист1»!L4") in short(read(folder)[1])


def test_a_protocol_without_a_title(folder):
    ege(folder / "п.csv", line(1, 9001, 72), title="Протокол")
    assert short(read(folder)[1]) == [("D410", "п.csv!A1")]


# ---------------------------------------------------------------- questionnaire, passport


def test_the_questionnaires_of_2021_and_2022(folder):
    named = [["Логин ОО", "Контингент обучающихся", "Учителей всего", "Учителей высшей категории", "Учителей до 30 лет", "Доля родителей на собраниях"], ["edu900001", 500, "40", 12, 5, 2], ["edu900002", 300, 20, "X", "много", 1]]
    book(folder / "Контекстная анкета 2021.xlsx", named, "Анкета")
    numbered = [["Логин", *range(17, 28)], ["edu900001", 1, 0, 2, 510, 60, 58, 9, 12, 41, 30, 26]]
    book(folder / "Контекстная анкета 2022.xlsx", numbered, "Анкета")
    tables, problems = read(folder)
    assert short(problems) == [("D402", "Контекстная анкета 2021.xlsx «Анкета»!E3")]
    assert rows(tables, "контекст", "школа, год, обучающихся, учителей, высшая_категория, с_овз") == [("9001", 2021, 500, 40, 12, None), ("9001", 2022, 510, 41, 26, 12), ("9002", 2021, 300, 20, None, None)]


def test_the_social_passport_of_one_school(folder):
    lines = [["Социальный паспорт школы № 9001"], ["2025/2026 учебный год"], [], ["Показатель", "Количество"], ["Всего обучающихся", 500], ["Дети из малообеспеченных семей", "40"], ["Дети из неполных семей", 90],
             ["Опекаемые", 5], ["Дети с ОВЗ", 10], ["Дети-инвалиды", 3], ["Состоят на учёте ВШК", 2], ["Кружков", 12], ["Многодетные семьи", "нет данных"]]
    book(folder / "паспорт.xlsx", lines, "Лист1")
    tables, problems = read(folder)
    assert short(problems) == []
    assert rows(tables, "социальный_паспорт", "школа, год, детей, малообеспеченных, неполных, с_овз, многодетных") == [("9001", 2026, 500, 40, 90, 13, None)]
    lines[5][1] = "сорок"
    book(folder / "паспорт.xlsx", lines, "Лист1")
    assert short(read(folder)[1]) == [("D402", "паспорт.xlsx «Лист1»!B6")]
    lines[0], lines[4][0] = ["Социальный паспорт"], "Кружков"
    book(folder / "паспорт.xlsx", lines, "Лист1")
    assert short(read(folder)[1]) == [("D410", "паспорт.xlsx «Лист1»!A1")]
