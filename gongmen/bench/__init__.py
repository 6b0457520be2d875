"""Benchmarks: what they ran on, what they measured, and the same measured against a baseline in the same run."""
