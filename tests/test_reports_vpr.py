"""«Справка по работе ВПР» and «справка о мерах»: figures against pandas and scipy, differences only beyond error, nothing across a break, nobody named who may not be."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from scipy import stats

from engine.inputs import read_folder
from engine.model import SeriesBreak
from engine.record import open_run, save
from engine.run import Run, evaluate_tables
from reports import write_reports
from reports.book import Book
from reports.careful import careless
from reports.intervals import difference, share_of, wilson, without
from reports.objectivity_figures import Objectivity
from reports.pages.objectivity_monitoring import UNNAMED, make_monitoring
from reports.pages.vpr import make_vpr
from reports.vpr_figures import BASIC_LEAST, DISTRICT, REGION, SAMPLE, Figures, Work
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DATA = ROOT / "sample_data"
DAY = date(2026, 9, 3)
WHAT = ["vpr", "objectivity_monitoring"]
PAGES = {"vpr": make_vpr, "objectivity_monitoring": make_monitoring}


@pytest.fixture(scope="module")
def sample() -> Run:
    return sample_run(DAY)


@pytest.fixture(scope="module")
def saved(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save(sample, folder)
    return folder


@pytest.fixture(scope="module")
def written(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_reports(sample, folder, what=WHAT)
    return folder


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def cells_of(path: Path) -> list[str]:
    return [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def table(result: Run, name: str) -> pd.DataFrame:
    return result.tables.connection.execute(f'SELECT * FROM "{name}"').df()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# ---------------------------------------------------------------- intervals


@pytest.mark.parametrize(("count", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)])
def test_wilson_of_newcombe_1998(count, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 857–872, table I, method 3."""
    assert wilson(count / n, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("first", "second", "low", "high"), [((56, 70), (48, 80), 5.24, 33.39), ((9, 10), (3, 10), 17.05, 80.90), ((5, 56), (0, 29), -3.81, 19.26)])
def test_difference_of_newcombe_1998(first, second, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 10."""
    gap = difference(*(share_of(100 * count / n, n) for count, n in (first, second)))
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=0.005)


def test_a_difference_is_said_only_beyond_error():
    """The same five points differ among two thousand works and do not among forty; of nine works nothing is said."""
    large, small = difference(share_of(15, 2000), share_of(10, 20000)), difference(share_of(15, 40), share_of(10, 20000))
    assert (large.is_higher, small.differs, share_of(15, 9)) == (True, False, None)
    assert difference(share_of(15, 9), share_of(10, 2000)) is None


def test_a_district_is_compared_with_the_others_of_its_region():
    others = without(share_of(10, 1000), share_of(20, 100))
    assert (others.n, round(others.percent, 6)) == (900, round((100 - 20) / 900 * 100, 6))
    assert without(share_of(10, 100), share_of(10, 95)) is None, "five works are left"


# ---------------------------------------------------------------- figures against an oracle


def test_marks_are_those_of_the_files(sample):
    """Read with pandas from the workbook itself: shares of «2», «4» and «5» of the district, the region, the whole sample; Wilson by scipy."""
    marks = Figures(sample).marks
    seen = 0
    for (name, frame) in pd.read_excel(DATA / "Ф3 Статистика по отметкам_2026.xlsx", sheet_name=None, header=7, engine="openpyxl").items():
        work = Work(int(name.split()[1]), {"РУ": "русский язык", "МА": "математика"}[name.split()[0]])
        frame.columns = [str(column) for column in frame.columns]
        for kind, start in ((SAMPLE, "Вся выборка"), (REGION, "г. Энск"), (DISTRICT, "Московский район")):
            row = frame[frame.iloc[:, 0].str.startswith(start)].iloc[0]
            found = marks[kind][(work, 2026)]
            n = int(row["Кол-во участников"])
            assert (found.n, found.two.percent, found.good.percent) == (n, row["2"], pytest.approx(row["4"] + row["5"]))
            ends = stats.binomtest(round(row["2"] * n / 100), n).proportion_ci(method="wilson")
            assert (found.two.low, found.two.high) == pytest.approx((100 * ends.low, 100 * ends.high), abs=0.02)
            seen += 1
    assert seen == 30


def test_differences_from_the_region_are_those_of_pandas(sample):
    frame = table(sample, "группы_отметки").query("год == 2026").set_index(["вид_группы", "класс", "предмет"])
    for item in Figures(sample).compared(REGION, "two"):
        own, region = (frame.loc[(kind, item.work.grade, item.work.subject)] for kind in (DISTRICT, REGION))
        n = region["участников"] - own["участников"]
        rest = (region["доля_2"] * region["участников"] - own["доля_2"] * own["участников"]) / n
        z = stats.norm.ppf(0.975)

        def ends(p, n, z=z):
            centre, half = (p + z * z / (2 * n)) / (1 + z * z / n), z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
            return centre - half, centre + half
        (low, high), (other_low, other_high) = ends(own["доля_2"] / 100, own["участников"]), ends(rest / 100, n)
        gap = (own["доля_2"] - rest) / 100
        lower, upper = gap - ((own["доля_2"] / 100 - low) ** 2 + (other_high - rest / 100) ** 2) ** 0.5, gap + ((high - own["доля_2"] / 100) ** 2 + (rest / 100 - other_low) ** 2) ** 0.5
        assert (item.difference.low, item.difference.high) == pytest.approx((100 * lower, 100 * upper))
        assert item.difference.differs == (lower > 0 or upper < 0)


def test_tasks_and_the_schools_that_share_them(sample):
    """Completion by school with pandas: how many of the schools with ten pupils are under the limit of the basic level; by number, no teacher and no class."""
    frame = table(sample, "задания_впр").query("год == 2026 and участников >= 10")
    frame["процент"] = 100 * frame["сумма_баллов"] / (frame["участников"] * frame["максимум"])
    groups = table(sample, "группы_задания").query("год == 2026").set_index(["вид_группы", "класс", "предмет", "задание"])["выполнение"]
    tasks = Figures(sample).tasks
    assert len(tasks) == 89
    for task in tasks:
        rows = frame[(frame["класс"] == task.work.grade) & (frame["предмет"] == task.work.subject) & (frame["задание"] == task.name)]
        level = rows["уровень"].iloc[0]
        assert (task.level, task.schools) == (level, len(rows))
        assert task.district.percent == groups[(DISTRICT, task.work.grade, task.work.subject, task.name)]
        assert task.is_insufficient == (level == "Б" and task.district.percent < 57)
        weak = sorted(rows[rows["процент"] < BASIC_LEAST]["школа"]) if level == "Б" else []
        assert list(task.insufficient) == weak
        region = groups[(REGION, task.work.grade, task.work.subject, task.name)]
        assert all(rows.set_index("школа").loc[code, "процент"] < region for code in task.below)


def test_journal_and_years(sample):
    figures, frame = Figures(sample), table(sample, "группы_журнал").query("год == 2026").set_index(["вид_группы", "класс", "предмет"])
    for item in figures.journal():
        assert item.district.percent == frame.loc[(DISTRICT, item.work.grade, item.work.subject), item.name]
        assert item.region.percent == frame.loc[(REGION, item.work.grade, item.work.subject), item.name]
    marks = table(sample, "группы_отметки").query("вид_группы == 'муниципалитет'").set_index(["год", "класс", "предмет"])["доля_2"]
    for step in figures.steps("two"):
        assert (step.before, step.after) == (2025, 2026)
        assert step.difference.points == pytest.approx(marks[(2026, step.work.grade, step.work.subject)] - marks[(2025, step.work.grade, step.work.subject)])


def test_the_district_is_summed_from_schools_where_it_has_no_row(saved):
    result = open_run(saved)
    result.tables.connection.execute("DELETE FROM \"группы_отметки\" WHERE вид_группы = 'муниципалитет'; DELETE FROM \"группы_впр\" WHERE вид_группы = 'муниципалитет'")
    frame = table(result, "результаты").query("процедура == 'ВПР' and год == 2026 and класс == 5 and предмет == 'математика' and _status == 0")
    found = Figures(result).marks[DISTRICT][(Work(5, "математика"), 2026)]
    assert found.own and found.n == frame["участников"].sum()
    assert found.two.percent == pytest.approx(100 * frame["отметка_2"].sum() / frame["участников"].sum())
    assert "сложены из строк школ" in plain(" ".join(make_vpr(Book(result)).sections[3].missing))


def test_completeness_names_who_did_not_hand_in(written):
    text = words_of(written / "vpr.html")
    assert "сдала 41 школа из 42; нет сведений № 9027" in text


# ---------------------------------------------------------------- breaks, small numbers


def test_nothing_is_compared_across_a_break(sample):
    """A break in the report year leaves no earlier year to compare with, and the document says why."""
    rules = sample.program.rules
    gap = SeriesBreak.model_validate({"таблица": "результаты", "где": {"процедура": "ВПР"}, "с года": 2026, "почему": "новые работы этого года"})
    calendar = rules.calendar.model_copy(update={"breaks": (*rules.calendar.breaks, gap)})
    broken = replace(sample, program=replace(sample.program, rules=replace(rules, calendar=calendar)))
    figures = Figures(broken)
    assert figures.steps("two") == [] and figures.comparable_years(Work(5, "математика")) == [2026]
    section = make_vpr(Book(broken)).sections[4]
    assert "нельзя" in section.title and "новые работы этого года" in section.missing[0]


def test_the_year_before_the_break_is_named_and_left_out(written):
    text = words_of(written / "vpr.html")
    assert "Не сравнивается с 2023/24 годом: с 2024/25 года ряд начат заново — новые контрольные материалы ВПР" in text


def test_fewer_than_ten_works_are_not_shown_and_few_are_said_to_be_few(saved):
    result = open_run(saved)
    where = "вид_группы = 'муниципалитет' AND год = 2026 AND класс = 5 AND предмет ="
    result.tables.connection.execute(f"UPDATE \"группы_отметки\" SET участников = 9 WHERE {where} 'математика'; UPDATE \"группы_отметки\" SET участников = 30 WHERE {where} 'русский язык'")
    rows = {row[0]: row for row in make_vpr(Book(result)).sections[3].grids[0].rows}
    assert rows["математика, 5 класс"][1:3] == ("< 10", "—") and "меньше 10" in rows["математика, 5 класс"][5]
    assert "(мало)" in rows["русский язык, 5 класс"][1]
    chart = make_vpr(Book(result)).sections[3].charts[0]
    assert "математика, 5 класс" not in [row.label for row in chart.rows]


def test_no_school_of_fewer_than_ten_pupils_is_counted(sample):
    """№ 9036 has fewer than ten pupils in every work."""
    assert all("9036" not in (*task.below, *task.insufficient) for task in Figures(sample).tasks)


# ---------------------------------------------------------------- who may be named


def internal(result: Run) -> set[str]:
    return {code for code, status in zip(result.evaluation.frames["школа"].codes, result.evaluation.status("требует_внимания"), strict=True) if status == 1}


def test_an_internal_category_is_counted_and_never_named(sample, written):
    hidden = internal(sample)
    assert hidden == {"9010", "9022"}
    for text in (words_of(written / "objectivity_monitoring.html"), " ".join(cells_of(written / "objectivity_monitoring.xlsx"))):
        assert [code for code in sorted(hidden) if code in text] == []
    section = make_vpr(Book(sample)).sections[7]
    text = plain(" ".join((section.title, *section.texts, *section.points, *section.missing)))
    assert "2 школы" in text and "9031" in text and not [code for code in hidden if code in text]


def test_the_unnamed_stand_last_and_are_still_counted(sample):
    """№ 9022 is in an internal category: its re-check is counted and traced, its number is not said."""
    rechecks = Objectivity(sample, Figures(sample)).rechecks(2026)
    assert [item.code for item in rechecks] == ["9004", "9012", "9031", "9043", ""]
    assert sum(item.checked for item in rechecks) == table(sample, "перепроверки")["перепроверено"].sum()
    assert [row[0] for row in make_monitoring(Book(sample)).annexes[1].grids[0].rows][-1] == UNNAMED


def test_a_category_that_became_internal_loses_its_numbers(sample):
    program = sample.program
    plan = program.plans["признаки_необъективности"]
    hidden = replace(plan, block=plan.block.model_copy(update={"internal": True}))
    result = replace(sample, program=replace(program, plans=program.plans | {plan.name: hidden}))
    assert all(item.codes == () for item in Objectivity(result, Figures(result)).categories)
    assert "9031" not in " ".join(point for point in make_vpr(Book(result)).sections[7].points)


def test_schools_stand_by_number_and_values_order_nothing(sample):
    document = make_vpr(Book(sample))
    for row in document.annexes[1].grids[0].rows:
        for text in row[3:]:
            codes = text.split(", ") if text else []
            assert codes == sorted(codes)
    works = [row[0] for row in document.sections[3].grids[0].rows]
    assert works == [f"{subject}, {grade} класс" for grade in (4, 5, 6, 7, 8) for subject in ("математика", "русский язык")]


def test_how_many_were_tested_and_what_may_be_false(sample):
    frame, tested = sample.evaluation.frames["школа"], Objectivity(sample, Figures(sample)).tested
    value = frame.columns["нужно_внимание"].settled()
    assert (tested.tested, tested.listed, tested.q) == (int((value == value).sum()), int((value == 1).sum()), 0.05)
    assert tested.expected_false == pytest.approx(0.05 * tested.listed)


def test_a_spike_of_the_region_is_addressed_to_the_region(saved):
    """Of the works one and two points under the border «3» six in ten are lifted onto it in the region's distribution; no school is spoken of."""
    result = open_run(saved)
    where = "вид_группы = 'регион' AND год = 2026 AND класс = 5 AND предмет = 'русский язык'"
    connection = result.tables.connection
    lifted = connection.execute(f'SELECT 0.6 * sum(доля) FROM "группы_впр" WHERE {where} AND балл IN (16, 17)').fetchone()[0]
    connection.execute(f'UPDATE "группы_впр" SET доля = 0.4 * доля WHERE {where} AND балл IN (16, 17); UPDATE "группы_впр" SET доля = доля + {lifted} WHERE {where} AND балл = 18')
    found = [item for item in Objectivity(result, Figures(result)).distributions(REGION) if item.named]
    assert [(item.work, [mark for mark, _ in item.named]) for item in found] == [(Work(5, "русский язык"), [3])]
    section = make_vpr(Book(result)).sections[8]
    text = plain(" ".join((section.title, *section.texts)))
    assert "это вопрос региону, не школам" in text and "Обратиться к региональному оператору" in text
    assert not re.search(r"\b90\d\d\b", text)


# ---------------------------------------------------------------- what is missing is said


def check_document(result: Run, name: str):
    """A document without something still says something in every section, and never that all is well."""
    document = PAGES[name](Book(result))
    for section in (*document.sections, *document.annexes):
        assert section.title.strip() and (section.texts or section.grids or section.points or section.missing), section.title
        assert all(grid.rows for grid in section.grids), section.title
    text = plain(" ".join([document.title, document.lead, *(" ".join((part.title, *part.texts, *part.points, *part.missing, *part.notes)) for part in document.sections)]))
    assert not re.search(r"всё хорошо|всё в порядке|нарушений нет|\bNone\b|\bnan\b|\(\)|  |\.\.|,\.|: \.", text), text
    assert careless(text) is None
    return document, text


TABLES = ("результаты", "группы_отметки", "группы_впр", "группы_журнал", "журнал", "задания_впр", "группы_задания", "работы_впр", "шкалы", "нормы_впр", "контингент", "сводка_баллов",
          "акты_наблюдения", "перепроверки", "внешние_перечни", "решения")
SAID = {"акты_наблюдения": "актов наблюдения в данных нет", "перепроверки": "протоколов в данных нет", "внешние_перечни": "О федеральных и региональных перечнях",
        "решения": "Положите утверждённые решения прошлых лет", "группы_задания": "Строк региона по заданиям нет", "группы_журнал": "Подтверждение отметок по журналу с регионом сравнить нельзя",
        "задания_впр": "Заданий по школам нет"}


@pytest.mark.parametrize("name", TABLES)
def test_without_a_table_the_documents_say_so(name, saved):
    result = open_run(saved)
    result.tables.connection.execute(f'DELETE FROM "{name}"')
    result.tables.refresh(name)
    texts = [check_document(result, page)[1] for page in PAGES]
    assert SAID.get(name, "") in " ".join(texts)


def test_without_rows_of_the_region_nothing_is_compared_with_it(saved):
    result = open_run(saved)
    for name in ("группы_отметки", "группы_впр", "группы_журнал", "группы_задания"):
        result.tables.connection.execute(f"DELETE FROM \"{name}\" WHERE вид_группы = 'регион'")
    document, text = check_document(result, "vpr")
    assert "С регионом результаты района сравнить нельзя" in text and "Скачайте отчёт «Статистика по отметкам»" in text
    assert all(row[3] == "—" and row[5] == "сравнить не с чем" for row in document.sections[3].grids[0].rows)
    assert "Базовых заданий, выполненных меньше чем на 57 %, — 12 из 69" in document.sections[5].title


def test_without_anything_of_vpr_there_is_no_finding(saved):
    result = open_run(saved)
    for name in TABLES:
        result.tables.connection.execute(f'DELETE FROM "{name}"')
        result.tables.refresh(name)
    _, text = check_document(result, "vpr")
    assert "Результаты района не определены" in text and "не отличается" not in text.split("Выводы повторяют")[0].split("не определены")[0]
    _, text = check_document(result, "objectivity_monitoring")
    assert "не по чему" in text


FILES = ("Ф3 Статистика по отметкам_2026.xlsx", "Ф1 Индивидуальные результаты_2026.xlsx", "Распределение первичных баллов_2026.xlsx", "Выполнение заданий_2026.xlsx",
         "Сравнение отметок с журналом_2026.xlsx", "Наблюдение и перепроверка.xlsx", "Нормы региона_2026.csv")


@pytest.mark.parametrize("name", FILES)
def test_without_a_file_of_the_sample_the_documents_come_out(name, sample, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns(name, "*.py", "__pycache__"))
    tables, _ = read_folder(data, sample.program.rules.tables, sample.program.rules.references)
    evaluation, problems = evaluate_tables(sample.program, tables, DAY)
    result = Run(sample.program, tables, evaluation, DAY, evaluation.report_year, tuple(problems))
    for page in PAGES:
        check_document(result, page)
    assert len(write_reports(result, tmp_path / "out", what=WHAT)) == 4


def test_marks_of_groups_are_read_from_scores_where_the_statistics_are_absent(saved):
    """«Распределение первичных баллов» and the scale of the year give the same shares within the rounding of percents."""
    result = open_run(saved)
    before = Figures(result).marks[REGION]
    result.tables.connection.execute('DELETE FROM "группы_отметки"')
    after = Figures(result).marks[REGION]
    compared = [key for key in after if key[1] == 2026]
    assert len(compared) == 10
    for key in compared:
        assert after[key].n == before[key].n


# ---------------------------------------------------------------- files


def test_the_same_bytes_from_an_opened_run(saved, written, tmp_path):
    for path in write_reports(open_run(saved), tmp_path, what=WHAT):
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_pages_are_documents_with_place_for_a_signature_and_stand_alone(written):
    for name in WHAT:
        raw, text = (written / f"{name}.html").read_text(encoding="utf-8"), words_of(written / f"{name}.html")
        assert "Проект справки" in text and "Справку подготовил(а)" in text and "Источники" in text and "Что не проверено" in text
        assert not re.search(r"<script|<img|<link|https?://", raw)
        assert 'role="img" aria-label="' in raw or name != "vpr"


def test_every_figure_names_its_files(sample, written):
    cells = cells_of(written / "vpr.xlsx")
    frame = table(sample, "группы_отметки")
    book = openpyxl.load_workbook(written / "vpr.xlsx")["Источники"]
    rows = [row for row in book.iter_rows(min_row=3, values_only=True) if row[0].startswith("Отметки ВПР всей выборки")]
    assert sum(row[3] for row in rows) == len(frame) and len(rows) == 30
    assert "Ф1 Индивидуальные результаты_2026.xlsx" in cells
    assert not any("ОГЭ" in str(row[1]) for row in book.iter_rows(min_row=3, values_only=True)), "only rows of ВПР stand behind these figures"


def test_rules_without_vpr_get_no_document(tmp_path):
    from tests.test_reports import tiny
    result = tiny(tmp_path, [("9001", "А", 40.0)])
    assert write_reports(result, tmp_path / "out", what=WHAT) == []
