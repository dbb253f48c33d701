"""One expression -> the same expression with every name resolved and every part typed; all problems with their words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine import model
from engine import tree as t
from engine.frames import COMMON
from engine.functions import FUNCTIONS, REDUCERS, Place, is_rank
from engine.loading import RuleSet
from engine.problems import Problem
from engine.tree import Origin
from engine.words import like_hint, nearest

if TYPE_CHECKING:
    from engine.program import Slice

_COLUMN_KINDS = {"число": "number", "целое": "number", "дата": "number", "учебный год": "number", "да/нет": "truth"}
ANY = "any"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is: `what` is «number», «text» or «truth»; `words` are the only texts possible, when known."""

    what: str
    unit: str | None = None
    words: frozenset[str] | None = None


TRUTH = Kind("truth")


@dataclass(frozen=True, slots=True)
class School:
    """The registry as expressions see it: the level of a school, its columns, and the levels above."""

    level: str
    table: str
    columns: dict[str, model.Column]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: which names it sees and which functions it may use.

    `place`: «unit» (a school's own values), «row» (inside an aggregate), «group» (around aggregates), «year» (inside a
    function over years: aggregates and columns both).
    """

    place: str
    level: str
    columns: dict[str, Kind] = field(default_factory=dict)
    table: str = ""
    keys: tuple[str, ...] = ()
    row_level: str = ""
    year: str | None = None
    has_size: bool = False

    @classmethod
    def unit(cls, level: str) -> Scope:
        return cls("unit", level)

    @classmethod
    def row(cls, columns: dict[str, Kind], table: str, level: str = "") -> Scope:
        return cls("row", level, columns, table, row_level=level)

    @classmethod
    def group(cls, columns: dict[str, Kind], table: str, keys: tuple[str, ...], level: str, row_level: str, year: str | None) -> Scope:
        return cls("group", level, columns, table, keys, row_level, year)

    def inside_rows(self) -> Scope:
        return replace(self, place="row", level=self.row_level)

    def inside_years(self) -> Scope:
        return replace(self, place="year")

    def with_size(self, has_size: bool) -> Scope:
        return replace(self, has_size=has_size)


def same_unit(left: str | None, right: str | None) -> bool:
    """Compare units as written; an unknown unit agrees with any."""
    return left is None or right is None or _plain(left) == _plain(right)


def _plain(unit: str) -> str:
    return unit.replace(" ", "").replace(".", "").casefold()


class Resolver:
    """Resolves expressions against one rule set and collects problems."""

    def __init__(self, rules: RuleSet, school: School, off: frozenset[str], problems: list[Problem], thresholds: dict[str, Any]):
        self.rules, self.school, self.off, self.problems, self.thresholds = rules, school, off, problems, thresholds
        self.slices: dict[str, Slice] = {}
        self._used: set[str] = set()
        self._path: tuple = ()
        self._tables: dict[str, dict[str, Kind]] = {}

    @contextmanager
    def watching(self) -> Iterator[set[str]]:
        """Collect the definitions that the expressions read meanwhile."""
        outer, self._used = self._used, set()
        try:
            yield self._used
        finally:
            self._used = outer

    def use(self, name: str) -> None:
        """Note that what is being read depends on a definition."""
        self._used.add(name)

    # ------------------------------------------------------------ entry points

    def condition(self, tree: Any, scope: Scope, path: tuple) -> t.Tree:
        """Resolve an expression that must be a condition."""
        self._path = path
        resolved, kind = self._resolve(tree, scope)
        if kind.what not in ("truth", ANY):
            self._say("R206", resolved, f"Здесь нужно условие, а «{t.render(tree)}» — {_russian(kind)}.", "Сравните с чем-нибудь: «… не менее 30».")
        return resolved

    def number(self, tree: Any, scope: Scope, path: tuple, unit: str | None = None) -> t.Tree:
        """Resolve an expression that must be a number, in `unit` when the block declares one."""
        self._path = path
        resolved, kind = self._resolve(tree, scope)
        if kind.what not in ("number", ANY):
            self._say("R206", tree, f"Здесь нужно число, а «{t.render(tree)}» — {_russian(kind)}.", "Чтобы сосчитать строки с условием, напишите «число(условие)».")
        elif not same_unit(unit, kind.unit):
            self._say("R207", tree, f"Единица показателя — «{unit}», а формула даёт «{kind.unit}».", "Исправьте единицу или формулу.")
        return resolved

    def kind_of(self, tree: Any, scope: Scope, path: tuple) -> tuple[t.Tree, Kind]:
        """Resolve an expression of any kind."""
        self._path = path
        return self._resolve(tree, scope)

    def table_kinds(self, name: str) -> dict[str, Kind]:
        """Return the kinds of a contract table's columns."""
        if name not in self._tables:
            table = self.rules.tables.get(name)
            self._tables[name] = {column: self._column_kind(block) for column, block in table.columns.items()} if table else {}
        return self._tables[name]

    def words_of(self, column: model.Column) -> frozenset[str]:
        """Return the allowed words of a column, empty when any word is allowed."""
        return frozenset(column.allowed) | frozenset(self.rules.references.get(column.reference or "", ()))

    def _column_kind(self, column: model.Column) -> Kind:
        if column.formula is not None:
            return Kind("number", column.unit)
        what = _COLUMN_KINDS.get(column.type or "", "text")
        unit = "дата" if column.type == "дата" else column.unit
        return Kind(what, unit, self.words_of(column) or None)

    # ------------------------------------------------------------ the walk

    def _say(self, code: str, tree: t.Tree, message: str, hint: str = "") -> Kind:
        place = tree.place if tree.place.file else self.rules.place(*self._path)
        self.problems.append(Problem(code, place, message, hint))
        return Kind(ANY)

    def _resolve(self, tree: t.Tree, scope: Scope) -> tuple[t.Tree, Kind]:
        match tree:
            case t.Number():
                return tree, Kind("number", tree.unit)
            case t.Text():
                return tree, Kind("text", words=frozenset({tree.value}))
            case t.Name():
                return self._name(tree, scope)
            case t.Arithmetic():
                return self._arithmetic(tree, scope)
            case t.Compare():
                return self._compare(tree, scope)
            case t.Member():
                return self._member(tree, scope)
            case t.Not():
                return t.rebuilt(tree, lambda part: self._truth(part, scope)), TRUTH
            case t.AllOf() | t.AnyOf() | t.AtLeast():
                return self._list(tree, scope), TRUTH
            case t.WithPolicy():
                return t.rebuilt(tree, lambda part: self._truth(part, scope)), TRUTH
            case t.Undetermined():
                return t.rebuilt(tree, lambda part: self._truth(part, scope)), TRUTH
            case t.HasData():
                return t.rebuilt(tree, lambda part: self._resolve(part, scope)[0]), TRUTH
            case t.Choice():
                return self._choice(tree, scope)
            case t.Call():
                return self._call(tree, scope)
        raise AssertionError(tree)

    def _truth(self, tree: t.Tree, scope: Scope) -> t.Tree:
        resolved, kind = self._resolve(tree, scope)
        if kind.what not in ("truth", ANY):
            self._say("R206", tree, f"Здесь нужно условие, а «{t.render(tree)}» — {_russian(kind)}.", "Сравните с чем-нибудь: «… не менее 30».")
        if isinstance(resolved, t.Reference) and resolved.name in self.off:
            self._say("R219", tree, f"Критерий «{resolved.name}» выключен, а условие без него теряет смысл.", "Включите его или уберите ссылку.")
        return resolved

    def _list(self, tree: t.Tree, scope: Scope) -> t.Tree:
        kept = tuple(item for item in tree.items if not self._is_off(item))
        if not kept:
            self._say("R219", tree, "Все критерии этого списка выключены.", "Включите хотя бы один.")
            return tree
        items = tuple(self._truth(item, scope) for item in kept)
        if isinstance(tree, t.AtLeast):
            self._no_repetitions(items)
        if isinstance(tree, t.AtLeast) and tree.threshold is not None:
            tree = replace(tree, count=self._count(tree.threshold, len(items)) + tree.beyond)
        if isinstance(tree, t.AtLeast) and tree.count > len(items) and tree.beyond:
            self._say("R404", tree, f"«не более {tree.count - 1} из», а в списке {len(items)} (без выключенных): выполнено всегда.", "Исправьте число или список.")
            tree = replace(tree, count=len(items))
        elif isinstance(tree, t.AtLeast) and tree.count > len(items):
            self._say("R401", tree, f"Нужно не менее {tree.count}, а в списке {len(items)} (без выключенных).", "Исправьте число или список.")
        return replace(tree, items=items)

    def _no_repetitions(self, items: tuple[t.Tree, ...]) -> None:
        plain = [_without_double_not(item) for item in items]
        for position, item in enumerate(items):
            if plain[position] in plain[:position]:
                self._say("R406", item, f"«{t.render(item)}» в этом списке уже есть и считалось бы дважды.", "Уберите повторение.")

    def _count(self, name: t.Name, most: int) -> int:
        """How many: a whole threshold that is the same for every school."""
        value = self.thresholds.get(name.value)
        self._used.add(name.value)
        if name.value not in self.rules.thresholds:
            self._say("R203", name, f"Порога «{name.value}» нет.", like_hint(name.value, self.rules.thresholds) or "Напишите число или опишите порог.")
        elif isinstance(value, dict) or (isinstance(value, float) and not (value == int(value) >= 1)):
            self._say("R205", name, f"Порог «{name.value}» здесь не годится: нужно одно целое число для всех школ.", "Напишите число или другой порог.")
        elif isinstance(value, float):
            return int(value)
        return min(1, most)

    def _is_off(self, tree: t.Tree) -> bool:
        return isinstance(tree, t.Name) and tree.value in self.off

    def _number(self, tree: t.Tree, scope: Scope) -> tuple[t.Tree, Kind]:
        resolved, kind = self._resolve(tree, scope)
        if kind.what not in ("number", ANY):
            self._say("R206", tree, f"Здесь нужно число, а «{t.render(tree)}» — {_russian(kind)}.",
                      "Число выполненных условий считает «число(условие)»." if kind.what == "truth" else "")
            return resolved, Kind(ANY)
        return resolved, kind

    # ------------------------------------------------------------ names

    def _name(self, tree: t.Name, scope: Scope) -> tuple[t.Tree, Kind]:
        name = tree.value
        if scope.place in ("row", "year") and name in scope.columns:
            return self._refer(tree, Origin.COLUMN, scope.columns[name])
        if scope.place in ("group", "year") and name in scope.keys:
            return self._refer(tree, Origin.KEY, scope.columns[name])
        if scope.place == "group" and name in scope.columns and name != "численность":
            return tree, self._say("R205", tree, f"Столбец «{name}» стоит вне свёртки.", f"Напишите, как свести строки: «сумма({name})», «единственное({name})».")
        if name == "численность" and scope.has_size:
            return self._refer(tree, Origin.SIZE, Kind("number", "чел."))
        if name in self.rules.thresholds:
            return self._threshold(tree, scope)
        if scope.place == "row" and not scope.level:
            return tree, self._unknown(tree, scope)
        return self._definition(tree, scope)

    def _refer(self, tree: t.Name, origin: Origin, kind: Kind) -> tuple[t.Tree, Kind]:
        return t.Reference(origin, tree.value, kind.what == "text", place=tree.place), kind

    def _threshold(self, tree: t.Name, scope: Scope) -> tuple[t.Tree, Kind]:
        block = self.rules.thresholds[tree.value]
        self._used.add(tree.value)
        if block.by and scope.level != self.school.level:
            self._say("R205", tree, f"Порог «{tree.value}» зависит от школы и на уровне «{scope.level}» не действует.")
        return self._refer(tree, Origin.THRESHOLD, Kind("number", block.unit))

    def _definition(self, tree: t.Name, scope: Scope) -> tuple[t.Tree, Kind]:
        name, rules = tree.value, self.rules
        if name in rules.indicators:
            return self._indicator(tree, scope)
        if name in rules.criteria or name in rules.categories:
            self._visible(tree, scope, (rules.criteria.get(name) or rules.categories[name]).level)
            self._used.add(name)
            return self._refer(tree, Origin.UNIT, TRUTH)
        if scope.level == self.school.level and name in self.school.columns:
            return self._refer(tree, Origin.UNIT, self.table_kinds(self.school.table)[name])
        if name in (scope.level, *self.school.levels) and name in self.school.columns:
            return self._refer(tree, Origin.UNIT, Kind("text"))
        return tree, self._unknown(tree, scope)

    def _indicator(self, tree: t.Name, scope: Scope) -> tuple[t.Tree, Kind]:
        name = tree.value
        block = self.rules.indicators[name]
        self._used.add(name)
        if not block.by:
            self._visible(tree, scope, block.level)
            return self._refer(tree, Origin.UNIT, Kind("number", block.unit))
        visible = set(scope.keys) if scope.place == "group" else set(scope.columns)
        missing = [key for key in block.by if key not in visible]
        if scope.place == "unit" or missing:
            what = "школы" if scope.place == "unit" else f"строки: нет ключа «{missing[0]}»"
            return tree, self._say("R205", tree, f"«{name}» — показатель с разрезом ({', '.join(block.by)}), для {what} он не одно число.",
                                   "Опишите показатель, который сводит его: «таблица: " + name + "», «формула: максимум(значение)».")
        return self._refer(tree, Origin.SLICE, Kind("number", block.unit))

    def _visible(self, tree: t.Name, scope: Scope, level: str | None) -> None:
        """A school sees values of its own level and of the levels above; a level sees its own and what is common to all."""
        level = level or self.school.level
        if self._is_common(tree.value):
            return
        if level != scope.level and scope.level != self.school.level:
            self._say("R205", tree, f"«{tree.value}» считается для уровня «{level}», а здесь уровень «{scope.level}».",
                      f"Сведите его по школам: «таблица: {self.school.table}», «для: {scope.level}».")

    def _is_common(self, name: str) -> bool:
        """Whether an indicator has one value for all: it is said to, or it stands on a table without schools."""
        block = self.rules.indicators.get(name)
        while block is not None:
            table = self.rules.tables.get(block.table or "")
            if block.level == COMMON or (table is not None and table.kind == "общие"):
                return True
            block = self.rules.indicators.get(block.table) if block.table != name and block.table else None
        return False

    def _unknown(self, tree: t.Name, scope: Scope) -> Kind:
        name = tree.value
        if scope.place == "row" and name not in scope.columns and scope.columns and not scope.level:
            return self._say("R209", tree, f"Столбца «{name}» в таблице «{scope.table}» нет.", like_hint(name, scope.columns))
        known = [*self.rules.indicators, *self.rules.criteria, *self.rules.categories, *self.rules.thresholds, *scope.columns]
        known += list(self.school.columns) if scope.level == self.school.level else []
        what = "Показатель, критерий, порог или столбец" if scope.columns else "Показатель, критерий или порог"
        hint = self._where_is(nearest(name, known))
        return self._say("R203", tree, f"{what} «{name}» не описан.", hint or "Исправьте имя или опишите его; текст берите в кавычки.")

    def _where_is(self, name: str | None) -> str:
        if name is None:
            return ""
        for section, blocks in (("показатели", self.rules.indicators), ("критерии", self.rules.criteria),
                                ("категории", self.rules.categories), ("пороги", self.rules.thresholds)):
            if name in blocks:
                place = self.rules.header(section, name)
                return f"Похоже на: {name} ({place.file}:{place.line}). Исправьте имя или опишите его."
        return f"Похоже на: {name}. Исправьте имя или опишите его."

    # ------------------------------------------------------------ operators

    def _arithmetic(self, tree: t.Arithmetic, scope: Scope) -> tuple[t.Tree, Kind]:
        left, left_kind = self._number(tree.left, scope)
        right, right_kind = self._number(tree.right, scope)
        unit = None
        if tree.sign in "+-":
            unit = self._sum_unit(tree, left_kind.unit, right_kind.unit)
        return replace(tree, left=left, right=right), Kind("number", unit)

    def _sum_unit(self, tree: t.Arithmetic, left: str | None, right: str | None) -> str | None:
        if left is None or right is None:
            return left or right
        plain = (_plain(left), _plain(right))
        if plain == ("%", "%") and tree.sign == "-":
            return "п. п."
        if plain in (("%", "пп"), ("пп", "%")):
            return "%"
        if left == "дата" and right == "дата":
            return "дн."
        if not same_unit(left, right):
            self._say("R207", tree, f"Складываются разные единицы: «{left}» и «{right}».", "Приведите величины к одной единице.")
        return left

    def _compare(self, tree: t.Compare, scope: Scope) -> tuple[t.Tree, Kind]:
        left, right = tree.left, tree.right
        if tree.sign in ("=", "<>"):
            left, right = self._as_word(left, right, scope), self._as_word(right, left, scope)
        left, left_kind = self._resolve(left, scope)
        right, right_kind = self._resolve(right, scope)
        compared = replace(tree, left=left, right=right)
        self._comparable(compared, left_kind, right_kind)
        return compared, TRUTH

    def _comparable(self, tree: t.Compare, left: Kind, right: Kind) -> None:
        if ANY in (left.what, right.what):
            return
        if left.what != right.what:
            self._say("R206", tree, f"Сравниваются {_russian(left)} и {_russian(right)}.", "Сравнивать можно число с числом и текст с текстом.")
        elif left.what == "truth":
            self._say("R206", tree, "Условия не сравнивают: они выполнены или нет.", "Напишите просто имя условия или «не имя».")
        elif left.what == "text" and tree.sign not in ("=", "<>"):
            self._say("R206", tree, "Тексты нельзя сравнивать по величине.", "Для текста годятся «равно», «не равно», «входит в».")
        elif left.what == "text" and left.words and right.words and not left.words & right.words:
            word, known = (right.words, left.words) if len(right.words) == 1 else (left.words, right.words)
            spot = next((side for side in (tree.right, tree.left) if isinstance(side, t.Text)), tree)
            self._say("R211", spot, f"Слова «{next(iter(word))}» нет среди допустимых значений.", like_hint(next(iter(word)), known))
        elif not same_unit(left.unit, right.unit):
            self._say("R207", tree, f"Сравниваются разные единицы: «{left.unit}» и «{right.unit}».", "Исправьте единицу в описании или сравнение.")

    def _member(self, tree: t.Member, scope: Scope) -> tuple[t.Tree, Kind]:
        value, kind = self._resolve(tree.value, scope)
        options = []
        for option in tree.options:
            word = self._as_word(option, tree.value, scope)
            resolved, option_kind = self._resolve(word, scope)
            self._comparable(t.Compare("=", value, resolved, place=option.place), kind, option_kind)
            options.append(resolved)
        return replace(tree, value=value, options=tuple(options)), TRUTH

    def _as_word(self, tree: t.Tree, other: t.Tree, scope: Scope) -> t.Tree:
        """Read a bare word as text when the other side is a text column and no such name exists."""
        if not isinstance(tree, t.Name) or self._exists(tree.value, scope):
            return tree
        kind = self._peek(other, scope)
        if kind.what != "text":
            return tree
        return t.Text(tree.value, place=tree.place)

    def _exists(self, name: str, scope: Scope) -> bool:
        rules = self.rules
        seen = name in scope.columns or (scope.level == self.school.level and name in self.school.columns)
        return seen or any(name in blocks for blocks in (rules.indicators, rules.criteria, rules.categories, rules.thresholds))

    def _peek(self, tree: t.Tree, scope: Scope) -> Kind:
        kept, self.problems = self.problems, []
        used = set(self._used)
        kind = self._resolve(tree, scope)[1]
        self.problems = kept
        self._used &= used
        return kind

    def _choice(self, tree: t.Choice, scope: Scope) -> tuple[t.Tree, Kind]:
        condition = self._truth(tree.condition, scope)
        then, then_kind = self._number(tree.then, scope)
        otherwise, other_kind = self._number(tree.otherwise, scope)
        if not same_unit(then_kind.unit, other_kind.unit):
            self._say("R207", tree, f"Ветви дают разные единицы: «{then_kind.unit}» и «{other_kind.unit}».", "Приведите их к одной.")
        return replace(tree, condition=condition, then=then, otherwise=otherwise), Kind("number", then_kind.unit or other_kind.unit)

    # ------------------------------------------------------------ functions

    def _call(self, tree: t.Call, scope: Scope) -> tuple[t.Tree, Kind]:
        function = FUNCTIONS.get(tree.function)
        if function is None:
            return tree, self._say("R202", tree, f"Функции «{tree.function}» в языке нет.", like_hint(tree.function, FUNCTIONS) or "Список функций — в rules/README.md.")
        if not self._arity(tree, function):
            return tree, Kind(ANY)
        inner = self._inner_scope(tree, function, scope)
        if inner is None:
            return tree, Kind(ANY)
        arguments, kinds = self._arguments(tree, function, inner)
        where = self._truth(tree.where, inner if function.place is Place.ROWS else scope) if tree.where is not None else None
        among = tuple(self._resolve(item, scope)[0] for item in tree.among)
        if tree.among and function.place is not Place.SCHOOLS:
            self._say("R204", tree, f"«среди» бывает только у функций по школам, а «{tree.function}» не из них.", "Отбор строк — «где».")
        if function.place is Place.SCHOOLS:
            self._policies(tree)
        if function.name.endswith("_района") and "район" not in self.school.levels:
            levels = self.school.levels
            self._say("R218", tree, f"«{function.name}» считает внутри района, а уровня «район» в реестре нет.",
                      f"Напишите «{function.name.removesuffix('_района')}… среди {levels[0]}»." if levels else "Пометьте столбец «район» «уровень: да» или возьмите функцию без «_района».")
        return replace(tree, arguments=arguments, where=where, among=among), self._result(function, kinds)

    def _arity(self, tree: t.Call, function) -> bool:
        most = len(function.arguments) if "…" not in function.arguments else 99
        least = len([item for item in function.arguments if item != "…"]) - function.optional
        if least <= len(tree.arguments) <= most:
            return True
        if tree.among and len(tree.arguments) < least:
            self._say("R204", tree, f"«среди» в «{tree.function}» стоит раньше времени: всё после него — круг школ, а не аргументы.",
                      f"Сначала все аргументы, потом «среди»: {function.pattern.removesuffix(')')} среди {t.render(tree.among[0])}).")
            return False
        self._say("R204", tree, f"У функции «{tree.function}» здесь {len(tree.arguments)} арг., а нужно иначе.", f"Образец: {function.pattern}.")
        return False

    def _inner_scope(self, tree: t.Call, function, scope: Scope) -> Scope | None:
        match function.place:
            case Place.ANYWHERE:
                return scope
            case Place.ROWS if scope.place in ("group", "year"):
                return scope.inside_rows()
            case Place.YEARS if scope.place == "group":
                if scope.year is None:
                    self._say("R205", tree, f"«{tree.function}» считает по годам, а в «{scope.table}» года нет.", "Возьмите таблицу, где есть столбец с учебным годом.")
                    return None
                return scope.inside_years()
            case Place.SCHOOLS if scope.place == "unit":
                return scope
        if scope.place == "unit":
            self._say("R205", tree, f"«{tree.function}» работает {function.place.value}, а здесь таблицы нет.", "Опишите показатель с «таблица: …» и возьмите его по имени.")
        elif scope.place == "row":
            self._say("R205", tree, f"«{tree.function}» стоит внутри другой свёртки или в отборе строк.", "Опишите внутреннее отдельным показателем с «по: …» и сведите его.")
        else:
            self._say("R205", tree, f"«{tree.function}» работает {function.place.value}; здесь — строки таблицы.", "Вынесите её в показатель без «таблица».")
        return None

    def _arguments(self, tree: t.Call, function, scope: Scope) -> tuple[tuple[t.Tree, ...], list[Kind]]:
        arguments, kinds = [], []
        for position, argument in enumerate(tree.arguments):
            wanted = function.arguments[min(position, len(function.arguments) - 1)]
            wanted = function.arguments[-2] if wanted == "…" else wanted
            resolved, kind = self._argument(tree, argument, wanted, function, scope)
            arguments.append(resolved)
            kinds.append(kind)
        return tuple(arguments), kinds

    def _argument(self, tree: t.Call, argument: t.Tree, wanted: str, function, scope: Scope) -> tuple[t.Tree, Kind]:
        if wanted == "category":
            return self._category_argument(argument)
        if wanted == "reducer":
            if not isinstance(argument, t.Name) or argument.value not in REDUCERS:
                self._say("R204", argument, "Первый аргумент свода — одно из слов: " + ", ".join(REDUCERS) + ".", f"Образец: {function.pattern}.")
            return argument, Kind(ANY)
        if wanted in ("count", "share"):
            good = isinstance(argument, t.Number) and (0 <= argument.value <= 1 if wanted == "share" else argument.value == int(argument.value) >= 0)
            if not good and not (wanted == "share" and isinstance(argument, t.Name) and argument.value in self.rules.thresholds):
                self._say("R204", argument, "Здесь нужна доля от 0 до 1." if wanted == "share" else "Здесь нужно целое число.", f"Образец: {function.pattern}.")
                return argument, Kind(ANY)
            return self._resolve(argument, scope)
        if wanted == "truth":
            return self._truth(argument, scope), TRUTH
        if wanted == "number":
            return self._number(argument, scope)
        return self._resolve(argument, scope)

    def _category_argument(self, argument: t.Tree) -> tuple[t.Tree, Kind]:
        name = argument.value if isinstance(argument, t.Name) else ""
        if name not in self.rules.categories:
            return argument, self._say("R210", argument, f"Категории «{name or t.render(argument)}» нет.", like_hint(name, self.rules.categories))
        if not any(table.kind == "решения" for table in self.rules.tables.values()):
            self._say("R220", argument, "«была» читает решения прошлых лет, а таблицы с «что: решения» в договоре нет.", "Опишите её в разделе «таблицы».")
        return argument, Kind(ANY)

    def _policies(self, tree: t.Call) -> None:
        block = self.rules.indicators.get(self._path[1]) if self._path[0] == "показатели" else None
        if block is None:
            self._say("R205", tree, f"«{tree.function}» считается по всем школам: её место — в показателе.", "Опишите показатель с этой формулой и сравните его здесь.")
            return
        if block.base is None:
            self._say("R216", tree, f"«{tree.function}»: не сказано, как считать школы без значения.", "Добавьте в показатель «база: все», «с данными» или «осторожная».")
        if is_rank(tree.function) and block.ties is None:
            self._say("R216", tree, f"«{tree.function}»: не сказано, какое место получают равные.", "Добавьте «при равных: меньший», «больший» или «средний».")

    def _result(self, function, kinds: list[Kind]) -> Kind:
        first = kinds[0] if kinds else Kind(ANY)
        if function.result == "truth":
            return TRUTH
        if function.result == "same":
            return first
        unit = function.unit
        if unit == "same":
            unit = first.unit
        elif unit == "second":
            unit = kinds[1].unit
        elif unit == "change":
            unit = "п. п." if first.unit and _plain(first.unit) == "%" else first.unit
        return Kind("number", unit)


def _without_double_not(tree: t.Tree) -> t.Tree:
    while isinstance(tree, t.Not) and isinstance(tree.item, t.Not):
        tree = tree.item.item
    return tree


def _russian(kind: Kind) -> str:
    return {"number": "число", "text": "текст", "truth": "условие"}.get(kind.what, "неизвестно что")
