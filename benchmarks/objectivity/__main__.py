"""Remake every table of docs/objectivity.md: ``python -m benchmarks.objectivity [--regions N] [--quick]``."""
from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace

from .calibration import calibration_table
from .evaluate import districts, everything, only_ours, run
from .simulator import KINDS, World
from .tables import by_kind, main_table, share, show, world_table
from .widespread import widespread_table

SEEDS = {"honest": 110_000, "mixed": 120_000, "world": 130_000, "gain": 140_000, "district": 150_000, "wide": 160_000,
         "calibration": 170_000}
WORLDS = {"как в основной таблице": World(), "разброс школ 0,40 (ICC ≈ 0,25)": World(school_sd=0.40),
          "доброжелательность 8 %": World(benevolence=0.08), "без доброжелательности": World(benevolence=0.0),
          "участвуют 30 % учителей": World(breadth=0.3), "участвуют все учителя": World(breadth=1.0),
          "регион 150 школ": World(schools=150), "искажают 5 % школ": World(manipulators=0.05),
          "искажают 30 % школ": World(manipulators=0.30), "искажают 50 % школ": World(manipulators=0.50),
          "один год данных": World(years=1), "два года данных": World(years=2)}


def sections(regions: int) -> Iterator[str]:
    """Yield the report piece by piece, so that a long run shows what it has."""
    honest = run(World(manipulators=0.0), regions, SEEDS["honest"], everything)
    mixed = run(World(), regions, SEEDS["mixed"], everything)
    yield main_table(honest, mixed, regions)
    yield by_kind(mixed, KINDS)
    gain = run(World(manipulators=0.0, gain_share=0.1), max(4, regions // 3), SEEDS["gain"], everything)
    strong = run(World(manipulators=0.0, gain_share=0.1, gain=0.8), max(4, regions // 6), SEEDS["gain"], only_ours)
    yield show("Настоящий рост результатов (доля честных школ с ростом, попавших в список)",
               ("правило", "рост +0,4 SD", "рост +0,8 SD"),
               [(rule, share(tally.rate("gained")),
                 share(strong[rule.split(",")[0]].rate("gained")) if rule.endswith("q = 0,05") else "—")
                for rule, tally in gain.items()])
    few = max(3, regions // 5)
    worlds = {name: (run(world, few, SEEDS["world"], only_ours),
                     run(replace(world, manipulators=0.0), few, SEEDS["world"] + 5_000, only_ours))
              for name, world in WORLDS.items()}
    yield world_table("Другие предположения симулятора", worlds, few)
    judged = {size: (run(World(), few, SEEDS["district"], districts(size, 155_000, World())),
                     run(World(manipulators=0.0), few, SEEDS["district"] + 2_000,
                         districts(size, 157_000, World(manipulators=0.0))))
              for size in (45, 150)}
    for size, pair in judged.items():
        yield world_table(f"Район из {size} школ, без строк учеников", {"": pair}, few)
    yield widespread_table(SEEDS["wide"], max(2, regions // 10))
    yield calibration_table(SEEDS["calibration"], few)


def main() -> None:
    """Parse the command line and print Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.objectivity", description=__doc__)
    parser.add_argument("--regions", type=int, default=40, help="simulated regions in the main table (default 40)")
    parser.add_argument("--quick", action="store_true", help="4 regions: a look, not a measurement")
    arguments = parser.parse_args()
    started = time.process_time()
    for section in sections(4 if arguments.quick else arguments.regions):
        print(section, flush=True)
    print(f"Процессорное время: {time.process_time() - started:.0f} с.")


if __name__ == "__main__":
    main()
