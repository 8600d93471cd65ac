"""A mentoring program that nobody runs: its people, habits and surprises. `examples/semester.py` tells it."""
