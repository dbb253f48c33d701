"""Pairs of similar works inside classes: counted while rows of pupils are read, against a brute-force count; what is missing stays «не измерено»."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.inputs.formats.pupil_pairs import class_name
from engine.objectivity.from_tables import Names, Source
from engine.objectivity.records import Schools
from engine.objectivity.school_signs import measure
from engine.objectivity.similarity import fit_rate, rate_excess
from tests.formats_books import book, head, individual, read, rows, short

TOPS = (1, 2, 1, 2, 2, 1, 2, 3, 2, 1, 2, 2, 1)     # 13 items: two packed words
SCHOOLS, CLASSES, CLASS = 24, ("5А", "5Б"), 14
CODES = [9001 + number for number in range(SCHOOLS)]


@pytest.fixture
def folder(tmp_path):
    book(tmp_path / "Реестр.xlsx", [["Код ОО", "Краткое наименование", "Тип ОО", "Муниципалитет", "1–4 классы", "5–9 классы", "10–11 классы"],
                                    *([code, f"Школа {code}", "СОШ", "Район", "да", "да", "да"] for code in CODES)], "Реестр")
    book(tmp_path / "Коды.xlsx", [["Логин ФИС ОКО", "Код ОО"], *[[f"edu90{code}", code] for code in CODES]], "Коды")
    return tmp_path


def draw(seed: int) -> list[np.ndarray]:
    """Item scores of honest pupils by school: each solves by ability and the item's difficulty, for oneself."""
    rng = np.random.default_rng(seed)
    difficulty = rng.normal(0, 0.8, len(TOPS))
    drawn = []
    for _ in CODES:
        ability = rng.normal(rng.normal(0, 0.3), 1, len(CLASSES) * CLASS)
        chance = 1 / (1 + np.exp(difficulty - ability[:, None]))
        drawn.append(rng.binomial(np.array(TOPS), chance))
    return drawn


def copied(pupils: np.ndarray, seed: int = 3) -> np.ndarray:
    """In the first class twelve works repeat one, but for an item or two."""
    rng, result = np.random.default_rng(seed), pupils.copy()
    model = result[np.argsort(result[:CLASS].sum(1))[CLASS // 2]].copy()
    model[:] = [top // 2 if index % 2 else top for index, top in enumerate(TOPS)]
    for pupil in range(12):
        result[pupil] = model
        where = rng.integers(len(TOPS))
        result[pupil, where] = rng.integers(TOPS[where] + 1)
    return result


def lines(drawn: list[np.ndarray]) -> list[list]:
    pupils = {f"edu90{code}": [(*map(int, one), int(one.sum()), "нет отметки", 3) for one in items] for code, items in zip(CODES, drawn, strict=True)}
    made = individual(pupils, tuple((str(index + 1), top) for index, top in enumerate(TOPS)))
    number = 0
    for line in made[8:]:
        if len(line) > 4:
            line[4], number = CLASSES[number % (CLASS * len(CLASSES)) // CLASS], number + 1
    return made


def by_force(drawn: list[np.ndarray], tops=TOPS) -> list[tuple[int, int]]:
    """Count pairs one by one, with the expectation from the definition: (all informative, similar) by school."""
    pupils = [list(map(int, one)) for items in drawn for one in items]
    top, width = sum(tops), max(1, sum(tops) // 12)
    share = {}
    for total in range(top + 1):
        for item, most in enumerate(tops):
            weights = [0.02 + sum((1 - abs(sum(one) - total) / (width + 1)) for one in pupils if one[item] == value and abs(sum(one) - total) <= width) for value in range(most + 1)]
            share[total, item] = [weight / sum(weights) for weight in weights]
    result = []
    for items in drawn:
        pairs = similar = 0
        for start in range(0, len(items), CLASS):
            for one, other in combinations(items[start: start + CLASS], 2):
                match = [sum(a * b for a, b in zip(share[int(one.sum()), item], share[int(other.sum()), item], strict=True)) for item in range(len(tops))]
                variance = sum(p * (1 - p) for p in match)
                same = sum(int(a) == int(b) for a, b in zip(one, other, strict=True))
                pairs += variance > 0.8
                similar += variance > 0.8 and (same - sum(match)) / variance ** 0.5 > 3.2
        result.append((int(pairs), int(similar)))
    return result


def pairs_of(tables) -> list[tuple]:
    return rows(tables, "сходство_впр", "школа, участников, пар, похожих_пар", "WHERE пар IS NOT NULL ORDER BY 1")


def signs_of(tables) -> np.ndarray:
    """Compute the signs as a run does; schools are numbered by their code."""
    for table in ("работы_впр", "шкалы", "задания_впр", "сходство_впр"):
        tables.connection.execute(f"ALTER TABLE {table} ADD COLUMN _unit INTEGER")
        if table != "шкалы":
            tables.connection.execute(f"UPDATE {table} SET _unit = CAST(школа AS INTEGER) - {CODES[0]}")
    source = Source(tables.connection, Names("работы_впр", "шкалы", "задания_впр", similarity="сходство_впр"), SCHOOLS, 2026, 1)
    return measure(source.works(), Schools(SCHOOLS)).z["S8_similar"][:, -1]


# ---------------------------------------------------------------- counted rightly


def test_pairs_are_those_of_a_count_by_hand(folder):
    drawn = draw(1)
    drawn[4] = copied(drawn[4])
    book(folder / "ф1.xlsx", lines(drawn))
    tables, problems = read(folder)
    assert short(problems, "D407") == []
    expected = by_force(drawn)
    assert pairs_of(tables) == [(str(code), 2 * CLASS, *counts) for code, counts in zip(CODES, expected, strict=True)]
    assert expected[4][1] > 20 > max(similar for place, (_, similar) in enumerate(expected) if place != 4)


def test_a_copied_class_gives_the_sign_and_honest_classes_do_not(folder):
    drawn = draw(1)
    drawn[4] = copied(drawn[4])
    book(folder / "ф1.xlsx", lines(drawn))
    z = signs_of(read(folder)[0])
    assert np.argmax(z) == 4 and z[4] > 3 and (np.delete(z, 4) < 3).all()


def test_an_honest_district_has_no_sign(folder):
    book(folder / "ф1.xlsx", lines(draw(2)))
    z = signs_of(read(folder)[0])
    assert np.isfinite(z).all() and (z < 3).all()


def test_sheets_of_single_schools_are_compared_together(folder):
    """The form of collection holds one school: what is usual comes from all of them. Item names are the same, so are the counts."""
    drawn = draw(1)
    for code, items in zip(CODES, drawn, strict=True):
        made = [*head("Протокол", top=sum(TOPS)), [], ["Код участника", "Вариант", *(f"{index + 1} ({top}б)" for index, top in enumerate(TOPS)), "Порядковый номер класса",
                                                     "Отметка за предыдущий период", "Итого баллов"]]
        made += [[f"7{index:04}", 1, *map(int, one), 1 + index // CLASS, 4, int(one.sum())] for index, one in enumerate(items)]
        book(folder / f"edu90{code} РУ 5 2026.xlsx", made, "Протокол")
    tables, _ = read(folder, allow_problems=True)
    assert [row[1:] for row in pairs_of(tables)] == [(2 * CLASS, *counts) for counts in by_force(drawn)]


@pytest.mark.parametrize("schools", [24, 45, 400])
@pytest.mark.parametrize("rate, pairs", [(3e-5, 1), (1e-4, 1), (3e-4, 1), (1e-4, 10), (1e-3, 1), (3e-3, 10)])
def test_tails_are_right_however_rare_similar_pairs_are(schools, rate, pairs):
    """Honest schools vary (gamma); above 2.33 there must be about one in a hundred, above 3.09 one in a thousand."""
    rng, z = np.random.default_rng(17), []
    for _ in range(8000 // schools):
        compared = rng.choice([100.0, 300.0, 700.0, 1000.0], schools) * pairs
        found = rng.poisson(compared * rate * rng.gamma(1 / 0.7, 0.7, schools)).astype(float)
        z.append(rate_excess(found, compared, fit_rate(found, compared)))
    z = np.concatenate(z)
    assert (z > 2.326).mean() < 0.017 and (z > 3.09).mean() < 0.0035


# ---------------------------------------------------------------- what cannot be compared is left out, not zero


def test_absent_pupils_pupils_without_an_item_and_without_a_class_are_left_out(folder):
    made = lines(draw(1))
    made[9][6:6 + len(TOPS) + 2] = ["X"] * (len(TOPS) + 1) + ["нет отметки"]     # absent
    item = next(index for index, value in enumerate(made[10][6:]) if value == 0)
    made[10][6 + item] = "X"                                                     # one item not begun: the total stands
    made[11][4] = "НЕТ"                                                          # no class
    made[12][4] = "5 \"а\""                                                      # the same class, written otherwise
    book(folder / "ф1.xlsx", made)
    tables, problems = read(folder)
    assert short(problems, "D407", "D413") == []
    assert pairs_of(tables)[0][1] == 2 * CLASS - 3 and pairs_of(tables)[1][1] == 2 * CLASS


@pytest.mark.parametrize("label", ["НЕТ", "", "5"])
def test_without_classes_it_is_not_measured(folder, label):
    """«5» for 28 pupils may be one class; for more than 45 it is not."""
    drawn = draw(1)
    drawn = [np.concatenate([items, items[::-1]]) for items in drawn]
    made = lines(drawn)
    for line in made[8:]:
        if len(line) > 4:
            line[4] = label
    book(folder / "ф1.xlsx", made)
    tables, _ = read(folder, allow_problems=True)
    assert pairs_of(tables) == [] and np.isnan(signs_of(tables)).all()
    assert len(rows(tables, "результаты", "школа") or rows(tables, "работы_впр", "школа")) > 0


def test_too_few_pupils_to_know_what_is_usual(folder):
    """Twelve schools of 28 are 336 pupils."""
    book(folder / "ф1.xlsx", lines(draw(1))[:8 + 12 * (2 * CLASS + 1)])
    tables, _ = read(folder)
    assert len(rows(tables, "работы_впр", "DISTINCT школа")) == 12 and pairs_of(tables) == []


def test_a_school_without_rows_of_pupils_is_not_measured_and_the_others_are(folder):
    made = lines(draw(1))
    book(folder / "ф1.xlsx", made[:8 + 23 * (2 * CLASS + 1)])
    tables, _ = read(folder)
    z = signs_of(tables)
    assert np.isfinite(z[:23]).all() and np.isnan(z[23])


def test_a_faulty_school_has_no_pairs(folder):
    made = lines(draw(1))
    made[9][6 + len(TOPS)] += 1          # items do not make the total: the row is shifted
    book(folder / "ф1.xlsx", made)
    tables, problems = read(folder, allow_problems=True)
    assert "D403" in {code for code, _ in short(problems)}
    assert [row[0] for row in pairs_of(tables)] == [str(code) for code in CODES[1:]]


def test_the_same_report_twice_does_not_double_the_pairs(folder):
    drawn = draw(1)
    book(folder / "а.xlsx", lines(drawn))
    book(folder / "б.xlsx", lines(drawn))
    tables, _ = read(folder)
    assert [row[2:] for row in pairs_of(tables)] == by_force(drawn)


# ---------------------------------------------------------------- nothing personal stays


def test_neither_classes_nor_pupils_stay(folder):
    book(folder / "ф1.xlsx", lines(draw(1)))
    tables, _ = read(folder)
    columns = [name for name, in tables.connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'сходство_впр'").fetchall()]
    assert not {"код", "участник", "литера"} & set(columns)
    for name, in tables.connection.execute("SELECT DISTINCT table_name FROM information_schema.tables").fetchall():
        text = str(tables.connection.execute(f'SELECT * FROM "{name}"').fetchall())
        assert "5А" not in text and "5Б" not in text and "500001" not in text, name
    assert not [name for name, in tables.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() if name == "_classes"]


@pytest.mark.parametrize("text, name", [("5А", "5а"), ("5 «а»", "5а"), ("5-A", "5а"), ("5.б", "5б"), ("НЕТ", ""), ("  ", ""), ("X", ""), ("2", "2")])
def test_spellings_of_one_class(text, name):
    assert class_name(text) == name
