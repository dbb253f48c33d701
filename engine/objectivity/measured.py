"""Signs of one run: computed once from its tables, judged, and read again for pages. The door between tables and statistics."""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .effects import Lift, lift_of_year
from .from_tables import Source
from .records import Schools, Work, WorkKey
from .school_signs import SignTable, measure
from .verdict import Verdict, judge


@dataclass(frozen=True)
class Measured:
    """`table` holds the signs of every school; `source` reads a work again when a page draws it. Rows of all arrays are the schools of the run."""

    source: Source
    schools: Schools
    table: SignTable
    notes: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """The year the verdict speaks of: the last one with works."""
        return self.table.years[-1]

    def verdict(self, q: float) -> Verdict:
        """Judge with the false-discovery rate q; the same q is judged once."""
        return _judged(self, q)

    def lift(self) -> Lift:
        """Pupils over the borders above expectation in the year of the verdict."""
        return lift_of_year(self.table, self.year)

    def work(self, key: WorkKey) -> Work:
        """Read a work for a page."""
        kept = self.schools.included()
        work = self.source.work(key)
        return work if kept[work.schools].all() else work.take(kept[work.schools])

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@lru_cache(maxsize=8)
def _judged(measured: Measured, q: float) -> Verdict:
    return judge(measured.table, q)


def measured_from(source: Source, schools: Schools, every: bool = False) -> Measured | None:
    """Compute the signs of all works; None when no school wrote any.

    `every`: also fit what only a norms file needs. A norm for another scale than the work's is left out and noted.
    Errors: NormsError for a norms table that cannot be read.
    """
    norms = source.norms()
    if not source.keys:
        return None
    if norms is not None:
        norms = norms | {"works": _of_same_scale(norms.get("works", {}), source)}
    table = measure(source.works(), schools, norms, every)
    return Measured(source, schools, table, tuple(source.notes))


def _of_same_scale(works: dict, source: Source) -> dict:
    """Leave out the norms of works whose maximum or items are not the data's: another form or another year's scale."""
    kept = {}
    present = set(source.keys)
    for text, record in works.items():
        key = WorkKey.parse(text)
        if key in present:
            name = f"«{key.subject}, {key.grade} класс, {key.year}»"
            top, tops = source.top(key), source.item_tops(key)
            if len(record.get("pooled", ())) not in (0, top + 1):
                source.notes.append(f"Норма работы {name} — для другой шкалы (до {len(record['pooled']) - 1} баллов, а не {top}); не использована.")
                continue
            if "S7_profile" in record and len(tops) and record["S7_profile"].get("item_max") != tops.tolist():
                source.notes.append(f"Норма заданий работы {name} — для других заданий; не использована.")
                record = {part: value for part, value in record.items() if part != "S7_profile"}
        kept[text] = record
    return kept
