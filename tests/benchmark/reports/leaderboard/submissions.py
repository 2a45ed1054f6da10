"""Submissions of several people, with numbers that are easy to foresee."""

from benchmark.records.submission import Submission
from tests.benchmark.reports.samples import make_record

DATA = {"name": "toy", "config": {}, "fingerprint": "f" * 32}


def result(mapper="m", kl=1.0, seed=0, direction="a2b", protocol="adaptation", **changes):
    """A record with the steps that a board reads: its score, and a training."""
    config = changes.pop("config", {"width": 8})
    score = {"kind": "score", "protocol": protocol, "version": changes.pop("version", 1)}
    fit = {"kind": "mapper", "method": mapper, "version": 1, "config": config, "seed": seed}
    key = f"{protocol}-{mapper}-{seed}"
    facts = {
        "steps": {
            f"s-{direction}": {**score, "title": "score"},
            key: {**fit, "title": "fit", "steps": {"m": 9}},
        },
        "score": f"s-{direction}",
        "seed": seed,
        "direction": direction,
        "protocol": protocol,
        "missing": {},
        "environment": {"isp-bench": "1.2.3", "commit": "0123456789abcdef+"},
    }
    return make_record(mapper, kl + seed / 1000, **{**facts, **changes})


def grid(mapper="m", kl=1.0, **changes):
    """The same in both directions with all seeds."""
    return [
        result(mapper, kl, seed, direction, **changes)
        for direction in ("a2b", "b2a")
        for seed in (0, 1, 2)
    ]


def submission(by, *records, **changes):
    facts = {"file": f"{by}.zip", "link": "", "time": "2026-01-01", "faults": (), "gaps": ()}
    return Submission(by=by, records=records, **{**facts, **changes})
