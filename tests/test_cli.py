"""Commands as a newcomer types them: what is right works, what is wrong is answered in Russian with the place and what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from console.click_words import speak_russian

ROOT = Path(__file__).parents[1]
TINY = """\
календарь: {отчётный год: 2026}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы:
      школа: {тип: код, заголовки: [Код ОО]}
      доля: {тип: число, единица: "%", от: 0, до: 100, заголовки: [Доля «2»]}
пороги: {порог: {единица: "%", значение: 30, основание: п. 1, сверено: 2026-08-20}}
критерии:
  низкие:
    название: Низкие результаты
    основание: п. 1
    сверено: 2026-08-20
    когда: доля не менее порог
категории:
  помощь: {название: Нужна помощь, основание: п. 2, сверено: 2026-08-20, когда: низкие}
"""
DATA = "Код ОО;Доля «2»\n9001;30\n9002;29,9\n9003;\n"


@pytest.fixture()
def district(tmp_path, monkeypatch):
    """A tiny district in the current folder: rules/ and data/."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(TINY, encoding="utf-8")
    (tmp_path / "data" / "school.csv").write_text(DATA, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    speak_russian()
    return tmp_path


def call(*words: str):
    return CliRunner().invoke(cli.main, list(words), prog_name="school-risk")


def said(result) -> str:
    assert "Traceback" not in result.output
    return result.output


# ---------------------------------------------------------------- help


@pytest.mark.parametrize("command", [[], ["check"], ["run"], ["explain"], ["report"], ["pairs"], ["roadmap"], ["norms"], ["init"], ["schema"]])
def test_help_is_russian_and_ends_with_an_example(district, command):
    text = said(call(*command, "--help"))
    assert "Запуск:" in text and "Usage" not in text and "Show this" not in text
    assert "school-risk" in text.split("Запуск:")[1]
    assert not command or "Пример" in text


def test_a_mistyped_command_is_answered_with_the_nearest(district):
    result = call("chek")
    assert result.exit_code == 2
    assert "Команды «chek» нет" in said(result) and "check" in result.output


# ---------------------------------------------------------------- check


def test_silent_success_of_check_is_one_line(district):
    result = call("check", "--date", "2026-09-03")
    assert (result.exit_code, len(said(result).splitlines())) == (0, 1)


def test_check_points_at_the_word(district):
    path = district / "rules" / "rules.yaml"
    path.write_text(TINY.replace("доля не менее порог", "доля не менее поргг"), encoding="utf-8")
    result = call("check")
    lines = said(result).splitlines()
    assert result.exit_code == 1
    assert lines[0].startswith("rules/rules.yaml:15:26  R203 unknown-name")
    assert lines[3].index("^") == lines[2].index("поргг")
    assert "Похоже на: порог" in result.output


@pytest.mark.parametrize("words, needle", [
    (["check", "--rules", "нет_такой"], "нет файлов правил"),
    (["check", "--date", "вчера"], "пишите 2026-09-03"),
    (["check", "--rulez", "x"], "Ключа «--rulez» нет"),
])
def test_wrong_words_of_check(district, words, needle):
    result = call(*words)
    assert result.exit_code in (1, 2)
    assert needle in said(result)


# ---------------------------------------------------------------- run and explain


def test_run_tells_what_was_read_and_what_is_undetermined(district):
    result = call("run", "--date", "2026-09-03", "--no-reports")
    text = said(result)
    assert result.exit_code == 0
    assert "файлов 1" in text and "строк 3" in text
    assert "Нужна помощь" in text and "не определена у 1" in text
    assert (district / "out" / "results" / "categories.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "школа;помощь", "9001;да", "9002;нет", "9003;не определено"]


def test_explain_a_school_down_to_the_cell(district):
    call("run", "--date", "2026-09-03", "--no-reports")
    text = said(call("explain", "9001"))
    assert "Нужна помощь — да, предварительно" in text
    assert "school.csv!B2" in text


@pytest.mark.parametrize("words, needle", [
    (["run", "--data", "нет_такой"], "нет_такой"),
    (["run", "--year", "двадцать"], "двадцать"),
    (["run", "--rules", "нет_такой"], "нет файлов правил"),
    (["explain", "9001", "--out", "пусто"], "Сначала выполните"),
    (["explain", "R999"], "Кода R999 нет"),
    (["explain"], "Не хватает аргумента"),
    (["report", "--out", "пусто"], "Сначала выполните"),
    (["report", "--what", "рейтинг"], "Отчёта «рейтинг» нет"),
    (["report", "--school"], "нужно значение"),
    (["init"], "Не хватает аргумента"),
    (["init", "rules"], "не пуста"),
    (["init", "rules/rules.yaml/x"], "не создать"),
    (["schema", "--out", "нет/такой/папки.json"], "нет/такой/папки.json"),
])
def test_wrong_words(district, words, needle):
    result = call(*words)
    assert result.exit_code in (1, 2)
    assert needle in said(result)


def test_explain_an_unknown_school_names_the_nearest(district):
    call("run", "--date", "2026-09-03", "--no-reports")
    result = call("explain", "9011")
    assert result.exit_code == 1
    assert "Школы № 9011 в этом расчёте нет" in said(result) and "9001" in result.output


def test_a_bad_cell_stops_the_run_and_is_named(district):
    (district / "data" / "school.csv").write_text(DATA.replace("29,9", "299"), encoding="utf-8")
    result = call("run", "--date", "2026-09-03", "--no-reports")
    assert result.exit_code == 1
    assert "school.csv!B3" in said(result) and "D202" in result.output and "--allow-problems" in result.output
    assert not (district / "out").exists()


def test_allow_problems_makes_the_school_undetermined(district):
    (district / "data" / "school.csv").write_text(DATA.replace("29,9", "299"), encoding="utf-8")
    result = call("run", "--date", "2026-09-03", "--no-reports", "--allow-problems")
    assert result.exit_code == 0
    assert "9002;не определено" in (district / "out" / "results" / "categories.csv").read_text(encoding="utf-8-sig")


# ---------------------------------------------------------------- init, and the real process


def test_init_gives_a_district_its_own_copy_that_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    speak_russian()
    assert call("init", "мой_район").exit_code == 0
    monkeypatch.chdir(tmp_path / "мой_район")
    assert call("check").exit_code == 0
    copied = {path.name for path in (tmp_path / "мой_район" / "data").iterdir()}
    assert copied == {path.name for path in (ROOT / "sample_data").iterdir() if path.suffix not in (".py", ".pyc") and path.name != "__pycache__"}


def test_from_a_checkout_and_with_an_own_bug(tmp_path):
    """`python cli.py` works from anywhere; a fault of ours is said to be ours, with exit code 3 and no traceback."""
    fine = subprocess.run([sys.executable, str(ROOT / "cli.py"), "explain", "R203"], capture_output=True, text=True, cwd=tmp_path)
    assert (fine.returncode, "unknown-name" in fine.stdout) == (0, True)
    broken = "import cli, engine.codes; engine.codes.CATALOGUE.clear(); import sys; sys.argv = ['x', 'check', '--rules', 'нет']; cli.start()"
    fault = subprocess.run([sys.executable, "-c", broken], capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert fault.returncode == 3
    assert "это не ваша вина" in fault.stderr and "Traceback" not in fault.stderr


