"""Markdown of the benchmark tables."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .evaluate import Tallies


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table under a heading."""
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows), ""])


def share(value: float, digits: int = 1) -> str:
    """Return a share as per cent, «—» when there is nothing to count."""
    return "—" if not np.isfinite(value) else f"{100 * value:.{digits}f} %".replace(".", ",")


def ratio(value: float) -> str:
    """Return a ratio with three digits."""
    return "—" if not np.isfinite(value) else f"{value:.3f}".replace(".", ",")


def main_table(honest: Tallies, mixed: Tallies, regions: int) -> str:
    """All rules side by side."""
    rows = [(rule, share(honest[rule].rate(), 2), share(honest[rule].rate("gymnasium"), 1), ratio(mixed[rule].fdr),
             ratio(mixed[rule].recall()), ratio(mixed[rule].recall(exactly=0.2)), ratio(mixed[rule].recall(least=0.4)))
            for rule in mixed]
    schools = next(iter(mixed.values())).schools
    return show(f"Все правила: {regions} честных и {regions} смешанных регионов ({schools} школ, 16 % искажают)",
                ("правило", "честных школ отмечено", "честных гимназий", "FDR", "полнота", "полнота при 20 %",
                 "полнота при ≥ 40 %"), rows)


def by_kind(mixed: Tallies, kinds: Sequence[str]) -> str:
    """Recall of A and C by kind and intensity."""
    tallies = {name: mixed[f"{name}, q = 0,05"] for name in ("A «требует внимания»", "C «выявлены признаки»")}
    rows = [(name, kind, *(ratio(tally.recall(exactly=q, kind=kind)) for q in (0.1, 0.2, 0.4, 0.6)))
            for name, tally in tallies.items() for kind in kinds]
    return show("Полнота по виду и силе искажения, q = 0,05", ("правило", "вид", "10 %", "20 %", "40 %", "60 %"), rows)


def world_table(title: str, worlds: Mapping[str, tuple[Tallies, Tallies]], regions: int) -> str:
    """Rules under other assumptions: (mixed, honest) tallies by world."""
    rows = [(name or "—", rule, share(honest[rule].rate(), 2), share(float(np.mean(honest[rule].groups)), 1),
             ratio(mixed[rule].fdr), ratio(mixed[rule].recall()), ratio(mixed[rule].recall(exactly=0.2)),
             ratio(mixed[rule].recall(least=0.4)))
            for name, (mixed, honest) in worlds.items() for rule in mixed]
    return show(f"{title} (регионов: {regions})",
                ("условие", "правило", "честных школ отмечено", "честных списков не пусто", "FDR", "полнота",
                 "полнота при 20 %", "полнота при ≥ 40 %"), rows)
