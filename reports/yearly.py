"""The same indicators a year ago: schools that were given help by last year's decisions, and the others. Larger than chance, or not said.

Only schools with both years count, only within one series; the pupils are other pupils, so the two years are two samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

from reports.book import Book
from reports.intervals import Difference, Share, difference, share_of

HELPED, OTHERS = "helped", "others"


@dataclass(frozen=True, slots=True)
class YearStep:
    """A share in two neighbouring years, summed over the same schools of a group."""

    indicator: str
    key: str
    group: str
    schools: int
    earlier: Share | None
    later: Share | None
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Movement:
    """How many schools came into groups of help since last year's decisions, and how many left; `p`: chance of so uneven a split were both as likely."""

    came: int
    left: int
    stayed: int
    unknown: int

    @property
    def p(self) -> float:
        return sign_test(self.came, self.left)


def sign_test(first: int, second: int) -> float:
    """Return the two-sided probability of a split at least as uneven, each side being as likely (exact binomial).

    Example: 9 and 1 give 0.0215 (22 of 1024).
    """
    n, least = first + second, min(first, second)
    return min(1.0, 2 * sum(comb(n, count) for count in range(least + 1)) / 2**n)


def movement(book: Book) -> Movement | None:
    """Count the schools whose group of help came, went or stayed; None where no decisions of last year are on file."""
    if not book.decisions.known:
        return None
    came = sum(bool(school.main) and not school.before for school in book.schools)
    gone = [school for school in book.schools if school.before and not school.main]
    left = sum(school.missing_named is None for school in gone)
    stayed = sum(bool(school.main) and bool(school.before) for school in book.schools)
    return Movement(came, left, stayed, len(gone) - left)


def year_steps(book: Book) -> list[YearStep]:
    """Compare every share the criteria judge with the year before, in both groups of schools, in the order of keys."""
    helped = {school.row for school in book.schools if school.before}
    return [step for name in book.dynamics.judged() for key in _keys(book, name) for step in _steps(book, name, key, helped)]


def _keys(book: Book, name: str) -> list[tuple]:
    year = book.run.report_year
    found = {key for series in book.dynamics.values(name).values() for key in series}
    return sorted((key for key in found if not book.dynamics.begins_anew(name, key, year)), key=lambda key: tuple(map(str, key)))


def _steps(book: Book, name: str, key: tuple, helped: set[int]) -> Iterator[YearStep]:
    for group in (HELPED, OTHERS):
        pairs = [pair for row, series in book.dynamics.values(name).items() if (row in helped) == (group == HELPED) and (pair := _both(series.get(key, []), book.run.report_year)) is not None]
        if pairs:
            earlier, later = _summed(pair[0] for pair in pairs), _summed(pair[1] for pair in pairs)
            yield YearStep(name, book.dynamics.key_words(name, key), group, len(pairs), earlier, later, difference(later, earlier))


def _both(series: list, year: int) -> tuple | None:
    known = {when: value for when, value in series if value.is_exact and value.size}
    return (known[year - 1], known[year]) if year in known and year - 1 in known else None


def _summed(values: Iterator) -> Share | None:
    items = list(values)
    n = sum(item.size for item in items)
    return share_of(sum(item.low * item.size for item in items) / n, n)
