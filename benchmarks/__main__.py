"""`python -m benchmarks [--quick] [classification aggregation pupil_rows startup]`: print the report; a full run writes benchmarks/results.md.

Exit code 1 when results that must be equal differ: figures of a wrong calculation are worth nothing.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path

from benchmarks import aggregation, classification, pupil_rows, startup

RESULTS = Path(__file__).with_name("results.md")
FULL = {"classification": classification.run, "aggregation": aggregation.run, "pupil_rows": pupil_rows.run, "startup": startup.run}
QUICK = {"classification": lambda: classification.run(2000, 3, memory=False), "aggregation": lambda: aggregation.run(300, 2, memory=False),
         "pupil_rows": lambda: pupil_rows.run(3000, 1), "startup": lambda: startup.run(1)}
PACKAGES = ("numpy", "pandas", "duckdb", "sqlglot", "durable_rules", "OpenFisca-Core", "zen-engine")


def main() -> int:
    """Run what is asked for and print it."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description="Скорость и память рядом с numpy, SQL, OpenFisca и ZEN.")
    options.add_argument("names", nargs="*", metavar="замер", help=f"что измерить: {', '.join(FULL)} (по умолчанию всё)")
    options.add_argument("--quick", action="store_true", help="мало школ: проверить, что ответы совпадают; результаты не записываются")
    options.add_argument("--date", default=date.today().isoformat(), help="дата в отчёте")
    given = options.parse_args()
    if unknown := [name for name in given.names if name not in FULL]:
        options.error(f"замера «{unknown[0]}» нет; есть: {', '.join(FULL)}")
    works = QUICK if given.quick else FULL
    sections = [work() for name, work in works.items() if not given.names or name in given.names]
    if given.quick:  # on few schools the figures say nothing about the aims
        sections = [replace(section, aims=()) for section in sections]
    report = "\n".join([_head(given.date), *(section.markdown for section in sections)])
    print(report)
    if not given.quick and not given.names:
        RESULTS.write_text(report, encoding="utf-8")
    return 1 if any(section.wrong for section in sections) else 0


def _head(day: str) -> str:
    versions = ", ".join(f"{name} {version}" for name in PACKAGES if (version := _version(name)))
    return (f"# Скорость и память\n\nСнято {day} командой `make bench` на машине: {_processor()}, Python {platform.python_version()}, {versions}.\n\n"
            "Время — процессорное (пользователь + система, все нити), наименьшее из повторов; соперники чередуются в одном процессе. "
            "Что и с чем сравнивается — [README.md](README.md).\n")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]}, ядер {len(names)}" if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
