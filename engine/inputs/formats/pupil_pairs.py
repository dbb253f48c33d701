"""Rows of pupils -> pairs of similar works inside classes, one row for a school and work. The rows themselves are forgotten.

While a sheet is read, the item scores of its pupils are packed into numbers (similarity.pack) and held by class, without the class's name.
When all files are read, pairs are counted in the schools of the registry, and the numbers are dropped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.inputs.formats.desk import Desk
from engine.inputs.formats.layout import ABSENT, Work
from engine.objectivity.similarity import MOST_POINTS, PER_WORD, SMALLEST_CLASS, count_packed, unpack
from engine.words import TWINS

if TYPE_CHECKING:
    from engine.inputs.formats.pupils import Layout

TABLE = "сходство_впр"
LARGEST_CLASS = 45    # more pupils under one name are not one class: the letters are missing
ENOUGH_PUPILS = 500   # fewer do not show which items are usually solved together
_KEY = ("школа", "предмет", "класс", "год")


@dataclass(frozen=True)
class Held:
    """Classes of one sheet. Shapes: words (N, W) by class; size, row (G,): pupils of every class, the staged row of its school."""

    sheet: int
    names: tuple[str, ...]
    tops: np.ndarray
    words: np.ndarray
    size: np.ndarray
    row: np.ndarray


def packed(layout: Layout) -> str:
    """Return SQL that lists the packed item scores of a group of rows; «» where a sheet has no items or no classes."""
    if layout.class_part is None or not layout.items or any((item.top or 0) > MOST_POINTS for item in layout.items):
        return ""
    return "".join(f", list({_word(layout, word)}) AS word{word}" for word in range(_words(layout)))


def similarity_wanted(desk: Desk) -> bool:
    """Tell whether the district's contract has the table of pairs: without it nothing is packed and nothing is held."""
    return TABLE in desk.contract


def _words(layout: Layout) -> int:
    return -(-len(layout.items) // PER_WORD)


def _word(layout: Layout, word: int) -> str:
    """Return SQL of a word; NULL where an item is missing, not whole or too great. What is known to be within its maximum is not asked again."""
    mine = range(word * PER_WORD, min((word + 1) * PER_WORD, len(layout.items)))
    total = " + ".join(f"{16 ** (index % PER_WORD)}::DOUBLE * i{index}_n" for index in mine)
    open_ = [f"i{index}_n <= {MOST_POINTS}" for index in mine if layout.items[index].top is None]
    return f"CASE WHEN {' AND '.join(open_)} THEN {total} END" if open_ else total


def hold(desk: Desk, sheet_number: int, layout: Layout, work: Work) -> None:
    """Keep the packed scores of the classes in `_read` and `_odd`; nothing where the sheet has no items or no classes."""
    if not similarity_wanted(desk) or not packed(layout):
        return
    words = [f"word{word}" for word in range(_words(layout))]
    whole = " AND ".join(f"i{index}_n BETWEEN 0 AND {MOST_POINTS if item.top is None else item.top} AND i{index}_n = floor(i{index}_n)" for index, item in enumerate(layout.items))
    odd = ", ".join(f"list(CASE WHEN {whole} THEN {_word(layout, word)} END)" for word in range(len(words)))
    listed = ", ".join(words)
    classes = f"""(SELECT s.r, c.klass, {listed}, row_number() OVER (ORDER BY s.r, c.klass) - 1 AS g FROM (
        SELECT school, {layout.class_part} AS klass, {listed} FROM _read WHERE plain UNION ALL
        SELECT school, {layout.class_part}, {odd} FROM _odd WHERE NOT absent GROUP BY 1, 2) AS c JOIN _schools AS s USING (school) WHERE klass IS NOT NULL)"""
    desk.connection.execute(f"CREATE OR REPLACE TEMP TABLE _classes AS SELECT * FROM {classes}")
    named = desk.connection.execute("SELECT r, klass FROM _classes ORDER BY g").fetchall()
    unnested = ", ".join(f"unnest({word}) AS {word}" for word in words)
    pupils = desk.connection.execute(f"SELECT * FROM (SELECT g, {unnested} FROM _classes) WHERE {' AND '.join(f'{word} IS NOT NULL' for word in words)}").fetchnumpy()
    if len(pupils["g"]):
        _keep(desk, sheet_number, layout, work, named, pupils["g"], np.stack([pupils[word].astype(np.uint64) for word in words], 1))


def _keep(desk: Desk, sheet_number: int, layout: Layout, work: Work, named: list[tuple[int, str]], group: np.ndarray, words: np.ndarray) -> None:
    """Bring the spellings of one class together, leave out what is not a class, and hold the rest."""
    numbers: dict[tuple[int, str], int] = {}
    place = np.array([numbers.setdefault((row, label), len(numbers)) if (label := class_name(text)) else -1 for row, text in named])[group]
    size = np.bincount(place + 1, minlength=len(numbers) + 1)[1:]
    kept = (size >= SMALLEST_CLASS) & (size <= LARGEST_CLASS)
    chosen = np.flatnonzero(np.append(kept, False)[place])
    if not len(chosen):
        return
    placed = place[chosen]
    order = chosen if bool((placed[1:] >= placed[:-1]).all()) else chosen[np.argsort(placed, kind="stable")]     # in order already, unless a class is written in two ways
    school = np.array([row for row, _ in numbers], np.int64)[kept]
    tops = np.array([item.top or 0 for item in layout.items])
    desk.held[work.subject, work.grade, work.year].append(Held(sheet_number, tuple(item.name for item in layout.items), tops, words[order], size[kept], school))


def class_name(text: str) -> str:
    """Return one spelling of a class: «5а», «5 "А"» and «5-A» are one; «» where there is none."""
    plain = re.sub(r"[^\w]", "", text).translate(TWINS).casefold()
    return "" if plain in ABSENT else plain


def put_pairs(desk: Desk) -> None:
    """Stage the pairs of every school whose works were kept, work by work, and forget the pupils."""
    if desk.held and "работы_впр" in desk.staged() and desk.ensure(TABLE):
        for work, sheets in sorted(desk.held.items()):
            _put_work(desk, work, sheets)
    desk.held.clear()


def _put_work(desk: Desk, work: tuple[str, int, int], sheets: list[Held]) -> None:
    kept = desk.connection.execute(f"SELECT DISTINCT _sheet, _row, школа FROM {desk.stage('работы_впр')} WHERE предмет = ? AND класс = ? AND год = ?", list(work)).fetchall()
    schools = {(sheet, row): school for sheet, row, school in kept}
    by_items: dict[tuple, list[Held]] = defaultdict(list)
    for held in sheets:
        by_items[held.names].append(held)
    for alike in by_items.values():
        _count(desk, work, alike, schools)


def _count(desk: Desk, work: tuple[str, int, int], sheets: list[Held], schools: dict[tuple[int, int], str]) -> None:
    """Count the pairs of the sheets of one work whose items are the same."""
    size, words = np.concatenate([held.size for held in sheets]), np.concatenate([held.words for held in sheets])
    places = [(held.sheet, row) for held in sheets for row in held.row.tolist()]
    wanted = np.array([place in schools for place in places])
    if len(words) < ENOUGH_PUPILS or not wanted.any():
        return
    tops = np.max([held.tops for held in sheets], axis=0)
    seen = unpack(words, len(tops)).max(0)
    found, pairs = count_packed(words, np.repeat(np.arange(len(size)), size), np.maximum(tops, np.where(tops > 0, 0, seen)), wanted)
    by_school: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0, 0, 0])
    for number in np.flatnonzero(wanted).tolist():
        for part, value in enumerate((size[number], pairs[number], found[number])):
            by_school[places[number]][part] += int(value)
    for (sheet, row), counts in by_school.items():
        desk.put(TABLE, sheet, row, {**dict(zip(_KEY, (schools[sheet, row], *work), strict=True)), **dict(zip(("участников", "пар", "похожих_пар"), counts, strict=True))})
