"""Records ready to show: every text, number and status word is already Russian. Pages choose among them, templates place them."""

from __future__ import annotations

from dataclasses import dataclass

from reports.status import Status


@dataclass(frozen=True, slots=True)
class Header:
    """What stands on the first page of every report: whose it is, what for, on what it rests."""

    district: str
    district_genitive: str
    purpose: str
    regulation: str
    regulation_note: str
    year: str
    day: str
    run: str
    warnings: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A row of a file behind a value. `counted`: the indicator counted this very row."""

    file: str
    sheet: str
    cell: str
    place: str
    key: str
    value: str
    cells: str
    counted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """The rows behind one indicator. `root`: the compared indicator it was needed for; `see`: where its rows were shown already."""

    name: str
    title: str
    value: str
    lines: tuple[SourceLine, ...] = ()
    more: str = ""
    root: str = ""
    see: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One comparison of a criterion: a value beside its threshold. `amount`, `border`, `size` are for spreadsheets."""

    name: str
    title: str
    value: str
    size: str
    border: str
    status: Status
    amount: float | None = None
    border_amount: float | None = None
    size_amount: float | None = None
    unit: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion as it came out for one school."""

    name: str
    title: str
    clause: str
    status: Status
    sentence: str
    facts: tuple[Fact, ...]
    sources: tuple[SourceBlock, ...]
    turning: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a school is in a group: a sentence of the rules and the rows that made it so. `criterion` is empty for an old decision."""

    criterion: str
    sentence: str
    examples: tuple[str, ...] = ()

    def text(self, most: int) -> str:
        """Write the sentence with at most so many examples, and how many more there are."""
        shown, rest = self.examples[:most], len(self.examples) - most
        if not shown:
            return self.sentence
        more = f"; и\u00a0ещё {rest}" if rest > 0 else ""
        return f"{self.sentence.removesuffix('.')}: {'; '.join(shown)}{more}."


@dataclass(frozen=True, slots=True)
class GroupView:
    """A category as it came out for one school."""

    name: str
    title: str
    short: str
    clause: str
    status: Status
    phrase: str = ""
    grounds: tuple[Ground, ...] = ()
    internal: bool = False                       # for service use: lists for leadership do not name schools because of it


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure with its dates in this cycle. `next_order` sorts; `state` says whether it is ahead, going on or past."""

    name: str
    title: str
    due: str
    due_full: str
    nearest: str
    state: str
    responsible: str
    responsible_full: str
    participants: str
    document: str
    effect: str
    why: str
    why_named: str                               # the same without what is for service use; empty when nothing else called for the measure
    clause: str
    next_order: tuple[int, int]
    past: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known about a school: the groups still possible, what was not supplied, what would settle it."""

    possible: tuple[str, ...]
    absent: tuple[str, ...]
    absent_titles: tuple[str, ...]
    why: tuple[str, ...]
    settle: str
    settle_short: str


@dataclass(frozen=True, slots=True)
class SchoolView:
    """One school: who it is, where it stands, what follows. `row` is its place in the run's columns."""

    row: int
    code: str
    label: str
    name: str
    link: str
    groups: tuple[GroupView, ...]
    main: str                                    # the first group of help in force, or nothing
    missing: Missing | None
    missing_named: Missing | None                # the same without groups for service use
    measures: tuple[MeasureView, ...]
    possible_measures: tuple[MeasureView, ...]
    before: str                                  # last year's group by the approved decisions
    is_new: bool

    @property
    def in_force(self) -> tuple[GroupView, ...]:
        return tuple(group for group in self.groups if group.status.tone == "met")

    @property
    def named(self) -> tuple[GroupView, ...]:
        """Groups in force that lists for leadership may name the school in."""
        return tuple(group for group in self.in_force if not group.internal)

    @property
    def named_measures(self) -> tuple[MeasureView, ...]:
        return tuple(measure for measure in self.measures if measure.why_named or not measure.why)

    @property
    def open(self) -> tuple[GroupView, ...]:
        return tuple(group for group in self.groups if group.status.tone == "open")
