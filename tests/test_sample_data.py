"""The sample district: generating anew gives the committed files, and the flaws it promises are in the files.

Facts are counted from the raw files with pandas and openpyxl, without the engine.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

SAMPLE = Path(__file__).parent.parent / "sample_data"
VPR = ("4 кл РУ", "4 кл МА", "5 кл РУ", "5 кл МА", "6 кл РУ", "6 кл МА", "7 кл РУ", "7 кл МА", "8 кл РУ", "8 кл МА")


def sheets(name: str) -> dict[str, pd.DataFrame]:
    return pd.read_excel(SAMPLE / name, sheet_name=None, header=2, engine="openpyxl")


def cells(path: Path) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(path)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def counts(frame: pd.DataFrame, school: int) -> tuple[int, int]:
    """(«2», participants) of a school on a sheet of marks."""
    row = frame[frame["Код ОО"] == school].iloc[0]
    return int(row["«2», чел."]), int(row["Кол-во участников"])


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("sample_generator", SAMPLE / "generate.py")
    module = importlib.util.module_from_spec(spec)
    import sys
    sys.modules["sample_generator"] = module     # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def anew(generator, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("anew")
    generator.generate(folder)
    return folder


@pytest.fixture(scope="module")
def vpr() -> dict[int, dict[str, pd.DataFrame]]:
    return {year: sheets(f"ВПР_{year}.xlsx") for year in (2024, 2025, 2026)}


@pytest.fixture(scope="module")
def oge() -> dict[str, pd.DataFrame]:
    return sheets("ОГЭ по годам.xlsx")


@pytest.fixture(scope="module")
def registry() -> pd.DataFrame:
    return pd.read_excel(SAMPLE / "Реестр школ.xlsx", header=2, engine="openpyxl").set_index("Код ОО")


def data_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix in (".xlsx", ".csv")}


def test_same_files_anew(anew):
    assert data_files(anew) == data_files(SAMPLE)
    for name in sorted(data_files(SAMPLE)):
        if (anew / name).read_bytes() == (SAMPLE / name).read_bytes():
            continue
        assert name.endswith(".xlsx"), name       # another version of zlib may pack the same cells into other bytes
        assert cells(anew / name) == cells(SAMPLE / name), name


def test_two_runs_give_the_same_bytes(generator, anew, tmp_path):
    generator.generate(tmp_path)
    for name in sorted(data_files(anew)):
        assert (tmp_path / name).read_bytes() == (anew / name).read_bytes(), name


def test_files_are_small():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()) < 1_000_000


def test_registry(registry):
    assert list(registry.index) == list(range(9001, 9046))
    assert set(registry[registry["10–11 классы"] == "нет"].index) == {9008, 9029, 9041}
    assert registry["Код правопреемника"].dropna().to_dict() == {9038: 9014}
    kinds = registry["Тип ОО"].value_counts()
    assert (kinds["Гимназия"], kinds["Лицей"], kinds["Коррекционная школа"], kinds["Вечерняя (сменная)"]) == (3, 1, 1, 1)


def test_marks_sum_to_participants(vpr, oge):
    marks = ["«2», чел.", "«3», чел.", "«4», чел.", "«5», чел."]
    for frame in [frame for book in vpr.values() for frame in book.values()] + list(oge.values()):
        assert (frame[marks].sum(axis=1) == frame["Кол-во участников"]).all()


def test_no_row_twice(vpr, oge):
    for book in vpr.values():
        assert tuple(book) == VPR
        assert all(frame["Код ОО"].is_unique for frame in book.values())
    assert all(not frame.duplicated(["Код ОО", "Предмет"]).any() for frame in oge.values())


def test_school_that_did_not_report(vpr):
    for sheet in VPR:
        assert 9027 in set(vpr[2025][sheet]["Код ОО"])
        assert 9027 not in set(vpr[2026][sheet]["Код ОО"])
    for name in ("Сравнение с журналом_2026.xlsx", "Сводка первичных баллов_2026.xlsx"):
        assert all(9027 not in set(frame["Код ОО"]) for frame in sheets(name).values())


def test_merged_school_has_no_rows_in_the_report_year(vpr, oge):
    assert all(9038 in set(frame["Код ОО"]) for year in (2024, 2025) for frame in vpr[year].values())
    assert all(9038 not in set(frame["Код ОО"]) for frame in vpr[2026].values())
    assert [9038 in set(frame["Код ОО"]) for frame in oge.values()] == [True, True, False]


def test_values_on_thresholds(vpr, oge):
    maths = oge["2025-26"].query("Предмет == 'Математика'")
    assert counts(maths, 9015) == (3, 10)
    assert counts(vpr[2026]["6 кл МА"], 9015) == (6, 20)
    assert counts(vpr[2026]["5 кл РУ"], 9026) == (14, 47)
    assert counts(vpr[2026]["6 кл МА"], 9026) == (15, 51)
    assert counts(vpr[2026]["5 кл РУ"], 9044) == (12, 60)
    assert counts(vpr[2026]["6 кл РУ"], 9044) == (11, 55)


def test_tiny_cohorts(vpr, oge):
    assert counts(vpr[2026]["5 кл МА"], 9010) == (5, 9)
    frames = [frame for book in vpr.values() for frame in book.values()] + list(oge.values())
    assert all(counts(frame, 9036)[1] < 10 for frame in frames)


def test_passports_and_staff():
    passports = pd.read_csv(SAMPLE / "Социальные паспорта.csv")
    now = passports[passports["Учебный год"] == "2025/26"]
    assert 9033 not in set(now["Код ОО"]) and 9033 in set(passports["Код ОО"])
    assert now[now["Код ОО"] == 9023]["Опекаемые и сироты"].isna().all()
    raw = (SAMPLE / "Кадры_2026.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    text = raw.decode("cp1251")
    assert re.search(r";\d+,\d+;", text)
    staff = pd.read_csv(SAMPLE / "Кадры_2026.csv", sep=";", encoding="cp1251", decimal=",")
    assert 9019 not in set(staff["Код ОО"]) and (staff["Вакантных ставок"] <= staff["Ставок педагогов по тарификации"]).all()


def test_special_schools_write_no_vpr(vpr, oge):
    codes = {code for book in vpr.values() for frame in book.values() for code in frame["Код ОО"]}
    assert not codes & {9041, 9042}
    assert all(9042 in set(frame["Код ОО"]) for frame in oge.values())


def test_low_share_of_2_is_that_of_petersburg(vpr):
    """Every work of grades 5–8 has a district share of «2» between 6 and 13 %: about half of the Altai figures."""
    for year, book in vpr.items():
        for sheet, frame in book.items():
            share = 100 * frame["«2», чел."].sum() / frame["Кол-во участников"].sum()
            low, high = (1, 6) if sheet.startswith("4") else (6, 13)
            assert low <= share <= high, (year, sheet, share)


def test_results_follow_social_conditions(vpr):
    """The share of «2» in grades 5–6 rises with the share of low-income families (Spearman at least 0.3)."""
    frames = [vpr[2026][sheet] for sheet in ("5 кл РУ", "5 кл МА", "6 кл РУ", "6 кл МА")]
    marks = pd.concat(frames).groupby("Код ОО")[["«2», чел.", "Кол-во участников"]].sum()
    share = marks["«2», чел."] / marks["Кол-во участников"]
    passports = pd.read_csv(SAMPLE / "Социальные паспорта.csv").query("`Учебный год` == '2025/26'").set_index("Код ОО")
    poor = passports["Из малообеспеченных семей"] / passports["Всего детей"]
    both = pd.concat([share, poor], axis=1, join="inner")
    assert both[0].rank().corr(both[1].rank()) > 0.3


def test_no_personal_data():
    """No header and no text cell looks like a person's name or document."""
    words = re.compile(r"фамилия|отчество|паспорт серии|снилс|дата рождения", re.IGNORECASE)
    for path in SAMPLE.glob("*.xlsx"):
        for rows in cells(path).values():
            assert not any(isinstance(cell, str) and words.search(cell) for row in rows for cell in row), path.name
