"""Scales of marks: those of the rules and the data, and those that the marks of Ф1 leave no doubt about."""

from __future__ import annotations

from typing import NamedTuple

from engine.inputs.formats.desk import Desk, FormatSheet, Seen
from engine.tables import quoted

Work = tuple  # subject, grade, year
_DERIVED = "Шкала, выведенная из отметок Ф1"
_SHOWN = 5


class Scale(NamedTuple):
    """Maximum primary score, and the lowest score for «3», «4», «5» (None when only the maximum is known)."""

    top: int
    borders: tuple[int, ...] | None

    def mark(self, score: int) -> int:
        """Return the mark of a score."""
        return 2 + sum(score >= border for border in self.borders or ())


def scales_of(desk: Desk) -> dict[Work, Scale]:
    """Return the scales by (subject, grade, year): those of the data over those of the rules."""
    if "шкалы" not in desk.contract:
        return {}
    rows = [
        (row.get("предмет"), row.get("класс"), row.get("год"), row.get("максимум"), row.get("граница_3"), row.get("граница_4"), row.get("граница_5"))
        for row in desk.contract["шкалы"].rows
    ]
    rows += desk.connection.execute(
        f"SELECT предмет, класс, год, максимум, граница_3, граница_4, граница_5 FROM {quoted('шкалы')} WHERE максимум IS NOT NULL ORDER BY _source, _row"
    ).fetchall()
    return {
        (str(subject), int(grade), int(year)): Scale(int(top), tuple(int(border) for border in borders) if None not in borders else None)
        for subject, grade, year, top, *borders in rows
    }


def settle_scales(desk: Desk) -> dict[Work, Scale]:
    """Check the marks of Ф1 by the scales of their years; where there is none, derive it from the marks and stage it in `шкалы`.

    Errors: D401 (a mark that the scale, or another mark, does not allow).
    """
    scales = scales_of(desk)
    for work, seen in sorted(desk.seen.items()):
        known = scales.get(work)
        if known is not None and known.borders is not None:
            _check(desk, work, seen, known)
        elif not _contradict(desk, work, seen):
            top = known.top if known is not None else max((sheet.top for sheet in desk.sheets if sheet.top and sheet.work == work), default=None)
            derived = seen_scale(seen, top)
            if derived is not None:
                scales[work] = derived
                _stage(desk, work, seen, derived)
    return scales


def seen_scale(seen: list[Seen], top: int | None) -> Scale | None:
    """Return the scale that marks and scores of the reports leave no doubt about; None when a border may lie elsewhere.

    Example: «2» up to 5 and «3» from 6 give the border 6; «2» up to 4 and «3» from 6 give none.
    """
    if top is None:
        return None
    borders = []
    for mark in (3, 4, 5):
        below = max((one.score for one in seen if one.mark < mark), default=None)
        above = min((one.score for one in seen if one.mark >= mark), default=None)
        if below is None or above is None or above != below + 1:
            return None
        borders.append(above)
    return Scale(top, tuple(borders)) if len(set(borders)) == 3 else None


def _check(desk: Desk, work: Work, seen: list[Seen], scale: Scale) -> None:
    """Tell the marks that the scale of the year does not give, once a sheet."""
    wrong: dict[int, list[Seen]] = {}
    for one in seen:
        if one.mark != scale.mark(one.score):
            wrong.setdefault(one.sheet, []).append(one)
    for sheet, found in wrong.items():
        cells = ", ".join(f"{one.cell} «{one.mark}» при балле {one.score}, по шкале «{scale.mark(one.score)}»" for one in found[:_SHOWN])
        desk.say(
            "D401",
            sheet,
            found[0].cell,
            f"Отметка не по шкале {work[2]} года: {cells}.",
            "Сверьте строку; если права Ф1, исправьте шкалу этого года (таблица «шкалы»).",
        )
        desk.bad |= {(sheet, one.row, "D401") for one in found}


def _contradict(desk: Desk, work: Work, seen: list[Seen]) -> bool:
    """Tell a higher mark for a score that has a lower one elsewhere: there is no scale that gives both."""
    for mark in (3, 4, 5):
        below = max((one for one in seen if one.mark < mark), key=lambda one: one.score, default=None)
        above = min((one for one in seen if one.mark >= mark), key=lambda one: one.score, default=None)
        if below is not None and above is not None and below.score >= above.score:
            other = desk.sheets[below.sheet]
            desk.say(
                "D401",
                above.sheet,
                above.cell,
                f"Отметки спорят: «{above.mark}» при балле {above.score} и «{below.mark}» при балле {below.score} ({other.title}!{below.cell});"
                f" шкалы {work[2]} года, которая даёт обе, нет.",
                "Сверьте обе строки с работами: одна сдвинута или исправлена.",
            )
            desk.bad |= {(one.sheet, one.row, "D401") for one in (above, below)}
            return True
    return False


def _stage(desk: Desk, work: Work, seen: list[Seen], scale: Scale) -> None:
    """Stage a derived scale: its source is the sheet of Ф1, named as derived."""
    assert scale.borders is not None
    first = min((one for one in seen if one.mark == 3), key=lambda one: (one.score, one.sheet))
    sheet = desk.sheets[first.sheet]
    note = (
        f"шкала: {work[0]}, {work[1]} класс, {work[2]} год",
        f"выведена из Ф1, {sheet.title}: наименьший балл каждой отметки; в справочнике шкалы этого года нет",
    )
    desk.sheets.append(FormatSheet(sheet.file, sheet.sheet, _DERIVED, sheet.rank, sheet.header_row, left_out=[note], work=work, top=scale.top))
    borders = {f"граница_{mark}": border for mark, border in zip((3, 4, 5), scale.borders, strict=True)}
    desk.put(
        "шкалы",
        len(desk.sheets) - 1,
        int("".join(filter(str.isdigit, first.cell))),
        {"предмет": work[0], "класс": work[1], "год": work[2], "максимум": scale.top, **borders},
    )
