"""The shape of «чек_лист»: orders of the yearly management cycle, additional materials, and what the state of each row rests on."""

from __future__ import annotations

from typing import Literal

from engine.model import Block, Day, Grounded, Line, Words, key

Tally = Literal["пары", "согласия", "профили", "самодиагностика", "шаги"]


class Requisites(Block):
    number: Line = key("номер", "Номер приказа, в кавычках.")
    date: Day = key("дата", "Дата приказа.")


class StateItem(Block):
    """One thing the state of a row rests on: exactly one key."""

    category: str | None = key("категория", "Сколько школ в категории; категории для служебного пользования тоже только считаются.", None)
    measure: str | None = key("мера", "Срок меры и наступил ли он; исполнение отмечает ответственный.", None)
    table: str | None = key("таблица", "Сколько школ сдали сведения отчётного года.", None)
    report: str | None = key("отчёт", "Составлен ли документ, по имени отчёта.", None)
    tally: Tally | None = key("счёт", "пары — кому предложен наставник; согласия — ответы школ по парам; профили — рисковые профили; самодиагностика — кто ответил; шаги — дорожная карта.", None)
    words: Line | None = key("слова", "Чего в данных нет: кто и как это отмечает.", None)


class CycleOrder(Block):
    requisites: Requisites = key("реквизиты", "Номер и дата приказа.")
    title: Line = key("название", "Наименование распорядительного акта.")
    measures: Line = key("меры", "Меры в рамках районного управленческого цикла.")
    comment: Line | None = key("комментарий", "Комментарий строки, если он свой.", None)
    note: Line | None = key("примечание", "Чем строка отличается от текста приказа и почему.", None)
    terms: Words = key("сроки", "Меры из раздела «меры», сроки которых показать при этом приказе.", ())
    state: tuple[StateItem, ...] = key("состояние", "На чём стоит состояние строки.")


class Material(Block):
    title: Line = key("название", "Что запрашивают.")
    comment: Line = key("комментарий", "Комментарий чек-листа.")
    report: str | None = key("отчёт", "Имя отчёта, который и есть этот материал.", None)
    absent: Line | None = key("нет отчёта", "Почему отчёта нет и где его взять.", None)


class Checklist(Grounded):
    part: Line = key("раздел", "Раздел чек-листа, к которому относятся приказы.")
    instructed: Line = key("поручение", "Чьё поручение исполняется приказами.")
    requested: Line = key("запрос", "По чьему запросу готовятся материалы.")
    comment: Line = key("комментарий", "Комментарий ко всем приказам, у которых нет своего.")
    orders: tuple[CycleOrder, ...] = key("приказы", "Распорядительные акты по порядку чек-листа.")
    materials: tuple[Material, ...] = key("материалы", "Дополнительные материалы по порядку чек-листа.", ())
