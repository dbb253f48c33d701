"""«Справка ВСОКО КПК»: who is trained in quality assessment and how long ago, local acts, those who check works, where training is needed; school by school."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.program import CategoryPlan
from engine.truth import Truth
from reports.book import Book
from reports.document import DRAFT, Document, Grid, Section, head, numbered
from reports.outlet import Outlet
from reports.pages.quality_words import (
    EMPTY,
    NONE,
    UNKNOWN,
    bracketed,
    codes_words,
    conclusions,
    document_header,
    few_codes,
    ground,
    part_words,
    steps,
    yes_words,
)
from reports.pages.vpr import annex_of_sources, sources_section, sources_sheet
from reports.quality_figures import (
    COURSES,
    FEW_CHECKERS,
    FEW_TEACHERS,
    NO_ACT,
    NO_LEADERS,
    OF_TRAINING,
    SYSTEM,
    TRAINING,
    WINDOW,
    Quality,
    System,
    both,
    total,
)
from reports.russian import SCHOOL, academic_year, capital, counted, full_stop, in_counted, joined, number, of_counted, short_date, to_counted
from reports.sheets import Column, Sheet, sheet_of
from reports.vpr_figures import Figures

NAME = "Справка «ВСОКО и повышение квалификации в области оценки качества образования»"
TABLES = (SYSTEM, COURSES)
_REQUEST = "Справка подготовлена по запросу отдела образования администрации района (чек-лист управленческого цикла: ВСОКО, курсы повышения квалификации)"
_NORMS = ("Школа сама отвечает за функционирование внутренней системы оценки качества (№ 273-ФЗ, ст. 28, ч. 3, п. 13); педагог вправе учиться по профилю не реже раза в три года (ст. 47, ч. 5, п. 2). "
          "Сколько обученных достаточно, закон не говорит: пороги ниже — предложение составителей.")
_THREE_YEARS = "за три года"


def make_training(book: Book) -> Document:
    """Put the document together."""
    figures, quality = Figures(book.run), Quality(book.run)
    findings = (_coverage(book, quality), _programmes(quality), _age(quality), _acts(quality), _checkers(book, quality), _first(book, quality))
    sections = (ground(book, _REQUEST, _NORMS, "117"), sources_section(book, figures, TABLES), _completeness(quality), *findings, _not_checked(), conclusions(findings), _recommendations(book, quality))
    annexes = (_by_school(quality), annex_of_sources(book, figures, TABLES))
    return Document(document_header(book, "117"), NAME, _title(quality), f"{findings[1].title}. {findings[5].title}.", numbered(sections), numbered(annexes, "Приложение "), DRAFT, "quality_training.xlsx")


def _title(quality: Quality) -> str:
    known = both(quality.systems, "taught", "teachers")
    if not known:
        return "Сколько педагогов обучено оценке качества, не известно: сведений школ нет"
    met, opened = quality.met(TRAINING), quality.open(TRAINING)
    share = f"Педагогов, обученных оценке качества {_THREE_YEARS}, — {part_words(total(known, 'taught'), total(known, 'teachers'))}"
    if not met and opened:
        return f"{share}; кому нужны курсы, пока не определено: сведений не хватает по {to_counted(len(opened), SCHOOL)}"
    return f"{share}; курсы предлагаются {to_counted(len(met), SCHOOL)}" if met else f"{share}; школ, где по предлагаемым порогам нужны курсы, нет"


# ---------------------------------------------------------------- completeness


def _completeness(quality: Quality) -> Section:
    whole, absent, silent = len(quality.order), quality.absent(SYSTEM), quality.absent(COURSES)
    given = (f"Сведения о ВСОКО есть по {to_counted(whole - len(absent), SCHOOL)} из {number(whole)}, о курсах — по {number(whole - len(silent))}" if len(absent) < whole or len(silent) < whole
             else f"Ни о ВСОКО, ни о курсах сведений нет ни по одной школе из {number(whole)}")
    missing = []
    if absent:
        missing.append(f"Не сдали сведений о ВСОКО: {few_codes(absent)}. Сколько людей там обучено и есть ли локальный акт, не известно; это не ноль.")
    if silent:
        missing.append(f"Нет строк о курсах за {academic_year(quality.year)} год: {few_codes(silent)}. Где никто не учился, в строке стоит 0; пустое место — не ноль.")
    odd = _odd(quality)
    if odd:
        missing.append(f"Не сходится: обученных людей названо больше, чем обучений по программам {_THREE_YEARS}{bracketed(odd)}. Либо в перечне нет части курсов, либо люди посчитаны дважды; уточните у школы.")
    return Section(given, ("В сведениях о ВСОКО человек считается один раз; в перечне курсов — по каждой программе, которую он прошёл. Поэтому числа людей и обучений не складываются друг с другом.",), missing=tuple(missing))


def _odd(quality: Quality) -> tuple[str, ...]:
    silent = set(quality.absent(COURSES))
    sums = {item.row: sum(course.people for course in quality.recent if course.row == item.row) for item in quality.systems}
    return tuple(item.code for item in quality.systems if item.code not in silent and (item.taught or 0) + (item.led or 0) > sums[item.row])


# ---------------------------------------------------------------- findings


def _coverage(book: Book, quality: Quality) -> Section:
    teachers, leaders = both(quality.systems, "taught", "teachers"), both(quality.systems, "led", "leaders")
    if not teachers:
        return Section("Охват обучением не известен: сведений школ о ВСОКО нет", missing=("Соберите у школ сведения о ВСОКО: всего педагогов и руководителей, обученных за три года, проверяющих, локальный акт.",))
    few, unled = quality.met(FEW_TEACHERS), quality.met(NO_LEADERS)
    limit = book.wording.threshold("доля_обученных_нужна") if "доля_обученных_нужна" in book.program.thresholds else "порога"
    title = f"Обученных педагогов меньше {limit} в {in_counted(len(few), SCHOOL)} из {number(len(teachers))}; никто из руководителей не обучен в {number(len(unled))}"
    rows = (("педагоги", number(len(teachers)), part_words(total(teachers, "taught"), total(teachers, "teachers")), number(len(few)), codes_words(few)),
            ("руководители и заместители", number(len(leaders)), part_words(total(leaders, "led"), total(leaders, "leaders")), number(len(unled)), codes_words(unled)))
    grid = Grid(f"Обучены оценке качества {_THREE_YEARS}", head("кто", "#школ со сведениями", "#обучено", "#школ ниже порога", "номера школ"), rows,
                f"Порог для педагогов — {limit}, для руководителей — {_least(book, 'минимум_обученных_руководителей')}; оба — предложение составителей.")
    return Section(title, ("Доля обученных не говорит о том, как в школе оценивают: она показывает, с кем уже можно работать и кого звать на курсы.",), (grid,))


def _least(book: Book, name: str) -> str:
    return f"не меньше {book.wording.threshold(name)}" if name in book.program.thresholds else "не назван"


def _programmes(quality: Quality) -> Section:
    if not quality.recent:
        return Section("О курсах по программам ничего не известно: перечня курсов за последние три года в данных нет", missing=("Внесите курсы по оценке качества: школа, учебный год, программа, сколько обучено педагогов и руководителей.",))
    years = range(quality.year - WINDOW + 1, quality.year + 1)
    rows = []
    for programme in quality.programmes:
        mine = [item for item in quality.recent if item.programme == programme]
        by_year = [sum(item.people for item in mine if item.year == year) for year in years]
        some, none, unknown = quality.trained(programme)
        rows.append((programme, *(number(count) for count in by_year), number(sum(item.teachers for item in mine)), number(sum(item.leaders for item in mine)), part_words(len(some), len(some) + len(none)) if some or none else UNKNOWN,
                     codes_words(quality.codes(none)), few_codes(quality.codes(unknown))))
    nowhere = {programme: len(quality.trained(programme)[1]) for programme in quality.programmes}
    known = min(sum(map(len, quality.trained(programme)[:2])) for programme in quality.programmes)
    most = max(nowhere.values())
    often = [f"«{programme}»" for programme, count in nowhere.items() if count == most]
    word = "программе" if len(often) == 1 else "программам"
    title = (f"Школ, где по какой-нибудь программе {_THREE_YEARS} никто не учился, в перечне нет" if not most else
             f"Реже всего учились по {word} {joined(often)}: {_THREE_YEARS} никто не учился в {in_counted(most, SCHOOL)} из {number(known)}, о которых это известно" if len(often) < len(nowhere) else
             f"По каждой из программ {_THREE_YEARS} никто не учился в {in_counted(most, SCHOOL)} из {number(known)}, о которых это известно")
    grid = Grid("Обучения по программам; человек считается в каждой программе", head("программа", *(f"#{academic_year(year)}" for year in years), "#педагогов", "#руководителей", "#школ, где учились", "где никто не учился", "не известно"), tuple(rows),
                "«Никто не учился» сказано, только если строки есть за каждый из трёх лет и в них 0.")
    return Section(title, (), (grid,))


def _age(quality: Quality) -> Section:
    if not quality.courses:
        return Section("Давность обучения не известна: перечня курсов в данных нет")
    last, whole = _last_years(quality), {row for row in quality.order if all((row, programme) in quality.told for programme in quality.programmes)}
    fresh_years = range(quality.year - WINDOW + 1, quality.year + 1)
    known = [item for item in quality.systems if item.row in whole or last.get(item.row) in fresh_years]
    if not known:
        return Section("Давность обучения не известна: строк о курсах за последние три года нет", missing=("Внесите курсы за отчётный год и два года перед ним, в том числе строки с нулём.",))
    old = [item.code for item in known if item.row in last and last[item.row] <= quality.year - WINDOW]
    never = [item.code for item in known if item.row not in last]
    counts = {year: sum(last.get(item.row) == year for item in known) for year in sorted(set(last.values()), reverse=True)}
    rows = tuple((academic_year(year), number(count), f"не больше {WINDOW} лет" if year > quality.year - WINDOW else f"больше {WINDOW} лет", codes_words([item.code for item in known if last.get(item.row) == year]) if year <= quality.year - WINDOW else "") for year, count in counts.items() if count)
    fresh = len(known) - len(old) - len(never)
    title = f"Хотя бы один человек {_THREE_YEARS} учился оценке качества в {in_counted(fresh, SCHOOL)} из {number(len(known))}"
    title += f"; последнее обучение старше — в {number(len(old))}" if old else ""
    title += f"; обучений в перечне нет — в {number(len(never))}" if never else ""
    points = tuple(text for text in (f"Обучение старше трёх лет: {few_codes(old)}." if old else "", f"Обучений в перечне нет ни за один год: {few_codes(never)}." if never else "") if text)
    years = quality.run.tables.info[COURSES].years
    return Section(title, (f"Перечень курсов есть за годы: {joined(academic_year(year) for year in years)}; что было раньше, не известно. «За три года» — отчётный год и два перед ним.",),
                   (Grid("Последний год, когда в школе кто-нибудь учился оценке качества", head("последний год", "#школ", "давность", "номера школ"), rows),), points=points)


def _last_years(quality: Quality) -> dict[int, int]:
    last: dict[int, int] = {}
    for item in quality.courses:
        if item.people:
            last[item.row] = max(item.year, last.get(item.row, 0))
    return last


def _acts(quality: Quality) -> Section:
    known = [item for item in quality.systems if item.act is not None]
    if not known:
        return Section("Есть ли у школ локальные акты о ВСОКО, не известно: сведений нет", missing=("Запросите у школ вид и дату локального акта о внутренней системе оценки качества.",))
    acts, none, untold = [item for item in known if item.act], quality.met(NO_ACT), [item.code for item in quality.systems if item.known and item.act is None]
    title = f"Локальный акт о ВСОКО есть в {in_counted(len(acts), SCHOOL)} из {number(len(known))}{'; нет — ' + codes_words(none) if none else ''}"
    days = sorted(item.act_day for item in acts if item.act_day is not None)
    texts = [f"Самый ранний из действующих актов принят {short_date(days[0])}, последний — {short_date(days[-1])}. Возраст акта сам по себе не недостаток: сверить его с действующими ФГОС и ФОП должна школа."] if days else []
    missing = (f"Отметка об акте пуста: {few_codes(untold)}; до уточнения вывод по школе открыт.",) if untold else ()
    return Section(title, tuple(texts), missing=missing)


def _checkers(book: Book, quality: Quality) -> Section:
    known = [item for item in both(quality.systems, "checking", "checkers") if item.checkers]
    if not known:
        return Section("Обучены ли те, кто проверяет работы ВПР, не известно: сведений нет", missing=("Запросите у школ, сколько человек проверяет работы ВПР и сколько из них обучено проверке за три года.",))
    few = quality.met(FEW_CHECKERS)
    title = f"Проверяющих, обученных проверке работ ВПР, — {part_words(total(known, 'checking'), total(known, 'checkers'))}; меньше {_checkers_limit(book)} обученных — в {in_counted(len(few), SCHOOL)}"
    return Section(title, (f"Двое обученных могут сверить спорную работу между собой, поэтому предлагаемый порог — {full_stop(_least(book, 'минимум_обученных_проверяющих'))} Малое число обученных ничего не говорит о том, как работы проверены.",),
                   points=(f"Обученных проверяющих не хватает: {few_codes(few)}.",) if few else ())


def _checkers_limit(book: Book) -> str:
    return book.wording.threshold("минимум_обученных_проверяющих").split("\u00a0")[0] if "минимум_обученных_проверяющих" in book.program.thresholds else "порога"


def _first(book: Book, quality: Quality) -> Section:
    """Where training is needed and something else calls for help too; groups for service use are only counted."""
    needed = quality.met(TRAINING)
    if not needed:
        opened = quality.open(TRAINING)
        return Section(f"Где нужно обучение, сказать пока нельзя: сведений не хватает по {to_counted(len(opened), SCHOOL)}" if opened else "Школ, где по предлагаемым порогам нужно обучение, нет")
    rows = [(book.wording.plural(name), number(len(codes)), codes_words(codes)) for name in book.help_names if (codes := quality.in_category(name, needed))]
    along = {code for name in book.help_names for code in quality.in_category(name, needed)}
    title = f"Начать предлагается с {of_counted(len(along), SCHOOL)}, где нужны и курсы, и другая помощь" if along else "Школ, где нужны и курсы, и другая помощь, по этим сведениям нет"
    texts = [f"Из {of_counted(len(needed), SCHOOL)}, где нужно обучение, эти уже входят в группы, которым предлагается помощь. Группа — предварительный вывод и не причина: обучение полезно и без неё.", *_service(quality, needed)]
    opened = quality.open(TRAINING)
    missing = (f"Нужно ли обучение, не определено: {few_codes(opened)}.",) if opened else ()
    grid = (Grid("Нужно обучение и предлагается другая помощь; школа может быть в нескольких группах", head("группа (предварительно)", "#школ", "номера школ"), tuple(rows)),) if rows else ()
    return Section(title, tuple(text for text in texts if text), grid, missing=missing)


def _service(quality: Quality, needed: tuple[str, ...]) -> list[str]:
    plans = [plan for plan in quality.run.program.of(CategoryPlan, quality.run.program.school_level) if plan.block.internal]
    codes = {code for plan in plans for code in quality.in_category(plan.name, needed)}
    if not codes or len(codes) == len(needed):
        return []
    return [f"Среди них {counted(len(codes), SCHOOL)} с отметкой для служебного внимания; такие школы только считаются и поимённо не называются."]


# ---------------------------------------------------------------- what is not checked, recommendations, the annex


def _not_checked() -> Section:
    return Section("Что не проверено", points=(
        "Качество курсов и то, как изученное применяется на уроках: известно только, что программа окончена.", "Содержание локальных актов: отмечено, что акт есть, и его дата.",
        "Обучение, о котором школа не сообщила и которого нет в перечне курсов.", "Отдельные люди: имён и удостоверений в расчёте нет, и выводов о людях справка не делает.",
        "Связь обучения с результатами: сравнение школ об этом не говорит, они различаются и многим другим."))


def _recommendations(book: Book, quality: Quality) -> Section:
    points = list(steps(book, OF_TRAINING))
    seminar = book.program.plans.get("семинар_по_оцениванию")
    if seminar is not None:
        view = book.measures.view(seminar)
        points.append(f"{view.responsible_full}: включить вопросы ВСОКО в семинар по критериальному оцениванию ({view.due_full}), который уже есть в дорожной карте.")
    never = [programme for programme in quality.programmes if quality.courses and not any(item.people for item in quality.recent if item.programme == programme)]
    if never:
        points.append(f"ИМЦ: заказать курсы по программам, по которым {_THREE_YEARS} не учился никто: {joined(never)}.")
    absent = quality.absent(SYSTEM)
    if absent:
        points.append(f"ИМЦ: получить сведения о ВСОКО у школ, которые их не сдали{bracketed(absent)}, и повторить расчёт.")
    return Section("Рекомендации", points=tuple(points) or ("Отдельных мер не требуется; сведения обновить через год.",), notes=("Сроки и ответственные — из правил района (проект); утверждает их отдел образования.",))


def _by_school(quality: Quality) -> Section:
    programmes, last, silent = quality.programmes, _last_years(quality), set(quality.absent(COURSES))
    rows = tuple((f"№\u00a0{item.code}", *_people(item), _act_words(item),
                  *(_trainings(quality, item, programme) for programme in programmes), _last_words(item, last, silent), _need(quality, item)) for item in quality.systems)
    grid = Grid(f"Люди и обучения {_THREE_YEARS} в каждой школе; порядок — по номерам", head("школа", "#педагогов обучено", "#руководителей", "#проверяющих", "акт о ВСОКО от", *(f"#{programme}" for programme in programmes), "последнее обучение", "что предлагается"),
                rows, "По программам — обучения, а не люди. «Нет данных» — школа сведений не сдала; «не указано» — ячейка пуста.", wide=True)
    return Section("По каждой школе", (), (grid,))


def _people(item: System) -> tuple[str, ...]:
    if not item.known:
        return (UNKNOWN,) * 3
    pairs = ((item.taught, item.teachers), (item.led, item.leaders), (item.checking, item.checkers))
    return tuple(EMPTY if part is None or whole is None else part_words(part, whole) if whole else NONE for part, whole in pairs)


def _trainings(quality: Quality, item: System, programme: str) -> str:
    """Say how many trainings; where a year was not told, the least there were."""
    mine = [course.people for course in quality.recent if course.row == item.row and course.programme == programme]
    if (item.row, programme) in quality.told:
        return number(sum(mine))
    return f"не меньше {number(sum(mine))}" if sum(mine) else UNKNOWN


def _act_words(item: System) -> str:
    if not item.known:
        return UNKNOWN
    return short_date(item.act_day) if item.act_day is not None else "есть, без даты" if item.act else "нет" if item.act is not None else EMPTY


def _last_words(item: System, last: dict[int, int], silent: set[str]) -> str:
    if item.row in last:
        return academic_year(last[item.row])
    return UNKNOWN if item.code in silent else "в перечне нет"


def _need(quality: Quality, item: System) -> str:
    said = [words for name, words in ((FEW_TEACHERS, "курсы педагогам"), (NO_LEADERS, "курсы руководителям"), (FEW_CHECKERS, "обучение проверке"), (NO_ACT, "консультация по акту")) if quality.truth(name, item.row) is Truth.MET]
    if not item.known:
        return "получить сведения"
    if any(quality.truth(name, item.row) is Truth.UNKNOWN for name in OF_TRAINING):
        said.append("уточнить сведения")
    return ", ".join(said) or NONE


# ---------------------------------------------------------------- the workbook


def make_sheets(book: Book, figures: Figures, quality: Quality) -> tuple[Sheet, ...]:
    """Make the sheets: people by school, trainings by school, year and programme, sources."""
    columns = (Column("Школа"), Column("Всего педагогов", 10, 0), Column("Обучено педагогов", 10, 0), Column("Доля, %", 9, 1), Column("Всего руководителей", 13, 0), Column("Обучено руководителей", 13, 0),
               Column("Проверяющих", 12, 0), Column("Обучено проверяющих", 12, 0), Column("Акт о ВСОКО", 11), Column("Дата акта", 12), Column("Что предлагается", 44))
    rows = [[item.code, item.teachers, item.taught, 100 * item.taught / item.teachers if item.taught is not None and item.teachers else None, item.leaders, item.led, item.checkers, item.checking,
             yes_words(item.act) if item.known else UNKNOWN, short_date(item.act_day) if item.act_day is not None else "", _need(quality, item)] for item in quality.systems]
    code = {item.row: item.code for item in quality.systems}
    place = {row: number_ for number_, row in enumerate(quality.order)}
    courses = [[code[item.row], academic_year(item.year), capital(item.programme), item.teachers, item.leaders] for item in sorted(quality.courses, key=lambda item: (place[item.row], item.year, item.programme))]
    return (sheet_of(book, "По школам", columns, rows), sheet_of(book, "Курсы", (Column("Школа"), Column("Учебный год", 12), Column("Программа", 32), Column("Педагогов", 10, 0), Column("Руководителей", 13, 0)), courses),
            sources_sheet(book, figures, TABLES))




def is_made(book: Book) -> bool:
    """Tell whether the rules know the tables and the criteria."""
    return Quality(book.run).has(TABLES, OF_TRAINING)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the report; nothing where the rules know no such tables or criteria. Errors: OSError, CarelessPhraseError."""
    book = out.book
    if not is_made(book):
        return []
    quality = Quality(book.run)
    return [*out.page("quality_training", make_training(book), "quality_training", NAME),
            *out.workbook(NAME, make_sheets(book, Figures(book.run), quality), "quality_training")]
