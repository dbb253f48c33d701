"""RuleSet -> Program, with every problem found at once: names and units, logic, examples, sources, the roadmap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine import tree as t
from engine.examples import check_examples
from engine.examples_factors import check_factors
from engine.factors import FactorPlan
from engine.limits import too_large
from engine.loading import RuleSet
from engine.problems import Problem, errors
from engine.program import CategoryPlan, CriterionPlan, IndicatorPlan, MeasurePlan, Program, build
from engine.roadmap.checks import check_roadmap
from engine.satisfiability import always, never
from engine.words import like_hint


def check(rules: RuleSet, day: date, *, examples: bool = True) -> tuple[Program, list[Problem]]:
    """Resolve and examine a rule set as of `day`.

    Errors: every R2xx–R6xx code. Logic and examples are looked at only when names and units are sound.
    Example: program, problems = check(rules, date(2026, 9, 3)).
    """
    program, found = build(rules, day)
    found += _phrases(program)
    found += check_roadmap(program)
    sound = not errors(found) and not rules.broken and not rules.unreadable
    problems = [problem for problem in found if not _follows(problem, rules)] + _sources(program)
    if sound:
        problems += _logic(program)
        problems += _unused(program)
        problems += too_large(program)
        if examples:
            problems += check_examples(program)
            problems += check_factors(program)
    return program, problems


_ABOUT_NAMES = frozenset({"R203", "R205", "R208", "R209", "R210", "R214", "R217", "R218", "R220", "R221", "R502", "R603"})


def _follows(problem: Problem, rules: RuleSet) -> bool:
    """Whether a problem only follows from another: the name it misses stands in a block or a file that could not be read."""
    if problem.code not in _ABOUT_NAMES:
        return False
    return rules.unreadable or any(f"«{name}»" in problem.message for name in rules.broken)


# ---------------------------------------------------------------- phrases


def placeholders(phrase: str) -> list[str]:
    """List the names in braces of a phrase."""
    return [part.split("}", 1)[0].strip() for part in phrase.split("{")[1:] if "}" in part]


def _phrases(program: Program) -> list[Problem]:
    rules, problems = program.rules, []
    known = [*rules.indicators, *rules.thresholds, *(rules.tables[rules.registry].columns if rules.registry else ())]
    for section, blocks in (("критерии", rules.criteria), ("категории", rules.categories)):
        for name, block in blocks.items():
            if block.phrases is None:
                continue
            for key, phrase in (("выполнен", block.phrases.met), ("не выполнен", block.phrases.not_met), ("не определён", block.phrases.unknown)):
                for placeholder in placeholders(phrase or ""):
                    if placeholder not in known:
                        problems.append(Problem("R603", rules.place(section, name, "фразы", key), f"Во фразе стоит «{placeholder}», а такой величины нет.",
                                                like_hint(placeholder, known) or "Вставлять можно показатели, пороги и столбцы реестра."))
    return problems


# ---------------------------------------------------------------- sources


def _sources(program: Program) -> list[Problem]:
    rules, problems = program.rules, []
    for section, blocks in (("пороги", rules.thresholds), ("критерии", rules.criteria), ("категории", rules.categories), ("меры", rules.measures),
                            ("факторы", rules.factors), ("адресная_помощь", {"адресная_помощь": rules.assistance} if rules.assistance else {}),
                            ("чек_лист", {"чек_лист": rules.checklist} if rules.checklist else {})):
        for name, block in blocks.items():
            if not block.clause:
                problems.append(Problem("R601", rules.header(section, name), f"У «{name}» нет основания.", "Добавьте «основание: пункт документа»."))
            elif block.verified is None:
                problems.append(Problem("R602", rules.header(section, name), f"У «{name}» не сказано, когда сверено с документом.", "Добавьте «сверено: дата»."))
            elif (program.day - block.verified).days > 366:
                problems.append(Problem("R602", rules.header(section, name), f"«{name}» сверено {block.verified:%d.%m.%Y}, больше года назад.", "Сверьте с действующим текстом."))
    return problems


# ---------------------------------------------------------------- logic


def _logic(program: Program) -> list[Problem]:
    rules, problems = program.rules, []
    for section, shape, key in (("критерии", CriterionPlan, "когда"), ("категории", CategoryPlan, "когда")):
        for plan in program.of(shape):
            if plan.when is None:
                continue
            whole = plan.when if plan.applies is None else t.AllOf((plan.when, plan.applies))
            place = rules.place(section, plan.name, key)
            if never(whole, program):
                what = "Критерий" if section == "критерии" else "Категория"
                problems.append(Problem("R401", place, f"{what} «{plan.name}»: условие не может быть выполнено.", "Части условия противоречат друг другу; проверьте числа и «не»."))
            elif always(plan.when, program):
                problems.append(Problem("R404", place, f"«{plan.name}»: условие выполнено при любых данных.", "Проверьте числа в условии."))
    for factor in program.factors.values():
        problems += _factor_logic(program, factor)
    return problems


def _factor_logic(program: Program, factor: FactorPlan) -> Iterator[Problem]:
    for level, tree in factor.conditions.items():
        place = program.rules.place("факторы", factor.name, "значимость", level)
        if never(tree, program):
            yield Problem("R401", place, f"Фактор «{factor.name}»: условие не может быть выполнено.", "Части условия противоречат друг другу; проверьте числа и «не».")
        elif always(tree, program):
            yield Problem("R404", place, f"Фактор «{factor.name}»: условие выполнено при любых данных.", "Проверьте числа в условии.")


def _unused(program: Program) -> list[Problem]:
    rules = program.rules
    used: set[str] = set()
    for names in program.uses.values():
        used |= names
    used |= {name for plan in (*program.factors.values(), *([program.assistance] if program.assistance else ())) for name in plan.uses}
    used |= {measure.effect.indicator for measure in rules.measures.values() if measure.effect and measure.effect.indicator}
    used |= {measure.shortfall.indicator for measure in rules.measures.values() if measure.shortfall}
    for block in [*rules.criteria.values(), *rules.categories.values()]:
        if block.phrases:
            for phrase in (block.phrases.met, block.phrases.not_met, block.phrases.unknown):
                used |= set(placeholders(phrase or ""))
    used |= program.mentoring.uses if program.mentoring else frozenset()
    used |= set(program.switched_off)
    for name in program.switched_off:
        used |= {node.value for node in t.walk(rules.criteria[name].when) if isinstance(node, t.Name)}
    problems = []
    for section, names in (("пороги", rules.thresholds), ("критерии", program.of(CriterionPlan))):
        for item in names:
            name = item if isinstance(item, str) else item.name
            if name not in used and (section == "пороги" or rules.categories or rules.measures):
                problems.append(Problem("R403", rules.header(section, name), f"«{name}» описан, но нигде не используется.", "Используйте или удалите."))
    return problems


__all__ = ["IndicatorPlan", "MeasurePlan", "check", "placeholders"]
