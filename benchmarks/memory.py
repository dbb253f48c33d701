"""Peak memory of one evaluation over its data, in a process of its own: `python -m benchmarks.memory schools 40000`.

Measured as the process's resident memory: what it is when the data stand ready in tables and columns (before), and the
highest it becomes until the evaluation ends (VmHWM, reset in between; where the system cannot reset it, `ru_maxrss`).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes: resident with the data alone, and the peak of preparing and evaluating over that."""

    data: float
    over: float


def measured(what: str, count: int) -> Memory:
    """Measure in a child process: nothing done before in this one counts."""
    answer = subprocess.run([sys.executable, "-m", "benchmarks.memory", what, str(count)], check=True, capture_output=True, text=True,
                            cwd=Path(__file__).parents[1])
    return Memory(**json.loads(answer.stdout))


def _evaluate(what: str, count: int) -> Memory:
    import gc

    from benchmarks import rows, ruleset, schools
    from benchmarks.by_product import ByProduct, registry_of
    if what == "schools":
        product = ByProduct(ruleset.yaml_text(ruleset.make()), {"школы": registry_of(schools.make(count))})
    else:
        product = ByProduct(rows.yaml_text(False), rows.tables_of(rows.make(count)))
    gc.collect()
    _reset_peak()
    data = _status("VmRSS")
    product.prepare()
    product.evaluate()
    return Memory(data, max(0.0, _peak() - data))


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def _status(field: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise LookupError(field)


def _peak() -> float:
    try:
        return _status("VmHWM")
    except (OSError, LookupError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


if __name__ == "__main__":
    print(json.dumps(asdict(_evaluate(sys.argv[1], int(sys.argv[2])))))
