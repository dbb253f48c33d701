"""Reports of a run. Run -> book (ready-to-show records) -> pages (what to show) -> templates (where) -> html, docx, pdf, xlsx."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.documents import DOCUMENTS

if TYPE_CHECKING:
    from engine.run import Run

Progress = Callable[[str], None]
REPORTS = DOCUMENTS
"""Reports by name. Each is a module of reports/pages with `write(out, schools, say) -> paths`: a new report is a module, its templates and a line in engine/documents.py.

A module that may write nothing says so beforehand: `is_made(book)`.
"""
FORMATS = {"html": "страница для просмотра и печати", "xlsx": "книга Excel", "docx": "документ Word", "pdf": "PDF"}
OF_SCHOOLS = ("schools", "signs", "risk_profile")     # what naming schools alone means
OF_EACH_SCHOOL = (*OF_SCHOOLS, "roadmap")             # what has a page for each school: the work is shared out by schools
OF_PAIRS = ("mentoring_order", "mentoring_meeting", "mentoring_note", "schools", "quality_analysis", "cycle_checklist", "site")     # what a change of pairs changes


def write_reports(run: Run, folder: Path, schools: Iterable[str] | None = None, what: Iterable[str] | None = None, progress: Progress | None = None,
                  beside: Path | None = None, formats: Iterable[str] = ("html", "xlsx"), templates: Path | None = None, processes: int = 1,
                  hide: bool = False) -> list[Path]:
    """Write the reports of a run into a folder and return their paths, the brief first.

    `beside`: the folder of the run, where pairs.json is. `what`: some of REPORTS, all by default; `schools`: codes, all by default (naming schools alone means the reports of schools only).
    `formats`: some of FORMATS. `templates`: Word templates that the district edited. `processes`: how many work side by side; more than one needs the run saved in `beside`, and so does
    `hide`: stand-ins for numbers and names of schools.
    The same run gives the same bytes. Errors: OSError when the folder cannot be written; CarelessPhraseError when a text of the rules says what no report may say;
    PageTemplateError and WordTemplateError name the template and the place.
    """
    from reports.hiding import hide_pairs, mask_of
    from reports.sharing import Part, Task, parts_of, write_aside, write_here  # not above: `explain` in a terminal needs only the words of this package

    folder.mkdir(parents=True, exist_ok=True)
    say, chosen = progress or (lambda text: None), tuple(schools) if schools else None
    wanted = tuple(what) if what else OF_SCHOOLS if chosen else tuple(REPORTS)
    with TemporaryDirectory() as aside:
        if hide:
            mask = mask_of(run)
            hide_pairs(run, beside, Path(aside))
            chosen = tuple(mask.of[code] for code in chosen) if chosen else None
        task, names = Task(folder, tuple(formats), chosen, beside, templates, Path(aside) if hide else None), [name for name in REPORTS if name in wanted]
        if processes < 2 or beside is None:
            return write_here(run, task, [Part(name) for name in names], say)
        return write_aside(task, parts_of(names, len(chosen) if chosen else len(run.evaluation.frames[run.program.school_level])), processes, say)
