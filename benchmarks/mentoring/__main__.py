"""Remake results.md: ``python -m benchmarks.mentoring [--districts N] [--quick]``. Exit code 1: some total is not the exact optimum."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .districts import FACTORS
from .quality import Quality, measure
from .speed import city, country, region_sizes


def number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def quality_report(quality: Quality) -> str:
    """Return Markdown of exactness, rivals and factors."""
    lines = [f"## Пары: {quality.districts} вымышленных районов",
             "От 5 до 60 школ, у половины только вместимость наставника, у половины случайный набор ограничений. "
             f"Пар {quality.pairs}, без наставника {quality.unmatched}.", "",
             f"Сумма расстояний и число пар равны точному оптимуму целочисленной программы (HiGHS) в {quality.districts - len(quality.wrong)} "
             f"из {quality.districts} районов; наибольшее расхождение сумм {quality.largest_gap:.1e}.", "",
             "| как иначе | сумма расстояний к нашей | хуже нашей, районов | худшее отношение | меньше пар, районов | потеряно пар |",
             "|---|---|---|---|---|---|"]
    lines += [f"| {name} | {number(rival.ratio)} | {rival.worse} | {number(rival.worst, 2)} | {rival.fewer} | {rival.lost} |"
              for name, rival in quality.rivals.items()]
    lines += ["", "Отношение сумм — по районам, где пар столько же.", "",
              "| условие | вес | различие в наших парах | в случайных допустимых | районов, где у нас не больше |", "|---|---|---|---|---|"]
    matched, random = quality.matched[0] / quality.matched[1], quality.random[0] / quality.random[1]
    for at, factor in enumerate(FACTORS):
        closer = f"{quality.closer[0, at]} из {quality.closer[1, at]}"
        lines.append(f"| {factor.name} | {number(factor.weight, 1)} | {number(matched[at])} | {number(random[at])} | {closer} |")
    return "\n".join([*lines, "", "Различие — в устойчивых стандартных отклонениях (для типа школы — доля разных)."])


def speed_report(title: str, figures: dict[str, float]) -> str:
    """Return Markdown of times."""
    return "\n".join([f"## {title}", *(f"- {name}: {number(value, 2)} с" for name, value in figures.items())])


def main() -> int:
    """Measure, print and, unless quick, record."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mentoring", description=__doc__)
    parser.add_argument("--districts", type=int, default=2000, help="invented districts (default 2000)")
    parser.add_argument("--quick", action="store_true", help="60 districts and no country: a look; nothing is recorded")
    arguments = parser.parse_args()
    quality = measure(range(60 if arguments.quick else arguments.districts))
    parts = ["# «Школа – школе»: точность и скорость", "Повторить: `python -m benchmarks.mentoring`. Время — процессорное, одна нить.",
             quality_report(quality), speed_report("700 школ", city())]
    if not arguments.quick:
        sizes = region_sizes(40_000)
        parts.append(speed_report(f"40 000 школ, {len(sizes)} регионов (в наибольшем {max(sizes)} школ)", country(sizes)))
    report = "\n\n".join(parts) + "\n"
    print(report)
    if not arguments.quick:
        Path(__file__).with_name("results.md").write_text(report, encoding="utf-8")
    return 1 if quality.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
