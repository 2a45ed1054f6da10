"""The command line: one file per verb, heavy imports inside it.

May import everything; nothing imports it.
"""
