"""The page of a run, `report.html`: one module and one template for each of its sections.

May import the ground floor, `store`, `metrics`, `planning`, `steps`, `records` and `reports`.
"""
