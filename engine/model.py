"""The shapes of rule blocks. Field aliases here are the one table that maps the Russian keywords to English field names."""

from __future__ import annotations

from datetime import date
from enum import Enum
from graphlib import TopologicalSorter
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine import tree as t
from engine.expressions import ExpressionError, parse
from engine.problems import Place, Problem
from engine.words import IDENTIFIER
from engine.yamltext import Mapping, Sequence

# ---------------------------------------------------------------- values of keys


def refuse(*problems: Problem) -> PydanticCustomError:
    """Carry ready problems (with places) through pydantic, which collects them with its own."""
    return PydanticCustomError("problems", "problems", {"problems": list(problems)})


def _say(message: str) -> PydanticCustomError:
    return PydanticCustomError("said", "{said}", {"said": message})


def _formula(value: Any) -> t.Tree:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _say("Здесь нужно выражение одной строкой, например «100 * сумма(а) / сумма(б)».")
    try:
        return parse(value)
    except ExpressionError as error:
        raise refuse(error.problem) from None


_COUNTED = ("не менее ", "не более ")


def _condition(value: Any) -> t.Tree:
    """Read a condition: an expression, or lists under «все», «любой», «не менее N из», «не более N из», «не», «условие»."""
    problems: list[Problem] = []
    tree = _read_condition(value, problems)
    if problems:
        raise refuse(*problems)
    if tree is None:
        raise _say("Здесь нужно условие: выражение или «все:» / «любой:» / «не:» / «не менее 2 из:» со списком.")
    return tree


def _read_condition(value: Any, problems: list[Problem]) -> t.Tree | None:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            return parse(value)
        except ExpressionError as error:
            problems.append(error.problem)
            return t.Text("")
    if isinstance(value, Sequence):
        problems.append(Problem("R107", value.place, "Список условий стоит без слова «все» или «любой».",
                                "Напишите «все: […]», если нужны все, или «любой: […]», если достаточно одного."))
        return t.Text("")
    if not isinstance(value, Mapping):
        return None
    if "условие" in value:
        return _with_policy(value, problems)
    if len(value) != 1:
        problems.append(Problem("R107", value.place, "В условии должен быть один ключ.",
                                "«все», «любой», «не», «не менее 2 из», «не более 2 из» или «условие»; несколько условий вложите списком."))
        return t.Text("")
    (key, inner), = value.items()
    return _read_keyed(key, inner, value, problems)


def _read_keyed(key: str, inner: Any, value: Mapping, problems: list[Problem]) -> t.Tree:
    place = value.keys_at[key]
    if key in ("критерий", "категория"):
        return _read_condition(inner, problems) or t.Text("")
    if key == "не":
        return t.Not(_read_condition(inner, problems) or t.Text(""), place=place)
    words = key.split()
    counted = key.startswith(_COUNTED) and len(words) == 4 and words[3] == "из" and (words[2].isdigit() or bool(IDENTIFIER.match(words[2])))
    if key not in ("все", "любой") and not counted:
        problems.append(Problem("R105", place, f"Ключ «{key}» в условии неизвестен.",
                                "Здесь бывают «все», «любой», «не», «не менее 2 из», «не более 2 из», «условие», «критерий», «категория»."))
        return t.Text("")
    if not isinstance(inner, Sequence) or not inner:
        problems.append(Problem("R107", value.values_at[key], f"После «{key}» нужен непустой список условий.", "Например: [критерий_а, критерий_б]."))
        return t.Text("")
    items = tuple(_read_condition(item, problems) or t.Text("") for item in inner)
    if key == "все":
        return t.AllOf(items, place=place)
    if key == "любой":
        return t.AnyOf(items, place=place)
    beyond = words[1] == "более"
    tree = _at_least(key, words[2], beyond, items, place, problems)
    return t.Not(tree, place=place) if beyond else tree


def _at_least(key: str, count: str, beyond: bool, items: tuple[t.Tree, ...], place: Place, problems: list[Problem]) -> t.AtLeast:
    """«не менее N» as it is, «не более N» as what it denies: at least one more."""
    if not count.isdigit():
        return t.AtLeast(1, items, t.Name(count, place=place), beyond, place=place)
    need = int(count) + beyond
    if not 1 <= need <= len(items):
        impossible = need > len(items) and not beyond
        problems.append(Problem("R401" if impossible else "R404", place, f"«{key}»: в списке {len(items)} условий.", "Исправьте число или список."))
    return t.AtLeast(need, items, beyond=beyond, place=place)


def _with_policy(value: Mapping, problems: list[Problem]) -> t.Tree:
    known = {"условие", "при отсутствии данных"}
    for key in value:
        if key not in known:
            problems.append(Problem("R105", value.keys_at[key], f"Ключ «{key}» рядом с «условие» неизвестен.", "Здесь бывает «при отсутствии данных»."))
    item = _read_condition(value["условие"], problems) or t.Text("")
    word = value.get("при отсутствии данных", Policy.UNKNOWN.value)
    try:
        policy = Policy(word)
    except ValueError:
        problems.append(Problem("R107", value.values_at["при отсутствии данных"], f"Политики «{word}» нет.",
                                "Бывает: не определён, не выполнен, выполнен, пропустить."))
        policy = Policy.UNKNOWN
    return t.WithPolicy(item, policy, place=value.place)


Policy = t.Policy


def _flag(value: Any) -> bool:
    if value in (True, False) and isinstance(value, bool):
        return value
    if value in ("да", "нет"):
        return value == "да"
    raise _say("Здесь нужно «да» или «нет».")


def _unquoted(value: Any) -> Any:
    """Read a whole number that stands in quotes as the number it is."""
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


class WindowKind(Enum):
    LAST = "последние"
    BEFORE_LAST = "до последнего"
    ALL = "все"
    FIXED = "год"


class Window(NamedTuple):
    """Which years: the `count` last ones, the `count` before the last, all up to the report year, or one fixed year."""

    kind: WindowKind
    count: int = 1

    def years(self, report_year: int, first_year: int) -> tuple[int, ...]:
        """List the years of the window, oldest first."""
        match self.kind:
            case WindowKind.LAST:
                return tuple(range(report_year - self.count + 1, report_year + 1))
            case WindowKind.BEFORE_LAST:
                return tuple(range(report_year - self.count, report_year))
            case WindowKind.ALL:
                return tuple(range(min(first_year, report_year), report_year + 1))
            case WindowKind.FIXED:
                return (self.count,)
        raise AssertionError(self.kind)


def _window(value: Any) -> Window:
    value = _unquoted(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1900 < value < 2200:
        return Window(WindowKind.FIXED, value)
    words = str(value).lower().split()
    if words in (["последний"], ["отчётный"], ["отчетный"]):
        return Window(WindowKind.LAST, 1)
    if words == ["предыдущий"]:
        return Window(WindowKind.BEFORE_LAST, 1)
    if words == ["все"]:
        return Window(WindowKind.ALL)
    if len(words) == 2 and words[0].isdigit() and words[1].startswith("последни") and int(words[0]) > 0:
        return Window(WindowKind.LAST, int(words[0]))
    if len(words) == 3 and words[0].isdigit() and words[1:] == ["до", "последнего"] and int(words[0]) > 0:
        return Window(WindowKind.BEFORE_LAST, int(words[0]))
    raise _say("Окно лет: «последний», «предыдущий», «3 последних», «3 до последнего», «все» или год, например 2024.")


class Completeness(NamedTuple):
    """How many years must have a value, and whether the latest must be among them."""

    years: int
    latest: bool = False


def _completeness(value: Any) -> Completeness:
    value = _unquoted(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return Completeness(value)
    head, _, tail = str(value).partition(",")
    if head.strip().isdigit() and int(head) > 0 and tail.strip().lower() == "включая последний":
        return Completeness(int(head), latest=True)
    raise _say("Сколько лет нужно: «2» или «2, включая последний».")


def _full_date(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _say("Дата пишется так: 2026-09-01.") from None


def _day_of_year(value: Any) -> tuple[int, int]:
    parts = str(value).split("-")
    try:
        month, day = (int(part) for part in parts)
        date(2024, month, day)
    except ValueError:
        raise _say("День года пишется так: 09-01 (месяц-день).") from None
    return month, day


def _edition(value: Any) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {str(word): _number(item) for word, item in value.items()}
    return _number(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _say("Здесь нужно число.")
    if isinstance(value, str):
        return _number_from_text(value)
    return float(value)


def _number_from_text(value: str) -> float:
    text = value.strip().removesuffix("%").strip().replace(",", ".")
    try:
        return float(date.fromisoformat(text).toordinal()) if text.count("-") == 2 else float(text)
    except ValueError:
        raise _say(f"«{value}» — не число.") from None


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _say("Здесь нужен текст.")
    return " ".join(str(value).split())


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return (_text(value),)
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return tuple(_text(item) for item in value)
    raise _say("Здесь нужно слово или список слов.")


_CONDITION_SCHEMA = {"x-schema": "условие"}      # `engine.schema` puts the shared definition here
Formula = Annotated[Any, AfterValidator(_formula), WithJsonSchema({"type": ["string", "number"]})]
Condition = Annotated[Any, AfterValidator(_condition), WithJsonSchema(_CONDITION_SCHEMA)]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"enum": ["да", "нет"]})]
Years = Annotated[Any, AfterValidator(_window), WithJsonSchema({"type": ["string", "integer"], "examples": ["последний", "3 последних", "все"]})]
Needed = Annotated[Any, AfterValidator(_completeness), WithJsonSchema({"type": ["string", "integer"]})]
Day = Annotated[date, BeforeValidator(_full_date), WithJsonSchema({"type": "string", "format": "date"})]
DayOfYear = Annotated[Any, AfterValidator(_day_of_year), WithJsonSchema({"type": "string", "pattern": r"^\d{2}-\d{2}$"})]
Amount = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": ["number", "string"]})]
Edition = Annotated[Any, AfterValidator(_edition), WithJsonSchema({"type": ["number", "string", "object"]})]
Line = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), WithJsonSchema({"type": ["array", "string"], "items": {"type": ["string", "number"]}})]


class Block(BaseModel):
    """A block of rules: unknown keys are errors, and a block never changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def key(russian: str, about: str, default: Any = ..., **more: Any) -> Any:
    """Declare a field by its Russian keyword and a line of help for editors."""
    return Field(default, alias=russian, description=about, **more)


# ---------------------------------------------------------------- the document, the district, the calendar


class Approval(Block):
    by: Line | None = key("кем", "Кто утвердил.", None)
    number: Line | None = key("номер", "Номер приказа.", None)
    day: Day | None = key("дата", "Дата приказа.", None)


class Period(Block):
    since: Day | None = key("с", "С какого дня действует.", None)
    until: Day | None = key("по", "По какой день действует.", None)

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Regulation(Block):
    title: Line = key("название", "Название документа.")
    short: Line | None = key("кратко", "Как называть документ в отчётах.", None)
    approved: Approval | None = key("утверждено", "Кем, под каким номером и когда.", None)
    in_force: Period | None = key("действует", "Срок действия.", None)
    text: Line | None = key("текст", "Где лежит полный текст.", None)
    note: Line | None = key("пояснение", "Примечание.", None)


class Body(Block):
    title: Line = key("название", "Название органа или роли.")
    short: Line | None = key("кратко", "Сокращение.", None)
    contact: Line | None = key("контакт", "Как связаться (без личных данных).", None)
    note: Line | None = key("пояснение", "Примечание.", None)


class Role(Body):
    """Who answers for measures. `of_each_school`: every school has its own, such as its administration; then load is counted for each."""

    of_each_school: Flag = key("своя у каждой школы", "«да» — у каждой школы свой исполнитель: администрация, куратор.", False)
    most_a_month: int | None = key("наибольшая нагрузка в месяц", "Больше скольких дел в месяц одному исполнителю не успеть.", None, gt=0)


class District(Block):
    title: Line = key("название", "Название района.")
    title_genitive: Line | None = key("название в родительном падеже", "«Московского района …».", None)
    purpose: Line | None = key("для чего отчёт", "Строка о назначении отчётов.", None)
    bodies: dict[str, Body] = key("органы", "Органы управления образованием.", {})


class AcademicYear(Block):
    begins: DayOfYear = key("начинается", "Первый день учебного года: 09-01.")


class Quarter(Block):
    since: DayOfYear = key("с", "Первый день четверти: 09-01.")
    until: DayOfYear = key("по", "Последний день четверти: 10-25.")


class MovedDays(Block):
    """The production calendar of one year, where it differs from what the library knows or the law gives."""

    year: int = key("год", "Календарный год.", ge=2013, le=2200)
    source: Line = key("основание", "Постановление Правительства РФ о переносе выходных дней или иной акт.")
    moves: dict[Day, Day] | None = key("дни", "Какой выходной на какой день перенесён: {2028-02-23: 2028-02-25}.", None)
    days_off: tuple[Day, ...] = key("выходные", "Дни, объявленные нерабочими.", ())
    working: tuple[Day, ...] = key("рабочие", "Выходные, объявленные рабочими.", ())


class SeriesBreak(Block):
    table: str = key("таблица", "Таблица, ряд которой разорван.")
    where: dict[str, Words] = key("где", "Для каких строк: {процедура: ВПР}.", {})
    year: int = key("с года", "Первый год нового ряда: 2025 — с 2024/25 учебного года.")
    why: Line = key("почему", "Причина.")


def _report_year(value: Any) -> int | str:
    value = _unquoted(value)
    if value in ("по дате", "последний в данных"):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _say("Отчётный год: «по дате», «последний в данных» или число, например 2026.")


class Calendar(Block):
    academic_year: AcademicYear | None = key("учебный год", "Когда начинается учебный год.", None)
    quarters: tuple[Quarter, ...] = key("четверти", "Учебные четверти: [{с: 09-01, по: 10-25}, …].", ())
    moved_days: tuple[MovedDays, ...] = key("переносы", "Переносы выходных по годам, которых ещё нет в календаре программы.", ())
    report_year: Annotated[Any, AfterValidator(_report_year), WithJsonSchema({"type": ["string", "integer"]})] = key(
        "отчётный год", "«по дате» (последний завершённый), число или «последний в данных».", "по дате")
    breaks: tuple[SeriesBreak, ...] = key("разрывы рядов", "Где ряд лет нельзя продолжать.", ())


# ---------------------------------------------------------------- the data contract

DecimalSign = Literal["точка", "запятая", "любой"]
ColumnType = Literal["код", "школа", "текст", "число", "целое", "да/нет", "дата", "учебный год"]


class Column(Block):
    title: Line | None = key("название", "Название столбца для людей.", None)
    type: ColumnType | None = key("тип", "Тип значений.", None)
    unit: Line | None = key("единица", "Единица измерения.", None)
    least: Amount | None = key("от", "Наименьшее допустимое значение.", None)
    most: Amount | None = key("до", "Наибольшее допустимое значение.", None)
    allowed: Words = key("допустимо", "Допустимые слова.", ())
    reference: str | None = key("справочник", "Справочник допустимых слов.", None)
    headers: Words = key("заголовки", "Как столбец называют в файлах.", ())
    required: Flag = key("обязательно", "Пустая ячейка — ошибка.", False)
    hidden: Words = key("скрыто", "Знаки, которыми источник скрывает малые числа.", ())
    from_file_name: str | None = key("из имени файла", "Образец (регулярное выражение) для имени файла.", None)
    from_sheet_name: str | None = key("из имени листа", "Образец для имени листа.", None)
    decimal: DecimalSign | None = key("десятичный знак", "«точка» — запятая делит тысячи: 1,234 = 1234; «запятая», «любой» — дробь.", None)
    default: Annotated[Any, WithJsonSchema({"type": ["string", "number"]})] = key("по умолчанию", "Значение, если столбца в файле нет.", None)
    formula: Formula | None = key("формула", "Вычисляется из других столбцов строки.", None)
    level: Flag = key("уровень", "Столбец реестра задаёт уровень над школой.", False)


class RowCheck(Block):
    condition: Condition = key("условие", "Что верно для каждой строки.")
    message: Line = key("сообщение", "Что сказать, если неверно.")


class Expectation(Block):
    rows: dict[str, Words] = key("строки", "Сочетания ключей: {процедура: ВПР, класс: [5, 6]}.", {})
    years: Years | None = key("годы", "За какие годы: «3 последних».", None)
    only_if: Condition | None = key("если", "Для каких школ (по столбцам реестра).", None)


def _expected(value: Any) -> Any:
    if value == "каждая школа":
        return [{}]
    return [value] if isinstance(value, dict) else value


class Table(Block):
    title: Line | None = key("название", "Название таблицы.", None)
    kind: Literal["реестр", "решения", "сведения", "общие", "коды"] = key(
        "что", "Реестр школ, утверждённые решения, сведения о школах, общие сведения (без школы) или переписка кодов школ.", "сведения")
    keys: Words = key("ключ", "Столбцы, которые вместе называют строку.")
    columns: dict[str, Column] = key("столбцы", "Столбцы таблицы.")
    checks: tuple[RowCheck, ...] = key("проверки", "Что проверить в каждой строке.", ())
    expected: Annotated[tuple[Expectation, ...], BeforeValidator(_expected)] = key("ожидается", "Каких строк ждём.", ())
    decimal: DecimalSign | None = key("десятичный знак", "Для всех столбцов таблицы, у которых он не назван.", None)
    absence: Literal["нет данных", "ноль"] = key("отсутствие строк", "Что значит отсутствие строки школы.", "нет данных")
    source: Line | None = key("источник", "Откуда берётся таблица.", None)
    note: Line | None = key("пояснение", "Примечание.", None)
    rows: tuple[dict[str, Any], ...] = key("строки", "Строки, заданные в самих правилах: шкалы, минимумы.", ())

    def model_post_init(self, context: Any) -> None:
        """Give the table's decimal sign to the columns that name none."""
        columns = {name: column if column.decimal else column.model_copy(update={"decimal": self.decimal}) for name, column in self.columns.items()}
        object.__setattr__(self, "columns", columns)

    def column_of_type(self, wanted: str) -> str | None:
        """Return the first column of a type («школа», «учебный год»), or None."""
        return next((name for name, column in self.columns.items() if column.type == wanted), None)

    def computed(self) -> tuple[str, ...]:
        """Order the computed columns so that each stands after those its formula reads. Errors: graphlib.CycleError."""
        formulas = {name: column.formula for name, column in self.columns.items() if column.formula is not None}
        return tuple(TopologicalSorter({name: [other for other in t.names(formula) if other in formulas] for name, formula in formulas.items()}).static_order())

    @property
    def year_column(self) -> str | None:
        return self.column_of_type("учебный год")

    @property
    def school_column(self) -> str | None:
        return self.keys[0] if self.kind == "реестр" else self.column_of_type("школа")


# ---------------------------------------------------------------- thresholds, indicators, criteria, categories, measures


class Grounded(Block):
    """What every rule of a regulation carries: a title, the clause it rests on, and when it was last compared with the text."""

    title: Line | None = key("название", "Название для людей.", None)
    clause: Line | None = key("основание", "Пункт документа.", None)
    verified: Day | None = key("сверено", "Когда сверено с текстом документа.", None)
    note: Line | None = key("пояснение", "Примечание.", None)


class Threshold(Grounded):
    unit: Line | None = key("единица", "Единица измерения.", None)
    value: Amount | None = key("значение", "Значение без дат.", None)
    editions: dict[str, Edition] = key("значения", "Дата, с которой действует, и значение.", {})
    by: str | None = key("по", "Столбец реестра, от которого зависит порог.", None)

    def edition(self, day: date) -> tuple[date | None, float | dict[str, float]] | None:
        """Return (since when, value) of the last edition not later than `day`, or None."""
        if self.value is not None:
            return None, self.value
        past = [(date.fromisoformat(since), value) for since, value in self.editions.items() if date.fromisoformat(since) <= day]
        return max(past, key=lambda item: item[0]) if past else None


class Example(Block):
    why: Line | None = key("почему", "Что показывает пример.", None)
    given: dict[str, Any] = key("дано", "Величины примера.", {})
    rows: tuple[dict[str, Any], ...] = key("строки", "Строки таблицы для примера показателя.", ())
    outcome: Any = key("итог", "Ожидаемый итог.")


class Indicator(Grounded):
    unit: Line | None = key("единица", "Единица измерения.", None)
    level: str | None = key("для", "Уровень: столбец реестра с пометкой «уровень: да».", None)
    table: str | None = key("таблица", "Таблица или показатель с разрезом.", None)
    by: Words = key("по", "Разрез: столбцы таблицы.", ())
    year: Years | None = key("год", "Какие годы брать.", None)
    where: Condition | None = key("где", "Какие строки рассматриваются.", None)
    formula: Formula | None = key("формула", "Что вычислить.", None)
    method: str | None = key("метод", "Именованный метод расчёта.", None)
    parameters: dict[str, Any] = key("параметры", "Параметры метода.", {})
    size: Formula | None = key("численность", "Число наблюдений (n), печатается рядом со значением.", None)
    missing_if: Condition | None = key("нет данных, если", "Когда значения нет.", None)
    needed_years: Needed | None = key("нужно лет", "Сколько лет окна должны иметь значение.", None)
    needed_values: int | None = key("нужно значений", "Сколько строк должны иметь значение.", None, gt=0)
    gaps: Literal["пропускать"] | None = key("пропуски", "«пропускать»: свёртки обходят строки без значения.", None)
    ties: Literal["меньший", "больший", "средний"] | None = key("при равных", "Какой ранг получают равные значения.", None)
    base: Literal["все", "с данными", "осторожная"] | None = key("база", "Как считать школы без значения.", None)
    quantile_method: Literal["линейный", "ступенчатый"] = key("способ", "Как считать квантиль.", "линейный")
    ignore_breaks: Line | None = key("разрыв ряда не важен", "Почему разрыв ряда этому показателю не мешает.", None)
    direction: Literal["меньше — лучше", "больше — лучше"] | None = key("направление", "Что считать улучшением.", None)
    decimals: int = key("знаков", "Сколько знаков печатать.", 1, ge=0, le=6)
    source: Line | None = key("источник", "Откуда данные.", None)
    examples: tuple[Example, ...] = key("примеры", "Проверочные примеры.", ())


class Phrases(Block):
    met: Line | None = key("выполнен", "Фраза при выполнении.", None)
    not_met: Line | None = key("не выполнен", "Фраза при невыполнении.", None)
    unknown: Line | None = key("не определён", "Фраза при нехватке данных.", None)


class Criterion(Grounded):
    level: str | None = key("для", "Уровень над школой.", None)
    when: Condition = key("когда", "Условие.")
    applies: Condition | None = key("применяется", "К кому применяется.", None)
    policy: Annotated[Policy, WithJsonSchema({"enum": [item.value for item in Policy]})] = key(
        "при отсутствии данных", "Чем становится критерий без данных.", Policy.UNKNOWN)
    in_force: Period | None = key("действует", "Срок действия.", None)
    enabled: Flag = key("включён", "«нет» — вариант стоит в правилах, но не участвует.", True)
    phrases: Phrases | None = key("фразы", "Что сказать в отчёте.", None)
    examples: tuple[Example, ...] = key("примеры", "Проверочные примеры.", ())


class Category(Grounded):
    plural: Line | None = key("название во множественном числе", "Для заголовков отчётов.", None)
    short: Line | None = key("кратко", "Короткое название для таблиц.", None)
    level: str | None = key("для", "Уровень над школой.", None)
    applies: Condition | None = key("применяется", "К кому применяется.", None)
    when: Condition | None = key("когда", "Условие присвоения.", None)
    rest: Flag = key("остальные", "Категория тех, чья категория не определена.", False)
    exit_if: Condition | None = key("снимается, если", "Условие выхода.", None)
    kept_years: int | None = key("сохраняется лет", "Сколько лет держится после решения.", None, gt=0, le=20)
    excludes: Words = key("исключает", "Категории, которые не присваиваются вместе с этой.", ())
    internal: Flag = key("для служебного пользования", "«да» — видят школа и аналитик; в списки для руководства школа поимённо не входит.", False)
    support: int | None = key("поддержка", "Порядок показа: 1 — самая большая помощь.", None)
    phrases: Phrases | None = key("фразы", "Что сказать в отчёте.", None)
    examples: tuple[Example, ...] = key("примеры", "Проверочные примеры.", ())


class Deadline(Block):
    since: DayOfYear | None = key("с", "Начало: 11-01.", None)
    until: DayOfYear | None = key("по", "Конец: 04-30.", None)
    before: DayOfYear | None = key("до", "Срок: 09-10.", None)
    rhythm: Line | None = key("как часто", "Периодичность.", None)
    words: Line | None = key("когда", "Словами, если даты нет.", None)


class Effect(Block):
    indicator: str | None = key("показатель", "Имя показателя.", None)
    expected: Line = key("ожидается", "Что должно измениться.")


def _audience(value: Any) -> t.Tree | None:
    return None if value == "всем" else _condition(value)


class Shortfall(Block):
    """What calls for a group event: rows of a slice by subject whose value is above zero."""

    indicator: str = key("показатель", "Показатель с разрезом по предмету: больше нуля — дефицит есть.")
    subjects: Words = key("предмет", "По каким предметам.")
    least_schools: int = key("не меньше школ", "Со скольких школ мероприятие нужно.", 1, gt=0)


class Measure(Grounded):
    audience: Annotated[Any, AfterValidator(_audience), WithJsonSchema(_CONDITION_SCHEMA)] = key("для", "Кому: критерий, категория, условие или «всем».")
    level: str | None = key("уровень", "Мера уровня над школой.", None)
    responsible: Words = key("ответственный", "Роль из раздела «роли».")
    participants: Words = key("участники", "Роли участников.", ())
    deadline: Deadline = key("срок", "Когда.")
    document: Line | None = key("документ", "Что остаётся на бумаге.", None)
    effect: Effect | None = key("показатель эффекта", "По какому показателю видно действие меры.", None)
    stage: Line | None = key("этап", "Этап управленческого цикла.", None)
    event: Literal["групповое", "школы"] | None = key("мероприятие", "«групповое» — одно на всех, кому нужно; «школы» — в каждой школе своё.", None)
    shortfall: Shortfall | None = key("дефициты", "Групповое мероприятие нужно, если у школ есть дефициты по предмету.", None)
    after: Words = key("после", "Меры, которые должны быть раньше.", ())
    form: Line | None = key("форма", "Форма мероприятия: семинар, практикум, встреча.", None)

    @property
    def is_group(self) -> bool:
        """Tell whether it is one event for all who need it."""
        return self.event == "групповое" or (self.audience is None and self.event is None)


# ---------------------------------------------------------------- mentoring: «Школа – школе»


class Likeness(Block):
    title: Line | None = key("название", "Название для людей.", None)
    value: Formula = key("величина", "Показатель, столбец реестра или выражение.")
    weight: Amount = key("вес", "Вес относительно других условий.", ge=0)
    kind: Literal["число", "логарифм", "категория"] = key("вид", "Как сравнивать: разность, разность логарифмов, совпадает или нет.", "число")
    limit: Amount = key("не более", "Большее различие считается таким (в устойчивых отклонениях).", 3.0, gt=0)
    unit: Line | None = key("единица", "Единица измерения для показа.", None)


class MentoringSubject(Block):
    title: Line | None = key("название", "Название для людей.", None)
    weak: Condition = key("слаб", "Когда школе нужна помощь в предмете.")
    strong: Condition = key("силён", "Когда школа может помочь в предмете.")


class SubjectDemand(Block):
    rule: Literal["не требуется", "хотя бы в одном", "во всех"] = key("силён", "В скольких предметах наставляемого наставник должен быть силён.", "не требуется")
    penalty: Amount = key("надбавка", "Сколько прибавить к различию, если наставник не силён ни в одном нужном предмете (доля — по числу предметов).", 0.0, ge=0)


class Travel(Block):
    table: str = key("таблица", "Таблица путей между школами.")
    to: str = key("куда", "Столбец с кодом второй школы.")
    value: str = key("величина", "Столбец с временем или расстоянием.")
    most: Amount = key("не более", "Наибольший допустимый путь.", gt=0)


class DecidedPair(Block):
    mentee: Line = key("кому", "Школа-наставляемый.")
    mentor: Line = key("наставник", "Школа-наставник.")
    why: Line | None = key("почему", "Чьё решение и почему.", None)


class PairLimits(Block):
    capacity: int = key("школ у наставника", "Сколько школ ведёт один наставник.", 2, ge=0)
    capacities: dict[str, Annotated[int, Field(ge=0)]] = key("школ у отдельных наставников", "Исключения: код школы — сколько.", {})
    consent: Literal["обязательно", "спросить после подбора"] = key("согласие", "Нужно ли согласие до подбора.", "спросить после подбора")
    inside: str | None = key("только внутри", "Столбец реестра, который у пары должен совпадать: кластер.", None)
    travel: Travel | None = key("путь", "Ограничение времени или расстояния.", None)
    distance: Amount | None = key("различие не более", "Наибольшее различие условий.", None, gt=0)
    subjects: SubjectDemand = key("предмет", "Требование к предметам.", SubjectDemand())
    fixed: tuple[DecidedPair, ...] = key("закрепить", "Пары, назначенные решением.", ())
    forbidden: tuple[DecidedPair, ...] = key("не назначать", "Пары, которых быть не должно.", ())


class Mentoring(Grounded):
    mentees: str = key("кому нужна помощь", "Категория школ-наставляемых.")
    mentors: str = key("кто может помочь", "Категория школ-наставников.")
    mentor_role: str | None = key("роль наставника", "Роль, дела которой ведёт школа-наставник: они считаются за ней, а не за наставляемой школой.", None)
    factors: dict[str, Likeness] = key("сходство", "Условия, по которым школы похожи.", min_length=1)
    least_known: Amount = key("нужно известного веса", "Какая доля веса условий, в процентах, должна быть известна о паре.", 60.0, gt=0, le=100)
    subjects: dict[str, MentoringSubject] = key("предметы", "В чём нужна и в чём возможна помощь.", {})
    limits: PairLimits = key("ограничения", "Решения района о парах.", PairLimits())
    answers: str | None = key("ответы", "Таблица ответов школ: школа, год, роль, ответ, дата, с_кем.", None)
    similar: int = key("похожих школ", "Со сколькими похожими школами сравнивать результаты школы.", 5, ge=1)
    compared: Words = key("сравнивать", "Показатели, которые сравниваются с похожими школами.", ())
