"""Small simulated regions shared by the tests; seeds apart from those of development and of the reported table."""
import numpy as np
import pytest

from benchmarks.objectivity.simulator import World, simulate
from engine.objectivity.school_signs import measure


@pytest.fixture(scope="session")
def honest_tables():
    """Three all-honest regions of 500 schools with pupil rows: (region, table)."""
    regions = [simulate(71_000 + i, World(manipulators=0.0)) for i in range(3)]
    return [(region, measure(region.works, region.schools)) for region in regions]


@pytest.fixture(scope="session")
def mixed():
    """One region of 500 schools, 16 % of them manipulating, with pupil rows."""
    region = simulate(72_000)
    return region, measure(region.works, region.schools)


@pytest.fixture
def rng():
    """A generator with a fixed seed."""
    return np.random.default_rng(7)
