"""Rules -> roadmap: dates by the production calendar, reasons merged, group events by deficits, load, conflicts, calendar file, pages.

Days by hand: 20.09.2026 is a Sunday; 10.10.2026 a Saturday; 31.12.2026 is off by decree, 1–8 January are holidays, 9 and 10.01.2027 a weekend;
20.02.2027 is a working Saturday (its day off moved to Monday the 22nd); 25.02.2028 is a plain Friday until a decree says otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from html import unescape
from pathlib import Path

import icalendar
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

import cli
from console.click_words import speak_russian
from engine.record import open_run, save
from engine.roadmap.conflicts import ConflictKind
from engine.roadmap.of_run import RunRoadmap
from engine.run import run
from engine.truth import Truth
from reports import write_reports
from reports.book import Book
from reports.pages.cyclogram import make_cyclogram
from reports.russian import short_date
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
RULES = """\
район: {название: Район}
календарь:
  отчётный год: 2026
  четверти: [{с: 09-01, по: 10-20}, {с: 11-05, по: 12-27}]
роли:
  имц: {название: Методический центр, кратко: ИМЦ, контакт: приёмная центра, наибольшая нагрузка в месяц: 2}
  школа: {название: Администрация школы, кратко: ОО, своя у каждой школы: да, наибольшая нагрузка в месяц: 2}
  рмо: {название: Методическое объединение}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы:
      школа: {тип: код, заголовки: [Код ОО]}
      доля: {тип: число, единица: "%", заголовки: [Доля]}
      спад: {тип: число, единица: "%", заголовки: [Спад]}
  задания:
    ключ: [школа, предмет, класс, задание, год]
    отсутствие строк: ноль
    столбцы:
      школа: {тип: школа, заголовки: [ОО]}
      предмет: {тип: текст, допустимо: [математика, русский язык], заголовки: [Предмет]}
      класс: {тип: целое, заголовки: [Класс]}
      задание: {тип: текст, заголовки: [Задание]}
      год: {тип: учебный год, заголовки: [Год]}
      выполнение: {тип: число, единица: "%", заголовки: [Выполнение]}
показатели:
  дефицит: {единица: шт., таблица: задания, по: [предмет, класс, задание], год: последний, формула: число(выполнение менее 50)}
критерии:
  низкие: {название: Низкие результаты, когда: доля не менее 30}
  падение: {название: Результаты снизились, когда: спад не менее 10}
категории:
  помощь: {название: Нужна помощь, кратко: помощь, когда: низкие}
  внимание: {название: Нужно внимание, кратко: внимание, для служебного пользования: да, когда: падение}
меры:
  справка: {название: Справка, для: всем, ответственный: имц, срок: {до: 09-20}}
  уведомление: {название: Уведомление, для: {любой: [помощь, низкие, внимание]}, ответственный: имц, срок: {до: 10-10}, после: [справка]}
  план: {название: План школы, для: {категория: помощь}, ответственный: школа, срок: {до: 10-09}}
  после_праздников: {название: После праздников, для: {категория: помощь}, ответственный: школа, срок: {до: 01-05}}
  с_января: {название: С января, для: {категория: помощь}, ответственный: школа, срок: {с: 01-01, по: 02-21}}
  по_четвертям: {название: По четвертям, для: {категория: помощь}, ответственный: школа, срок: {с: 09-01, по: 05-31, как часто: раз в четверть}}
  по_случаю: {название: По случаю, для: {категория: помощь}, ответственный: школа, срок: {когда: по мере необходимости}}
  отчёт: {название: Отчёт школы, для: всем, мероприятие: школы, ответственный: школа, срок: {до: 05-20}}
  встреча: {название: Встреча, для: {любой: [помощь, внимание]}, мероприятие: групповое, ответственный: имц, участники: [школа], срок: {до: 11-10}}
  семинар: {название: "Семинар: математика", для: {категория: помощь}, мероприятие: групповое, форма: семинар, дефициты: {показатель: дефицит, предмет: [математика]},
    ответственный: рмо, срок: {с: 11-01, по: 11-30}}
  семинар_двух: {название: "Семинар: русский язык", для: всем, мероприятие: групповое, дефициты: {показатель: дефицит, предмет: [русский язык], не меньше школ: 2},
    ответственный: рмо, срок: {с: 12-01, по: 12-31}}
"""
SCHOOLS = "Код ОО;Доля;Спад\n9001;30;0\n9002;40;20\n9003;10;15\n9004;10;0\n9005;;\n"
TASKS = ("ОО;Предмет;Класс;Задание;Год;Выполнение\n9001;математика;5;3;2026;49\n9001;математика;5;10;2026;20\n9001;математика;6;1;2026;50\n"
         "9002;математика;5;3;2026;80\n9004;математика;5;3;2026;10\n9001;русский язык;5;1;2026;40\n9001;математика;4;1;2025;5\n")


def district(folder: Path, rules: str = RULES, day: date = DAY):
    (folder / "rules").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "rules" / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "data" / "школы.csv").write_text(SCHOOLS, encoding="utf-8")
    (folder / "data" / "задания.csv").write_text(TASKS, encoding="utf-8")
    result, problems = run(folder / "rules", folder / "data", day)
    assert result is not None, problems
    return result


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return RunRoadmap(district(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    result = sample_run(DAY)
    folder = tmp_path_factory.mktemp("sample")
    save(result, folder)
    return result, folder


def days(roadmap: RunRoadmap, measure: str, school: str | None) -> list[str]:
    return [step.due.isoformat() for step in roadmap.roadmap.steps if (step.measure, step.school) == (measure, school)]


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize("measure, school, expected", [
    ("справка", None, ["2026-09-18"]),                         # Sunday the 20th
    ("уведомление", "9001", ["2026-10-09"]),                   # Saturday
    ("после_праздников", "9001", ["2026-12-30"]),              # 31 December is off by decree
    ("с_января", "9001", ["2027-02-20"]),                      # a working Saturday before Sunday the 21st
    ("по_четвертям", "9001", ["2026-10-20", "2026-12-25"]),    # quarters of these rules; the second ends on a Sunday
    ("отчёт", "9004", ["2027-05-20"]),                         # «всем» in each school
])
def test_days_by_hand(tiny, measure, school, expected):
    assert days(tiny, measure, school) == expected


def test_a_period_begins_on_a_working_day(tiny):
    step, = (step for step in tiny.roadmap.steps if step.measure == "с_января" and step.school == "9001")
    assert (step.first, step.stated) == (date(2027, 1, 11), date(2027, 2, 21))


def test_what_has_no_day_is_named(tiny):
    assert [name for name, _ in tiny.roadmap.undated] == ["по_случаю"]


def test_moved_days_of_the_rules_and_years_without_a_decree(tmp_path):
    later = RULES.replace("отчётный год: 2026", "отчётный год: 2027").replace("до: 09-20", "до: 02-25").replace(", после: [справка]", "")
    plain = RunRoadmap(district(tmp_path / "plain", later))
    assert days(plain, "справка", None) == ["2028-02-25"] and plain.roadmap.undecreed == (2028,)
    moved = later.replace("календарь:\n", "календарь:\n  переносы: [{год: 2028, основание: Постановление, дни: {2028-01-01: 2028-02-25}}]\n")
    overlaid = RunRoadmap(district(tmp_path / "moved", moved))
    assert days(overlaid, "справка", None) == ["2028-02-24"] and overlaid.roadmap.undecreed == ()


# ---------------------------------------------------------------- reasons, events


def test_reasons_in_force_merge_and_nothing_stands_twice(tiny):
    steps = {(step.measure, step.school, step.number): step for step in tiny.roadmap.steps}
    assert len(steps) == len(tiny.roadmap.steps)
    assert {school: steps["уведомление", school, 1].reasons for school in ("9001", "9002", "9003")} == {
        "9001": ("помощь", "низкие"), "9002": ("помощь", "низкие", "внимание"), "9003": ("внимание",)}
    assert not any(step.school == "9005" and step.measure != "отчёт" for step in tiny.roadmap.steps)      # nothing is known of it, so nothing is in force


def test_a_group_event_is_one_for_all(tiny):
    assert days(tiny, "встреча", None) == ["2026-11-10"]
    assert tiny.events["встреча"].schools == ("9001", "9002", "9003")
    assert "встреча" in tiny.needed["9003"] and "встреча" not in tiny.needed["9004"]


def test_deficits_call_the_schools_that_have_them(tiny):
    event = tiny.events["семинар"]
    assert event.schools == ("9001",)              # 9002 has none, 9004 is in no group, 50 is not below 50, last year's row is not counted
    assert [item.keys for item in event.shortages] == [(("класс", "5"), ("задание", "10")), (("класс", "5"), ("задание", "3"))]
    assert "семинар_двух" not in tiny.events       # one school has the deficit, two are needed
    assert [step.measure for step in tiny.steps_of("9001") if step.school is None] == ["встреча", "семинар"]


# ---------------------------------------------------------------- load, conflicts


def test_load_sums_to_the_steps(tiny):
    assert tiny.load.due.sum() == len(tiny.roadmap.steps)
    by_month = Counter((step.due.year, step.due.month) for step in tiny.roadmap.steps)
    assert tiny.load.due.sum(axis=0).tolist() == [by_month[month] for month in tiny.load.months]
    schools = {performer.holder for performer in tiny.load.performers if performer.role == "школа"}
    assert {"9001", "9002", "9003", "9004", "9005"} <= schools


def test_conflicts_by_hand(tiny):
    found = [(item.kind, item.count, [(step.school, step.measure) for step in item.steps]) for item in tiny.conflicts]
    same_day = [(kind, steps) for kind, _, steps in found if kind is ConflictKind.SAME_DAY]
    assert same_day == [(ConflictKind.SAME_DAY, [("9001", "план"), ("9001", "уведомление")]), (ConflictKind.SAME_DAY, [("9002", "план"), ("9002", "уведомление")])]
    overload = [(count, len(steps)) for kind, count, steps in found if kind is ConflictKind.OVERLOAD]
    assert overload == [(3, 3)]                    # the centre: three notices in October, two at most; the schools have two each in October and December
    assert {kind for kind, _, _ in found} == {ConflictKind.SAME_DAY, ConflictKind.OVERLOAD}


def test_what_is_past_on_the_day_of_the_run(tmp_path):
    late = RunRoadmap(district(tmp_path, day=date(2026, 10, 9)))
    past = [item.steps[0].measure for item in late.conflicts if item.kind is ConflictKind.PAST]
    assert past == ["справка"]                     # what is due today is not past


# ---------------------------------------------------------------- one source of dates, the same bytes


def test_a_card_says_the_dates_of_the_roadmap(sample):
    book = Book(sample[0])
    assert any(school.measures for school in book.schools)
    for school in book.schools:
        dues: dict[str, list[str]] = {}
        for step in book.roadmap.steps_of(school.code):
            dues.setdefault(step.measure, []).append(short_date(step.due))
        assert {measure.name for measure in school.measures} == set(dues)
        for measure in school.measures:
            said, expected = re.findall(r"\d\d\.\d\d\.\d{4}", measure.due_full), dues[measure.name]
            assert said[-1] == expected[-1] and (len(expected) > 4 or len(expected) == 1 or said == expected), measure


def test_needs_are_those_of_the_rules_and_events(sample):
    """Own measures are the ones whose audience is met; a school called to a group event has its audience met, or a deficit."""
    roadmap = RunRoadmap(sample[0])
    for plan in roadmap.plans:
        if plan.audience is None:
            continue
        met = {code for code, status in zip(roadmap.codes, sample[0].evaluation.status(plan.name), strict=True) if status == 1}
        needed = {code for code, names in roadmap.needed.items() if plan.name in names}
        assert needed == met if plan.block.shortfall is None else needed <= met, plan.name


def test_deficits_agree_with_the_rows(sample):
    """The task deficits of the sample again, from the table itself: basic tasks below 57 % and ten points below the district, ten pupils at least."""
    roadmap, connection = RunRoadmap(sample[0]), sample[0].tables.connection
    frame = connection.execute("SELECT школа, предмет, класс, задание, участников AS n, 100.0 * сумма_баллов / (участников * максимум) AS доля, сумма_баллов, максимум "
                               "FROM задания_впр WHERE год = 2026 AND уровень = 'Б'").df()
    sums = frame.groupby(["предмет", "класс", "задание"]).apply(lambda rows: 100 * rows.сумма_баллов.sum() / (rows.n * rows.максимум).sum(), include_groups=False)
    frame["район"] = [sums[key] for key in zip(frame.предмет, frame.класс, frame.задание, strict=True)]
    low = frame[(frame.доля < 57) & (frame.район - frame.доля >= 10) & (frame.n >= 10)]
    expected = {(row.школа, row.предмет, (("класс", str(row.класс)), ("задание", row.задание))) for row in low.itertuples()}
    assert {(item.school, item.subject, item.keys) for item in roadmap.shortages["дефицит_задания"]} == expected and expected


@pytest.fixture(scope="module")
def pages(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return folder, write_reports(sample[0], folder, what=["roadmap", "roadmap_order", "cyclogram"])


def test_an_opened_run_gives_the_same_bytes(sample, pages, tmp_path):
    opened = open_run(sample[1])
    again = write_reports(opened, tmp_path, what=["roadmap", "roadmap_order", "cyclogram"])
    assert [path.name for path in again] == [path.name for path in pages[1]]
    for path in again:
        assert path.read_bytes() == (pages[0] / path.name).read_bytes(), path.name


# ---------------------------------------------------------------- pages


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def test_the_workbook_holds_every_step_once(sample, pages):
    sheet = openpyxl.load_workbook(pages[0] / "roadmap.xlsx")["Шаги"]
    steps = RunRoadmap(sample[0]).roadmap.steps
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert len(rows) == len(steps)
    assert [str(row[5]).split(" (")[0].split(" – ")[-1] for row in rows] == [f"{step.due:%d.%m.%Y}" for step in steps]
    load = openpyxl.load_workbook(pages[0] / "roadmap.xlsx")["Нагрузка"]
    totals = [sum(value or 0 for value in column) for column in zip(*(row[2:14] for row in load.iter_rows(min_row=3, values_only=True)), strict=True)]
    assert np.sum(totals) == len(steps)


def test_each_school_with_measures_has_a_page(sample, pages):
    needed = {code for code, names in RunRoadmap(sample[0]).needed.items() if names}
    assert {path.name for path in pages[1] if re.fullmatch(r"roadmap_\d+\.html", path.name)} == {f"roadmap_{code}.html" for code in needed}
    assert "9003" not in needed and "школы № 9007" in words_of(pages[0] / "roadmap_9007.html")


def test_the_order_charges_everyone_named_and_is_a_draft(sample, pages):
    text = words_of(pages[0] / "roadmap_order.html")
    assert "ПРОЕКТ" in text and "ПРИКАЗЫВАЮ:" in text and "расшифровка подписи" in text and "Приложение 1" in text
    roles = sample[0].program.rules.roles
    for step in RunRoadmap(sample[0]).roadmap.steps:
        for role in step.responsible:
            assert roles[role].title in text


def test_the_cyclogram_counts_schools_in_order_of_tasks(tiny):
    page = make_cyclogram(Book(tiny.run))
    seminar, = page.by_subject
    assert [(topic.title, topic.text.replace("\u00a0", " ")) for topic in seminar.topics] == [("5 класс", "задание 3 (1 школа); задание 10 (1 школа)")]
    assert (seminar.amount, seminar.cells[2], "".join(seminar.cells)) == (1, "2–30", "2–30")
    assert [(item.subject, item.count.replace("\u00a0", " ")) for item in page.uncovered] == [("русский язык", "1 школа")]


def test_a_group_for_internal_use_names_no_school_to_the_district(tiny):
    """9003 is only in a group for internal use: it is counted on the district's pages and named on its own."""
    book = Book(tiny.run)
    row = next(row for month in book.roadmaps.months(tiny.roadmap.steps) for row in month.rows if row.title == "Уведомление")
    assert row.whom.replace("\u00a0", " ") == "№ 9001, 9002 и ещё 1"
    assert book.roadmaps.named == {"9001", "9002", "9003", "9004", "9005"}      # each hands in a report, which is no group's
    assert [measure.name for measure in book.measures.of_school(2, Truth.MET)] == ["уведомление", "встреча", "отчёт"]


# ---------------------------------------------------------------- the command


@pytest.fixture()
def home(tiny, tmp_path, monkeypatch):
    save(tiny.run, tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    speak_russian()
    return tmp_path


def call(*words: str):
    result = CliRunner().invoke(cli.main, ["roadmap", *words], prog_name="school-risk")
    assert "Traceback" not in result.output
    return result


def test_the_command_tells_months_load_conflicts_and_what_has_no_day(home, tiny):
    result = call()
    assert result.exit_code == 0
    assert f"{len(tiny.roadmap.steps)} шаг" in result.output
    months = next(line for line in result.output.splitlines() if line.startswith("Шагов")).split()[1:]
    assert sum(int(value) for value in months[:12] if value != "·") == int(months[12]) == len(tiny.roadmap.steps)
    assert "3!" in result.output and "3 дела при пределе 2" in result.output and "Проведите вместе" in result.output
    assert "Без даты: «По случаю»: срок не назван датой." in result.output


def test_the_calendar_is_read_by_another_program(home, tiny):
    assert call("--ics", "район.ics").exit_code == 0
    content = (home / "район.ics").read_bytes()
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert sorted(event.decoded("dtstart") for event in events) == [step.due for step in tiny.roadmap.steps]
    assert len({str(event["uid"]) for event in events}) == len(events)
    described = next(str(event["description"]) for event in events if "№ 9002: Уведомление" in str(event["summary"]))
    assert "По плану до 10.10.2026" in described and "Отвечает: Методический центр" in described and "Повод: помощь; низкие результаты; внимание" in described
    call("--ics", "снова.ics")
    assert (home / "снова.ics").read_bytes() == content


@pytest.mark.parametrize("words, expected", [
    (["--school", "9003"], {("9003", "уведомление"), ("9003", "отчёт"), (None, "встреча")}),
    (["--role", "рмо"], {(None, "семинар")}),
    (["--role", "ИМЦ", "--school", "9001"], {("9001", "уведомление"), (None, "встреча")}),
    (["--school", "9003", "--school", "9004"], {("9003", "уведомление"), ("9003", "отчёт"), ("9004", "отчёт"), (None, "встреча")}),
])
def test_the_calendar_of_a_school_and_of_a_role(home, tiny, words, expected):
    assert call(*words, "--ics", "часть.ics").exit_code == 0
    said = Counter(str(event["summary"]) for event in icalendar.Calendar.from_ical((home / "часть.ics").read_bytes()).walk("VEVENT"))
    titles = {name: block.title for name, block in tiny.rules.measures.items()}
    assert said == Counter(f"Школа № {school}: {titles[name]}" if school else titles[name] for school, name in expected)


@pytest.mark.parametrize("words, needle", [
    (["--out", "пусто"], "Сначала выполните: school-risk run"),
    (["--school", "9006"], "Школы № 9006 в этом расчёте нет. Похоже на: 900"),
    (["--role", "завуч"], "Роли «завуч» нет. Роли: имц, школа, рмо."),
    (["--role", "имс"], "Похоже на: имц"),
    (["--ics", "out"], "«out» — папка"),
    (["--ics", "нет/такой.ics"], "Папки «нет» нет"),
])
def test_wrong_words(home, words, needle):
    result = call(*words)
    assert result.exit_code == 1
    assert needle in result.output


def test_a_district_without_measures(tmp_path):
    rules = RULES[:RULES.index("меры:")] + "меры: {справка: {название: Справка, для: {категория: помощь}, ответственный: имц, срок: {до: 09-20}}}\n"
    result = district(tmp_path, rules.replace("доля не менее 30", "доля не менее 90").replace("спад не менее 10", "спад не менее 90"))
    assert RunRoadmap(result).roadmap.steps == ()
    paths = write_reports(result, tmp_path / "pages", what=["roadmap", "roadmap_order", "cyclogram"])
    assert {path.name for path in paths} == {"roadmap.html", "roadmap.xlsx", "roadmap_order.html", "cyclogram.html", "cyclogram.xlsx"}
    assert "Шагов нет" in words_of(tmp_path / "pages" / "roadmap.html")


def test_the_work_of_mentors_is_the_mentor_schools_own(sample):
    """№ 9006 mentors №№ 9018 and 9029 (tests/test_mentoring_rules.py), № 9039 mentors № 9007: their steps count for the mentor."""
    roadmap = RunRoadmap(sample[0])
    assert {mentee: roadmap.holders["школа_наставник"][mentee] for mentee in ("9007", "9018", "9029")} == {"9007": "9039", "9018": "9006", "9029": "9006"}
    assert "9001" not in roadmap.holders["школа_наставник"]
    assert roadmap.holders["администрация_оо"]["9018"] == "9018"
