"""How good the pairs are and how fast they come: ``python -m benchmarks.mentoring``."""
