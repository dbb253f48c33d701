"""An error of our own: said as ours, with what a developer needs, kept in a file."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path
from tempfile import gettempdir

import click


def show_internal_error(error: BaseException) -> None:
    """Say that the fault is ours and write the details to a file whose name is shown."""
    text = "".join(traceback.format_exception(error))
    number = hashlib.sha256(text.encode()).hexdigest()[:8]
    path = Path(gettempdir()) / f"school-risk-{number}.txt"
    path.write_text(text, encoding="utf-8")
    click.echo(f"Внутренняя ошибка {number}, это не ваша вина: {type(error).__name__}: {str(error)[:300]}", err=True)
    click.echo(f"Подробности для разработчиков: {path}. Расчёт остановлен, ничего не изменено.", err=True)
