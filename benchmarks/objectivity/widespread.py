"""Widespread lifting: 70 % of schools lift, so schools do not differ; only the absolute counterfactual sees it."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.objectivity.counterfactual import regional_spikes, school_absolute
from engine.objectivity.school_signs import measure
from engine.objectivity.verdict import judge

from .simulator import Region, World, simulate
from .tables import share, show


def widespread_table(seed: int, regions: int) -> str:
    """Compare the relative and the absolute sign when lifting is everywhere and when nobody lifts."""
    lifting = World(manipulators=0.7, kinds=("border",), intensities=(0.4,), starts=(1.0, 0.0, 0.0), rows=False)
    rows = []
    for name, world in (("поднимают 70 % школ (40 % работ у границы)", lifting),
                        ("никто не поднимает, доброжелательность 3 %", replace(lifting, manipulators=0.0)),
                        ("никто не поднимает, доброжелательности нет",
                         replace(lifting, manipulators=0.0, benevolence=0.0))):
        seen = np.array([_region(simulate(seed + i, world)) for i in range(regions)])
        rows.append((name, *(share(value) for value in seen.mean(0))))
    return show(f"Массовый подъём у границ (регионов: {regions})",
                ("мир", "A среди искажающих", "относительный z > 3,09, школы", "абсолютный z > 3,09, школы",
                 "границы «3», «4», «5», названные в регионе"), rows)


def _region(region: Region) -> tuple[float, float, float, float]:
    table = measure(region.works, region.schools)
    last = [work for work in region.works if work.key.year == table.years[-1]]
    guilty = region.truth.manipulates if region.truth.manipulates.any() else np.ones(region.schools.count, bool)
    total, variance = np.zeros(region.schools.count), np.zeros(region.schools.count)
    named = []
    for work in last:
        _, _, spike, inflation = school_absolute(work.hist, work.borders)
        total += spike.excess
        variance += inflation
        named += [spike.named for spike in regional_spikes(work.hist.sum(0), work.borders)]
    absolute = total / np.sqrt(np.maximum(variance, 1.0))
    return (judge(table).decision.attention[guilty].mean(), (table.z["S2_spike"][guilty, -1] > 3.09).mean(),
            (absolute[guilty] > 3.09).mean(), float(np.mean(named)))
