"""The site without a browser: what is written, that nothing leads out, that nobody is named who may not be, that the figures are those of the run."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import cli
from benchmarks.many_schools import multiplied
from engine.checking import check
from engine.loading import load
from engine.problems import Cell, Problem
from engine.run import Run, evaluate_tables, run
from engine.tables import Tables
from reports import write_reports
from reports.book import Book
from reports.careful import CarelessPhraseError
from reports.history import movements
from reports.site import provenance, write_pages, write_site
from reports.site.bars import count_chart, threshold_bar
from reports.site.frame import Site
from reports.site.table import make_table
from reports.site.writing import write_page
from reports.status import CHECK_MET, CHECK_NOT_MET, CHECK_OPEN
from reports.view import Fact

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
LIMIT = 300 * 1024
PARTS = {"index", "table", "changes", "months", "objectivity", "mentoring", "methodology", "methodology_values", "methodology_data", "provenance"}
HIDDEN, SHORT = "требует_внимания", "внимание (ВПР)"
HELP = ("шнор_стабильно", "шнор", "шнсу", "зона_риска", "признаки_необъективности")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Run, Path, list[Path]]:
    result, problems = run(ROOT / "rules", ROOT / "sample_data", DAY)
    assert result is not None, problems
    folder = tmp_path_factory.mktemp("run") / "site"
    return result, folder, write_site(result, folder)


@pytest.fixture(scope="module")
def large(sample) -> Run:
    return multiplied(sample[0], 16)


def words_of(path: Path) -> str:
    text = re.sub(r"<(style|script)>.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def codes_with(result: Run, name: str, status: int = 1) -> list[str]:
    return list(np.array(result.evaluation.frames["школа"].codes)[result.evaluation.status(name) == status])


# ---------------------------------------------------------------- what is there, and where links lead


def test_a_page_for_each_part_and_each_school(sample):
    result, folder, paths = sample
    expected = {f"{name}.html" for name in PARTS} | {f"school_{code}.html" for code in result.evaluation.frames["школа"].codes}
    assert {path.name for path in paths} == expected == {path.name for path in folder.iterdir()}
    assert paths[0].name == "index.html"


def test_every_link_leads_to_a_page_and_a_place(sample):
    texts = {path.name: path.read_text(encoding="utf-8") for path in sample[2]}
    anchors = {name: set(map(html.unescape, re.findall(r'\bid="([^"]+)"', text))) for name, text in texts.items()}
    for name, text in texts.items():
        assert len(anchors[name]) == len(re.findall(r'\bid="', text)), (name, "one place, one name")
        for target, anchor in re.findall(r'href="([^"#]*)#?([^"]*)"', text):
            assert (target or name) in texts, (name, target)
            if "=" in anchor:
                assert f'<option value="{anchor.removeprefix("g=")}"' in texts[target], (name, anchor)
            elif anchor:
                assert html.unescape(anchor) in anchors[target or name], (name, target, anchor)


def test_every_page_is_reached_from_the_first(sample):
    pages = {path.name: set(re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8"))) for path in sample[2]}
    seen, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += pages[name]
    assert seen == set(pages)


def test_nothing_is_fetched_and_the_policy_allows_only_what_stands_in_the_page(sample):
    """The hashes are counted here anew; a page without a script allows none."""
    for path in sample[2]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<img|<link|<iframe|@import|url\(|https?:|\bsrc=| style=| on[a-z]+=", text), path.name
        policy = html.unescape(re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text).group(1))
        assert policy.startswith("default-src 'none'; ") and text.index("Content-Security-Policy") < text.index("<style>"), path.name
        for kind in ("style", "script"):
            inside = re.findall(rf"<{kind}>(.*?)</{kind}>", text, flags=re.DOTALL)
            hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in inside) or "'none'"
            assert f"{kind}-src {hashes};" in policy, (path.name, kind)
        assert ("<script>" in text) == (path.name == "table.html")


def test_pages_are_light(sample):
    assert {path.name: path.stat().st_size for path in sample[2] if path.stat().st_size >= LIMIT} == {}


def test_pages_of_seven_hundred_schools_are_light_too(large, tmp_path):
    """The parts of the site; the page of a school does not grow with the district."""
    site = Site(Book(large))
    assert len(site.book.schools) == 704
    sizes = {sheet.file: write_page(sheet, tmp_path).stat().st_size for part in site.parts for sheet in site.of_part(part)}
    assert set(sizes) == {f"{name}.html" for name in PARTS}
    assert {file: size for file, size in sizes.items() if size >= LIMIT} == {}


def test_the_same_run_gives_the_same_bytes(sample, tmp_path):
    for path in write_site(sample[0], tmp_path):
        assert path.read_bytes() == (sample[1] / path.name).read_bytes(), path.name


def test_every_page_says_what_it_is_and_what_it_is_for(sample):
    titles = []
    for path in sample[2]:
        text = path.read_text(encoding="utf-8")
        titles.append(re.search(r"<title>(.*?)</title>", text).group(1))
        assert text.count("<h1") == 1 and '<html lang="ru">' in text and 'href="#content"' in text and text.count('id="content"') == 1, path.name
        said = words_of(path)
        assert "не является оценкой работы школ и учителей" in said and sample[0].number in said and "3 сентября 2026" in said, path.name
        assert not re.search(r"[{}]|\bNone\b|\bnan\b|[а-яё]_[а-яё]", re.sub(r"\S+\.(xlsx|csv|yaml)\b", "", said)), path.name
    assert len(set(titles)) == len(titles)


# ---------------------------------------------------------------- figures of the run


def test_the_table_holds_each_school_once_by_number_with_the_groups_of_the_run(sample):
    result, folder, _ = sample
    text = (folder / "table.html").read_text(encoding="utf-8")
    choices = {title: key for key, title in re.findall(r'<option value="([^"]+)">([^<]+)</option>', text)}
    rows = {code.replace("\u00a0", " "): keys.split() for keys, code in re.findall(r'<tr data-g="([^"]*)">.*?<a [^>]*>([^<]+)</a>', text)}
    codes = list(result.evaluation.frames["школа"].codes)
    assert list(rows) == [f"№ {code}" for code in sorted(codes)]
    for name in HELP:
        title = result.program.rules.categories[name].short or result.program.rules.categories[name].title
        assert {label for label, keys in rows.items() if choices.get(title.replace(" ", " ")) in keys} == {f"№ {code}" for code in codes_with(result, name)}, name


def test_no_column_of_results_may_be_sorted(sample):
    text = (sample[1] / "table.html").read_text(encoding="utf-8")
    assert re.findall(r'data-order="([^"]+)"', text) == ["place", "name", "group", "missing", "term"]
    assert "%" not in words_of(sample[1] / "table.html"), "no shares of schools one under another"


def test_changes_are_those_between_the_decisions_and_the_run(sample):
    """Last year's decisions are read with pandas; № 9038 passed its history to № 9014."""
    result, folder, _ = sample
    decided = pd.read_excel(ROOT / "sample_data" / "Решения прошлых лет.xlsx", sheet_name="2025", header=2, engine="openpyxl")
    before = {"9014" if str(code) == "9038" else str(code) for code in decided["Код ОО"]}
    now = set().union(*(codes_with(result, name) for name in HELP))
    parts = re.split(r"<h2[^>]*>", (folder / "changes.html").read_text(encoding="utf-8"))
    listed = {part[:part.index("<")].rpartition(":")[0]: set(re.findall(r'href="school_(\d+)\.html"', part)) for part in parts[1:]}
    assert listed["Добавились"] == now - before
    assert listed["Оснований больше нет"] == before - now
    assert listed["Сменили группу"] | listed["Без изменений"] == now & before


def test_each_step_of_the_roadmap_is_in_its_month(sample):
    result, folder, _ = sample
    steps = Book(result).roadmap.roadmap.steps
    shown = re.findall(r'<h2 id="month-\d+">(\S+ \d{4}) <small class="tag">(\d+)', (folder / "months.html").read_text(encoding="utf-8").replace("\u00a0", " "))
    names = ("Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь")
    expected = pd.Series([f"{names[step.due.month - 1]} {step.due.year}" for step in steps]).value_counts()
    assert {month: int(count) for month, count in shown} == expected.to_dict()


def test_provenance_names_the_run_its_files_and_its_rules(sample):
    result, folder, _ = sample
    text = words_of(folder / "provenance.html")
    assert result.number in text and result.fingerprint in text
    for sheet in result.tables.sources:
        assert not sheet.header_row or sheet.file in text
    for name, source in result.program.rules.sources.items():
        assert name in text and hashlib.sha256(source.text.encode()).hexdigest()[:12] in text


def test_a_school_page_says_the_value_the_threshold_and_the_distance(sample):
    """№ 9002: 2 works near the threshold, at least 2 are wanted; № 9036 is said to be unknown, not well."""
    text = words_of(sample[1] / "school_9002.html")
    assert "Процедур, близких к низким, в отчётном году 2 ; порог: не менее 2 ровно на пороге" in text
    unknown = words_of(sample[1] / "school_9036.html")
    assert "группа пока не определена" in unknown and "нет данных" in unknown and "оснований для адресной помощи нет" not in unknown


def test_a_chart_has_a_sentence_for_its_title_and_is_said_in_words(sample):
    """№ 9007: 48 of 102 and 27 of 82, counted in the file of the sample; the series begins anew in 2024/25, so the year before is not beside."""
    text = (sample[1] / "school_9007.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "<figcaption>ВПР, математика, 6 класс: доля участников ниже минимума в учитываемой процедуре: в 2024/25 году — 47,1 %, в 2025/26 году — 32,9 %</figcaption>" in text
    for path in sample[2]:
        for found in re.findall(r"<svg [^>]*>", path.read_text(encoding="utf-8")):
            assert 'role="img" aria-label="' in found or 'aria-hidden="true"' in found, (path.name, found)


# ---------------------------------------------------------------- categories for service use


def test_schools_for_service_use_are_counted_and_never_named(sample):
    result, folder, paths = sample
    hidden, book = codes_with(result, HIDDEN), Book(result)
    silent = [school for school in book.schools if school.code in hidden and not school.named]
    assert silent, "the sample has such schools"
    assert f"требуют внимания: {len(hidden)} — поимённо известны только самим школам и аналитику" in words_of(folder / "index.html")
    titles = [title.lower() for title in (result.program.rules.categories[HIDDEN].title, result.program.rules.categories[HIDDEN].plural)]
    for path in paths:
        text = words_of(path)
        assert SHORT not in text or path.name.startswith("methodology"), path.name
        if path.name.startswith("school_"):
            assert not [title for title in titles if title in text.lower()] and "маловероятна для честной школы" not in text, path.name
    for school in silent:
        for name in ("months", "changes", "objectivity"):
            assert school.code not in words_of(folder / f"{name}.html"), (school.code, name)
        assert f"Школа {school.label}: оснований для адресной помощи нет".replace("\u00a0", " ") in words_of(folder / school.link)
        text = words_of(folder / school.link)
        assert "Что дальше" not in text and not re.search(r"перепровер|необъективн|общественн\w+ наблюдени|признаки НО", text), "nor that anything was looked into"


def test_nobody_is_named_by_absence_in_the_table(sample):
    book = Book(sample[0])
    rows = {row.label: row for row in make_table(book, book.discreet).rows}
    clear = rows["№ 9003"]
    for code in codes_with(sample[0], HIDDEN):
        if not book.school(code).main:
            row = rows[f"№ {code}"]
            assert (row.mark, row.groups, row.keys, row.missing, row.term) == (clear.mark, clear.groups, clear.keys, clear.missing, clear.term)


def test_a_remark_that_tells_which_school_was_looked_into_is_only_counted(sample, tmp_path):
    """A faulty row of the protocols of re-checks names its school; a faulty row of a social passport may be shown."""
    remarks = (Problem("D201", Cell("Наблюдение и перепроверка.xlsx", "Перепроверка", "B7"), "Школа № 9022: исход не читается."), Problem("D201", Cell("Социальные паспорта.csv", "", "C5"), "В ячейке текст."))
    book = Book(replace(sample[0], problems=remarks))
    write_page(next(Site(book).of_part(provenance)), tmp_path)
    text = words_of(tmp_path / "provenance.html")
    assert "Замечания к данным: 2" in text and "В ячейке текст." in text and "9022" not in text and "И ещё 1 замечание" in text


INTERNAL_RULES = """\
календарь: {отчётный год: 2026}
роли: {школа_роль: {название: Администрация школы, кратко: ОО}}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы: {школа: {тип: код}, название_школы: {тип: текст}, доля: {тип: число, единица: "%"}, знак: {тип: число, единица: шт.}}
пороги: {порог: {единица: "%", значение: 30, название: Порог}}
критерии:
  низкие: {название: Низкие результаты, когда: доля не менее порог}
  тайный: {название: Тайный знак, когда: знак равно 1}
  сложный: {название: Сложный критерий, когда: {все: [доля не менее порог, тайный]}}
категории:
  помощь: {название: Нужна помощь, когда: {любой: [низкие, сложный]}, поддержка: 1}
  тайная: {название: Тайная группа, кратко: тайна, когда: тайный, для служебного пользования: да}
  ясная: {название: Оснований нет, когда: {все: [не помощь, не тайная]}}
меры:
  общая: {название: Общая мера, для: {любой: [{категория: помощь}, {категория: тайная}]}, срок: {до: 12-01}, ответственный: школа_роль}
  особая: {название: Особая мера, для: {категория: тайная}, срок: {до: 12-01}, ответственный: школа_роль}
"""


@pytest.mark.parametrize("share", [10.0, 40.0])
def test_two_schools_that_differ_only_in_what_is_for_service_use_have_the_same_page(tmp_path, share):
    """The strongest form of «nobody is told»: № 9001 is in the group, № 9002 is not, everything else is equal."""
    result = tiny(tmp_path, [("9001", "Школа А", share, 1), ("9002", "Школа А", share, 0)], INTERNAL_RULES, ["школа", "название_школы", "доля", "знак"])
    assert codes_with(result, "тайная") == ["9001"]
    write_site(result, tmp_path / "site")
    one, other = ((tmp_path / "site" / f"school_{code}.html").read_text(encoding="utf-8").replace(code, "NNNN") for code in ("9001", "9002"))
    assert one == other
    text = " ".join(words_of(path) for path in (tmp_path / "site").glob("*.html") if not path.name.startswith("methodology"))
    assert "тайна" not in text and "Тайный знак" not in text
    listed = re.findall(r'<tr>\s*<td class="school">.*?</tr>', (tmp_path / "site" / "index.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(listed) == (2 if share > 30 else 0) and (not listed or listed[0].replace("9001", "9002") == listed[1]), "the first page is silent too"
    row = re.findall(r'<tr data-g="([^"]*)">(.*?)</tr>', (tmp_path / "site" / "table.html").read_text(encoding="utf-8"))
    assert row[0][0] == row[1][0] and row[0][1].replace("9001", "9002") == row[1][1]


# ---------------------------------------------------------------- hostile and bare inputs


RULES = """\
календарь: {отчётный год: 2026}
таблицы:
  школы:
    что: реестр
    ключ: [школа]
    столбцы: {школа: {тип: код}, название_школы: {тип: текст}, доля: {тип: число, единица: "%"}}
пороги: {порог: {единица: "%", значение: 30, название: Порог}}
критерии: {низкие: {название: НАЗВАНИЕ, когда: доля не менее порог}}
категории: {помощь: {название: Нужна помощь, когда: низкие, поддержка: 1}}
"""


def tiny(folder: Path, schools: list, text: str = RULES, columns: list[str] | None = None) -> Run:
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    rules, problems = load(folder)
    program, more = check(rules, DAY)
    assert not [problem for problem in (*problems, *more) if problem.severity.name == "ERROR"], (problems, more)
    tables = Tables.from_frames(rules.tables, {"школы": pd.DataFrame(schools, columns=columns or ["школа", "название_школы", "доля"])})
    evaluation, _ = evaluate_tables(program, tables, DAY)
    return Run(program, tables, evaluation, DAY, 2026)


def test_markup_in_names_stays_text(tmp_path):
    evil = "<script>alert(1)</script>\"><img src=x onerror='alert(2)'>"
    result = tiny(tmp_path, [("9001", evil, 40.0), ("9002", "</title></style><b>Б", 10.0), ("9<3", "В & Г", 10.0)])
    paths = write_site(result, tmp_path / "site")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text and "<img" not in text and "<b>Б" not in text, path.name
        assert len(re.findall("<script", text)) == (path.name == "table.html"), path.name
    assert evil in words_of(tmp_path / "site" / "school_9001.html").replace("\u00a0", " ")
    assert (tmp_path / "site" / "school_9~3c3.html").exists()


def test_parts_without_anything_to_say_are_neither_written_nor_linked(tmp_path):
    result = tiny(tmp_path, [("9001", "А", 40.0), ("9002", "Б", 10.0), ("9003", "В", None)])
    names = {path.name for path in write_site(result, tmp_path / "site")}
    assert names == {"index.html", "table.html", "changes.html", "methodology.html", "methodology_values.html", "methodology_data.html", "provenance.html",
                     "school_9001.html", "school_9002.html", "school_9003.html"}
    for path in (tmp_path / "site").iterdir():
        assert set(re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8"))) <= names, path.name
    assert "решений за 2024/25 учебный год в данных нет" in words_of(tmp_path / "site" / "changes.html")
    unknown = words_of(tmp_path / "site" / "school_9003.html")
    assert "группа пока не определена" in unknown and "нет данных" in unknown


def test_a_district_without_help_says_so_without_praise(tmp_path):
    text = words_of(write_site(tiny(tmp_path, [("9001", "А", 10.0)]), tmp_path / "site")[0])
    assert "Оснований для адресной помощи нет ни у одной из 1 школы" in text


def test_a_careless_phrase_of_the_rules_is_refused(tmp_path):
    result = tiny(tmp_path, [("9001", "А", 40.0)], RULES.replace("Нужна помощь", "Худшие школы района"))
    with pytest.raises(CarelessPhraseError, match=r"index\.html.*Худшие школы.*Напишите иначе"):
        write_site(result, tmp_path / "site")
    assert list((tmp_path / "site").iterdir()) == []


def test_a_careless_name_of_a_school_is_refused_too(tmp_path):
    with pytest.raises(CarelessPhraseError):
        write_site(tiny(tmp_path, [("9001", "Рейтинг района", 10.0)]), tmp_path / "site")


@pytest.mark.parametrize("obstacle", ["site", "site/index.html/inside"])
def test_a_place_that_cannot_be_written_stops_the_site(tmp_path, obstacle):
    """A file where the folder should be; a folder where a page should be."""
    result = tiny(tmp_path, [("9001", "А", 40.0)])
    (tmp_path / obstacle).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / obstacle).write_text("чужое", encoding="utf-8")
    with pytest.raises(OSError):
        write_site(result, tmp_path / "site")
    assert (tmp_path / obstacle).read_text(encoding="utf-8") == "чужое"


def test_the_command_says_that_the_place_cannot_be_written(sample, tmp_path):
    from engine.record import save
    save(sample[0], tmp_path / "out")
    (tmp_path / "out" / "site").write_text("чужое", encoding="utf-8")
    answer = CliRunner().invoke(cli.main, ["report", "--out", str(tmp_path / "out"), "--what", "site"])
    assert answer.exit_code == 1 and isinstance(answer.exception, SystemExit), answer.exception
    assert "Не записано:" in answer.output and str(tmp_path / "out" / "site") in answer.output and "--out" in answer.output


def test_pages_of_schools_that_left_are_removed_and_nothing_else(tmp_path):
    write_site(tiny(tmp_path, [("9001", "А", 40.0), ("9002", "Б", 10.0)]), tmp_path / "site")
    (tmp_path / "site" / "own.html").write_text("<p>Страница района</p>", encoding="utf-8")
    (tmp_path / "site" / "school_notes.txt").write_text("заметки", encoding="utf-8")
    write_site(tiny(tmp_path, [("9001", "А", 40.0)]), tmp_path / "site")
    names = {path.name for path in (tmp_path / "site").iterdir()}
    assert "school_9002.html" not in names and {"own.html", "school_notes.txt", "school_9001.html"} <= names


# ---------------------------------------------------------------- the writer of reports


def test_the_site_stands_beside_the_reports_in_the_folder_of_the_run(tmp_path):
    result = tiny(tmp_path, [("9001", "А", 40.0)])
    paths = write_reports(result, tmp_path / "out" / "reports", what=["site"], beside=tmp_path / "out")
    assert {path.parent for path in paths} == {tmp_path / "out" / "site"} and not list((tmp_path / "out" / "reports").iterdir())
    assert write_reports(result, tmp_path / "alone", what=["site"]) == [], "no folder of the run, no place for the site"


# ---------------------------------------------------------------- drawing, by hand


def fact(amount, border, sign="не менее", status=CHECK_NOT_MET, unit="%", size=None, value="значение") -> Fact:
    return Fact("х", "Х", value, "", f"{sign} {border}", status, amount, border, size, unit)


@pytest.mark.parametrize(("given", "gap", "drawn"), [
    # 30 is the longest, 15 % of room: 30 × 1,15 = 34,5; 15 / 34,5 × 200 = 87,0; 30 / 34,5 × 200 = 173,9
    (fact(15, 30, size=60), "до порога 15\u00a0п. п.", (0.0, 87.0, 173.9)),
    (fact(30, 30, status=CHECK_MET, size=20), "ровно на пороге", (0.0, 173.9, 173.9)),
    (fact(40, 30, status=CHECK_MET), "за порогом на 10\u00a0п. п.", (0.0, 173.9, 130.4)),
    # from −1,19 to 0: 1,19 × 1,15 = 1,3685; zero stands at the right edge, −1,19 at 26,1; the bar is 173,9 wide
    (fact(-1.19, -1, "не более", CHECK_MET, "откл."), "за порогом на 0,19", (26.1, 173.9, 53.9)),
    (fact(29.996, 30), "до порога 0,004\u00a0п. п.", (0.0, 173.9, 173.9)),
    (fact(0, 1, unit="шт."), "до порога 1", (0.0, 0.0, 173.9)),
])
def test_a_bar_stands_where_hand_arithmetic_puts_it(given, gap, drawn):
    bar = threshold_bar(given)
    assert bar.gap.replace("п.\u00a0п.", "п. п.") == gap
    assert (bar.at, bar.wide, bar.border_at) == drawn


@pytest.mark.parametrize(("given", "gap", "note"), [
    (fact(50, 30, status=CHECK_MET, size=8), "за порогом на 20\u00a0п. п.", "n меньше 10: группа мала, доля меняется от одного случая"),
    (fact(None, 30, status=CHECK_OPEN, value="нет данных: ячейка пуста"), "", ""),
    (fact(None, 30, status=CHECK_OPEN, value="от 20 до 40 %"), "порог внутри границ: вывод не определён", ""),
    (fact(None, 30, status=CHECK_MET, value="от 35 до 40 %"), "известно в границах, порог вне их", ""),
    (fact(1, 1, "равно", CHECK_MET, "шт."), "", ""),
])
def test_what_is_small_or_not_known_is_not_drawn(given, gap, note):
    bar = threshold_bar(given)
    assert (bar.gap.replace("п.\u00a0п.", "п. п."), bar.note, bar.drawn) == (gap, note, False)


def test_counts_are_drawn_to_the_longest():
    """640 wide, 190 for labels and 160 for words leave 290 for the longest bar: 10; so 4 is 116."""
    chart = count_chart("Название", "", [("а", 4, 10, "4, не определена у 6"), ("б", 0, None, "0")])
    assert [(row.wide, row.wide_other) for row in chart.rows] == [(116.0, 290.0), (0.0, None)]
    assert chart.summary == "а — 4, не определена у 6; б — 0"
    assert count_chart("Название", "", [("а", 0, 0, "0")]) is None and count_chart("Название", "", []) is None


def test_every_school_moves_once():
    schools = [SimpleNamespace(main=main, before=before, missing_named=missing) for main, before, missing in (
        ("а", "", None), ("а", "б", None), ("а", "а", "?"), ("", "а", None), ("", "а", "?"), ("", "", "?"))]
    found = movements(schools)
    assert [[schools.index(school) for school in kind] for kind in (found.added, found.moved, found.kept, found.left, found.open)] == [[0], [1], [2], [3], [4]]


def test_progress_is_told_page_by_page(tmp_path):
    said: list[str] = []
    write_pages(Book(tiny(tmp_path, [("9001", "А", 40.0)])), tmp_path / "site", said.append)
    assert said[0] == "Сайт: Главное" and said[-1] == "Сайт: Школа № 9001"
