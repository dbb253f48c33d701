"""Sheets -> typed rows in DuckDB: clean texts are cast in SQL, set by set; whatever is not clean goes through `parsing`, once per distinct text."""

from __future__ import annotations

import duckdb

from engine.inputs.findings import Findings
from engine.inputs.parsing import AMBIGUOUS, MISSING, Parsed, Parser, Words, may_group, parser_for, words_of
from engine.inputs.recognise import Match
from engine.inputs.sheet import RawSheet, as_text
from engine.model import Column, Table
from engine.tables import SERVICE, RowStatus, column_types, columns_of, create_table, literal, one_row, ordinal, quoted, sql_type

Connection = duckdb.DuckDBPyConnection
LEFT = "_left"  # texts of a row that SQL could not cast, one for each column of CAST_TYPES; NULL in a clean row
COMMAS = "_commas"  # bit k of a row: in column k of CAST_TYPES the comma of a text surely is a decimal one
CAST_TYPES = ("число", "целое", "учебный год", "дата", "да/нет")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_NUMERIC = (*_WHOLE, "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")
_BATCH = 100_000
_LISTED = 100
_EDGES = literal(" \t\r\n\u00a0")


class Intake:
    """Takes the sheets of one table in, in their order. DuckDB scans a body itself; rows walked in Python wait to go in together."""

    def __init__(self, connection: Connection, name: str, table: Table):
        self._connection, self._name, self._table = connection, name, table
        self._columns = column_types(table)
        self._waiting: list[list] = []
        create_table(connection, name, self._columns)
        connection.execute(f"ALTER TABLE {quoted(name)} ADD COLUMN {LEFT} VARCHAR[]")
        connection.execute(f"ALTER TABLE {quoted(name)} ADD COLUMN {COMMAS} HUGEINT")

    def add(self, sheet: RawSheet, match: Match, source: int) -> None:
        """Append the rows of a sheet: first as a scan with numbers as numbers, if all are clean, then as a scan of texts, then row by row."""
        outcome = None
        for wanted in (_native_types(self._table, match), {}):
            outcome = outcome if outcome is not None else self._scan(sheet, match, source, wanted)
        if not outcome:
            self._walk(sheet, match, source)

    def flush(self) -> None:
        """Insert the rows that wait."""
        if not self._waiting:
            return
        import pandas  # a third of a second: only folders with workbooks pay for it

        *cells, sources, rows = zip(*self._waiting, strict=True)
        texts = {f"c{position}": pandas.Series(column, dtype="str") for position, column in enumerate(cells)}
        self._connection.register("_waiting", pandas.DataFrame({**texts, "_source": sources, "_row": rows, "_letter": None}))
        self._insert({column: (f"c{position}", "VARCHAR") for position, column in enumerate(self._columns)}, "_source", "_waiting")
        self._connection.unregister("_waiting")
        self._waiting.clear()

    def take(self, relation: str) -> None:
        """Append rows that a reader of formats has made: a relation with typed columns of the contract, `_source`, `_row`, `_letter`."""
        self.flush()
        given = columns_of(self._connection, relation)
        inputs = {column: (quoted(column), given[column]) if column in given else ("CAST(NULL AS VARCHAR)", "VARCHAR") for column in self._columns}
        self._insert(inputs, "_source", quoted(relation))

    def _scan(self, sheet: RawSheet, match: Match, source: int, wanted: dict[int, str]) -> bool | None:
        """Let DuckDB read the body. Return None when a cell is not of the type wanted, False when only a walk will do."""
        scan = sheet.body.scan(match.first_row, wanted)
        if scan is None:
            return False
        self.flush()
        try:
            count = self._insert({column: _input(column, match, scan.types) for column in self._columns}, str(source), scan.relation)
        except duckdb.ConversionException:
            return None if wanted else False
        except duckdb.InvalidInputException:
            return None if sheet.body.settle_encoding() and wanted else False
        if scan.lines is None or count == scan.lines or not sheet.body.has_blank_lines():
            return True
        self._connection.execute(f"DELETE FROM {quoted(self._name)} WHERE _source = ?", [source])
        return False

    def _walk(self, sheet: RawSheet, match: Match, source: int) -> None:
        keys = frozenset(match.columns[key] for key in self._table.keys if key in match.columns)
        given = [(match.columns.get(column), match.constants.get(column)) for column in self._columns]
        for number, row in sheet.body.rows(match.first_row, keys):
            cells = [(as_text(row[index]) if index < len(row) else None) if index is not None else constant for index, constant in given]
            self._waiting.append([*cells, source, number])
            if len(self._waiting) == _BATCH:
                self.flush()

    def _insert(self, inputs: dict[str, tuple[str, str]], source: str, relation: str) -> int:
        """Insert a relation; `inputs` are SQL for each column as the file has it, and its type there."""
        inner, doubts, commas = [], {}, ["0::HUGEINT"]
        for position, (column, kind) in enumerate(self._columns.items()):
            block, (given, given_type) = self._table.columns[column], inputs[column]
            inner += [f"{given} AS i{position}", f"CAST({_cast(block, given, given_type)} AS {kind}) AS v{position}"]
            if block.type in CAST_TYPES:
                if given_type == "VARCHAR" and may_group(block):
                    sure = f"contains(i{position}, ',') AND NOT {ambiguous(f'i{position}')}"
                    commas.append(f"CASE WHEN {sure} THEN {1 << len(doubts)} ELSE 0 END")
                doubts[position] = _doubt(block, position, given_type)
        left = ", ".join(f"CASE WHEN {doubt} THEN CAST(i{position} AS VARCHAR) END" for position, doubt in doubts.items())
        rest = f"CASE WHEN {' OR '.join(doubts.values())} THEN [{left}] END" if doubts else "NULL"
        school = f"v{list(self._columns).index(self._table.school_column)}" if self._table.school_column else "NULL"
        letter = "_letter" if source == "_source" else "NULL"
        read = [f"v{position}" for position in range(len(self._columns))]
        values = ", ".join([*read, source, "_row", str(int(RowStatus.OK)), school, letter, rest, " + ".join(commas)])
        fields = ", ".join([*map(quoted, self._columns), *SERVICE, LEFT, COMMAS])
        typed = f"SELECT {', '.join(inner)}, {'_source, _letter, ' if source == '_source' else ''}_row FROM {relation}"
        return one_row(self._connection, f"INSERT INTO {quoted(self._name)} ({fields}) SELECT {values} FROM ({typed})")[0]


def _native_types(table: Table, match: Match) -> dict[int, str]:
    """Return the positions that DuckDB may parse as numbers; where a number can be a hidden mark, it is read as text."""
    blocks = {index: table.columns[column] for column, index in match.columns.items()}
    return {index: "DOUBLE" for index, block in blocks.items() if block.type in ("число", "целое", "учебный год") and not block.hidden}  # BIGINT reads 1.5 as 2


def _doubt(column: Column, position: int, given: str) -> str:
    """Return SQL that is true where the cast is not the whole truth and `parsing` must look at the text."""
    if column.type == "целое" and given in ("FLOAT", "DOUBLE"):
        return f"i{position} IS DISTINCT FROM v{position}"
    unread = f"v{position} IS NULL AND i{position} IS NOT NULL"
    return f"{unread} OR {ambiguous(f'i{position}')}" if given == "VARCHAR" and may_group(column) else unread


def ambiguous(text: str) -> str:
    """Return SQL that is true for a text that may be thousands as well as a fraction: «1,234». The cheap test stands first."""
    return f"({text}[-4] = ',' AND regexp_full_match({text}, {literal(AMBIGUOUS)}))"


def _input(column: str, match: Match, types: tuple[str, ...]) -> tuple[str, str]:
    """Return SQL for what the file says of a column, and the type it has there."""
    if column in match.columns:
        index = match.columns[column]
        return f"c{index}", types[index]
    constant = match.constants.get(column)
    return (literal(constant) if constant is not None else "CAST(NULL AS VARCHAR)"), "VARCHAR"


# ---------------------------------------------------------------- clean texts, in SQL


def _cast(column: Column, text: str, given: str) -> str:
    """Return SQL that casts a clean text, or a value of a Parquet type, and gives NULL for anything else."""
    if given != "VARCHAR":
        return _cast_native(column, text, given)
    if column.hidden and column.type in CAST_TYPES:
        marks = ", ".join(literal(mark) for mark in column.hidden)
        return f"CASE WHEN trim({text}, {_EDGES}) NOT IN ({marks}) THEN {_cast_text(column, text)} END"
    return _cast_text(column, text)


def _cast_text(column: Column, text: str) -> str:
    match column.type or "текст":
        case "целое":
            return f"CASE WHEN {text} NOT GLOB '*[!0-9]*' THEN TRY_CAST({text} AS BIGINT) END"
        case "учебный год":
            return f"CASE WHEN length({text}) = 4 AND TRY_CAST({text} AS INTEGER) BETWEEN 1901 AND 2199 THEN TRY_CAST({text} AS INTEGER) END"
        case "число":
            plain = f"TRY_CAST({text} AS DOUBLE)"
            if column.decimal == "точка":
                return f"CASE WHEN isfinite({plain}) AND NOT contains({text}, '_') THEN {plain} END"
            comma = f"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)"
            return f"CASE WHEN contains({text}, '_') THEN NULL WHEN isfinite({plain}) THEN {plain} WHEN isfinite({comma}) THEN {comma} END"
        case "дата":
            return f"CASE WHEN length({text}) = 10 AND {text}[5] = '-' THEN {ordinal(f'TRY_CAST({text} AS DATE)')} END"
        case "да/нет":
            return f"CASE {text} WHEN 'да' THEN TRUE WHEN 'нет' THEN FALSE END"
        case "код" | "школа":
            return f"nullif({text}, '')"
        case "текст":
            return text if _is_dictionary(column) else _free_text(text)
    raise AssertionError(column.type)


def _free_text(text: str) -> str:
    trimmed = f"nullif(trim({text}, {_EDGES}), '')"
    marks = ", ".join(literal(mark) for mark in sorted(MISSING))
    return f"CASE WHEN length({text}) > 12 OR lower({trimmed}) NOT IN ({marks}) THEN {trimmed} END"


def _cast_native(column: Column, value: str, given: str) -> str:
    numeric, exact = given.startswith(_NUMERIC), given.startswith(_NUMERIC) and given not in ("FLOAT", "DOUBLE")
    whole = f"CASE WHEN {value} = floor({value}) AND abs({value}) <= 9007199254740992 THEN CAST({value} AS BIGINT) END" if numeric else ""
    match column.type:
        case "число" if exact:
            return value
        case "число" if numeric:
            return f"CASE WHEN isfinite({value}) THEN {value} END"
        case "целое" if given in _WHOLE:
            return value
        case "целое" if given in ("FLOAT", "DOUBLE"):
            return f"TRY_CAST({value} AS BIGINT)"
        case "учебный год" if numeric:
            return f"CASE WHEN {value} BETWEEN 1901 AND 2199 AND {value} = floor({value}) THEN {value} END"
        case "целое" if numeric:
            return whole
        case "код" | "школа" if numeric:
            return f"coalesce(CAST({whole} AS VARCHAR), CAST({value} AS VARCHAR))"
        case "дата" if given.startswith(("DATE", "TIMESTAMP")):
            return ordinal(value)
        case "да/нет" if given == "BOOLEAN":
            return value
    return _cast_text(column, f"CAST({value} AS VARCHAR)")


def _is_dictionary(column: Column) -> bool:
    """Return whether a text column is read through its distinct values."""
    kind = column.type or "текст"
    return kind in ("код", "школа") or (kind == "текст" and bool(column.allowed or column.reference or column.hidden))


# ---------------------------------------------------------------- the rest, by distinct texts


def resolve(connection: Connection, name: str, table: Table, references: dict[str, Words], findings: Findings) -> None:
    """Give every cell that SQL left its value, or a finding of what is wrong with it."""
    left, some_left = 0, one_row(connection, f"SELECT count({LEFT}) FROM {quoted(name)}")[0] > 0
    for column in column_types(table):
        block = table.columns[column]
        words = words_of(block, references)
        parser = parser_for(block, words, is_key=column in table.keys)
        if block.type in CAST_TYPES:
            left += 1
            if some_left:
                texts = _distinct(connection, name, f"{LEFT}[{left}]")
                _settle(connection, name, table, column, f"{LEFT}[{left}]", [(text, parser(text)) for text in texts], findings)
        elif _is_dictionary(block):
            texts = _distinct_codes(connection, name, column, block) if words is None else _distinct(connection, name, quoted(column), _clean(words, parser))
            _settle(connection, name, table, column, quoted(column), [(text, parser(text)) for text in texts], findings)


def _distinct(connection: Connection, name: str, value: str, clean: list[str] | None = None) -> list[str]:
    known = f" AND {value} NOT IN ({', '.join(map(literal, clean))})" if clean else ""
    return [text for text, in connection.execute(f"SELECT DISTINCT {value} FROM {quoted(name)} WHERE {value} IS NOT NULL{known}").fetchall()]


def _distinct_codes(connection: Connection, name: str, column: str, block: Column) -> list[str]:
    """Return the different codes that need a second look: Latin letters and digits do not, unless a mark of hidden numbers may be among them."""
    texts = f"SELECT DISTINCT {quoted(column)} AS text FROM {quoted(name)}"
    suspect = "text IS NOT NULL" if block.hidden else "text GLOB '*[!0-9A-Za-z]*'"
    return [text for text, in connection.execute(f"SELECT text FROM ({texts}) WHERE {suspect}").fetchall()]


def _clean(words: Words, parser: Parser) -> list[str]:
    """Return the words that stand for themselves, if they are few enough to list in a query."""
    return [word for word in words if parser(word) == Parsed(word)] if len(words) <= _LISTED else []


def _settle(connection: Connection, name: str, table: Table, column: str, source: str, parsed: list[tuple[str, Parsed]], findings: Findings) -> None:
    """Replace texts by what they were found to be; `source` is SQL of the text."""
    changed = [(text, outcome) for text, outcome in parsed if outcome.value != text]
    if not changed:
        return
    _mapping(connection, changed, sql_type(table.columns[column]))
    joined = f"{quoted(name)} AS t JOIN _mapping AS m ON t.{source} = m.text"
    findings.add(name, column, f"SELECT t._source, t._row, m.text, m.code FROM {joined} WHERE m.code <> ''")
    settings = [f"{quoted(column)} = m.value", f"_status = CASE WHEN m.hidden THEN {int(RowStatus.HIDDEN)} ELSE t._status END"]
    settings += ["_code_as_given = m.value"] if column == table.school_column else []
    connection.execute(f"UPDATE {quoted(name)} AS t SET {', '.join(settings)} FROM _mapping AS m WHERE t.{source} = m.text")


def _mapping(connection: Connection, changed: list[tuple[str, Parsed]], kind: str) -> None:
    parameters = {"texts": [text for text, _ in changed], "values": [outcome.value for _, outcome in changed],
                  "codes": [outcome.code for _, outcome in changed], "hidden": [outcome.hidden for _, outcome in changed]}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE _mapping AS SELECT unnest($texts::VARCHAR[]) AS text, unnest($values::{kind}[]) AS value,"
                       " unnest($codes::VARCHAR[]) AS code, unnest($hidden::BOOLEAN[]) AS hidden", parameters)


def finish(connection: Connection, name: str) -> None:
    """Drop what was only needed for reading."""
    if LEFT in columns_of(connection, name):
        connection.execute(f"ALTER TABLE {quoted(name)} DROP COLUMN {LEFT}")
        connection.execute(f"ALTER TABLE {quoted(name)} DROP COLUMN {COMMAS}")
