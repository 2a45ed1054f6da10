"""Figures for a paper, drawn by matplotlib, which the extra `figures` brings.

May import the ground floor, `store`, `data`, `metrics`, `planning`, `steps`, `records`, `reports`
and `reports.page`.
"""
