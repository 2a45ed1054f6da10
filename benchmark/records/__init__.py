"""What a run leaves on disk: one record per cell, bundles to exchange, scores made again.

May import the ground floor, `store`, `metrics`, `planning` and `steps`.
"""
