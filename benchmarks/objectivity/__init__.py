"""Ground truth for the signs of non-objective results: simulator, naive rules, tables, speed."""
