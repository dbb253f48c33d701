"""Words a user reads. Everything else in the package is language-free."""
from __future__ import annotations

from enum import Enum

from .norms import NormSource


class State(Enum):
    """State of a school; the order is not a ranking of schools."""

    EXCLUDED = "не оценивается"
    NOT_ENOUGH = "недостаточно данных"
    CLEAR = "признаков не выявлено"
    ATTENTION = "требует внимания"
    FOUND = "выявлены признаки"


SIGN_NAMES = {
    "S1_level": "Уровень результатов", "S2_spike": "Скачок числа работ у границы отметки",
    "S3_journal": "Сравнение с отметками по журналу", "S5_exam": "Подтверждение на ОГЭ",
    "S6_uniform": "Однородность результатов", "S6b_few_twos": "Доля отметок «2» при таком среднем балле",
    "S7_profile": "Выполнение заданий", "S7b_slope": "Трудные задания выполнены лучше, лёгкие — хуже",
    "S8_similar": "Сходство работ", "S9_absent": "Участие в работе"}

FAMILY_NAMES = {"level": "уровень", "shape": "форма распределения", "uniform": "однородность и задания",
                "absent": "участие"}

NORM_NOTES = {
    NormSource.NORMS_FILE: "Сравнение с нормами региона за тот же год.",
    NormSource.OWN_REGION: "Сравнение со школами этой же выгрузки.",
    NormSource.EARLIER_NORMS: "Распределение баллов — по строке региона, разброс между школами — по нормам "
                              "другого года.",
    NormSource.REGION_ROWS: "Распределение баллов — по строке региона, разброс между школами оценён по району: вывод "
                            "предварительный.",
    NormSource.OWN_DISTRICT: "Ни норм, ни строк региона нет: школы сравнены только между собой. Вывод предварительный, "
                             "выше «требует внимания» он быть не может."}
