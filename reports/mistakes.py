"""What stops a report that is not the fault of its words: a template, a page that could not be set."""

from __future__ import annotations


class ReportError(Exception):
    """A report that could not be made; the text names the template and the place, or the document, and says what to do."""


class WordTemplateError(ReportError):
    """A template that Word saved but that cannot be filled."""


class PageTemplateError(ReportError):
    """A template of a page that cannot be rendered."""


class PdfError(ReportError):
    """A document that could not be set as PDF."""
