"""How soon the command line answers: processor time of new processes."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measuring import Aim, Section, decimal, table

ROOT = Path(__file__).parents[1]
COMMANDS = {"python -c pass": ("-c", "pass"), "import cli": ("-c", "import cli"), "python cli.py --help": ("cli.py", "--help")}


def run(repeats: int = 7) -> Section:
    """Start each command anew and take the least time."""
    found = {title: min(_once(arguments) for _ in range(repeats)) for title, arguments in COMMANDS.items()}
    lines = [(f"`{title}`", decimal(processor), decimal(wall)) for title, (processor, wall) in found.items()]
    processor = found["import cli"][0]
    return Section("Запуск", table(("", "процессор, с", "часы, с"), lines), (Aim("import cli < 0,5 с", f"{decimal(processor)} с", processor < 0.5),))


def _once(arguments: tuple[str, ...]) -> tuple[float, float]:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall
