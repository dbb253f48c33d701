"""The functions of the expression language: one table that names, places and types them all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Place(Enum):
    """Where a function may stand."""

    ANYWHERE = "везде"
    ROWS = "над строками таблицы"
    YEARS = "над годами группы"
    SCHOOLS = "над школами"


@dataclass(frozen=True, slots=True)
class Function:
    """`arguments`: kinds in order («number», «truth», «any», «count»); a trailing «…» repeats the one before it.

    `result`: «number», «truth» or «same» (the kind of the first argument). `unit`: «same» keeps the unit of the first
    argument, «change» makes percentage points of percent, otherwise a unit or None (compared with anything).
    """

    name: str
    place: Place
    arguments: tuple[str, ...]
    pattern: str
    result: str = "number"
    unit: str | None = None
    optional: int = 0


def _table(*functions: Function) -> dict[str, Function]:
    return {function.name: function for function in functions}


_ANY, _ROWS, _YEARS, _SCHOOLS = Place.ANYWHERE, Place.ROWS, Place.YEARS, Place.SCHOOLS

FUNCTIONS: dict[str, Function] = _table(
    Function("округлить", _ANY, ("number", "count"), "округлить(x; знаков)", unit="same", optional=1),
    Function("округлить_вниз", _ANY, ("number", "count"), "округлить_вниз(x; знаков)", unit="same", optional=1),
    Function("округлить_вверх", _ANY, ("number", "count"), "округлить_вверх(x; знаков)", unit="same", optional=1),
    Function("модуль", _ANY, ("number",), "модуль(x)", unit="same"),
    Function("корень", _ANY, ("number",), "корень(x)"),
    Function("логарифм", _ANY, ("number",), "логарифм(x)"),
    Function("степень", _ANY, ("number", "number"), "степень(x; y)"),
    Function("наибольшее", _ANY, ("number", "number", "…"), "наибольшее(a; b)", unit="same"),
    Function("наименьшее", _ANY, ("number", "number", "…"), "наименьшее(a; b)", unit="same"),
    Function("среднее_известных", _ANY, ("number", "number", "…"), "среднее_известных(a; b)", unit="same"),
    Function("была", _ANY, ("category", "count"), "была(категория; лет назад)", result="truth", optional=1),

    Function("сумма", _ROWS, ("number",), "сумма(x)", unit="same"),
    Function("среднее", _ROWS, ("number",), "среднее(x)", unit="same"),
    Function("медиана", _ROWS, ("number",), "медиана(x)", unit="same"),
    Function("минимум", _ROWS, ("number",), "минимум(x)", unit="same"),
    Function("максимум", _ROWS, ("number",), "максимум(x)", unit="same"),
    Function("квантиль", _ROWS, ("number", "share"), "квантиль(x; 0,25)", unit="same"),
    Function("число", _ROWS, ("truth",), "число(условие)", optional=1),
    Function("доля", _ROWS, ("truth",), "доля(условие)", unit="%"),
    Function("число_различных", _ROWS, ("any",), "число_различных(x)"),
    Function("последнее", _ROWS, ("any",), "последнее(x)", result="same", unit="same"),
    Function("единственное", _ROWS, ("any",), "единственное(x)", result="same", unit="same"),
    Function("любой", _ROWS, ("truth",), "любой(условие)", result="truth"),
    Function("все", _ROWS, ("truth",), "все(условие)", result="truth"),
    Function("корреляция", _ROWS, ("number", "number"), "корреляция(x; y)"),
    Function("взвешенное", _ROWS, ("number", "number"), "взвешенное(x; вес)", unit="same"),
    Function("стандартное_отклонение", _ROWS, ("number",), "стандартное_отклонение(x)", unit="same"),

    Function("изменение", _YEARS, ("number", "count"), "изменение(x)", unit="change", optional=1),
    Function("в_прошлом", _YEARS, ("number", "count"), "в_прошлом(x; лет назад)", unit="same"),
    Function("тренд", _YEARS, ("number",), "тренд(x)"),
    Function("лет_подряд", _YEARS, ("truth",), "лет_подряд(условие)"),
    Function("лет_из", _YEARS, ("truth", "count"), "лет_из(условие; 3)"),

    Function("перцентиль", _SCHOOLS, ("number",), "перцентиль(x)", unit="%"),
    Function("ранг", _SCHOOLS, ("number",), "ранг(x)"),
    Function("свод", _SCHOOLS, ("reducer", "number"), "свод(максимум; x; где условие)", unit="second"),
    Function("среднее_всех", _SCHOOLS, ("number",), "среднее_всех(x)", unit="same"),
    Function("медиана_всех", _SCHOOLS, ("number",), "медиана_всех(x)", unit="same"),
    Function("отклонение_всех", _SCHOOLS, ("number",), "отклонение_всех(x)", unit="same"),
    Function("квантиль_всех", _SCHOOLS, ("number", "share"), "квантиль_всех(x; 0,25)", unit="same"),
    Function("число_всех", _SCHOOLS, ("truth",), "число_всех(условие)"),
    Function("перцентиль_района", _SCHOOLS, ("number",), "перцентиль_района(x)", unit="%"),
    Function("ранг_района", _SCHOOLS, ("number",), "ранг_района(x)"),
    Function("среднее_района", _SCHOOLS, ("number",), "среднее_района(x)", unit="same"),
    Function("медиана_района", _SCHOOLS, ("number",), "медиана_района(x)", unit="same"),
    Function("отклонение_района", _SCHOOLS, ("number",), "отклонение_района(x)", unit="same"),
    Function("квантиль_района", _SCHOOLS, ("number", "share"), "квантиль_района(x; 0,25)", unit="same"),
    Function("число_района", _SCHOOLS, ("truth",), "число_района(условие)"),
)

REDUCERS = ("максимум", "минимум", "среднее", "медиана", "сумма", "число")

RANKS = ("ранг", "перцентиль")


def is_rank(name: str) -> bool:
    """Return whether a function needs the policy for ties («при равных»)."""
    return name.removesuffix("_района") in RANKS
