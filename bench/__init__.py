"""Benchmarks: they measure and print, and are never part of the tests."""
