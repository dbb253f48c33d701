"""Chromium for tests. Where none is installed the tests are skipped and say why; where one is promised (CI sets SCHOOL_RISK_BROWSER=required) they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_REQUIRED = os.environ.get("SCHOOL_RISK_BROWSER") == "required"


@contextmanager
def chromium() -> Iterator:
    """Start the system's Chromium without a window. It is never downloaded. As root it runs only without its sandbox, in a container with little shared memory."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("нет пакета playwright (pip install '.[test]')")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        _absent("нет Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def _absent(why: str) -> None:
    (pytest.fail if _REQUIRED else pytest.skip)(f"Проверки в браузере: {why}.")


def axe_script() -> str:
    """Return axe-core, which checks pages for accessibility. It travels in a Python package, so that nothing is fetched."""
    try:
        import axe_playwright_python
    except ImportError:
        _absent("нет пакета axe-playwright-python (pip install '.[test]')")
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
