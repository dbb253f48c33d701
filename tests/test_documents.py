"""What is written stays true: README's output, the schema for editors, click's words in Russian, codes and functions in the docs."""

from __future__ import annotations

import ast
import json
import re
from datetime import date
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

import cli
from benchmarks.by_product import ByProduct
from console.click_words import PLURAL, SINGULAR, speak_russian
from engine import tree as t
from engine.checking import check
from engine.codes import CATALOGUE
from engine.expressions import parse
from engine.functions import FUNCTIONS
from engine.loading import SECTIONS, load
from engine.schema import schema, write_schema

ROOT = Path(__file__).parents[1]
RULE_FILES = sorted((ROOT / "rules").rglob("*.yaml"))


# ---------------------------------------------------------------- README


def blocks(text: str) -> list[list[str]]:
    return [block.strip("\n").splitlines() for block in re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)]


def test_the_first_result_stands_within_25_lines_and_is_real(tmp_path, monkeypatch):
    """Every line of README's first block comes out of the very command, but for the run's number and the folder."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = blocks(text)[0]
    assert text.splitlines().index(first[1]) < 25
    monkeypatch.chdir(ROOT)
    speak_russian()
    words = ["run", "--rules", "rules", "--data", "sample_data", "--date", "2026-09-03", "--out", str(tmp_path)]
    output = CliRunner().invoke(cli.main, words).output.replace(str(tmp_path), "out")
    said = {re.sub(r"-[0-9a-f]{6}", "-xxxxxx", line.rstrip()) for line in output.splitlines()}
    shown = [re.sub(r"-[0-9a-f]{6}", "-xxxxxx", line.rstrip()) for line in first[1:] if line.strip() not in ("…", "")]
    assert [line for line in shown if line not in said] == []


def test_commands_named_in_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"school-risk (\w+)", text)) | set(re.findall(r"^\*\*`(\w+)`\*\*", text, flags=re.MULTILINE))
    assert {name for name in named if name.isascii()} - set(cli.main.commands) == set()
    assert set(cli.main.commands) - named == set()


# ---------------------------------------------------------------- the language


def test_every_function_and_section_stands_in_the_language_guide():
    text = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
    missing = [name for name in FUNCTIONS if name not in text and name.replace("_района", "_всех") not in text and name.removesuffix("_района") not in text]
    assert missing == []
    assert [section for section in SECTIONS if f"`{section}`" not in text] == []


def test_every_code_says_what_it_means_and_what_to_do():
    for code, entry in CATALOGUE.items():
        assert re.fullmatch(r"[RDE]\d{3}", code) and re.fullmatch(r"[a-z0-9-]+", entry.slug)
        assert entry.meaning.endswith(".") and entry.remedy.endswith("."), code


# ---------------------------------------------------------------- the schema


def test_the_shipped_schema_is_the_one_made_from_the_models(tmp_path):
    write_schema(tmp_path / "schema.json")
    assert (ROOT / "rules" / "schema.json").read_bytes() == (tmp_path / "schema.json").read_bytes()


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.name)
def test_every_rule_file_points_its_editor_at_the_schema(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    target = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert target and (path.parent / target[1]).resolve() == ROOT / "rules" / "schema.json"


def test_the_schema_knows_every_key_with_a_line_of_help_and_refuses_others():
    definitions = schema()["$defs"]
    for section, shape in SECTIONS.items():
        if shape is None:
            continue
        block = definitions[shape.__name__]
        assert block["additionalProperties"] is False, section
        assert set(block["properties"]) == {item.alias for item in shape.model_fields.values()}
        assert all("description" in value or "$ref" in value for value in block["properties"].values()), section
    assert json.dumps(definitions, ensure_ascii=False).count("#/$defs/условие") > 10


# ---------------------------------------------------------------- click


def click_strings() -> set[tuple[str, ...]]:
    found = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        if path.name == "_winconsole.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                texts = tuple(argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str))
                if texts:
                    found.add(texts)
    return found


def test_every_string_of_click_has_russian_words():
    """A new click adds a string: this test names it."""
    missing = [texts for texts in click_strings() if texts[0] not in SINGULAR or (len(texts) > 1 and texts[1] not in PLURAL)]
    assert missing == []


def test_russian_words_keep_the_placeholders():
    """A word for a placeholder that click does not pass would be a KeyError in front of a user."""
    for english, russian in [*SINGULAR.items(), *PLURAL.items()]:
        names = {name.split("!")[0] for name in re.findall(r"{(\w+)(?:![rs])?}", english)}
        assert set(re.findall(r"{(\w+)}", russian)) <= names, english


# ---------------------------------------------------------------- what the guide says in passing


def test_not_binds_first_then_and_then_or():
    a, b, c = (t.Name(name) for name in "абв")
    assert parse("не а и б или в") == t.AnyOf((t.AllOf((t.Not(a), b)), c))
    assert parse("не х более 5 и б") == t.AllOf((t.Not(t.Compare(">", t.Name("х"), t.Number(5.0))), b))


GUIDE = """\
календарь: {отчётный год: 2026}
таблицы:
  школы: {что: реестр, ключ: [школа], столбцы: {школа: {тип: код}}}
  отметки:
    ключ: [школа, год]
    столбцы: {школа: {тип: школа}, год: {тип: учебный год}, доля: {тип: число, единица: "%"}}
    ожидается: [{годы: 3 последних}]
показатели:
  разброс: {таблица: отметки, год: 2 последних, формула: стандартное_отклонение(доля)}
  шаг: {единица: ЕДИНИЦА, таблица: отметки, год: 2 последних, формула: изменение(доля)}
  строк: {таблица: отметки, год: 3 последних, формула: число(доля не менее 0)}
"""


def test_a_change_of_percent_is_in_points(tmp_path):
    codes = {}
    for unit in ("п. п.", '"%"'):
        (tmp_path / "rules.yaml").write_text(GUIDE.replace("ЕДИНИЦА", unit), encoding="utf-8")
        codes[unit] = [problem.code for problem in check(load(tmp_path)[0], date(2026, 9, 3))[1] if problem.is_error]
    assert codes == {"п. п.": [], '"%"': ["R207"]}


def test_the_deviation_is_of_a_sample_and_years_are_expected_of_every_school():
    """Of 10 and 14: the squares of ±2 over one less than two are 8. School 2 gave no row: three are missing, not zero."""
    rows = pd.DataFrame([("1", 2025, 10.0), ("1", 2026, 14.0)], columns=["школа", "год", "доля"])
    product = ByProduct(GUIDE.replace("ЕДИНИЦА", "п. п."), {"школы": pd.DataFrame({"школа": ["1", "2"]}), "отметки": rows})
    product.prepare()
    columns = product.evaluate().frames["школа"].columns
    assert columns["разброс"].low[0] == pytest.approx(8 ** 0.5) and columns["шаг"].low[0] == 4
    assert (columns["строк"].low.tolist(), columns["строк"].high.tolist()) == ([2, 0], [3, 3])
