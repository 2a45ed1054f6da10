"""`--data folder:PATH`: two folders of a user's own raw files, with or without sRGB.

May import the ground floor, `data` and `data.files`.
"""
