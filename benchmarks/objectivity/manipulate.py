"""Five kinds of manipulation with intensity q. All act on one school's pupils of one work, in place."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .forms import Form, add_points

KINDS = ("border", "uplift", "copy", "absent", "tojournal")


@dataclass
class Pupils:
    """Pupils of one school in one work. Shapes: items (n, K), the rest (n,)."""

    items: np.ndarray
    ability: np.ndarray
    klass: np.ndarray
    journal: np.ndarray
    present: np.ndarray


def lift_to_border(rng: np.random.Generator, pupils: Pupils, form: Form, borders: tuple, q: float) -> None:
    """One or two points below a border become the border with probability q."""
    score = pupils.items.sum(1)
    points = np.zeros(len(score), int)
    for border in borders:
        for gap in (1, 2):
            points[(score == border - gap) & (rng.random(len(score)) < q)] = gap
    add_points(rng, pupils.items, form.item_max, points)


def uplift(rng: np.random.Generator, pupils: Pupils, form: Form, borders: tuple, q: float) -> None:
    """Every lost point comes back with probability q / 2."""
    pupils.items += rng.binomial(form.item_max - pupils.items, 0.5 * q).astype(np.int8)


def copy_best(rng: np.random.Generator, pupils: Pupils, form: Form, borders: tuple, q: float) -> None:
    """A share q of a class takes 80 % of items from one of its three best."""
    for name in np.unique(pupils.klass):
        here = np.flatnonzero((pupils.klass == name) & pupils.present)
        if len(here) < 4:
            continue
        here = here[np.argsort(-pupils.ability[here])]
        copying = here[3:][rng.random(len(here) - 3) < q]
        source = rng.choice(here[:3], len(copying))
        taken = rng.random((len(copying), pupils.items.shape[1])) < 0.8
        pupils.items[copying] = np.where(taken, pupils.items[source], pupils.items[copying])


def lift_to_journal(rng: np.random.Generator, pupils: Pupils, form: Form, borders: tuple, q: float) -> None:
    """A work below its journal mark is lifted to it with probability q when the gap is small."""
    need = np.array([0, 0, 0, *borders])[pupils.journal]
    gap = need - pupils.items.sum(1)
    small = (gap > 0) & (gap <= (4 if form.top <= 25 else 6))
    add_points(rng, pupils.items, form.item_max, np.where(small & (rng.random(len(gap)) < q), gap, 0))


ACTIONS = {"border": lift_to_border, "uplift": uplift, "copy": copy_best, "tojournal": lift_to_journal}
