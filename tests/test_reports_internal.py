"""Categories for service use: leadership sees how many schools, never which; the school's card and the analyst's sheets keep them."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from engine.run import Run
from reports import write_reports
from reports.book import Book
from reports.internal import stated
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
HIDDEN, SHORT = "требует_внимания", "внимание (ВПР)"


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Run, Path]:
    result = sample_run(date(2026, 9, 3))
    folder = tmp_path_factory.mktemp("internal")
    write_reports(result, folder, what=("brief", "district", "schools"))
    return result, folder


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def hidden(result: Run) -> list[str]:
    codes = np.array(result.evaluation.frames["школа"].codes)
    return list(codes[result.evaluation.status(HIDDEN) == 1])


def test_the_brief_counts_them_and_names_nobody(sample):
    result, folder = sample
    text = words_of(folder / "brief.html")
    assert f"Школы, результаты ВПР которых требуют внимания: {len(hidden(result))} — поимённо известны только самим школам и аналитику." in text
    assert SHORT not in text


def test_nobody_is_named_by_absence(sample):
    """A school only in a category for service use stands among the schools without grounds, in the brief, the table and the workbook."""
    result, folder = sample
    book = Book(result)
    silent = [school for school in book.schools if school.code in hidden(result) and not school.main]
    assert silent, "the sample has such schools"
    others = next(line for line in words_of(folder / "brief.html").split(". ") if "Без оснований для адресной помощи" in line)
    assert all(school.code in others for school in silent)
    rows = {row[0]: row for row in list(openpyxl.load_workbook(folder / "district.xlsx")["Школы"].iter_rows(values_only=True))[2:]}
    groups = {code: row[2:13] for code, row in rows.items()}
    stable = groups["9003"]
    assert all(groups[school.code] == stable for school in silent)
    table = re.findall(r'<tr><td class="school">.*?</tr>', (folder / "district.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    cells = {re.search(r"№\u00a0(\d+)", row).group(1): re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.DOTALL)[1:3] for row in table}
    assert all(cells[school.code] == cells["9003"] for school in silent)


def test_sheets_for_leadership_say_nothing_and_the_analyst_sees_all(sample):
    result, folder = sample
    book = openpyxl.load_workbook(folder / "district.xlsx")
    words = {sheet.title: [str(value) for row in sheet.iter_rows(min_row=2, values_only=True) for value in row if value is not None] for sheet in book}
    for name in ("Школы", "Основания", "Меры", "Не определено"):
        assert not any(SHORT in value or "маловероятна для честной школы" in value for value in words[name]), name
    for name in ("Для аналитика", "Для аналитика, меры"):
        assert set(hidden(result)) <= set(words[name]), name
        schools = [row[0] for row in book[name].iter_rows(min_row=3, values_only=True)]
        assert schools == sorted(schools), "by number"


def test_the_card_keeps_them(sample):
    result, folder = sample
    for code in hidden(result):
        assert SHORT in words_of(folder / f"school_{code}.html")


def test_what_a_condition_states(sample):
    result, _ = sample
    assert stated(result.program.plans[HIDDEN].when) == {"внимание_по_статистике", "внешние_признаки"}
    assert Book(result).internal.indicators == {"нужно_внимание", "лет_в_перечне", "нарушений", "доля_изменённых"}
