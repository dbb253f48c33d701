"""OpenFisca-Core: indicators, criteria, categories and measures as vectorised variables, thresholds as dated parameters.

OpenFisca has no missing value: an input that is not set is the variable's default, here 0; floats are float32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from importlib import metadata

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks import ruleset
from benchmarks.by_numpy import SIGNS
from benchmarks.ruleset import INDICATORS, SCHOOL_TYPE, SCHOOL_TYPES, AtLeast, Between, Compare, Condition, Every, Met, OfType, Opposite, RuleBase, Some
from benchmarks.schools import Schools

VERSION = f"OpenFisca-Core {metadata.version('OpenFisca-Core')}"
YEAR = str(ruleset.DAY.year)
Formula = Callable[[object, object, Callable], np.ndarray]
SchoolType = Enum("SchoolType", {word: word for word in (*SCHOOL_TYPES, "не_указан")})


class ByOpenFisca:
    """The rule base as a system of variables; every evaluation is a new simulation over the same arrays."""

    def __init__(self, base: RuleBase, schools: Schools):
        self.names = tuple(base.nodes())
        entity = build_entity(key="school", plural="schools", label="School", is_person=True)
        self.system = TaxBenefitSystem([entity])
        self.system.parameters = ParameterNode("", data={name: _parameter(threshold) for name, threshold in base.thresholds.items()})
        self._add(entity, SCHOOL_TYPE, value_type=Enum, possible_values=SchoolType, default_value=SchoolType["не_указан"])
        for name in INDICATORS:
            self._add(entity, name, value_type=float)
        for name, condition in base.nodes().items():
            self._add(entity, name, value_type=bool, formula=_formula(condition))
        words = np.array([*SCHOOL_TYPES, "не_указан"])
        self.size, self.types = len(schools), words[schools.types]
        self.values = {name: as_openfisca(column) for name, column in schools.values.items()}

    def _add(self, entity: object, name: str, **content: object) -> None:
        described = {"entity": entity, "definition_period": DateUnit.YEAR, "label": name, **content}
        self.system.add_variable(type(name, (Variable,), described))

    def everything(self) -> dict[str, np.ndarray]:
        """Compute every status: 1 or -1."""
        simulation = SimulationBuilder().build_default_simulation(self.system, self.size)
        simulation.set_input(SCHOOL_TYPE, YEAR, self.types)
        for name, column in self.values.items():
            simulation.set_input(name, YEAR, column)
        return {name: np.where(simulation.calculate(name, YEAR), 1, -1).astype(np.int8) for name in self.names}


def as_openfisca(column: np.ndarray) -> np.ndarray:
    """Return a column as OpenFisca holds it: float32, missing is the default 0."""
    return np.nan_to_num(column, nan=0.0).astype(np.float32)


def _parameter(threshold: ruleset.Threshold) -> dict:
    if threshold.by_type is None:
        return {"values": {since: {"value": value} for since, value in threshold.editions.items()}}
    return {word: {"values": {"2020-09-01": {"value": threshold.of(word)}}} for word in (*SCHOOL_TYPES, "не_указан")}


def _formula(condition: Condition) -> Formula:
    match condition:
        case Compare(indicator, sign, bound):
            return lambda school, period, parameters: SIGNS[sign](school(indicator, period), _limit(bound, school, period, parameters))
        case Between(indicator, low, high):
            return lambda school, period, _: (school(indicator, period) >= low) & (school(indicator, period) < high)
        case OfType(words):
            return lambda school, period, _: reduce(np.logical_or, [school(SCHOOL_TYPE, period) == SchoolType[word] for word in words])
        case Met(name):
            return lambda school, period, _: school(name, period)
        case Opposite(item):
            inner = _formula(item)
            return lambda *given: np.logical_not(inner(*given))
    formulas = [_formula(item) for item in condition.items]
    match condition:
        case Every():
            return lambda *given: reduce(np.logical_and, [formula(*given) for formula in formulas])
        case Some():
            return lambda *given: reduce(np.logical_or, [formula(*given) for formula in formulas])
        case AtLeast(count):
            return lambda *given: sum(formula(*given).astype(np.int8) for formula in formulas) >= count
    raise AssertionError(condition)


def _limit(bound: float | str, school: Callable, period: object, parameters: Callable) -> float | np.ndarray:
    if not isinstance(bound, str):
        return bound
    value = parameters(ruleset.DAY.isoformat())[bound]
    return value if isinstance(value, float) else value[school(SCHOOL_TYPE, period)]
