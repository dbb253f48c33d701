"""The site: how long it takes to write, how heavy its pages are, how soon a table of seven hundred schools answers in the browser.

python -m benchmarks.site — prints a section for results.md. Writing is processor time of this process; the browser's times are by its own clock, from the
beginning of the navigation and from the click to the next frame that was drawn. A machine shared with others makes them longer, never shorter.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.many_schools import multiplied
from benchmarks.measuring import Aim, Section, decimal, milliseconds, table
from engine.run import Run, run
from reports.russian import SCHOOL, counted
from reports.site import write_site

ROOT = Path(__file__).parents[1]
TIMES, REPEATS = 16, 7
LIGHT, USABLE = 300 * 1024, 1.0
_USABLE = "() => { const found = performance.getEntriesByType('navigation')[0]; return found.loadEventEnd - found.startTime; }"
_DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))))"
_SORT = f"() => {{ const start = performance.now(); document.querySelector('th[data-order=term] button').click(); return {_DRAWN}; }}"
_FILTER = (f"() => {{ const start = performance.now(), field = document.querySelector('input[name=q]'); field.value = field.value ? '' : '9'; "
           f"field.dispatchEvent(new Event('input', {{bubbles: true}})); return {_DRAWN}; }}")


@dataclass(frozen=True)
class Written:
    """One site on disk. Sizes are bytes, `seconds` is processor time."""

    schools: int
    pages: int
    seconds: float
    largest: str
    largest_bytes: int
    table_bytes: int
    all_bytes: int


def written(result: Run, folder: Path) -> Written:
    """Write the site of a run and measure."""
    start = time.process_time()
    paths = write_site(result, folder)
    seconds = time.process_time() - start
    sizes = {path.name: path.stat().st_size for path in paths}
    largest = max(sizes, key=sizes.__getitem__)
    return Written(len(result.evaluation.frames[result.program.school_level]), len(paths), seconds, largest, sizes[largest], sizes["table.html"], sum(sizes.values()))


@dataclass(frozen=True)
class Answered:
    """Seconds of the browser, one for each repeat."""

    usable: tuple[float, ...]
    sort: tuple[float, ...]
    filter: tuple[float, ...]


def answered(page_file: Path) -> Answered:
    """Open the table again and again and measure it: until it can be used, a click on an order, a letter in the filter."""
    from tests.browser import chromium
    with chromium() as browser:
        rounds = [_round(browser.new_page(), page_file) for _ in range(REPEATS)]
    return Answered(*(tuple(column) for column in zip(*rounds, strict=True)))


def _round(page, page_file: Path) -> Iterator[float]:
    page.goto(page_file.as_uri(), wait_until="load")
    page.wait_for_timeout(100)
    found = [page.evaluate(script) / 1000 for script in (_USABLE, _SORT, _FILTER)]
    page.close()
    return iter(found)


def report(small: Written, large: Written, times: Answered) -> Section:
    """Put the figures into a section."""
    lines = [(counted(each.schools, SCHOOL), str(each.pages), decimal(each.seconds), f"{each.largest}, {each.largest_bytes / 1024:.0f} КБ", f"{each.table_bytes / 1024:.0f} КБ", f"{each.all_bytes / 1024 ** 2:.1f} МБ".replace(".", ","))
             for each in (small, large)]
    words: tuple[tuple[str, Callable[[Answered], tuple[float, ...]]], ...] = (("открыть: скрипт отработал, можно пользоваться", lambda item: item.usable),
                                                                             ("щелчок по порядку до нового кадра", lambda item: item.sort), ("буква в поиске до нового кадра", lambda item: item.filter))
    browser = [(title, milliseconds(min(pick(times))), milliseconds(statistics.median(pick(times))), milliseconds(max(pick(times)))) for title, pick in words]
    text = "\n\n".join((table(("", "страниц", "запись, с", "самая большая", "таблица школ", "всего"), lines),
                        table((f"таблица: {counted(large.schools, SCHOOL)}, Chromium", "меньшее, мс", "медиана, мс", "большее, мс"), browser)))
    worst = max(max(pick(times)) for _, pick in words)
    heaviest = max(small.largest_bytes, large.largest_bytes)
    return Section("Сайт", text, (Aim("страница < 300 КБ", f"{heaviest / 1024:.0f} КБ", heaviest < LIGHT), Aim(f"таблица ({counted(large.schools, SCHOOL)}) отвечает за 1 с", f"{milliseconds(worst)} мс", worst < USABLE)))


def main() -> None:
    result, problems = run(ROOT / "rules", ROOT / "sample_data", date(2026, 9, 3))
    assert result is not None, problems
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = written(result, folder / "small")
        large = written(multiplied(result, TIMES), folder / "large")
        print(report(small, large, answered(folder / "large" / "table.html")).markdown)


if __name__ == "__main__":
    main()
