"""A draft order as records: on what ground, what is ordered, annexes with tables, who signs. Pages fill it, one template places it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.document import Grid
from reports.view import Header


@dataclass(frozen=True, slots=True)
class OrderPoint:
    """A numbered point; `items` are its lines."""

    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderAnnex:
    """An annex: «Приложение 1 к приказу …», its title, what is said before and after its tables."""

    number: str
    title: str
    texts: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A whole draft: everything a reader sees stands here.

    `subject`: «Об утверждении …»; `command`: the word before the points; `signer`: the office that signs; `links`: (file, title) of documents beside it.
    """

    header: Header
    name: str
    body: str
    subject: str
    preamble: tuple[str, ...]
    command: str
    points: tuple[OrderPoint, ...]
    signer: str
    annexes: tuple[OrderAnnex, ...]
    draft: str
    links: tuple[tuple[str, str], ...] = ()


COMMAND, SIGNER = "ПРИКАЗЫВАЮ:", "Начальник отдела образования"
DRAFT = "Проект составлен программой по правилам района; решение принимает и подписывает человек. До подписания силы не имеет."
BLANK = "____________________"
