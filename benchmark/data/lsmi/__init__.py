"""`--data lsmi:PATH`: Large Scale Multi-Illuminant, three cameras, several lights, charts.

May import the ground floor, `data` and `data.files`.
"""
