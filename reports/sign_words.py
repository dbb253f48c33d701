"""How a reader is told of each sign: the question, the unit, what it is compared with, and what is missing when it cannot be measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.objectivity import Effect
from reports.russian import MINUS, NBSP, number, signed


@dataclass(frozen=True, slots=True)
class SignWords:
    """`value`, `usual`: an effect in words; `needs`: parameters of the method whose tables the sign needs."""

    question: str
    against: str
    unit: str
    value: Callable[[Effect], str]
    usual: Callable[[Effect], str]
    needs: tuple[str, ...]
    missing: str
    headline: Callable[[Effect], str]


def _plain(decimals: int, unit: str, factor: float = 1.0) -> tuple[Callable[[Effect], str], Callable[[Effect], str]]:
    return (lambda effect: f"{_whole(signed, factor * effect.value, decimals)}{NBSP}{unit}".strip(), lambda effect: f"±{_whole(number, factor * effect.usual, decimals)}")


def _whole(write: Callable[[float, int], str], value: float, decimals: int) -> str:
    """Write a measured number: nothing is a whole number by itself, and «−0» is 0."""
    text = write(round(value, decimals), decimals)
    return "0" if text.strip("+" + MINUS + "0,") == "" else text


def _level(effect: Effect) -> str:
    return f"{_whole(signed, effect.value, 2)}{NBSP}ст.{NBSP}откл. (около {_whole(signed, effect.value * effect.points, 1)}{NBSP}балла)"


_STANDARD = _plain(2, f"ст.{NBSP}откл.")
_EXAM = ("работы", "экзамены")

SIGN_WORDS: dict[str, SignWords] = {
    "S1_level": SignWords(
        "Выше ли средний результат, чем ожидается для такой школы?", "ожидание по ОГЭ школы, её типу и социальным условиям", "ст. откл. ученика", _level, _STANDARD[1], _EXAM,
        "нет результатов ОГЭ школы: без них неизвестно, какого уровня ждать",
        lambda effect: f"средний результат выше ожидаемого на {_level(effect).lstrip('+')}"),
    "S2_spike": SignWords(
        "Не слишком ли много работ ровно на границе отметки и мало — на один-два балла ниже?", "распределение той же работы по региону, подогнанное к уровню школы",
        "доля работ, которые оказались на границе вместо одного-двух баллов ниже", *_plain(0, "%", 100), ("работы", "шкалы"), "неизвестны границы отметок или у границ никого нет",
        lambda effect: "работ ровно на границах отметок больше ожидаемого"),
    "S3_journal": SignWords(
        "Выше ли отметки за работу, чем у учеников с такими же отметками в журнале?", "связь журнала и работы по региону", "отметки", *_plain(2, "отметки"), ("работы", "шкалы", "экзамены"),
        "нет отметок по журналу (форма Ф1) или ОГЭ школы",
        lambda effect: f"отметки выше, чем у учеников с такими же отметками в журнале, на {_whole(number, effect.value, 2)}"),
    "S5_exam": SignWords(
        "Подтвердила ли ОГЭ той же параллели прошлогоднюю ВПР восьмого класса?", "связь ВПР восьмого класса и ОГЭ по региону", "ст. откл. ученика", *_STANDARD, _EXAM,
        "нет прошлогодней ВПР восьмого класса или ОГЭ той же параллели",
        lambda effect: f"ОГЭ той же параллели ниже, чем обещала ВПР, на {_whole(number, effect.value, 2)} ст. откл."),
    "S6_uniform": SignWords(
        "Не слишком ли одинаковы результаты при таком среднем?", "разброс школ с тем же средним", "разброс к ожидаемому", *_plain(0, "%", 100), ("работы",), "нет работ, по которым виден разброс",
        lambda effect: f"результаты однороднее обычного: разброс меньше на {_whole(number, -100 * effect.value, 0)} %"),
    "S6b_few_twos": SignWords(
        "Не слишком ли мало «2» при таком среднем?", "распределение региона, сдвинутое к среднему школы", "учеников с «2» меньше ожидаемого", *_plain(1, "ученика"), ("работы", "шкалы"),
        "ожидается меньше одной «2»: судить не о чем",
        lambda effect: f"отметок «2» меньше ожидаемого на {_whole(number, effect.value, 1)}"),
    "S7_profile": SignWords(
        "Не выполнены ли задания непохоже на школы того же уровня?", "кривые выполнения заданий по региону", "средний квадрат отклонения заданий минус 1", *_plain(2, ""), ("работы", "задания"), "нет выполнения заданий",
        lambda effect: "задания выполнены непохоже на школы того же уровня"),
    "S7b_slope": SignWords(
        "Не выполнены ли трудные задания лучше, а лёгкие хуже?", "кривые выполнения заданий по региону", "наклон", *_plain(2, ""), ("работы", "задания"), "нет выполнения заданий",
        lambda effect: "трудные задания выполнены лучше, лёгкие хуже, чем обычно"),
    "S8_similar": SignWords(
        "Не слишком ли много почти одинаковых работ внутри класса?", "обычная доля похожих пар внутри школ", "похожие пары", *_plain(0, "пары"), ("работы", "сходство"),
        "нет строк учеников с классом и баллами за задания",
        lambda effect: "работы внутри классов похожи больше обычного"),
    "S9_absent": SignWords(
        "Не слишком ли многие не писали?", "обычная неявка по региону", "доля учеников", *_plain(0, "п. п.", 100), ("работы", "контингент"), "нет списочного состава или писали больше, чем числится",
        lambda effect: f"не писали больше учеников, чем обычно, на {_whole(number, 100 * effect.value, 0)} п. п."),
}
