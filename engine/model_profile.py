"""The shapes of «факторы» and «адресная_помощь»: the risk profile of «500+», its self-diagnosis, programmes and plan."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from engine.model import Amount, Block, Condition, Deadline, Grounded, Line, Words, key

Outcome = Literal["высокая", "средняя", "низкая", "не определена"]


class Grades(Block):
    """When a factor is grave by the district's data. Neither condition met means low; not known stays not known."""

    high: Condition | None = key("высокая", "Условие высокой значимости.", None)
    medium: Condition | None = key("средняя", "Условие средней значимости.", None)


class Question(Block):
    text: Line = key("текст", "Вопрос школе; без имён и личных данных.")
    answers: dict[str, Amount] = key("ответы", "Ответ и его баллы: больше баллов — заметнее риск.")


class Scores(Block):
    """From which sum of points the answers speak of high and of medium significance."""

    high: Amount = key("высокая", "Сумма баллов, с которой значимость высокая.")
    medium: Amount = key("средняя", "Сумма баллов, с которой значимость средняя.")


class ProgrammeMeasure(Block):
    measure: str | None = key("мера", "Имя меры из раздела «меры».", None)
    text: Line | None = key("что", "Мера своими словами.", None)


class Control(Block):
    indicator: str | None = key("показатель", "Имя показателя.", None)
    text: Line | None = key("что", "Что проверяется, если показателя в правилах нет.", None)
    expected: Line = key("ожидается", "Какое значение ожидается и к какому сроку.")


def _in_words(value: Any) -> Any:
    return [{"что": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value


class Programme(Block):
    """The anti-risk programme that a school takes as a draft and makes its own."""

    aim: Line = key("цель", "Чего школа хочет достичь.")
    tasks: Words = key("задачи", "Задачи по порядку.", ())
    measures: Annotated[tuple[ProgrammeMeasure, ...], BeforeValidator(_in_words), WithJsonSchema(
        {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"мера": {"type": "string"}, "что": {"type": "string"}}}]}})] = key("меры", "«мера: имя» или своими словами.", ())
    control: tuple[Control, ...] = key("показатели", "По чему видно, что программа работает.", ())
    documents: Words = key("документы", "Что остаётся на бумаге.", ())


class FactorExample(Block):
    why: Line | None = key("почему", "Что показывает пример.", None)
    given: dict[str, Any] = key("дано", "Величины, от которых зависит значимость по данным.", {})
    answers: dict[str, Any] = key("ответы", "Ответы школы: вопрос и ответ.", {})
    outcome: Outcome = key("итог", "Значимость: высокая, средняя, низкая, не определена.")


class Factor(Grounded):
    number: int = key("номер", "Номер фактора в рисковом профиле.", gt=0)
    grades: Grades = key("значимость", "Значимость по данным района.", Grades())
    questions: dict[str, Question] = key("вопросы", "Вопросы самодиагностики.", {})
    scores: Scores | None = key("значимость по ответам", "С какой суммы баллов значимость высокая и средняя.", None)
    weight: Amount = key("вес", "Что важнее при равной значимости: больше — раньше.", 1.0)
    programme: Programme | None = key("программа", "Антирисковая программа.", None)
    examples: tuple[FactorExample, ...] = key("примеры", "Проверочные примеры.", ())


class Coordinator(Block):
    role: str = key("роль", "Роль из раздела «роли».")
    data: Words = key("данные", "Какие сведения о координаторе вносят после назначения.", ())
    sent_to: Line = key("кому", "Кому направляют сведения.")
    deadline: Deadline = key("срок", "До какого дня.")


class PlanStep(Block):
    measure: str | None = key("мера", "Мера из раздела «меры»: название, срок и роли берутся из неё.", None)
    title: Line | None = key("что", "Мероприятие, если такой меры нет.", None)
    responsible: Words = key("ответственный", "Роли из раздела «роли».", ())
    participants: Words = key("участники", "Роли участников.", ())
    deadline: Deadline | None = key("срок", "Когда.", None)
    document: Line | None = key("документ", "Что остаётся на бумаге.", None)


class Assistance(Grounded):
    audience: Condition = key("для", "Кому составляется рисковый профиль.")
    most: int = key("не больше факторов", "Сколько факторов школа берёт в работу.", 3, gt=0, le=12)
    coordinators: tuple[Coordinator, ...] = key("координаторы", "Кто координирует и когда подаёт сведения о себе.", ())
    steps: tuple[PlanStep, ...] = key("план", "Мероприятия плана-графика.", ())
