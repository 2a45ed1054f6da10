"""Leaderboards: the results of several people, in tables and on a page.

May import the ground floor, `store`, `metrics`, `planning`, `steps`, `records` and `reports`.
"""
