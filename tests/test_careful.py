"""Words that no report may say: every pattern catches, what is allowed passes, and a careless rule stops the reports with a plain message."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import cli
from console.click_words import speak_russian
from reports.careful import _FORBIDDEN, CarelessPhraseError, careless, refuse_careless, text_of_html
from tests.test_cli import DATA, TINY

CAUGHT = [
    ("Школа на последнем месте в рейтинге района.", 0),
    ("Антирейтинг школ района", 0),
    ("Доказана необъективность результатов.", 1),
    ("Необъективность школы установлена.", 1),
    ("Необъективность подтверждена перепроверкой.", 1),
    ("Список: необъективные школы района", 2),
    ("Необъективной образовательной организации направлено письмо.", 2),
    ("Учитель математики необъективен.", 3),
    ("Учителя оценивают необъективно.", 3),
    ("Результаты сфальсифицированы: фальсификация баллов.", 4),
    ("Выявлены приписки и накрутки.", 4),
    ("Подтасовка результатов", 4),
    ("Это обман.", 4),
    ("Школа завысила отметки.", 5),
    ("Завышение среднего балла", 5),
    ("Ученики списывали.", 6),
    ("Школа-нарушитель порядка", 7),
    ("Виновные установлены.", 7),
    ("Недобросовестная проверка", 7),
    ("Худшие школы района", 8),
    ("Отстающая школа", 8),
    ("Слабые школы", 8),
    ("Наказать директора.", 9),
    ("Объявлено взыскание.", 9),
    ("Рекомендовано уволить руководителя.", 9),
]
ALLOWED = [
    "Это не рейтинг и не оценка учителей.",
    "Таблица не является рейтингом.",
    "Сведения приводятся без рейтинга.",
    "Не доказана необъективность и не предполагается.",
    "Необъективность не доказана и не установлена: признак — основание для перепроверки, а не вывод.",
    "Школы с признаками необъективных результатов",
    "Признаки необъективности результатов (требуют проверки)",
    "Дорожная карта по работе с ГБОУ, демонстрирующими признаки необъективности при проведении ВПР",
    "Результаты выше ожидаемого, требуют перепроверки.",
    "План повышения объективности оценивания",
    "Доля участников с низкими результатами",
    "Учителям рекомендован семинар по критериальному оцениванию.",
    "Нарушений порядка по актам — 2.",
]


@pytest.mark.parametrize(("text", "place"), CAUGHT)
def test_a_pattern_catches(text, place):
    found = careless(text)
    assert found is not None, text
    assert found[2] == _FORBIDDEN[place][1], "what to write instead comes from the pattern meant"


def test_every_pattern_has_a_case():
    assert {place for _, place in CAUGHT} == set(range(len(_FORBIDDEN)))


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_allowed_passes(text):
    assert careless(text) is None


def test_no_break_spaces_and_markup_hide_nothing():
    assert careless("необъективность\u00a0доказана") is not None
    assert careless(text_of_html("<p>необъективность <b>доказана</b></p>")) is not None


def test_words_of_two_cells_are_no_phrase():
    assert careless(text_of_html("<td>необъективность</td><td>доказана</td>")) is None


def test_the_message_says_where_what_and_how_instead():
    with pytest.raises(CarelessPhraseError) as found:
        refuse_careless("Школа завысила отметки по математике.", "brief.html")
    text = str(found.value)
    assert all(part in text for part in ("«brief.html»", "«завысила»", "Школа завысила отметки", "«выше ожидаемого»", "в правилах"))


# ---------------------------------------------------------------- a careless rule


@pytest.fixture()
def district(tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "school.csv").write_text(DATA, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    speak_russian()
    return tmp_path


def call(*words: str):
    return CliRunner().invoke(cli.main, list(words), prog_name="school-risk")


def test_a_careless_phrase_of_the_rules_stops_the_reports(district):
    """Exit code 1, the phrase, the report and what to write; the calculation itself is kept."""
    careless_rules = TINY.replace("    когда: доля не менее порог\n", "    когда: доля не менее порог\n    фразы: {выполнен: \"Школа завысила отметки: {доля}.\"}\n")
    (district / "rules" / "rules.yaml").write_text(careless_rules, encoding="utf-8")
    answer = call("run", "--date", "2026-09-03")
    assert answer.exit_code == 1, answer.output
    assert "не записан: «завысила»" in answer.output and "«выше ожидаемого»" in answer.output
    assert "Traceback" not in answer.output and (district / "out" / "run.json").exists()
    assert not (district / "out" / "reports" / "school_9001.html").exists()


def test_the_same_rule_with_careful_words_is_reported(district):
    careful_rules = TINY.replace("    когда: доля не менее порог\n", "    когда: доля не менее порог\n    фразы: {выполнен: \"Доля «2» — {доля}: это не рейтинг, а повод помочь.\"}\n")
    (district / "rules" / "rules.yaml").write_text(careful_rules, encoding="utf-8")
    answer = call("run", "--date", "2026-09-03")
    assert answer.exit_code == 0, answer.output


# ---------------------------------------------------------------- everything that is written


def assert_careful(folder: Path) -> None:
    """Every page and every cell of every workbook of a folder; used by tests of single reports too."""
    for path in folder.glob("*.html"):
        assert careless(text_of_html(path.read_text(encoding="utf-8"))) is None, path.name
    for path in folder.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path, read_only=True):
            for row in sheet.iter_rows(values_only=True):
                assert careless(" ¦ ".join(str(value) for value in row if value is not None)) is None, (path.name, sheet.title, row)


def test_no_word_of_the_rules_is_careless():
    """Names of rules are identifiers, not texts; titles, notes and phrases are texts."""
    from engine.loading import load
    rules, problems = load(Path(__file__).parents[1] / "rules")
    assert rules is not None, problems
    for blocks in (rules.indicators, rules.criteria, rules.categories, rules.measures, rules.thresholds):
        for name, block in blocks.items():
            phrases = getattr(block, "phrases", None)
            texts = [block.title or "", block.note or "", *([phrases.met or "", phrases.not_met or "", phrases.unknown or ""] if phrases else [])]
            assert all(careless(re.sub(r"\{[^}]*\}", "", text)) is None for text in texts), name
