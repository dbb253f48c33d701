"""One rule set, said once in plain records: every competitor translates these records into its own language.

60 indicators, 40 criteria (comparisons, thresholds by date and by type, ranges, words, all / any / at least two), six
categories with exclusions, 25 measures. Seeded: the same records on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

DAY = date(2026, 9, 3)
INDICATORS = tuple(f"показатель_{number:02d}" for number in range(1, 61))
SCHOOL_TYPE, SCHOOL_TYPES = "тип_школы", ("сош", "гимназия", "лицей", "сош_с_углублением", "вечерняя")
BOUNDS = (28.0, 30.0, 32.5, 35.0, 37.3, 62.0, 65.0, 66.6, 70.1, 72.5)
SIGNS = {">=": "не менее", ">": "более", "<=": "не более", "<": "менее"}


@dataclass(frozen=True, slots=True)
class Compare:
    """An indicator against a number or a threshold by its name."""

    indicator: str
    sign: str
    bound: float | str


@dataclass(frozen=True, slots=True)
class Between:
    """low <= indicator < high."""

    indicator: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OfType:
    """The school is of one of these types."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """A criterion or a category, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Opposite:
    item: Condition


@dataclass(frozen=True, slots=True)
class Every:
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    count: int
    items: tuple[Condition, ...]


Condition = Compare | Between | OfType | Met | Opposite | Every | Some | AtLeast


@dataclass(frozen=True)
class Threshold:
    """Editions by date; with `by_type` the newest edition depends on the type of the school («иначе» for the rest)."""

    editions: dict[str, float]
    by_type: dict[str, float] | None = None

    @property
    def today(self) -> float:
        return self.editions[max(since for since in self.editions if since <= DAY.isoformat())]

    def of(self, word: str) -> float:
        """Return the value in force for a type of school."""
        return self.by_type.get(word, self.by_type["иначе"]) if self.by_type else self.today


@dataclass(frozen=True)
class RuleBase:
    """`excluded_by`: which categories keep a category from being assigned. Later categories and measures use earlier ones."""

    thresholds: dict[str, Threshold]
    criteria: dict[str, Condition]
    categories: dict[str, Condition]
    excluded_by: dict[str, tuple[str, ...]]
    measures: dict[str, Condition]

    def in_force(self, category: str) -> Condition:
        """State a category together with its exclusions, for engines that have no word for them."""
        excluded = tuple(Opposite(Met(other)) for other in self.excluded_by[category])
        return Every((self.categories[category], *excluded)) if excluded else self.categories[category]

    def nodes(self) -> dict[str, Condition]:
        """Return everything with a status, in an order of computing."""
        return {**self.criteria, **{name: self.in_force(name) for name in self.categories}, **self.measures}


def children(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case Opposite(item):
            return (item,)
        case Every(items) | Some(items) | AtLeast(_, items):
            return items
    return ()


def make(seed: int = 7) -> RuleBase:
    """Draw the rule base. The same seed gives the same rules."""
    draw = Random(seed)
    thresholds = {f"порог_{number:02d}": Threshold({"2020-09-01": draw.choice(BOUNDS), "2024-09-01": draw.choice(BOUNDS)}) for number in range(1, 9)}
    thresholds["порог_по_типу"] = Threshold({}, {"гимназия": 25.0, "лицей": 25.0, "иначе": 32.5})

    def part(indicator: str) -> Condition:
        kind = draw.randrange(4)
        if kind == 0:
            low = draw.choice((20.0, 27.5, 40.0, 55.5))
            return Between(indicator, low, low + draw.choice((10.0, 15.0)))
        bound = draw.choice(list(thresholds)) if kind == 1 else draw.choice(BOUNDS)
        value = bound if isinstance(bound, float) else thresholds[bound].of("сош")
        return Compare(indicator, draw.choice(("<", "<=") if value < 50 else (">=", ">")), bound)

    def parts(count: int) -> tuple[Condition, ...]:
        return tuple(part(indicator) for indicator in draw.sample(INDICATORS, count))

    def one() -> Condition:
        return parts(1)[0]

    shapes: list[Callable[[], Condition]] = [
        one, one, one, lambda: Every(parts(2)), lambda: Some(parts(2)), lambda: AtLeast(2, parts(3)),
        lambda: Every((OfType(tuple(draw.sample(SCHOOL_TYPES, 2))), one())), lambda: Some((OfType((draw.choice(SCHOOL_TYPES),)), *parts(2)))]
    criteria = {f"критерий_{number:02d}": shapes[number % len(shapes)]() for number in range(1, 41)}
    categories = {f"категория_{number}": _category(draw, number, list(criteria)) for number in range(1, 7)}
    excluded_by = dict.fromkeys(categories, ())
    excluded_by |= {"категория_2": ("категория_1",), "категория_5": ("категория_3",), "категория_6": ("категория_1", "категория_4")}
    measures = {f"мера_{number:02d}": _measure(draw, number, list(criteria), list(categories)) for number in range(1, 26)}
    return RuleBase(thresholds, criteria, categories, excluded_by, measures)


def _category(draw: Random, number: int, criteria: list[str]) -> Condition:
    chosen = [Met(name) for name in draw.sample(criteria, 5)]
    shapes = (Some((Every(tuple(chosen[:2])), *chosen[2:4])), AtLeast(2, tuple(chosen)), Every((Some(tuple(chosen[:3])), Opposite(chosen[3]))))
    return shapes[number % 3]


def _measure(draw: Random, number: int, criteria: list[str], categories: list[str]) -> Condition:
    chosen = [Met(name) for name in draw.sample(categories, 2)]
    other = Met(draw.choice(criteria))
    shapes = (chosen[0], Some(tuple(chosen)), other, Every((chosen[0], other)), Some((*chosen, other)))
    return shapes[number % 5]


# ---------------------------------------------------------------- the product's own language


def yaml_text(base: RuleBase) -> str:
    """Write the rule base as a methodologist would: the product loads this text with its own loader."""
    columns = [f"      {_source(name)}: {{тип: число, единица: \"%\"}}" for name in INDICATORS]
    lines = ["календарь: {отчётный год: 2026}", "таблицы:", "  школы:", "    что: реестр", "    ключ: [школа]", "    столбцы:", "      школа: {тип: код}",
             f"      {SCHOOL_TYPE}: {{тип: текст, допустимо: [{', '.join(SCHOOL_TYPES)}]}}", *columns, "пороги:"]
    lines += [f"  {name}: {_threshold(threshold)}" for name, threshold in base.thresholds.items()]
    lines += ["показатели:", *(f"  {name}: {{единица: \"%\", формула: {_source(name)}}}" for name in INDICATORS)]
    lines += ["критерии:", *(f"  {name}: {{когда: {_yaml(when)}}}" for name, when in base.criteria.items())]
    lines += ["категории:", *(f"  {name}: {{когда: {_yaml(when)}{_excludes(base, name)}}}" for name, when in base.categories.items())]
    lines += ["роли: {имц: {название: Информационно-методический центр}}", "меры:"]
    lines += [f"  {name}: {{для: {_audience(base, when)}, ответственный: имц, срок: {{до: 09-20}}}}" for name, when in base.measures.items()]
    return "\n".join(lines) + "\n"


def _source(indicator: str) -> str:
    return indicator.replace("показатель", "столбец")


def _threshold(threshold: Threshold) -> str:
    if threshold.by_type:
        return f"{{единица: \"%\", по: {SCHOOL_TYPE}, значения: {{2020-09-01: {{{_pairs(threshold.by_type)}}}}}}}"
    return f"{{единица: \"%\", значения: {{{_pairs(threshold.editions)}}}}}"


def _pairs(values: dict[str, float]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in values.items())


def _excludes(base: RuleBase, name: str) -> str:
    excluded = [other for other, by in base.excluded_by.items() if name in by]
    return f", исключает: [{', '.join(excluded)}]" if excluded else ""


def _yaml(condition: Condition) -> str:
    match condition:
        case Compare(indicator, sign, bound):
            return f"\"{indicator} {SIGNS[sign]} {bound if isinstance(bound, str) else f'{bound:g} %'}\""
        case Between(indicator, low, high):
            return f"\"{indicator} от {low:g} % до менее {high:g} %\""
        case OfType(words):
            return f"\"{SCHOOL_TYPE} входит в ({'; '.join(words)})\""
        case Met(name):
            return name
        case Opposite(item):
            return f"{{не: {_yaml(item)}}}"
        case Every(items):
            return f"{{все: [{_list(items)}]}}"
        case Some(items):
            return f"{{любой: [{_list(items)}]}}"
        case AtLeast(count, items):
            return f"{{не менее {count} из: [{_list(items)}]}}"
    raise AssertionError(condition)


def _list(items: tuple[Condition, ...]) -> str:
    return ", ".join(_yaml(item) for item in items)


def _audience(base: RuleBase, condition: Condition) -> str:
    match condition:
        case Met(name):
            return f"{{{'критерий' if name in base.criteria else 'категория'}: {name}}}"
        case Every(items) | Some(items):
            word = "все" if isinstance(condition, Every) else "любой"
            return f"{{{word}: [{', '.join(_audience(base, item) for item in items)}]}}"
    raise AssertionError(condition)
