"""Benchmarks: two sides in one run, told as ratios, since machines are shared and noisy."""
