"""Cut a simulated region into districts and judge each with different norms."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.objectivity.records import ExamMeans, Schools, Work

from .simulator import Region, Truth


def cut(region: Region, size: int, with_pooled: bool) -> Iterator[tuple[np.ndarray, list[Work], Schools]]:
    """Yield (school indices, works, schools) of every district; `with_pooled`: the region's row stays in the export."""
    order = np.arange(region.schools.count)  # schools of the simulator are in random order already
    for start in range(0, len(order) - size + 1, size):
        pick = order[start: start + size]
        yield pick, [_district_work(work, pick, with_pooled) for work in region.works], region.schools.take(pick)


def _district_work(work: Work, pick: np.ndarray, with_pooled: bool) -> Work:
    keep = np.zeros(len(work.schools), bool)
    keep[pick] = True
    part = work.take(keep).with_schools(np.arange(len(pick)))
    return replace(part, pooled=work.hist.sum(0)) if with_pooled else part


def shift_years(region: Region, years: int) -> Region:
    """Return the region with later year labels, so that another region's norms are of "another year"."""
    works = [replace(work, key=replace(work.key, year=work.key.year + years)) for work in region.works]
    exams: dict[tuple[str, int], ExamMeans] = {(s, y + years): e for (s, y), e in region.schools.exams.items()}
    return replace(region, works=works, schools=replace(region.schools, exams=exams))


def truth_of(truth: Truth, pick: np.ndarray) -> Truth:
    """Return the truth of a district."""
    return Truth(truth.kind[pick], truth.q[pick], truth.start[pick], truth.gained[pick], truth.size[pick])
