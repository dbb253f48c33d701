"""A district of many schools out of a small one: every school stands several times, under numbers of its own, with all its rows."""

from __future__ import annotations

import pandas as pd

from engine.run import Run, evaluate_tables
from engine.tables import Tables, column_types, quoted

STEP = 1000


def multiplied(run: Run, times: int) -> Run:
    """Evaluate the same rules over a district `times` as large: № 9001 is also № 10001, № 11001 and so on. Codes must be numbers.

    Counts and shares of a school are those of the original; places among schools, pairs and statistics are computed anew. Rows that were expected and
    absent are left out, so that the copy expects them itself.
    """
    rules, frames = run.program.rules, {}
    for name, table in rules.tables.items():
        columns = ", ".join(quoted(column) for column in column_types(table))
        rows = run.tables.connection.execute(f"SELECT {columns} FROM {quoted(name)} WHERE _row IS NOT NULL").df()
        if len(rows):
            frames[name] = pd.concat([_copy(rows, table.school_column, copy) for copy in range(times)], ignore_index=True) if table.school_column else rows
    tables = Tables.from_frames(rules.tables, frames)
    result, problems = evaluate_tables(run.program, tables, run.day, year=run.report_year, allow_problems=True)
    assert result is not None, problems
    return Run(run.program, tables, result, run.day, run.report_year)


def _copy(rows: pd.DataFrame, school: str, copy: int) -> pd.DataFrame:
    moved = [str(int(code) + STEP * copy) for code in rows[school]]
    changed = {school: moved}
    changed |= {column: rows[column].str.replace(r"\b9(?=\d{3}\b)", str(9 + copy), regex=True) for column in rows.columns if column.startswith("назв")}
    return rows.assign(**changed)
