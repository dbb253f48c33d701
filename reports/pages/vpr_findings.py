"""The findings of «Аналитическая справка по работе ВПР»: marks, years, tasks, journal, objectivity. Each is a section whose title says what was found."""

from __future__ import annotations

from collections.abc import Iterable

from reports.book import Book
from reports.charts_shares import interval_chart
from reports.document import Grid, Section, head
from reports.intervals import LEAST
from reports.objectivity_figures import LEAST_DISTRIBUTION, Distribution, Objectivity
from reports.pages.vpr_words import (
    BORDER,
    METHOD,
    SAME,
    TASK,
    WORK,
    by_chance,
    export_again,
    outcome,
    percent,
    size_words,
    tally,
    work_words,
)
from reports.russian import SCHOOL, academic_year, capital, counted, form, in_counted, joined, number, of_counted
from reports.vpr_figures import AGREED, BASIC_LEAST, DISTRICT, REGION, SAMPLE, SIDES, Compared, Figures, Step, Task, Work

_KEY, _KEY_ALONE = "● район с 95-процентным интервалом, ◇ регион; числа справа: район и регион, %.", "● район с 95-процентным интервалом; справа — его доля, %."
MANY = 0.5      # the share of schools from which a task is a theme for the whole district


# ---------------------------------------------------------------- marks


def marks_section(figures: Figures, year: str) -> Section:
    """Results by subject and grade against the region and the whole sample."""
    two, good = figures.compared(REGION, "two"), figures.compared(REGION, "good")
    if not two:
        return Section(f"Результаты района не определены: отметок ВПР за {year} год в данных нет", missing=(
            f"{export_again('Статистика по отметкам', (SAMPLE, REGION, DISTRICT))} Без отметок ни одного сравнения этой справки сделать нельзя.",))
    sample_two, sample_good = figures.compared(SAMPLE, "two"), figures.compared(SAMPLE, "good")
    said = tally((item.difference for item in two), "выше региональной", "ниже региональной", "не отличается от региональной")
    title = f"Доля отметок «2» в районе {said}" if said else "С регионом результаты района сравнить нельзя: строк региона в выгрузках нет"
    texts = tuple(_sentence(what, found, of) for what, found, of in (("Доля отметок «4» и «5»", good, "региональной"), ("Доля отметок «2»", sample_two, "по всей выборке"),
                                                                     ("Доля отметок «4» и «5»", sample_good, "по всей выборке")) if any(item.difference for item in found))
    compared = sum(item.difference is not None for items in (two, good, sample_two, sample_good) for item in items)
    chart = interval_chart(f"Доля отметок «2» по работам: {said or 'строк региона нет'}", _KEY if said else _KEY_ALONE, [(work_words(item.work), item.district, item.other) for item in two if item.district is not None])
    grids = (_marks_grid("Доля отметок «2», %", two, sample_two), _marks_grid("Доля отметок «4» и «5», %", good, sample_good))
    notes = (METHOD, by_chance(compared)) if compared else ()
    return Section(title, texts, grids, (chart,) if chart is not None else (), missing=_groups_missing(two, sample_two, figures), notes=notes)


def _sentence(what: str, items: list[Compared], of: str) -> str:
    return f"{what} {tally((item.difference for item in items), f'выше, чем {_than(of)},', f'ниже, чем {_than(of)},', f'не отличается от {_from(of)}')}."


def _than(of: str) -> str:
    return "в регионе" if of == "региональной" else of


def _from(of: str) -> str:
    return "региональной" if of == "региональной" else f"доли {of}"


def _groups_missing(region: list[Compared], sample: list[Compared], figures: Figures) -> tuple[str, ...]:
    absent = [kind for kind, items in ((REGION, region), (SAMPLE, sample)) if all(item.other is None for item in items)]
    said = [f"Нет строк: {joined({REGION: 'регион', SAMPLE: 'вся выборка'}[kind] for kind in absent)}; с ними район не сравнён. {export_again('Статистика по отметкам', absent)}"] if absent else []
    if any(item.own for item in region):
        said.append("Строки муниципалитета в выгрузке нет: отметки района сложены из строк школ, поэтому школы, которые не сдали отметок, в них не вошли.")
    return tuple(said)


def _marks_grid(caption: str, region: list[Compared], sample: list[Compared]) -> Grid:
    rows = tuple((work_words(one.work), size_words(one.district), percent(one.district), percent(one.other), percent(two.other), outcome(one.district, one.difference), outcome(two.district, two.difference))
                 for one, two in zip(region, sample, strict=True))
    return Grid(caption, head("работа", "#n района", "#район", "#регион", "#вся выборка", "к региону", "ко всей выборке"), rows)


# ---------------------------------------------------------------- years


def years_section(figures: Figures) -> Section:
    """What changed within one series; never across a break."""
    works = figures.works()
    two, good = figures.steps("two"), figures.steps("good")
    why = _cut_words(figures, works)
    if not two and not good:
        return Section("Сравнить с прошлым годом нельзя", missing=(why or "Отметок прошлого года, с которыми можно сравнить, в данных нет.",
                                                                   "Положите в папку отчёты «Статистика по отметкам» прошлых лет; через разрыв ряда годы всё равно не сравниваются."))
    told = [f"доля «2» {tally((item.difference for item in two), 'выросла', 'снизилась', 'не изменилась больше случайного')}" if two else "",
            f"доля «4» и «5» {tally((item.difference for item in good), 'выросла', 'снизилась', 'не изменилась больше случайного')}" if good else ""]
    title = f"За год {'; '.join(part for part in told if part)}"
    texts = (f"Сравниваются разные ученики: те, кто учился в этом классе в {academic_year(figures.run.report_year - 1)} и в {academic_year(figures.run.report_year)} году.", *([why] if why else []))
    lost = [work for work in works if work not in {item.work for item in two}]
    missing = (f"Без прошлого года, сравнимого с отчётным: {'; '.join(map(work_words, lost))}.",) if lost else ()
    return Section(title, texts, (_years_grid(two, good),), missing=missing, notes=(by_chance(len(two) + len(good)),))


def _cut_words(figures: Figures, works: list[Work]) -> str:
    """Name the years that are not compared, and the break that parts them."""
    found: dict[tuple, None] = {}
    for work in works:
        cut, breaks = figures.cut_years(work), figures.breaks(work)
        if cut and breaks:
            found.setdefault((tuple(cut), breaks[-1].year, breaks[-1].why))
    return " ".join(f"Не сравнивается с {joined(academic_year(year) for year in cut)} годом: с {academic_year(since)} года ряд начат заново — {why}." for cut, since, why in found)


def _years_grid(two: list[Step], good: list[Step]) -> Grid:
    second = {item.work: item for item in good}
    rows = tuple((work_words(item.work), academic_year(item.before), percent(item.earlier), percent(item.later), _change(item), *_second(second.get(item.work))) for item in two)
    return Grid("Отметки по годам, %", head("работа", "прошлый год", "#«2», было", "#«2», стало", "изменение «2»", "#«4» и «5», было", "#«4» и «5», стало", "изменение «4» и «5»"), rows)


def _change(item: Step) -> str:
    return outcome(item.later, item.difference, "больше", "меньше").replace(SAME, "в пределах случайного")


def _second(item: Step | None) -> tuple[str, str, str]:
    return (percent(item.earlier), percent(item.later), _change(item)) if item is not None else ("—", "—", "—")


# ---------------------------------------------------------------- tasks


def found_tasks(figures: Figures) -> list[Task]:
    """List the tasks the document speaks of, by work and number."""
    return [task for task in figures.tasks if task.is_below or task.is_insufficient]


def tasks_section(figures: Figures) -> Section:
    """Tasks below the region, basic tasks under the limit, and what to do with them."""
    if not figures.tasks:
        return Section("Задания, которые не получаются, не определены: выполнения заданий в данных нет", missing=(
            export_again("Выполнение заданий", (REGION, DISTRICT)), "Уровень сложности заданий и школы, которым задание не даётся, берутся из Ф1 «Индивидуальные результаты»."))
    found = found_tasks(figures)
    below, weak = sum(task.is_below for task in found), sum(task.is_insufficient for task in found)
    compared, basic = [task for task in figures.tasks if task.difference is not None], [task for task in figures.tasks if task.level == "Б" and task.district is not None]
    told = [f"ниже региона выполнены {counted(below, TASK)} из {number(len(compared))}" if compared else "",
            f"базовых заданий, выполненных меньше чем на {number(BASIC_LEAST)} %, — {number(weak)} из {number(len(basic))}" if basic else ""]
    title = capital("; ".join(part for part in told if part)) or "Задания сравнить не с чем: ни строк региона, ни уровней сложности нет"
    texts = (f"Меньше {number(BASIC_LEAST)} % для задания базового уровня — недостаточно (рекомендации ФИОКО по анализу результатов ВПР, 2026; по пересказу, сам текст сверить). "
             "Что проверяет задание, сказано в описании работы; здесь — только его номер.",
             "Где задание не даётся больше чем половине школ, это тема районного методического объединения; остальное — обсудить и консультировать адресно. "
             f"Учтены школы, где работу писали не меньше {LEAST} учеников; в небольшой школе отличие от региона чаще меньше ошибки, поэтому школ, которым нужна помощь, может быть больше.")
    return Section(title, texts, (_works_grid(found),) if found else (), missing=_tasks_missing(figures), notes=(by_chance(len(compared), one_sided=True),
                   "Для заданий в несколько баллов интервал взят с запасом: разброс доли набранных баллов не больше, чем у доли «верно — неверно».") if compared else ())


def _tasks_missing(figures: Figures) -> tuple[str, ...]:
    said = []
    if all(task.region is None for task in figures.tasks):
        said.append(f"Строк региона по заданиям нет: с регионом задания не сравнены. {export_again('Выполнение заданий', (REGION, DISTRICT))}")
    if not any(task.level for task in figures.tasks):
        said.append("Уровень сложности заданий не известен: правило о базовом уровне не применялось. Уровень есть в Ф1 «Индивидуальные результаты».")
    if not any(task.schools for task in figures.tasks):
        said.append("Заданий по школам нет: сколько школ разделяют затруднение, сказать нельзя. Положите Ф1 «Индивидуальные результаты» или «Выполнение заданий» со строками школ.")
    elif any(task.own for task in figures.tasks):
        said.append("Строки муниципалитета по заданиям нет: выполнение района сложено из строк школ.")
    return tuple(said)


def _works_grid(found: list[Task]) -> Grid:
    works = sorted({task.work for task in found})
    rows = tuple((work_words(work), *(_names(task for task in found if task.work == work and chosen(task)) for chosen in (_below, _weak, is_common))) for work in works)
    return Grid("Задания, на которые стоит обратить внимание, по номерам", head("работа", "ниже региона", f"базовые, меньше {number(BASIC_LEAST)} %", "темы РМО: не даётся больше чем половине школ"), rows,
                "Значения, численность и число школ по каждому заданию — в приложении 1; номера школ — в приложении 2, для методистов.")


def _below(task: Task) -> bool:
    return task.is_below


def _weak(task: Task) -> bool:
    return task.is_insufficient


def _names(tasks: Iterable[Task]) -> str:
    return ", ".join(task.name for task in tasks) or "—"


def task_values(figures: Figures) -> Section:
    """Give the values of the tasks the document speaks of."""
    found = found_tasks(figures)
    if not found:
        return Section("Задания: значения", missing=("Заданий ниже региона или недостаточно выполненных не найдено либо сведений о заданиях нет — см. раздел о заданиях.",))
    return Section("Задания: значения", (), (_tasks_grid(found),))


def _tasks_grid(found: list[Task]) -> Grid:
    rows = tuple((work_words(task.work), task.name, task.level or "—", size_words(task.district), percent(task.district), percent(task.region), _what(task), _where(task), _do(task)) for task in found)
    return Grid("Задания, на которые стоит обратить внимание", head("работа", "задание", "уровень", "#n района", "#район", "#регион", "что видно", "у скольких школ то же", "что делать"), rows,
                "Б — базовый уровень, П — повышенный, В — высокий. Задания стоят по номерам.")


def _what(task: Task) -> str:
    parts = [f"ниже региона на {number(-task.difference.points)} п. п." if task.is_below else "",
             f"меньше {number(BASIC_LEAST)} %" if task.is_insufficient else ""]
    return "; ".join(part for part in parts if part)


def _where(task: Task) -> str:
    if not task.schools:
        return "неизвестно"
    parts = [f"ниже региона — {len(task.below)}" if task.is_below else "", f"меньше {number(BASIC_LEAST)} % — {len(task.insufficient)}" if task.is_insufficient else ""]
    return f"{'; '.join(part for part in parts if part)} из {number(task.schools)}"


def is_common(task: Task) -> bool:
    """Whether most schools share what was found about a task."""
    shared = max(len(task.below) if task.is_below else 0, len(task.insufficient) if task.is_insufficient else 0)
    return bool(task.schools) and shared > MANY * task.schools


def _do(task: Task) -> str:
    if not task.schools:
        return "уточнить по школам"
    return "тема РМО района" if is_common(task) else "обсудить на РМО; консультация по приложению 2"


# ---------------------------------------------------------------- journal


def journal_section(figures: Figures) -> Section:
    """Marks by the journal: lower, the same, higher."""
    sides = figures.journal()
    if not sides:
        return Section("Отметки за работу с журналом не сравнены: сведений в данных нет", missing=(
            export_again("Сравнение отметок с отметками по журналу", (REGION, DISTRICT)),))
    by_side = {name: [item for item in sides if item.name == name] for name in SIDES}
    said = tally((item.difference for item in by_side[AGREED]), "чаще регионального", "реже регионального", "не отличается от регионального")
    title = f"Подтверждение отметок по журналу в районе {said}" if said else "Подтверждение отметок по журналу с регионом сравнить нельзя: строк региона нет"
    texts = tuple(f"Доля работ, где отметка {word} отметки по журналу, {told}." for word, name in (("ниже", "понизили"), ("выше", "повысили"))
                  if (told := tally((item.difference for item in by_side[name]), "больше, чем в регионе,", "меньше, чем в регионе,", "не отличается от региональной")))
    missing = () if said else (f"Строк региона нет. {export_again('Сравнение отметок с отметками по журналу', (REGION, DISTRICT))}",)
    rows = tuple((work_words(item.work), size_words(item.district), *(text for name in SIDES for text in (percent(_side(by_side[name], item.work).district), percent(_side(by_side[name], item.work).region))),
                  outcome(item.district, item.difference, "подтверждают чаще", "подтверждают реже")) for item in by_side[AGREED])
    grid = Grid("Отметка за работу и отметка по журналу, % работ", head("работа", "#n района", "#ниже: район", "#регион", "#совпала: район", "#регион", "#выше: район", "#регион", "совпадение к региону"), rows)
    notes = ("Расхождение само по себе не ошибка: работа проверяет часть программы один раз, журнал — всю программу за четверть.", by_chance(sum(item.difference is not None for item in sides)))
    return Section(title, texts, (grid,), missing=missing, notes=notes if said else notes[:1])


def _side(items: list, work: Work):
    return next(item for item in items if item.work == work)


# ---------------------------------------------------------------- objectivity


def objectivity_section(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    """How many schools were tested, how many have signs, q, what may be false, what norm. Internal categories are counted only."""
    tested = objectivity.tested
    texts, missing, points = [], [], tuple(category_words(book, objectivity))
    if tested is None:
        missing.append("Статистика признаков не посчитана: нет распределений первичных баллов или Ф1. Положите в папку Ф1 «Индивидуальные результаты» или «Распределение первичных баллов» и повторите расчёт."
                       if objectivity.has_method else "Статистики признаков в правилах нет: включите её или сверьте результаты иначе.")
        return Section("Признаки, которые требуют перепроверки результатов, статистикой не оценены", points=points, missing=tuple(missing))
    texts.append(f"Статистика оценила результаты {of_counted(tested.tested, SCHOOL)} из {number(tested.schools)}; остальные не оцениваются (особые формы) или работ для вывода мало. {tested.norm}")
    texts.append(expected_words(tested))
    texts.append(f"Пустой список не доказывает объективности: слабых отклонений не видит ни одно правило. Признаки — повод перепроверить работы, а не вывод о школе; "
                 f"одинаково выглядят помощь ученикам, ошибка переноса баллов и редкая случайность. Работы, которые писали меньше {LEAST} учеников, не оцениваются.")
    if not tested.strong:
        missing.append("Ни норм региона, ни его строк нет: школы сравнены только между собой, и вывод не выше «требует внимания». Запросите файл норм у регионального оператора.")
    missing += list(tested.notes)
    return Section(_signs_title(objectivity), tuple(texts), points=points, missing=tuple(missing))


def _signs_title(objectivity: Objectivity) -> str:
    main = next((item for item in objectivity.categories if not item.internal), None)
    tested = objectivity.tested.tested if objectivity.tested is not None else 0
    if main is None:
        return f"По признакам необъективности оценены {counted(tested, SCHOOL)}"
    of = f"из {number(tested)} оценённых"
    if not main.in_force:
        return f"Признаки, которые требовали бы перепроверки, не выявлены ни у одной школы {of}; это не доказывает, что их нет"
    return f"Признаки, которые требуют перепроверки результатов, есть у {number(main.in_force)} {'школы' if form(main.in_force, SCHOOL) == SCHOOL.one else 'школ'} {of}"


def category_words(book: Book, objectivity: Objectivity):
    """Say of every category about objectivity how many schools are in it; numbers only where the category may be named."""
    for item in objectivity.categories:
        opened = f" Не определено у {of_counted(item.open, SCHOOL)}." if item.open else ""
        if item.internal:
            yield (f"Для собственного внимания школы отмечены: {counted(item.in_force, SCHOOL)}. Они видят это в своих карточках; здесь школы не называются, только считаются.{opened}")
        else:
            named = f" (предварительно): №\u00a0{', '.join(item.codes)}" if item.codes else ""
            yield f"{book.wording.title(item.name)} — {counted(item.in_force, SCHOOL)}{named}.{opened}"


def expected_words(tested) -> str:
    """Say how many entries of the list may be wrong."""
    share = f"{number(100 * tested.q)} %"
    if not tested.listed:
        return f"Правило отбора держит долю ошибочных записей списка не выше {share}; в списке «требует внимания» по статистике школ нет."
    return (f"Правило отбора держит долю ошибочных записей списка не выше {share}: в списке «требует внимания» по статистике {counted(tested.listed, SCHOOL)}, "
            f"ожидаемое число ошибочных записей — не больше {number(tested.expected_false, 2)}. Доля ошибочных — свойство списка, а не отдельной школы.")


def spikes_section(figures: Figures, objectivity: Objectivity) -> Section:
    """Whether works gather on the borders of marks in the whole region and in the whole district."""
    region, district = objectivity.distributions(REGION), objectivity.distributions(DISTRICT)
    if not region and not district:
        return Section("Скопления работ на границах отметок не проверены: распределений региона и района нет", missing=(
            f"{export_again('Распределение первичных баллов', (REGION, DISTRICT))} Нужны и шкалы отметок отчётного года (таблица «Шкалы отметок»).",))
    found = _named(region)
    title = (f"В распределении региона работы скапливаются на границах отметок в {in_counted(len(found), WORK)} из {number(len(region))}: это вопрос региону, не школам" if found
             else f"Скоплений работ на границах отметок в регионе не видно: проверено {counted(len(region), WORK)}, {counted(3 * len(region), BORDER)}" if region
             else "В регионе скопления на границах отметок не проверены: строк региона нет")
    texts = [f"Граница названа, только если на ней работ больше, а под ней меньше ожидаемого, то и другое значимо и заметнее, чем в любой другой точке шкалы. Распределение, где меньше {LEAST_DISTRIBUTION} работ, не проверяется."]
    texts += [f"Регион: {work_words(item.work)} — {_borders(item)}. Обратиться к региональному оператору: как проверяли работы и переносили баллы; к школам района этот вывод не относится." for item in found]
    local = _named(district)
    texts += [f"Район в целом: {work_words(item.work)} — {_borders(item)}. Это вопрос к порядку проверки в районе; о какой-либо школе он ничего не говорит." for item in local]
    if district and not local:
        texts.append(f"В распределении района в целом таких границ нет (проверено {counted(len(district), WORK)}).")
    missing = () if region else (export_again("Распределение первичных баллов", (REGION,)),)
    return Section(title, tuple(texts), missing=missing)


def _named(items: list[Distribution]) -> list[Distribution]:
    return [item for item in items if item.named]


def _borders(item: Distribution) -> str:
    return joined(f"на границе «{mark}» на {number(round(spike.above - spike.above_expected))} работ больше ожидаемого (n = {number(item.n)})" for mark, spike in item.named)
