"""The pairs in force: the stored ones while nothing changed, else the optimum of the changed task, and what moved between the two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from engine.loading import load
from engine.mentoring.assignment import Assignment, Task, assign
from engine.mentoring.changes import Changes, Replacement, compare, keep, replace_mentor
from engine.mentoring.project import Project, project_of, with_section
from engine.mentoring.saved import PairsError, Saved, describe, read_saved, save_pairs
from engine.program import Program
from engine.run import Run


@dataclass(frozen=True, eq=False)
class Decided:
    """Pairs of a project. `before`: what the last call left; `same`: the task did not change, so its pairs stand."""

    project: Project
    assignment: Assignment
    before: Saved | None = None
    same: bool = False

    @property
    def task(self) -> Task:
        return self.project.task

    @cached_property
    def changes(self) -> Changes | None:
        """What moved since the last call; None when there was none or the task is the same."""
        if self.before is None or self.same:
            return None
        old = self.before.task
        return compare(old, keep(old, self.before.pairs), self.task, self.assignment)

    @cached_property
    def anew(self) -> Assignment:
        """The optimum without regard to earlier pairs: what standing by them costs."""
        return assign(self.task) if self.same else self.assignment


def decide(project: Project, before: Saved | None = None, anew: bool = False) -> Decided:
    """Return the pairs in force; `anew`: the optimum even where nothing changed. Errors: TooLarge."""
    best = assign(project.task)
    if anew or before is None or before.described != describe(project.task):
        return Decided(project, best, before)
    return Decided(project, best if best.mentor_of == before.pairs else keep(project.task, before.pairs), before, same=True)


def open_project(run: Run, before: Saved | None, program: Program | None = None) -> Project | None:
    """Make the project of a run as the last call left it: its recorded refusals, and its section where that is not the run's.

    Refusals hold for their report year; another section only for the run it was tried on. Errors: PairsError.
    """
    kept = before if before is not None and before.report_year == run.report_year else None
    if program is None and kept is not None and kept.section is not None and kept.run == run.number:
        rules, problems = load(kept.section)
        program, more = with_section(run, rules)
        if program is None:
            raise PairsError(f"Файл «{kept.section}» изменён: {[*problems, *more][0].message} Удалите его и подберите пары заново: school-risk pairs.")
    return project_of(run, kept.refusals if kept else (), program)


def decided_in(run: Run, folder: Path | None) -> Decided | None:
    """Return the pairs in force beside a run; None where the rules have no section. Errors: PairsError, TooLarge."""
    before = read_saved(folder) if folder is not None else None
    project = open_project(run, before)
    return decide(project, before) if project is not None else None


def refuse(decided: Decided, school: str, mentee: str | None) -> tuple[Decided, Replacement]:
    """Answer a refusal with the fewest moves, and record it."""
    change = replace_mentor(decided.task, decided.assignment, school, mentee)
    project = replace(decided.project, refusals=(*decided.project.refusals, (school, mentee)))
    return Decided(project, change.chosen, decided.before), change


def save_decided(decided: Decided, folder: Path) -> Path:
    """Write the pairs beside the run. Errors: OSError."""
    run, program = decided.project.run, decided.project.program
    section = program.rules.raw.get(("наставничество", "наставничество")) if program is not run.program else None
    return save_pairs(folder, run.number, run.report_year, decided.project.refusals, decided.task, decided.assignment.mentor_of, section)
