"""Reading the district's files. `read_folder` is the whole stage; the modules, in the order of the flow:

files (which files) → workbook, textfile, parquet (raw sheets) → recognise (which table) → casting, parsing (typed rows)
→ checks, schools (what is wrong) → findings (how to say it).
"""

from engine.inputs.folder import read_folder

__all__ = ["read_folder"]
