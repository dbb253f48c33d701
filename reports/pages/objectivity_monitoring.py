"""«Справка о результатах мониторинга по принятию мер по обеспечению объективности при проверке ВПР»: acts, re-checks, measures, lists, effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from engine.roadmap.of_run import RunRoadmap
from reports.book import Book
from reports.document import DRAFT, Document, Grid, Section, head, numbered
from reports.intervals import difference
from reports.measures import Measures
from reports.objectivity_figures import (
    ACTS,
    CLEARED,
    DECISIONS,
    HELD,
    LISTS,
    RECHECKS,
    WAITING,
    Objectivity,
    Recheck,
    changed_share,
)
from reports.outlet import Outlet
from reports.pages.vpr import annex_of_sources, ground_section, sources_section, sources_sheet
from reports.pages.vpr_findings import category_words, expected_words
from reports.pages.vpr_words import ACT, RECHECK, VIOLATION, outcome, percent, size_words, tally, with_interval, work_words
from reports.russian import MEASURE, SCHOOL, Noun, academic_year, capital, counted, form, in_counted, joined, lowered, number, of_counted
from reports.sheets import Column, Sheet, sheet_of
from reports.vpr_figures import AGREED, Figures

NAME = "Справка о результатах мониторинга по принятию мер по обеспечению объективности при проверке ВПР"
TABLES = (ACTS, RECHECKS, LISTS, DECISIONS, "журнал", "группы_журнал", "работы_впр", "нормы_впр")
UNNAMED = "не называется"
_IN_ACTS = Noun("акте", "актах", "актах")
_REQUEST = "Справка подготовлена по запросу отдела образования администрации района (чек-лист управленческого цикла, дорожная карта по объективности ВПР)"
_MASK = "«Не называется» — школа отмечена для служебного внимания и в списки для руководства поимённо не входит; аналитик находит строку по файлу."


def make_monitoring(book: Book) -> Document:
    """Put the document together."""
    figures = Figures(book.run)
    objectivity = Objectivity(book.run, figures)
    findings = (_acts(objectivity), _rechecks(book, objectivity), _measures(book, figures, objectivity), _lists(objectivity), _signs(book, objectivity), effect_section(book, figures, objectivity))
    sections = (ground_section(book, _REQUEST), sources_section(book, figures, TABLES), _completeness(book, figures, objectivity), *findings, _not_checked(objectivity, findings),
                Section("Выводы (предварительные)", ("Выводы повторяют найденное и не сильнее него; причин данные не называют.",), points=tuple(f"{item.title}." for item in findings)),
                Section("Рекомендации", points=tuple(_advice(objectivity, findings)), notes=("Ответственных и сроки утверждает отдел образования.",)))
    annexes = (_acts_annex(objectivity), _rechecks_annex(objectivity), annex_of_sources(book, figures, TABLES))
    return Document(book.header, NAME, _title(objectivity), f"{findings[2].title}. {findings[4].title}.", numbered(sections), numbered(annexes, "Приложение "), DRAFT, "objectivity_monitoring.xlsx")


def _title(objectivity: Objectivity) -> str:
    acts, rechecks = _year_acts(objectivity), objectivity.rechecks(objectivity.run.report_year)
    if not acts and not rechecks:
        return "Проверить, какие меры объективности приняты, не по чему: ни актов наблюдения, ни протоколов перепроверки в данных нет"
    observed = f"наблюдатели были в {in_counted(len(objectivity.schools_in(ACTS, objectivity.run.report_year)), SCHOOL)}" if acts else "актов наблюдения в данных нет"
    checked = f"перепроверены работы {of_counted(len(objectivity.schools_in(RECHECKS, objectivity.run.report_year)), SCHOOL)}" if rechecks else "протоколов перепроверки в данных нет"
    return capital(f"{observed}; {checked}")


def _year_acts(objectivity: Objectivity):
    return objectivity.acts(objectivity.run.report_year)


# ---------------------------------------------------------------- completeness


def _completeness(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    year, total = objectivity.run.report_year, len(objectivity.frame)
    rows, missing = [], []
    for table, ask in ((ACTS, "Соберите акты общественного наблюдения за ВПР (номер, школа, число нарушений порядка)."), (RECHECKS, "Соберите протоколы перепроверки (школа, работа, перепроверено, изменено, исход, ответ школы)."),
                       (LISTS, "Положите федеральные и региональные перечни с письмами о направлении."), (DECISIONS, "Положите утверждённые решения прошлых лет: без них не известно, кому меры были назначены.")):
        title = book.wording.title(table) if figures.has(table) else capital(table.replace("_", " "))
        years = objectivity.run.tables.info[table].years if figures.has(table) else ()
        here = objectivity.schools_in(table, year) if table != DECISIONS else objectivity.schools_in(table, year - 1)
        when = year if table != DECISIONS else year - 1
        rows.append((title, joined(academic_year(value) for value in years) or "нет", f"{number(len(here))} из {number(total)}" if here else f"нет строк за {academic_year(when)}"))
        if not here:
            missing.append(f"«{title}»: строк за {academic_year(when)} год нет. {ask} Пока их нет, нельзя сказать ни что мера принята, ни что не принята.")
    title = "Сведения о мерах есть по всем источникам, но не по всем школам" if not missing else f"Сведений о мерах не хватает: без строк источников — {number(len(missing))} из {number(len(rows))}"
    return Section(title, ("Акт или протокол есть только там, где наблюдали или перепроверяли: школа без строки — не «без замечаний», а не проверена.",),
                   (Grid("Какие сведения есть", head("сведения", "годы в данных", "школ"), tuple(rows)),), missing=tuple(missing))


# ---------------------------------------------------------------- acts, re-checks


def _acts(objectivity: Objectivity) -> Section:
    acts, year = _year_acts(objectivity), objectivity.run.report_year
    if not acts:
        return Section(f"Как проводили ВПР {academic_year(year)} года, не известно: актов наблюдения в данных нет", missing=(
            "Запросите акты у отдела образования; по школам с признаками мера предусматривает наблюдателей на всех работах.",))
    seen, known = objectivity.schools_in(ACTS, year), [act for act in acts if act.violations is not None]
    with_any, total = [act for act in known if act.violations], sum(act.violations or 0 for act in known)
    title = f"Наблюдатели были в {in_counted(len(seen), SCHOOL)} из {number(len(objectivity.frame))}; нарушения порядка отмечены в {number(len(with_any))} из {of_counted(len(known), ACT)}"
    texts = [f"Составлено: {counted(len(acts), ACT)}; всего в них {counted(total, VIOLATION)} порядка проведения. Остальные школы ({number(len(objectivity.frame) - len(seen))}) не наблюдались: о них акты не говорят ничего.",
             "Нарушение порядка — повод помочь с организацией; на результаты учеников оно могло и не повлиять."]
    covered = _covered(objectivity, seen)
    missing = (f"В актах без числа нарушений: {number(len(acts) - len(known))}; уточните их.",) if len(known) < len(acts) else ()
    return Section(title, tuple(texts + covered), missing=missing, notes=("Сами акты — в приложении 1.",))


def _covered(objectivity: Objectivity, seen: set[int]) -> list[str]:
    decided = objectivity.decided(objectivity.run.report_year - 1)
    if not decided:
        return []
    return [f"Решениями прошлого года наблюдатели предусмотрены в {in_counted(len(decided), SCHOOL)}; акты есть по {number(len(decided & seen))} из них."]


def _rechecks(book: Book, objectivity: Objectivity) -> Section:
    items, year = objectivity.rechecks(objectivity.run.report_year), objectivity.run.report_year
    if not items:
        return Section(f"Перепроверки работ {academic_year(year)} года не подтверждены: протоколов в данных нет", missing=(
            "Если перепроверка была, внесите протоколы; если не была — она остаётся единственным способом снять или подтвердить признаки.",))
    checked, changed, share = sum(item.checked for item in items), sum(item.changed for item in items), changed_share(items)
    schools = len(objectivity.schools_in(RECHECKS, year))
    title = f"Перепроверено работ: {number(checked)} ({counted(schools, SCHOOL)}); отметка изменена в {number(changed)}"
    texts = [f"Доля изменённых отметок — {with_interval(share)}, 95-процентный интервал Уилсона{'; работ мало, интервал широк' if share.is_small else ''}." if share is not None
             else "Перепроверено меньше 10 работ: доля не считается.",
             f"Перепроверяли не случайные школы, поэтому доля относится к ним, а не к району. {_limit(book)}", _outcomes(items), _replies(items)]
    told = sum(bool(item.outcome) for item in items)
    missing = (f"Исход не указан: {counted(len(items) - told, RECHECK)} из {number(len(items))}. Пока исхода нет, перепроверка признаков не снимает и не подтверждает; внесите его в столбец «Исход перепроверки».",) if told < len(items) else ()
    return Section(title, tuple(text for text in texts if text), missing=missing, notes=("Перепроверки по школам — в приложении 2.",))


def _limit(book: Book) -> str:
    name = "порог_перепроверки"
    return f"Правила района считают поводом для внимания долю изменённых от {book.wording.threshold(name)} в одной школе." if name in book.program.thresholds else ""


def _outcomes(items: list[Recheck]) -> str:
    counts = [(words, sum(item.outcome == outcome for item in items)) for outcome, words in ((CLEARED, "признаки сняты"), (HELD, "признаки остались"), (WAITING, "исход ожидается"))]
    said = [f"{words} — {number(count)}" for words, count in counts if count]
    return f"Исходы: {'; '.join(said)}." if said else ""


def _replies(items: list[Recheck]) -> str:
    replied = sum(bool(item.reply) for item in items)
    return f"Школы ответили по {in_counted(replied, RECHECK)} из {number(len(items))}." if replied else "Ответов школ в данных нет: школа вправе ответить до решения, спросите её."


# ---------------------------------------------------------------- measures


def _measures(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    plans = objectivity.measures
    if not plans:
        return Section("Мер по объективности в правилах нет", missing=("Опишите меры дорожной карты в разделе «меры» правил: без них мониторить нечего.",))
    year = objectivity.run.report_year
    before, decided = Measures(RunRoadmap(book.run, year - 1), book.wording, book.internal), objectivity.decided(year - 1)
    rows, shown, due = [], 0, 0
    for plan in plans:
        past, now = before.view(plan), book.measures.view(plan)
        seen = _evidence(book, objectivity, plan)
        meant, opened = objectivity.meant(plan)
        shown, due = shown + bool(seen), due + past.past
        about = "; ".join(part for part in (f"документ: {past.document}" if past.document else "", f"отвечает {now.responsible}" if now.responsible else "") if part)
        rows.append((f"{past.title} ({about})" if about else past.title, f"{past.due_full}: {past.state}", seen or "отметки в данных нет", now.due_full,
                     f"{number(meant)}{f'; не определено у {number(opened)}' if opened else ''}", past.effect))
    title = f"К {book.header.day} наступил срок {number(due)} из {of_counted(len(plans), MEASURE)} прошлого цикла; исполнение видно по данным у {number(shown)}"
    whom = (f"Решениями за {academic_year(year - 1)} год признаки отмечены у {of_counted(len(decided), SCHOOL)}." if decided else
            f"Решений за {academic_year(year - 1)} год, которые относили бы школы к признакам, в данных нет: скольким школам меры прошлого цикла были назначены, сказать нельзя." )
    missing = (f"По мерам без отметки ({number(len(plans) - shown)}) исполнение не известно: соберите документы, названные в таблице, и отметьте их.",) if shown < len(plans) else ()
    grid = Grid("Меры: срок прошлого цикла, исполнение, новый цикл", head("мера", "срок прошлого цикла", "что видно в данных", "срок нового цикла", "школ сейчас (предварительно)", "показатель контроля"), tuple(rows))
    return Section(title, (whom, "Состояние «срок прошёл» говорит о дате, а не об исполнении."), (grid,), missing=missing)


def _evidence(book: Book, objectivity: Objectivity, plan) -> str:
    """Say what the data show of a measure whose control indicator stands on acts or re-checks."""
    effect = plan.block.effect
    tables = book.gaps.tables_behind(effect.indicator) if effect is not None and effect.indicator else frozenset()
    for table in (ACTS, RECHECKS):
        schools = len(objectivity.schools_in(table, objectivity.run.report_year)) if tables and tables <= {ACTS, RECHECKS} and table in tables else 0
        if schools:
            return f"{lowered(book.wording.title(table))}: {counted(schools, SCHOOL)}"
    return ""


# ---------------------------------------------------------------- lists, signs, effect


def _lists(objectivity: Objectivity) -> Section:
    lists, year = objectivity.lists(), objectivity.run.report_year
    if not lists:
        return Section("О федеральных и региональных перечнях с признаками ничего не известно: строк в данных нет", missing=("Это не значит, что школ района в перечнях нет: положите письма о направлении перечней и повторите расчёт.",))
    last = lists[-1]
    title = (f"В перечнях {academic_year(year)} года с признаками необъективности — {counted(last.schools, SCHOOL)} района" if last.year == year
             else f"За {academic_year(year)} год перечней с признаками необъективности в данных нет; последний — за {academic_year(last.year)}: {counted(last.schools, SCHOOL)}")
    rows = tuple((academic_year(item.year), number(item.schools), "; ".join(item.letters) or "реквизиты не указаны") for item in lists)
    return Section(title, ("Как составлен перечень, в нём не сказано; он — повод посмотреть порядок проведения и работы. Школы названы в самих письмах.",), (Grid("Перечни по годам", head("год", "#школ района", "письма"), rows),))


def _signs(book: Book, objectivity: Objectivity) -> Section:
    tested, points = objectivity.tested, tuple(category_words(book, objectivity))
    main = next((item for item in objectivity.categories if not item.internal), None)
    title = (f"Признаки, которые требуют перепроверки, сейчас (предварительно) у {number(main.in_force)} {'школы' if form(main.in_force, SCHOOL) == SCHOOL.one else 'школ'}"
             if main is not None and main.in_force else "Признаков, которые требовали бы перепроверки, сейчас не выявлено; это не доказывает, что их нет" if main is not None and not main.open and tested is not None
             else "Есть ли признаки, которые требуют перепроверки, сказать пока нельзя" if main is not None else "Группы школ с признаками в правилах нет")
    texts = (f"Статистика оценила {counted(tested.tested, SCHOOL)} из {number(tested.schools)}. {tested.norm}", expected_words(tested)) if tested is not None else ()
    missing = () if tested is not None else ("Статистика признаков не посчитана: нет выгрузок ФИС ОКО с первичными баллами.",)
    return Section(title, texts, points=points, missing=missing)


def effect_section(book: Book, figures: Figures, objectivity: Objectivity) -> Section:
    """Analyse effectiveness: the same indicators a year ago, where the data allow."""
    year = objectivity.run.report_year
    rows, texts = [], []
    for label, now, then in (("Нарушений по актам", _per_act(objectivity, year), _per_act(objectivity, year - 1)), ("Изменено отметок при перепроверке", _changed(objectivity, year), _changed(objectivity, year - 1))):
        if now or then:
            rows.append((label, then or "нет данных", now or "нет данных"))
    journal = _journal_years(figures, year)
    decided = objectivity.decided(year - 1)
    if decided:
        texts.append(_decided_words(objectivity, decided))
    both = any(then != "нет данных" and now != "нет данных" for _, then, now in rows) or bool(journal)
    title = journal or ("Показатели контроля есть за два года" if both else "Судить об эффективности мер рано: показатели контроля есть только за один год или их нет")
    missing = () if both else ("Сохраните акты и протоколы этого года: через год те же показатели покажут, помогли ли меры.",)
    if not decided:
        missing += (f"Школ, отмеченных решениями за {academic_year(year - 1)} год, в данных нет: проследить, что с ними стало, нельзя.",)
    grid = (Grid("Показатели контроля по годам", head("показатель", academic_year(year - 1), academic_year(year)), tuple(rows)),) if rows else ()
    return Section(title, (*texts, "Изменение показателя не доказывает, что его вызвали меры: могли измениться работы, состав учеников и сами наблюдатели."), (*grid, *_journal_grid(figures, year)), missing=missing)


def _per_act(objectivity: Objectivity, year: int) -> str:
    known = [act for act in objectivity.acts(year) if act.violations is not None]
    return f"{number(sum(act.violations or 0 for act in known))} в {number(len(known))} {form(len(known), _IN_ACTS)}" if known else ""


def _changed(objectivity: Objectivity, year: int) -> str:
    items = objectivity.rechecks(year)
    share = changed_share(items)
    return f"{number(sum(item.changed for item in items))} из {number(sum(item.checked for item in items))} ({percent(share)})" if share is not None else ""


def _both_years(figures: Figures, year: int):
    """Pair the outcomes of works compared with the journal in both years; nothing across a break."""
    then = {(item.work, item.name): item for item in figures.journal(year - 1)}
    for item in figures.journal(year):
        earlier = then.get((item.work, item.name))
        if earlier is not None and earlier.district is not None and item.district is not None and not any(gap.year == year for gap in figures.breaks(item.work)):
            yield earlier, item


def _journal_years(figures: Figures, year: int) -> str:
    gaps = [_change(earlier, item) for earlier, item in _both_years(figures, year) if item.name == AGREED]
    said = tally(gaps, "стало чаще", "стало реже", "не изменилось больше случайного")
    return f"Совпадение отметок за работу и по журналу за год {said}" if said else ""


def _change(earlier, later):
    """Compare one outcome of two years."""
    return difference(later.district, earlier.district)


def _journal_grid(figures: Figures, year: int) -> tuple[Grid, ...]:
    rows = tuple((work_words(item.work), item.name, size_words(earlier.district), percent(earlier.district), size_words(item.district), percent(item.district), outcome(item.district, _change(earlier, item), "больше", "меньше"))
                 for earlier, item in _both_years(figures, year))
    lines = head("работа", "отметка к журналу", f"#n, {academic_year(year - 1)}", f"#{academic_year(year - 1)}", f"#n, {academic_year(year)}", f"#{academic_year(year)}", "изменение")
    return (Grid("Отметка за работу и журнал: работы, где сравнение есть за оба года, % работ района", lines, rows),) if rows else ()


def _decided_words(objectivity: Objectivity, decided: set[int]) -> str:
    main = next((item for item in objectivity.categories if not item.internal), None)
    if main is None:
        return ""
    status = objectivity.run.evaluation.status(main.name)
    counts = [(words, sum(int(status[row]) == code for row in decided)) for code, words in ((1, "признаки остались"), (-1, "признаков сейчас не выявлено"), (0, "не определено"))]
    return f"Из {of_counted(len(decided), SCHOOL)}, отмеченных решениями прошлого года: {'; '.join(f'{words} — {number(count)}' for words, count in counts if count)}."


# ---------------------------------------------------------------- what is not checked, recommendations, annexes


def _not_checked(objectivity: Objectivity, findings: tuple[Section, ...]) -> Section:
    points = ["Школы, где не было наблюдателей и перепроверки: о порядке в них ничего не известно.",
              "Качество самих наблюдений и перепроверок: акты и протоколы приняты как есть.",
              "Действия отдельных людей: таких сведений в расчёте нет, и выводов о людях справка не делает.",
              "Исполнение мер, о которых нет документов в данных."]
    points += [f"Не сделано из-за нехватки сведений: {lowered(section.title)}." for section in findings if section.missing and not section.grids and not section.texts and not section.points]
    return Section("Что не проверено", points=tuple(points))


def _advice(objectivity: Objectivity, findings: tuple[Section, ...]) -> Iterator[str]:
    year = objectivity.run.report_year
    if not _year_acts(objectivity):
        yield "Отделу образования: назначить наблюдателей на ВПР и собрать акты в единой форме."
    elif len(objectivity.schools_in(ACTS, year)) < len(objectivity.frame):
        yield "Отделу образования: расширить наблюдение; начать со школ, где признаки требуют перепроверки, и добавить случайно выбранные школы, чтобы было с чем сравнить."
    rechecks = objectivity.rechecks(year)
    if not rechecks:
        yield "ИМЦ: провести выборочную перепроверку там, где её предусматривает мера, и внести протоколы."
    elif any(not item.outcome for item in rechecks):
        yield "ИМЦ: внести исходы перепроверок и ответы школ; признак, снятый перепроверкой, закрыт на этот год."
    if any(act.violations for act in _year_acts(objectivity)):
        yield "ИМЦ: разобрать отмеченные в актах нарушения порядка на совещании организаторов без называния школ; школам — исправить порядок до следующих работ."
    yield "ИМЦ: провести семинар по критериальному оцениванию; школам с признаками — составить план по дорожной карте, сначала ознакомившись со своей карточкой и ответив на неё."
    if any(section.missing for section in findings):
        yield "ИМЦ: дополучить сведения, названные в разделах выше, и повторить расчёт."


def _acts_annex(objectivity: Objectivity) -> Section:
    rows = tuple((f"№ {act.code}" if act.code else UNNAMED, act.number, number(act.violations) if act.violations is not None else "не указано", act.place) for act in _year_acts(objectivity))
    if not rows:
        return Section("Акты наблюдения", missing=("Актов отчётного года в данных нет.",))
    return Section("Акты наблюдения", (), (Grid("Акты отчётного года по номерам школ", head("школа", "акт", "#нарушений порядка", "откуда"), rows, _MASK if objectivity.unnamed else ""),))


def _rechecks_annex(objectivity: Objectivity) -> Section:
    rows = tuple((f"№ {item.code}" if item.code else UNNAMED, work_words(item.work), number(item.checked), number(item.changed), item.outcome or "не указан", item.reply or "нет", item.place)
                 for item in objectivity.rechecks(objectivity.run.report_year))
    if not rows:
        return Section("Перепроверки", missing=("Протоколов отчётного года в данных нет.",))
    return Section("Перепроверки", (), (Grid("Перепроверки отчётного года по номерам школ", head("школа", "работа", "#перепроверено", "#изменено", "исход", "ответ школы", "откуда"), rows, _MASK if objectivity.unnamed else ""),))


def make_sheets(book: Book, figures: Figures, objectivity: Objectivity, document: Document) -> tuple[Sheet, ...]:
    """Make the sheets: acts, re-checks, measures, sources."""
    year = objectivity.run.report_year
    acts = sheet_of(book, "Акты", (Column("Школа"), Column("Акт", 10), Column("Нарушений", 11, 0), Column("Откуда", 60)), [[act.code or UNNAMED, act.number, act.violations, act.place] for act in _year_acts(objectivity)])
    columns = (Column("Школа"), Column("Класс", 8, 0), Column("Предмет", 20), Column("Перепроверено", 14, 0), Column("Изменено", 10, 0), Column("Исход", 22), Column("Ответ школы", 50), Column("Откуда", 60))
    rechecks = sheet_of(book, "Перепроверки", columns, [[item.code or UNNAMED, item.work.grade, item.work.subject, item.checked, item.changed, item.outcome, item.reply, item.place] for item in objectivity.rechecks(year)])
    grids = [(grid, section) for section in document.sections for grid in section.grids if grid.caption.startswith(("Меры:", "Показатели контроля", "Отметка за работу"))]
    names = {"Меры:": "Меры", "Показатели": "Контроль", "Отметка": "Журнал по годам"}
    tables = [sheet_of(book, names[grid.caption.split()[0]], [Column(column.title, 40) for column in grid.columns], [list(row) for row in grid.rows]) for grid, _ in grids]
    return (acts, rechecks, *tables, sources_sheet(book, figures, TABLES))


def is_made(book: Book) -> bool:
    """Tell whether the rules know acts or re-checks."""
    figures = Figures(book.run)
    return figures.has(ACTS) or figures.has(RECHECKS)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report; nothing where the rules know neither acts nor re-checks. Errors: OSError, CarelessPhraseError."""
    book = out.book
    if not is_made(book):
        return []
    figures = Figures(book.run)
    document = make_monitoring(book)
    return [*out.page("objectivity_monitoring", document, "objectivity_monitoring", NAME),
            *out.workbook(NAME, make_sheets(book, figures, Objectivity(book.run, figures), document), "objectivity_monitoring")]
