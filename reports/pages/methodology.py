"""«Перечень критериев и показателей», woven from the rules: what a lawyer compares with the Положение, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine import model
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan
from engine.words import sentence
from reports.book import Book
from reports.russian import long_date
from reports.view import Header, MeasureView
from reports.wording import Line, column_title


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it reads: pairs of label and text, conditions as nested lines, examples."""

    anchor: str
    title: str
    clause: str
    verified: str
    note: str
    pairs: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, Line], ...] = ()
    examples: tuple[tuple[str, str, str], ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    title: str
    about: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Methodology:
    header: Header
    documents: tuple[str, ...]
    sections: tuple[Section, ...]
    measures: tuple[MeasureView, ...]
    tables: tuple[Entry, ...]


def make_methodology(book: Book) -> Methodology:
    """Put the rules of a run into words."""
    weaver = _Weaver(book)
    sections = (
        Section("groups", "Группы школ", "Группа — основание для помощи. Присваивается предварительно, до решения; группы не исключают друг друга, если не сказано обратное.",
                tuple(weaver.category(plan) for plan in book.program.of(CategoryPlan))),
        Section("criteria", "Критерии", "У каждого критерия три исхода: выполнен, не выполнен, не определён. Нехватка данных никогда не значит «не выполнен».",
                (*(weaver.criterion(plan) for plan in book.program.of(CriterionPlan)), *weaver.switched_off())),
        Section("thresholds", "Пороги", f"Значения на {long_date(book.run.day)}. Прежние и будущие редакции указаны с датами.",
                tuple(weaver.threshold(name) for name in book.rules.thresholds)),
        Section("indicators", "Показатели", "Что вычисляется и из каких таблиц.", tuple(weaver.indicator(plan) for plan in book.program.of(IndicatorPlan))))
    measures = tuple(book.measures.view(plan, book.measures.groups_meant(plan)) for plan in book.program.of(MeasurePlan))
    return Methodology(book.header, tuple(_documents(book)), sections, measures, tuple(weaver.table(name) for name in book.rules.tables))


def _documents(book: Book) -> Iterable[str]:
    for regulation in book.rules.regulations:
        approval = regulation.approved
        signed = ""
        if approval is not None:
            number = f"№ {approval.number}" if approval.number else ""
            day = f"от {long_date(approval.day)}" if approval.day else ""
            signed = ", ".join(part for part in (approval.by or "", " ".join(part for part in (number, day) if part)) if part)
        yield f"{regulation.title}{f' ({signed})' if signed else ''}. {regulation.note or ''}".strip()


class _Weaver:
    """Turns blocks of rules into entries."""

    def __init__(self, book: Book):
        self.book, self.wording, self.rules, self.program = book, book.wording, book.rules, book.program

    def _entry(self, name: str, block: model.Grounded, **more) -> Entry:
        return Entry(name, block.title or sentence(name), block.clause or "Основание не указано.", f"сверено {long_date(block.verified)}" if block.verified else "с документом не сверено", block.note or "", **more)

    # ------------------------------------------------------------ groups and criteria

    def category(self, plan: CategoryPlan) -> Entry:
        block, conditions = plan.block, []
        if plan.applies is not None:
            conditions.append(("К кому применяется", self.wording.condition(plan.applies)))
        if plan.when is not None:
            conditions.append(("Когда присваивается", self.wording.condition(plan.when)))
        if plan.exit_if is not None:
            conditions.append(("Когда снимается, если действовала по решению прошлого года", self.wording.condition(plan.exit_if)))
        pairs = []
        if block.rest:
            pairs.append(("Когда присваивается", "ни одна другая группа не действует, и хотя бы одна не определена"))
        if block.kept_years:
            pairs.append(("Держится после решения", f"не меньше {block.kept_years} лет"))
        if block.excludes:
            pairs.append(("Исключает", "; ".join(self.wording.title(name) for name in block.excludes)))
        if plan.excluded_by:
            pairs.append(("Не присваивается, пока действует", "; ".join(self.wording.title(name) for name in plan.excluded_by)))
        return self._entry(plan.name, block, pairs=tuple(pairs), conditions=tuple(conditions), examples=tuple(self._examples(block.examples)))

    def criterion(self, plan: CriterionPlan) -> Entry:
        block, conditions = plan.block, []
        if plan.applies is not None:
            conditions.append(("К кому применяется", self.wording.condition(plan.applies)))
        conditions.append(("Когда выполнен", self.wording.condition(plan.when)))
        pairs = [] if block.policy.value == "не определён" else [("Если данных нет", block.policy.value)]
        return self._entry(plan.name, block, pairs=tuple(pairs), conditions=tuple(conditions), examples=tuple(self._examples(block.examples)))

    def switched_off(self) -> Iterable[Entry]:
        """Criteria that stand in the rules and take no part: a reader must see that they were not forgotten."""
        for name in sorted(self.program.switched_off):
            block = self.rules.criteria[name]
            yield self._entry(name, block, mark="выключен: в этом расчёте не участвует", examples=tuple(self._examples(block.examples)))

    def _examples(self, examples: tuple[model.Example, ...]) -> Iterable[tuple[str, str, str]]:
        for example in examples:
            given = "; ".join(f"{self._given_name(name)} — {value}" for name, value in example.given.items())
            rows = "; ".join(", ".join(f"{sentence(str(name)).lower()} {value}" for name, value in row.items()) for row in example.rows)
            yield example.why or "", given or rows, str(example.outcome)

    def _given_name(self, name: str) -> str:
        return self.wording.title(name) if "(" not in name else name

    # ------------------------------------------------------------ thresholds and indicators

    def threshold(self, name: str) -> Entry:
        block = self.rules.thresholds[name]
        pairs = [("Значение", self.wording.threshold(name))]
        if len(block.editions) > 1:
            pairs.append(("Редакции", "; ".join(f"с {since}: {value}" for since, value in sorted(block.editions.items()))))
        elif block.editions:
            pairs.append(("Действует с", next(iter(block.editions))))
        return self._entry(name, block, pairs=tuple(pairs))

    def indicator(self, plan: IndicatorPlan) -> Entry:
        block = plan.block
        pairs = [("Единица", block.unit or "—")]
        if plan.table:
            pairs.append(("Из чего", self.wording.title(plan.table)))
        if plan.keys:
            pairs.append(("Отдельно по", ", ".join(key.replace("_", " ") for key in plan.keys)))
        if block.year is not None:
            pairs.append(("За какие годы", str(_window_words(block.year))))
        pairs.append(("Как считается", self.wording.expression(plan.formula) if plan.formula is not None else f"метод «{block.method}»".replace("_", " ")))
        for label, tree in (("Какие строки", plan.where), ("Нет данных, если", plan.missing_if)):
            if tree is not None:
                pairs.append((label, self.wording.text(tree)))
        if block.needed_years:
            pairs.append(("Нужно лет", f"{block.needed_years.years}{', включая последний' if block.needed_years.latest else ''}"))
        if block.base:
            pairs.append(("Школы без значения", {"все": "идут в счёт", "с данными": "в счёт не идут", "осторожная": "могут занять любое место"}[block.base]))
        if block.ties:
            pairs.append(("При равных значениях", f"{block.ties} ранг"))
        if block.source:
            pairs.append(("Источник", block.source))
        return self._entry(plan.name, block, pairs=tuple(pairs), examples=tuple(self._examples(block.examples)))

    # ------------------------------------------------------------ the data contract

    def table(self, name: str) -> Entry:
        block = self.rules.tables[name]
        columns = ", ".join(column_title(key, column) + (f", {column.unit}" if column.unit else "") for key, column in block.columns.items())
        checks = "; ".join(check.message for check in block.checks)
        pairs = [("Столбцы", columns), *([("Проверки", checks)] if checks else [])]
        return Entry(name, block.title or sentence(name), "", "", block.note or "", tuple(pairs))


def _window_words(window: model.Window) -> str:
    match window.kind:
        case model.WindowKind.LAST:
            return "отчётный год" if window.count == 1 else f"{window.count} последних года" if window.count < 5 else f"{window.count} последних лет"
        case model.WindowKind.BEFORE_LAST:
            return "год перед отчётным" if window.count == 1 else f"{window.count} года перед отчётным" if window.count < 5 else f"{window.count} лет перед отчётным"
        case model.WindowKind.ALL:
            return "все годы до отчётного"
        case model.WindowKind.FIXED:
            return str(window.count)
    raise AssertionError(window)
