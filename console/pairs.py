"""`school-risk pairs`: who helps whom and why, what moved since the last call, a refusal answered with the fewest moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from console.checked import show_problems
from console.problems import no_school, plain_code
from console.reporting import Order, Progress
from engine.loading import RuleSet, load
from engine.mentoring.decided import Decided, decide, open_project, refuse, save_decided
from engine.mentoring.matching import TooLarge
from engine.mentoring.project import Project, with_section
from engine.mentoring.rules import SECTION
from engine.mentoring.saved import PairsError, Saved, read_saved
from engine.problems import errors
from engine.program import Program
from engine.record import RecordError, open_run
from engine.run import Run
from reports import FORMATS, OF_PAIRS
from reports.pairs import Pairs, PairView
from reports.russian import SCHOOL, counted, joined

_HOME = Path("rules")


class _Stop(Exception):
    """What keeps the command from going on, in words for the user."""


def pairs_and_show(out: Path, rules_folder: Path | None, refusing: str | None, mentee: str | None, forget: bool, anew: bool, reports: bool) -> bool:
    """Choose pairs for a finished run, save and tell. Returns whether they were chosen."""
    try:
        run = open_run(out)
        before = _remembered(read_saved(out), forget)
        project = _project(run, before, rules_folder)
        decided = decide(project, before, anew)
        if refusing is None:
            _tell(decided, forget)
        else:
            decided = _refused(decided, refusing, mentee)
        path = save_decided(decided, out)
    except (RecordError, PairsError, TooLarge, _Stop) as error:
        click.echo(str(error), err=True)
        return False
    click.echo(f"Записано: {path}")
    return not reports or _write(run, out)


def _remembered(before: Saved | None, forget: bool) -> Saved | None:
    return replace(before, refusals=()) if before is not None and forget else before


# ---------------------------------------------------------------- which rules


def _project(run: Run, before: Saved | None, folder: Path | None) -> Project:
    project = open_project(run, before, _program(run, folder))
    if project is None:
        raise _Stop(f"В правилах расчёта нет раздела «{SECTION}»: пары подбирать не по чему. Образец — rules/mentoring/project.yaml.")
    problems = project.problems()
    if problems:
        show_problems(problems, project.program.rules, False)
        raise _Stop(f"Ошибок в решениях о парах: {len(problems)}. Пары не подобраны.")
    return project


def _program(run: Run, folder: Path | None) -> Program | None:
    """Return the run's program with the section of other rules, or None where the rules are the run's own."""
    if folder is None and not _HOME.is_dir():
        return None
    rules, problems = load(folder or _HOME)
    if not errors(problems) and rules.fingerprint == run.program.rules.fingerprint:
        return run.program
    if folder is None and rules.mentoring is None and not problems:
        return None
    program, more = (None, []) if errors(problems) else with_section(run, rules)
    if program is None:
        show_problems([*errors(problems), *more], rules, False)
        raise _Stop("Пары не подобраны. Если раздел ссылается на новые показатели или группы, сначала пересчитайте: school-risk run.")
    if program.mentoring is None:
        raise _Stop(f"В правилах «{folder or _HOME}» нет раздела «{SECTION}».")
    _tell_rules(run, rules, folder or _HOME)
    return program if program.mentoring.block != _own(run) else run.program


def _own(run: Run) -> object:
    return run.program.mentoring.block if run.program.mentoring else None


def _tell_rules(run: Run, rules: RuleSet, folder: Path) -> None:
    own = run.program.rules
    changed = sorted(name for name in {*own.sources, *rules.sources}
                     if name not in own.sources or name not in rules.sources or own.sources[name].text != rules.sources[name].text)
    click.echo(f"Правила в «{folder}» отличаются от правил расчёта {run.number}: {joined(changed)}.")
    click.echo("Взят новый раздел «наставничество»; группы, пороги и показатели остались из расчёта (пересчитать их: school-risk run).")


# ---------------------------------------------------------------- telling


def _tell(decided: Decided, forgot: bool) -> None:
    words, project = Pairs(decided), decided.project
    click.echo(f"Проект «Школа – школе» по расчёту {project.run.number}. Предварительно, до решения и согласия школ.")
    _tell_groups(project)
    if project.refusals and not forgot:
        click.echo(f"Учтены отказы, записанные командой: {joined(_refusal(*item) for item in project.refusals)}. Внесите их в таблицу ответов; забыть — --forget.")
    for pair in words.pairs():
        _tell_pair(pair)
    _tell_alone(words)
    _tell_free(words)
    _tell_changes(decided, words)


def _tell_groups(project: Project) -> None:
    wording = project.program.rules.categories
    for name, schools, unknown in ((project.plan.block.mentees, project.mentees, project.open_mentees), (project.plan.block.mentors, project.mentors, project.open_mentors)):
        title = wording[name].title or name
        doubt = f"; не определено: {joined(f'№ {code}' for code in unknown)}" if unknown else ""
        click.echo(f"  {title}: {joined(f'№ {code}' for code in schools) or 'нет школ'}{doubt}")


def _refusal(school: str, mentee: str | None) -> str:
    return f"№ {school}" + (f" от № {mentee}" if mentee else "")


def _tell_pair(pair: PairView) -> None:
    click.echo(f"\nШкола № {pair.mentee} ← наставник № {pair.mentor}")
    for line in (*pair.reasons, pair.runner_up, f"Согласие: {'; '.join(pair.replies)}.", pair.left_out):
        if line:
            click.echo(f"  {line}")


def _tell_alone(words: Pairs) -> None:
    for item in words.alone():
        click.echo(f"\nШкола № {item.mentee} — без наставника: {item.why}.")
        for line in item.relax:
            click.echo(f"  Что поможет: {line}")


def _tell_free(words: Pairs) -> None:
    spare = {mentor: places for mentor, places in words.assignment.spare.items() if places > 0 and mentor not in words.decided.task.constraints.refused}
    if not words.assignment.pairs and not words.assignment.unmatched:
        click.echo("\nШкол, которым нужен наставник, нет.")
    elif spare:
        click.echo(f"\nЕщё могут взять: {joined(f'№ {mentor} — {counted(places, SCHOOL)}' for mentor, places in spare.items())}.")


def _tell_changes(decided: Decided, words: Pairs) -> None:
    if decided.before is None:
        return
    if decided.same:
        click.echo("\nПо сравнению с прошлым разом ничего не изменилось.")
        _tell_cost(decided)
        return
    changes = decided.changes
    click.echo("\nЧто изменилось с прошлого раза:" + ("" if changes.settings or changes.moves or changes.left else " пары те же."))
    for line in (*words.settings(changes), *words.moves(changes)):
        click.echo(f"  {line}")
    if changes.left:
        click.echo(f"  Вышли из группы внимания: {joined(f'№ {code}' for code in changes.left)}.")
    if changes.settings and not changes.moves:
        click.echo("  Пары остались прежними.")
    click.echo(f"  {words.totals(changes)}")


def _tell_cost(decided: Decided) -> None:
    now, best = (item.total + item.penalties for item in (decided.assignment, decided.anew))
    if now - best > 0.005:
        click.echo(f"Пары сохранены после замены; подбор заново (--anew) уменьшил бы сумму различий на {now - best:.2f}.".replace(".", ",", 1))


# ---------------------------------------------------------------- a refusal


def _refused(decided: Decided, school: str, mentee: str | None) -> Decided:
    project = decided.project
    school, mentee = (None if code is None else plain_code(code) for code in (school, mentee))
    for code in (school, mentee):
        if code is not None and code not in project.frame.codes:
            raise _Stop(no_school(code, project.frame.codes))
    _check_role(project, school, mentee)
    was = decided.assignment.mentor_of
    after, change = refuse(decided, school, mentee)
    words = Pairs(after)
    click.echo(f"Отказ записан: {_refusal(school, mentee)}. {'Пары меняются наименьшими перестановками.' if change.orphans else 'Пар с этой школой не было.'}")
    for line in words.replaced(change, school, was):
        click.echo(f"  {line}")
    moved = {*change.orphans, *change.moved}
    for pair in words.pairs():
        if pair.mentee in moved:
            _tell_pair(pair)
    _tell_alone(words)
    click.echo("\nВнесите отказ и в таблицу ответов школ: тогда он останется и в следующем расчёте.")
    return after


def _check_role(project: Project, school: str, mentee: str | None) -> None:
    if mentee is not None and mentee not in project.mentees:
        raise _Stop(f"Школы № {mentee} нет среди тех, кому нужен наставник: {joined(f'№ {code}' for code in project.mentees) or 'таких школ нет'}.")
    if school not in project.mentors and (mentee is not None or school not in project.mentees):
        raise _Stop(f"Школа № {school} не наставник: в группе роста {joined(f'№ {code}' for code in project.mentors) or 'нет школ'}.")
    if (school, mentee) in project.all_refusals or (school, None) in project.all_refusals:
        raise _Stop(f"Отказ уже учтён: {_refusal(school, mentee)}.")


def _write(run: Run, out: Path) -> bool:
    from console.reporting import write_and_list
    return write_and_list(run, out, (), OF_PAIRS, Progress(), Order(tuple(FORMATS)))
