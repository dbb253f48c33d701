"""S8 in words: how many works inside classes are unusually alike over the year, or why that was not measured. No class is named."""

from __future__ import annotations

import numpy as np

from engine.objectivity.effects import Similar, similar_of_year
from engine.objectivity.similarity import ENOUGH_PAIRS
from reports.objectivity import Objectivity
from reports.russian import Noun, counted, number

SIGN = "S8_similar"
_ALIKE, _PAIR = Noun("похожая пара", "похожие пары", "похожих пар"), Noun("пару", "пары", "пар")


def similar_of(signs: Objectivity, row: int) -> Similar:
    """Return the pairs of a school in the year of the page."""
    return similar_of_year(signs.measured.table, signs.year, row) if signs.measured is not None else Similar(0.0, 0.0, np.nan, np.nan)


def in_words(similar: Similar) -> tuple[str, str]:
    """Say what was found and up to how much is usual. Example: «за год 9 похожих пар из 1 240, ожидается 0,4» and «до 2»."""
    return f"за год {counted(int(similar.found), _ALIKE)} из {number(similar.pairs)}, ожидается {number(similar.expected, 1)}", f"до {number(similar.usual)}"


def why_missing(similar: Similar) -> str:
    """Say why similarity was not measured."""
    if not similar.pairs:
        return ("нет строк учеников, в которых названы класс (от 5 до 45 учеников) и баллы за все задания (Ф1, региональная выгрузка, форма сбора), "
                "или во всех файлах одной работы таких учеников меньше 500")
    if similar.pairs < ENOUGH_PAIRS:
        return f"сравнить можно только {counted(int(similar.pairs), _PAIR)} работ, нужно не меньше {number(ENOUGH_PAIRS)}"
    return "обычная доля похожих пар неизвестна: в нормах региона её нет или школ для неё меньше 20"
