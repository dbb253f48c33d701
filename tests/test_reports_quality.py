"""The documents on self-examination reports and on training: every figure against the books of the sample read by openpyxl; silence is said; nobody for service use is named."""

from __future__ import annotations

import html
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from engine.run import Run, run
from reports import write_reports
from reports.book import Book
from reports.careful import careless, text_of_html
from reports.pages.quality_training import make_training
from reports.pages.quality_words import part_of, part_words
from reports.pages.self_reports import make_self_reports
from reports.quality_figures import Quality, Report, gaps
from reports.russian import SCHOOL
from tests.sample import sample_run
from tests.test_quality_rules import KNOWN, REPORTS, SYSTEMS, write_books

ROOT = Path(__file__).parents[1]
DATA, DAY = ROOT / "sample_data", date(2026, 9, 3)
WHAT = ["self_reports", "quality_training"]
DEADLINE = date(2026, 4, 20)


def rows_of(name: str, sheet: str) -> list[dict]:
    """Rows of a book of the sample: the header is in row 3."""
    values = list(openpyxl.load_workbook(DATA / name)[sheet].iter_rows(min_row=3, values_only=True))
    return [dict(zip(values[0], row, strict=True)) for row in values[1:]]


SITES = rows_of("Отчёты о самообследовании.xlsx", "2026")
SYSTEM = rows_of("Обучение оценке качества.xlsx", "ВСОКО")
COURSES = rows_of("Обучение оценке качества.xlsx", "КПК")
PARTS = [name for name in SITES[0] if re.match(r"1\.\d ", name)] + ["Есть показатели деятельности", "Есть выводы"]
PLACED = [row for row in SITES if row["Отчёт размещён"] == "да"]


@pytest.fixture(scope="module")
def sample() -> Run:
    return sample_run(DAY)


@pytest.fixture(scope="module")
def written(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_reports(sample, folder, what=WHAT)
    return folder


@pytest.fixture(scope="module")
def sites(sample):
    return make_self_reports(Book(sample))


@pytest.fixture(scope="module")
def training(sample):
    return make_training(Book(sample))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def grid(document, caption: str) -> dict[str, tuple[str, ...]]:
    """Rows of a grid by their first text."""
    found = next(item for section in (*document.sections, *document.annexes) for item in section.grids if item.caption.startswith(caption))
    return {plain(row[0]): tuple(plain(text) for text in row[1:]) for row in found.rows}


def titles(document) -> list[str]:
    return [plain(section.title) for section in document.sections]


def numbers(codes) -> str:
    return f"№ {', '.join(str(code) for code in codes)}" if codes else ""


def percent(count: int, whole: int) -> str:
    """The oracle of «26 из 42 (61,9 %)» in plain Python; halves do not occur in these data."""
    share = f"{100 * count / whole:.1f}".replace(".", ",").removesuffix(",0") if 100 * count % whole == 0 else f"{100 * count / whole:.1f}".replace(".", ",")
    return f"{count} из {whole} ({share} %)"


# ---------------------------------------------------------------- self-examination reports


def test_in_time(sites):
    day = {row["Код ОО"]: row["Дата размещения"].date() for row in PLACED if row["Дата размещения"]}
    late = [code for code, when in day.items() if when > DEADLINE]
    assert DEADLINE in day.values() and date(2026, 4, 21) in day.values(), "the sample stands on both sides of the deadline"
    timely, undated, gone = len(day) - len(late), [row["Код ОО"] for row in PLACED if row["Дата размещения"] is None], [row["Код ОО"] for row in SITES if row["Отчёт размещён"] == "нет"]
    assert f"К 20 апреля 2026 г. отчёт был на сайтах {timely} школ из {len(SITES)}; размещён позже — {len(late)}, отчёта нет — {len(gone)}, дата не указана — {len(undated)}" in titles(sites)
    rows = grid(sites, "Размещение и направление")
    assert rows["отчёта на сайте нет"] == (str(len(gone)), numbers(gone))
    assert all(f"№ {code} ({day[code]:%d.%m.%Y})" in rows["размещён позже срока"][1] for code in late)
    sent = [row["Код ОО"] for row in PLACED if row["Дата направления учредителю"] and row["Дата направления учредителю"].date() > DEADLINE]
    assert rows["направлен учредителю позже срока"] == (str(len(sent)), numbers(sent))


def test_parts_of_reports(sites):
    rows = grid(sites, "Части отчёта")
    assert len(rows) == len(PARTS) == 11
    for name, (there, lacking, untold, codes) in zip(PARTS, rows.values(), strict=True):
        without, empty = [row["Код ОО"] for row in PLACED if row[name] == "нет"], [row["Код ОО"] for row in PLACED if row[name] is None]
        assert there == percent(len(PLACED) - len(without) - len(empty), len(PLACED))
        assert (lacking, untold, codes) == (str(len(without)), str(len(empty)) if empty else "—", numbers(without))
    whole = sum(all(row[name] == "да" for name in PARTS) for row in PLACED)
    assert any(title.startswith(f"Все девять разделов, показатели и выводы есть в {whole} отчётах из {len(PLACED)}") for title in titles(sites))


def test_year_approval_and_analysis(sites):
    right = sum(row["За какой календарный год отчёт"] == 2025 for row in PLACED)
    approved = sum(row["Рассмотрен органом управления школы"] == row["Подписан руководителем"] == "да" for row in PLACED)
    assert f"За 2025 год — {percent(right, len(PLACED)).replace(' из', ' отчётов из')}; рассмотрены органом управления и подписаны — {approved}" in titles(sites)
    results, objectivity = (sum(row[name] == "да" for row in PLACED) for name in ("Есть анализ ВПР и ГИА", "Есть анализ ВПР и объективности"))
    assert f"Анализ ВПР и ГИА есть в {results} отчётах из {len(PLACED)}, анализ объективности — в {objectivity}" in titles(sites)


def test_help_is_offered_to_those_who_lack_something(sites):
    """Late alone is no ground; a report that lacks anything or is not there is."""
    lacking = [row["Код ОО"] for row in SITES if row["Отчёт размещён"] == "нет" or any(row[name] == "нет" for name in (*PARTS, "Есть анализ ВПР и ГИА", "Есть анализ ВПР и объективности"))
               or row["За какой календарный год отчёт"] != 2025 or "нет" in (row["Рассмотрен органом управления школы"], row["Подписан руководителем"])]
    assert plain(sites.title) == f"Отчёт о самообследовании есть на сайтах {len(PLACED)} школ из {len(SITES)}; методическая помощь с отчётом предлагается {len(lacking)} школам"
    rows = grid(sites, "Отчёт каждой школы")
    assert [int(name.split()[1]) for name, row in rows.items() if "консультация" in row[-1]] == lacking


def test_every_school_stands_in_the_annex_by_number(sites, training):
    expected = [f"№ {code}" for code in range(9001, 9046) if code != 9038]
    assert list(grid(sites, "Отчёт каждой школы")) == list(grid(training, "Люди и обучения")) == expected


def test_silence_is_said(sites, training):
    """№ 9033 has no row in either table, № 9019 no courses, № 9030 an empty mark."""
    assert set(grid(sites, "Отчёт каждой школы")["№ 9033"][:-1]) == {"нет данных"}
    assert grid(sites, "Отчёт каждой школы")["№ 9030"][3] == "выводы, 1.5 — не указано"
    assert grid(training, "Люди и обучения")["№ 9033"][:4] == ("нет данных",) * 4
    assert grid(training, "Люди и обучения")["№ 9019"][4:9] == ("нет данных",) * 5
    told = plain(" ".join(text for document in (sites, training) for section in document.sections for text in section.missing))
    assert "Нет строки мониторинга: № 9033" in told and "Не сдали сведений о ВСОКО: № 9033" in told and "Нет строк о курсах за 2025/26 год: № 9019" in told
    assert "Отметка об акте пуста: № 9031" in told


# ---------------------------------------------------------------- training


def total(rows, name: str) -> int:
    return sum(row[name] for row in rows if row[name] is not None)


def test_coverage(training):
    taught, teachers = total(SYSTEM, "Из них обучены оценке качества за три года"), total(SYSTEM, "Всего педагогов")
    few = [row["Код ОО"] for row in SYSTEM if row["Из них обучены оценке качества за три года"] * 10 < row["Всего педагогов"] * 3]
    unled = [row["Код ОО"] for row in SYSTEM if row["Руководителей, обученных за три года"] == 0]
    rows = grid(training, "Обучены оценке качества")
    assert rows["педагоги"] == (str(len(SYSTEM)), percent(taught, teachers), str(len(few)), numbers(few))
    assert rows["руководители и заместители"] == (str(len(SYSTEM)), percent(total(SYSTEM, "Руководителей, обученных за три года"), total(SYSTEM, "Всего руководителей и заместителей")), str(len(unled)), numbers(unled))
    checkers = [row["Код ОО"] for row in SYSTEM if row["Проверяют работы ВПР"] and row["Проверяющих, обученных за три года"] < 2]
    needed = {*few, *unled, *checkers}
    assert plain(training.title) == f"Педагогов, обученных оценке качества за три года, — {percent(taught, teachers)}; курсы предлагаются {len(needed)} школам"
    assert [int(name.split()[1]) for name, row in grid(training, "Люди и обучения").items() if "курсы" in row[-1] or "проверке" in row[-1]] == sorted(needed)


def test_programmes_and_how_long_ago(training):
    recent = ("2023/24", "2024/25", "2025/26")
    words = {"Критериальное оценивание": "критериальное оценивание", "ВСОКО": "внутренняя система оценки", "Анализ результатов ВПР и ГИА": "анализ результатов", "Проверка работ ВПР": "проверка работ"}
    schools = {row["Код ОО"] for row in COURSES}
    rows = grid(training, "Обучения по программам")
    for given, word in words.items():
        mine = [row for row in COURSES if row["Программа повышения квалификации"] == given]
        people = Counter()
        for row in mine:
            people[row["Учебный год обучения"]] += row["Обучено педагогов"] + row["Обучено руководителей"]
        taught = {row["Код ОО"] for row in mine if row["Учебный год обучения"] in recent and row["Обучено педагогов"] + row["Обучено руководителей"]}
        assert list(rows[word][:3]) == [str(people[year]) for year in recent]
        assert rows[word][-2:] == (numbers([code for code in sorted(schools) if code not in taught]), numbers([9019]))
        assert rows[word][-3].startswith(f"{len(taught)} из {len(schools)}")
    last = {code: max(row["Учебный год обучения"] for row in COURSES if row["Код ОО"] == code and row["Обучено педагогов"] + row["Обучено руководителей"]) for code in schools}
    ages = grid(training, "Последний год")
    assert {year: int(row[0]) for year, row in ages.items()} == dict(Counter(last.values()))
    old = sorted(code for code, year in last.items() if year not in recent)
    assert old and f"Обучение старше трёх лет: {numbers(old)}." in [plain(text) for section in training.sections for text in section.points]


def test_groups_of_help_are_listed_by_number_and_service_groups_counted(sample, training):
    needed = {name.split()[1] for name, row in grid(training, "Люди и обучения").items() if "курсы" in row[-1] or "проверке" in row[-1]}
    codes = np.array(sample.evaluation.frames["школа"].codes)
    rows = grid(training, "Нужно обучение и предлагается")
    low = [code for code in codes[sample.evaluation.status("шнор") == 1] if code in needed]
    assert rows["Школы с низкими образовательными результатами"] == (str(len(low)), numbers(low))
    hidden = [code for code in codes[sample.evaluation.status("требует_внимания") == 1] if code in needed]
    said = next(plain(text) for section in training.sections for text in section.texts if "служебного внимания" in text)
    assert said.startswith(f"Среди них {len(hidden)} школ")
    assert all(code not in said for code in hidden)
    assert not any("внимания" in name for name in rows)


# ---------------------------------------------------------------- words, files, the workbook


@pytest.mark.parametrize(("count", "whole", "said"), [(26, 42, "26 из 42 (61,9 %)"), (3, 9, "3 из 9"), (3, 10, "3 из 10 (30 %)"), (0, 12, "0 из 12 (0 %)"), (12, 12, "12 из 12 (100 %)"), (2, 3, "2 из 3")])
def test_small_numbers_are_not_said_in_percent(count, whole, said):
    assert plain(part_words(count, whole)) == said
    assert plain(part_of(1, SCHOOL, 45)) == "1 школа из 45 (2,2 %)"


def test_empty_marks_are_counted():
    assert gaps(Report(0, "1", True, True)) == 3 + 9 + 2 + 4        # dates and year, sections, ending, analysis and approval


def test_files(sample, written, tmp_path):
    assert sorted(path.name for path in written.iterdir()) == ["quality_training.html", "quality_training.xlsx", "self_reports.html", "self_reports.xlsx"]
    write_reports(sample, tmp_path, what=WHAT)
    assert all((tmp_path / path.name).read_bytes() == path.read_bytes() for path in written.iterdir())
    for name in ("self_reports.html", "quality_training.html"):
        text = text_of_html((written / name).read_text(encoding="utf-8"))
        assert careless(text) is None
        assert "приказ № 117 от 01.09.2020" in plain(text) and "None" not in text and " ." not in text.replace(" …", "")
        assert "внимание (ВПР)" not in html.unescape(text)


def test_the_workbook_holds_every_mark(written):
    page = list(openpyxl.load_workbook(written / "self_reports.xlsx")["По школам"].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(page) if row[0] == "Школа")
    rows = {str(row[0]): row for row in page[head + 1:] if row[0]}
    assert len([code for code in rows if code.isdigit()]) == 44
    for given in PLACED:
        row = rows[str(given["Код ОО"])]
        assert list(row[6:17]) == [given[name] or "не указано" for name in PARTS]
    people = list(openpyxl.load_workbook(written / "quality_training.xlsx")["Курсы"].iter_rows(values_only=True))
    assert sum(row[3] for row in people if isinstance(row[3], (int, float))) == total(COURSES, "Обучено педагогов")


def small_run(folder: Path, rules: Path, reports: dict, systems: dict) -> Run:
    write_books(folder, reports, systems)
    result, problems = run(rules, folder, DAY)
    assert result is not None, problems
    return result


def test_without_rows_nothing_is_claimed(tmp_path):
    """A district that gave neither book: both documents say what is not known and what to ask for, and no number stands for it."""
    (tmp_path / "data").mkdir()
    write_books(tmp_path / "data", {1: REPORTS[1]}, {1: KNOWN})
    for name in ("Отчёты.xlsx", "ВСОКО.xlsx"):
        (tmp_path / "data" / name).unlink()
    result, problems = run(ROOT / "rules", tmp_path / "data", DAY)
    assert result is not None, problems
    write_reports(result, tmp_path / "out", what=WHAT)
    book = Book(result)
    reports, training = make_self_reports(book), make_training(book)
    assert "не известно" in reports.title and "не известно" in training.title
    assert "Размещены ли отчёты в срок, не известно: строк мониторинга нет" in titles(reports)
    assert "Охват обучением не известен: сведений школ о ВСОКО нет" in titles(training)
    assert "Где нужно обучение, сказать пока нельзя: сведений не хватает по 13 школам" in titles(training)
    assert not any("0 из 0" in plain(text) for document in (reports, training) for section in document.sections for text in (section.title, *section.texts))


def test_a_year_that_was_not_told_is_no_zero(tmp_path):
    """№ 1 told all three years, 0 in each: nobody was trained. № 2 told two of three: not known. № 3 told one, with two people: at least two. № 4 told nothing."""
    (tmp_path / "data").mkdir()
    write_books(tmp_path / "data", REPORTS, SYSTEMS)
    head = ("Код ОО", "Учебный год обучения", "Программа повышения квалификации", "Обучено педагогов", "Обучено руководителей")
    rows = [(1, year, "ВСОКО", 0, 0) for year in ("2023/24", "2024/25", "2025/26")] + [(2, year, "ВСОКО", 0, 0) for year in ("2023/24", "2025/26")] + [(3, "2024/25", "ВСОКО", 2, 0)]
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(tmp_path / "data" / "Курсы.xlsx")
    result, problems = run(ROOT / "rules", tmp_path / "data", DAY)
    assert result is not None, problems
    training = make_training(Book(result))
    row = grid(training, "Обучения по программам")["внутренняя система оценки"]
    assert row == ("0", "2", "0", "2", "0", "1 из 2", "№ 1", "№ 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13")
    assert grid(training, "Обучения по программам")["проверка работ"][5] == "нет данных"
    cells = {name: cells[5] for name, cells in grid(training, "Люди и обучения").items()}
    assert [cells[f"№ {code}"] for code in (1, 2, 3, 4)] == ["0", "нет данных", "не меньше 2", "нет данных"]


def test_rules_without_the_criteria_write_no_document(tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    shutil.rmtree(rules / "quality_system")
    (rules / "cycle.yaml").unlink()          # the checklist speaks of a measure of that folder
    (tmp_path / "data").mkdir()
    result = small_run(tmp_path / "data", rules, REPORTS, SYSTEMS)
    assert not Quality(result).has(("самообследование",), ("нужна_помощь_с_отчётом",))
    assert write_reports(result, tmp_path / "out", what=WHAT) == []
