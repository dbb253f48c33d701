"""The site in a real browser, opened from disk: order and filter, the address, links, console, phone, print, WCAG 2.1 AA by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.many_schools import multiplied
from engine.run import Run, run
from reports.book import Book
from reports.site import table, write_site
from reports.site.frame import Site
from reports.site.writing import write_page
from tests.browser import axe_script, chromium

ROOT = Path(__file__).parents[1]
DAY = date(2026, 9, 3)
KINDS = ("index", "table", "school_9007", "school_9036", "school_9001", "changes", "months", "objectivity", "mentoring", "methodology", "methodology_values", "methodology_data",
         "provenance")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
AXE = "tags => axe.run(document, {runOnly: tags}).then(found => [found.passes.length, found.violations.map(each => [each.id, each.nodes.map(node => node.html.slice(0, 120))])])"
SHOWN = "() => [...document.querySelectorAll('table.schools tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].innerText.replace(/\\D/g, ''))"


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def sample(browser, tmp_path_factory) -> tuple[Run, Path]:
    """After the browser: without one nothing need be computed."""
    result, problems = run(ROOT / "rules", ROOT / "sample_data", DAY)
    assert result is not None, problems
    folder = tmp_path_factory.mktemp("site")
    write_site(result, folder)
    return result, folder


@pytest.fixture
def opened(browser, sample) -> Iterator[Callable]:
    """Open pages; whatever the console says and whatever is asked from anywhere but the disk fails the test."""
    said, asked, contexts = [], [], []

    def open_page(name: str, anchor: str = "", folder: Path | None = None, **options):
        contexts.append(browser.new_context(**{"viewport": DESK, **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("file://") else None)
        page.goto(((folder or sample[1]) / f"{name}.html").as_uri() + anchor)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == [] and asked == []


def shown(page) -> list[str]:
    return page.evaluate(SHOWN)


def status(page) -> str:
    return page.inner_text(".shown").replace("\u00a0", " ")


def in_force(result: Run, name: str) -> set[str]:
    return set(np.array(result.evaluation.frames["школа"].codes)[result.evaluation.status(name) == 1])


# ---------------------------------------------------------------- every kind of page


@pytest.mark.parametrize("name", KINDS)
def test_a_page_has_no_fault_axe_can_find(opened, name):
    """At the desk and, where the layout differs, on a phone; details open, so that nothing is passed over. Axe must have checked something."""
    for viewport in (DESK, PHONE) if name in ("index", "table", "school_9007") else (DESK,):
        page = opened(name, viewport=viewport)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate(axe_script())
        passed, found = page.evaluate(AXE, RULES)
        assert found == [] and passed > 15, (name, viewport["width"])


@pytest.mark.parametrize("name", KINDS)
def test_a_phone_scrolls_in_one_direction(opened, name):
    page = opened(name, viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", KINDS)
def test_grey_loses_nothing_and_paper_has_no_navigation(opened, name):
    """Colours are taken away by the browser; a status keeps its word. In print the navigation is gone and the text is there."""
    page = opened(name)
    page.emulate_media(media="print")
    assert not page.is_visible("header.site") and page.is_visible("h1") and page.is_visible("footer.site")
    assert page.evaluate("[...document.querySelectorAll('.status')].every(each => each.innerText.trim().length > 2)")


def test_every_link_of_the_navigation_opens(opened):
    page = opened("index")
    for place in range(page.locator("header.site a").count()):
        title = page.locator("header.site a").nth(place).inner_text()
        page.locator("header.site a").nth(place).click()
        assert page.locator("header.site a[aria-current=page]").inner_text() == title
        assert page.is_visible("h1")
    page.go_back()
    page.locator(".crumbs a").first.click()
    assert page.url.endswith("index.html")


def test_the_keyboard_finds_the_content_first(opened):
    page = opened("school_9007")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip" and page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")


# ---------------------------------------------------------------- the table


def test_schools_come_by_number_and_all_are_shown(opened, sample):
    page = opened("table")
    assert shown(page) == sorted(sample[0].evaluation.frames["школа"].codes)
    assert status(page) == "показано 44 школы из 44"
    assert page.get_attribute("th[data-order=place]", "aria-sort") == "ascending"


def test_a_filter_by_text_finds_numbers_and_names(opened, sample):
    page = opened("table")
    page.fill("input[name=q]", "902")
    assert shown(page) == [code for code in sorted(sample[0].evaluation.frames["школа"].codes) if "902" in code]
    page.fill("input[name=q]", "ГИМНАЗИЯ")
    names = {school.code for school in Book(sample[0]).schools if "гимназия" in school.name.lower()}
    assert set(shown(page)) == names and names
    page.fill("input[name=q]", "9007")
    assert shown(page) == ["9007"] and status(page) == "показана 1 школа из 44"
    page.fill("input[name=q]", "нет такой")
    assert shown(page) == [] and status(page) == "показано 0 школ из 44"
    page.click("button[type=reset]")
    assert page.input_value("input[name=q]") == "" and page.url.endswith("#")


def test_a_filter_by_group_shows_the_schools_of_the_run(opened, sample):
    """Counted from the columns of the run; the live region says how many, with the right form of the noun."""
    page, total = opened("table"), len(sample[0].evaluation.frames["школа"].codes)
    for name in ("шнор_стабильно", "шнор", "шнсу", "зона_риска", "признаки_необъективности"):
        block = sample[0].program.rules.categories[name]
        page.select_option("select[name=g]", label=(block.short or block.title))
        assert set(shown(page)) == in_force(sample[0], name), name
        count = len(in_force(sample[0], name))
        assert status(page).startswith(f"показана {count} школа" if count == 1 else f"показано {count} {'школы' if count in (2, 3, 4) else 'школ'}") and status(page).endswith(f"из {total}")
    page.select_option("select[name=g]", label="не определены")
    assert set(shown(page)) == {school.code for school in Book(sample[0]).schools if school.missing_named}
    page.select_option("select[name=g]", label="зона риска")
    page.fill("input[name=q]", "9002")
    assert shown(page) == ["9002"], "both filters together"
    assert page.get_attribute(".shown", "role") == "status"


def test_orders_are_those_promised_and_ties_keep_the_number(opened, sample):
    page, result = opened("table"), sample[0]
    book = Book(result)
    discreet = book.discreet
    page.click("th[data-order=term] button")
    first = {school.code: next((measure.next_order for measure in discreet.measures(school) if not measure.past), None) for school in book.schools}
    dated = sorted((code for code in first if first[code]), key=lambda code: (first[code][1], code))
    assert shown(page) == [*dated, *sorted(code for code in first if not first[code])], "without a term last"
    assert page.get_attribute("th[data-order=term]", "aria-sort") == "ascending" and page.get_attribute("th[data-order=place]", "aria-sort") is None
    page.click("th[data-order=term] button")
    assert page.get_attribute("th[data-order=term]", "aria-sort") == "descending"
    backwards = sorted((code for code in first if first[code]), key=lambda code: (-first[code][1], code))
    assert shown(page) == [*backwards, *sorted(code for code in first if not first[code])], "still last"
    page.click("th[data-order=missing] button")
    missing = sorted(school.code for school in book.schools if school.missing_named)
    assert sorted(shown(page)[:len(missing)]) == missing
    page.click("th[data-order=place] button")
    page.click("th[data-order=place] button")
    assert shown(page) == sorted(first, reverse=True)


def test_an_order_of_text_groups_equal_rows(opened, sample):
    page = opened("table")
    page.click("th[data-order=group] button")
    texts = page.evaluate("[...document.querySelectorAll('table.schools tbody tr')].map(row => row.cells[2].innerText)")
    seen = list(dict.fromkeys(texts))
    assert [text for group in seen for text in texts if text == group] == texts, "equal groups stand together"
    assert texts[-1] == "", "a school whose groups are not known stands last"


def test_the_keyboard_sorts(opened):
    page = opened("table")
    page.focus("th[data-order=name] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th[data-order=name]", "aria-sort") == "ascending"


def test_the_address_keeps_order_and_filter(opened, sample):
    page = opened("table")
    page.fill("input[name=q]", "90")
    page.select_option("select[name=g]", label="зона риска")
    page.click("th[data-order=term] button")
    page.click("th[data-order=term] button")
    before, address = shown(page), page.url
    assert "s=term" in address and "d=down" in address
    page.reload()
    assert shown(page) == before and page.input_value("input[name=q]") == "90"
    again = opened("table", "#" + address.partition("#")[2])
    assert shown(again) == before and status(again) == status(page)


@pytest.mark.parametrize("anchor", ["#s=value&d=down", "#g=нет-такой", "#content", "#q=%E0%A4%A", "#=&&="])
def test_an_address_nobody_wrote_breaks_nothing(opened, anchor):
    page = opened("table", anchor)
    assert len(shown(page)) == (0 if "q=" in anchor else 44)
    assert page.is_visible("form.filter")


def test_the_skip_link_keeps_the_filter(opened):
    page = opened("table", "#q=9007")
    page.focus("a.skip")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content") and shown(page) == ["9007"]


def test_without_a_script_it_is_a_plain_table(opened):
    page = opened("table", java_script_enabled=False)
    assert page.locator("table.schools tbody tr").count() == 44 and not page.is_visible("form.filter")
    assert page.locator("th button").count() == 0 and page.is_visible("th[data-order=term]")


def test_a_phone_may_choose_the_order_too(opened):
    """Heads of columns are not shown on a phone; the order is chosen in a list."""
    page = opened("table", viewport=PHONE)
    assert not page.is_visible("th button")
    page.select_option("select[name=s]", label="ближайший срок")
    assert "s=term" in page.url and shown(page)[0] != "9001"


def test_a_name_of_markup_is_seen_as_text(opened, tmp_path):
    from tests.test_site import tiny
    folder = tmp_path / "hostile"
    write_site(tiny(tmp_path, [("9001", "<script>document.title = 'взломано'</script><img src=x onerror=alert(1)>", 40.0)]), folder)
    for name in ("table", "school_9001", "index"):
        page = opened(name, folder=folder)
        assert "взломано" not in page.title() and page.locator("main img").count() == 0
    assert opened("table", folder=folder).locator("tbody td").nth(1).inner_text().startswith("<script>")


def test_seven_hundred_schools(opened, sample, tmp_path):
    """The same table sixteen times as long: counts stay those of the run."""
    large = multiplied(sample[0], 16)
    write_page(next(Site(Book(large)).of_part(table)), tmp_path)
    page = opened("table", folder=tmp_path)
    assert len(shown(page)) == 704 and status(page) == "показано 704 школы из 704"
    page.select_option("select[name=g]", label="зона риска")
    assert set(shown(page)) == in_force(large, "зона_риска")
    page.click("button[type=reset]")
    page.click("th[data-order=place] button")
    codes = shown(page)
    assert codes == sorted(codes, key=int, reverse=True)
