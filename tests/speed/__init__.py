"""Speed, measured: `make bench`, apart from the tests.

A module per group of cases; `plain` holds the plain ways that ours are compared with, in speed
here and in numbers by the tests.
"""
