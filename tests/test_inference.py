"""Inference through durable-rules: against the oracle, at its limits, and with faults planted in the engine."""

import json
import os
import random
import re
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine import inference
from engine.conditions import AllOf, AnyOf, AtLeast, Fact, Not, Undetermined, names
from engine.inference import Engine, Inference, InferenceError, LimitError, Rule, Step, compile_node
from engine.truth import Truth
from tests import oracle

ROOT = Path(__file__).parents[1]
REAL = inference.driver
needs_engine = pytest.mark.skipif(REAL is None, reason="durable_rules_engine cannot be imported here")

A, B, C, D = (Fact(name) for name in "абвг")
MET, UNKNOWN, NOT_MET = 1, 0, -1


def columns(**codes):
    return {name: np.array(each, np.int8) for name, each in codes.items()}


def conclude(condition, **codes):
    """Conclude node «и» once; codes are one number or a list per name."""
    with Inference() as engine:
        return engine.conclude("и", condition, columns(**{name: np.atleast_1d(each) for name, each in codes.items()}))


def steps(condition, **codes):
    return [(each.conclusion, each.because) for each in conclude(condition, **codes).trails[0]]


# ---- what a reader sees


def test_a_fact_passes_its_truth_on():
    result = conclude(A, а=[MET, UNKNOWN, NOT_MET])
    assert result.status.tolist() == [MET, UNKNOWN, NOT_MET]
    trails = [result.trails[each] for each in result.pattern]
    assert trails == [(Step("и=met", ("а=met",)),), (), (Step("и=not_met", ("а=not_met",)),)]


def test_not_turns_the_truth_and_names_the_reason():
    result = conclude(Not(A), а=[MET, UNKNOWN, NOT_MET])
    assert result.status.tolist() == [NOT_MET, UNKNOWN, MET]
    assert steps(Not(A), а=MET) == [("и=not_met", ("а=met",))]


def test_undetermined_is_met_by_the_unknown_only():
    result = conclude(Undetermined("а"), а=[MET, UNKNOWN, NOT_MET])
    assert result.status.tolist() == [NOT_MET, MET, NOT_MET]
    assert steps(Undetermined("а"), а=UNKNOWN) == [("и=met", ("а=unknown",))]
    assert steps(AllOf([Undetermined("а"), B]), а=NOT_MET, б=MET) == [("и=not_met", ("а=not_met",))]


def test_every_alternative_that_holds_is_a_step_of_its_own():
    assert steps(AnyOf([A, B, C]), а=MET, б=NOT_MET, в=MET) == [("и=met", ("а=met",)), ("и=met", ("в=met",))]


def test_one_not_met_is_enough_against_all():
    assert steps(AllOf([A, B, C]), а=UNKNOWN, б=NOT_MET, в=MET) == [("и=not_met", ("б=not_met",))]


def test_at_least_names_all_members_that_hold():
    because = ("а=met", "б=met", "г=met")
    assert steps(AtLeast(2, [A, B, C, D]), а=MET, б=MET, в=UNKNOWN, г=MET) == [("и=met", because)]


def test_helper_rules_are_folded_into_the_names_people_wrote():
    condition = AllOf([AnyOf([A, B]), Not(AllOf([C, D]))])
    reasons = ("а=met", "б=met", "в=not_met")
    assert steps(condition, а=MET, б=MET, в=NOT_MET, г=UNKNOWN) == [("и=met", reasons)]


def test_a_split_conjunction_is_one_step():
    everything = {f"п{number}": MET for number in range(60)}
    because = tuple(f"{name}=met" for name in everything)
    assert steps(AllOf(map(Fact, everything)), **everything) == [("и=met", because)]


@needs_engine
def test_only_distinct_patterns_go_through_the_engine():
    rows = np.random.default_rng(1).integers(-1, 2, (40_000, 3)).astype(np.int8)
    result = conclude(AtLeast(2, [A, B, C]), а=rows[:, 0], б=rows[:, 1], в=rows[:, 2])
    assert result.engine_calls == len(result.trails) == 27
    both_met = (rows[:, :2] == MET).all(axis=1)
    assert set(result.status[both_met]) == {MET}


@needs_engine
def test_the_run_can_say_what_derived_it():
    assert re.fullmatch(r"durable-rules 2\.0\.28", Inference().engine_name)


# ---- against the oracle


def random_condition(draw, known, depth):
    if depth == 0 or draw.random() < 0.2:
        return draw.choice([Fact, Fact, Fact, Undetermined])(draw.choice(known))
    form = draw.choice([AllOf, AnyOf, AtLeast, Not])
    if form is Not:
        return Not(random_condition(draw, known, depth - 1))
    size = draw.choice([1, 2, 3, 4, 5] if depth > 1 else [2, 3, 20])
    items = AllOf(random_condition(draw, known, depth - 1) for _ in range(size)).items
    return AtLeast(draw.randint(1, len(items)), items) if form is AtLeast else form(items)


def random_base(draw):
    """Three levels; the conditions of each may refer to the names and to the conclusions of those below."""
    signs = [f"признак_{number}" for number in range(draw.randint(5, 25))]
    known, nodes = list(signs), {}
    for level in range(3):
        new = {f"узел_{level}_{number}": random_condition(draw, known, draw.randint(1, 3)) for number in range(2)}
        nodes |= new
        known += new
    return signs, nodes


def random_facts(draw, signs, rows):
    """Rows of every kind, from nearly all known to nearly all unknown, from nearly all met to hardly any."""
    table = []
    for _ in range(rows):
        met, unknown = draw.choice([0.1, 0.3, 0.5, 0.9]), draw.choice([0, 0.05, 0.3, 0.8])
        weights = [(1 - unknown) * (1 - met), unknown, (1 - unknown) * met]
        table.append(draw.choices([NOT_MET, UNKNOWN, MET], weights, k=len(signs)))
    return dict(zip(signs, np.array(table, np.int8).T.copy(), strict=True))


def words_of(table):
    """Rows of a table of codes as mappings from name to the oracle's words."""
    rows = zip(*(column.tolist() for column in table.values()), strict=True)
    return [{name: oracle.WORDS[Truth(code)] for name, code in zip(table, row, strict=True)} for row in rows]


def chain(engine, nodes, table):
    """Conclude level after level; the conclusions become columns of `table`."""
    results = {}
    for name, condition in nodes.items():
        results[name] = engine.conclude(name, condition, table)
        table[name] = results[name].status
    return results


def test_random_rule_bases_agree_with_the_oracle():
    draw, tested, compared = random.Random(20220602), 0, 0
    seen = dict.fromkeys(oracle.WORDS.values(), 0)
    while tested < 20_000:
        signs, nodes = random_base(draw)
        table = random_facts(draw, signs, 250)
        expected = words_of(table)
        tested += len({tuple(row.values()) for row in expected})
        with Inference() as engine:
            chain(engine, nodes, table)
        actual = words_of(table)
        for name, condition in nodes.items():
            tree = oracle.from_condition(condition)
            for row in expected:
                row[name] = oracle.kleene(tree, row)
                seen[row[name]] += 1
                compared += 1
        assert actual == expected
    assert tested >= 20_000
    assert compared == sum(seen.values()) >= 6 * 20_000
    assert min(seen.values()) > compared / 20, "the test must see every truth often"


def test_a_trail_suffices_for_its_conclusion():
    """Forget all that a step does not name: the oracle must still come to the same conclusion."""
    draw, told = random.Random(7), 0
    while told < 3_000:
        signs, nodes = random_base(draw)
        table = random_facts(draw, signs, 40)
        with Inference() as engine:
            results = chain(engine, nodes, table)
        rows = words_of(table)
        for name, condition in nodes.items():
            tree, inputs, result = oracle.from_condition(condition), names(condition), results[name]
            for row, pattern in zip(rows, result.pattern, strict=True):
                trail = result.trails[pattern]
                assert bool(trail) == (row[name] != oracle.UNKNOWN)
                for step in trail:
                    assert suffices(step, tree, inputs, row, f"{name}={row[name]}")
                    told += 1


def suffices(step, tree, inputs, row, conclusion):
    named = dict(literal.rsplit("=", 1) for literal in step.because)
    assert all(row[name] == word for name, word in named.items()), "a step names what is not so"
    remembered = {name: named.get(name, oracle.UNKNOWN) for name in inputs}
    return step.conclusion == conclusion == f"{conclusion.rpartition('=')[0]}={oracle.kleene(tree, remembered)}"


def test_the_fallback_equals_durable_rules(monkeypatch):
    draw, by_engine, by_hand = random.Random(11), [], []
    cases = []
    for _ in range(25):
        signs, nodes = random_base(draw)
        cases.append((nodes, random_facts(draw, signs, 60)))
    for nodes, table in cases:
        with Inference() as engine:
            by_engine.append(chain(engine, nodes, dict(table)))
    monkeypatch.setattr(inference, "driver", None)
    for nodes, table in cases:
        with Inference() as engine:
            assert engine.engine_name == "эталонный вычислитель"
            by_hand.append(chain(engine, nodes, dict(table)))
    for one, other in zip(by_engine, by_hand, strict=True):
        for name, result in one.items():
            assert result.status.tolist() == other[name].status.tolist()
            assert result.pattern.tolist() == other[name].pattern.tolist()
            assert result.trails == other[name].trails
            assert other[name].engine_calls == 0


def test_a_machine_without_the_library_still_concludes():
    program = """
import sys
sys.modules["durable_rules_engine"] = None
import numpy as np
from engine.conditions import Fact, Not
from engine.inference import Inference
engine = Inference()
print(engine.conclude("и", Not(Fact("а")), {"а": np.array([1, 0, -1], np.int8)}).status.tolist())
"""
    assert run_python(program) == "[-1, 0, 1]"


# ---- sizes


@pytest.mark.parametrize("size", [16, 17, 31, 32, 60, 200])
def test_wide_conditions(size):
    facts = [Fact(f"п{number}") for number in range(size)]
    some = [AtLeast(count, facts) for count in (1, 2, size // 2, size - 1, size)]
    for condition in [AllOf(facts), AnyOf(facts), *some]:
        assert_agrees(condition, random_rows(facts, 40))


def random_rows(facts, count):
    """Some rows close to the edge of all and of any, so that every truth occurs."""
    rows = np.random.default_rng(len(facts)).integers(-1, 2, (count, len(facts))).astype(np.int8)
    rows[:8], rows[8:16] = MET, NOT_MET
    for number in range(8):
        rows[number, number::9][: number // 2] = UNKNOWN
        rows[8 + number, number::9][: number // 2] = UNKNOWN
    return {fact.name: column for fact, column in zip(facts, rows.T.copy(), strict=True)}


def assert_agrees(condition, table):
    tree = oracle.from_condition(condition)
    expected = [oracle.kleene(tree, row) for row in words_of(table)]
    with Inference() as engine:
        status = engine.conclude("и", condition, table).status.tolist()
    assert [oracle.WORDS[Truth(code)] for code in status] == expected


def test_more_patterns_than_a_district_could_have():
    """21,000 different patterns of 10 inputs: nothing may depend on their being few."""
    codes = np.random.default_rng(5).permutation(3**10)[:21_000]
    table = {f"п{place}": (codes // 3**place % 3 - 1).astype(np.int8) for place in range(10)}
    with Inference() as engine:
        result = engine.conclude("и", AllOf(map(Fact, table)), table)
    assert len(result.trails) == 21_000
    assert result.status.tolist() == np.min(list(table.values()), axis=0).tolist()


def test_no_schools_is_not_an_error():
    result = conclude(AllOf([A, B]), а=[], б=[])
    assert result.status.tolist() == result.pattern.tolist() == list(result.trails) == []


def repeated(times):
    """A condition that says «общий» in so many places."""
    return AnyOf([AllOf([Fact("общий"), Fact(f"п{number}")]) for number in range(times)])


def test_one_fact_may_meet_as_many_rules_as_the_limit_allows():
    condition = repeated(inference.MOST_USES)
    table = {name: np.array([MET, NOT_MET, UNKNOWN], np.int8) for name in names(condition)}
    assert_agrees(condition, table)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (repeated(61), "повторений одной части 61 при пределе 60"),
        (AtLeast(250, [Fact(f"п{number}") for number in range(501)]), "разных частей 501 при пределе 500"),
    ],
)
def test_a_condition_beyond_the_engine_is_refused_with_advice(condition, reason):
    with pytest.raises(LimitError, match=f"Условие «шнор».*{reason}; вынесите часть условия"):
        compile_node("шнор", condition)


@pytest.mark.parametrize("condition", [Fact("шнор"), AllOf([A, Not(Undetermined("шнор"))])])
def test_a_node_on_itself_is_refused(condition):
    with pytest.raises(ValueError, match="«шнор» depends on itself"):
        compile_node("шнор", condition)


def test_a_name_that_could_be_a_helper_is_refused():
    with pytest.raises(ValueError, match="may not start with «~»"):
        compile_node("шнор", AllOf([A, Fact("~1")]))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"а": np.array([1], np.int8)}, "«б», which has no column"),
        (columns(а=[1, 0], б=[1]), "as long as the others"),
        (columns(а=[[1]], б=[[1]]), "one-dimensional"),
        ({"а": np.array([1]), "б": np.array([1])}, "must be int8"),
        (columns(а=[1], б=[2]), "codes other than"),
    ],
)
def test_malformed_columns_are_refused(bad, reason):
    with Inference() as engine, pytest.raises(ValueError, match=reason):
        engine.conclude("и", AllOf([A, B]), bad)


def test_names_that_the_engine_hashes_alike_stay_two_names():
    """FNV-1a of these two names is the same 32 bits; as ids of facts the engine would merge them."""
    twins = "4836825256", "8286850141"
    with pytest.raises(InferenceError, match="cannot tell"):
        inference.refuse_collisions(twins)
    assert_agrees(AllOf(map(Fact, twins)), dict(zip(twins, columns(а=[1, 1, -1], б=[1, -1, 1]).values(), strict=True)))


def test_ids_of_the_largest_node_do_not_collide():
    ids = map(str, range(3 * inference.MOST_NAMES))
    inference.refuse_collisions([*ids, "$begin", "sid-0", "$pulse"])


@pytest.mark.parametrize("odd", ['"кавычки"=met', "%s\n\\u0430", "$not", "а" * 3000, " "])
def test_odd_names_pass_unharmed(odd):
    assert steps(AllOf([A, Fact(odd)]), а=MET, **{odd: MET}) == [("и=met", ("а=met", f"{odd}=met"))]


# ---- planted faults: none may pass unseen, and the next school must come out right


class Faulty:
    """The real driver with some of its functions replaced."""

    def __init__(self, **replaced):
        self.__dict__.update(replaced)

    def __getattr__(self, name):
        return getattr(REAL, name)


def lose_the_second_firing():
    firings = iter(range(100))

    def lose(handle, state):
        message = REAL.complete_and_start_action(handle, state)
        return REAL.complete_and_start_action(handle, state) if next(firings) == 1 else message

    return {"complete_and_start_action": lose}


def fire_instead(message):
    return {"complete_and_start_action": lambda handle, state: message}


def fail_with(function, fault):
    def fail(*_):
        raise fault

    return {function: fail}


def truncate(handle, facts):
    """What durable-rules does with a value it cannot parse: it drops the rest of the batch in silence."""
    return REAL.assert_facts(handle, facts[: facts.rindex(",{")] + "]")


def firing(rule, *facts):
    """A firing made up: rule and facts by the numbers the engine gave them, in the order of the condition."""
    match = {f"m{place}": {"id": fact} for place, fact in enumerate(facts)}
    return fire_instead(json.dumps({rule: match}))


# The node is (а or б) and в, with all three met. Rules: r0 helper <- а, r1 helper <- б, r2 и <- helper and в,
# r3 helper of "not met" <- not а and not б. Facts: 0 а, 1 б, 2 helper, 3 в, 4 not а, 5 not б.
FAULTS = {
    "a lost firing that changes only the trail": (lose_the_second_firing, "Rules lost"),
    "facts dropped in silence": (lambda: {"assert_facts": truncate}, "Rules lost"),
    "all firings lost": (lambda: fire_instead(None), "Rules lost"),
    "no action at all": (lambda: {"start_action_for_state": lambda *_: None}, "lost its first firing"),
    "facts refused by a code": (lambda: {"assert_facts": lambda *_: (1, 0)}, "refused a fact with code 1"),
    "a conclusion refused by a code": (lambda: {"assert_fact": lambda *_: (1, 0)}, "refused a fact with code 1"),
    "an error on a conclusion": (lambda: fail_with("assert_fact", REAL.error("code: 305")), "failed.*305"),
    "an error on completion": (lambda: fail_with("complete_and_start_action", REAL.error("code: 307")), "failed.*307"),
    "a rule that does not exist": (lambda: firing("r99", "0"), "failed.*r99"),
    "a fact that does not exist": (lambda: firing("r0", "99"), "failed.*99"),
    "facts that do not hold": (lambda: firing("r3", "4", "5"), "because of.*not_met.*time 1"),
    "a fact of another rule": (lambda: firing("r1", "0"), "because of {'а=met'}, time 1"),
    "too few facts": (lambda: firing("r2", "3"), "because of {'в=met'}, time 1"),
    "the same firing for ever": (lambda: firing("r0", "0"), "time 2"),
    "a message cut short": (lambda: fire_instead('{"r0": {"m0": '), "failed.*JSONDecodeError"),
    "a message of another shape": (lambda: fire_instead('{"r0": [{}], "r1": [{}]}'), "failed"),
}


@needs_engine
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_engine_stops_the_run(monkeypatch, fault):
    plant, reason = FAULTS[fault]
    condition, facts = AllOf([AnyOf([A, B]), C]), columns(а=[1], б=[1], в=[1])
    with Inference() as engine:
        before = engine.conclude("и", condition, facts)
        assert before.trails == ((Step("и=met", ("а=met", "б=met", "в=met")),),)
        with monkeypatch.context() as patch:
            patch.setattr(inference, "driver", Faulty(**plant()))
            with pytest.raises(InferenceError, match=reason):
                engine.conclude("и", condition, facts)
        after = engine.conclude("и", condition, facts)
        other = engine.conclude("и", condition, columns(а=[0], б=[1], в=[-1]))
    assert after.trails == before.trails
    assert other.trails == ((Step("и=not_met", ("в=not_met",)),),)


@needs_engine
def test_an_interrupt_reaches_the_caller_and_leaves_the_engine_usable(monkeypatch):
    condition, facts = AllOf([AnyOf([A, B]), C]), columns(а=[1], б=[1], в=[1])
    with Inference() as engine:
        engine.conclude("и", condition, facts)
        for function in ("assert_facts", "start_action_for_state", "assert_fact", "complete_and_start_action"):
            with monkeypatch.context() as patch:
                patch.setattr(inference, "driver", Faulty(**fail_with(function, KeyboardInterrupt())))
                with pytest.raises(KeyboardInterrupt):
                    engine.conclude("и", condition, facts)
            assert engine.conclude("и", condition, columns(а=[0], б=[0], в=[1])).status.tolist() == [0]


@needs_engine
def test_a_state_in_which_nothing_ran_is_not_deleted(monkeypatch):
    """The library then reads memory it never wrote: a crash of the whole process, not an exception."""
    deleted = []
    broken = Faulty(start_action_for_state=lambda *_: None, delete_state=lambda *state: deleted.append(state))
    monkeypatch.setattr(inference, "driver", broken)
    with pytest.raises(InferenceError, match="lost its first firing"):
        Engine(compile_node("и", A))
    assert deleted == []


@needs_engine
def test_facts_left_over_from_one_school_never_reach_the_next(monkeypatch):
    with Inference() as engine, monkeypatch.context() as patch:
        patch.setattr(inference, "driver", Faulty(delete_state=lambda *_: None))
        with pytest.raises(InferenceError):
            engine.conclude("и", AllOf([A, B]), columns(а=[1, 0], б=[0, 1]))
    assert conclude(AllOf([A, B]), а=[1, 0], б=[0, 1]).status.tolist() == [0, 0]


def test_rules_that_do_not_mean_the_condition_stop_the_run(monkeypatch):
    """A mistake in the compiler is not the engine's fault, and is caught all the same."""
    wrong = (Rule("и=met", ("а=met",), 1), Rule("и=not_met", ("а=not_met", "б=not_met"), 2))
    monkeypatch.setattr(inference, "compile_node", lambda *_: wrong)
    with pytest.raises(InferenceError, match="UNKNOWN by definition"):
        conclude(AllOf([A, B]), а=MET, б=UNKNOWN)


def test_met_and_not_met_at_once_stops_the_run(monkeypatch):
    wrong = (Rule("и=met", ("а=met",), 1), Rule("и=not_met", ("а=met",), 1))
    monkeypatch.setattr(inference, "compile_node", lambda *_: wrong)
    with pytest.raises(InferenceError, match="MET by definition"):
        conclude(A, а=MET)


@needs_engine
def test_a_closed_engine_refuses_to_run():
    engine = Engine(compile_node("и", AllOf([A, B])))
    engine.close()
    engine.close()
    with pytest.raises(InferenceError, match="closed"):
        engine.fire(["а=met"])


def test_a_closed_inference_compiles_anew():
    engine = Inference()
    for _ in range(2):
        assert engine.conclude("и", A, columns(а=[1])).status.tolist() == [1]
        engine.close()


# ---- the same answer whatever the circumstances


def test_the_order_of_schools_and_columns_does_not_matter():
    draw = random.Random(3)
    signs, nodes = random_base(draw)
    table = random_facts(draw, signs, 200)
    order = np.random.default_rng(3).permutation(200)
    with Inference() as engine:
        straight = chain(engine, nodes, dict(table))
        mixed = chain(engine, nodes, {name: table[name][order] for name in reversed(signs)})
    for name, result in straight.items():
        assert mixed[name].status.tolist() == result.status[order].tolist()
        assert mixed[name].pattern.tolist() == result.pattern[order].tolist()
        assert mixed[name].trails == result.trails


def test_the_order_of_items_changes_only_the_order_of_reasons():
    codes = dict(zip("абвг", np.random.default_rng(4).integers(-1, 2, (4, 60)), strict=True))
    for form in (AllOf, AnyOf, lambda items: AtLeast(2, items)):
        one, other = conclude(form([A, B, C, D]), **codes), conclude(form([D, B, A, C]), **codes)
        assert one.status.tolist() == other.status.tolist()
        assert [reasons(one, row) for row in range(60)] == [reasons(other, row) for row in range(60)]


def reasons(result, row):
    return {(step.conclusion, frozenset(step.because)) for step in result.trails[result.pattern[row]]}


def test_the_seed_of_hashes_does_not_matter():
    program = """
import random
from tests.test_inference import Inference, chain, random_base, random_facts
draw = random.Random(9)
for _ in range(5):
    signs, nodes = random_base(draw)
    for result in chain(Inference(), nodes, random_facts(draw, signs, 30)).values():
        print(result.status.tolist(), result.trails)
"""
    told = [run_python(program, seed) for seed in ("0", "1")]
    assert told[0] == told[1]
    assert told[0].count("Step(") > 100


def run_python(program, seed="0"):
    """Run a program in a fresh interpreter; engines it leaves open must not disturb its exit."""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_divided_condition_concludes_the_same(monkeypatch):
    """Where schools show many patterns a condition is divided into nodes; neither statuses nor trails may tell."""
    for seed in range(20):
        draw = random.Random(seed)
        signs, nodes = random_base(draw)
        table, results = random_facts(draw, signs, 200), []
        for many in (0, 10**9):
            monkeypatch.setattr(inference, "_MANY", many)
            with Inference() as engine:
                results.append(chain(engine, nodes, dict(table)))
        for divided, whole in zip(results[0].values(), results[1].values(), strict=True):
            assert divided.status.tolist() == whole.status.tolist()
            assert [divided.trails[each] for each in divided.pattern] == [whole.trails[each] for each in whole.pattern]


def test_threads_may_share_the_engines():
    draw = random.Random(13)
    signs, nodes = random_base(draw)
    tables = [random_facts(draw, signs, 60) for _ in range(12)]
    with Inference() as engine, ThreadPoolExecutor(4) as threads:
        shared = list(threads.map(lambda table: chain(engine, nodes, dict(table)), tables))
    for table, results in zip(tables, shared, strict=True):
        with Inference() as engine:
            for name, alone in chain(engine, nodes, dict(table)).items():
                assert results[name].status.tolist() == alone.status.tolist()
                assert results[name].trails == alone.trails


@needs_engine
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has other units elsewhere")
def test_engines_give_their_memory_back():
    """300 engines never freed would hold about 100 MB; both `close` and the garbage collector must free them."""
    condition = AtLeast(8, [Fact(f"п{number}") for number in range(16)])
    table = {name: np.array([1, -1], np.int8) for name in names(condition)}
    Inference().conclude("и", condition, table)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(600):
        engine = Inference()
        engine.conclude("и", condition, table)
        if number % 2:
            engine.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
