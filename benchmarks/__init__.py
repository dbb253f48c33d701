"""Speed and memory, measured beside hand-written numpy, hand-written SQL and two other engines: `python -m benchmarks`."""
