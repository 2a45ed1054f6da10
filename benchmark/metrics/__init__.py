"""Metrics, one idea a file: pure functions on arrays, tested against a second implementation."""
