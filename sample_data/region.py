"""Write an invented region of 400 schools as plain tables, for one purpose: the norms that the sample district compares itself with.

    python sample_data/region.py FOLDER
    school-risk norms --data FOLDER --date 2026-09-01 --region "г. Энск (вымышленный регион)" --out "sample_data/Нормы региона_2026.csv"

The schools are drawn as those of the district are (generate.py), with other random numbers and other codes; one in sixteen is lifted, as in life.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

sys.path.insert(1, str(Path(__file__).parents[1]))

import generate as district
import raw_books as raw

from engine.objectivity.records import PupilRows
from engine.objectivity.similarity import count_pairs

SEED = 20260902
COUNT, FIRST = 400, 20_001
REGION = "Энск"


def draw_schools(rng: np.random.Generator) -> list[district.School]:
    """Draw the schools of the region: kinds in the district's shares."""
    schools = []
    for code in range(FIRST, FIRST + COUNT):
        kind = str(rng.choice(["сош", "сош_углублённая", "гимназия", "лицей"], p=[.79, .11, .07, .03]))
        selective = kind in ("гимназия", "лицей")
        disadvantage = float(np.clip(rng.normal(-0.9 if selective else 0.1, 0.55 if selective else 0.9), -1.9, 1.6))
        bonus = {"гимназия": .45, "лицей": .55, "сош_углублённая": .15}.get(kind, 0.0)
        level = bonus - 0.20 * disadvantage + float(rng.normal(0, 0.20))
        schools.append(district.School(code, kind, float(np.clip(rng.normal(78, 20), 30, 120)), None, disadvantage, level, leniency=float(rng.normal(0, .12))))
    return schools


def works_of(schools: list[district.School], rng: np.random.Generator) -> dict[tuple, district.Cohort]:
    """Draw ВПР and ОГЭ of three years; one school in sixteen is lifted."""
    pupils, works = district.Pupils(rng, schools), {}
    for year in district.YEARS:
        for school in schools:
            for grade in (4, 5, 6, 7, 8, 9):
                district._draw_marks(rng, pupils, works, school, grade, year, pupils.enrolled(school, grade, year))
    for school in schools[::16]:
        how = "border" if school.code % 32 == FIRST % 32 else "uplift"
        for key, work in works.items():
            if key[0] == school.code and key[1] == "ВПР" and key[4] >= 2025:
                scale = district.VPR_SCALES[(key[3], key[2])]
                lifted = district.spoil(work.scores, scale, how, rng)
                works[key] = district.Cohort(work.enrolled, lifted, district.to_marks(lifted, scale), work.journal)
    return works


def similar(key: tuple, found: list[tuple[int, np.ndarray]]) -> list[dict]:
    """Count the similar pairs of a work inside classes: these are cut as in the district's books (Writer.individual)."""
    subject, grade, year = key
    items = np.concatenate([points for _, points in found])
    school = np.repeat(np.arange(len(found)), [len(points) for _, points in found])
    klass = np.concatenate([np.arange(len(points)) * 4 // len(points) for _, points in found])
    close, pairs = count_pairs(PupilRows(school, items, klass), items.max(0), len(found))
    return [{"Код ОО": code, "Предмет": subject, "Класс": grade, "Учебный год": year, "Сравнивали работы учеников": len(points), "Пар работ внутри классов": int(pairs[place]),
             "Похожих пар работ": int(close[place])} for place, (code, points) in enumerate(found)]


def write(folder: Path) -> None:
    """Write the tables of the region."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    schools = draw_schools(rng)
    works = works_of(schools, rng)
    enrolment = {school.code: round(9 * school.size) for school in schools}

    def table(name: str, rows: list[dict]) -> None:
        district.write_csv(folder / f"{name}.csv", rows, "utf-8", ";", ",")

    table("Реестр школ", [{"Код ОО": school.code, "Краткое наименование": school.title, "Тип ОО": school.kind_name, "Муниципалитет": REGION, "1–4 классы": "да",
                           "5–9 классы": "да", "10–11 классы": "нет", "Всего обучающихся": enrolment[school.code]} for school in schools])
    scores, items, marks, enrolled = [], [], [], {}
    pupils: dict[tuple, list] = {}      # by work: item scores of every school
    for (code, procedure, short, grade, year), work in works.items():
        subject = district.SUBJECTS[short]
        if procedure == "ОГЭ":
            marks.append({"Код ОО": code, "Процедура": "ОГЭ", "Предмет": subject, "Класс": grade, "Учебный год": year, "Кол-во участников": len(work.marks),
                          **{f"«{mark}», чел.": int((work.marks == mark).sum()) for mark in (2, 3, 4, 5)}})
            continue
        pairs, counts = np.unique(np.stack([work.journal, work.scores]), axis=1, return_counts=True)
        scores += [{"Код ОО": code, "Предмет": subject, "Класс": grade, "Учебный год": year, "Отметка по журналу": int(journal), "Первичный балл": int(score),
                    "Кол-во работ с баллом": int(count)} for (journal, score), count in zip(pairs.T, counts, strict=True)]
        enrolled[(code, grade, year)] = max(enrolled.get((code, grade, year), 0), work.enrolled)
        if year > district.YEARS[0]:
            tops = raw.item_tops(district.VPR_SCALES[(grade, short)][0])
            points = raw.item_scores(work.scores, tops, np.random.default_rng([SEED, code, year, grade, ord(short[0])]))
            pupils.setdefault((subject, grade, year), []).append((code, points))
            items += [{"Код ОО": code, "Предмет": subject, "Класс": grade, "Учебный год": year, "№ задания": str(number), "Писали задание": len(work.scores),
                       "Сумма баллов за задание": int(total), "Максимум за задание": top} for number, (total, top) in enumerate(zip(points.sum(0), tops, strict=True), start=1)]
    table("Работы ВПР", scores)
    table("Задания ВПР", items)
    table("Сходство работ", [row for key, schools_of in pupils.items() for row in similar(key, schools_of)])
    table("Результаты ОГЭ", marks)
    table("Контингент", [{"Код ОО": code, "Параллель": grade, "Учебный год": year, "Обучающихся в параллели": count} for (code, grade, year), count in enrolled.items()])
    table("Шкалы ВПР", [{"Предмет шкалы": district.SUBJECTS[short], "Класс шкалы": grade, "Год шкалы": year, "Максимальный первичный балл": scale[0],
                         "Наименьший балл для «3»": scale[1], "Наименьший балл для «4»": scale[2], "Наименьший балл для «5»": scale[3]}
                        for year in district.YEARS for (grade, short), scale in district.VPR_SCALES.items()])
    table("Социальные паспорта", [row for row in district.draw_passports(rng, schools, enrolment) if row["Учебный год"].endswith("/26")])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
