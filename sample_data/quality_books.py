"""Rows of the books about self-examination reports and about training in quality assessment. Schools draw from generators of their own, so other books stay as they are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

# What is set and not drawn. Everything else of a report is drawn from the number of its parts.
NOT_PLACED = 9040                              # no report on the site
LATE, LATE_DAY = (9009, 9020), 29              # placed on 29.04.2026
LAST_DAY, NEXT_DAY = 9021, 9023                # placed on 20.04.2026 (in time) and on 21.04.2026 (a day late)
NO_DATE = 9034                                 # the date of placing is not told
NO_ROW = 9033                                  # the site was not looked at: no row
OTHER_YEAR = (9013, 9032)                      # last year's report is on the site
SENT_LATE, NOT_SENT = (9009, 9026), (9010, 9044)          # sent to the founder late; no date of sending
NOT_SIGNED, NOT_CONSIDERED, NOT_TOLD = 9008, (9007, 9035), 9030       # NOT_TOLD: one mark of a section is empty
PARTS = ("1.1 Образовательная деятельность", "1.2 Система управления", "1.3 Содержание и качество подготовки", "1.4 Организация учебного процесса",
         "1.5 Востребованность выпускников", "1.6 Кадровое обеспечение", "1.7 Учебно-методическое и библиотечное обеспечение", "1.8 Материально-техническая база",
         "1.9 Функционирование ВСОКО", "Есть показатели деятельности", "Есть выводы")
_LEFT_OUT = (.2, .3, .6, .4, 2.4, .4, 1.2, .7, 3.2, .8, 2.0)       # how often a part is the missing one, relative

PROGRAMMES = {"Критериальное оценивание": .075, "ВСОКО": .009, "Анализ результатов ВПР и ГИА": .045, "Проверка работ ВПР": .04}     # share of teachers trained in a year
TRAINING_YEARS = (2022, 2023, 2024, 2025, 2026)
NO_SYSTEM = 9033                               # no row about ВСОКО
NO_COURSES = 9019                              # no rows about courses
LONG_AGO = (9018, 9029)                        # all courses are older than three years
NO_LEADERS = (9010, 9018, 9022, 9029, 9036)    # nobody of the administration is trained
NO_ACT, ACT_NOT_TOLD = (9008, 9036), 9031      # no local act; the mark is empty
FEW_CHECKERS = (9002, 9022, 9035, 9036)        # fewer than two trained to check
NO_VPR = ("коррекционная", "вечерняя")
YES, NO = "да", "нет"


def self_report_rows(drawn: dict[int, tuple[int, int | None]], seed: int) -> list[dict]:
    """Make the sheet of monitoring; `drawn`: (parts of 11, day of April) by school."""
    return [_report(code, sections, day, np.random.default_rng([seed, 462, code])) for code, (sections, day) in drawn.items() if code != NO_ROW]


def _report(code: int, sections: int, day: int | None, rng: np.random.Generator) -> dict:
    placed = day is not None
    weights = np.array(_LEFT_OUT) / sum(_LEFT_OUT)
    left_out = set(rng.choice(len(PARTS), 11 - sections, replace=False, p=weights).tolist()) if sections < 11 else set()
    sent_later, considered = int(rng.integers(0, 3)), int(rng.integers(8, 30))
    on_site = None if not placed or code == NO_DATE else date(2026, 4, {LAST_DAY: 20, NEXT_DAY: 21}.get(code, day))
    sent = date(2026, 4, 27) if code in SENT_LATE else min(date(2026, 4, day) + timedelta(days=sent_later), date(2026, 4, 20)) if placed else None
    told = [YES if place not in left_out else NO for place in range(len(PARTS))] if placed else [None] * len(PARTS)
    if code == NOT_TOLD:
        told[4] = None
    return {
        "Код ОО": code, "Учебный год": "2025/26", "Отчёт размещён": YES if placed else NO, "Дата размещения": on_site,
        "Дата направления учредителю": None if code in NOT_SENT else sent, "За какой календарный год отчёт": None if not placed else 2024 if code in OTHER_YEAR else 2025,
        **dict(zip(PARTS, told, strict=True)), "Есть разделов из 11": sections if placed else 0,
        "Есть анализ ВПР и ГИА": (YES if sections > 7 and considered % 5 else NO) if placed else None,
        "Есть анализ ВПР и объективности": YES if placed and sections > 8 else NO,
        "Рассмотрен органом управления школы": (NO if code in NOT_CONSIDERED else YES) if placed else None,
        "Подписан руководителем": (NO if code == NOT_SIGNED else YES) if placed else None}


def training_rows(kinds: dict[int, str], teachers: dict[int, int], seed: int) -> tuple[list[dict], list[dict]]:
    """Make the rows of ВСОКО and of courses; people are counted once in the first, in every programme in the second."""
    systems, courses = [], []
    for code, kind in kinds.items():
        rng = np.random.default_rng([seed, 117, code])
        total = teachers.get(code) or int(rng.integers(40, 60))
        rows = _courses(code, kind, total, rng)
        courses += [] if code == NO_COURSES else rows
        if code != NO_SYSTEM:
            systems.append(_system(code, kind, total, rows, rng))
    return systems, courses


def _courses(code: int, kind: str, total: int, rng: np.random.Generator) -> list[dict]:
    """Courses of one school, year by year; older years have a row only where somebody was trained."""
    eager = float(rng.lognormal(0, .45))
    rows = []
    for year in TRAINING_YEARS:
        for programme, share in PROGRAMMES.items():
            expected = 0 if kind in NO_VPR and programme == "Проверка работ ВПР" else share * eager * total
            taught, leaders = int(rng.poisson(expected)), int(rng.random() < ((.24 if programme == "ВСОКО" else .14) if expected else 0))
            if (code in LONG_AGO and year > 2023) or (code in FEW_CHECKERS and programme == "Проверка работ ВПР" and year > 2024):
                taught = 0
            if year > 2023 and code in (*LONG_AGO, *NO_LEADERS):
                leaders = 0
            if year > 2023 or taught or leaders:
                rows.append({"Код ОО": code, "Учебный год обучения": f"{year - 1}/{year % 100}", "Программа повышения квалификации": programme,
                             "Обучено педагогов": min(taught, total // 4), "Обучено руководителей": leaders})
    return rows


def _system(code: int, kind: str, total: int, courses: list[dict], rng: np.random.Generator) -> dict:
    """What a school says of itself: nobody is counted twice, so the numbers are not above the sums of the last three years."""
    recent = [row for row in courses if row["Учебный год обучения"] >= "2023/24"]
    taught, led = (sum(row[name] for row in recent) for name in ("Обучено педагогов", "Обучено руководителей"))
    checking = sum(row["Обучено педагогов"] for row in recent if row["Программа повышения квалификации"] == "Проверка работ ВПР")
    leaders = 3 + int(total > 45) + int(total > 65)
    checkers = 0 if kind in NO_VPR else max(4, round(total * .3))
    trained = min(round(taught * .86), total)
    act = None if code == ACT_NOT_TOLD else NO if code in NO_ACT else YES
    return {
        "Код ОО": code, "Учебный год": "2025/26", "Всего педагогов": total, "Из них обучены оценке качества за три года": trained,
        "Всего руководителей и заместителей": leaders, "Руководителей, обученных за три года": min(led, leaders),
        "Проверяют работы ВПР": checkers, "Проверяющих, обученных за три года": min(checking, checkers, trained, 1 if code in FEW_CHECKERS else checkers),
        "Есть локальный акт о ВСОКО": act, "Дата локального акта": date(int(rng.integers(2019, 2026)), 8, int(rng.integers(26, 32))) if act == YES else None}
