"""Norms of a region: the command that makes them, the table that carries them, and what a district does with unusable ones."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import cli
from console.click_words import speak_russian
from engine.objectivity.from_tables import NormsError, read_norms, write_norms
from engine.run import run

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
SCHOOLS = 60
NORMS = "Нормы региона_2026.csv"


@pytest.fixture(scope="module")
def region(tmp_path_factory) -> Path:
    """A small invented region, drawn as the sample's is."""
    sys.path.insert(0, str(ROOT / "sample_data"))
    try:
        found = importlib.util.spec_from_file_location("region", ROOT / "sample_data" / "region.py")
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        module.COUNT = SCHOOLS
        folder = tmp_path_factory.mktemp("region")
        module.write(folder)
    finally:
        sys.path.pop(0)
    return folder


def command(*words: str):
    speak_russian()
    return CliRunner().invoke(cli.main, ["norms", "--rules", str(ROOT / "rules"), "--date", "2026-09-01", *words])


@pytest.fixture(scope="module")
def made(region, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("norms") / "Нормы.csv"
    result = command("--data", str(region), "--region", "г. Энск", "--out", str(target))
    assert result.exit_code == 0, result.output
    assert "школ 60, работ 30, годы 2024, 2025, 2026" in result.output and "Школ меньше 300" in result.output
    return target


def lists(value) -> list[list]:
    if isinstance(value, dict):
        return [item for part in value.values() for item in lists(part)]
    return [value, *(item for part in value for item in lists(part))] if isinstance(value, list) else []


def record_of(path: Path) -> dict:
    import csv
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0] == ["Раздел норм", "Имя нормы", "Запись нормы"]
    return read_norms([tuple(row) for row in rows[1:]])


def test_the_table_holds_norms_and_no_school(made, region):
    record = record_of(made)
    assert (record["region"], record["made"], record["schools"]) == ("г. Энск", "2026-09-01", SCHOOLS)
    pooled = record["works"]["5|математика|2026|"]["pooled"]
    assert len(pooled) == 21 and sum(pooled) == pytest.approx(1, abs=1e-6)        # 20 points, shares of all pupils
    assert not [item for item in lists(record) if len(item) == SCHOOLS]           # nothing has one entry per school
    text = made.read_text(encoding="utf-8-sig")
    assert "ГБОУ" not in text and "20001" not in text


def test_the_shares_are_those_of_the_pupils(made, region):
    """Counted again from the region's own table."""
    import pandas as pd
    works = pd.read_csv(region / "Работы ВПР.csv", sep=";").query("Предмет == 'математика' and Класс == 5 and `Учебный год` == 2026")
    counts = works.groupby("Первичный балл")["Кол-во работ с баллом"].sum().reindex(range(21), fill_value=0)
    assert record_of(made)["works"]["5|математика|2026|"]["pooled"] == pytest.approx((counts / counts.sum()).tolist(), abs=1e-6)


def test_the_same_region_gives_the_same_bytes(made, region, tmp_path):
    again = tmp_path / "ещё.csv"
    assert command("--data", str(region), "--region", "г. Энск", "--out", str(again)).exit_code == 0
    assert again.read_bytes() == made.read_bytes()


def test_a_record_comes_back_as_it_went():
    record = {"version": 1, "made": "2026-09-01", "region": "Р", "schools": 3, "years": [2026], "works": {"4|математика|2026|": {"pooled": np.array([.25, .75]), "S6": None}},
              "null": {"S2_spike": {"2026": {"centre": float("nan")}}}}
    back = read_norms(write_norms(record))
    assert back["works"]["4|математика|2026|"] == {"pooled": [.25, .75], "S6": None}
    assert back["null"]["S2_spike"]["2026"]["centre"] is None and back["years"] == [2026]


@pytest.mark.parametrize(("rows", "said"), [
    ([("version", "весь раздел", "2")], "нормы версии 2, а нужна 1"),
    ([("version", "весь раздел", "1"), ("schools", "весь раздел", "300")], "нет раздела «works»"),
    ([("works", "4|математика|2026|", "{\"pooled\": [0.5, ")], "запись «works, 4|математика|2026|» не читается"),
    ([("works", "4|математика|2026|", "{}")], "нормы версии не названной"),
])
def test_unusable_norms_say_why(rows, said):
    with pytest.raises(NormsError, match=said.replace("|", r"\|")):
        read_norms(rows)


def with_norms(folder: Path, edit) -> tuple:
    """Run the sample with an edited norms file."""
    for path in (ROOT / "sample_data").iterdir():
        if path.suffix in (".xlsx", ".csv"):
            shutil.copy(path, folder / path.name)
    path = folder / NORMS
    path.write_text(edit(path.read_text(encoding="utf-8-sig")), encoding="utf-8-sig")
    return run(ROOT / "rules", folder, DAY)


def test_norms_of_another_version_stop_the_run_and_name_the_file(tmp_path):
    result, problems = with_norms(tmp_path, lambda text: text.replace("version;весь раздел;1\n", "version;весь раздел;9\n"))
    assert result is None
    (stop,) = [problem for problem in problems if problem.is_error]
    assert (stop.code, stop.place.file) == ("D501", NORMS)
    assert "нормы версии 9, а нужна 1" in stop.message and "school-risk norms" in stop.hint


def test_a_norm_for_another_scale_is_left_out_and_noted(tmp_path):
    """The norm of one work has one score more than the work: it is not used, the other works are compared as before."""
    from engine.methods.objectivity import measured
    from engine.objectivity.records import WorkKey

    def longer(text: str) -> str:
        lines = text.split("\n")
        place = next(index for index, line in enumerate(lines) if line.startswith("works;5|математика|2026|;"))
        head, body = lines[place].split("|;", 1)
        record = json.loads(body.strip('"').replace('""', '"'))
        record["pooled"].append(0.0)
        quoted = json.dumps(record).replace('"', '""')
        lines[place] = f'{head}|;"{quoted}"'
        return "\n".join(lines)

    result, problems = with_norms(tmp_path, longer)
    assert result is not None, problems
    found = measured(result.evaluation.calculation("признаки_по_видам"))
    said = "Норма работы «математика, 5 класс, 2026» — для другой шкалы (до 21 баллов, а не 20); не использована."
    assert found.notes == (said,)
    assert [(problem.code, problem.place.file, problem.message) for problem in problems if problem.code == "D502"] == [("D502", NORMS, said)]
    assert len(found.table.works[WorkKey(5, "математика", 2026)].norm["pooled"]) == 21
    row = result.evaluation.frames["школа"].row("9031")
    assert result.evaluation.status("внимание_по_статистике")[row] == 1


def test_wrong_calls_say_what_to_do(region, tmp_path):
    folder = command("--data", str(region), "--region", "Р", "--out", str(tmp_path))
    assert folder.exit_code == 1 and "папка. Назовите файл" in folder.output
    nobody = command("--data", str(region), "--region", "Р", "--out", str(tmp_path / "н.csv"), "--indicator", "доля_2")
    assert nobody.exit_code == 1 and "Есть: признаки_по_видам" in nobody.output
    absent = command("--data", str(tmp_path / "нет"), "--region", "Р", "--out", str(tmp_path / "н.csv"))
    assert absent.exit_code == 1 and not (tmp_path / "н.csv").exists()
    unnamed = command("--data", str(region), "--out", str(tmp_path / "н.csv"))
    assert unnamed.exit_code == 2


def test_a_folder_without_works_has_no_norms(region, tmp_path):
    shutil.copy(region / "Реестр школ.csv", tmp_path)
    result = command("--data", str(tmp_path), "--region", "Р", "--out", str(tmp_path / "н.csv"))
    assert result.exit_code == 1 and "нет ни одной работы ВПР" in result.output
