"""The page of signs of one school, for the school and the analyst: what was measured, with what it is compared, what else may explain it, what comes next.

Nothing blames: a sign is a ground for a re-check. Nothing is said of a work that fewer than ten pupils wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from engine.methods.objectivity import ATTENTION as ATTENTION_WORD
from engine.objectivity.codes import FAMILY_NAMES, SIGN_NAMES, State
from engine.objectivity.combine import FAMILIES
from engine.objectivity.effects import Z95
from engine.truth import Truth
from reports.book import Book
from reports.careful import careless
from reports.objectivity import ATTENTION, CLEARED, FOUND, UNUSUAL, Objectivity, Recheck, SchoolWork
from reports.outlet import Outlet
from reports.russian import SCHOOL, WORK, academic_year, capital, counted, full_stop, joined, long_date, lowered, number, of_counted, signed
from reports.sign_pairs import SIGN as SIMILAR
from reports.sign_pairs import in_words, similar_of, why_missing
from reports.sign_words import SIGN_WORDS, SignWords
from reports.sign_works import WorkBlock, more, strength, work_block, work_title, worth_seeing
from reports.status import Status
from reports.view import Header, MeasureView, SchoolView

_MOST = 4     # works shown open
_STATES = {
    State.NOT_ENOUGH: Status("недостаточно данных", "○", "open", 1), State.CLEAR: Status("признаков не выявлено", "–", "not", 2),
    State.ATTENTION: Status("требует внимания", "◐", "part", 0), State.FOUND: Status("выявлены признаки", "●", "met", 0)}
_MEANING = {
    State.NOT_ENOUGH: "Это не «хорошо» и не «плохо»: сведений мало, чтобы судить.",
    State.CLEAR: "Результаты отличаются от обычных для таких школ не больше, чем бывает случайно, и внешние источники их не оспаривают. Это не оценка обучения.",
    State.ATTENTION: "Это повод школе самой посмотреть, как проводили и проверяли работы. Для вывода этого мало; в списки для руководства школа поимённо не входит.",
    State.FOUND: "Признаков достаточно, чтобы перепроверить результаты; основания ниже. Признак — основание для перепроверки, а не вывод: что его вызвало, данные не говорят."}
_UNUSUAL, _USUAL = Status("отличается", "●", "met", 0), Status("как обычно", "–", "not", 2)
_UNMEASURED = Status("не измерено", "○", "open", 1)


@dataclass(frozen=True, slots=True)
class SignRow:
    """One sign over the works of the year: the largest value, what is usual, and the outcome; or why it was not measured."""

    title: str
    question: str
    value: str
    usual: str
    against: str
    unit: str
    status: Status


@dataclass(frozen=True, slots=True)
class Family:
    title: str
    rows: tuple[SignRow, ...]


@dataclass(frozen=True, slots=True)
class RecheckRow:
    work: str
    checked: str
    outcome: str
    reply: str


@dataclass(frozen=True, slots=True)
class Place:
    """A group of rows the page rests on: which table and work, in which file, sheet and cells."""

    table: str
    key: str
    count: str
    file: str
    cells: str


@dataclass(frozen=True, slots=True)
class SignsPage:
    header: Header
    school: SchoolView
    title: str
    lead: str
    status: Status
    meaning: str
    pairs: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    grounds: tuple[str, ...]
    families: tuple[Family, ...]
    works: tuple[WorkBlock, ...]
    other_works: tuple[WorkBlock, ...]
    works_title: str
    small: str
    changes: tuple[str, ...]
    rechecks: tuple[RecheckRow, ...]
    measures: tuple[MeasureView, ...]
    places: tuple[Place, ...]
    chances: tuple[tuple[str, str], ...]
    work_chances: tuple[tuple[str, str], ...]


def make_signs(book: Book, school: SchoolView) -> SignsPage:
    """Choose what the page of one school shows."""
    signs, row = book.objectivity, school.row
    works = signs.works(row)
    now = [work for work in works if work.key.year == signs.year]
    blocks = {work.key: work_block(signs, work) for work in now}
    shown = worth_seeing(signs, now)[:_MOST]
    others = [work for work in now if work not in shown]
    return SignsPage(
        book.header, school, _title(book, school), _lead(signs, row), _STATES[signs.state(row)], _MEANING[signs.state(row)], tuple(_pairs(book, row, now)),
        tuple(_missing(book, school)), tuple(_grounds(school)), tuple(_families(book, works, row)), tuple(blocks[work.key] for work in shown), tuple(blocks[work.key] for work in others),
        f"{'Остальные' if shown else 'Все'} работы: {len(others)}", _small(signs, row), tuple(_change(item) for item in signs.changes(row)), tuple(_recheck(item) for item in signs.rechecks(row)),
        tuple(measure for measure in school.measures if measure.name in {plan.name for plan in signs.measures}), tuple(_places(book, row)),
        tuple(_chances(signs, row)), tuple(_work_chances(signs, now)))


# ---------------------------------------------------------------- the conclusion


def _title(book: Book, school: SchoolView) -> str:
    match book.objectivity.state(school.row):
        case State.FOUND:
            return f"Результаты ВПР школы {school.label} требуют перепроверки{_because(book, school)}"
        case State.ATTENTION:
            return f"Результаты ВПР школы {school.label} требуют внимания самой школы{_because(book, school)}"
        case State.NOT_ENOUGH:
            return f"Школа {school.label}: признаки по ВПР не оценены до конца, не хватает сведений"
    return f"Школа {school.label}: признаков, которые требовали бы внимания, не выявлено"


def _because(book: Book, school: SchoolView) -> str:
    """Name what differs most by itself; where the statistics did not decide, the facts that did: a title of alternatives would say what did not happen."""
    signs, row = book.objectivity, school.row
    if signs.verdict is not None and signs.verdict.decision.attention[row]:
        return f": {_differs(signs, row)}"
    grounds = list(_grounds(school))
    return f". {grounds[0].removesuffix('.')}" if grounds else ""


def _differs(signs: Objectivity, row: int) -> str:
    found, lift = signs.verdict.decision.family_found, signs.lift
    if found["shape"][row] and lift.low[row] > 0:
        return f"ровно на границах отметок {more(lift.extra[row], lift.high[row] - lift.extra[row])}"
    for family in ("absent", "uniform", "shape", "level"):
        name = max(FAMILIES[family], key=lambda name: np.nan_to_num(signs.measured.table.z[name][row, -1], nan=-np.inf))
        if found[family][row]:
            return _headline(signs, row, name)
    return "совокупность признаков необычна, хотя ни один сам по себе не выделяется"


def _headline(signs: Objectivity, row: int, name: str) -> str:
    """Say a sign by its most unusual work; a work too small to be described gives no number."""
    if name == SIMILAR:
        return SIGN_WORDS[name].headline(None)
    effects = [work.effects[name] for work in signs.works(row) if name in work.effects and work.effects[name].unusual]
    return SIGN_WORDS[name].headline(max(effects, key=lambda effect: effect.value / max(effect.usual, 1e-9))) if effects else f"отличается признак «{lowered(SIGN_NAMES[name])}»"


def _lead(signs: Objectivity, row: int) -> str:
    if signs.lift is None or not np.isfinite(signs.lift.extra[row]) or not any(work.key.year == signs.year for work in signs.works(row)):
        return f"Работ ВПР за {academic_year(signs.year)} учебный год, которые писали не меньше 10 учеников, нет."
    lift = signs.lift
    extra, low, high = float(lift.extra[row]), float(lift.low[row]), float(lift.high[row])
    interval = f"95-процентный интервал — от {number(round(low))} до {number(round(high))}"
    if low > 0:
        share = f"Через границу перешли {number(100 * lift.share[row], 0)} ± {number(100 * Z95 * lift.share_error[row], 0)} % работ, от которых ждали балла-двух ниже."
        return f"За год по всем работам ровно на границах отметок {more(extra, high - extra)} ({interval}). {share}"
    return f"За год по всем работам ровно на границах отметок {more(extra, high - extra)} ({interval}): столько бывает и случайно."


def _pairs(book: Book, row: int, works: list[SchoolWork]) -> Iterator[tuple[str, str]]:
    signs, verdict = book.objectivity, book.objectivity.verdict
    if verdict is None:
        yield "Статистика", "работ ВПР в данных нет ни у одной школы."
        return
    yield "Статистика", _statistics(signs, row)
    yield "Сравнение", f"{verdict.note} {_norms(signs)}".strip()
    if signs.status(CLEARED, row) is Truth.MET:
        yield "Перепроверка", "признаков не подтвердила: за этот год они закрыты."
    yield "Работ", f"{counted(len(works), WORK)} за {academic_year(signs.year)} учебный год, участий в них — {number(sum(work.n for work in works))}." if works else "нет."
    decision = verdict.decision
    yield "Одна из многих", (f"Проверено школ: {decision.tested}. Требуют внимания по статистике — {int(decision.attention.sum())}; "
                             f"доля ошибочных среди них ожидается не выше {number(100 * decision.q)} %, то есть {number(decision.expected_false)} {SCHOOL.few}.")
    for note in signs.measured.notes:
        yield "Замечание", full_stop(note)


def _statistics(signs: Objectivity, row: int) -> str:
    decision, state = signs.verdict.decision, signs.verdict.states[row]
    families = [FAMILY_NAMES[name] for name, found in decision.family_found.items() if found[row]]
    parts = [state.value]
    if families:
        parts.append(f"сами по себе отличаются: {joined(families)}")
    if families == [FAMILY_NAMES["level"]] and state is State.CLEAR:
        parts.append(f"высокий уровень без других признаков в список «{ATTENTION_WORD}» не приводит: настоящий рост выглядит так же")
    if decision.repeated[row] and state in (State.ATTENTION, State.FOUND):
        parts.append("повторилось два года подряд")
    return f"{'; '.join(parts)}."


def _norms(signs: Objectivity) -> str:
    schools, record = signs.measured.table.norms.get("schools"), signs.norms
    made = f", посчитаны {long_date(date.fromisoformat(record['made']))}" if record.get("made") else ""
    if record.get("region"):
        return full_stop(f"Нормы: {record['region'].rstrip('.')}, {counted(schools, SCHOOL)}{made}")
    return f"Школ в сравнении: {schools}." if schools else ""


def _missing(book: Book, school: SchoolView) -> Iterator[str]:
    """Say which tables of the method hold nothing of this school for the year, and what else keeps the state open."""
    signs = book.objectivity
    for parameter, what in (("работы", "работы ВПР по первичным баллам"), ("задания", "выполнение заданий"), ("сходство", "пары работ внутри классов"), ("контингент", "списочный состав параллелей"), ("экзамены", "результаты экзаменов")):
        table = signs.table(parameter)
        if not table:
            yield f"{capital(what)}: таблица в правилах не названа."
        elif not signs.has_rows(table, school.row):
            yield f"{capital(what)}: строк школы за {academic_year(signs.year)} учебный год в таблице «{book.wording.title(table)}» нет."
    for group in school.open:
        if group.name in (FOUND, ATTENTION) and group.phrase:
            yield group.phrase


def _grounds(school: SchoolView) -> Iterator[str]:
    for group in school.in_force:
        if group.name in (FOUND, ATTENTION):
            yield from (ground.sentence for ground in group.grounds)


# ---------------------------------------------------------------- what was measured


def _families(book: Book, works: list[SchoolWork], row: int) -> Iterator[Family]:
    for family, names in FAMILIES.items():
        yield Family(capital(FAMILY_NAMES[family]), tuple(_sign(book, name, works, row) for name in names))


def _sign(book: Book, name: str, works: list[SchoolWork], row: int) -> SignRow:
    """The most unusual work of a sign, and the outcome over all works of the year."""
    words, signs = SIGN_WORDS[name], book.objectivity
    if name == SIMILAR:
        return _similar(signs, row)
    found = sorted((work for work in works if name in work.effects), key=lambda work: work.key)
    if not found:
        return SignRow(SIGN_NAMES[name], words.question, capital(_why_missing(signs, words, works)), "", words.against, words.unit, _UNMEASURED)
    most = max(found, key=lambda work: strength(name, work))
    value = f"{work_title(most.key, signs.year)}: {words.value(most.effects[name])}"
    z = signs.measured.table.z[name][row, -1]
    shown = f"Наибольшее из {of_counted(len(found), WORK)} — {value}" if len(found) > 1 else capital(value)
    hidden = "; больше отличается работа, которую писали меньше 10 учеников, она не показана" if signs.hides(name, row) else ""
    return SignRow(SIGN_NAMES[name], words.question, shown + hidden, words.usual(most.effects[name]), words.against, words.unit, _UNUSUAL if z > UNUSUAL else _USUAL)


def _similar(signs: Objectivity, row: int) -> SignRow:
    """Similarity is counted over the works of a year together: similar pairs are rare in one."""
    words, similar = SIGN_WORDS[SIMILAR], similar_of(signs, row)
    if not np.isfinite(similar.expected):
        return SignRow(SIGN_NAMES[SIMILAR], words.question, capital(why_missing(similar)), "", words.against, words.unit, _UNMEASURED)
    value, usual = in_words(similar)
    status = _UNUSUAL if signs.measured.table.z[SIMILAR][row, -1] > UNUSUAL else _USUAL
    return SignRow(SIGN_NAMES[SIMILAR], words.question, capital(value), usual, words.against, words.unit, status)


def _why_missing(signs: Objectivity, words: SignWords, works: list[SchoolWork]) -> str:
    if not any(work.key.year == signs.year for work in works) and words.needs:
        return f"нет работ за {academic_year(signs.year)} учебный год, которые писали не меньше 10 учеников"
    return words.missing


# ---------------------------------------------------------------- works


def _small(signs: Objectivity, row: int) -> str:
    keys = signs.small_works(row)
    if not keys:
        return ""
    return f"Не показаны работы, которые писали меньше 10 учеников: {'; '.join(work_title(key, signs.year) for key in keys)}."


def _change(item) -> str:
    return f"{capital(item.subject)}, {item.grade - 1} → {item.grade} класс: {signed(round(item.value, 2), 2)} ± {number(round(item.half, 2), 2)} ст. откл."


# ---------------------------------------------------------------- re-checks, sources, appendix


def _recheck(item: Recheck) -> RecheckRow:
    checked = f"{number(item.checked)}, отметка изменена в {number(item.changed)}" if item.checked is not None and item.changed is not None else "не сообщено"
    return RecheckRow(f"{item.subject}, {item.grade} класс", checked, item.outcome or "исход не записан", _reply(item))


def _reply(item: Recheck) -> str:
    """A reply is printed as the school gave it, unless it holds words that no report prints: then it is named, not lost."""
    if item.reply and careless(item.reply) is not None:
        return f"ответ получен; в нём есть слова, которые отчёты не печатают, читайте его в файле: {item.place}"
    return f"«{item.reply}»" if item.reply else "ответа пока нет"


def _places(book: Book, row: int) -> Iterator[Place]:
    signs = book.objectivity
    if signs.plan is None:
        return
    small = {(key.subject, str(key.grade), str(key.year)) for key in signs.small_works(row, every_year=True)}
    grades = {str(key.grade) for key in signs.measured.table.works} if signs.measured is not None else set()
    for item in book.explainer.rows_of(signs.plan, row, limit=500)[0]:
        key = dict(item.key)
        used = key["процедура"] == signs.exam if "процедура" in key else key.get("класс") in grades
        if used and (key.get("предмет"), key.get("класс"), key.get("год")) not in small:
            title, count, address = item.cells[0]
            sheet = f", лист «{item.place.sheet}»" if item.place.sheet else ""
            yield Place(title, book.wording.key(item.key, signs.year), count, f"{item.place.file}{sheet}", address)


def _chances(signs: Objectivity, row: int) -> Iterator[tuple[str, str]]:
    """Probabilities of so much by chance alone, for a reader of statistics."""
    if signs.verdict is None or signs.verdict.states[row] is State.NOT_ENOUGH:
        return
    decision = signs.verdict.decision
    yield "Школа в целом", _chance(decision.p[row])
    for family, names in FAMILIES.items():
        yield f"Семья «{FAMILY_NAMES[family]}»", _chance(decision.family_p[family][row])
        yield from ((SIGN_NAMES[name], _chance(decision.sign_p[name][row])) for name in names)


def _work_chances(signs: Objectivity, works: list[SchoolWork]) -> Iterator[tuple[str, str]]:
    for work in works:
        curve = signs.curve(work)
        if curve is not None:
            yield capital(work_title(work.key, signs.year)), _chance(curve.p)


def _chance(p: float) -> str:
    return "не измерено" if not np.isfinite(p) else "меньше 0,0001" if p < 0.0001 else number(p, 4)


def write(out: Outlet, schools: tuple[str, ...] | None, say: Callable[[str], None]) -> list[Path]:
    """Write the pages of the chosen schools, or of all that take part. Errors: OSError, CarelessPhraseError."""
    book = out.book
    paths = []
    for school in out.mine([book.school(code) for code in schools] if schools else book.schools):
        link = book.signs_link(school)
        if link:
            say(f"Признаки школы {school.label}")
            paths += out.page("signs", make_signs(book, school), Path(link).stem, f"Признаки по ВПР: школа {school.label}")
    return paths
