"""From records alone to tables, pictures and one page.

May import the ground floor, `store`, `metrics`, `planning`, `steps` and `records`.
"""
