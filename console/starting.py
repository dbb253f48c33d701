"""`school-risk init`: a district's own copy of the rules and of the sample data."""

from __future__ import annotations

import shutil
from pathlib import Path

import click


def start_district(home: Path, folder: Path) -> bool:
    """Copy rules and sample data into a new folder. Nothing that exists is overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        click.echo(f"«{folder}» уже существует и не пуста; ничего не записано. Назовите новую папку.", err=True)
        return False
    ignored = shutil.ignore_patterns("__pycache__", "*.py", "*.pyc")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(home / "rules", folder / "rules", ignore=ignored)
        shutil.copytree(home / "sample_data", folder / "data", ignore=ignored)
    except OSError as error:
        click.echo(f"Папку «{folder}» не создать: {error.strerror}.", err=True)
        return False
    click.echo(f"Готово: {folder}")
    click.echo(f"  {folder / 'rules'} — правила, их можно править; как — в rules/README.md")
    click.echo(f"  {folder / 'data'} — учебные данные, замените своими")
    click.echo(f"Дальше: cd {folder} && school-risk run --date 2026-09-03")
    return True
