"""Blocks of rules as entries of a document: conditions as nested lines, formulas in words, examples, who uses what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine import model
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, Program
from engine.words import sentence
from reports.russian import joined, long_date
from reports.wording import Line, Wording, column_title

_BASE = {"все": "идут в счёт", "с данными": "в счёт не идут", "осторожная": "могут занять любое место; вывод, который от этого зависит, не определён"}


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another entry of the same document."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it reads: conditions as nested lines, pairs of label and text, who stands on it, examples."""

    anchor: str
    title: str
    clause: str
    note: str
    conditions: tuple[tuple[str, Line], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    used: tuple[Link, ...] = ()
    examples: tuple[tuple[str, str, str], ...] = ()
    examples_title: str = ""
    mark: str = ""
    number: str = ""


class Weaver:
    """Turns blocks of rules into entries."""

    def __init__(self, wording: Wording, program: Program):
        self.wording, self.program, self.rules = wording, program, program.rules

    def _entry(self, name: str, block: model.Grounded, **more) -> Entry:
        verified = f"сверено {long_date(block.verified)}" if block.verified else "с документом не сверено"
        examples = tuple(self._examples(getattr(block, "examples", ())))
        return Entry(name, self.wording.title(name), f"{block.clause or 'Основание не указано'} · {verified}", block.note or "",
                     examples=examples, examples_title=f"Примеры: {len(examples)}", **more)

    # ------------------------------------------------------------ groups and criteria

    def category(self, plan: CategoryPlan) -> Entry:
        block = plan.block
        conditions = [(label, self.wording.condition(tree)) for label, tree in (
            ("К кому применяется", plan.applies), ("Когда присваивается", plan.when), ("Когда снимается, если действовала по решению прошлого года", plan.exit_if)) if tree is not None]
        pairs = [
            ("Когда присваивается", "ни одна другая группа не действует, и хотя бы одна не определена" if block.rest else ""),
            ("Сохраняется после решения", f"лет, не меньше: {block.kept_years}" if block.kept_years else ""),
            ("Исключает", "; ".join(self.wording.title(name) for name in block.excludes)),
            ("Не присваивается, пока действует", "; ".join(self.wording.title(name) for name in plan.excluded_by))]
        return self._entry(plan.name, block, pairs=_filled(pairs), conditions=tuple(conditions), used=tuple(self._used_by(plan.name)))

    def criterion(self, plan: CriterionPlan) -> Entry:
        conditions = [(label, self.wording.condition(tree)) for label, tree in (("К кому применяется", plan.applies), ("Когда выполнен", plan.when)) if tree is not None]
        pairs = [("Если сведений нет", "" if plan.block.policy.value == "не определён" else plan.block.policy.value), ("Срок действия", _period(plan.block.in_force))]
        return self._entry(plan.name, plan.block, pairs=_filled(pairs), conditions=tuple(conditions), used=tuple(self._used_by(plan.name)))

    def switched_off(self) -> Iterator[Entry]:
        """Criteria that stand in the rules and take no part: a reader must see that they were not forgotten."""
        for name in sorted(self.program.switched_off):
            yield self._entry(name, self.rules.criteria[name], mark="выключен: в этом расчёте не участвует")

    def _used_by(self, name: str) -> Iterator[Link]:
        """Criteria, groups and indicators that stand on a name directly."""
        for other, used in self.program.uses.items():
            if name in used and isinstance(self.program.plans.get(other), (CriterionPlan, CategoryPlan, IndicatorPlan)):
                yield Link(other, self.wording.title(other))

    def _examples(self, examples: Iterable[model.Example]) -> Iterator[tuple[str, str, str]]:
        for example in examples:
            given = "; ".join(f"{self._given(name)} — {_shown(value)}" for name, value in example.given.items())
            rows = "; ".join(", ".join(f"{str(name).replace('_', ' ')} {_shown(value)}" for name, value in row.items()) for row in example.rows)
            yield sentence(example.why or ""), given or rows, _shown(example.outcome)

    def _given(self, name: str) -> str:
        return self.wording.title(name) if "(" not in name else name

    # ------------------------------------------------------------ indicators

    def indicator(self, plan: IndicatorPlan) -> Entry:
        block, text = plan.block, self.wording.text
        pairs = [
            ("Единица", block.unit or ""), ("Для", f"{plan.level}" if plan.level != self.program.school_level else ""),
            ("Из чего", self.wording.title(plan.table) if plan.table else ""), ("Отдельно по", joined(key.replace("_", " ") for key in plan.keys)),
            ("За какие годы", window_words(block.year) if block.year is not None else ""), ("Какие строки", text(plan.where) if plan.where is not None else ""),
            ("Как считается", self._formula(plan)), ("n — это", self.wording.expression(plan.size) if plan.size is not None else ""),
            ("Нет данных, если", text(plan.missing_if) if plan.missing_if is not None else ""), ("Полнота", _completeness(block)),
            ("Школы без значения", _BASE[block.base] if block.base else ""), ("При равных значениях", f"ранг — {block.ties}" if block.ties else ""),
            ("Лучше, когда", {"меньше — лучше": "меньше", "больше — лучше": "больше"}.get(block.direction or "", "")), ("Через разрыв ряда", block.ignore_breaks or ""),
            ("Источник", block.source or "")]
        return self._entry(plan.name, block, pairs=_filled(pairs), used=tuple(self._used_by(plan.name)))

    def _formula(self, plan: IndicatorPlan) -> str:
        if plan.formula is not None:
            return self.wording.expression(plan.formula)
        return f"метод «{(plan.block.method or '').replace('_', ' ')}»"

    # ------------------------------------------------------------ the data contract

    def table(self, name: str) -> Entry:
        block = self.rules.tables[name]
        pairs = [
            ("Столбцы", "; ".join(self._column(key, column) for key, column in block.columns.items())), ("Проверки строк", "; ".join(check.message for check in block.checks)),
            ("Каких строк ждёт расчёт", "; ".join(self._expected(item) for item in block.expected)),
            ("Нет строки — значит", "школы в перечне нет" if block.absence == "ноль" else ""), ("Источник", block.source or "")]
        return Entry(name, self.wording.title(name), "", block.note or "", pairs=_filled(pairs), used=tuple(self._used_by(name)))

    def _column(self, name: str, column: model.Column) -> str:
        if column.formula is not None:
            return f"{sentence(name)} (вычисляется)"
        required = " — обязательно" if column.required else ""
        return f"{column_title(name, column)}{f', {column.unit}' if column.unit else ''}{required}"

    def _expected(self, item: model.Expectation) -> str:
        parts = [f"{key.replace('_', ' ')}: {', '.join(words)}" for key, words in item.rows.items()]
        parts += [window_words(item.years)] if item.years is not None else []
        return ", ".join(parts) or "по строке на школу"


def _filled(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in pairs if pair[1])


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    return str(value).replace(".", ",").replace("-", "−") if isinstance(value, (int, float)) else str(value).replace("_", " ")


def _period(period: model.Period | None) -> str:
    if period is None:
        return ""
    return " ".join(part for part in (f"с {long_date(period.since)}" if period.since else "", f"по {long_date(period.until)}" if period.until else "") if part)


def _completeness(block: model.Indicator) -> str:
    parts = [f"лет не меньше {block.needed_years.years}{', включая последний' if block.needed_years.latest else ''}" if block.needed_years else "",
             f"значений не меньше {block.needed_values}" if block.needed_values else "", "строки без значения пропускаются" if block.gaps else ""]
    return "; ".join(part for part in parts if part)


def window_words(window: model.Window) -> str:
    """Say which years a window takes."""
    few = window.count in (2, 3, 4)
    match window.kind:
        case model.WindowKind.LAST:
            return "отчётный год" if window.count == 1 else f"{window.count} последних {'года' if few else 'лет'}"
        case model.WindowKind.BEFORE_LAST:
            return "год перед отчётным" if window.count == 1 else f"{window.count} {'года' if few else 'лет'} перед отчётным"
        case model.WindowKind.ALL:
            return "все годы по отчётный"
        case model.WindowKind.FIXED:
            return f"{window.count - 1}/{window.count % 100:02} учебный год"
    raise AssertionError(window)
