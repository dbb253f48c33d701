"""What the documents of «Школа – школе» share: the two groups with their grounds, who is to sign, the year of the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.book import Book
from reports.pairs import AloneView, Pairs, PairView
from reports.russian import SCHOOL, academic_year, capital, counted, joined, lowered, number, to_counted
from reports.view import Ground, Header, SchoolView


@dataclass(frozen=True, slots=True)
class Member:
    """A school of a group: why it is there, what it answered, with whom it is paired."""

    label: str
    name: str
    link: str
    grounds: tuple[str, ...]
    reply: str
    pairs: str


@dataclass(frozen=True, slots=True)
class MentoringGroup:
    """A group of the project by numbers of schools. `open`: schools about which it is not known."""

    title: str
    about: str
    members: tuple[Member, ...]
    open: str


@dataclass(frozen=True, slots=True)
class Project:
    """What stands at the head of every document of the project."""

    header: Header
    year: str
    result_year: str
    clause: str
    body: str
    center: str
    pairs: tuple[PairView, ...]
    alone: tuple[AloneView, ...]
    groups: tuple[MentoringGroup, ...]
    conclusion: str
    regulations: str


def project_view(book: Book, pairs: Pairs) -> Project:
    """Make the shared part of the documents."""
    bodies = book.rules.district.bodies if book.rules.district else {}
    titles = [body.title for body in bodies.values()]
    block = pairs.project.plan.block
    return Project(book.header, academic_year(book.run.report_year + 1), academic_year(book.run.report_year), block.clause or "",
                   titles[0] if titles else "орган управления образованием", titles[1] if len(titles) > 1 else "методический центр",
                   pairs.pairs(), pairs.alone(), tuple(_groups(book, pairs)), conclusion(pairs), _regulations(book))


def conclusion(pairs: Pairs) -> str:
    """The title of the documents: how many schools have a mentor."""
    helped, all_ = len(pairs.assignment.pairs), len(pairs.project.mentees)
    if not all_:
        return "Школ, которым нужен наставник, нет"
    if not helped:
        return f"Наставник пока не найден ни для одной из {number(all_)} школ"
    return f"Наставник предложен {to_counted(helped, SCHOOL)}" + (f" из {number(all_)}" if helped < all_ else "")


def _regulations(book: Book) -> str:
    found = [regulation.short or regulation.title for regulation in book.rules.regulations if "наставнич" in regulation.title or "Школа – школе" in regulation.title]
    return joined(found) or book.header.regulation


def _groups(book: Book, pairs: Pairs) -> Iterable[MentoringGroup]:
    project, block = pairs.project, pairs.project.plan.block
    for name, codes, unknown, role in ((block.mentees, project.mentees, project.open_mentees, "наставляемый"),
                                       (block.mentors, project.mentors, project.open_mentors, "наставник")):
        doubt = f"Не определено, входят ли в группу: {joined(f'№ {code}' for code in unknown)} (не хватает сведений)." if unknown else ""
        yield MentoringGroup(book.wording.title(name), counted(len(codes), SCHOOL), tuple(_member(book, pairs, name, code, role) for code in codes), doubt)


def _member(book: Book, pairs: Pairs, name: str, code: str, role: str) -> Member:
    school = book.school(code)
    return Member(school.label, school.name, school.link, _grounds(book, school, name), pairs.reply_words(code, role), _with_whom(pairs, code, role))


def _grounds(book: Book, school: SchoolView, name: str) -> tuple[str, ...]:
    """Say why a school is in a group; where another group is the ground, why it is in that one."""
    group = next(group for group in school.groups if group.name == name)
    hidden = tuple(book.wording.title(category) for category in book.internal.categories)
    return tuple(_sentence(school, ground, hidden) for ground in group.grounds) or (group.phrase,)


def _sentence(school: SchoolView, ground: Ground, hidden: tuple[str, ...]) -> str:
    """Say a ground; a group for service use is not named in a document that others read."""
    inner = next((group for group in school.in_force if not ground.criterion and f"«{group.title}»" in ground.sentence and group.grounds), None)
    text = inner.grounds[0].text(1) if inner else ""
    return f"{capital(inner.short)}: {lowered(text)}" if inner and not any(title in text for title in hidden) else ground.sentence


def _with_whom(pairs: Pairs, code: str, role: str) -> str:
    if role == "наставляемый":
        mentor = pairs.assignment.mentor_of.get(code)
        return f"наставник № {mentor}" if mentor else "наставника пока нет"
    led = [pair.mentee for pair in pairs.assignment.pairs if pair.mentor == code]
    return f"ведёт {joined(f'№ {mentee}' for mentee in led)}" if led else "пока никого не ведёт"
