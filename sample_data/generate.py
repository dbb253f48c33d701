"""Write the invented district: 45 schools, three years, the same bytes every time.

    python sample_data/generate.py [FOLDER]

Pupils exist only inside this script: each has an ability, a primary score, a mark of the test and a mark of the journal;
the files hold counts by school. Everything is drawn from one seeded generator. The flaws that the demonstration shows
are not drawn but set: see SPECIAL and the functions beside it, and README.md for what they are.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

sys.path.insert(0, str(Path(__file__).parent))

import profiles
import quality_books as quality
import raw_books as raw

SEED = 20260901
YEARS = (2024, 2025, 2026)
REPORT_YEAR = 2026
CREATED = datetime(2026, 9, 1, 9, 0, 0)
SUBJECTS = {"РУ": "русский язык", "МА": "математика"}
DISTRICT = "Московский район Санкт-Петербурга"

# Official scales of ВПР-2021: (maximum, lowest score for 3, 4, 5). Only the shape matters here.
VPR_SCALES = {
    (4, "РУ"): (38, 14, 24, 33), (4, "МА"): (20, 6, 10, 15), (5, "РУ"): (45, 18, 29, 39), (5, "МА"): (20, 7, 11, 15),
    (6, "РУ"): (51, 25, 35, 45), (6, "МА"): (16, 6, 10, 14), (7, "РУ"): (47, 22, 32, 42), (7, "МА"): (19, 7, 12, 16),
    (8, "РУ"): (51, 26, 32, 45), (8, "МА"): (25, 8, 15, 21),
}
F1_BEFORE = {(5, "МА"), (6, "МА")}          # works whose Ф1 of the year before is in the sample, to keep it small
OGE_SCALES = {"РУ": (33, 15, 23, 29), "МА": (31, 8, 15, 22)}
EGE_MINIMUM = {"РУ": 24, "МАП": 27}
# Share of «2» in the whole district: medians of another region (258 schools) raised to means, times about one half for Petersburg.
VPR_FAIL = {(4, "МА"): .016, (4, "РУ"): .034, (5, "МА"): .070, (5, "РУ"): .072, (6, "МА"): .078, (6, "РУ"): .086,
            (7, "МА"): .068, (7, "РУ"): .082, (8, "МА"): .064, (8, "РУ"): .095}
OGE_FAIL = {"РУ": .030, "МА": .065}
EGE_FAIL = {"РУ": .0012, "МАБ": .012, "МАП": .030}


@dataclass
class School:
    code: int
    kind: str = "сош"
    size: float = 70.0                    # pupils in one parallel
    senior: int | None = 28               # pupils in grade 11; None: no grades 10-11
    disadvantage: float = 0.0             # standard units; positive is harder
    level: float = 0.0                    # mean ability of pupils against the district
    trend: float = 0.0                    # yearly change of level
    oge_shift: dict[int, float] = field(default_factory=dict)
    leniency: float = 0.0                 # how much kinder the journal is than the test
    successor: int | None = None
    cluster: str = "Б"

    @property
    def kind_name(self) -> str:
        return {"сош": "СОШ", "сош_углублённая": "СОШ УИП", "гимназия": "Гимназия", "лицей": "Лицей",
                "коррекционная": "Коррекционная школа", "вечерняя": "Вечерняя (сменная)"}[self.kind]

    @property
    def title(self) -> str:
        return {"гимназия": "ГБОУ гимназия", "лицей": "ГБОУ лицей", "коррекционная": "ГБОУ школа-интернат",
                "вечерняя": "ГБОУ ЦО"}.get(self.kind, "ГБОУ СОШ") + f" № {self.code}"

    def exists(self, year: int) -> bool:
        return self.successor is None or year < REPORT_YEAR

    def grades(self) -> tuple[int, ...]:
        if self.kind == "коррекционная":
            return ()
        if self.kind == "вечерняя":
            return (9, 11)
        return (4, 5, 6, 7, 8, 9) + ((11,) if self.senior is not None else ())


# What is set and not drawn, school by school. Numbers are invented; the district has no schools with such numbers.
KINDS = {9003: "гимназия", 9011: "гимназия", 9024: "гимназия", 9017: "лицей", 9041: "коррекционная", 9042: "вечерняя",
         **dict.fromkeys((9005, 9013, 9019, 9028, 9037), "сош_углублённая")}
NO_SENIOR = (9008, 9029)                       # no grades 10-11
TINY = 9036                                    # cohorts of 5-9 pupils
MERGED, SUCCESSOR = 9038, 9014                 # joined on 01.09.2025
DID_NOT_REPORT = 9027                          # no ВПР in 2026 at all
NO_PASSPORT = 9033                             # no social passport in 2026
NO_STAFF = 9019                                # no staff data in 2026
PASSPORT_SHARES = {9012: {"Слабо владеют русским языком": .163}, 9029: {"Слабо владеют русским языком": .182},
                   9016: {"С ОВЗ и инвалидностью": .106}, 9041: {"С ОВЗ и инвалидностью": 1.0}}
EMPTY_CELL = 9023                              # one empty cell in the social passport
LOW = {9007: (1.55, -1.02), 9018: (1.30, -0.96), 9029: (1.75, -1.12), 9035: (0.30, -0.84)}        # disadvantage, level
EDGE = {9002: (0.35, -0.60), 9010: (0.55, -0.58), 9021: (0.10, -0.45), 9032: (0.70, -0.52), 9044: (-0.10, -0.44)}
GROWTH = {9006: 0.75, 9016: 0.50, 9025: 0.90, 9039: 0.62}                                           # disadvantage
LIFTED = {9031: "border", 9022: "uplift"}      # schools whose ВПР the script spoils, to have signs to find
KIND_JOURNAL = 9043                            # the journal is far kinder than the test
EXACT = 9015                                   # 3 of 10 and 6 of 20: exactly 30 %
JUST_BELOW = 9026                              # 29.8 % and 29.4 %: not low, but near


def draw_schools(rng: np.random.Generator) -> list[School]:
    """Draw the schools: size, disadvantage, level (correlated with disadvantage), then set what is special."""
    schools = []
    for code in range(9001, 9046):
        kind = KINDS.get(code, "сош")
        selective = kind in ("гимназия", "лицей")
        disadvantage = rng.normal(-0.9 if selective else 0.1, 0.55 if selective else 0.9)
        disadvantage = float(np.clip(disadvantage, -1.9, 1.3))
        bonus = {"гимназия": .45, "лицей": .55, "сош_углублённая": .15}.get(kind, 0.0)
        level = bonus - 0.20 * disadvantage + rng.normal(0, 0.15)
        level = float(max(level, -0.30))
        size = float(np.clip(rng.normal(78, 20), 40, 120))
        senior = int(np.clip(rng.normal(34 if not selective else 58, 8), 16, 75))
        schools.append(School(code, kind, size, senior, disadvantage, level, leniency=float(rng.normal(0, .12))))
    by_code = {school.code: school for school in schools}
    for code in NO_SENIOR:
        by_code[code].senior = None
    for code, (disadvantage, level) in {**LOW, **EDGE}.items():
        by_code[code].disadvantage, by_code[code].level = disadvantage, level
    for code, disadvantage in GROWTH.items():
        school = by_code[code]
        school.disadvantage, school.level = disadvantage, 0.05
        school.oge_shift = {2024: -0.85, 2025: -0.42, 2026: 0.15}
        school.leniency = 0.0
    by_code[9030].oge_shift = {2024: 0.60, 2025: 0.05, 2026: -0.55}
    by_code[TINY].size, by_code[TINY].senior = 7.0, 5
    by_code[MERGED].successor, by_code[MERGED].size, by_code[MERGED].senior = SUCCESSOR, 27.0, 12
    by_code[EXACT].level, by_code[EXACT].size, by_code[EXACT].disadvantage = -0.12, 22.0, 0.4
    by_code[JUST_BELOW].level, by_code[JUST_BELOW].size = -0.10, 50.0
    by_code[KIND_JOURNAL].leniency = 0.85
    for code in LIFTED:
        by_code[code].size, by_code[code].level, by_code[code].leniency = 88.0, -0.05, 0.0
        by_code[code].disadvantage = 0.2
    by_code[9041].size = 12.0
    by_code[9042].level, by_code[9042].size, by_code[9042].senior = -0.6, 24.0, 26
    _set_clusters([school for school in schools if school.kind not in ("коррекционная", "вечерняя")])
    return schools


def _set_clusters(schools: list[School]) -> None:
    ordered = sorted(schools, key=lambda school: school.disadvantage)
    for place, school in enumerate(ordered):
        school.cluster = "АБВ"[min(3 * place // len(ordered), 2)]


# ---------------------------------------------------------------- pupils


@dataclass
class Cohort:
    """One work in one school: what becomes a row of the files."""

    enrolled: int
    scores: np.ndarray
    marks: np.ndarray
    journal: np.ndarray


class Pupils:
    """Draws abilities: a pupil's = school + subject + cohort + year + own."""

    def __init__(self, rng: np.random.Generator, schools: list[School]):
        self.rng = rng
        codes = [school.code for school in schools]
        self.subject = {(code, subject): rng.normal(0, .12) for code in codes for subject in SUBJECTS}
        self.cohort = {(code, year): rng.normal(0, .12) for code in codes for year in range(2013, 2023)}
        self.size = {(code, year): rng.normal(0, .08) for code in codes for year in range(2013, 2023)}

    def enrolled(self, school: School, grade: int, year: int) -> int:
        if grade == 11:
            base, spread = float(school.senior or 0), .10
        else:
            base, spread = school.size, 1.0
        factor = 1 + (self.size[(school.code, year - grade)] if spread == 1.0 else self.rng.normal(0, spread))
        return max(round(base * max(factor, .6)), 1)

    def abilities(self, school: School, subject: str, grade: int, year: int, count: int) -> np.ndarray:
        mean = (school.level + self.subject[(school.code, subject)] + self.cohort[(school.code, year - grade)]
                + self.rng.normal(0, .07))
        if grade == 9:
            mean += school.oge_shift.get(year, 0.0)
        return mean + self.rng.normal(0, 1, count)


def to_scores(abilities: np.ndarray, rng: np.random.Generator, scale: tuple[int, int, int, int], cut: float) -> np.ndarray:
    """Turn abilities into primary scores so that ability `cut` lands on the lowest score for «3»."""
    top, for_3, _, for_5 = scale
    logit_3, logit_5 = np.log((for_3 - .5) / (top - for_3 + .5)), np.log((for_5 - .5) / (top - for_5 + .5))
    slope = (logit_5 - logit_3) / (0.95 - cut)
    share = 1 / (1 + np.exp(-(logit_3 + slope * (abilities - cut + rng.normal(0, .22, len(abilities))))))
    return np.clip(np.rint(share * top), 0, top).astype(int)


def to_marks(scores: np.ndarray, scale: tuple[int, int, int, int]) -> np.ndarray:
    return 2 + (scores >= scale[1]).astype(int) + (scores >= scale[2]) + (scores >= scale[3])


def journal_marks(abilities: np.ndarray, rng: np.random.Generator, leniency: float, primary: bool) -> np.ndarray:
    seen = abilities + rng.normal(0, .42, len(abilities)) + leniency + (0.0 if primary else .12)
    return np.digitize(seen, [-2.6, -.55 if not primary else -.75, .75 if not primary else .62]) + 2


def cut_for(failing: float) -> float:
    """Ability below which a share `failing` of the district lies (normal, sd of the district with its schools about 1.07)."""
    from statistics import NormalDist
    return NormalDist(0, 1.09).inv_cdf(failing)


def spoil(scores: np.ndarray, scale: tuple[int, int, int, int], how: str, rng: np.random.Generator) -> np.ndarray:
    """Lift scores as if by helping hands: to the border of the next mark, or all of them."""
    scores = scores.copy()
    if how == "border":
        for border in scale[1:]:
            near = (scores >= border - 2) & (scores < border) & (rng.random(len(scores)) < .85)
            scores[near] = border
        return scores
    lost = scale[0] - scores
    return scores + rng.binomial(lost, .34)


def force_fails(scores: np.ndarray, border: int, fails: int) -> np.ndarray:
    """Move the fewest scores across the border of «3» so that exactly `fails` of them lie below it."""
    scores = scores.copy()
    order = np.argsort(scores, kind="stable")
    low, high = order[:fails], order[fails:]
    scores[low] = np.minimum(scores[low], border - 1)
    scores[high] = np.maximum(scores[high], border)
    return scores


# (school, procedure, subject, grade, year) -> (participants, how many below «3»); each stands on or beside a threshold
EXACT_COUNTS = {
    (9015, "ОГЭ", "МА", 9, 2026): (10, 3),       # exactly 30 %
    (9015, "ОГЭ", "РУ", 9, 2026): (10, 1),
    (9015, "ВПР", "МА", 6, 2026): (20, 6),       # exactly 30 %
    (9015, "ВПР", "РУ", 6, 2026): (20, 3),
    (9026, "ВПР", "РУ", 5, 2026): (47, 14),      # 29.787 %
    (9026, "ВПР", "МА", 6, 2026): (51, 15),      # 29.412 %
    (9044, "ВПР", "РУ", 5, 2026): (60, 12),      # exactly 20 %
    (9044, "ВПР", "РУ", 6, 2026): (55, 11),      # exactly 20 %
    (9044, "ВПР", "МА", 5, 2026): (61, 9),
    (9044, "ВПР", "МА", 6, 2026): (56, 8),
    (9002, "ВПР", "РУ", 5, 2026): (65, 14),      # 21.5 %
    (9002, "ВПР", "РУ", 6, 2026): (67, 15),      # 22.4 %
    (9010, "ВПР", "МА", 5, 2026): (9, 5),        # 55.6 % of nine pupils: too few to count
}


def draw_results(rng: np.random.Generator, schools: list[School]) -> dict[tuple, Cohort]:
    """Draw every work -> {(code, procedure, subject, grade, year): Cohort}."""
    pupils, works = Pupils(rng, schools), {}
    for year in YEARS:
        for school in schools:
            if not school.exists(year):
                continue
            for grade in school.grades():
                enrolled = pupils.enrolled(school, grade, year)
                if year == REPORT_YEAR and school.code == SUCCESSOR and grade != 11:
                    enrolled += 25
                if grade == 11:
                    _draw_ege(rng, pupils, works, school, year, enrolled)
                else:
                    _draw_marks(rng, pupils, works, school, grade, year, enrolled)
    return works


def _draw_marks(rng, pupils, works, school, grade, year, enrolled) -> None:
    procedure = "ОГЭ" if grade == 9 else "ВПР"
    for subject in SUBJECTS:
        scale = OGE_SCALES[subject] if grade == 9 else VPR_SCALES[(grade, subject)]
        failing = OGE_FAIL[subject] if grade == 9 else VPR_FAIL[(grade, subject)]
        key = (school.code, procedure, subject, grade, year)
        present = enrolled if grade == 9 else int(rng.binomial(enrolled, .945))
        count, fails = EXACT_COUNTS.get(key, (max(present, 1), None))
        abilities = pupils.abilities(school, subject, grade, year, count)
        scores = to_scores(abilities, rng, scale, cut_for(failing))
        if procedure == "ВПР" and school.code in LIFTED and year >= 2025 and (school.code == 9031 or (subject == "МА" and year == REPORT_YEAR)):
            scores = spoil(scores, scale, LIFTED[school.code], rng)
        if fails is not None:
            scores = force_fails(scores, scale[1], fails)
        journal = journal_marks(abilities, rng, school.leniency, grade == 4)
        works[key] = Cohort(max(enrolled, count), scores, to_marks(scores, scale), journal)


def region_work(grade: int, short: str, year: int) -> Cohort:
    """Draw the rest of an invented region, school effects included: what stands in the norm rows. Its own generator: the district does not depend on it."""
    rng = np.random.default_rng([SEED, year, grade, ord(short[0])])
    abilities = rng.normal(0, .35, 400).repeat(50) + rng.normal(0, 1.03, 20_000)
    scale = VPR_SCALES[(grade, short)]
    scores = to_scores(abilities, rng, scale, cut_for(VPR_FAIL[(grade, short)]))
    return Cohort(len(scores), scores, to_marks(scores, scale), journal_marks(abilities, rng, 0.0, grade == 4))


def _draw_ege(rng, pupils, works, school, year, enrolled) -> None:
    for subject, share in (("РУ", 1.0), ("МАБ", .45), ("МАП", .55)):
        takers = enrolled if share == 1.0 else round(enrolled * share)
        base = "РУ" if subject == "РУ" else "МА"
        shift = {"РУ": .25, "МАБ": -.05, "МАП": .55}[subject]
        abilities = pupils.abilities(school, base, 11, year, takers) * .9 + shift
        cut = cut_for(EGE_FAIL[subject]) * .9 + shift
        minimum = EGE_MINIMUM.get(subject, 3)
        if subject == "МАБ":
            scores = 2 + (abilities >= cut) + (abilities >= shift - .4) + (abilities >= shift + .5)
        else:
            scores = np.clip(np.rint(minimum + (abilities - cut) * (14.5 if subject == "РУ" else 15.5)), 0, 100)
        works[(school.code, "ЕГЭ", subject, 11, year)] = Cohort(enrolled, scores.astype(int), np.where(scores < minimum, 2, 3), np.zeros(0, int))


# ---------------------------------------------------------------- tables


def draw_passports(rng: np.random.Generator, schools: list[School], enrolment: dict[int, int]) -> list[dict]:
    """Draw social passports of two years: shares follow the school's disadvantage."""
    shapes = {"Из малообеспеченных семей": (.075, .42), "Из неполных семей": (.19, .22), "Из многодетных семей": (.13, .25),
              "Опекаемые и сироты": (.010, .45), "Слабо владеют русским языком": (.035, .75), "С ОВЗ и инвалидностью": (.030, .40),
              "На учёте (ВШК, ОДН, КДНиЗП)": (.009, .60), "Родители с высшим образованием": (.58, -.22)}
    rows = []
    for year in (2025, 2026):
        for school in schools:
            if not school.exists(year):
                continue
            total = enrolment[school.code]
            row: dict = {"Учебный год": f"{year - 1}/{year % 100}", "Код ОО": school.code, "Всего детей": total}
            for name, (base, slope) in shapes.items():
                share = base * np.exp(slope * (school.disadvantage + rng.normal(0, .35)))
                row[name] = round(min(share, .93) * total)
            for name, share in PASSPORT_SHARES.get(school.code, {}).items():
                row[name] = round(share * total)
            if school.code == EMPTY_CELL and year == REPORT_YEAR:
                row["Опекаемые и сироты"] = ""
            if not (school.code == NO_PASSPORT and year == REPORT_YEAR):
                rows.append(row)
    return rows


def draw_staff(rng: np.random.Generator, schools: list[School], enrolment: dict[int, int]) -> list[dict]:
    """Draw staff of the report year."""
    rows = []
    for school in schools:
        if not school.exists(REPORT_YEAR) or school.code == NO_STAFF:
            continue
        teachers = max(round(enrolment[school.code] / 14.5 + rng.normal(0, 2)), 9)
        positions = round(teachers * (1.12 + rng.normal(0, .03)) * 4) / 4
        vacant = round(max(positions * (.028 + .016 * school.disadvantage + rng.normal(0, .012)), 0) * 4) / 4
        if school.code in (9007, 9032):
            vacant = round(positions * .118 * 4) / 4
        high = round(teachers * np.clip(.40 - .06 * school.disadvantage + rng.normal(0, .09), .1, .75))
        first = round(teachers * np.clip(.27 + rng.normal(0, .05), .08, .40))
        first = min(first, teachers - high)
        young, old = (round(teachers * np.clip(mean + rng.normal(0, spread), .02, .5)) for mean, spread in ((.14, .06), (.20, .07)))
        checked = round(teachers * np.clip(.55 + rng.normal(0, .12), .2, 1))
        found = round(checked * np.clip(.22 - .12 * school.level + rng.normal(0, .06), .02, .8))
        languages, maths = max(round(teachers * .125), 2), max(round(teachers * .11), 2)
        if school.code == TINY:
            languages, maths = 1, 1
        if school.code == 9029:
            maths = 1
        rows.append({
            "Код ОО": school.code, "Учебный год": "2025/26", "Ставок педагогов по тарификации": positions, "Вакантных ставок": vacant,
            "Учителей всего": teachers, "С высшей категорией": high, "С первой категорией": first, "До 30 лет": young,
            "Пенсионного возраста": old, "Прошли диагностику дефицитов": checked, "С выявленными дефицитами": found,
            "Учителей русского языка": languages, "Учителей математики": maths})
    return rows


DECISIONS = [  # year, school, category, order: invented; № 9038 is the predecessor of № 9014
    (2024, 9007, "ШНОР"), (2024, 9018, "ШНОР"), (2024, 9020, "ШНОР"), (2024, 9034, "ШНОР"), (2024, 9007, "ШНСУ"), (2024, 9029, "ШНСУ"),
    (2024, 9038, "ШНСУ"), (2024, 9002, "Зона риска"), (2024, 9010, "Зона риска"), (2024, 9030, "Зона риска"),
    (2025, 9007, "ШНОР"), (2025, 9018, "ШНОР"), (2025, 9029, "ШНОР"), (2025, 9034, "ШНОР"), (2025, 9020, "ШНОР"), (2025, 9031, "ШНОР"),
    (2025, 9007, "ШНСУ"), (2025, 9029, "ШНСУ"), (2025, 9038, "ШНСУ"), (2025, 9018, "ШНСУ"),
    (2025, 9002, "Зона риска"), (2025, 9032, "Зона риска"), (2025, 9035, "Зона риска"), (2025, 9007, "Группа внимания"),
]
LISTS = [  # year, school, list
    (2024, 9007, "Региональный перечень ШНОР"), (2024, 9018, "Региональный перечень ШНОР"), (2024, 9031, "Признаки НО (федеральный)"),
    (2025, 9007, "Региональный перечень ШНОР"), (2025, 9029, "Региональный перечень ШНОР"), (2025, 9031, "Признаки НО (федеральный)"),
    (2026, 9029, "Региональный перечень ШНОР"), (2026, 9022, "Признаки НО (региональный)"),
]
ACTS = [(2026, 9004, "14", 1), (2026, 9012, "3", 2), (2026, 9031, "21", 1), (2026, 9031, "22", 2), (2026, 9030, "9", 0)]
RECHECKS = [  # year, school, work, works rechecked, marks changed, outcome, reply of the school
    (2026, 9012, "МА", 5, 20, 1, "Признаки сняты", "Порядок хранения работ исправлен, приказ по школе издан."),
    (2026, 9022, "МА", 6, 20, 3, "Признаки подтвердились", "Три работы перепроверены вместе с методистом ИМЦ; критерии разобраны на методическом объединении."),
    (2026, 9031, "РУ", 6, 0, 0, "Назначена", "Школа просит перепроверить работы силами районной комиссии."),
    (2026, 9004, "РУ", 4, 20, 1, "Признаки сняты", ""),
    (2026, 9043, "РУ", 7, 24, 1, "Признаки сняты", "")]

# school, role, reply, day, with whom: replies to the invitation to «Школа – школе»; no names of people
REPLIES = [
    (9006, "Наставник", "Согласна", date(2026, 9, 1), "любой"), (9025, "Наставник", "Согласна", date(2026, 9, 2), "любой"),
    (9039, "Наставник", "Ждём ответа", None, "любой"), (9007, "Наставляемый", "Согласна", date(2026, 9, 1), "любой"),
    (9018, "Наставляемый", "Согласна", date(2026, 9, 2), "любой"), (9029, "Наставляемый", "Ждём ответа", None, "любой")]


# ---------------------------------------------------------------- writing


class Book:
    """One XLSX book: sheets with a title row above the header; the same bytes every time."""

    def __init__(self, path: Path):
        self.book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self.book.set_properties({"title": path.stem, "author": "Вымышленные данные", "created": CREATED})
        self.head = self.book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        self.name = self.book.add_format({"bold": True, "font_size": 12})
        self.day = self.book.add_format({"num_format": "dd.mm.yyyy"})

    def sheet(self, name: str, title: str, rows: list[dict]) -> None:
        """Add a sheet: title in row 1, empty row 2, header in row 3."""
        page = self.book.add_worksheet(name)
        page.write_string(0, 0, title, self.name)
        headers = list(rows[0])
        for column, header in enumerate(headers):
            page.write_string(2, column, header, self.head)
            page.set_column(column, column, 28 if "аименование" in header else 14)
        for line, row in enumerate(rows, start=3):
            for column, header in enumerate(headers):
                self._cell(page, line, column, row[header])
        page.freeze_panes(3, 0)

    def _cell(self, page, line: int, column: int, value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date):
            page.write_datetime(line, column, datetime(value.year, value.month, value.day), self.day)
        elif isinstance(value, str):
            page.write_string(line, column, value)
        else:
            page.write_number(line, column, value)

    def close(self) -> None:
        self.book.close()


def write_csv(path: Path, rows: list[dict], encoding: str, delimiter: str, comma: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([str(value).replace(".", comma) if isinstance(value, float) else value for value in row.values()])


def marks_row(school: School, work: Cohort) -> dict:
    counts = {f"«{mark}», чел.": int((work.marks == mark).sum()) for mark in (2, 3, 4, 5)}
    return {"Код ОО": school.code, "Наименование ОО": school.title, "Кол-во участников": len(work.marks), **counts}


class Writer:
    """Writes the files of the district from what was drawn."""

    def __init__(self, folder: Path, schools: list[School], works: dict[tuple, Cohort]):
        self.folder, self.schools, self.works = folder, schools, works

    def has(self, school: School, procedure: str, subject: str, grade: int, year: int) -> Cohort | None:
        if procedure == "ВПР" and year == REPORT_YEAR and school.code == DID_NOT_REPORT:
            return None
        return self.works.get((school.code, procedure, subject, grade, year))

    def rows(self, procedure: str, subject: str, grade: int, year: int):
        for school in self.schools:
            work = self.has(school, procedure, subject, grade, year)
            if work is not None:
                yield school, work

    def registry(self, enrolment: dict[int, int]) -> None:
        book = Book(self.folder / "Реестр школ.xlsx")
        rows = []
        for school in self.schools:
            special = school.kind in ("коррекционная", "вечерняя")
            rows.append({
                "Код ОО": school.code, "Краткое наименование": school.title, "Тип ОО": school.kind_name, "Муниципалитет": DISTRICT,
                "1–4 классы": "нет" if school.kind == "вечерняя" else "да", "5–9 классы": "да",
                "10–11 классы": "нет" if school.senior is None or school.kind == "коррекционная" else "да",
                "Всего обучающихся": enrolment[school.code], "Кластер по социальному паспорту": None if special else school.cluster,
                "Код правопреемника": school.successor})
        book.sheet("Реестр", f"Реестр общеобразовательных организаций, {DISTRICT} (вымышленные школы)", rows)
        book.close()

    # ------------------------------------------------------------ as ФИС ОКО gives it

    def each_work(self, year: int):
        """Give (grade, short, subject, scale, works of schools, scores and marks of a region) of every work of a year."""
        for grade in (4, 5, 6, 7, 8):
            for short, subject in SUBJECTS.items():
                yield grade, short, subject, VPR_SCALES[(grade, short)], list(self.rows("ВПР", short, grade, year)), region_work(grade, short, year)

    def groups(self, found: list, region: Cohort, pick, width: int) -> list[tuple[str, int, np.ndarray]]:
        """Counts of the whole sample, the region and the district: the rows above the schools."""
        own = sum((np.bincount(pick(work), minlength=width) for _, work in found), np.zeros(width, int))
        many = np.bincount(pick(region), minlength=width)
        return [(raw.SAMPLE, 35589, many * 40 + own), (raw.REGION, 742, many + own), (raw.DISTRICT, len(found), own)]

    def vpr(self, year: int) -> None:
        book = raw.Report(self.folder / f"Ф3 Статистика по отметкам_{year}.xlsx", "Статистика по отметкам")
        header = ["Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5"]
        for grade, short, subject, scale, found, region in self.each_work(year):
            rows = [[name, schools, int(counts.sum()), *raw.percents(counts[2:])] for name, schools, counts in self.groups(found, region, lambda work: work.marks, 6)]
            rows += [[raw.named(school.code, school.title, year), None, len(work.marks), *raw.percents(np.bincount(work.marks, minlength=6)[2:])] for school, work in found]
            book.sheet(short, grade, subject, year, scale[0], [], header, rows)
        book.close()

    def journal(self, year: int) -> None:
        book = raw.Report(self.folder / f"Сравнение отметок с журналом_{year}.xlsx", "Сравнение отметок с отметками по журналу")
        sides = ("Понизили (Отметка < Отметка по журналу) %", "Подтвердили (Отметка = Отметке по журналу) %", "Повысили (Отметка > Отметка по журналу) %")
        header = ["Группы участников", "Кол-во участников(всего)", *(part for side in sides for part in (side, "Кол-во участников"))]
        for grade, short, subject, scale, found, region in self.each_work(year):
            lines = [(name, counts) for name, _, counts in self.groups(found, region, lambda work: np.sign(work.marks - work.journal) + 1, 3)]
            lines += [(raw.named(school.code, school.title, year), np.bincount(np.sign(work.marks - work.journal) + 1, minlength=3)) for school, work in found]
            rows = [[name, int(counts.sum()), *(part for share, count in zip(raw.percents(counts), counts, strict=True) for part in (share, int(count)))] for name, counts in lines]
            book.sheet(short, grade, subject, year, scale[0], [], header, rows)
        book.close()

    def scores(self, year: int) -> None:
        book = raw.Report(self.folder / f"Распределение первичных баллов_{year}.xlsx", "Распределение первичных баллов")
        for grade, short, subject, scale, found, region in self.each_work(year):
            width = scale[0] + 1
            rows = [[name, int(counts.sum()), *raw.percents(counts)] for name, _, counts in self.groups(found, region, lambda work: work.scores, width)]
            rows += [[raw.named(school.code, school.title, year), len(work.scores), *raw.percents(np.bincount(work.scores, minlength=width))] for school, work in found]
            book.sheet(short, grade, subject, year, scale[0], [], ["Группы участников", "Кол-во участников", *map(str, range(width))], rows)
        book.close()

    def tasks(self, year: int) -> None:
        book = raw.Report(self.folder / f"Выполнение заданий_{year}.xlsx", "Выполнение заданий")
        for grade, short, subject, scale, found, region in self.each_work(year):
            tops = raw.item_tops(scale[0])
            names = [str(index + 1) for index in range(len(tops))]
            sums = {school.code: self.items(school.code, short, grade, year, work, tops).sum(axis=0) for school, work in found}
            region_sums = raw.item_scores(region.scores, tops, np.random.default_rng([SEED, 7, year, grade, ord(short[0])])).sum(axis=0)
            own, count = sum(sums.values()), sum(len(work.scores) for _, work in found)
            groups = [(raw.REGION, 742, len(region.scores) + count, region_sums + own), (raw.DISTRICT, len(found), count, own)]
            rows = [[name, schools, size, *(round(100 * int(points) / (size * top), 2) for points, top in zip(total, tops, strict=True))] for name, schools, size, total in groups]
            rows += [[raw.named(school.code, school.title, year), None, len(work.scores),
                      *(round(100 * int(points) / (len(work.scores) * top), 2) for points, top in zip(sums[school.code], tops, strict=True))] for school, work in found]
            book.sheet(short, grade, subject, year, scale[0], [], ["Группы участников", "Кол-во ОО", "Кол-во участников", *names], [["Макс балл", None, None, *tops], *rows])
        book.close()

    def individual(self, year: int, wanted: set[tuple[int, str]]) -> None:
        """Write Ф1: a row for each pupil with an invented code; there are no names in this form."""
        book = raw.Report(self.folder / f"Ф1 Индивидуальные результаты_{year}.xlsx", "Индивидуальные результаты")
        for grade, short, subject, scale, found, _ in self.each_work(year):
            if (grade, short) not in wanted:
                continue
            tops = raw.item_tops(scale[0])
            above = ["Уровень сложности задания", *[None] * 5, *("Б" if index < .7 * len(tops) else "П" for index in range(len(tops)))]
            header = ["ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *(f"{index + 1} ({top}б)" for index, top in enumerate(tops)),
                      "Первичный балл", "Отметка", "Отметка по журналу"]
            rows: list[list] = []
            for school, work in found:
                rows.append([raw.named(school.code, school.title, year), f"Кол-во участников: {len(work.scores)}"])
                items = self.items(school.code, short, grade, year, work, tops)
                rows += [[raw.login(school.code, year), None, None, 10001 + index, f"{grade}{'АБВГ'[index * 4 // len(work.scores)]}", 1 + index % 2, *map(int, items[index]),
                          int(work.scores[index]), int(work.marks[index]), int(work.journal[index])] for index in range(len(work.scores))]
            book.sheet(short, grade, subject, year, scale[0], above, header, rows)
        book.close()

    def items(self, code: int, short: str, grade: int, year: int, work: Cohort, tops: list[int]) -> np.ndarray:
        """Return the item scores of a school's work: the same in every file."""
        return raw.item_scores(work.scores, tops, np.random.default_rng([SEED, code, year, grade, ord(short[0])]))

    def codes(self) -> None:
        book = Book(self.folder / "Коды школ в ФИС ОКО.xlsx")
        rows = [{"Логин ФИС ОКО": raw.login(school.code, 2026), "Код ОО": school.code} for school in self.schools]
        rows += [{"Логин ФИС ОКО": raw.login(school.code, 2024), "Код ОО": raw.login(school.code, 2026)} for school in self.schools]
        book.sheet("Коды", "Логины школ в ФИС ОКО: прежние (sch…) и нынешние (edu…)", rows)
        book.close()

    def scales(self) -> None:
        names = ("Предмет шкалы", "Класс шкалы", "Год шкалы", "Максимальный первичный балл", "Наименьший балл для «3»", "Наименьший балл для «4»", "Наименьший балл для «5»")
        rows = [dict(zip(names, (SUBJECTS[short], grade, year, *scale), strict=True)) for year in YEARS for (grade, short), scale in VPR_SCALES.items()]
        write_csv(self.folder / "Шкалы ВПР.csv", rows, "utf-8", ";", ",")

    # ------------------------------------------------------------ exams: protocols of the report year, tidy tables of the years before

    def protocols(self) -> None:
        for short, subject in SUBJECTS.items():
            rows = [(str(school.code), f"9{'АБВГ'[index % 4]}", int(work.scores[index]), int(work.marks[index]))
                    for school, work in self.rows("ОГЭ", short, 9, REPORT_YEAR) for index in range(len(work.scores))]
            raw.write_protocol_book(self.folder / f"ОГЭ {REPORT_YEAR} {subject}.xlsx", f"{'01' if short == 'РУ' else '02'} - {subject.capitalize()} {REPORT_YEAR}.06.0{3 if short == 'МА' else 9}", rows)
        for short, title in (("РУ", "01 - Русский язык 2026.06.04"), ("МАБ", "22 - Математика базовая 2026.06.08"), ("МАП", "02 - Математика профильная 2026.06.08")):
            rows = [(str(school.code), "11А", int(score)) for school, work in self.rows("ЕГЭ", short, 11, REPORT_YEAR) for score in work.scores]
            raw.write_protocol_csv(self.folder / f"ЕГЭ {REPORT_YEAR} {title.split(' - ')[1].rsplit(' ', 1)[0].lower()}.csv", title, rows, EGE_MINIMUM.get(short), "Оценка" if short == "МАБ" else "Балл")

    def oge(self) -> None:
        book = Book(self.folder / "ОГЭ прошлых лет.xlsx")
        for year in YEARS[:-1]:
            rows = [{"Учебный год": f"{year - 1}/{year % 100}", "Предмет": subject.capitalize(), "Класс": 9, **marks_row(school, work)}
                    for short, subject in SUBJECTS.items() for school, work in self.rows("ОГЭ", short, 9, year)]
            book.sheet(f"{year - 1}-{year % 100}", f"ОГЭ, основной период, до пересдач, {year} год", rows)
        book.close()

    def ege(self) -> None:
        book = Book(self.folder / "ЕГЭ прошлых лет.xlsx")
        names = {"РУ": "Русский язык", "МАБ": "Математика (базовый уровень)", "МАП": "Математика (профильный уровень)"}
        for year in YEARS[:-1]:
            rows = []
            for short, name in names.items():
                for school, work in self.rows("ЕГЭ", short, 11, year):
                    minimum = EGE_MINIMUM.get(short, 3)
                    rows.append({
                        "Учебный год": f"{year - 1}/{year % 100}", "Предмет": name, "Класс": 11, "Код ОО": school.code, "Наименование ОО": school.title,
                        "Кол-во участников": len(work.scores), "Не преодолели минимальный порог": int((work.scores < minimum).sum()),
                        "Средний тестовый балл": round(float(work.scores.mean()), 2) if len(work.scores) else None})
            book.sheet(f"{year - 1}-{year % 100}", f"ЕГЭ, основной период, {year} год", rows)
        book.close()

    def enrolment(self, rng: np.random.Generator) -> None:
        book = Book(self.folder / "Контингент по классам.xlsx")
        rows = []
        for school in self.schools:
            for grade in (grade for grade in school.grades() if school.exists(REPORT_YEAR)):
                procedure = "ЕГЭ" if grade == 11 else "ОГЭ" if grade == 9 else "ВПР"
                size = max(self.works[(school.code, procedure, subject, grade, REPORT_YEAR)].enrolled for subject in SUBJECTS if grade != 11 or subject == "РУ")
                rows.append({"Код ОО": school.code, "Параллель": grade, "Учебный год": "2025/26", "Обучающихся в параллели": size})
        book.sheet("2025-26", "Численность обучающихся по параллелям на дату проведения ВПР", rows)
        book.close()

    def graduates(self, rng: np.random.Generator) -> None:
        book = Book(self.folder / "Выпуск и аттестаты.xlsx")
        rows = []
        for school in self.schools:
            for grade in (9, 11):
                work = self.works.get((school.code, "ОГЭ" if grade == 9 else "ЕГЭ", "РУ", grade, REPORT_YEAR))
                if work is None:
                    continue
                fails = int((work.marks == 2).sum())
                other = self.works.get((school.code, "ОГЭ", "МА", 9, REPORT_YEAR)) if grade == 9 else None
                fails = max(fails, int((other.marks == 2).sum())) if other else fails
                rows.append({"Код ОО": school.code, "Класс": grade, "Учебный год": "2025/26", "Выпускников": work.enrolled,
                             "Не получили аттестат": int(rng.binomial(fails, .12)) if grade == 9 else min(fails, 1)})
        book.sheet("2025-26", "Выпуск 9 и 11 классов, итоги после дополнительного периода", rows)
        book.close()

    def self_examination(self, rng: np.random.Generator) -> None:
        drawn = {}
        for school in self.schools:
            if not school.exists(REPORT_YEAR):
                continue
            placed = school.code != quality.NOT_PLACED
            sections = int(np.clip(11 - rng.poisson(.8), 5, 11))
            day = quality.LATE_DAY if school.code in quality.LATE else 10 + int(rng.integers(0, 10)) if placed else None
            drawn[school.code] = (sections, day)
        book = Book(self.folder / "Отчёты о самообследовании.xlsx")
        book.sheet("2026", "Мониторинг отчётов о самообследовании на сайтах школ, срок 20.04.2026", quality.self_report_rows(drawn, SEED))
        book.close()

    def training(self, staff: list[dict]) -> None:
        kinds = {school.code: school.kind for school in self.schools if school.exists(REPORT_YEAR)}
        teachers = {row["Код ОО"]: row["Учителей всего"] for row in staff}
        book = Book(self.folder / "Обучение оценке качества.xlsx")
        systems, courses = quality.training_rows(kinds, teachers, SEED)
        book.sheet("ВСОКО", "Внутренняя система оценки качества: сведения школ за 2025/26 учебный год", systems)
        book.sheet("КПК", "Курсы по оценке качества образования по программам и учебным годам", courses)
        book.close()

    def decisions(self) -> None:
        book = Book(self.folder / "Решения прошлых лет.xlsx")
        for year in (2024, 2025):
            rows = [{"По итогам учебного года": f"{year - 1}/{year % 100}", "Код ОО": code, "Утверждённая категория": word,
                     "Реквизиты приказа": f"приказ (образец) от 25.09.{year}"} for when, code, word in DECISIONS if when == year]
            book.sheet(f"{year}", f"Списки, утверждённые по итогам {year - 1}/{year % 100} учебного года", rows)
        book.close()

    def lists(self) -> None:
        book = Book(self.folder / "Внешние перечни.xlsx")
        rows = [{"Учебный год": f"{year - 1}/{year % 100}", "Код ОО": code, "Вид перечня": word, "Письмо о направлении перечня": f"письмо (образец), {year} г."}
                for year, code, word in LISTS]
        book.sheet("Перечни", "Школы района в федеральных и региональных перечнях", rows)
        book.close()

    def acts(self) -> None:
        book = Book(self.folder / "Наблюдение и перепроверка.xlsx")
        book.sheet("Акты", "Общественное наблюдение на ВПР, нарушения по актам",
                   [{"Учебный год": "2025/26", "Код ОО": code, "№ акта": number, "Нарушений порядка проведения": found} for _, code, number, found in ACTS])
        book.sheet("Перепроверка", "Выборочная перепроверка работ ВПР районной комиссией",
                   [{"Учебный год": "2025/26", "Код ОО": code, "Предмет": SUBJECTS[short].capitalize(), "Класс": grade,
                     "Перепроверено работ": checked, "Отметка изменена": changed, "Исход перепроверки": outcome, "Ответ школы (без фамилий)": reply}
                    for _, code, short, grade, checked, changed, outcome, reply in RECHECKS])
        book.close()

    def replies(self) -> None:
        book = Book(self.folder / "Ответы школ Школа – школе.xlsx")
        rows = [{"Код ОО": code, "По итогам года": "2025/26", "Роль в проекте": role, "Ответ на приглашение": reply, "Дата ответа": day,
                 "С кем (код школы или «любой»)": whom} for code, role, reply, day, whom in REPLIES]
        book.sheet("Ответы", "Ответы школ на приглашение в проект «Школа – школе»", rows)
        book.close()


def generate(folder: Path) -> None:
    """Write every file of the sample district into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    schools = draw_schools(rng)
    works = draw_results(rng, schools)
    enrolment = {school.code: round((9 * school.size if school.kind != "вечерняя" else 120) + 2 * (school.senior or 0)) for school in schools}
    enrolment[SUCCESSOR] += 225
    writer = Writer(folder, schools, works)
    writer.registry(enrolment)
    for year in YEARS:
        writer.vpr(year)
        if year > YEARS[0]:
            writer.scores(year)
    writer.journal(REPORT_YEAR)
    writer.tasks(REPORT_YEAR)
    writer.individual(REPORT_YEAR, set(VPR_SCALES))
    writer.individual(REPORT_YEAR - 1, F1_BEFORE)
    writer.codes()
    writer.scales()
    writer.protocols()
    writer.oge()
    writer.ege()
    writer.enrolment(rng)
    writer.graduates(rng)
    writer.self_examination(rng)
    writer.decisions()
    writer.lists()
    writer.acts()
    writer.replies()
    write_csv(folder / "Социальные паспорта.csv", draw_passports(rng, schools, enrolment), "utf-8", ",", ".")
    staff = draw_staff(rng, schools, enrolment)
    write_csv(folder / "Кадры_2026.csv", staff, "cp1251", ";", ",")
    writer.training(staff)
    profiles.write_profiles(folder, REPORT_YEAR, CREATED)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
