"""Schools to criteria, categories and measures: the product beside numpy, OpenFisca and ZEN, with equal answers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

import numpy as np

from benchmarks import ruleset, schools
from benchmarks.by_numpy import Tight, Usual, fully_known, two_valued
from benchmarks.by_product import ByProduct, registry_of
from benchmarks.measuring import Aim, Section, Timing, checksum, decimal, measure, milliseconds, table
from benchmarks.memory import Memory, measured

Statuses = Mapping[str, np.ndarray]


def run(count: int = 40_000, repeats: int = 15, memory: bool = True) -> Section:
    """Measure everything that is installed; peers that are not are left out and named."""
    race = _Race(count)
    race.numpy_and_product(repeats)
    if find_spec("openfisca_core"):
        race.openfisca(repeats)
    if find_spec("zen"):
        race.zen(min(repeats, 3))
    return race.section(measured("schools", count) if memory else None)


class _Race:
    def __init__(self, count: int):
        self.base, self.schools = ruleset.make(), schools.make(count)
        self.tight, self.usual = Tight(self.base), Usual(self.base)
        self.product = ByProduct(ruleset.yaml_text(self.base), {"школы": registry_of(self.schools)})
        self.product.prepare()
        self.truth = self.tight.everything(self.schools)
        self.known = fully_known(self.base, self.schools)
        self.times: dict[str, Timing] = {}
        self.ratios: dict[str, float] = {}
        self.rows: list[tuple[str, ...]] = []
        self.notes: list[str] = []
        self.wrong: list[str] = []
        self.calls = 0

    # ------------------------------------------------------------ competitors

    def numpy_and_product(self, repeats: int) -> None:
        evaluation = self.product.evaluate()
        self.calls = evaluation.engine_calls
        answers = {"numpy обычный": self.usual.everything(self.schools), "school-risk": {name: evaluation.status(name) for name in self.truth}}
        for who, answer in answers.items():
            self._must_equal(who, answer, self.truth)
        self._must_equal("school-risk, только критерии", self.product.signs(), self.tight.signs(self.schools))
        works = {"предельный критерии": lambda: self.tight.signs(self.schools), "предельный": lambda: self.tight.everything(self.schools),
                 "обычный критерии": lambda: self.usual.signs(self.schools), "обычный": lambda: self.usual.everything(self.schools),
                 "school-risk критерии": self.product.signs, "school-risk": self.product.evaluate}
        self.times |= dict(zip(works, measure(*works.values(), repeats=repeats), strict=True))
        for title, key, answer in ((f"numpy {_TIGHT}", "предельный", self.truth), (f"numpy {_USUAL}", "обычный", self.truth),
                                   (f"**school-risk**, {evaluation.engine_name}", "school-risk", answers["school-risk"])):
            self._row(title, self.times[f"{key} критерии"], self.times[key], answer)

    def openfisca(self, repeats: int) -> None:
        from benchmarks.by_openfisca import VERSION, ByOpenFisca
        peer = ByOpenFisca(self.base, self.schools)
        answer = peer.everything()
        self._must_equal(f"{VERSION} и numpy в float32 с нулём вместо пропуска", answer, two_valued(self.base, self.schools.types, peer.values))
        own, other = measure(self.product.evaluate, peer.everything, repeats=min(repeats, 7))
        self.ratios["OpenFisca"] = other.least / own.least
        self._peer(VERSION, other, answer, "пропуск — значение по умолчанию, здесь 0; числа float32")

    def zen(self, repeats: int) -> None:
        from benchmarks.by_zen import VERSION, ByZen
        peer = ByZen(self.base, self.schools)
        answer = peer.everything()
        self._must_equal(f"{VERSION} и numpy, где сравнение с пропуском ложно", answer, two_valued(self.base, self.schools.types, self.schools.values))
        own, other = measure(self.product.evaluate, peer.batch, repeats=repeats)
        self.ratios["ZEN"] = other.least / own.least
        self._peer(VERSION, other, answer, "сравнение с пропуском обрывает расчёт школы, поэтому каждое прикрыто «!= null and …»: пропуск — не выполнено")

    # ------------------------------------------------------------ comparing

    def _must_equal(self, who: str, answer: Statuses, expected: Statuses) -> None:
        different = [name for name in expected if not np.array_equal(answer[name], expected[name])]
        if different:
            self.wrong.append(f"{who}: {len(different)} из {len(expected)}, первый — {different[0]}")

    def _peer(self, version: str, timing: Timing, answer: Statuses, missing: str) -> None:
        on_known = sum(int((answer[name] != self.truth[name])[self.known[name]].sum()) for name in self.truth)
        if on_known:
            self.wrong.append(f"{version}: {on_known} выводов по полным данным")
        undetermined = sum(int((self.truth[name] == 0).sum()) for name in self.truth)
        invented = sum(int(((self.truth[name] == 0) & (answer[name] != 0)).sum()) for name in self.truth)
        self._row(version, None, timing, answer)
        total = len(self.truth) * len(self.schools)
        self.notes.append(f"{version}: {missing}. Третьего исхода нет: определённым назван вывод, который сведения не определяют, — "
                          f"{_thousands(invented)} из {_thousands(undetermined)} неопределённых (всего выводов {_thousands(total)}); "
                          "по полным данным каждого вывода ответы те же.")

    def _row(self, title: str, criteria: Timing | None, whole: Timing, answer: Statuses) -> None:
        usual, tight = self.times["обычный"].least, self.times["предельный"].least
        self.rows.append((title, milliseconds(criteria.least) if criteria else "—", milliseconds(whole.least), milliseconds(whole.median),
                          decimal(whole.least / usual), decimal(whole.least / tight), f"`{checksum(answer)}`"))

    # ------------------------------------------------------------ the report

    def section(self, memory: Memory | None) -> Section:
        header = ("", "критерии, мс", "всё, мс", "медиана, мс", "к обычному numpy", "к предельному", "контрольная сумма")
        notes = [f"Пропусков {decimal(100 * self.schools.missing_share)} %. Вызовов durable-rules за расчёт: {_thousands(self.calls)} "
                 "(каждая разная комбинация признаков узла — один вызов; остальные школы получают вывод и цепочку оснований по ней).", *self.notes]
        absent = [name for name, module in (("OpenFisca", "openfisca_core"), ("ZEN", "zen")) if not find_spec(module)]
        notes += [f"{name} не установлен и не измерен." for name in absent]
        if memory:
            notes.append(f"Память: с готовыми данными процесс занимает {memory.data:.0f} МБ, подготовка и расчёт добавляют в пике {memory.over:.0f} МБ.")
        title = f"{_thousands(len(self.schools))} школ × 60 показателей × 40 критериев → 6 категорий → 25 мер"
        return Section(title, table(header, self.rows) + "\n\n" + "\n".join(f"- {note}" for note in notes), tuple(self._aims(memory)), tuple(self.wrong))

    def _aims(self, memory: Memory | None) -> list[Aim]:
        def ratio(part: str, who: str) -> float:
            return self.times[f"school-risk{part}"].least / self.times[f"{who}{part}"].least
        criteria, whole = (tuple(ratio(part, who) for who in ("обычный", "предельный")) for part in (" критерии", ""))
        aims = [Aim("критерии ≤ 3 × numpy обычного", f"{decimal(criteria[0])} ×", criteria[0] <= 3),
                Aim("критерии ≤ 3 × numpy предельного", f"{decimal(criteria[1])} ×", criteria[1] <= 3),
                Aim("всё ≤ 8 × numpy обычного", f"{decimal(whole[0])} ×", whole[0] <= 8),
                Aim("всё ≤ 8 × numpy предельного", f"{decimal(whole[1])} ×", whole[1] <= 8)]
        if "ZEN" in self.ratios:
            aims.append(Aim("≥ 20 × быстрее пакетного вызова ZEN", f"в {decimal(self.ratios['ZEN'])} раза", self.ratios["ZEN"] >= 20))
        if memory:
            aims.append(Aim("пик < 200 МБ над данными", f"{memory.over:.0f} МБ", memory.over < 200))
        return aims


_TIGHT = "предельный: коды int8, «и» — минимум"
_USUAL = "обычный: np.where и np.isnan"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
