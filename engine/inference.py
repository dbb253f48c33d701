"""From signs to categories and measures: the rules run in durable-rules, and every run is checked.

durable-rules is safe only for positive Horn rules over ready-made literals. Its own "not", nested any/all,
thresholds, generated fact ids and threads give wrong answers, lose facts or crash, some of them silently. So
a node (a category or measure with its condition) is compiled to rules over the literals `name=met`,
`name=not_met` and, only where the condition asks for it, `name=unknown`. Unknown is otherwise the absence of
both and stays outside the engine. That is exactly strong Kleene logic: a node has rules that derive "met" and
rules that derive "not met", and nothing is ever derived from silence.

Schools share few patterns of inputs within one node, so only the distinct patterns go through the engine.
Each run must fire exactly the rules that are due, and the status must equal what `conditions.evaluate_columns` says.
"""

import json
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from engine.conditions import AllOf, AnyOf, AtLeast, Condition, Fact, Not, Undetermined, evaluate_columns, names
from engine.truth import Codes, Truth, distinct_patterns

try:
    import durable_rules_engine as driver
except ImportError:  # it has no wheels and needs a compiler: without it the reference evaluator takes over
    driver = None

HELPER = "~"  # first character of the names the compiler invents
PART = "≈"  # first character of the names of parts; no identifier and no rendered condition begins so
_FEW = 4  # names that a part may have: at most 81 patterns
_MANY = 100  # distinct patterns of inputs beyond which a condition is divided

# What durable-rules was measured to bear, with a margin. Beyond lie endless loops and crashes, not messages.
LONGEST_CONJUNCTION = 16
MOST_NAMES = 500
MOST_USES = 60
MOST_RULES = 4000

_BEGIN = "$begin"
_BEGIN_FACT = '{"id": "$begin", "begin": 1}'
_STATE = "0"  # the only state ever used: many at once leak, stop at 1,024, and two codes may share one hash


class InferenceError(RuntimeError):
    """The engine did not do what the rules say: the run must stop, no status may be used."""


class LimitError(ValueError):
    """A condition is larger than the engine bears; the sentence says what to do about it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`then` holds when at least `need` of `when` hold."""

    then: str
    when: tuple[str, ...]
    need: int


@dataclass(frozen=True, slots=True)
class Step:
    """One firing in the methodologist's own names; helper rules are folded into it."""

    conclusion: str
    because: tuple[str, ...]


Trail = tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Conclusion:
    """What one node says about every school.

    Shapes: status (n,) codes of Truth; pattern (n,) index into trails; one trail per distinct pattern of inputs.
    An unknown status has an empty trail: nothing was derived.
    """

    status: Codes
    pattern: npt.NDArray[np.int32]
    trails: tuple[Trail, ...]
    engine_calls: int


def literal_name(text: str) -> str:
    """Return the name in a literal."""
    return text.rpartition("=")[0]


def literal(name: str, truth: Truth) -> str:
    """Write a statement the way rules and trails hold it: `шнор=met`."""
    return f"{name}={truth.name.lower()}"


# ---- from a condition to rules


def compile_node(name: str, condition: Condition) -> tuple[Rule, ...]:
    """Translate a condition to Horn rules; a rule stands after all rules that derive what it uses.

    Errors: ValueError for a condition on the node itself or on a name the compiler might invent;
    LimitError for a condition larger than durable-rules bears.
    """
    inputs = names(condition)
    if name in inputs:
        raise ValueError(f"«{name}» depends on itself.")
    if reserved := [each for each in (name, *inputs) if each.startswith(HELPER)]:
        raise ValueError(f"The name «{reserved[0]}» may not start with «{HELPER}».")
    compiler = _Compiler()
    for truth in (Truth.MET, Truth.NOT_MET):
        compiler.derive(literal(name, truth), condition, truth)
    _refuse_too_large(name, compiler.rules)
    return tuple(compiler.rules)


class _Compiler:
    """Collects the rules of one node."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._helpers: dict[tuple[Condition, Truth], str] = {}
        self._invented = 0

    def derive(self, then: str, condition: Condition, truth: Truth) -> None:
        """Add rules that derive `then` exactly where `condition` has the given truth (met or not met)."""
        match condition:
            case Fact(name):
                self._add(then, [literal(name, truth)], 1)
            case Undetermined(name):
                truths = [Truth.UNKNOWN] if truth is Truth.MET else [Truth.MET, Truth.NOT_MET]
                self._add(then, [literal(name, each) for each in truths], 1)
            case Not(item):
                self.derive(then, item, truth.opposite)
            case AllOf(items):
                self._derive_count(then, len(items), items, truth)
            case AnyOf(items):
                self._derive_count(then, 1, items, truth)
            case AtLeast(count, items):
                self._derive_count(then, count, items, truth)
            case _:
                raise TypeError(f"{condition!r} is not a condition.")

    def _derive_count(self, then: str, count: int, items: Sequence[Condition], truth: Truth) -> None:
        """At least `count` are met; or so many are not met that `count` can no longer be reached."""
        need = count if truth is Truth.MET else len(items) - count + 1
        self._add(then, [self._literal_of(item, truth) for item in items], need)

    def _literal_of(self, condition: Condition, truth: Truth) -> str:
        """Name the literal that holds exactly where `condition` has this truth; a compound one gets rules."""
        match condition:
            case Fact(name):
                return literal(name, truth)
            case Not(item):
                return self._literal_of(item, truth.opposite)
            case Undetermined(name) if truth is Truth.MET:
                return literal(name, Truth.UNKNOWN)
        key = (condition, truth)
        if key not in self._helpers:
            self._helpers[key] = self._invent()
            self.derive(self._helpers[key], condition, truth)
        return self._helpers[key]

    def _add(self, then: str, when: list[str], need: int) -> None:
        if need == 1:  # a rule per alternative: the trail names each; the engine's `any` of k fires 2^k - 1 times
            self.rules.extend(Rule(then, (each,), 1) for each in when)
            return
        while need == len(when) > LONGEST_CONJUNCTION:  # split: the engine would refuse a 17th fact while running
            part = self._invent()
            self.rules.append(Rule(part, tuple(when[:LONGEST_CONJUNCTION]), LONGEST_CONJUNCTION))
            when = [part, *when[LONGEST_CONJUNCTION:]]
            need = len(when)
        self.rules.append(Rule(then, tuple(when), need))

    def _invent(self) -> str:
        self._invented += 1
        return literal(f"{HELPER}{self._invented}", Truth.MET)


def _refuse_too_large(name: str, rules: Sequence[Rule]) -> None:
    uses = Counter(each for rule in rules for each in rule.when)
    parts = len({literal_name(each) for each in uses})
    most = max(uses.values())
    for what, size, limit in (
        ("разных частей", parts, MOST_NAMES),
        ("повторений одной части", most, MOST_USES),
        ("правил вывода", len(rules), MOST_RULES),
    ):
        if size > limit:
            raise LimitError(
                f"Условие «{name}» слишком велико: {what} {size} при пределе {limit}; "
                "вынесите часть условия в отдельную категорию и сошлитесь на неё."
            )


# ---- what must follow, without the engine


def due_rules(rules: Sequence[Rule], given: Iterable[str]) -> tuple[list[Rule], set[str]]:
    """Find by one plain pass the rules that must fire, and all literals that are then known.

    It certifies the engine's run, and is the derivation itself where there is no engine.
    """
    known, due = set(given), []
    for rule in rules:
        if len(known.intersection(rule.when)) >= rule.need:
            known.add(rule.then)
            due.append(rule)
    return due, known


def trail_of(fired: Sequence[Rule], known: set[str]) -> Trail:
    """Tell fired rules as steps, in the order of the condition; helper literals give way to their reasons.

    "At least n" names all members that hold: the engine itself would name n of them, by order of arrival.
    """
    reasons: dict[str, tuple[str, ...]] = {}
    steps = []
    for rule in fired:
        held = [each for each in rule.when if each in known]
        because = tuple(dict.fromkeys(leaf for each in held for leaf in reasons.get(each, (each,))))
        if rule.then.startswith(HELPER):
            reasons[rule.then] = tuple(dict.fromkeys(reasons.get(rule.then, ()) + because))
        else:
            steps.append(Step(rule.then, because))
    return tuple(dict.fromkeys(steps))


# ---- durable-rules


class Engine:
    """The rules of one node inside durable-rules; safe to share between threads.

    Written over the C module and not over `durable.engine.Host`: the host's threads take firings away from the
    caller, and the host keeps to itself any exception raised while a rule fires.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_id = {f"r{number}": rule for number, rule in enumerate(self.rules)}
        # The engine knows a fact by a 32-bit hash of its id and never compares contents. With numbers as ids,
        # whether two collide cannot depend on how a methodologist names things.
        mentioned = dict.fromkeys(each for rule in self.rules for each in rule.when)
        self._literals = {str(number): each for number, each in enumerate(mentioned)}
        refuse_collisions([*self._literals, _BEGIN, f"sid-{_STATE}", "$pulse"])
        self._facts = {each: _json({"id": key, **_fields(each)}) for key, each in self._literals.items()}
        self._read: dict[str, tuple[Rule, frozenset[str]] | None] = {}
        self._lock = threading.Lock()
        self._started = False
        self._handle = driver.create_ruleset("rules", _json(self._definitions()))
        self._release = weakref.finalize(self, driver.delete_ruleset, self._handle)
        self.fire([])  # deleting a state in which no action ever ran is a segmentation fault: run one now

    def close(self) -> None:
        """Free the rules in C memory; a second call does nothing."""
        with self._lock:
            self._release()

    def fire(self, given: Iterable[str]) -> tuple[list[Rule], set[str]]:
        """Run to the fixpoint; return the rules that fired, in their own order, and all known literals.

        Errors: InferenceError when the engine fails or fires anything but exactly the rules that are due.
        """
        given = [each for each in given if each in self._facts]  # a fact that no rule tests is an engine error
        with self._lock:
            if not self._release.alive:  # the freed handle may belong to another node by now
                raise InferenceError("The engine of this node is closed.")
            fired = self._drive(given)
        due, known = due_rules(self.rules, given)
        if fired != set(due):
            raise InferenceError(f"Rules lost: {set(due) - fired}, fired without reason: {fired - set(due)}.")
        return due, known

    def _drive(self, given: Sequence[str]) -> set[Rule]:
        """Create the state, let every rule fire, delete the state."""
        known, firings = set(given), Counter[Rule]()
        try:
            state, message = self._start(given)
            while message:
                for new in self._conclude(message, known, firings):
                    _require_accepted(driver.assert_fact(self._handle, self._facts[new]))
                message = driver.complete_and_start_action(self._handle, state)
        except (driver.error, ValueError, LookupError) as fault:  # the last two: a message not as expected
            raise InferenceError(f"durable-rules failed: {fault!r}.") from fault
        finally:
            self._forget()
        return set(firings)

    def _start(self, given: Sequence[str]) -> tuple[int, str]:
        """Assert the facts; return the place of the state in C memory and the first firing."""
        facts = ",".join([_BEGIN_FACT, *(self._facts[each] for each in given)])
        state = _require_accepted(driver.assert_facts(self._handle, f"[{facts}]"))
        action = driver.start_action_for_state(self._handle, state)
        if not action:
            raise InferenceError("durable-rules lost its first firing.")
        self._started = True
        return state, action[1]

    def _conclude(self, message: str, known: set[str], firings: Counter[Rule]) -> Iterator[str]:
        """Check one firing; yield its conclusion where that is new and another rule waits for it."""
        if message not in self._read:
            self._read[message] = self._firing(message)
        firing = self._read[message]
        if firing is None:
            return
        rule, support = firing
        firings[rule] += 1
        # Of k facts that hold, "at least n" fires again for each further n.
        most = len(rule.when) // rule.need
        if len(support) != rule.need or not support <= known.intersection(rule.when) or firings[rule] > most:
            raise InferenceError(f"durable-rules fired {rule} because of {set(support)}, time {firings[rule]}.")
        if rule.then not in known:
            known.add(rule.then)
            if rule.then in self._facts:
                yield rule.then

    def _firing(self, message: str) -> tuple[Rule, frozenset[str]] | None:
        """Read which rule fires and because of what; None for the first firing. The same firing is always told in the same words."""
        ((rule_id, match),) = json.loads(message).items()
        if rule_id == _BEGIN:
            return None
        facts = [each["m"] for each in match] if isinstance(match, list) else list(match.values())
        return self._by_id[rule_id], frozenset(self._literals[fact["id"]] for fact in facts)

    def _forget(self) -> None:
        """Delete the state. Should that fail, the next run is refused: its first fact is already there."""
        if self._started:
            with suppress(driver.error):  # there is no state when the very first call failed
                driver.delete_state(self._handle, _STATE)

    def _definitions(self) -> dict[str, Any]:
        begin = {_BEGIN: {"all": [{"m": {"begin": 1}}]}}
        return begin | {rule_id: _definition(rule) for rule_id, rule in self._by_id.items()}


def _definition(rule: Rule) -> dict[str, Any]:
    if rule.need < len(rule.when):
        return {"all": [{"m": _one_of(rule.when)}], "count": rule.need}
    return {"all": [{f"m{number}": _one_of([each])} for number, each in enumerate(rule.when)]}


def _one_of(literals: Iterable[str]) -> dict[str, Any]:
    """Describe one fact. Grouped by truth, for an "or" of "and"s stops at 14 branches; a literal stands once,
    for a fact that satisfied two branches would be counted twice."""
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in literals:
        fields = _fields(each)
        groups[fields["truth"]].append({"name": fields["name"]})
    return _either([{"$and": [{"truth": truth}, _either(group)]} for truth, group in groups.items()])


def _either(patterns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"$or": patterns} if len(patterns) > 1 else patterns[0]


def _fields(text: str) -> dict[str, str]:
    name, _, truth = text.rpartition("=")
    return {"name": name, "truth": truth}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _require_accepted(answer: tuple[int, int]) -> int:
    code, state = answer
    if code:
        raise InferenceError(f"durable-rules refused a fact with code {code}.")
    return state


def refuse_collisions(ids: Iterable[str]) -> None:
    """Make sure the engine can tell ids apart. Errors: InferenceError when two have one 32-bit hash."""
    owners: dict[int, str] = {}
    for each in ids:
        owner = owners.setdefault(_fnv32(each), each)
        if owner != each:
            raise InferenceError(f"durable-rules cannot tell the ids {owner!r} and {each!r} apart.")


def _fnv32(text: str) -> int:
    """FNV-1a, the engine's key of an id; over ASCII, where a signed and an unsigned `char` agree."""
    key = 0x811C9DC5
    for byte in text.encode("ascii"):
        key = ((key ^ byte) * 16777619) & 0xFFFFFFFF
    return key


# ---- all schools at once


class _Node:
    """One name with its condition, compiled. The patterns of a condition multiply with every name in it, so where schools
    show many of them it is divided: each compound part, and each stretch of a long list, is a node of its own. Kleene logic
    allows it: the truth of a part is all that the whole needs to know of it."""

    def __init__(self, name: str, condition: Condition, divide: bool = False) -> None:
        self.name, self.condition, self.inputs = name, condition, names(condition)
        self.parts: list[_Node] = []
        self._stretches: set[str] = set()
        self._own = self._divided(condition) if divide and len(self.inputs) > _FEW else condition
        self._own_inputs = names(self._own)
        self.rules = compile_node(name, self._own)
        self.engine = Engine(self.rules) if driver else None
        self._given = [{truth.value: literal(each, truth) for truth in Truth} for each in self._own_inputs]
        self._derived = [(truth.value, literal(name, truth)) for truth in (Truth.MET, Truth.NOT_MET)]

    def _divided(self, condition: Condition) -> Condition:
        match condition:
            case Not(item):
                return Not(self._divided(item))
            case AtLeast(count, items):
                return AtLeast(count, tuple(self._part(item) for item in items))
            case AllOf(items) | AnyOf(items):
                kind, items = type(condition), tuple(self._part(item) for item in items)
                if len(items) <= _FEW:
                    return kind(items)
                stretches = [items[start:start + _FEW] for start in range(0, len(items), _FEW)]
                return kind(tuple(self._named(kind(stretch), stretch=True) if len(stretch) > 1 else stretch[0] for stretch in stretches))
        return condition

    def _part(self, item: Condition) -> Condition:
        match item:
            case Fact() | Undetermined():
                return item
            case Not(inner):
                return Not(self._part(inner))
        return self._named(item)

    def _named(self, condition: Condition, stretch: bool = False) -> Fact:
        part = _Node(f"{PART}{self.name.removeprefix(PART)}.{len(self.parts) + 1}", condition, divide=True)
        self.parts.append(part)
        if stretch:
            self._stretches.add(part.name)
        return Fact(part.name)

    def close(self) -> None:
        """Free the engines of the node and its parts."""
        if self.engine:
            self.engine.close()
        for part in self.parts:
            part.close()

    def conclude(self, patterns: Mapping[str, Codes]) -> tuple[Codes, list[Trail], int]:
        """Conclude for distinct patterns of inputs -> (statuses, trails, engine calls). Shapes: columns (d,) -> (d,)."""
        statuses, trails, calls = self._settle(dict(patterns), {})
        expected = evaluate_columns(self.condition, patterns)
        if not np.array_equal(statuses, expected):
            raise InferenceError(f"«{self.name}»: the rules derived another status than the condition means.")
        return statuses, trails, calls

    def _settle(self, columns: dict[str, Codes], told: dict[str, list[Trail]]) -> tuple[Codes, list[Trail], int]:
        """`columns` and `told` hold what is known of earlier parts: their codes and trails, row by row."""
        calls = 0
        for part in self.parts:
            columns[part.name], told[part.name], more = part._settle(columns, told)
            calls += more
        chosen = [columns[name] for name in self._own_inputs]
        pattern, example = distinct_patterns(chosen)
        distinct = [column[example] for column in chosen]
        statuses = evaluate_columns(self._own, dict(zip(self._own_inputs, distinct, strict=True)))
        rows = zip(*(column.tolist() for column in distinct), statuses.tolist(), strict=True)
        found = [self._fire(codes, status) for *codes, status in rows]
        calls += len(found) if self.engine else 0
        return statuses[pattern], self._tell(found, pattern.tolist(), told), calls

    def _tell(self, found: list[Trail], pattern: list[int], told: Mapping[str, list[Trail]]) -> list[Trail]:
        """Give every row its trail, unfolded; rows that differ only in parts which a trail does not mention share it."""
        mentioned = [sorted({name for step in trail for each in step.because if (name := literal_name(each)) in told}) for trail in found]
        unfolded: dict[tuple[int, ...], Trail] = {}
        trails = []
        for row, number in enumerate(pattern):
            behind = {name: told[name][row] for name in mentioned[number]}
            key = (number, *map(id, behind.values()))
            if key not in unfolded:
                unfolded[key] = self._unfolded(found[number], behind) if behind else found[number]
            trails.append(unfolded[key])
        return trails

    def _fire(self, codes: Sequence[int], expected: int) -> Trail:
        """Conclude for one pattern of inputs: the trail. Errors: InferenceError unless the rules derive the expected status."""
        given = [self._given[place][code] for place, code in enumerate(codes)]
        fired, known = self.engine.fire(given) if self.engine else due_rules(self.rules, given)
        derived = [code for code, own in self._derived if own in known]
        if (derived or [0]) != [expected]:
            raise InferenceError(f"«{self.name}» is {Truth(expected).name} by definition, but the rules derived {derived}.")
        return trail_of(fired, known)

    def _unfolded(self, trail: Trail, behind: Mapping[str, Trail]) -> Trail:
        """Tell a trail in the methodologist's own names: parts give way to their reasons, stretches of a list to their steps."""
        steps = []
        for step in trail:
            parts = [literal_name(each) for each in step.because]
            if len(parts) == 1 and parts[0] in self._stretches:
                steps += [Step(step.conclusion, inner.because) for inner in behind[parts[0]]]
                continue
            because = (reason for each, name in zip(step.because, parts, strict=True)
                       for reason in ((leaf for inner in behind[name] for leaf in inner.because) if name in behind else (each,)))
            steps.append(Step(step.conclusion, tuple(dict.fromkeys(because))))
        return tuple(dict.fromkeys(steps))

    def chosen(self, columns: Mapping[str, Codes]) -> list[Codes]:
        """Choose and check the input columns. Errors: ValueError for a missing or malformed one."""
        if missing := [each for each in self.inputs if each not in columns]:
            raise ValueError(f"«{self.name}» depends on «{missing[0]}», which has no column.")
        chosen = [np.asarray(columns[each]) for each in self.inputs]
        for name, column in zip(self.inputs, chosen, strict=True):
            if column.dtype != np.int8 or column.shape != (chosen[0].size,):
                raise ValueError(f"The column of «{name}» must be int8, one-dimensional and as long as the others.")
            if column.size and not -1 <= column.min() <= column.max() <= 1:
                raise ValueError(f"The column of «{name}» holds codes other than 1, 0 and -1.")
        return chosen


class Inference:
    """Concludes nodes for all schools; keeps the engine of every node it has met until `close`.

    Example:
        with Inference() as inference:
            conclusion = inference.conclude("шнор", AnyOf((Fact("низкие_результаты"),)), columns)
    """

    def __init__(self) -> None:
        self.engine_name = f"durable-rules {metadata.version('durable_rules')}" if driver else "эталонный вычислитель"
        self._nodes: dict[tuple[str, Condition, bool], _Node] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free all engines; a later `conclude` compiles what it needs anew."""
        for node in self._nodes.values():
            node.close()
        self._nodes.clear()

    def _node(self, name: str, condition: Condition, divide: bool) -> _Node:
        key = (name, condition, divide)
        return self._nodes.get(key) or self._nodes.setdefault(key, _Node(name, condition, divide))

    def conclude(self, name: str, condition: Condition, columns: Mapping[str, Codes]) -> Conclusion:
        """Find the status of a node and the trail to it for every row of the input columns.

        Shapes: each column (n,) int8 codes of Truth -> status and pattern (n,).
        Errors: ValueError for malformed columns or a circular condition, LimitError for one too large,
        InferenceError when the engine and the meaning of the condition disagree.
        """
        node = self._node(name, condition, divide=False)
        chosen = node.chosen(columns)
        pattern, example = distinct_patterns(chosen)
        if example.size > _MANY:
            node = self._node(name, condition, divide=True)
        patterns = {each: column[example] for each, column in zip(node.inputs, chosen, strict=True)}
        statuses, trails, calls = node.conclude(patterns)
        return Conclusion(statuses[pattern], pattern, tuple(trails), calls)
