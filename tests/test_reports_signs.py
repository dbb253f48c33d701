"""The page of signs and the roadmap: the engine's numbers, nothing of small works, no blame, no order but by number."""

from __future__ import annotations

import html
import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.methods.objectivity import SIGNS, measured
from engine.objectivity.codes import NORM_NOTES, State
from engine.objectivity.effects import Z95
from engine.objectivity.norms import NormSource
from engine.record import open_run, save
from engine.run import Run, run
from reports import write_reports
from reports.book import Book, link_of
from reports.objectivity import ATTENTION, FOUND
from reports.pages.objectivity_roadmap import make_roadmap
from reports.pages.signs import make_signs
from tests.test_careful import assert_careful

ROOT = Path(__file__).parents[1]
SAMPLE, DAY = ROOT / "sample_data", date(2026, 9, 3)
WHAT = ("signs", "objectivity_roadmap", "schools")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Run, Path, Path]:
    """The sample district, its reports, and where the run is saved."""
    result, problems = run(ROOT / "rules", SAMPLE, DAY)
    assert result is not None, problems
    folder = tmp_path_factory.mktemp("signs")
    write_reports(result, folder / "reports", what=WHAT)
    save(result, folder)
    return result, folder / "reports", folder


@pytest.fixture(scope="module")
def book(sample) -> Book:
    return Book(sample[0])


@pytest.fixture()
def opened(sample) -> Run:
    """The saved run, opened anew: a test may change what is in it."""
    return open_run(sample[2])


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def page_of(sample, code: str) -> str:
    return words_of(sample[1] / f"signs_{code}.html")


# ---------------------------------------------------------------- the numbers


def test_the_lift_of_the_border_school_is_the_engines(sample, book):
    """№ 9031, whose works the generator lifted over the borders: the sum over works and its interval."""
    found = measured(sample[0].evaluation.calculation("признаки_по_видам"))
    row = book.school("9031").row
    lift = found.lift()
    extra, low, high = (round(float(part[row])) for part in (lift.extra, lift.low, lift.high))
    text = page_of(sample, "9031")
    assert f"на границах отметок на {extra} ± {round(float(lift.high[row] - lift.extra[row]))} работ больше ожидаемого (95-процентный интервал — от {low} до {high})" in text
    assert extra > 150 and "выявлены признаки" in text and "уровень и форма распределения" in text


def test_a_chart_stands_on_the_cells_of_the_file(sample, book):
    """Mathematics of grade 5 of № 9031, counted here from the column P of Ф1: 94 works, 13, 30 and 9 of them on the borders 7, 11 and 15."""
    sheet = pd.read_excel(SAMPLE / "Ф1 Индивидуальные результаты_2026.xlsx", sheet_name="МА 5 Индивидуальные результаты", header=None, engine="openpyxl")
    scores = sheet.iloc[2061:2155, 15].astype(int)
    assert len(scores) == 94 and [int((scores == border).sum()) for border in (7, 11, 15)] == [13, 30, 9]
    block = next(item for item in make_signs(book, book.school("9031")).works if item.title.startswith("Математика, 5 класс"))
    assert "Писали 94 ученика" in block.about.replace("\u00a0", " ")
    assert re.findall(r"баллов\) — (\d+),", block.chart.summary) == ["13", "30", "9"]
    curves = {work.key: book.objectivity.curve(work) for work in book.objectivity.works(book.school("9031").row) if work.key.year == 2026}
    lift = measured(sample[0].evaluation.calculation("признаки_по_видам")).lift()
    assert sum(curve.extra[0] for curve in curves.values()) == pytest.approx(lift.extra[book.school("9031").row])
    assert "P2062:P2155" in page_of(sample, "9031")


def test_the_error_at_a_border_is_binomial(book):
    """√(N π (1 − π)) by hand: N works in the window, expected N π of them on the border."""
    school = book.school("9031")
    work = next(item for item in book.objectivity.works(school.row) if (item.key.subject, item.key.grade, item.key.year) == ("математика", 5, 2026))
    curve = book.objectivity.curve(work)
    for place, border in enumerate(curve.borders):
        window = curve.observed[border - 2:border + 1].sum()
        expected = curve.expected_at_border[place]
        assert curve.error_at_border[place] == pytest.approx(np.sqrt(expected * (1 - expected / window)))
    assert curve.extra[1] == pytest.approx(Z95 * np.sqrt((curve.error_at_border**2).sum()))


def test_journal_table_adds_up(sample, book):
    school = book.school("9031")
    for block in (*(page := make_signs(book, school)).works, *page.other_works):
        total = int(re.search(r"из\s(\d+)", block.journal.sentence).group(1))
        assert sum(int(row[2]) for row in block.journal.rows) == total
        assert sum(int(count) for row in block.journal.rows for count in row[1] if count != "–") == total


def test_the_uplift_of_one_subject_is_seen_and_does_not_decide(sample, book):
    """№ 9022: mathematics is far above expectation and above the journal; the level alone does not lead, an outside source does."""
    text, school = page_of(sample, "9022"), book.school("9022")
    found = measured(sample[0].evaluation.calculation("признаки_по_видам"))
    result = found.table.works[next(key for key in found.table.works if (key.grade, key.subject, key.year) == (5, "математика", 2026))]
    place = int(np.flatnonzero(result.schools == school.row)[0])
    assert f"математика, 5 класс: +{float(result.outcomes['S3_journal'].effect[place]):.2f} отметки".replace(".", ",") in text
    assert "настоящий рост выглядит так же" in text and "требует внимания" in text and "выявлены признаки" not in text
    titles = [block.title for block in make_signs(book, school).works]
    assert titles and all(title.startswith("Математика") for title in titles)


@pytest.mark.parametrize("code", ["9003", "9011", "9017", "9024"])
def test_a_strong_school_is_not_marked(sample, book, code):
    """Gymnasiums and the lyceum: a high mean is no sign."""
    assert book.objectivity.state(book.school(code).row) is State.CLEAR
    text = page_of(sample, code)
    assert "признаков, которые требовали бы внимания, не выявлено" in text and "Мер по признакам для школы нет" in text


def test_states_are_those_of_the_rules(sample, book):
    result = sample[0]
    for school in book.schools:
        if book.objectivity.takes_part(school.row):
            met = {name for name in (FOUND, ATTENTION) if result.evaluation.status(name)[school.row] == 1}
            open_ = {name for name in (FOUND, ATTENTION) if result.evaluation.status(name)[school.row] == 0}
            expected = State.FOUND if FOUND in met else State.ATTENTION if ATTENTION in met else State.NOT_ENOUGH if open_ else State.CLEAR
            assert book.objectivity.state(school.row) is expected


# ---------------------------------------------------------------- what is not said


def test_special_schools_have_no_page_and_all_others_have(sample, book):
    pages = {path.name for path in sample[1].glob("signs_*.html")}
    assert pages == {link_of(school.code, "signs") for school in book.schools} - {"signs_9041.html", "signs_9042.html"}
    card = (sample[1] / "school_9041.html").read_text(encoding="utf-8")
    assert "signs_" not in card


def test_the_card_and_the_page_lead_to_each_other(sample):
    assert 'href="signs_9031.html"' in (sample[1] / "school_9031.html").read_text(encoding="utf-8")
    assert 'href="school_9031.html"' in (sample[1] / "signs_9031.html").read_text(encoding="utf-8")


def test_nothing_of_a_work_that_fewer_than_ten_wrote(sample, book):
    """№ 9036 is tiny, № 9010 has one such work: it is named, and no number, chart, probability or row of it is given."""
    found = measured(sample[0].evaluation.calculation("признаки_по_видам"))
    for school in book.schools:
        if not book.objectivity.takes_part(school.row):
            continue
        page = make_signs(book, school)
        small = {f"{key.subject}, {key.grade} класс" for key, result in found.table.works.items() if key.year == found.year and (result.n[result.schools == school.row] < 10).any()}
        described = " ".join([item.title for item in (*page.works, *page.other_works)] + [name for name, _ in page.work_chances]).lower()
        measured_in = " ".join(row.value for family in page.families for row in family.rows)
        assert not any(title in described or title in measured_in or title == place.key for title in small for place in page.places), school.code
        assert all(title in page.small for title in small)
    assert "Не показаны работы, которые писали меньше 10 учеников: математика, 5 класс." in page_of(sample, "9010")
    tiny = make_signs(book, book.school("9036"))
    assert not (tiny.works or tiny.other_works or tiny.chances or tiny.changes)


def test_a_school_without_works_says_what_is_missing(sample):
    text = page_of(sample, "9027")
    assert "недостаточно данных" in text and "не хватает сведений" in text
    for table in ("Работы ВПР по первичным баллам", "Выполнение заданий ВПР"):
        assert f"строк школы за 2025/26 учебный год в таблице «{table}» нет" in text
    assert "нет работ за 2025/26 учебный год, которые писали не меньше 10 учеников" in text.lower()


def test_every_sign_is_measured_or_says_why_not(sample, book):
    for school in book.schools:
        if book.objectivity.takes_part(school.row):
            rows = [row for family in make_signs(book, school).families for row in family.rows]
            assert len(rows) == 10 and all(row.value and row.against and row.unit for row in rows)
            similar = next(row for row in rows if row.title == "Сходство работ")
            measured = sample[0].tables.connection.execute(f"SELECT count(*) FROM сходство_впр WHERE школа = '{school.code}' AND год = 2026").fetchall()[0][0] > 0
            assert similar.status.word == ("как обычно" if measured else "не измерено")
            assert ("похож" in similar.value and "ожидается" in similar.value) if measured else "нет строк учеников" in similar.value.lower()


def test_no_blame_no_people_no_places(sample):
    """Careful words everywhere; probabilities only in the appendix; every page stands alone."""
    assert_careful(sample[1])
    for path in sample[1].glob("signs_*.html"):
        text, markup = words_of(path), path.read_text(encoding="utf-8")
        assert "Для служебного пользования: школа и аналитик" in text
        assert "Признак — основание для перепроверки, а не вывод" in text
        assert not re.search(r"меньше 0,0001|\bp\s*[=<]", text.partition("Приложение: вероятности")[0])
        assert not re.search(r"\bучител\w*[^.]*№|\bместо (?:школы|среди)", text)
        assert not re.search(r"(?:src|href)=\"(?:https?:|//|file:)|@import|<script", markup)


def test_explanations_measures_and_comparison_are_there(sample, book):
    text = page_of(sample, "9031")
    for words in ("добрая проверка", "ошибки переноса", "другая форма работы", "настоящий рост", "малые числа", "совпадение"):
        assert words in text
    names = {plan.name for plan in book.objectivity.measures}
    assert names >= {"план_объективности", "семинар_по_оцениванию", "разбор_расхождений", "наблюдатели_на_впр", "проверка_работ_комиссией", "выборочная_перепроверка", "уведомление_школы"}
    assert "диагностические_работы" not in names
    assert "Разбор расхождений на 2 балла и более, аудит журнала" in page_of(sample, "9022"), "its criterion stands under a way of judging that is switched off"
    assert all(measure.title in text for measure in book.school("9031").measures if measure.name in names)
    decision = book.objectivity.verdict.decision
    assert f"Проверено школ: {decision.tested}. Требуют внимания по статистике — {int(decision.attention.sum())}" in text
    assert NORM_NOTES[NormSource.NORMS_FILE] in text and "400 школ" in text


def test_other_years_are_text_only(sample):
    text = page_of(sample, "9031")
    changes = text.partition("Те же дети год назад")[2].partition("Чем ещё")[0]
    assert "В вывод не входит: настоящий рост выглядит так же" in changes
    assert len(re.findall(r"→ \d класс: [+−]?\d", changes)) == 8


# ---------------------------------------------------------------- the reply of a school


def test_outcome_and_reply_stand_beside_the_sign(opened):
    opened.tables.connection.execute("UPDATE перепроверки SET исход = 'назначена', ответ_школы = 'Баллы перенесены из протокола с ошибкой' WHERE школа = '9031'")
    page = make_signs(Book(opened), Book(opened).school("9031"))
    assert [(item.work, item.outcome, item.reply) for item in page.rechecks] == [("русский язык, 6 класс", "назначена", "«Баллы перенесены из протокола с ошибкой»")]


def test_a_reply_with_forbidden_words_is_named_not_printed(opened, tmp_path):
    """The words of a school's own reply must not stop the reports of the whole district."""
    opened.tables.connection.execute("UPDATE перепроверки SET ответ_школы = 'Никто не списывал' WHERE школа = '9031'")
    write_reports(opened, tmp_path, schools=["9031"], what=["signs"])
    text = words_of(tmp_path / "signs_9031.html")
    assert "ответ получен" in text and "списывал" not in text and "Наблюдение и перепроверка.xlsx" in text


# ---------------------------------------------------------------- the roadmap


def test_the_roadmap_names_only_schools_of_the_list(sample, book):
    page, text = make_roadmap(book), words_of(sample[1] / "objectivity_roadmap.html")
    codes = np.array(sample[0].evaluation.frames["школа"].codes)
    named = list(codes[sample[0].evaluation.status(FOUND) == 1])
    assert [item.label.split("\u00a0")[-1].removeprefix("№ ") for item in page.annexes] == named
    for code in codes[sample[0].evaluation.status(ATTENTION) == 1]:
        assert not re.search(rf"\b{code}\b", text), "a school in a category for service use is counted, not named"
    assert f"{int((sample[0].evaluation.status(ATTENTION) == 1).sum())} школы; поимённо известны только самим школам и аналитику" in text
    decision = book.objectivity.verdict.decision
    assert f"{decision.tested} школы" in text and f"ошибочных записей — {decision.expected_false:.1f}".replace(".", ",") in text
    assert all(words in text for words in ("УТВЕРЖДАЮ", "Проект. Действует после утверждения", "Отдел образования администрации района", "Ознакомлен", "отметка"))


def test_steps_stand_in_the_order_of_the_year(sample, book):
    page = make_roadmap(book)
    own = {measure.title: measure for measure in book.school("9031").measures}
    assert [step.title for step in page.steps] == [
        "Уведомление школы, знакомство с основаниями, возражения в течение пяти рабочих дней", "Семинар по критериальному оцениванию и внутренней системе оценки",
        "План школы по повышению объективности оценивания", "Общественные наблюдатели и представители района на всех ВПР", "Проверка ВПР районной комиссией или в другой школе",
        "Выборочная перепроверка (10 % работ, не меньше 20)"]
    assert all(own[step.title].due_full == step.due and step.responsible and step.why == "Признаки НО" for step in page.steps)
    sheets = openpyxl.load_workbook(sample[1] / "objectivity_roadmap.xlsx")
    assert sheets.sheetnames == ["Дорожная карта", "Школы", "О документе"]
    rows = list(sheets["Дорожная карта"].iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("№", "Мероприятие", "Повод", "Школы", "Срок", "Ответственный", "Результат, документ", "Показатель контроля", "Отметка о выполнении")
    assert [row[1] for row in rows[1:]] == [step.title for step in page.steps]


def test_schools_stand_by_number_whatever_the_strength(opened):
    codes = list(opened.evaluation.frames["школа"].codes)
    chosen = ["9043", "9005", "9031", "9022"]
    opened.evaluation.status(FOUND)[[codes.index(code) for code in chosen]] = 1
    page = make_roadmap(Book(opened))
    assert [item.name.split("№")[-1].strip() for item in page.annexes] == sorted(chosen)
    assert "9005, 9022, 9031, 9043" in page.conclusion
    assert dict(page.facts)["Другие основания"].startswith("3\u00a0школы")


def test_an_empty_list_is_a_document_too(opened, tmp_path):
    opened.evaluation.status(FOUND)[:] = -1
    write_reports(opened, tmp_path, what=["objectivity_roadmap"])
    text = words_of(tmp_path / "objectivity_roadmap.html")
    assert "Школ, для которых нужна дорожная карта, по итогам 2025/26 учебного года нет" in text
    assert all(words in text for words in ("УТВЕРЖДАЮ", "Проверено", "Мероприятий нет: список школ пуст"))
    assert "9031" not in text
    assert_careful(tmp_path)


# ---------------------------------------------------------------- the same bytes, weaker norms, rules without signs


def test_an_opened_run_gives_the_same_bytes(sample, opened, tmp_path):
    write_reports(opened, tmp_path, schools=["9010", "9022", "9027", "9031"], what=("signs", "objectivity_roadmap"))
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (sample[1] / path.name).read_bytes(), path.name


def test_without_a_norms_file_the_words_are_weaker(tmp_path):
    """The region's rows of the exports are left: the conclusion is preliminary."""
    data = tmp_path / "data"
    shutil.copytree(SAMPLE, data, ignore=shutil.ignore_patterns("Нормы региона*", "*.py", "__pycache__"))
    result, problems = run(ROOT / "rules", data, DAY)
    assert result is not None, problems
    write_reports(result, tmp_path / "out", schools=["9003", "9031"], what=("signs", "objectivity_roadmap"))
    found = measured(result.evaluation.calculation("признаки_по_видам"))
    assert found.table.source in (NormSource.REGION_ROWS, NormSource.OWN_DISTRICT)
    for name in ("signs_9003.html", "signs_9031.html", "objectivity_roadmap.html"):
        assert NORM_NOTES[found.table.source] in words_of(tmp_path / "out" / name)
        assert NORM_NOTES[NormSource.NORMS_FILE] not in words_of(tmp_path / "out" / name)
    assert_careful(tmp_path / "out")


def test_rules_without_signs_give_no_page(tmp_path):
    """A district that does not count signs gets a roadmap that says so, and no pages of signs."""
    from tests.test_reports import tiny
    result = tiny(tmp_path, [("9001", "Школа", 31.0)])
    paths = write_reports(result, tmp_path / "out", what=("signs", "objectivity_roadmap", "schools"))
    assert {path.name for path in paths} == {"school_9001.html", "objectivity_roadmap.html", "objectivity_roadmap.xlsx"}
    assert "В правилах нет группы школ с признаками" in words_of(tmp_path / "out" / "objectivity_roadmap.html")


def test_the_indicator_is_found_by_its_method(book):
    assert book.objectivity.plan.block.method == SIGNS and book.objectivity.q == 0.05
