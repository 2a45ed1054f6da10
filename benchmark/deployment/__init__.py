"""Trained networks as files that other software runs: ONNX graphs, matrices and lookup tables.

May import the ground floor, `costs` and the methods' contracts.
"""
