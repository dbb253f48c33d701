"""Words that both ВПР documents share: works, shares with intervals, differences, and what to do when something was not exported."""

from __future__ import annotations

from collections.abc import Iterable

from reports.intervals import CONFIDENCE, LEAST, Difference, Share
from reports.russian import Noun, counted, form, in_counted, joined, number, number_beside
from reports.vpr_figures import DISTRICT, REGION, SAMPLE, Work

WORK = Noun("работа", "работы", "работ", ("работе", "работам"), ("работе", "работах"))
TASK = Noun("задание", "задания", "заданий", ("заданию", "заданиям"), ("задании", "заданиях"))
ACT = Noun("акт", "акта", "актов")
VIOLATION = Noun("нарушение", "нарушения", "нарушений")
RECHECK = Noun("перепроверка", "перепроверки", "перепроверок", ("", ""), ("перепроверке", "перепроверках"))
BORDER = Noun("граница", "границы", "границ")
COMPARISON = Noun("сравнение", "сравнения", "сравнений")

KINDS = {SAMPLE: "вся выборка", REGION: "регион", DISTRICT: "муниципалитет"}
FEW_WORKS = f"меньше {LEAST} работ: не показывается"
NO_BASE = "сравнить не с чем"
SAME = "не отличается"

METHOD = (f"«Выше» и «ниже» сказано только там, где {CONFIDENCE}-процентный интервал разности не включает нуль (Ньюком, 1998, по двум интервалам Уилсона); иначе — «не отличается». "
          "Район входит в регион и во всю выборку, поэтому сравнивается с их остальными работами. Интервал учитывает только число работ: ученики одной школы похожи, "
          "и настоящая неопределённость больше. Небольшое отличие — повод посмотреть другие предметы и годы, а не вывод.")


def work_words(work: Work) -> str:
    """Write «русский язык, 5 класс»."""
    return f"{work.subject}, {work.grade} класс"


def percent(share: Share | None) -> str:
    """Write «9,8 %»; nothing of fewer than ten works."""
    return f"{number(share.percent)} %" if share is not None else "—"


def with_interval(share: Share | None) -> str:
    """Write «9,8 % (от 8,7 до 10,9)»."""
    return f"{number(share.percent)} % (от {number(share.low)} до {number(share.high)})" if share is not None else "—"


def size_words(share: Share | None) -> str:
    """Write n; few works are said to be few."""
    if share is None:
        return f"< {LEAST}"
    return f"{number(share.n)} (мало)" if share.is_small else number(share.n)


def outcome(first: Share | None, gap: Difference | None, higher: str = "выше", lower: str = "ниже") -> str:
    """Say how a share differs: «выше на 2,5 п. п. (от 1,4 до 3,7)», «не отличается», or why it cannot be said."""
    if first is None:
        return FEW_WORKS
    if gap is None:
        return NO_BASE
    if gap.is_higher:
        return f"{higher} на {_points(gap.points)} п. п. (от {_points(gap.low)} до {_points(gap.high)})"
    if gap.is_lower:
        return f"{lower} на {_points(-gap.points)} п. п. (от {_points(-gap.high)} до {_points(-gap.low)})"
    return SAME


def _points(value: float) -> str:
    """Write percent points; what is above nought never looks like nought."""
    return number_beside(value, (0.0,))


def tally(gaps: Iterable[Difference | None], higher: str, lower: str, same: str, of: str = "") -> str:
    """Count differences in words: «выше региональной в 8 работах из 10; в остальных не отличается»; nothing when nothing was compared."""
    known = [gap for gap in gaps if gap is not None]
    up, down = sum(gap.is_higher for gap in known), sum(gap.is_lower for gap in known)
    if not known:
        return ""
    total = f"из {number(len(known))}"
    if not up and not down:
        return f"{same}{of} ни в одной из {number(len(known))} {'работы' if form(len(known), WORK) == WORK.one else 'работ'}"
    said = [f"{word}{of if place == 0 else ''} в {in_counted(count, WORK)}{f' {total}' if place == 0 else ''}"
            for place, (word, count) in enumerate((word, count) for word, count in ((higher, up), (lower, down)) if count)]
    rest = f"; в остальных {same.partition(' от ')[0]}" if up + down < len(known) else ""
    return f"{', '.join(said)}{rest}"


def by_chance(count: int, one_sided: bool = False) -> str:
    """Say how many of so many comparisons come out by chance alone."""
    share = (100 - CONFIDENCE) / 100 / (2 if one_sided else 1)
    expected = share * count
    how_many = "меньше одного" if expected < 1 else f"около {number(round(expected))}"
    return f"Здесь {counted(count, COMPARISON)}: если бы район ничем не отличался, случайно вышло бы отличий {how_many}."


def export_again(report: str, kinds: Iterable[str]) -> str:
    """Say what to export so that a group's row is there."""
    return f"Скачайте отчёт «{report}» (ФИС ОКО, раздел «Аналитика») со строками групп: {joined(KINDS[kind] for kind in kinds)} — и повторите расчёт."
