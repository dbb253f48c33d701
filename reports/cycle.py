"""The state of the management cycle: what a run knows of each row of the checklist, and nothing more. A past date is no execution."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model_cycle import CycleOrder, StateItem
from engine.tables import READABLE, quoted
from reports.book import Book
from reports.made import is_made, made_words
from reports.mentoring import conclusion
from reports.profile import profiles_of
from reports.roadmaps import STEP
from reports.russian import SCHOOL, capital, counted, full_stop, number, of_counted, short_date, to_counted

GIVEN, REFUSED, AWAITED = "согласна", "отказ", "ждём"


@dataclass(frozen=True, slots=True)
class StateView:
    """One fact about a row. `known`: nothing is open; `asked`: no data can tell, somebody has to."""

    text: str
    known: bool = True
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers of both sides of the pairs: how many were given, refused, are awaited, were not asked for."""

    asked_for: int
    given: int
    refused: int
    awaited: int

    @property
    def not_asked(self) -> int:
        return self.asked_for - self.given - self.refused - self.awaited


def order_label(order: CycleOrder) -> str:
    """Write «№ 106 от 14.08.2020»."""
    return f"№ {order.requisites.number} от {short_date(order.requisites.date)}"


def replies_of(book: Book) -> Replies:
    """Count the answers of the schools of the pairs in force; a mentor of two schools answers about each."""
    pairs = book.pairs
    sides = [(side, role, other) for pair in pairs.assignment.pairs for side, role, other in ((pair.mentee, "наставляемый", pair.mentor), (pair.mentor, "наставник", pair.mentee))]
    words = [answer.word if (answer := pairs.answer(*side)) is not None else "" for side in sides]
    return Replies(len(sides), words.count(GIVEN), words.count(REFUSED), words.count(AWAITED))


class CycleStates:
    """Says the state of rows."""

    def __init__(self, book: Book):
        self.book, self.run, self.program = book, book.run, book.program

    def of(self, order: CycleOrder) -> tuple[StateView, ...]:
        """Say every fact a row rests on, in the order of the rules."""
        return tuple(self._view(item, order) for item in order.state)

    def _view(self, item: StateItem, order: CycleOrder) -> StateView:
        if item.category is not None:
            return StateView(self.category(item.category))
        if item.measure is not None:
            return StateView(self.measure(item.measure))
        if item.table is not None:
            return self.table(item.table)
        if item.report is not None:
            return StateView(full_stop(capital(made_words(self.book, item.report))), is_made(self.book, item.report))
        if item.tally is not None:
            return self._tally(item.tally, order)
        return StateView(full_stop(item.words or ""), False, asked=True)

    def category(self, name: str) -> str:
        """Count the schools of a category and those where it is not determined."""
        status = self.run.evaluation.status(name)
        met, opened = int((status == 1).sum()), int((status == 0).sum())
        many = f"{counted(met, SCHOOL)} (предварительно)" if met else "ни одной школы"
        return f"{self.book.wording.plural(name)}: {many}{f'; не определено у {of_counted(opened, SCHOOL)}' if opened else ''}."

    def measure(self, name: str) -> str:
        """Say a term and whether it has come; the execution is for people to mark."""
        view = self.book.measures.view(self.program.plans[name])
        state = "срок прошёл, исполнение отмечает ответственный" if view.past else view.state
        return f"{view.title}: {view.due_full or 'день не назначен'} — {state}."

    def table(self, name: str) -> StateView:
        """Count the schools that supplied a table of the report year."""
        title, table = self.book.wording.title(name), self.program.rules.tables[name]
        when = f" AND {quoted(table.year_column)} = {self.run.report_year}" if table.year_column else ""
        rows, schools = self.run.tables.connection.execute(f"SELECT count(*), count(DISTINCT _unit) FROM {quoted(name)} WHERE {READABLE}{when}").fetchone()
        if not rows:
            return StateView(f"«{title}»: за {self.book.header.year} год в данных нет; это не значит, что работа не велась.", False)
        return StateView(f"«{title}»: есть сведения {of_counted(schools, SCHOOL)} из {number(len(self.book.frame))}." if schools else f"«{title}»: сведения есть.")

    # ------------------------------------------------------------ counts

    def _tally(self, name: str, order: CycleOrder) -> StateView:
        match name:
            case "пары":
                return self.pairs()
            case "согласия":
                return self.consents()
            case "профили":
                return self.profiles()
            case "самодиагностика":
                return self.answered()
            case "шаги":
                return self.steps(order.terms)
        raise AssertionError(name)

    def pairs(self) -> StateView:
        """Say to how many schools a mentor is proposed."""
        pairs = self.book.pairs
        return StateView(full_stop(conclusion(pairs))) if pairs is not None else StateView("Пары не подбирались: школ слишком много для одной задачи.", False)

    def consents(self) -> StateView:
        """Count the consents to the pairs."""
        if self.book.pairs is None or not self.book.pairs.assignment.pairs:
            return StateView("Согласия: пар нет, спрашивать не о чем.")
        found = replies_of(self.book)
        parts = [f"получено {number(found.given)} из {number(found.asked_for)}"]
        parts += [f"{words} — {number(count)}" for words, count in (("отказ", found.refused), ("ждём ответа", found.awaited), ("ещё не спрошены", found.not_asked)) if count]
        return StateView(f"Согласия по предложенным парам: {'; '.join(parts)}.", found.given == found.asked_for)

    def profiles(self) -> StateView:
        """Say for how many schools the risk profile is made."""
        pages = profiles_of(self.book)
        if pages is None:
            return StateView("Рисковые профили не составлены: факторов в правилах нет.", False)
        opened = f"; ещё {to_counted(len(pages.possible), SCHOOL)} — после недостающих сведений" if pages.possible else ""
        many = f"предложен {to_counted(len(pages.chosen), SCHOOL)}" if pages.chosen else "не нужен ни одной школе"
        return StateView(f"Рисковый профиль {many}{opened}.")

    def answered(self) -> StateView:
        """Say how many schools returned the self-diagnosis."""
        pages = profiles_of(self.book)
        chosen = pages.chosen if pages is not None else ()
        if not chosen:
            return StateView("Самодиагностика: спрашивать некого.")
        back = sum(pages.view(school).has_answered for school in chosen)
        return StateView(f"Самодиагностику вернули {number(back)} из {of_counted(len(chosen), SCHOOL)}." if back else "Самодиагностику пока не вернула ни одна школа.", back == len(chosen))

    def steps(self, measures: tuple[str, ...] = ()) -> StateView:
        """Count the steps of the roadmap of these measures (all, where none is named), and those whose date has passed."""
        steps = [step for step in self.book.roadmap.roadmap.steps if not measures or step.measure in measures]
        if not steps:
            return StateView("Шагов дорожной карты нет.", False)
        past = sum(step.due < self.run.day for step in steps)
        ahead = f"срок прошёл у {number(past)}, исполнение отмечает ответственный" if past else "срок ни одного ещё не наступил"
        return StateView(f"В дорожной карте на {self.book.roadmaps.year_words} учебный год {counted(len(steps), STEP)} по этим мерам: {ahead}.")
