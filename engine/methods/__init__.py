"""Named methods of calculation: a new one is a module and a line here."""

from __future__ import annotations

from engine.methods import context_residual, objectivity, weighted_index
from engine.methods.base import Calculation, CalculationError, Method, Parameter, Slice, trees_of

METHODS: dict[str, Method] = {method.name: method for method in (weighted_index.METHOD, context_residual.METHOD, *objectivity.METHODS)}

__all__ = ["METHODS", "Calculation", "CalculationError", "Method", "Parameter", "Slice", "trees_of"]
