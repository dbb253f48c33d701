"""Formulas over groups of rows -> SQL: aggregates that know what they do not know, and functions over years.

Each aggregate sees the rows of its window that pass «где». A row about which «где» is unknown stays possible: counts,
`максимум` and `минимум` become bounds, everything else becomes NULL unless the block says how much is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from engine import model
from engine import tree as t
from engine.sqlrow import FALSE, INFINITY, NULL, TRUE, RowSql, Sql, arithmetic, both, case, double, is_known, is_null, is_zero, not_false, number, settled
from engine.values import Reason

MINUS_INFINITY = exp.Neg(this=INFINITY.copy())


@dataclass(frozen=True)
class Rows:
    """What the compiler must know about the rows of one indicator.

    `years`: the window, oldest first, or None when the table has no year. `zero_when_absent`: «отсутствие строк: ноль» and the window is covered by what was read; None for ordinary tables.
    `breaks`: (first year of the new series, SQL condition on a row or None for every row). `one_a_year`: the key allows a group one row a year.
    """

    year: exp.Expression | None
    years: tuple[int, ...] | None
    report_year: int
    zero_when_absent: bool | None
    status: exp.Expression | None
    open_window: bool
    breaks: tuple[tuple[int, exp.Expression | None], ...] = ()
    one_a_year: bool = False


@dataclass
class Grounds:
    """Why a value may be NULL: (condition, reason), the first that holds is the reason."""

    reasons: list[tuple[exp.Expression, Reason]] = field(default_factory=list)

    def add(self, condition: exp.Expression, reason: Reason) -> None:
        self.reasons.append((condition.copy(), reason))


class Aggregates:
    """The aggregates of one scan, each computed once under a short name; formulas refer to the names."""

    def __init__(self) -> None:
        self.nodes: dict[str, exp.Expression] = {}
        self._names: dict[str, str] = {}

    def take(self, node: exp.Expression, condition: exp.Expression | None = None) -> exp.Expression:
        """Return a reference to an aggregate over the rows that meet `condition` (all rows when None)."""
        if condition is not None:
            node = _restricted(node, condition)
        text = node.sql(dialect="duckdb", copy=False)
        name = self._names.setdefault(text, f"v{len(self._names)}")
        self.nodes.setdefault(name, node)
        return exp.column(name, table="a")

    def rows(self, condition: exp.Expression | None) -> exp.Expression:
        """Return a reference to the number of rows that meet a condition."""
        return self.take(exp.Count(this=exp.Star()), condition)


def _restricted(node: exp.Expression, condition: exp.Expression) -> exp.Expression:
    """An aggregate over the rows that meet a condition. DuckDB does CASE inside an aggregate in half the time of FILTER around it."""
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return exp.Coalesce(this=exp.CountIf(this=condition), expressions=[number(0)])
    if isinstance(node, (exp.Sum, exp.Avg, exp.Max, exp.Min)):
        return type(node)(this=case((condition, node.this)))
    return exp.Filter(this=node, expression=exp.Where(this=condition))


def of_one_row(node: exp.Expression) -> exp.Expression | None:
    """Write an aggregate of this module as what it is over a group of one row; None for aggregates that need the group."""
    match node:
        case exp.Sum() | exp.Max() | exp.Min():
            return node.this
        case exp.Avg():
            return double(node.this)
        case exp.Coalesce(this=exp.CountIf() as count):
            return case((count.this, number(1)), otherwise=number(0))
        case exp.Count(this=exp.Star()):
            return number(1)
    return None


def _over(count: exp.Expression, least: int = 0) -> exp.Expression:
    return exp.GT(this=count, expression=number(least))


def _call(name: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=[item.copy() for item in arguments])


_STRICT: dict[str, Callable[..., exp.Expression]] = {
    "сумма": lambda x: exp.Sum(this=x.copy()),
    "среднее": lambda x: exp.Avg(this=x.copy()),
    "медиана": lambda x: _call("MEDIAN", x),
    "стандартное_отклонение": lambda x: _call("STDDEV_SAMP", x),
}


class GroupSql(RowSql):
    """Compiles what stands around aggregates. `row` compiles what stands inside them."""

    def __init__(self, refer: Callable[[t.Reference], Sql], row: RowSql, rows: Rows, block: model.Indicator, where: t.Tree | None, bank: Aggregates, formula: t.Tree | None):
        super().__init__(refer)
        self.bank = bank
        self.row, self.rows, self.block = row, rows, block
        self.where = row.condition(where) if where is not None else None
        self.grounds = Grounds()
        self.one_year: int | None = None
        self.whole = self._whole_rows(formula) if self._relaxed and formula is not None else None
        self.ranks: dict[t.Tree, tuple[Sql, Sql]] = {}

    # ------------------------------------------------------------ which rows

    def window(self) -> exp.Expression | None:
        """The rows of the window (two-valued), or None when every row counts."""
        if self.rows.year is None:
            return None
        if self.one_year is not None:
            return exp.EQ(this=self.rows.year.copy(), expression=number(self.one_year))
        years = self.rows.years or ()
        if self.rows.open_window:
            return exp.LTE(this=self.rows.year.copy(), expression=number(self.rows.report_year))
        if len(years) == 1:
            return exp.EQ(this=self.rows.year.copy(), expression=number(years[0]))
        return exp.Between(this=self.rows.year.copy(), low=number(years[0]), high=number(years[-1]))

    def chosen(self, extra: t.Tree | None) -> Sql | None:
        """«где» of the block and of the aggregate together, three-valued; None when there is none."""
        parts = [item for item in (self.where, self.whole) if item is not None]
        if extra is not None:
            parts.append(self.row.condition(extra))
        if not parts:
            return None
        return Sql.exact(both(*(exp.paren(part.low) for part in parts)), any(part.nullable for part in parts))

    def _whole_rows(self, formula: t.Tree) -> Sql | None:
        """Where gaps are permitted, a row that lacks one of the formula's values leaves all of its aggregates, not only one:
        otherwise a numerator and its denominator would rest on different rows."""
        tests = []
        for node in t.walk(formula):
            if isinstance(node, t.Call) and _has_aggregate(node) and node.function in _HANDLERS:
                values = [self.row.value(item) for item in node.arguments if not _has_aggregate(item) and not isinstance(item, t.Number)]
                tests += [is_known(value.low) for value in values if value.nullable]
        return Sql.exact(both(*tests), False) if tests else None

    def _doubtful(self, chosen: Sql | None) -> exp.Expression | None:
        """Rows about which «где» is unknown."""
        if chosen is None or not chosen.nullable:
            return None
        return both(self.window(), is_null(chosen.low))

    def _possible(self, chosen: Sql | None) -> exp.Expression | None:
        return both(self.window(), not_false(chosen.low) if chosen is not None and chosen.nullable else (chosen.low if chosen else None))

    def possible_rows(self) -> exp.Expression | None:
        """The rows that are or may be among those the block looks at; None when all are."""
        return self._possible(self.chosen(None))

    def _certain(self, chosen: Sql | None) -> exp.Expression | None:
        return both(self.window(), chosen.low if chosen is not None else None)

    # ------------------------------------------------------------ completeness

    def _wanted_years(self) -> int:
        if self.one_year is not None or not self.rows.years or self.rows.open_window or len(self.rows.years) == 1:
            return 1
        return len(self.rows.years)

    def _all_years(self, certain: exp.Expression | None) -> exp.Expression | None:
        """A condition that every year of the window has rows for certain, or None when one year (or no year) is asked for."""
        if self.rows.zero_when_absent is not None:
            return None if self.rows.zero_when_absent else FALSE
        if self._wanted_years() == 1 or self.block.gaps:
            return None
        return both(*self._years_with(certain))

    def _years_with(self, rows: exp.Expression | None) -> list[exp.Expression]:
        """Conditions, one for each year of the window: it has such rows. DuckDB counts rows far faster than distinct years."""
        of_year = (exp.EQ(this=self.rows.year.copy(), expression=number(year)) for year in self.rows.years)
        return [_over(self.bank.rows(both(rows, each))) for each in of_year]

    def _absent(self, certain: exp.Expression | None) -> exp.Expression | None:
        """How many rows the years without any may hide: one each where the key allows no more, else without end; None when no year is missed."""
        complete = self._all_years(certain)
        if complete is None:
            return None
        if not self.rows.one_a_year or not self.rows.years or self.rows.open_window or self.one_year is not None:
            return case((complete, double(number(0))), otherwise=INFINITY)
        total: exp.Expression = number(0)
        for present in self._years_with(None):
            total = exp.Add(this=total, expression=case((present, number(0)), otherwise=number(1)))
        return exp.paren(total)

    def _present(self, chosen: Sql | None) -> exp.Expression | None:
        """A condition that there is something to count; None when no rows mean zero. Rows that only may pass «где» do not make a group present."""
        if self.rows.zero_when_absent is not None:
            return None
        presence = _over(self.bank.rows(self._certain(chosen)))
        self.grounds.add(exp.Not(this=exp.paren(presence)), Reason.NO_ROWS)
        return presence

    def _number_of_years(self, rows: exp.Expression | None) -> exp.Expression:
        if not self.rows.years or self.rows.open_window:
            return self.bank.take(exp.Count(this=exp.Distinct(expressions=[self.rows.year.copy()])), rows)
        total: exp.Expression = number(0)
        for present in self._years_with(rows):
            total = exp.Add(this=total, expression=case((present, number(1)), otherwise=number(0)))
        return exp.paren(total)

    def _enough(self, known: exp.Expression | None) -> exp.Expression | None:
        """«нужно лет» and «нужно значений» over the rows that have a value; None when the block does not relax."""
        tests = []
        needed = self.block.needed_years
        if needed is not None and self.one_year is None and self.rows.year is not None:
            tests.append(exp.GTE(this=self._number_of_years(known), expression=number(needed.years)))
            if needed.latest and self.rows.years:
                latest = exp.EQ(this=self.rows.year.copy(), expression=number(self.rows.years[-1]))
                tests.append(_over(self.bank.rows(both(known, latest))))
        if self.block.needed_values is not None:
            tests.append(exp.GTE(this=self.bank.rows(known), expression=number(self.block.needed_values)))
        return both(*tests)

    @property
    def _relaxed(self) -> bool:
        return bool(self.block.gaps or self.block.needed_years or self.block.needed_values)

    def _gap_reason(self, rows: exp.Expression | None) -> None:
        """Say what kind of gap made an aggregate NULL, by the worst status among the rows concerned."""
        if self.rows.status is None:
            return
        worst = self.bank.take(exp.Max(this=self.rows.status.copy()), rows)
        for status, reason in ((1, Reason.NO_ROWS), (2, Reason.BAD_ROW), (3, Reason.HIDDEN)):
            self.grounds.add(exp.EQ(this=worst, expression=number(status)), reason)

    # ------------------------------------------------------------ calls

    def value(self, tree: t.Tree) -> Sql:
        if isinstance(tree, t.Arithmetic) and tree.sign == "/":
            left, right = self.value(tree.left), self.value(tree.right)
            self.grounds.add(is_zero(right.low), Reason.ZERO_DIVISION)
            return arithmetic("/", left, right)
        return super().value(tree)

    def call(self, tree: t.Call, function: str, arguments: tuple[t.Tree, ...]) -> Sql:
        handler = _HANDLERS.get(function)
        if handler is not None:
            return handler(self, tree)
        return super().call(tree, function, arguments)

    def _strict(self, tree: t.Call) -> Sql:
        """An aggregate that has a value only when every row it needs has one."""
        values = [self.row.value(item) for item in tree.arguments[:1]]
        chosen = self.chosen(tree.where)
        build = _STRICT[tree.function]
        low = self._guarded(build, values[0].low, values[0], chosen)
        high = low if values[0].is_exact else self._guarded(build, values[0].high, values[0], chosen)
        if tree.function == "сумма" and self.rows.zero_when_absent:
            low = exp.Coalesce(this=low, expressions=[number(0)])
            high = low
        return Sql(low, high)

    def _guarded(self, build: Callable, side: exp.Expression, value: Sql, chosen: Sql | None) -> exp.Expression:
        certain = self._certain(chosen)
        body = self.bank.take(build(side), both(certain, is_known(value.low)) if value.nullable else certain)
        if self._relaxed:
            enough = self._enough(both(certain, is_known(value.low) if value.nullable else None))
            if enough is not None:
                self.grounds.add(exp.Not(this=exp.paren(enough)), Reason.FEW_YEARS if self.block.needed_years else Reason.FEW_VALUES)
                return case((enough, body))
            return body
        return self._complete_only(body, value, chosen)

    def _complete_only(self, body: exp.Expression, value: Sql, chosen: Sql | None) -> exp.Expression:
        gaps, certain = [], self._certain(chosen)
        complete = self._all_years(self._certain(chosen))
        doubtful = self._doubtful(chosen)
        if doubtful is not None:
            gaps.append(_over(self.bank.rows(doubtful)))
            self._gap_reason(doubtful)
        if value.nullable:
            empty = both(certain, is_null(value.low))
            gaps.append(_over(self.bank.rows(empty)))
            self._gap_reason(empty)
        if complete is not None:
            gaps.append(exp.Not(this=exp.paren(complete)))
            self.grounds.add(gaps[-1], Reason.FEW_YEARS)
        if not gaps:
            return body
        return case((exp.Not(this=exp.paren(exp.or_(*(gap.copy() for gap in gaps)))), body))

    def _quantile(self, tree: t.Call) -> Sql:
        share = self.value(tree.arguments[1])
        name = "QUANTILE_DISC" if self.block.quantile_method == "ступенчатый" else "QUANTILE_CONT"
        value = self.row.value(tree.arguments[0])
        return Sql.exact(self._guarded(lambda x: _call(name, x, share.low), value.low, value, self.chosen(tree.where)))

    def _weighted(self, tree: t.Call) -> Sql:
        value, weight = (self.row.value(item) for item in tree.arguments)
        product = Sql.exact(exp.Mul(this=double(value.low), expression=weight.low.copy()), value.nullable or weight.nullable)
        chosen = self.chosen(tree.where)

        def build(x: exp.Expression) -> exp.Expression:
            return exp.Sum(this=x.copy())
        top = Sql.exact(self._guarded(build, product.low, product, chosen))
        known_weight = Sql.exact(case((is_known(value.low), weight.low.copy())), product.nullable)
        bottom = Sql.exact(self._guarded(build, known_weight.low, known_weight, chosen))
        return arithmetic("/", top, bottom)

    def _correlation(self, tree: t.Call) -> Sql:
        """Pearson's correlation of the ranks that the scan adds as columns (see `indicators.ranked`): Spearman."""
        first, second = self.ranks.get(tree) or tuple(self.row.value(item) for item in tree.arguments)
        pair = Sql.exact(first.low, first.nullable or second.nullable)
        return Sql.exact(self._guarded(lambda x: _call("CORR", x, second.low), first.low, pair, self.chosen(tree.where)))

    def _extreme(self, tree: t.Call) -> Sql:
        """`максимум` is at least the largest known value; what is unknown may only raise it."""
        largest = tree.function == "максимум"
        value, chosen = self.row.value(tree.arguments[0]), self.chosen(tree.where)
        shape = exp.Max if largest else exp.Min
        certain = self._certain(chosen)
        known = both(certain, is_known(value.low)) if value.nullable else certain
        low, high = self.bank.take(shape(this=value.low.copy()), certain), self.bank.take(shape(this=value.high.copy()), certain)
        if self._relaxed:
            enough = self._enough(known)
            return Sql.exact(low) if enough is None else Sql.exact(case((enough, low)))
        open_end = self._open_end(value, chosen, tree)
        if open_end is None:
            return Sql(low, low if value.is_exact else high)
        self._gap_reason(self._possible(chosen))
        if largest:
            return Sql(low, case((is_null(low), NULL), (open_end, INFINITY), otherwise=high))
        return Sql(case((is_null(low), NULL), (open_end.copy(), MINUS_INFINITY), otherwise=low.copy()), high)

    def _open_end(self, value: Sql, chosen: Sql | None, tree: t.Call) -> exp.Expression | None:
        """A condition that some row of the group is unknown."""
        tests = []
        doubtful = self._doubtful(chosen)
        if doubtful is not None:
            tests.append(_over(self.bank.rows(doubtful)))
        if value.nullable:
            tests.append(_over(self.bank.rows(both(self._certain(chosen), is_null(value.low)))))
        complete = self._all_years(self._certain(chosen))
        if complete is not None:
            tests.append(exp.Not(this=exp.paren(complete)))
            self.grounds.add(tests[-1], Reason.FEW_YEARS)
        return exp.or_(*tests) if tests else None

    def _tally(self, tree: t.Call) -> tuple[exp.Expression, exp.Expression | None, exp.Expression | None, exp.Expression | None]:
        """Count a condition -> (met, unknown or None, presence or None, complete or None)."""
        chosen = self.chosen(tree.where)
        if tree.arguments:
            condition = self.row.condition(tree.arguments[0])
            joined = Sql.exact(both(chosen.low if chosen else None, exp.paren(condition.low)), condition.nullable or bool(chosen and chosen.nullable))
        else:
            joined = chosen
        met = self.bank.rows(both(self.window(), joined.low if joined is not None else None))
        unknown = None
        if joined is not None and joined.nullable and not self.block.gaps:
            unknown = self.bank.rows(both(self.window(), is_null(joined.low)))
        known = both(self._certain(chosen), is_known(joined.low) if joined is not None else None)
        complete = self._enough(known) if self._relaxed else self._all_years(self._certain(chosen))
        return met, unknown, self._present(chosen), complete

    def _count(self, tree: t.Call) -> Sql:
        met, unknown, presence, complete = self._tally(tree)
        low: exp.Expression = met
        high = exp.Add(this=met.copy(), expression=unknown) if unknown is not None else met
        if self._relaxed and complete is not None:
            self.grounds.add(exp.Not(this=exp.paren(complete)), Reason.FEW_YEARS if self.block.needed_years else Reason.FEW_VALUES)
            return Sql(case((complete, met)), case((complete.copy(), high))) if unknown is not None else Sql.exact(case((complete, met)))
        absent = self._absent(self._certain(self.chosen(tree.where)))
        if absent is not None:
            high = exp.Add(this=double(high), expression=absent)
        exact = unknown is None and absent is None
        if presence is not None:
            low = case((presence, low))
            high = low if exact else case((presence.copy(), high))
        return Sql(low, low if exact else high, presence is not None)

    def _different(self, tree: t.Call) -> Sql:
        """`число_различных`: what is unknown may be one more word each, or none."""
        value, chosen = self.row.value(tree.arguments[0]), self.chosen(tree.where)
        known = Sql.exact(settled(value), value.nullable or not value.is_exact)
        certain, presence = self._certain(chosen), self._present(chosen)

        def build(x: exp.Expression) -> exp.Expression:
            return exp.Count(this=exp.Distinct(expressions=[x.copy()]))
        if self._relaxed:
            low = high = self._guarded(build, known.low, known, chosen)
        else:
            low = high = self.bank.take(build(known.low), certain)
            doubtful = self._doubtful(chosen)
            more = [self.bank.rows(doubtful)] if doubtful is not None else []
            more += [self.bank.rows(both(certain, is_null(known.low)))] if known.nullable else []
            for rows in (*more, self._absent(certain)):
                high = high if rows is None else exp.Add(this=double(high), expression=rows)
        exact = high is low
        if presence is not None:
            low = case((presence, low))
            high = low if exact else case((presence.copy(), high))
        return Sql(low, low if exact else high)

    def _share(self, tree: t.Call) -> Sql:
        count = self._count(tree)
        chosen = self.chosen(tree.where)
        total = Sql.exact(self.bank.rows(self._certain(chosen)))
        doubtful = self._doubtful(chosen)
        if doubtful is not None:
            total = Sql.exact(case((exp.EQ(this=self.bank.rows(doubtful), expression=number(0)), total.low)))
        absent = self._absent(self._certain(chosen)) if not self._relaxed else None
        if absent is not None:  # rows that are not there would count in both parts
            total = arithmetic("+", total, Sql.exact(absent))

        def share(node: exp.Expression) -> exp.Expression:
            return arithmetic("/", arithmetic("*", Sql.exact(number(100), False), Sql.exact(node)), total).low
        low = share(count.low)
        if count.is_exact:
            return Sql.exact(low)
        return Sql(low, case((exp.IsNan(this=share(count.high)), number(100)), otherwise=share(count.high)))  # of endlessly many, at most all

    def _exists(self, tree: t.Call) -> Sql:
        """`любой`: one met row is enough; «не выполнен» only when nothing is unknown."""
        met, unknown, presence, complete = self._tally(tree)
        settled = [exp.EQ(this=unknown, expression=number(0))] if unknown is not None else []
        settled += [item for item in (presence, complete) if item is not None]
        refuted = both(*settled) or TRUE
        return Sql.exact(case((_over(met), TRUE), (refuted, FALSE)))

    def _every(self, tree: t.Call) -> Sql:
        inner = t.Call("любой", (t.Not(tree.arguments[0]),), tree.where, place=tree.place)
        return Sql.exact(exp.Not(this=exp.paren(self._exists(inner).low)))

    def _only(self, tree: t.Call) -> Sql:
        value, chosen = self.row.value(tree.arguments[0]), self.chosen(tree.where)
        return self._single(value, chosen)

    def _single(self, value: Sql, chosen: Sql | None) -> Sql:
        """The value of the one row there is; several rows are no value, with that reason."""
        possible = self.bank.rows(self._possible(chosen))
        self._gap_reason(self._possible(chosen))
        self.grounds.add(_over(possible, 1), Reason.SEVERAL_ROWS)
        one = exp.EQ(this=possible, expression=number(1))
        certain = self._certain(chosen)

        def side(node: exp.Expression) -> exp.Expression:
            return case((one.copy(), self.bank.take(exp.Max(this=node.copy()), certain)))
        low = side(value.low)
        return Sql(low, low if value.is_exact else side(value.high))

    def _latest(self, tree: t.Call) -> Sql:
        value, chosen = self.row.value(tree.arguments[0]), self.chosen(tree.where)
        known = both(self._certain(chosen), is_known(value.low))
        if self.rows.year is None:
            return self._single(value, chosen)
        return Sql.exact(self.bank.take(_call("ARG_MAX", value.low, self.rows.year), known))

    # ------------------------------------------------------------ years

    def refer_in_year(self, tree: t.Reference) -> Sql:
        """A bare column inside a function over years: the value of the one row of that year."""
        return self._single(self.row.value(tree), self.chosen(None))

    def _in_year(self, tree: t.Tree, year: int) -> Sql:
        """Compile an expression for one year of the group."""
        outer, self.one_year = self.one_year, year
        try:
            value = self._year_value(tree)
        finally:
            self.one_year = outer
        return value

    def _year_value(self, tree: t.Tree) -> Sql:
        if _has_aggregate(tree):
            return self.value(tree)
        inner = self.row.value(tree)
        return self._single(inner, self.chosen(None))

    def _break(self, earlier: int, later: int) -> exp.Expression | None:
        """A condition that the series is broken between two years, or None when it never is."""
        if self.block.ignore_breaks:
            return None
        tests = []
        for first_new_year, rows in self.rows.breaks:
            if earlier < first_new_year <= later:
                tests.append(_over(self.bank.rows(rows)) if rows is not None else TRUE)
        return exp.or_(*tests) if tests else None

    def _unbroken(self, value: Sql, earlier: int, later: int, note: bool = True) -> Sql:
        broken = self._break(earlier, later)
        if broken is None:
            return value
        if note:
            self.grounds.reasons.insert(0, (broken.copy(), Reason.SERIES_BREAK))
        low = case((exp.Not(this=exp.paren(broken)), value.low.copy()))
        return Sql(low, low if value.is_exact else case((exp.Not(this=exp.paren(broken.copy())), value.high.copy())))

    def _last_year(self) -> int:
        return self.rows.years[-1] if self.rows.years else self.rows.report_year

    def _change(self, tree: t.Call) -> Sql:
        back = int(tree.arguments[1].value) if len(tree.arguments) > 1 else 1
        last = self._last_year()
        later, earlier = self._in_year(tree.arguments[0], last), self._in_year(tree.arguments[0], last - back)
        return self._unbroken(arithmetic("-", later, earlier), last - back, last)

    def _past(self, tree: t.Call) -> Sql:
        back, last = int(tree.arguments[1].value), self._last_year()
        return self._unbroken(self._in_year(tree.arguments[0], last - back), last - back, last)

    def _year_list(self) -> tuple[int, ...]:
        return self.rows.years or (self.rows.report_year,)

    def _years_met(self, tree: t.Call, years: tuple[int, ...]) -> list[exp.Expression]:
        """The condition in each year, newest first; years beyond a break of the series are unknown."""
        last = self._last_year()
        return [self._unbroken(self._in_year(tree.arguments[0], year), year, last, note=False).low for year in sorted(years, reverse=True)]

    def _years_in_row(self, tree: t.Call) -> Sql:
        parts = self._years_met(tree, self._year_list())

        def run(test: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
            total: exp.Expression = number(0)
            for part in reversed(parts):
                total = case((test(part), exp.Add(this=number(1), expression=total)), otherwise=number(0))
            return total
        low = run(lambda node: node.copy())
        return Sql(low, run(not_false), False)

    def _years_of(self, tree: t.Call) -> Sql:
        last, count = self._last_year(), int(tree.arguments[1].value)
        parts = self._years_met(tree, tuple(range(last - count + 1, last + 1)))

        def tally(test: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
            total: exp.Expression = number(0)
            for part in parts:
                total = exp.Add(this=total, expression=case((test(part), number(1)), otherwise=number(0)))
            return exp.paren(total)
        return Sql(tally(lambda node: node.copy()), tally(not_false), False)

    def _trend(self, tree: t.Call) -> Sql:
        """Least squares slope per year over the window, only over the years since the last break."""
        years = self._year_list()
        branches = []
        for first_new_year, rows in sorted(self.rows.breaks, key=lambda item: -item[0]):
            kept = tuple(year for year in years if year >= first_new_year)
            if self.block.ignore_breaks or len(kept) == len(years) or first_new_year > years[-1]:
                continue
            slope = self._slope(tree.arguments[0], kept).low if len(kept) >= 2 else NULL
            test = _over(self.bank.rows(rows)) if rows is not None else TRUE
            if len(kept) < 2:
                self.grounds.reasons.insert(0, (test.copy(), Reason.SERIES_BREAK))
            branches.append((test, slope))
        return Sql.exact(case(*branches, otherwise=self._slope(tree.arguments[0], years).low))

    def _slope(self, tree: t.Tree, years: tuple[int, ...]) -> Sql:
        points = [(year - years[0], self._in_year(tree, year)) for year in years]
        needed = self.block.needed_years.years if self.block.needed_years else (2 if self.block.gaps else len(years))

        def total(term: Callable[[int, exp.Expression], exp.Expression]) -> exp.Expression:
            result: exp.Expression = number(0)
            for offset, value in points:
                node = settled(value)
                result = exp.Add(this=result, expression=case((is_known(node), term(offset, node)), otherwise=number(0)))
            return exp.paren(result)
        n = total(lambda offset, node: number(1))
        sum_x, sum_xx = total(lambda offset, node: number(offset)), total(lambda offset, node: number(offset * offset))
        sum_y, sum_xy = total(lambda offset, node: double(node)), total(lambda offset, node: exp.Mul(this=double(node), expression=number(offset)))
        exact = [Sql.exact(node) for node in (n, sum_x, sum_xx, sum_y, sum_xy)]
        top = arithmetic("-", arithmetic("*", exact[0], exact[4]), arithmetic("*", exact[1], exact[3]))
        bottom = arithmetic("-", arithmetic("*", exact[0], exact[2]), arithmetic("*", exact[1], exact[1]))
        enough = exp.GTE(this=n.copy(), expression=number(max(needed, 2)))
        self.grounds.add(exp.Not(this=exp.paren(enough)), Reason.FEW_YEARS)
        latest = [is_known(settled(points[-1][1]))] if self.block.needed_years and self.block.needed_years.latest else []
        return Sql.exact(case((both(enough, *latest), arithmetic("/", top, bottom).low)))


def _has_aggregate(tree: t.Tree) -> bool:
    from engine.functions import FUNCTIONS, Place
    return any(isinstance(node, t.Call) and node.function in FUNCTIONS and FUNCTIONS[node.function].place is Place.ROWS for node in t.walk(tree))


_HANDLERS: dict[str, Callable[[GroupSql, t.Call], Sql]] = {
    **dict.fromkeys(_STRICT, GroupSql._strict),
    "квантиль": GroupSql._quantile, "взвешенное": GroupSql._weighted, "корреляция": GroupSql._correlation,
    "число_различных": GroupSql._different, "максимум": GroupSql._extreme, "минимум": GroupSql._extreme, "число": GroupSql._count, "доля": GroupSql._share,
    "любой": GroupSql._exists, "все": GroupSql._every, "единственное": GroupSql._only, "последнее": GroupSql._latest,
    "изменение": GroupSql._change, "в_прошлом": GroupSql._past, "тренд": GroupSql._trend,
    "лет_подряд": GroupSql._years_in_row, "лет_из": GroupSql._years_of,
}

__all__ = ["Aggregates", "GroupSql", "Rows", "of_one_row"]
