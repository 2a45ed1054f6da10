"""Every kind of table a run can have, with long names, many rows, and several seeds."""

import numpy as np

from benchmark.records.record import SetMetric
from benchmark.reports.across import across_tables
from benchmark.reports.build import tables
from benchmark.reports.compare import with_published
from tests.benchmark.reports.samples import N, make_record

CAMERAS = ("Nikon D5100", "Sigma SD Merrill")
LEARNED = ("cstpp", "chai", "uvcgan", "uvcgan-cstpp", "rawformer", "swin-unit", "cyclegan", "cut")
FLOOR = {"protocol": "floor", "title": "Floor (no mapper; train A-A, test B-A)", "mapper": "none"}
CEILING = {
    "protocol": "ceiling", "title": "Ceiling (same camera; train A-A, test A-A)", "mapper": "none",
}  # fmt: skip
UNMAPPED = {"protocol": "unmapped", "title": "Identity (no mapper)", "mapper": "none"}
ORACLE = {
    "protocol": "oracle-least-squares", "title": "Oracle: least squares of each picture",
    "mapper": "none",
}  # fmt: skip


def scored(metrics, sets=(), **changes):
    """Records for both directions and three seeds."""
    made = []
    for seed in range(3):
        for direction in ("a2b", "b2a"):
            rng = np.random.default_rng((seed, len(str(changes)), direction == "a2b"))
            facts = {
                "direction": direction, "seed": seed, "cameras": CAMERAS,
                "per_image": {m: tuple(rng.normal(30.5, 1, N)) for m in metrics},
                "sets": {
                    m: SetMetric(value=130.5, leave_one_out=tuple(rng.normal(130.5, 0.1, N)))
                    for m in sets
                },
                "steps": {
                    f"{changes.get('mapper')}{seed}{direction}": {
                        "kind": "mapper", "title": f"fit {changes.get('mapper')} seed {seed}",
                        "steps": {"only": 40_000}, "seconds": 12345.6, "parameters": 11_296_898,
                        "peak_mb": {"cpu": 12_345.6, "cuda": 23_456.7}, "threads": 16,
                        "device": "cuda (NVIDIA H100)", "method": "m", "precision": "bfloat16",
                    },
                },
            }  # fmt: skip
            made.append(make_record(**{**facts, **changes}))
    return made


def beside(facts):
    """Of a reference."""
    return facts | {"reference": True, "role": "beside"}


def raw(metrics=("psnr", "ssim", "mae", "angular", "kl"), mappers=LEARNED, **changes):
    """Raw-to-raw records of mappers and references."""
    facts = {"isp": "none", "title": "Raw-to-raw mapping", "missing": {}} | changes
    ranked = [{"protocol": "raw-to-raw", "mapper": m, "supervision": "unpaired"} for m in mappers]
    return [
        record
        for own in (*map(beside, (UNMAPPED, ORACLE)), *ranked)
        for record in scored(metrics, **(facts | own))
    ]


def developed():
    """Records of both protocols with four ISPs."""
    ranked = [
        {"protocol": p, "title": t, "mapper": m}
        for p, t in (
            ("adaptation", "Domain adaptation (train A-A, test BA-A)"),
            ("augmentation", "Data augmentation (train AB-A, test B-A)"),
        )
        for m in LEARNED
    ]
    return [
        record
        for own in (*map(beside, (FLOOR, CEILING)), *ranked)
        for isp in ("microisp", "pynet", "pynet-v2", "syenet")
        for record in scored(
            ("kl", "psnr", "ssim", "ciede2000"), ("fd_random_vgg", "kd_random_vgg"), isp=isp, **own
        )
    ]


def every_table():
    """One table of each kind, by its name."""
    adds = [
        r.model_copy(update={"adds": ("uvcgan", "CSTPP")}) if r.mapper == "uvcgan-cstpp" else r
        for r in raw()
    ]
    halves = raw(born=tuple("ab" * (N // 2)), mappers=LEARNED[:2])
    shrunk = [r for n in (1, 2, 16) for r in raw(mappers=("cstpp",), setting={"downsample": n})]
    swept = [
        r
        for n in (0.0002, 0.00005)
        for r in raw(mappers=("cstpp",), setting={"learning_rate": n, "identity_weight": n})
    ]
    phones, cinema = developed(), developed()
    made = [
        *tables(developed()), *with_published(tables(adds), adds), *tables(halves),
        *with_published(tables(shrunk), shrunk), *tables(swept), *tables(raw(("chart_mae", "kl"))),
        *across_tables({"simulated:pair=phones": phones, "simulated:pair=cinema": cinema}),
        *across_tables({"simulated:pair=phones": raw(), "simulated:pair=cinema": raw()}),
    ]  # fmt: skip
    return {table.name: table for table in made}
