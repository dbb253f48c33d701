"""Every wrong file of tests/bad_rules gives exactly the problems it announces: code, line, column; and no others."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from engine.checking import check
from engine.codes import CATALOGUE, Severity
from engine.loading import load
from engine.words import mixes_alphabets, retyping_hint

FOLDER = Path(__file__).with_name("bad_rules")
FILES = sorted(FOLDER.glob("*.yaml"))
ANNOUNCED = re.compile(r"^# ждём: (R\d{3}) (\d+):(\d+)$", re.MULTILINE)
DAY = date(2026, 9, 3)


def announced(path: Path) -> list[tuple[str, int, int]]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    if path.name == "not_utf8.yaml":
        return [("R100", 1, 1)]
    return sorted((code, int(line), int(column)) for code, line, column in ANNOUNCED.findall(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_file_is_found_at_its_word(path):
    rules, problems = load(path)
    found = {problem for problem in [*problems, *check(rules, DAY)[1]] if problem.severity is not Severity.ADVICE}
    assert sorted((problem.code, problem.place.line, problem.place.column) for problem in found) == announced(path)
    assert all(problem.message.endswith((".", "?", "!")) and len(problem.message) < 250 for problem in found)


def test_there_are_enough_of_them():
    assert len(FILES) >= 40


def test_every_code_that_stops_a_run_has_a_wrong_file():
    """R111 (no rules at all) has no file to show; its test is below."""
    shown = {code for path in FILES for code, _, _ in announced(path)}
    wanted = {code for code, entry in CATALOGUE.items() if code.startswith("R") and entry.severity is not Severity.ADVICE} - {"R111"}
    assert wanted - shown == set()


def test_no_rules_at_all(tmp_path):
    problems = load(tmp_path)[1]
    assert [problem.code for problem in problems] == ["R111"]


def test_one_name_in_two_files(tmp_path):
    """A name described in two files is told at the second, with the place of the first."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("пороги:\n  порог: {значение: 30}\n", encoding="utf-8")
    problems = load(tmp_path)[1]
    assert [(problem.code, Path(problem.place.file).name, problem.place.line, problem.place.column) for problem in problems] == [("R112", "b.yaml", 2, 3)]
    assert "a.yaml:2:3" in problems[0].message


@pytest.mark.parametrize("folder", ["rules", "tests/cases/ca_api_2000", "tests/cases/nl_leerresultaten_2010"])
def test_no_false_alarm(folder):
    rules, problems = load(Path(__file__).parents[1] / folder)
    found = [*problems, *check(rules, DAY)[1]]
    assert [problem for problem in found if problem.severity is not Severity.ADVICE] == []


@pytest.mark.parametrize(("stem", "said"), [
    ("among_before_arguments", "Сначала все аргументы, потом «среди»: квантиль_всех(x; 0,25 среди тип_школы)."),
    ("slice_named_like_table", "Переименуйте показатель"),
    ("mixed_without_look_alike", "Латинские буквы в нём: z."),
    ("backslash_in_double_quotes", r"""удваивают: "(\\d{4})", или берите одинарные: '(\d{4})'."""),
    ("decimal_comma_in_list", "возьмите в кавычки или пишите точку"),
    ("cycle_of_columns", "Разорвите круг"),
])
def test_a_trap_is_told_with_the_way_out(stem, said):
    rules, problems = load(FOLDER / f"{stem}.yaml")
    found = [problem for problem in [*problems, *check(rules, DAY)[1]] if problem.severity is not Severity.ADVICE]
    assert any(said in problem.hint for problem in found), [problem.hint for problem in found]


@pytest.mark.parametrize("word", ["vpr_с", "доля_z", "ВПРq", "классI", "abcд"])
def test_a_mixed_word_is_never_suggested_back(word):
    assert mixes_alphabets(word)
    hint = retyping_hint(word)
    assert not any(mixes_alphabets(part.strip(".,:")) for part in hint.split())


def test_a_torn_number_spoils_nothing_else(tmp_path):
    """The expression is read whole, so what is wrong in it besides is still told, at its own word; numbers in lists stay numbers."""
    rules_file = tmp_path / "rules.yaml"
    line = "  низкие: {когда: {любой: [доля от 0,5 до 1,5, доля_ не менее 90,5]}}"
    rules_file.write_text("таблицы:\n  школы: {что: реестр, ключ: [школа], столбцы: {школа: {тип: код}, доля: {тип: число}}}\n"
                          f"критерии:\n{line}\n"
                          "справочники:\n  классы: [5,6, 7 класс]\n", encoding="utf-8")
    rules, problems = load(rules_file)
    assert [(problem.code, problem.place.column) for problem in problems] == [("R104", line.index(rest) + 1) for rest in ("5 до", "5, доля_", "5]")]
    assert [(problem.code, problem.place.column) for problem in check(rules, DAY)[1] if problem.is_error] == [("R203", line.index("доля_ не") + 1)]
    assert list(rules.references["классы"]) == ["5", "6", "7 класс"]
