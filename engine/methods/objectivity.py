"""Signs of non-objective results as named methods. One computation per run serves all of them; the statistics are in engine/objectivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import tree as t
from engine.methods.base import Calculation, CalculationError, Method, Parameter, Slice
from engine.problems import Cell, Problem
from engine.resolving import Kind
from engine.values import Numbers, Reason

if TYPE_CHECKING:
    from engine.objectivity.measured import Measured

SIGNS = "признаки_впр"
ATTENTION, FOUND = "требует внимания", "выявлены признаки"
SIGN_WORDS = {
    "S1_level": "уровень", "S2_spike": "скачок у границы", "S3_journal": "журнал", "S5_exam": "подтверждение на огэ", "S6_uniform": "однородность",
    "S6b_few_twos": "мало двоек", "S7_profile": "задания", "S7b_slope": "трудные лучше лёгких", "S8_similar": "сходство работ", "S9_absent": "участие"}
"""Words of the key «признак» in the rules, by the sign's name in the statistics."""

_WORK = ("предмет", "класс", "год")


def measured(call: Calculation, every: bool = False) -> Measured | None:
    """Return the signs of a «признаки_впр» indicator, computed once per run; None when no school wrote any work.

    Errors: CalculationError D501 when the norms table cannot be used.
    """
    from engine.objectivity.from_tables import Names, NormsError, Source
    from engine.objectivity.measured import measured_from
    kept = call.engine.shared.setdefault(SIGNS, {})
    if (call.indicator, every) not in kept:
        given = call.parameters
        names = Names(given["работы"], given["шкалы"], given.get("задания"), given.get("группы"), given.get("контингент"), given.get("экзамены"), given.get("нормы"), similarity=given.get("сходство"))
        source = Source(call.engine.tables.connection, names, call.evaluator.size, call.engine.report_year, int(call.number("лет", 3)))
        try:
            kept[(call.indicator, every)] = measured_from(source, _schools(call, source), every)
        except NormsError as error:
            raise CalculationError(Problem("D501", Cell(_norms_place(call)), f"Нормы признаков не подходят: {error}.", "Посчитайте их заново: school-risk norms, или уберите файл.")) from error
    return kept[(call.indicator, every)]


def _norms_place(call: Calculation) -> str:
    table = call.parameters.get("нормы")
    return next((sheet.file for sheet in call.engine.tables.sources if sheet.table == table), f"таблица «{table}»")


def _schools(call: Calculation, source):
    from engine.objectivity.records import Schools
    trees = call.parameters
    excluded = None if trees.get("не оцениваются") is None else call.evaluator.condition(trees["не оцениваются"]) != -1
    social = None if trees.get("социальный показатель") is None else call.evaluator.number(trees["социальный показатель"]).settled()
    return Schools(call.evaluator.size, _flag(call, "гимназии"), _flag(call, "сельские"), social, excluded, source.exam_means())


def _flag(call: Calculation, name: str) -> np.ndarray | None:
    tree: t.Tree | None = call.parameters.get(name)
    if tree is None:
        return None
    codes = call.evaluator.condition(tree)
    return np.where(codes == 0, np.nan, (codes == 1).astype(float))


def _signs(call: Calculation) -> Slice:
    """One row per school that takes part and sign that somebody has: z in the last year, or missing (never zero)."""
    found = measured(call)
    if found is not None:
        call.engine.notes += [Problem("D502", Cell(_norms_place(call)), note, "Посчитайте нормы по выгрузкам того же года: school-risk norms.") for note in found.notes]
    if found is None:
        return Slice(np.zeros(0, np.int64), {"признак": np.zeros(0, object)}, Numbers.exact(np.zeros(0)), np.zeros(0))
    table = found.table
    names = [name for name in SIGN_WORDS if np.isfinite(table.z[name][:, -1]).any()]
    schools = np.flatnonzero(table.included)
    values = np.concatenate([table.z[name][schools, -1] for name in names]) if names else np.zeros(0)
    words = np.repeat(np.array([SIGN_WORDS[name] for name in names], object), len(schools))
    return Slice(np.tile(schools, len(names)), {"признак": words}, Numbers.exact(values, np.full(len(values), Reason.INPUT, np.uint8)), np.tile(table.total[schools, -1], len(names)))


def _conclusion(call: Calculation) -> Numbers:
    """1: the school is in the list, 0: it is not, missing: too few works, no norm that carries so strong a word, or the school is not judged."""
    from engine.objectivity.codes import State
    found = measured(call.other(call.parameters["признаки"]))
    size = call.evaluator.size
    if found is None:
        return Numbers.exact(np.full(size, np.nan), np.full(size, Reason.NO_ROWS, np.uint8))
    verdict = found.verdict(call.number("доля ложных", 0.05))
    states = verdict.states
    attention = verdict.decision.attention & found.table.included
    unknown = np.array([state in (State.NOT_ENOUGH, State.EXCLUDED) for state in states])
    value = np.where(unknown, np.nan, attention.astype(float))
    reason = np.full(size, Reason.FEW_VALUES, np.uint8)
    if call.parameters["вывод"] == FOUND:
        weak = attention & ~unknown & (not found.table.source.strong)
        value = np.where(unknown | weak, np.nan, (states == State.FOUND).astype(float))
        reason[weak] = Reason.NO_BASE
    return Numbers.exact(value, reason)


_LIFT = {"лишних работ": "extra", "лишних работ, не менее": "low", "лишних работ, не более": "high", "доля поднятых": "share", "погрешность доли": "share_error"}


def _at_border(call: Calculation) -> Numbers:
    """Works on the borders of marks above expectation over all works of the year, with the ends of the 95 % interval; the share in percent."""
    found = measured(call.other(call.parameters["признаки"]))
    if found is None:
        return Numbers.exact(np.full(call.evaluator.size, np.nan), np.full(call.evaluator.size, Reason.NO_ROWS, np.uint8))
    value = np.array(getattr(found.lift(), _LIFT[call.parameters["что"]]), float)
    if call.parameters["что"] in ("доля поднятых", "погрешность доли"):
        value = 100 * value
    return Numbers.exact(value, np.full(len(value), Reason.INPUT, np.uint8))


_INDICATOR = Parameter("показатель", "Показатель метода «признаки_впр».", needed=True, words=(SIGNS,))

METHODS = (
    Method(SIGNS, "Статистика признаков необъективности ВПР по всем работам школы (docs/objectivity.md): отклонение каждого признака от обычного, в стандартных отклонениях.",
           {"работы": Parameter("таблица", "Число работ по первичным баллам и отметкам журнала.", needed=True, columns=(*_WORK, "журнал", "балл", "работ")),
            "шкалы": Parameter("таблица", "Максимум и границы отметок по годам.", needed=True, columns=("предмет", "класс", "год", "максимум", "граница_3", "граница_4", "граница_5")),
            "задания": Parameter("таблица", "Суммы баллов за задания: признаки по заданиям.", columns=(*_WORK, "задание", "сумма_баллов", "максимум")),
            "сходство": Parameter("таблица", "Пары работ внутри классов, посчитанные при чтении строк учеников: признак сходства.", columns=(*_WORK, "пар", "похожих_пар")),
            "группы": Parameter("таблица", "Распределения региона и всей выборки: с ними сравниваются школы.", columns=("вид_группы", "группа", "предмет", "класс", "год", "балл", "доля", "участников", "работ")),
            "контингент": Parameter("таблица", "Списочный состав классов: признак участия.", columns=("класс", "год", "учащихся")),
            "экзамены": Parameter("таблица", "Отметки ОГЭ: ожидаемый уровень и его подтверждение.", columns=("процедура", "предмет", "год", "отметка_2", "отметка_3", "отметка_4", "отметка_5")),
            "нормы": Parameter("таблица", "Нормы региона (school-risk norms).", columns=("раздел", "имя", "запись")),
            "гимназии": Parameter("условие", "Школы, от которых ждут высокого уровня."),
            "сельские": Parameter("условие", "Сельские школы."),
            "социальный показатель": Parameter("величина", "Социальные условия в одних единицах по всему региону (не место в районе)."),
            "не оцениваются": Parameter("условие", "Коррекционные, вечерние и особые школы: ни признаков, ни участия в нормах."),
            "лет": Parameter("число", "Сколько лет брать, считая отчётный (по умолчанию 3).")},
           _signs, {"признак": Kind("text", words=frozenset(SIGN_WORDS.values()))}),
    Method("вывод_о_признаках", "В списке ли школа (1 или 0), когда учтено, что школ много: «требует внимания» или «выявлены признаки».",
           {"признаки": _INDICATOR, "вывод": Parameter("слово", "Какой список.", needed=True, words=(ATTENTION, FOUND)),
            "доля ложных": Parameter("число", "Ожидаемая доля ошибочных записей в списке (по умолчанию 0,05).")}, _conclusion),
    Method("работы_у_границы", "Сколько работ ровно на границах отметок сверх ожидаемого, за год по всем работам школы, и границы 95-процентного интервала.",
           {"признаки": _INDICATOR, "что": Parameter("слово", "Какое число.", needed=True, words=tuple(_LIFT))}, _at_border),
)
