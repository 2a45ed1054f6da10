"""Records and tables as a run leaves them, for the tests of this room."""

import io

import numpy as np
import pandas as pd

from benchmark.metrics.metric import METRICS
from benchmark.metrics.statistics import bootstrap_mean
from benchmark.records.record import Record
from benchmark.reports.aggregate import Score
from benchmark.reports.table import Column, Entry, Row, Table
from benchmark.reports.text import csv

N = 30
EVIL_NAMES = [
    "X|raw", "a\nb", "a\r\nb\u2028c", "a & b_c 5 % #1 ${x}^~\\", "<b>x</b><script>", "*star* `t`",
    "[x](y)", "Überfön 小米", "Sony α7", 'say "hi", he', "tab\there", "bell\x07", "lone \udc80",
]  # fmt: skip


def make_record(mapper="m", kl=1.0, **changes) -> Record:
    """A record whose KL has mean `kl` over pictures that vary together between mappers."""
    scenes = np.random.default_rng(7).normal(0, 0.3, N)
    noise = np.random.default_rng(len(mapper)).normal(0, 0.01, N)
    values = kl + (scenes - scenes.mean()) + (noise - noise.mean())
    facts = {
        "protocol": "adaptation", "mapper": mapper, "isp": "net", "direction": "a2b", "seed": 0,
        "reference": False, "role": "named", "title": "Domain adaptation", "cameras": ("A_1", "B"),
        "data": {"name": "toy", "config": {}, "fingerprint": "f" * 32}, "preset": "quick",
        "reduced": "all of it", "n": N, "ids": [str(i) for i in range(N)],
        "per_image": {"kl": list(values)}, "sets": {}, "extractor": None,
        "missing": {"fid": "FID needs weights."}, "score": "k", "configuration": "c",
        "steps": {}, "environment": {}, "time": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return Record(**{**facts, **changes})


def few_pictures(n, mapper="m", values=None, **changes) -> Record:
    """The same with `n` pictures."""
    kl = values or [1.0 + i / 10 for i in range(n)]
    facts = {"n": n, "ids": [str(i) for i in range(n)], "per_image": {"kl": kl}}
    return make_record(mapper, **{**facts, **changes})


def make_score(values, metric="kl", seeds=1, spread=float("nan"), trained=()) -> Score:
    """A score of one number per picture, the same for all seeds."""
    values = np.asarray(values, float)
    interval = bootstrap_mean(values, (metric,))
    by_seed = dict.fromkeys(range(seeds), interval.value)
    return Score(METRICS[metric], interval, spread, by_seed, frozenset(trained), values)


def make_table(name="Camera X", **changes) -> Table:
    """A table with two columns in which `name` is everywhere that a user may name something."""
    number = Entry("0.500", True, make_score(np.linspace(0.4, 0.6, N)))
    facts = {
        "name": "toy", "caption": f"About {name}.", "label_titles": ("Mapper", name),
        "columns": (
            Column(f"{name}→B", "KL↓", "a2b", "kl", "nat"),
            Column(f"{name}→B", "FID↓", "a2b", "fid"),
        ),
        "groups": {f"Group {name}": [Row((name, "b"), (number, Entry("no weights")))]},
        "notes": (f"Note on {name}",),
    }  # fmt: skip
    return Table(**{**facts, **changes})


def numbers(table) -> pd.DataFrame:
    """The table's CSV as a program reads it."""
    return pd.read_csv(io.StringIO(csv(table)))
