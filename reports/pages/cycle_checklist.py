"""The checklist of the management cycle as the district fills it: orders with their state in this run, additional materials, terms to mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from engine.model_cycle import Checklist, CycleOrder, Material
from reports import made
from reports.book import Book
from reports.cycle import CycleStates, StateView, order_label
from reports.document import Document, Grid, Section, head, numbered
from reports.outlet import Outlet
from reports.russian import Noun, capital, full_stop, lowered, number, of_counted, to_counted
from reports.sheets import Column, Sheet, sheet_of

NAME = "Чек-лист управленческого цикла"
MATERIAL = Noun("дополнительного материала", "дополнительных материала", "дополнительных материалов")
ORDER = Noun("приказ", "приказа", "приказов", ("приказу", "приказам"))
_BLANK = ""
_DRAFT = ("Проект чек-листа: тексты приказов и материалов взяты из чек-листа района, состояние — из расчёта. Расчёт не знает, что подписано и проведено: "
          "отметку ставит ответственный, после проверки он и подписывает чек-лист.")


def make_checklist(book: Book) -> Document:
    """Put the checklist together."""
    block, states = book.rules.checklist, CycleStates(book)
    known = [(order, states.of(order)) for order in block.orders]
    sections = (_orders(book, block, known), _materials(book, block), _to_mark(known), _not_known())
    return Document(book.header, block.title or NAME, _title(book, block), _lead(book, block, known), numbered(sections), numbered((_terms(book, block),), "Приложение "), _DRAFT,
                    "cycle_checklist.xlsx", "Чек-лист заполнил(а)")


def _title(book: Book, block: Checklist) -> str:
    ready = [item for item in block.materials if item.report and made.is_made(book, item.report)]
    marks = f"исполнение по {to_counted(len(block.orders), ORDER)} отмечает ответственный"
    return f"Подготовлены проекты {number(len(ready))} из {of_counted(len(block.materials), MATERIAL)}; {marks}" if block.materials else capital(marks)


def _lead(book: Book, block: Checklist, known: list[tuple[CycleOrder, tuple[StateView, ...]]]) -> str:
    absent = [item for item in block.materials if not (item.report and made.is_made(book, item.report))]
    parts = [f"Не подготовлены: {'; '.join(lowered(item.title) for item in absent)}."] if absent else []
    return " ".join([*parts, *(view.text for _, views in known for view in views if not view.known and not view.asked)])


# ---------------------------------------------------------------- the two tables of the district's form


def _orders(book: Book, block: Checklist, known: list[tuple[CycleOrder, tuple[StateView, ...]]]) -> Section:
    columns = head("Поручение отдела образования", "Реквизиты распорядительного акта (Приказ)", "Наименование распорядительного акта",
                   "Меры в рамках реализации районного управленческого цикла", "Комментарий", f"Состояние по данным на {book.header.day}", "Отметка ответственного")
    rows = tuple((block.instructed, order_label(order), order.title, order.measures, order.comment or block.comment, "\n".join(view.text for view in views), _BLANK) for order, views in known)
    notes = tuple(f"Приказ {order_label(order)}. {full_stop(order.note)}" for order in block.orders if order.note)
    return Section(block.part, (), (Grid("Распорядительные акты", columns, rows, wide=True),), notes=notes)


def _materials(book: Book, block: Checklist) -> Section:
    if not block.materials:
        return Section("Дополнительные материалы", missing=("В правилах района дополнительные материалы не перечислены.",))
    columns = head("Поручение отдела образования", "Анализ, решения и рекомендации, реализация мер", "Комментарий", "Документ этого расчёта", "Состояние", "Отметка ответственного")
    rows = tuple((block.requested, item.title, item.comment, *_material(book, item), _BLANK) for item in block.materials)
    return Section("Дополнительные материалы", (), (Grid("Материалы по запросу", columns, rows, "Номера страниц в комментарии — из чек-листа района; в подшивке этого года они будут свои.", wide=True),))


def _material(book: Book, item: Material) -> tuple[str, str]:
    """Return the file of a material and its state."""
    if item.report is None:
        return "—", full_stop(f"проекта нет: {lowered(item.absent or '')}")
    if made.is_made(book, item.report):
        return made.file_of(item.report), "проект подготовлен, без подписи"
    return "—", "проекта нет: в данных или правилах нет того, на чём он стоит"


# ---------------------------------------------------------------- what people have to mark


def _to_mark(known: list[tuple[CycleOrder, tuple[StateView, ...]]]) -> Section:
    points = tuple(f"Приказ {order_label(order)}: {' '.join(view.text for view in views if not view.known)}" for order, views in known if any(not view.known for view in views))
    if not points:
        return Section("Всё, на чём стоит чек-лист, есть в данных; подписать его должен человек")
    return Section(f"По {to_counted(len(points), ORDER)} не всё видно из данных: отметку ставит ответственный", points=points)


def _not_known() -> Section:
    points = ("Подписаны ли приказы, состоялись ли встречи и консультации: это видно из документов района, а не из расчёта.",
              "Исполнение мер: наступивший срок говорит о дате, а не о том, что дело сделано.",
              "Действуют ли приказы прошлых лет и нет ли новых: перечень взят из чек-листа района, сверьте его перед подписью.",
              "Качество подготовленных проектов: каждый проверяет и подписывает тот, кто за него отвечает.")
    return Section("Чего чек-лист не проверяет", points=points)


def _terms(book: Book, block: Checklist) -> Section:
    rows = tuple(_term_rows(book, block))
    if not rows:
        return Section("Сроки мер по приказам", missing=("В чек-листе не названо ни одной меры со сроком.",))
    grid = Grid("Меры управленческого цикла: сроки этого учебного года", head("приказ", "мера", "срок", "по календарю", "отвечает", "документ", "Отметка ответственного"), rows,
                f"Сроки — из правил района, на {book.roadmaps.year_words} учебный год; «срок прошёл» не значит «исполнено».")
    return Section("Сроки мер по приказам", (), (grid,))


def _term_rows(book: Book, block: Checklist) -> Iterator[tuple[str, ...]]:
    for order in block.orders:
        for name in order.terms:
            view = book.measures.view(book.program.plans[name])
            yield order_label(order), view.title, view.due_full or "день не назначен", view.state, view.responsible_full, view.document, _BLANK


# ---------------------------------------------------------------- the workbook, the report


def make_sheets(book: Book, document: Document) -> Iterator[Sheet]:
    """Make the sheets: the tables of the page, to be filled in."""
    widths = {"Меры в рамках реализации районного управленческого цикла": 90, "Отметка ответственного": 30}
    names = ("Приказы", "Материалы", "Сроки")
    grids = [grid for section in (*document.sections, *document.annexes) for grid in section.grids]
    by_caption = {"Распорядительные акты": names[0], "Материалы по запросу": names[1]}
    for grid in grids:
        columns = [Column(capital(column.title), widths.get(column.title, 46), least=28 if column.title == "Отметка ответственного" else 0) for column in grid.columns]
        yield sheet_of(book, by_caption.get(grid.caption, names[2]), columns, [list(row) for row in grid.rows], fixed=2)


def is_made(book: Book) -> bool:
    """Tell whether the rules have a checklist."""
    return book.rules.checklist is not None




def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report; nothing where the rules have no checklist. Errors: OSError, CarelessPhraseError."""
    book = out.book
    if not is_made(book):
        return []
    document = make_checklist(book)
    return [*out.page("cycle_checklist", document, "cycle_checklist", "Чек-лист управленческого цикла"),
            *out.workbook(document.name[:200], make_sheets(book, document), "cycle_checklist")]
