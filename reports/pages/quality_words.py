"""Words that the two documents of the quality system share: numbers of schools, parts of a whole, steps of the roadmap that criteria call for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from engine import tree as t
from engine.model import Regulation
from engine.program import MeasurePlan
from reports.book import Book
from reports.document import Section
from reports.intervals import LEAST
from reports.russian import SCHOOL, Noun, counted, full_stop, lowered, number, short_date, to_counted
from reports.view import Header

REPORT = Noun("отчёт", "отчёта", "отчётов", ("отчёту", "отчётам"), ("отчёте", "отчётах"))
UNKNOWN, NONE, EMPTY = "нет данных", "—", "не указано"
_MOST_CODES = 12


def codes_words(codes: Sequence[str]) -> str:
    """Write «№ 9004, 9005»; nothing of none."""
    return f"№\u00a0{', '.join(codes)}" if codes else ""


def few_codes(codes: Sequence[str]) -> str:
    """Write numbers of schools in a sentence; a long list stands in the annex."""
    return codes_words(codes) if len(codes) <= _MOST_CODES else "номера — в приложении 1"


def bracketed(codes: Sequence[str]) -> str:
    return f" ({few_codes(codes)})" if codes else ""


def part_words(count: int, whole: int) -> str:
    """Write «26 из 42 (61,9 %)»; a share of fewer than ten is not said in percent."""
    said = f"{number(count)} из {number(whole)}"
    return f"{said} ({number(100 * count / whole)}\u00a0%)" if whole >= LEAST else said


def part_of(count: int, noun: Noun, whole: int) -> str:
    """Write «40 отчётов из 42 (95,2 %)»."""
    return part_words(count, whole).replace(number(count), counted(count, noun), 1)


def document_header(book: Book, regulation: str) -> Header:
    """Return the head of a document that stands on an order of its own; `regulation` is its number."""
    found = _regulation(book, regulation)
    return replace(book.header, regulation=found.short or found.title, regulation_note=found.note or "") if found is not None else book.header


def _regulation(book: Book, number_of_order: str) -> Regulation | None:
    return next((item for item in book.rules.regulations if item.approved is not None and item.approved.number == number_of_order), None)


def yes_words(value: bool | None) -> str:
    return EMPTY if value is None else "да" if value else "нет"


def day_words(day: date | None) -> str:
    return short_date(day) if day is not None else EMPTY


def steps(book: Book, criteria: Iterable[str]) -> Iterator[str]:
    """Say who does what and when: the measures of the rules that these criteria call for, and for how many schools."""
    wanted = set(criteria)
    for plan in book.program.of(MeasurePlan, book.program.school_level):
        names = {node.name for node in t.walk(plan.audience) if isinstance(node, t.Reference)} if plan.audience is not None else set()
        status = book.run.evaluation.status(plan.name)
        meant, opened = int((status == 1).sum()), int((status == 0).sum())
        if names & wanted and meant + opened:
            view = book.measures.view(plan)
            whom = f"; предлагается {to_counted(meant, SCHOOL)}{f', ещё у {number(opened)} не определено' if opened else ''}" if meant else f"; кому предложить, пока не определено: {counted(opened, SCHOOL)}"
            yield full_stop(f"{view.responsible_full}: {lowered(view.title)} — {view.due_full}{whom}{f'; документ: {view.document}' if view.document else ''}")


def ground(book: Book, request: str, norms: str, regulation: str) -> Section:
    """Say on what ground and what for; `regulation` is the number of the order the rules retell."""
    found = _regulation(book, regulation)
    rules = f" Правила расчёта: {found.short or found.title}. {found.note or ''}".rstrip() if found is not None else ""
    return Section("Основание и назначение", (f"{request}.{rules}", norms, "Справка нужна, чтобы помочь школам; она не сравнивает их между собой и не оценивает их работу. Школы стоят по номерам."))


def conclusions(findings: Iterable[Section]) -> Section:
    return Section("Выводы (предварительные)", ("Выводы повторяют найденное и не сильнее него; причин данные не называют.",), points=tuple(full_stop(item.title) for item in findings))
