"""Word and PDF: a secretary's edit shows in both, nothing of the data is lost or run, mistakes name the template and the place, the same run is the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader

from reports import REPORTS, write_reports
from reports.book import Book
from reports.careful import CarelessPhraseError
from reports.mistakes import WordTemplateError
from reports.outlet import TEMPLATES, Outlet
from reports.view import Header
from reports.word.fill import Template
from reports.word.templates import TemplateTextError, make_template, names
from reports.word.typeset import left_out, pdf_of
from tests.sample import sample_run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
HEADER = Header("Район", "Района", "Для помощи.", "Положение", "", "2025/26", "3 сентября 2026 г.", "расчёт-1", (), "Замечаний к данным нет.")


@dataclass(frozen=True)
class Page:
    title: str = "Заголовок"
    text: str = "Текст"
    rows: tuple[tuple[str, str], ...] = (("№ 9001", "да"), ("№ 9002", "нет"))


def made(tmp_path: Path, source: str, name: str = "проба") -> Path:
    """Write a template from a text of our own."""
    (tmp_path / f"{name}.txt").write_text(source, encoding="utf-8")
    path = tmp_path / f"{name}.docx"
    path.write_bytes(make_template(name, tmp_path))
    return path


def filled(path: Path, page: object = Page()) -> bytes:
    return Template(path).fill(page, HEADER, "Проба", DAY)


def texts(content: bytes) -> list[str]:
    """Every paragraph of a document, tables among them, in the order of reading."""
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(text.text or "" for text in paragraph.iter(qn("w:t"))).replace("\u00a0", " ") for paragraph in body.iter(qn("w:p"))]


def letters(text: str) -> str:
    """The letters and digits of a text: where a line or a word was parted does not matter."""
    return re.sub(r"[\W_]+", "", text).lower()


def pdf_letters(content: bytes) -> str:
    return letters("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


TABLE = "# {{ page.title }}\n{{ page.text }}\n@table 30 70\n@head школа | ответ\n@each code, answer in page.rows\n@row {{ code }} | {{ answer }}\n@end\n@endtable\n"


# ---------------------------------------------------------------- filling


def test_what_is_filled_in_stands_in_word_and_in_pdf(tmp_path):
    content = filled(made(tmp_path, TABLE))
    assert [text for text in texts(content) if text] == ["Заголовок", "Текст", "школа", "ответ", "№ 9001", "да", "№ 9002", "нет"]
    found = pdf_letters(pdf_of(content, "Проба", DAY))
    assert all(letters(text) in found for text in texts(content))


@pytest.mark.parametrize("given", ["«А & Б» <5", "{{ 7 * 7 }}", "{% for x in y %}", "=1+1", '"кавычки" \\ и #hash $x$ @y *z*', "строка [ссылка](x) `код`"])
def test_data_are_neither_lost_nor_run(tmp_path, given):
    content = filled(made(tmp_path, "{{ page.text }}"), Page(text=given))
    assert texts(content)[0].replace("\u00a0", " ") == given
    assert letters(given) in pdf_letters(pdf_of(content, "Проба", DAY))


def test_an_edit_made_in_word_shows_in_word_and_in_pdf(tmp_path):
    """A sentence changed, a column added: Word tears a placeholder into runs, and it still works."""
    path = made(tmp_path, TABLE)
    document = docx.Document(str(path))
    document.paragraphs[1].text = ""
    for piece in ("Секретарь добавил: ", "{", "{ page", ".text }", "}", "."):
        document.paragraphs[1].add_run(piece)
    table = document.tables[0]
    table.add_column(docx.shared.Mm(20))
    table.rows[0].cells[2].text = "отметка"
    table.rows[2].cells[2].text = "{{ answer }}!"
    document.save(str(path))
    content = filled(path)
    assert "Секретарь добавил: Текст." in texts(content)
    table = docx.Document(io.BytesIO(content)).tables[0]
    assert [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows] == [["школа", "ответ", "отметка"], ["№ 9001", "да", "да!"], ["№ 9002", "нет", "нет!"]]
    found = pdf_letters(pdf_of(content, "Проба", DAY))
    assert letters("Секретарь добавил") in found and "отметка" in found


def test_a_repeated_cell_makes_a_column_for_each(tmp_path):
    page = Page(rows=(("а", "б"), ("в", "г")))
    content = filled(made(tmp_path, "@table\n@head *one in page.rows[0]: {{ one }}\n@each row in page.rows\n@row *one in row: {{ one }}\n@end\n@endtable"), page)
    assert [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(content)).tables[0].rows] == [["а", "б"], ["а", "б"], ["в", "г"]]


def test_a_table_of_no_rows_is_left_out(tmp_path):
    """Word opens no document with a table that has no rows."""
    content = filled(made(tmp_path, "До\n@table 50 50\n@each code, answer in page.rows\n@row {{ code }} | {{ answer }}\n@end\n@endtable\nПосле"), Page(rows=()))
    assert docx.Document(io.BytesIO(content)).tables == []
    assert {"До", "После"} <= set(texts(content))
    assert pdf_of(content, "Проба", DAY)


def test_points_are_numbered_and_begin_anew(tmp_path):
    content = filled(made(tmp_path, "@restart\n+ Утвердить.\n+ Назначить.\n@restart\n+ Снова первый."))
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(content, "Проба", DAY))).pages)
    assert [letters(line) for line in found.splitlines() if line.strip()] == [letters(line) for line in ("1. Утвердить.", "2. Назначить.", "1. Снова первый.")]


def test_one_list_in_two_numberings_is_counted_on(tmp_path):
    """LibreOffice parts a list in two numberings of one family; Word counts on, and so does the PDF."""
    path = made(tmp_path, "@restart\n+ Первый.\n+ Второй.\n+ Третий.")
    document = docx.Document(str(path))
    numbering = document.part.numbering_part.element
    first = document.paragraphs[0]._p.pPr.numPr.numId.val
    family = next(item for item in numbering.findall(qn("w:num")) if item.numId == first).abstractNumId.val
    for paragraph in document.paragraphs[1:]:
        paragraph._p.pPr.numPr.numId.val = numbering.add_num(family).numId
    document.save(str(path))
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(path.read_bytes(), "Проба", DAY))).pages)
    assert [letters(line) for line in found.splitlines() if line.strip()] == [letters(line) for line in ("1. Первый.", "2. Второй.", "3. Третий.")]


def test_equal_columns_take_the_width_of_what_is_in_them(tmp_path):
    """A table whose mark LibreOffice dropped; two columns, or unequal ones, stay as they were drawn."""
    def widths(source: str, page: Page) -> list[int]:
        return [int(column.get(qn("w:w"))) for column in docx.Document(io.BytesIO(filled(made(tmp_path, source), page))).tables[0]._tbl.tblGrid]

    long = Page(rows=(("а", "слово " * 40),))
    three = widths("@table 1 1 1\n@each code, answer in page.rows\n@row {{ code }} | {{ answer }} | б\n@end\n@endtable", long)
    assert three[1] > 2 * three[0] and three[1] > 2 * three[2]
    assert len(set(widths("@table 1 1\n@each code, answer in page.rows\n@row {{ code }} | {{ answer }}\n@end\n@endtable", long))) == 1
    unequal = widths("@table 1 2 1\n@each code, answer in page.rows\n@row {{ code }} | {{ answer }} | б\n@end\n@endtable", long)
    assert abs(unequal[1] - 2 * unequal[0]) <= 2


def test_sections_lie_and_stand_and_heads_repeat(tmp_path):
    rows = tuple((f"№ {9000 + number}", "слово " * 30) for number in range(60))
    content = filled(made(tmp_path, f"Стоит\n@landscape\n{TABLE}@portrait\nСнова стоит"), Page(rows=rows))
    assert [section.orientation for section in docx.Document(io.BytesIO(content)).sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    pages = PdfReader(io.BytesIO(pdf_of(content, "Проба", DAY))).pages
    lying = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert len(lying) > 1 and len(pages) == len(lying) + 2
    assert all("ответ" in page.extract_text() for page in lying), "the head of the table stands on each of its pages"


def test_what_pdf_cannot_show_is_named(tmp_path):
    path = made(tmp_path, "Текст")
    document = docx.Document(str(path))
    run_element = document.paragraphs[0].runs[0]._r
    run_element.addprevious(docx.oxml.parse_xml(f'<w:ins {docx.oxml.ns.nsdecls("w")} w:id="1" w:author="А"><w:r><w:t>вставка</w:t></w:r></w:ins>'))
    document.save(str(path))
    assert left_out(path.read_bytes()) == ["исправления"]


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(("line", "said"), [
    ("{{ page.нетакого }}", "нетакого"),
    ("{{ page.title ", ""),
    ("{% for x in page.rows %}", "endfor"),
    ("Слово {{ page.title | нетфильтра }}", "нетфильтра"),
])
def test_a_mistake_in_a_template_names_the_template_and_the_place(tmp_path, line, said):
    path = made(tmp_path, "Начало\nСередина")
    document = docx.Document(str(path))
    document.paragraphs[1].text = line.replace("{% for", "{%p for")
    document.save(str(path))
    with pytest.raises(WordTemplateError) as caught:
        filled(path)
    assert "проба.docx" in str(caught.value) and said in str(caught.value) and "school-risk templates" in str(caught.value)


def test_the_line_of_a_mistake_is_the_paragraph(tmp_path):
    with pytest.raises(WordTemplateError, match="абзац 3 рядом с «Третья"):
        filled(made(tmp_path, "Первая\n{% if page.title %}\nТретья {{ page.нет }}\n{% endif %}\nЧетвёртая"))


def test_what_is_not_a_word_document_is_said(tmp_path):
    wrong = tmp_path / "письмо.docx"
    wrong.write_text("просто текст", encoding="utf-8")
    for path, said in ((wrong, "не документ Word"), (tmp_path / "нет.docx", "не открывается")):
        with pytest.raises(WordTemplateError, match=said):
            Template(path)


def test_a_template_may_not_say_what_no_report_may_say(tmp_path):
    with pytest.raises(CarelessPhraseError, match="Рейтинг"):
        filled(made(tmp_path, "Рейтинг школ района"))


@pytest.mark.parametrize(("source", "said"), [
    ("@нетакой команды", "нетакой"), ("@table 50 50\n@row один | два | три\n@endtable", "3 ячеек"), ("@row один", "вне таблицы"), ("@table 100\n@each x in y\n@endtable", "не закрыто"),
    ("@table 100\n@end", "без"), ("@include нет", "нет текста"),
])
def test_a_mistake_in_the_text_of_a_template_names_its_line(tmp_path, source, said):
    with pytest.raises(TemplateTextError, match=said) as caught:
        made(tmp_path, source)
    assert re.match(r"проба\.txt:\d+", str(caught.value))


# ---------------------------------------------------------------- our own templates


def test_our_templates_are_what_their_texts_say():
    """The .docx files in the repository are made of the texts beside them: `python -m reports.word.templates`."""
    assert {path.stem for path in TEMPLATES.glob("*.docx")} == set(names())
    for name in names():
        assert (TEMPLATES / f"{name}.docx").read_bytes() == make_template(name), f"{name}.docx: run python -m reports.word.templates"


_OF_PAPER_ALONE = {"программу согласует куратор", "карточка школы и адресные рекомендации", "перечислены в карточке на экране", "строки файлов на которых стоит каждое число в карточке на экране school_"}


def test_paper_and_screen_say_the_same_sentences():
    """A standing sentence of a Word template stands in the page of the same document too, but for the few that speak of paper."""
    def plain(text: str) -> str:
        return re.sub(r"\W+", " ", re.sub(r"<[^>]+>|\{\{.*?\}\}|\{%.*?%\}|&nbsp;|_{2,}", " ", text)).strip().lower()

    pages = " ".join(plain(path.read_text(encoding="utf-8")) for path in TEMPLATES.parent.glob("*.j2"))
    said = {plain(part) for path in TEMPLATES.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("@")
            for piece in re.split(r"\{\{.*?\}\}|\{%.*?%\}", line) for part in re.split(r"(?<=[.;:!?])\s", piece)}
    assert {text for text in said if len(text) > 25 and text not in pages} == _OF_PAPER_ALONE


def test_fonts_travel_with_their_licence():
    assert len(list((ROOT / "reports" / "fonts").glob("*.ttf"))) == 4
    assert "ParaType" in (ROOT / "reports" / "fonts" / "LICENSE.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    result = sample_run(DAY)
    folder = tmp_path_factory.mktemp("word")
    return result, folder, write_reports(result, folder, formats=("docx", "pdf"))


def test_every_report_is_in_word_and_pdf(sample):
    stems = {path.stem for path in sample[2]}
    assert {(stem, suffix) for stem in stems for suffix in (".docx", ".pdf")} == {(path.stem, path.suffix) for path in sample[2]}
    singles = {"schools": "school_9007", "signs": "signs_9031", "risk_profile": "risk_profile_9007", "roadmap": "roadmap_9007"}
    assert {singles.get(name, name) for name in REPORTS if name != "site"} <= stems


def test_pdf_says_what_word_says(sample):
    """Read back by another library, page by page: every paragraph of the Word document is in the PDF."""
    for path in sample[2]:
        if path.suffix != ".docx" or (path.stem.startswith(("school_", "signs_", "roadmap_9", "risk_")) and not path.stem.endswith("9007")):
            continue
        found = pdf_letters(path.with_suffix(".pdf").read_bytes())
        lost = [text for text in texts(path.read_bytes()) if letters(text) and letters(text) not in found]
        assert [text for text in lost if not parted_by_a_page(text, found)] == [], path.name


def parted_by_a_page(text: str, found: str) -> bool:
    """A paragraph that a page or a neighbouring cell parts: its beginning and its end are there."""
    words = letters(text)
    return words[:12] in found and words[-12:] in found


def test_our_pdf_can_be_read_aloud(sample):
    """By the standard PDF/UA-1: the typesetter writes its mark only when its checks have passed."""
    assert [path.name for path in sample[2] if path.suffix == ".pdf" and b"pdfuaid" not in path.read_bytes()] == []


def test_no_placeholder_and_no_python_word_is_left(sample):
    for path in sample[2]:
        if path.suffix == ".docx":
            text = " ".join(texts(path.read_bytes()))
            assert not re.search(r"\{\{|\{%|\}\}|%\}|\bNone\b|\bTrue\b|\bFalse\b|\bnan\b|<[a-z]", text), path.name


def test_the_same_run_gives_the_same_bytes(sample, tmp_path):
    again = write_reports(sample[0], tmp_path, formats=("docx", "pdf"), what=["brief", "vpr", "roadmap_order"])
    for path in again:
        assert path.read_bytes() == (sample[1] / path.name).read_bytes(), path.name
    archive = zipfile.ZipFile(sample[1] / "brief.docx")
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_pictures_say_in_words_what_they_show(sample):
    document = docx.Document(str(sample[1] / "vpr.docx"))
    described = [item.get("descr") for item in document.element.body.iter(qn("wp:docPr"))]
    assert described and all(text and "район" in text for text in described)


def test_the_district_s_own_template_is_taken(sample, tmp_path):
    own = tmp_path / "templates"
    own.mkdir()
    document = docx.Document(str(TEMPLATES / "brief.docx"))
    document.paragraphs[5].insert_paragraph_before("Согласовано с районным методическим советом.")
    document.save(str(own / "brief.docx"))
    paths = Outlet(Book(sample[0]), tmp_path, ("docx", "pdf"), own).page("brief", _brief(sample[0]), "brief", "Краткая справка")
    assert any("районным методическим советом" in text for text in texts(paths[0].read_bytes()))
    assert "районнымметодическимсоветом" in pdf_letters(paths[1].read_bytes())


def _brief(result):
    from reports.pages.brief import make_brief
    return make_brief(Book(result))
