"""«чек_лист» checked: what its rows rest on must be there, and every row must rest on something."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.documents import DOCUMENTS
from engine.loading import RuleSet
from engine.model_cycle import CycleOrder, Material, StateItem
from engine.words import like_hint

Say = Callable[..., None]
SECTION = "чек_лист"
_NEEDED = {"пары": "наставничество", "согласия": "наставничество", "профили": "адресная_помощь", "самодиагностика": "адресная_помощь"}
_KEYS = {"category": "категория", "measure": "мера", "table": "таблица", "report": "отчёт", "tally": "счёт", "words": "слова"}


def check_cycle(rules: RuleSet, say: Say) -> None:
    """Check the section. Errors: R208 (table), R210 (category, measure, report), R223 (requisites twice, a list that is empty, an item that says nothing or two things at once)."""
    block = rules.checklist
    if block is not None:
        _Checker(rules, say).check(block.orders, block.materials)


class _Checker:
    """Every finding at its own word."""

    def __init__(self, rules: RuleSet, say: Say):
        self.rules, self._said = rules, say
        self.levels = frozenset(name for name, item in rules.categories.items() if item.level)

    def say(self, code: str, path: tuple, message: str, hint: str = "") -> None:
        self._said(code, SECTION, SECTION, path, message, hint)

    def check(self, orders: tuple[CycleOrder, ...], materials: tuple[Material, ...]) -> None:
        if not orders:
            self.say("R223", ("приказы",), "Список приказов пуст.", "Перечислите распорядительные акты чек-листа или уберите раздел.")
        seen: dict[tuple, int] = {}
        for place, order in enumerate(orders):
            path = ("приказы", place)
            earlier = seen.setdefault((order.requisites.number, order.requisites.date), place)
            if earlier != place:
                self.say("R223", (*path, "реквизиты"), f"Приказ № {order.requisites.number} от {order.requisites.date:%d.%m.%Y} уже есть, он {earlier + 1}-й в списке.", "Оставьте одну строку.")
            for position, name in enumerate(order.terms):
                self._known("R210", name, self.rules.measures, "Меры", (*path, "сроки", position))
            if not order.state:
                self.say("R223", (*path, "состояние"), f"У приказа № {order.requisites.number} не сказано, на чём стоит состояние.", f"Добавьте строки с одним из ключей: {', '.join(_KEYS.values())}.")
            for position, item in enumerate(order.state):
                self._item(item, (*path, "состояние", position))
        for place, material in enumerate(materials):
            self._material(material, ("материалы", place))

    def _item(self, item: StateItem, path: tuple) -> None:
        given = [russian for name, russian in _KEYS.items() if getattr(item, name) is not None]
        if len(given) != 1:
            said = f"стоит сразу {' и '.join(f'«{word}»' for word in given)}" if given else "нет ни одного ключа"
            self.say("R223", path, f"В строке состояния {said}.", f"Нужен ровно один ключ: {', '.join(_KEYS.values())}.")
            return
        if item.category is not None:
            self._category(item.category, (*path, "категория"))
        if item.measure is not None:
            self._known("R210", item.measure, self.rules.measures, "Меры", (*path, "мера"))
        if item.table is not None:
            self._known("R208", item.table, self.rules.tables, "Таблицы", (*path, "таблица"))
        if item.report is not None:
            self._known("R210", item.report, DOCUMENTS, "Отчёта", (*path, "отчёт"))
        if item.tally is not None:
            self._tally(item.tally, (*path, "счёт"))

    def _category(self, name: str, path: tuple) -> None:
        self._known("R210", name, self.rules.categories, "Категории", path)
        if name in self.levels:
            self.say("R223", path, f"Категория «{name}» — не школ: в чек-листе считаются школы.", "Назовите категорию школ.")

    def _tally(self, name: str, path: tuple) -> None:
        section = _NEEDED.get(name)
        present = {"наставничество": self.rules.mentoring, "адресная_помощь": self.rules.assistance}
        if section is not None and present[section] is None and section not in self.rules.broken:
            self.say("R223", path, f"Счёт «{name}» берётся из раздела «{section}», а его нет.", "Добавьте раздел или уберите строку.")

    def _material(self, material: Material, path: tuple) -> None:
        if material.report is not None:
            self._known("R210", material.report, DOCUMENTS, "Отчёта", (*path, "отчёт"))
        elif material.absent is None:
            self.say("R223", path, f"У материала «{material.title}» нет ни отчёта, ни объяснения.", "Добавьте «отчёт: имя» или «нет отчёта: почему и где взять».")

    def _known(self, code: str, name: str, known: Iterable[str], what: str, path: tuple) -> None:
        if name not in known:
            self.say(code, path, f"{what} «{name}» нет.", like_hint(name, known))
