"""A rule that does not apply is told so — in results/criteria.csv and in `explain`, with the part of «применяется» that keeps it away."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from console.tree import school_lines
from engine.record import open_run, save
from engine.run import run

RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы: {школа: {тип: код, заголовки: [Код ОО]}, тип_школы: {тип: текст, допустимо: [сош, вечерняя]}, обучающихся: {тип: целое}, доля: {тип: число}}
критерии:
  большая: {когда: обучающихся не менее 100}
  низкие:
    название: Низкие результаты
    применяется: {все: [тип_школы не входит в (вечерняя), обучающихся более 10]}
    когда: доля не менее 30
категории:
  риск: {название: Риск, применяется: {все: [не большая, тип_школы равно сош]}, когда: низкие}
  вторая: {когда: низкие}
"""
SCHOOLS = ["Код ОО;Тип школы;Обучающихся;Доля", "1;сош;50;40", "2;вечерняя;50;40", "3;сош;5;40", "4;сош;500;10", "5;сош;;40"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("applies")
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "schools.csv").write_text("\n".join([*SCHOOLS, ""]), encoding="utf-8")
    result, problems = run(folder / "rules", folder / "data", date(2026, 9, 3))
    assert result is not None, problems
    save(result, folder / "out")
    return folder / "out", open_run(folder / "out")


def table(folder: Path, name: str) -> list[list[str]]:
    with (folder / "results" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]


def tree(opened, row: int) -> list[str]:
    return [line.lstrip("├└─│ ") for line in school_lines(opened[1].explainer, row, everything=True)]


def test_results_tell_what_does_not_apply(opened):
    assert [row[2] for row in table(opened[0], "criteria")] == ["да", "не применяется", "не применяется", "нет", "не определено"]
    assert [row[1] for row in table(opened[0], "categories")] == ["да", "не применяется", "нет", "не применяется", "не определено"]


@pytest.mark.parametrize(("row", "reason"), [
    (1, "применяется, если тип_школы не входит в («вечерняя») (сейчас вечерняя): это не так"),
    (2, "применяется, если обучающихся более 10 (сейчас 5): это не так"),
    (4, "применяется, если обучающихся более 10 (сейчас нет данных: ячейка пуста): не известно")])
def test_a_criterion_names_the_part_that_keeps_it_away(opened, row, reason):
    evidence = opened[1].explainer.criterion("низкие", row)
    assert [check.status.value for check in evidence.applying] == [0 if row == 4 else -1]
    lines = tree(opened, row)
    assert reason in lines, lines


def test_a_criterion_that_applies_says_nothing_of_it(opened):
    assert opened[1].explainer.criterion("низкие", 0).applying == ()
    assert not any("применяется, если" in line for line in tree(opened, 0))


def test_a_category_shows_why_it_does_not_apply_and_nothing_else(opened):
    """School 4 is large and its results are not low; only the first keeps the category away."""
    lines = tree(opened, 3)
    start = lines.index("Риск — не применяется")
    assert lines[start + 1] == "большая: выполнен"
    assert not any(line.startswith("Низкие результаты") for line in lines[start:lines.index("вторая — нет")])
    assert lines[start + 1:].index("вторая — нет") < 4
    assert tree(opened, 1)[1:4] == ["Риск — не применяется", "Тип школы равно «сош»: не выполнен", "Тип школы равно «сош» (вечерняя): не выполнен"]
