"""What a leader, a director and an analyst are given: every school where it must be, careful words, the same bytes, nothing executable."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from engine.checking import check
from engine.loading import load
from engine.program import CategoryPlan
from engine.run import Run, evaluate_tables, run
from engine.tables import Tables
from reports import REPORTS, write_reports
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
FORBIDDEN = ("рейтинг", "худш", "лучшие школы", "виноват", "необъективность установлена", "необъективность доказана", "фальсификац", "завышени", "отстающ",
             "учитель необъективен", "список необъективных", "нарушител")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    result = sample_run(DAY)
    folder = tmp_path_factory.mktemp("reports")
    return result, folder, write_reports(result, folder)


def words_of(path: Path) -> str:
    """The text of a page as a reader sees it: no markup, no-break spaces as spaces."""
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " ").split())


def in_force(result, name: str) -> set[str]:
    frame = result.evaluation.frames["школа"]
    return {code for code, status in zip(frame.codes, result.evaluation.status(name), strict=True) if status == 1}


# ---------------------------------------------------------------- what is there


def test_all_reports_and_a_card_for_every_school(sample):
    result, folder, paths = sample
    names = {path.name for path in paths}
    cards = {f"school_{code}.html" for code in result.evaluation.frames["школа"].codes}
    assert names >= {"brief.html", "district.html", "district.xlsx", "methodology.html"} | cards
    assert all(name in cards or name.startswith(("signs_", "roadmap_9", "risk_profile_")) or name.partition(".")[0] in REPORTS for name in names), "a file is called after its report"
    assert {path.name for path in folder.iterdir()} == names


def test_pages_stand_alone(sample):
    """No script, no picture, no font and no style from anywhere else; links lead only to the other pages."""
    names = {path.name for path in sample[2]}
    for path in sample[2]:
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"<script|<img|<link|@import|url\(|https?://", text), path.name
            for target in re.findall(r'href="([^"#]+)', text):
                assert target in names, (path.name, target)


def test_every_page_says_what_it_is_for_and_on_what_it_rests(sample):
    for path in sample[2]:
        if path.suffix == ".html":
            text = words_of(path)
            assert "не является оценкой работы школ и учителей" in text, path.name
            assert sample[0].number in text and "3 сентября 2026" in text, path.name


def test_no_word_of_blame_anywhere(sample):
    for path in sample[2]:
        if path.suffix == ".html":
            text = words_of(path).lower()
            assert [word for word in FORBIDDEN if word in text] == [], path.name


# ---------------------------------------------------------------- the brief


def test_the_brief_counts_the_schools_that_need_help(sample):
    """18 schools: the union of the groups that carry help, counted here with sets."""
    result, folder, _ = sample
    helped = set().union(*(in_force(result, name) for name in ("шнор_стабильно", "шнор", "шнсу", "зона_риска", "признаки_необъективности")))
    text = words_of(folder / "brief.html")
    assert f"Адресная помощь нужна {len(helped)} школам из {len(result.evaluation.frames['школа'])}" in text
    for code in helped:
        assert f"№ {code}" in text


def test_the_brief_names_every_undetermined_school_and_what_would_settle_it(sample):
    result, folder, _ = sample
    text = words_of(folder / "brief.html").split("Не определено: чего не хватает")[1]
    frame = result.evaluation.frames["школа"]
    for row, code in enumerate(frame.codes):
        unknown = any(result.evaluation.status(plan.name)[row] == 0 for plan in result.program.of(CategoryPlan, "школа"))
        assert bool(re.search(rf"№ {code} ?: возмож", text)) == unknown, code


def test_the_brief_says_that_data_are_missing(tmp_path):
    """Without ОГЭ nearly every school is undetermined, and the brief says so."""
    import shutil
    data = tmp_path / "data"
    shutil.copytree(ROOT / "sample_data", data, ignore=shutil.ignore_patterns("ОГЭ*", "*.py", "__pycache__"))
    result, _ = run(ROOT / "rules", data, DAY)
    write_reports(result, tmp_path / "out", what=["brief"])
    text = words_of(tmp_path / "out" / "brief.html")
    assert re.search(r"определен[аы] не полностью: не хватает сведений", text)
    assert "Оснований для адресной помощи нет" not in text


# ---------------------------------------------------------------- the card, the methodology, the workbook


def test_a_card_traces_its_groups_to_cells(sample):
    """№ 9002 is in the zone of risk by two works; their cells are named: 65 pupils in rows 94–158 of Ф1."""
    text = words_of(sample[1] / "school_9002.html")
    assert "Не менее двух процедур, близких к низким" in text
    assert "14 из 65 (21,5 %)" in text and "Ф1 Индивидуальные результаты_2026.xlsx, лист «РУ 5 Индивидуальные результаты»" in text and "(Q94:Q158)" in text
    assert "предварительно" in text


def test_the_methodology_holds_every_rule(sample):
    result, folder, _ = sample
    text = words_of(folder / "methodology.html")
    rules = result.program.rules
    for blocks in (rules.thresholds, rules.indicators, rules.criteria, rules.categories, rules.measures):
        for name, block in blocks.items():
            assert " ".join((block.title or name).replace("\u00a0", " ").split()) in text, name
    assert "выключен: в этом расчёте не участвует" in text


def test_the_workbook_says_the_same_as_the_run(sample):
    result, folder, _ = sample
    book = openpyxl.load_workbook(folder / "district.xlsx")
    assert book.sheetnames == ["Школы", "Основания", "Меры", "Не определено", "Источники", "Для аналитика", "Для аналитика, меры"]
    rows = list(book["Школы"].iter_rows(min_row=2, values_only=True))
    table = pd.DataFrame(rows[1:], columns=rows[0])
    assert set(table.loc[table["ШНОР"] == "да, предварительно", "Школа"]) == in_force(result, "шнор")
    assert len(table) == len(result.evaluation.frames["школа"])
    grounds = list(book["Основания"].iter_rows(min_row=3, values_only=True))
    met = [row for row in grounds if row[0] == "9002" and "близких к низким" in row[2] and row[11] == "Ф1 Индивидуальные результаты_2026.xlsx"]
    assert {(row[12], row[13]) for row in met} >= {("РУ 5 Индивидуальные результаты", "Q94:Q158"), ("РУ 6 Индивидуальные результаты", "Q101:Q167")}


def test_no_cell_is_a_formula(sample):
    book = openpyxl.load_workbook(sample[1] / "district.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


# ---------------------------------------------------------------- hostile names, same bytes, part of the reports


RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы: {школа: {тип: код}, название_школы: {тип: текст}, доля: {тип: число, единица: "%"}}
пороги: {порог: {единица: "%", значение: 30, название: Порог}}
критерии: {низкие: {название: Низкие результаты, когда: доля не менее порог}}
категории: {помощь: {название: Нужна помощь, когда: низкие, поддержка: 1}}
"""


def tiny(tmp_path: Path, schools: list) -> Run:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    rules, problems = load(tmp_path)
    program, _ = check(rules, DAY)
    tables = Tables.from_frames(rules.tables, {"школы": pd.DataFrame(schools, columns=["школа", "название_школы", "доля"])})
    evaluation, _ = evaluate_tables(program, tables, DAY)
    return Run(program, tables, evaluation, DAY, 2026)


def test_names_are_shown_as_they_are_and_never_run(tmp_path):
    """Markup, quotes and spreadsheet formulas in a school's name come out as text."""
    result = tiny(tmp_path, [("9001", 'А & Б <b>"В"</b>', 30.0), ("9002", "=HYPERLINK(\"http://x\")", 10.0), ("9003", "+7 школа", None)])
    write_reports(result, tmp_path / "out")
    page = (tmp_path / "out" / "school_9001.html").read_text(encoding="utf-8")
    assert "<b>\"В\"</b>" not in page and 'А & Б <b>"В"</b>' in html.unescape(re.sub("\u00a0", " ", page))
    sheet = openpyxl.load_workbook(tmp_path / "out" / "district.xlsx")["Школы"]
    assert [(row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=3, max_row=5)][1:] == [('=HYPERLINK("http://x")', "s"), ("+7 школа", "s")]


def test_the_same_run_gives_the_same_bytes(sample, tmp_path):
    for path in write_reports(sample[0], tmp_path, schools=["9007"], what=["brief", "district", "methodology", "schools"]):
        assert path.read_bytes() == (sample[1] / path.name).read_bytes(), path.name


def test_only_what_is_asked_for(sample, tmp_path):
    assert [path.name for path in write_reports(sample[0], tmp_path, schools=["9007"])] == ["school_9007.html", "signs_9007.html", "risk_profile_9007.html"]
    assert set(REPORTS) >= {"brief", "schools", "methodology", "district"}
