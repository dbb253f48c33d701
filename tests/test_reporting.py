"""`report` and `templates` as commands: formats, the district's templates, several processes, hidden names; what is wrong is said."""

from __future__ import annotations

import html
import re
import zipfile
from datetime import date
from pathlib import Path

import docx
import jinja2
import openpyxl
import pytest
from click.testing import CliRunner
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf import PdfReader

import cli
import reports.html
from console.click_words import speak_russian
from engine.mentoring.decided import decided_in
from engine.record import open_run, save
from reports import write_reports
from reports.hiding import Mask
from reports.mistakes import PageTemplateError
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    result = sample_run(date(2026, 9, 3))
    folder = tmp_path_factory.mktemp("run")
    save(result, folder)
    return folder


def told(*words: str) -> tuple[int, str]:
    speak_russian()
    found = CliRunner().invoke(cli.main, list(words))
    return found.exit_code, found.output


# ---------------------------------------------------------------- formats and processes


def test_a_format_chooses_files(saved):
    code, text = told("report", "--out", str(saved), "--what", "brief", "--format", "docx", "--format", "pdf", "--processes", "1")
    assert code == 0 and "brief.{docx,pdf}" in text
    assert (saved / "reports" / "brief.docx").exists() and not (saved / "reports" / "brief.html").exists()


def test_a_school_is_named_as_people_write_it(saved):
    code, text = told("report", "--out", str(saved), "--school", "№ 9007", "--what", "schools", "--format", "docx", "--processes", "1")
    assert code == 0 and "school_9007.docx" in text


def test_several_processes_write_the_same_bytes(saved, tmp_path):
    result, what = open_run(saved), ["brief", "schools", "roadmap", "risk_profile"]
    alone = write_reports(result, tmp_path / "one", what=what, beside=saved)
    shared = write_reports(result, tmp_path / "two", what=what, beside=saved, processes=2)
    assert sorted(path.name for path in alone) == sorted(path.name for path in shared)
    assert [path.name for path in alone if path.read_bytes() != (tmp_path / "two" / path.name).read_bytes()] == []


@pytest.mark.parametrize(("words", "said"), [
    (["--what", "брив"], "Отчёта «брив» нет"),
    (["--what", "breif"], "brief"),
    (["--school", "9099"], "№ 9099"),
    (["--format", "doc"], "docx"),
    (["--templates", "нет такой"], "Выписать шаблоны: school-risk templates"),
])
def test_what_is_asked_wrongly_is_said(saved, words, said):
    code, text = told("report", "--out", str(saved), *words)
    assert code != 0 and said in text and "Traceback" not in text


def test_a_broken_template_stops_the_report_with_its_place(saved, tmp_path):
    assert told("templates", str(tmp_path))[0] == 0
    (tmp_path / "brief.docx").write_text("не Word", encoding="utf-8")
    code, text = told("report", "--out", str(saved), "--what", "brief", "--format", "docx", "--templates", str(tmp_path), "--processes", "1")
    assert code == 1 and "brief.docx" in text and "не документ Word" in text


@pytest.mark.parametrize(("line", "said"), [("{{ page.нетакого }}", "нетакого"), ("{% if %}", "Expected"), ("{{ page.header.day | нетфильтра }}", "нетфильтра")])
def test_a_mistake_in_a_template_of_a_page_names_the_template_and_the_line(tmp_path, monkeypatch, line, said):
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), undefined=jinja2.StrictUndefined)
    (tmp_path / "part.html.j2").write_text(f"первая\n{line}\n", encoding="utf-8")
    (tmp_path / "page.html.j2").write_text("начало\n\n\n{% include 'part.html.j2' %}", encoding="utf-8")
    monkeypatch.setattr(reports.html, "environment", lambda: environment)
    with pytest.raises(PageTemplateError, match=rf"part\.html\.j2, строка 2: .*{said}"):
        reports.html.write_page("page.html.j2", object(), tmp_path / "page.html")


def test_a_mistake_in_another_process_is_told_the_same(saved, tmp_path):
    told("templates", str(tmp_path))
    (tmp_path / "school.docx").write_text("не Word", encoding="utf-8")
    code, text = told("report", "--out", str(saved), "--what", "schools", "--what", "brief", "--format", "docx", "--templates", str(tmp_path), "--processes", "2")
    assert code == 1 and "school.docx" in text and "Traceback" not in text


# ---------------------------------------------------------------- templates


def test_templates_are_written_once_and_kept(tmp_path):
    code, text = told("templates", str(tmp_path / "templates"))
    assert code == 0 and "{{ … }}" in text
    mine = tmp_path / "templates" / "brief.docx"
    mine.write_bytes(b"mine")
    code, text = told("templates", str(tmp_path / "templates"))
    assert code == 0 and "не тронуты" in text and mine.read_bytes() == b"mine"
    assert told("templates", str(tmp_path / "templates"), "--anew")[0] == 0
    assert zipfile.is_zipfile(mine)


def test_what_a_template_loses_in_pdf_is_said(saved, tmp_path):
    told("templates", str(tmp_path))
    document = docx.Document(str(tmp_path / "brief.docx"))
    document.paragraphs[0]._p.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="А"><w:r><w:t>вставка</w:t></w:r></w:ins>'))
    document.save(str(tmp_path / "brief.docx"))
    code, text = told("report", "--out", str(saved), "--what", "brief", "--format", "pdf", "--templates", str(tmp_path), "--processes", "1")
    assert code == 0 and "Шаблон brief.docx: в PDF не войдут исправления" in text


def test_a_place_that_is_a_file_is_said(tmp_path):
    (tmp_path / "занято").write_text("", encoding="utf-8")
    code, text = told("templates", str(tmp_path / "занято"))
    assert code == 1 and "не выписаны" in text


# ---------------------------------------------------------------- hidden names


def words_of(path: Path) -> str:
    """Everything a file says, its name too."""
    match path.suffix:
        case ".html":
            text = path.read_text(encoding="utf-8")
            said = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)) + " ".join(re.findall(r'(?:href|aria-label|title)="([^"]*)"', text))
        case ".docx":
            said = re.sub(r"<[^>]+>", "", zipfile.ZipFile(path).read("word/document.xml").decode()) + zipfile.ZipFile(path).read("docProps/core.xml").decode()
        case ".pdf":
            reader = PdfReader(path)
            said = " ".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
        case _:
            said = " ".join(str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row)
    return f"{path.name} {said}"


def test_hidden_schools_are_nowhere(saved, tmp_path):
    """No number of a school, after № or in a name of a file, and no name; rows of Excel (Q9031) are not numbers of schools."""
    result = open_run(saved)
    codes, names = result.evaluation.frames["школа"].codes, re.compile(r"(?:СОШ|гимназия|лицей|школа)\s№\s90\d\d", re.IGNORECASE)
    what = ["brief", "district", "schools", "signs", "mentoring_order", "mentoring_note", "risk_profile", "roadmap", "objectivity_roadmap", "vpr"]
    paths = write_reports(result, tmp_path, what=what, beside=saved, formats=("html", "xlsx"), hide=True)
    paths += write_reports(result, tmp_path, what=["brief", "mentoring_order", "vpr"], beside=saved, formats=("docx", "pdf"), hide=True)
    number = re.compile(rf"(?<![\w.,:])(?:{'|'.join(codes)})(?!\w)|_(?:{'|'.join(codes)})(?!\d)")
    for path in paths:
        said = words_of(path).replace("\u00a0", " ")
        assert not number.search(said) and not names.search(said), (path.name, (number.search(said) or names.search(said)).group())
    brief = words_of(tmp_path / "brief.html")
    assert "условные" in brief and "У-" in brief


def test_hiding_changes_no_conclusion(saved, tmp_path):
    """As many schools in each group as before, and the saved run is as it was."""
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file() and "reports" not in path.parts}
    result = open_run(saved)
    write_reports(result, tmp_path / "plain", what=["district"], beside=saved)
    write_reports(result, tmp_path / "hidden", what=["district"], beside=saved, hide=True)
    counts = [re.findall(r"<ul class=\"counts\">.*?</ul>", (tmp_path / name / "district.html").read_text(encoding="utf-8"), flags=re.DOTALL) for name in ("plain", "hidden")]
    assert counts[0] and counts[0] == counts[1]
    assert {path: path.read_bytes() for path in before} == before


def test_hidden_pairs_are_the_pairs_in_force(saved, tmp_path):
    """A refusal that a command recorded holds in what is shown to strangers too."""
    result = open_run(saved)
    mentors = sorted(set(decided_in(result, saved).assignment.mentor_of.values()))
    assert told("pairs", "--out", str(saved), "--refuse", mentors[0], "--no-reports")[0] == 0
    after = decided_in(open_run(saved), saved).assignment.mentor_of
    mask = Mask(result.evaluation.frames["школа"].codes, result.fingerprint)
    write_reports(result, tmp_path, what=["mentoring_order"], beside=saved, hide=True)
    said = words_of(tmp_path / "mentoring_order.html").replace("\u00a0", " ")
    assert f"№ {mask.of[mentors[0]]} ведёт" not in said
    for mentee, mentor in after.items():
        assert re.search(rf"№ {mask.of[mentee]}\s+наставник № {mask.of[mentor]}", re.sub(r"\s+", " ", said))


@pytest.mark.parametrize(("text", "hidden"), [
    ("Школа № 9007", "Школа № У-1"), ("№\u00a09007 и 9007", "№\u00a0У-1 и У-1"), ("Самодиагностика_9007.xlsx", "Самодиагностика_У-1.xlsx"), ("Q9007:Q9008", "Q9007:Q9008"), ("90071", "90071"),
    ("9007,5", "У-1,5"), ("1.9007", "1.9007"),
])
def test_stand_ins_stand_for_whole_numbers_only(text, hidden):
    assert Mask(("9007",), "соль").text(text) == hidden


def test_a_short_number_is_a_school_s_only_after_its_sign():
    mask = Mask(("4",), "соль")
    assert mask.text("школа № 4, 4 класс, 4") == "школа № У-1, 4 класс, 4"
