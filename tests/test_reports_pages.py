"""What stands on the pages, checked against numbers counted here: from the files with pandas, from the run with numpy."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.checking import check
from engine.loading import load
from engine.problems import Cell, Problem
from engine.record import open_run, save
from engine.run import Run, evaluate_tables, run
from engine.tables import Tables
from reports import write_reports
from reports.book import Book, link_of
from reports.pages.brief import make_brief

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
DAY = date(2026, 9, 3)
HELP = ("шнор_стабильно", "шнор", "шнсу", "зона_риска", "признаки_необъективности")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Run, Path]:
    result, problems = run(ROOT / "rules", SAMPLE, DAY)
    assert result is not None, problems
    folder = tmp_path_factory.mktemp("pages")
    write_reports(result, folder)
    return result, folder


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def sheet_of(book: str, sheet: str) -> pd.DataFrame:
    return pd.read_excel(SAMPLE / book, sheet_name=sheet, header=2, engine="openpyxl")


def pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.html"))


# ---------------------------------------------------------------- every school where it must be


def main_groups(result: Run) -> dict[str, str]:
    """The first group of help in force of every school, by numpy over the columns of the run."""
    codes = np.array(result.evaluation.frames["школа"].codes)
    held = np.stack([result.evaluation.status(name) == 1 for name in HELP])
    return {code: HELP[int(np.argmax(column))] for code, column in zip(codes, held.T, strict=True) if column.any()}


def test_each_school_stands_once_in_its_first_group(sample):
    result, _ = sample
    brief = make_brief(Book(result))
    shown = {row.label.removeprefix("№ "): group.title for group in brief.groups for row in group.rows}
    titles = {name: result.program.rules.categories[name].plural or result.program.rules.categories[name].title for name in HELP}
    assert shown == {code: titles[name] for code, name in main_groups(result).items()}
    assert sum(len(group.rows) for group in brief.groups) == len(shown)
    for group in brief.groups:
        labels = [row.label for row in group.rows]
        assert labels == sorted(labels), "inside a group the order is by number, no ranking"


def test_nobody_is_left_out_of_the_brief(sample):
    result, folder = sample
    text = words_of(folder / "brief.html")
    assert all(re.search(rf"\b{code}\b", text) for code in result.evaluation.frames["школа"].codes)


def test_the_brief_shows_who_is_new_and_who_left(sample):
    """Against last year's decisions read with pandas: added, moved, left."""
    decided = sheet_of("Решения прошлых лет.xlsx", "2025")
    merged = {"9038": "9014"}                # its history passed to its successor
    last_year = {merged.get(str(code), str(code)) for code in decided["Код ОО"]}
    now, text = set(main_groups(sample[0])), words_of(sample[1] / "brief.html")
    part = text[text.index("Добавились"):text.index("Кому нужна помощь")]
    added = set(re.findall(r"\b9\d\d\d\b", part[:part.index("Сменили группу")]))
    left = set(re.findall(r"\b9\d\d\d\b", part[part.index("Оснований больше нет"):part.index("Без изменений")]))
    assert added == now - last_year
    assert left == last_year - now


def test_the_brief_fits_one_page(sample):
    brief = make_brief(Book(sample[0]))
    assert not brief.in_annex and brief.more_open == ()


def test_many_schools_go_to_an_annex(tmp_path):
    brief = make_brief(Book(tiny(tmp_path, [(f"{9000 + number}", f"Школа {number}", 40.0) for number in range(300)])))
    assert brief.in_annex
    assert sum(len(group.rows) for group in brief.groups) == 300
    assert "и\u00a0ещё" in brief.groups[0].numbers


# ---------------------------------------------------------------- numbers


def test_a_share_stands_with_its_pupils_its_threshold_and_its_distance(sample):
    text = words_of(sample[1] / "school_9015.html")
    assert "ОГЭ, математика, 9 класс — 3 из 10 (30 %)" in text
    assert "6 из 20 (30 %), порог 30 %. На 1 ученика меньше — и этот признак не был бы выполнен." in text


def test_an_old_decision_says_why_it_is_still_held(sample):
    assert "Решение прошлого года в силе: наибольшая доля участников ниже минимума среди учитываемых процедур — 35,2 %, для выхода нужно менее 25 %" in words_of(sample[1] / "school_9018.html")
    assert "выход не засчитывается, пока действует группа «Признаки необъективности" in words_of(sample[1] / "school_9031.html")


def test_what_would_settle_the_unknown(sample):
    assert "Решат сведения школы: «Социальный паспорт школы»" in words_of(sample[1] / "school_9033.html")
    assert "решат сведения других школ: «Социальный паспорт школы» — № 9033" in words_of(sample[1] / "school_9039.html")
    assert "нет ни одной строки, где численность — не менее 10 чел." in words_of(sample[1] / "school_9036.html")


def test_a_chart_says_in_words_what_it_draws_and_where_the_series_breaks(sample):
    text = (sample[1] / "school_9007.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert re.search(r'role="img" aria-label="ВПР, математика, 6 класс: .*2025/26 — 27 из 82 \(32,9 %\)"', text)
    assert "ряд начат заново: новые контрольные материалы ВПР" in text


# ---------------------------------------------------------------- wording


def test_no_page_shows_the_names_of_the_rules_or_an_empty_place(sample):
    """«низких_процедур», «{порог}», None and nan are for machines. Identifiers of the project stand in clauses of the methodology only."""
    for path in pages(sample[1]):
        text = words_of(path)
        assert not re.search(r"[а-яё]_[а-яё]", text), path.name
        assert not re.search(r"[{}]|\bNone\b|\bnan\b|\.\.(?!\.)| ,|\( ", text), path.name


def test_no_word_of_blame_in_the_workbook(sample):
    book = openpyxl.load_workbook(sample[1] / "district.xlsx")
    text = " ".join(str(cell.value).lower() for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)
    assert not re.search(r"рейтинг|худш|виноват|необъективность (установлена|доказана)|отстающ", text)


def test_links_inside_and_between_pages_lead_somewhere(sample):
    anchors = {path.name: set(re.findall(r'id="([^"]+)"', path.read_text(encoding="utf-8"))) for path in pages(sample[1])}
    for path in pages(sample[1]):
        for target, anchor in re.findall(r'href="([^"#]*)#([^"]+)"', path.read_text(encoding="utf-8")):
            assert html.unescape(anchor) in anchors[target or path.name], (path.name, anchor)


def test_the_table_is_no_ranking(sample):
    """Places among schools are evidence on a card; the district's table shows the values they are places of."""
    for text in (words_of(sample[1] / "district.html"), " ".join(str(cell.value) for cell in openpyxl.load_workbook(sample[1] / "district.xlsx")["Школы"][2])):
        assert "Место школы" not in text and "Индекс социального благополучия" in text


# ---------------------------------------------------------------- a small run


RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы: {школа: {тип: код}, название_школы: {тип: текст}, доля: {тип: число, единица: "%"}}
пороги: {порог: {единица: "%", значение: 30, название: Порог}}
показатели: {доля_двоек: {название: Доля отметок «2», единица: "%", формула: доля}}
критерии:
  низкие:
    название: Низкие результаты
    когда: доля_двоек не менее порог
    фразы: {выполнен: "Доля {доля_двоек}, порог {порог}.", не выполнен: "Доля {доля_двоек} ниже {порог}.", не определён: "Доля не сдана."}
категории: {помощь: {название: Нужна помощь, когда: низкие, поддержка: 1}}
"""


def tiny(folder: Path, schools: list) -> Run:
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    rules, _ = load(folder)
    program, _ = check(rules, DAY)
    tables = Tables.from_frames(rules.tables, {"школы": pd.DataFrame(schools, columns=["школа", "название_школы", "доля"])})
    evaluation, _ = evaluate_tables(program, tables, DAY)
    return Run(program, tables, evaluation, DAY, 2026)


def test_rounding_never_puts_a_school_on_the_other_side(tmp_path):
    result = tiny(tmp_path, [("9001", "А", 29.96), ("9002", "Б", 30.0), ("9003", "В", None)])
    write_reports(result, tmp_path / "out")
    assert "Доля 29,96 % ниже 30 %." in words_of(tmp_path / "out" / "school_9001.html")
    assert "Доля 30 %, порог 30 %." in words_of(tmp_path / "out" / "school_9002.html")
    assert all("30,0 %" not in words_of(path) for path in pages(tmp_path / "out"))


def test_rules_without_measures_district_or_history_still_give_reports(tmp_path):
    """Help is then every category; last year's decisions are said to be absent; the purpose has its own words."""
    result = tiny(tmp_path, [("9001", "А", 40.0), ("9002", "Б", 10.0)])
    write_reports(result, tmp_path / "out")
    text = words_of(tmp_path / "out" / "brief.html")
    assert "Адресная помощь нужна 1 школе из 2" in text
    assert "решений за 2024/25 учебный год в данных нет" in text
    assert "не является оценкой работы школ и учителей" in text


def test_a_run_with_bad_rows_says_so_on_every_page(tmp_path):
    result = tiny(tmp_path, [("9001", "А", 40.0)])
    result.tables.bad_rows = 3
    problem = Problem("D201", Cell("book.xlsx", "1", "B2"), "В ячейке текст.", "Исправьте ячейку.")
    write_reports(replace(result, allowed=True, problems=(problem,)), tmp_path / "out")
    for path in pages(tmp_path / "out"):
        assert "не учтено 3 строки" in words_of(path) and "--allow-problems" in words_of(path), path.name
    sources = [row for row in openpyxl.load_workbook(tmp_path / "out" / "district.xlsx")["Источники"].iter_rows(values_only=True) if row[0] == "замечание"]
    assert sources == [("замечание", "book.xlsx «1»!B2", None, "D201", None, "В ячейке текст. Исправьте ячейку.")]


def test_a_saved_run_gives_the_same_bytes(sample, tmp_path):
    result, folder = sample
    save(result, tmp_path / "run")
    for path in write_reports(open_run(tmp_path / "run"), tmp_path / "again", schools=["9015"], what=["brief", "methodology", "district", "schools"]):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_a_code_with_odd_characters_gives_a_safe_file_name():
    assert link_of("9001") == "school_9001.html"
    assert link_of("12/3 а") != link_of("12 3/а") and "/" not in link_of("12/3")
