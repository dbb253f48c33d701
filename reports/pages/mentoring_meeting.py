"""The kick-off meeting of «Школа – школе»: a protocol to fill in and a consent form for every school of the groups, to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.book import Book
from reports.mentoring import Project, project_view
from reports.outlet import Outlet
from reports.pairs import Pairs
from reports.russian import joined


@dataclass(frozen=True, slots=True)
class Form:
    """The consent form of one school: in what role, with whom, why it was asked."""

    label: str
    name: str
    role: str
    pair_title: str
    partners: str
    why: tuple[str, ...]
    subjects: tuple[str, ...]
    answered: str


@dataclass(frozen=True, slots=True)
class Meeting:
    project: Project
    attending: tuple[tuple[str, str, str], ...]     # school, role in the project, reply so far
    forms: tuple[Form, ...]


def make_meeting(book: Book, pairs: Pairs) -> Meeting:
    """Choose what the protocol and the forms say."""
    project = project_view(book, pairs)
    mentees, mentors = project.groups
    attending = tuple((member.label, role, member.reply) for group, role in ((mentees, "наставляемый"), (mentors, "наставник")) for member in group.members)
    forms = tuple(_form(pairs, member.label, member.name, role) for group, role in ((mentees, "наставляемый"), (mentors, "наставник")) for member in group.members)
    return Meeting(project, attending, forms)


def _form(pairs: Pairs, label: str, name: str, role: str) -> Form:
    code = label.removeprefix("№").strip()
    mine = [pair for pair in pairs.pairs() if code == (pair.mentee if role == "наставляемый" else pair.mentor)]
    others = [pair.mentor if role == "наставляемый" else pair.mentee for pair in mine]
    nobody, title = ("пока не предложен", "Предложенный наставник") if role == "наставляемый" else ("пока не предложены", "Предложенные школы")
    partners = joined(f"№ {other}" for other in others) or nobody
    why = tuple(f"№ {pair.mentee} и № {pair.mentor}: различие условий {pair.distance}; {pair.alike}." for pair in mine)
    subjects = tuple(f"№ {pair.mentee}: {pair.needs}." for pair in mine if pair.needs)
    return Form(label, name, role, title, partners, why, subjects, pairs.reply_words(code, role))


def is_made(book: Book) -> bool:
    """Tell whether there are pairs to speak of."""
    return book.pairs is not None


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report. Errors: OSError, CarelessPhraseError."""
    book = out.book
    pairs = book.pairs
    return out.page("mentoring_meeting", make_meeting(book, pairs), "mentoring_meeting", "Установочная встреча «Школа – школе»") if pairs is not None else []
