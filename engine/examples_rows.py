"""Examples of table indicators: a few invented rows of one school, run through the real scan."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import model
from engine.contract import Stage as ContractStage
from engine.contract import finished_year
from engine.frames import Frame, with_common
from engine.indicators import UNIT, IndicatorEngine, slice_table
from engine.program import HIGH, REASON, SIZE, VALUE, IndicatorPlan, Program
from engine.tables import Tables
from engine.values import Numbers, Value

_SCHOOL = "пример"


def rows_outcome(program: Program, plan: IndicatorPlan, example: model.Example, given: dict[str, Value]) -> tuple[float, float]:
    """Compute a table indicator over the example's rows -> bounds of its value, NaN when missing.

    A column the example does not name is empty; a key it does not name is one word for all rows; the year is the report year.
    Errors: ValueError for a row that names an unknown column, or when a slice comes out with several values.
    """
    year = finished_year(program)
    tables = Tables.from_frames(program.rules.tables, {})
    frames = _frames(program, tables, given)
    engine = IndicatorEngine(program, tables, frames, year)
    _put_rows(program, plan, example, tables, engine, year)
    engine.compute([plan])
    if not plan.keys:
        value = frames[plan.level].columns[plan.name]
        return float(value.low[0]), float(value.high[0])
    found = tables.connection.execute(f'SELECT "{VALUE}", "{HIGH}" FROM "{slice_table(plan.name)}"').fetchall()
    if len(found) != 1:
        raise ValueError(f"по строкам примера выходит значений: {len(found)}, а нужно одно")
    low, high = found[0]
    return (np.nan, np.nan) if low is None else (float(low), float(high))


def _frames(program: Program, tables: Tables, given: dict[str, Value]) -> dict[str, Frame]:
    registry, key = program.rules.registry, program.school_level
    tables.connection.execute(f'INSERT INTO "{registry}" ("{key}", _source, _row, _status) VALUES (\'{_SCHOOL}\', 0, 1, 0)')
    tables.refresh(registry)
    stage = ContractStage(program, tables, 0, False)
    frames = stage.frames()
    for level in program.levels[1:]:
        frames[level] = Frame(level, (_SCHOOL,), dict(frames[level].columns))
        frames[key].parents[level] = np.zeros(1, np.int32)
    frames[key].columns |= given
    return with_common(frames)


def _put_rows(program: Program, plan: IndicatorPlan, example: model.Example, tables: Tables, engine: IndicatorEngine, year: int) -> None:
    import pandas as pd
    if plan.over_slice:
        _put_slice(program, plan, example, tables, engine, year)
        return
    table = program.rules.tables[plan.table]
    fillers = {key: 0 if table.columns[key].type in ("число", "целое", "дата") else _SCHOOL for key in table.keys}
    rows = [_row(row, [name for name, block in table.columns.items() if block.formula is None], fillers, plan.year, year) for row in example.rows]
    data = pd.DataFrame(rows)
    if table.school_column is not None:
        data[table.school_column] = _SCHOOL
    filled = Tables.from_frames({plan.table: table}, {plan.table: data})
    columns = ", ".join(f'"{name}"' for name in [*data.columns, "_source", "_row", "_status"])
    relation = filled.connection.execute(f'SELECT {columns} FROM "{plan.table}"').df()
    tables.connection.register("_примеры", relation)
    tables.connection.execute(f'INSERT INTO "{plan.table}" ({columns}) SELECT {columns} FROM _примеры')
    tables.connection.unregister("_примеры")
    stage = ContractStage(program, tables, year, False)
    stage.computed_columns()
    stage.index_units()
    tables.info[plan.table].supplied = True
    tables.refresh(plan.table)


def _put_slice(program: Program, plan: IndicatorPlan, example: model.Example, tables: Tables, engine: IndicatorEngine, year: int) -> None:
    import pandas as pd
    inner = program.slices[plan.table]
    fillers = {key: 0 if inner.columns[key].what == "number" else _SCHOOL for key in inner.keys}
    rows = [_row(row, [*inner.keys, VALUE, SIZE], fillers, plan.year, year) for row in example.rows]
    data = pd.DataFrame(rows, columns=[*inner.keys, VALUE, SIZE])
    data[UNIT] = np.int32(0)
    for name in (VALUE, SIZE):
        data[name] = pd.to_numeric(data[name]).astype(float)
    data[HIGH], data[REASON] = data[VALUE], np.where(data[VALUE].isna(), 2, 0).astype(np.int8)
    tables.connection.register("_примеры", data)
    fields = ", ".join(f'CASE WHEN isnan("{name}") THEN NULL ELSE "{name}" END AS "{name}"' if name in (VALUE, SIZE, HIGH) else f'"{name}"' for name in data.columns)
    tables.connection.execute(f'CREATE TABLE "{slice_table(plan.table)}" AS SELECT {fields} FROM _примеры')
    tables.connection.unregister("_примеры")
    engine.exact_slices.add(plan.table)


def _row(row: dict[str, Any], known: list[str], fillers: dict[str, Any], year_column: str | None, year: int) -> dict[str, Any]:
    unknown = [name for name in row if name not in known]
    if unknown:
        raise ValueError(f"в строке примера нет такого столбца: «{unknown[0]}»")
    filled: dict[str, Any] = dict(fillers)
    if year_column is not None:
        filled[year_column] = year
    filled |= {name: None if value == "нет данных" else value for name, value in row.items()}
    return filled


__all__ = ["Numbers", "rows_outcome"]
