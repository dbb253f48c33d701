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


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Schools of a report of ФИС ОКО: percents times participants, as whole numbers."""
    frame = frame.assign(**{"Код ОО": pd.to_numeric(frame["Группы участников"].str.extract(r"(?:edu|sch)90(\d{4})\)")[0])}).dropna(subset=["Код ОО"])
    marks = {f"«{mark}», чел.": (frame[str(mark)] * frame["Кол-во участников"] / 100) for mark in (2, 3, 4, 5)}
    assert all(((count - count.round()).abs() < .01 * frame["Кол-во участников"] / 100).all() for count in marks.values())
    return frame.assign(**{name: count.round().astype(int) for name, count in marks.items()}, **{"Код ОО": frame["Код ОО"].astype(int)})


def report(name: str) -> dict[str, pd.DataFrame]:
    """A report of ФИС ОКО by work: «5 кл РУ»; the header is in row 8."""
    book = pd.read_excel(SAMPLE / name, sheet_name=None, header=7, engine="openpyxl", dtype={"Группы участников": str})
    return {f"{sheet.split()[1]} кл {sheet.split()[0]}": frame.rename(columns=str) for sheet, frame in book.items()}


def protocols() -> pd.DataFrame:
    """ОГЭ of the report year by school, counted from the rows of the protocols."""
    frames = []
    for subject in ("русский язык", "математика"):
        rows = pd.read_excel(SAMPLE / f"ОГЭ 2026 {subject}.xlsx", header=1, engine="openpyxl").dropna(subset=["Код ОО"])
        table = pd.crosstab(rows["Код ОО"].astype(int), rows["Оценка"].astype(int)).reindex(columns=[2, 3, 4, 5], fill_value=0)
        table.columns = [f"«{mark}», чел." for mark in table.columns]
        frames.append(table.assign(**{"Кол-во участников": table.sum(axis=1), "Предмет": subject.capitalize()}).reset_index())
    return pd.concat(frames)


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
    return {year: {sheet: counted(frame) for sheet, frame in report(f"Ф3 Статистика по отметкам_{year}.xlsx").items()} for year in (2024, 2025, 2026)}


@pytest.fixture(scope="module")
def oge() -> dict[str, pd.DataFrame]:
    return {**sheets("ОГЭ прошлых лет.xlsx"), "2025-26": protocols()}


@pytest.fixture(scope="module")
def registry() -> pd.DataFrame:
    return pd.read_excel(SAMPLE / "Реестр школ.xlsx", header=2, engine="openpyxl").set_index("Код ОО")


NORMS = "Нормы региона_2026.csv"


def data_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".xlsx", ".csv")}


def test_same_files_anew(anew):
    """All but the norms of the region, which `school-risk norms` makes of another 400 schools (region.py)."""
    assert data_files(anew) == data_files(SAMPLE) - {NORMS}
    for name in sorted(data_files(anew)):
        if (anew / name).read_bytes() == (SAMPLE / name).read_bytes():
            continue
        assert name.endswith(".xlsx"), name       # another version of zlib may pack the same cells into other bytes
        assert cells(anew / name) == cells(SAMPLE / name), name


def test_two_runs_give_the_same_bytes(generator, anew, tmp_path):
    generator.generate(tmp_path)
    for name in sorted(data_files(anew)):
        assert (tmp_path / name).read_bytes() == (anew / name).read_bytes(), name


def test_files_are_small():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()) < 3_000_000


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
    for name in ("Сравнение отметок с журналом_2026.xlsx", "Распределение первичных баллов_2026.xlsx", "Выполнение заданий_2026.xlsx"):
        assert all(not frame["Группы участников"].str.contains("909027").any() for frame in report(name).values())


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
    words = re.compile(r"[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(вич|вна)\b|паспорт серии|снилс|дата рождения", re.IGNORECASE)
    for path in SAMPLE.rglob("*.xlsx"):
        for rows in cells(path).values():
            assert not any(isinstance(cell, str) and words.search(cell) for row in rows for cell in row), path.name
            for header in (row for row in rows if "Фамилия" in row):      # the layout of a protocol has the columns; here they are empty
                personal = [header.index(name) for name in ("Фамилия", "Имя", "Отчество", "Код участника")]
                assert all(row[place] is None for row in rows if row is not header for place in personal), path.name


def test_norm_rows_stand_above_the_schools():
    """The whole sample, the region and the district, in the shares of the same report."""
    for name in ("Ф3 Статистика по отметкам_2026.xlsx", "Распределение первичных баллов_2026.xlsx", "Сравнение отметок с журналом_2026.xlsx"):
        for frame in report(name).values():
            assert list(frame["Группы участников"][:3]) == ["Вся выборка", "г. Энск (reg99)", "Московский район (reg99_m01)"]


def test_pupils_rows_agree_with_the_report_of_marks(vpr):
    """Ф1 counts to the same participants and «2» as «Статистика по отметкам»."""
    for sheet, frame in report("Ф1 Индивидуальные результаты_2026.xlsx").items():
        pupils = frame[pd.to_numeric(frame["Первичный балл"], errors="coerce").notna()]
        codes = pupils["ОО"].str.extract(r"90(\d{4})$")[0].astype(int)
        fails = (pupils["Отметка"].astype(int) == 2).groupby(codes).agg(["sum", "size"])
        assert {code: (int(row["sum"]), int(row["size"])) for code, row in fails.iterrows()} == {code: counts(vpr[2026][sheet], code) for code in fails.index}


def test_reports_of_one_work_agree():
    """Ф1 and the distribution of scores count the same works, split by the journal or not: no report contradicts another in the sample."""
    from engine.inputs import read_folder
    from engine.loading import load
    rules, _ = load(SAMPLE.parent / "rules")
    _, problems = read_folder(SAMPLE, rules.tables, rules.references)
    assert {problem.code for problem in problems} & {"D408", "D409", "D411"} == set()
