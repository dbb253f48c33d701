"""`school-risk check`: every problem with its place, or one line that all is well."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from console.problems import counted, problem_lines
from engine.checking import check
from engine.codes import Severity
from engine.loading import RuleSet, load
from engine.problems import Problem, ordered
from engine.program import Program


def show_check(folder: Path, day: date, advice: bool) -> bool:
    """Check a folder of rules and print the outcome. Returns whether there are errors."""
    rules, problems = load(folder)
    program, more = check(rules, day)
    found = ordered([*problems, *more])
    show_problems(found, rules, advice)
    counts = counted(found)
    if counts[Severity.ERROR]:
        click.echo(f"Проверено файлов: {len(rules.sources)}. Ошибок: {counts[Severity.ERROR]}. Расчёт с такими правилами не запускается.", err=True)
        return True
    click.echo(_all_well(rules, program, counts))
    return False


def show_problems(problems: list[Problem], rules: RuleSet | None, advice: bool) -> None:
    """Print problems, advice only when asked for."""
    sources = {source.file: source for source in rules.sources.values()} if rules is not None else {}
    for problem in problems:
        if problem.severity is Severity.ADVICE and not advice:
            continue
        for line in problem_lines(problem, sources):
            click.echo(line, err=True)


def _all_well(rules: RuleSet, program: Program, counts: dict[Severity, int]) -> str:
    examples = sum(len(block.examples) for blocks in (rules.indicators, rules.criteria, rules.categories, rules.factors) for block in blocks.values())
    parts = [f"файлов {len(rules.sources)}", f"показателей {len(rules.indicators)}", f"критериев {len(rules.criteria)}",
             f"категорий {len(rules.categories)}", f"мер {len(rules.measures)}", *([f"факторов {len(rules.factors)}"] if rules.factors else []), f"примеров сошлось {examples}"]
    more = f" Советов: {counts[Severity.ADVICE]} (показать: --advice)." if counts[Severity.ADVICE] else ""
    return f"Правила в порядке на {program.day:%d.%m.%Y}: {', '.join(parts)}.{more}"
