"""click's own words in Russian. click has no Russian catalogue; a test fails when a new version adds a string."""

from __future__ import annotations

import importlib
import pkgutil

import click

SINGULAR: dict[str, str] = {
    "d": "д",
    "{editor}: Editing failed": "{editor}: правка не удалась",
    "{editor}: Editing failed: {e}": "{editor}: правка не удалась: {e}",
    "Windows error: {error}": "Ошибка Windows: {error}",
    "Aborted!": "Прервано.",
    "deprecated": "устарело",
    "DEPRECATED": "УСТАРЕЛО",
    "Missing command.": "Не названа команда.",
    "Options": "Ключи",
    "Positional arguments": "Аргументы",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": "Команда «{name}» устарела.{extra_message}",
    "Commands": "Команды",
    "Value must be an iterable.": "Нужен список значений.",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": "«{name}» устарел.{extra_message}",
    "Could not determine name for option with declarations {decls!r}": "Не понять имя ключа: {decls}",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? Did you mean to pass '--{name}'?":
        "Ключей нет, а имя «{name}» передано. Возможно, нужен «--{name}».",
    "env var: {var}": "переменная: {var}",
    "default: {default}": "по умолчанию: {default}",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.": "Аргумент объявлен {length} раз: {decls}.",
    "(dynamic)": "(вычисляется)",
    "Name '{name}' defined twice": "Имя «{name}» объявлено дважды",
    "Boolean option {decl!r} cannot use the same flag for true/false.": "Ключ «{decl}» не может значить и да, и нет.",
    "Do you want to continue?": "Продолжить?",
    "Confirm the action without prompting.": "Выполнить без вопроса.",
    "%(prog)s, version %(version)s": "%(prog)s, версия %(version)s",
    "Show the version and exit.": "Показать версию и выйти.",
    "Show this message and exit.": "Показать эту справку и выйти.",
    "Missing argument": "Не хватает аргумента",
    "unknown error": "неизвестная ошибка",
    "Invalid value for {param_hint}: {message}": "Значение {param_hint} не годится: {message}",
    "Missing option": "Не хватает ключа",
    "Could not open file {filename!r}: {message}": "Файл «{filename}» не открывается: {message}",
    "Error: {message}": "Ошибка: {message}",
    "Try '{command} {option}' for help.": "Справка: {command} {option}",
    "Missing parameter": "Не хватает параметра",
    "Missing parameter: {param_name}": "Не хватает параметра: {param_name}",
    "No such option {name!r}.": "Ключа «{name}» нет.",
    "No such command {name!r}.": "Команды «{name}» нет.",
    "Invalid value: {message}": "Значение не годится: {message}",
    "Missing {param_type}": "Не хватает: {param_type}",
    "Usage:": "Запуск:",
    "Invalid start character for option ({option})": "Ключ не может начинаться так: {option}",
    "Option {name!r} does not take a value.": "У ключа «{name}» не бывает значения.",
    "Argument {name!r} takes {nargs} values.": "Аргументу «{name}» нужно значений: {nargs}.",
    "Couldn't detect Bash version, shell completion is not supported.": "Версия Bash не определена, дополнение не работает.",
    "Shell completion is not supported for Bash versions older than 4.4.": "Дополнение работает в Bash 4.4 и новее.",
    "Press any key to continue...": "Нажмите любую клавишу…",
    "Repeat for confirmation": "Повторите для подтверждения",
    "Error: The two entered values do not match.": "Ошибка: введённые значения не совпали.",
    "Unknown color {colour!r}": "Неизвестный цвет «{colour}»",
    "Error: invalid input": "Ошибка: непонятный ввод",
    "file": "файл",
    "Choose from:\n\t{choices}": "Выберите из:\n\t{choices}",
    "Choice({choices})": "Выбор({choices})",
    "directory": "папка",
    "path": "путь",
    "{value} is not in the range {range}.": "{value} вне промежутка {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": "«{value}» — не да и не нет. Годятся: {states}",
    "{value!r} is not a valid {number_type}.": "«{value}» — не число ({number_type}).",
    "{value!r} is not a valid UUID.": "«{value}» — не UUID.",
    "{name} {filename!r} is a file.": "«{filename}» — файл, а нужна папка.",
    "{name} {filename!r} is a directory.": "«{filename}» — папка, а нужен файл.",
    "{name} {filename!r} is not readable.": "«{filename}» нельзя прочитать: нет прав.",
    "{name} {filename!r} is not writable.": "В «{filename}» нельзя писать: нет прав.",
    "{name} {filename!r} is not executable.": "«{filename}» нельзя выполнить.",
    "{name} {filename!r} does not exist.": "«{filename}» не существует.",
    "Unknown standard stream '{name}'": "Неизвестный поток «{name}»",
    "Did you mean {possibility}?": "Похоже на: {possibility}",
    "Got unexpected extra argument ({args})": "Лишний аргумент: {args}",
    "Takes {nargs} values but 1 was given.": "Нужно значений: {nargs}, дано 1.",
    "Option {name!r} requires an argument.": "Ключу «{name}» нужно значение.",
    "{value!r} is not {choice}.": "«{value}» не годится; бывает: {choice}.",
    "{value!r} does not match the format {format}.": "«{value}» записано не по образцу {format}.",
    "{len_type} values are required, but {len_value} was given.": "Нужно значений: {len_type}, дано {len_value}.",
}

PLURAL: dict[str, str] = {
    "(Did you mean one of: {possibilities}?)": "Похоже на: {possibilities}",
    "Got unexpected extra arguments ({args})": "Лишние аргументы: {args}",
    "Takes {nargs} values but {len} were given.": "Нужно значений: {nargs}, дано {len}.",
    "Option {name!r} requires {nargs} arguments.": "Ключу «{name}» нужно значений: {nargs}.",
    "{value!r} is not one of {choices}.": "«{value}» не годится; бывает: {choices}.",
    "{value!r} does not match the formats {formats}.": "«{value}» записано не по образцам {formats}.",
    "{len_type} values are required, but {len_value} were given.": "Нужно значений: {len_type}, дано {len_value}.",
}


def _translate(message: str) -> str:
    return SINGULAR.get(message, message)


def _translate_number(singular: str, plural: str, count: int) -> str:
    return SINGULAR.get(singular, singular) if count == 1 else PLURAL.get(plural, plural)


def speak_russian() -> None:
    """Give every module of click the Russian words in place of its gettext functions."""
    for info in pkgutil.iter_modules(click.__path__):
        if info.name == "_winconsole":
            continue
        module = importlib.import_module(f"click.{info.name}")
        if hasattr(module, "_"):
            module._ = _translate
        if hasattr(module, "ngettext"):
            module.ngettext = _translate_number
