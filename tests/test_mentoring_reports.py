"""Documents of «Школа – школе» agree with the assignment, rank nobody, and are the same from an opened run."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from engine.mentoring.decided import decide, decided_in, refuse, save_decided
from engine.mentoring.project import project_of
from engine.record import open_run, save
from engine.run import Run
from reports import write_reports
from reports.book import Book
from reports.careful import careless
from reports.similar import similar_schools
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("mentoring_order", "mentoring_meeting", "mentoring_note")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> tuple[Run, Path, Path]:
    """A run, the folder it is saved in, and its documents."""
    result = sample_run(date(2026, 11, 24))
    folder = tmp_path_factory.mktemp("documents")
    save(result, folder)
    write_reports(result, folder / "reports", what=DOCUMENTS, beside=folder)
    return result, folder, folder / "reports"


def words_of(path: Path) -> str:
    text = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def sheet(folder: Path, name: str) -> list[tuple]:
    page = openpyxl.load_workbook(folder / "mentoring_order.xlsx")[name]
    return list(page.iter_rows(min_row=3, values_only=True))


def test_the_order_lists_the_pairs_of_the_assignment(sample):
    result, _, folder = sample
    pairs = decide(project_of(result)).assignment
    rows = sheet(folder, "Пары")
    assert {row[0]: row[1] for row in rows} == pairs.mentor_of
    assert [row[2] for row in rows] == [pytest.approx(pair.distance, abs=0.005) for pair in pairs.pairs]
    text = words_of(folder / "mentoring_order.html")
    for mentee, mentor in pairs.mentor_of.items():
        assert f"№ {mentee} наставник № {mentor} Условия: различие" in text
    assert "Наставник предложен 3 школам" in text and "ПРИКАЗЫВАЮ" in text and "до подписания силы не имеет" in text
    assert "Руководителям школ № 9006 и № 9039 — назначить команду наставников" in text


def test_the_parts_add_up_to_the_difference(sample):
    result, _, folder = sample
    for pair in decide(project_of(result)).assignment.pairs:
        parts = [row[5] for row in sheet(folder, "Сходство") if row[0] == pair.mentee and row[5] is not None]
        assert len(parts) == 8 and sum(parts) == pytest.approx(pair.distance, abs=0.005)
    left = {row[2]: row[6] for row in sheet(folder, "Сходство") if row[5] is None}
    assert left == dict.fromkeys(("Компьютеров на 100 обучающихся", "Расходы на одного обучающегося"), "сведений нет ни по одной школе")


def test_schools_stand_by_number(sample):
    """Nobody is ranked: every list of schools goes by number."""
    result, _, folder = sample
    for name in ("Пары", "Группы"):
        rows = sheet(folder, name)
        groups = {row[2] for row in rows} if name == "Группы" else {None}
        for group in groups:
            codes = [row[0] for row in rows if group is None or row[2] == group]
            assert codes == sorted(codes) and codes
    for code in ("9018", "9001"):
        labels = [item.label for item in similar_schools(Book(result), code).schools]
        assert labels == sorted(labels) and len(labels) == 5


def test_a_form_for_every_school_of_the_groups(sample):
    result, _, folder = sample
    project, text = project_of(result), words_of(folder / "mentoring_meeting.html")
    assert text.count("СОГЛАСИЕ НА УЧАСТИЕ") == len(project.mentees) + len(project.mentors) == 6
    for code in project.mentees:
        assert f"Школа № {code} (ГБОУ СОШ № {code}) приглашается как школа-наставляемый" in text
    assert "Предложенные школы: № 9018 и № 9029" in text and "Предложенные школы: пока не предложены" in text


def test_the_note_has_every_section(sample):
    text = words_of(sample[2] / "mentoring_note.html")
    places = [text.index(title) for title in ("1. Основание", "2. Период и источники", "3. Полнота сведений", "4. Группы", "5. Пары", "6. Предметы", "7. Что не проверено", "8. Рекомендации")]
    assert places == sorted(places)
    assert "Ответы школ Школа – школе.xlsx" in text and "До установочной встречи получить ответ: № 9029 и № 9039." in text
    assert "№ 9018 ← № 9006 Русский язык 25,7 % 6,7 %" in text and "№ 9027 группа не определена" in text


def test_words_are_careful(sample):
    for path in sample[2].glob("*.html"):
        assert careless(words_of(path)) is None
        assert "рейтинг" not in words_of(path).lower()


def test_similar_schools_are_compared_without_places(sample):
    """Median, least and greatest of the similar schools are recounted here."""
    result = sample[0]
    found, frame = similar_schools(Book(result), "9018"), result.evaluation.frames["школа"]
    codes = [item.label.removeprefix("№ ") for item in found.schools]
    similarity = project_of(result).similarity
    distances = {code: similarity.between([similarity.index["9018"]], [similarity.index[code]]).distance[0, 0] for code in similarity.index if code != "9018"}
    assert set(codes) == set(sorted(distances, key=distances.get)[:5])
    values = frame.columns["огэ_математика"].settled()[[frame.row(code) for code in codes]]
    shown = next(item for item in found.compared if item.title.startswith("Доля «2» на ОГЭ по математике"))
    number = [float(text.replace(",", ".")) for text in re.findall(r"\d+(?:,\d+)?", f"{shown.median} {shown.range}")]
    assert number == [pytest.approx(value, abs=0.05) for value in (np.median(values), values.min(), values.max())]
    assert similar_schools(Book(result), "9041") is None, "the section is not about a school the group does not apply to"


def test_the_same_bytes_from_an_opened_run(sample, tmp_path):
    _, folder, reports = sample
    write_reports(open_run(folder), tmp_path, what=DOCUMENTS, beside=folder)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {path.name: path.read_bytes() for path in reports.iterdir()}


def test_documents_follow_a_refusal(sample, tmp_path):
    result = sample[0]
    after, _ = refuse(decide(project_of(result)), "9006", "9018")
    save_decided(after, tmp_path)
    write_reports(result, tmp_path / "reports", what=DOCUMENTS, beside=tmp_path)
    assert {row[0]: row[1] for row in sheet(tmp_path / "reports", "Пары")} == after.assignment.mentor_of == decided_in(result, tmp_path).assignment.mentor_of
    assert "№ 9018 ← наставник № 9039" in words_of(tmp_path / "reports" / "mentoring_note.html")


def with_status(result: Run, **columns: int) -> Run:
    frames = result.evaluation.frames
    school = replace(frames["школа"], columns={**frames["школа"].columns, **{name: np.full(44, code, np.int8) for name, code in columns.items()}})
    return replace(result, evaluation=replace(result.evaluation, frames={**frames, "школа": school}))


def test_nobody_to_help_and_nobody_who_can(sample, tmp_path):
    """Documents are written all the same, and say it."""
    for name, column, words in (("a", "группа_внимания", "Школ, которым нужен наставник, нет"), ("b", "группа_роста", "Наставник пока не найден ни для одной из 3 школ")):
        write_reports(with_status(sample[0], **{column: -1}), tmp_path / name, what=DOCUMENTS)
        assert all(words in words_of(tmp_path / name / f"{page}.html") for page in ("mentoring_order", "mentoring_note"))
    assert "в группе роста нет школ" in words_of(tmp_path / "b" / "mentoring_order.html")
