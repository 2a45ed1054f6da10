"""What one step does: fit, map, train or score; and loading what was trained.

May import the ground floor, `store`, `data`, `data.files`, `metrics`, `planning` and
`training`.
"""
