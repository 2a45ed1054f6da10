"""`--data simulated`: two cameras simulated from measured spectra; nothing to download.

May import the ground floor, `data` and `data.files`.
"""
