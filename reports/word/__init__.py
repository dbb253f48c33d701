"""Word and PDF of the documents. A template is a .docx that a secretary edits in Word; what she changed shows in the .docx and in the PDF, which is set from it.

text of a template (templates/word/*.txt) -> template.docx (`templates.py`, `styles.py`) -> filled .docx (`fill.py`, charts by `pictures.py`) -> PDF (`typeset.py`, `layout.py`).
"""
