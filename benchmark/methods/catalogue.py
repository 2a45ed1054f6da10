"""The methods as Markdown: sizes and costs as measured, the rest as registered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from tabulate import tabulate
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from benchmark.planning.lengths import on_meta
from benchmark.registry import MethodInfo, Registry
from benchmark.training.trainer import parameter_count

CROP = 256  # side of the packed crop on which costs are counted
HEADER = """# Methods

Made by `isp-bench list mappers isps --format markdown > docs/methods.md`, in the published sizes.
"Trained" counts every trained parameter: of a mapper both directions, with discriminators and
whatever else only the training needs. "Used" counts those that one direction, or the ISP, really
uses at test time; – where it uses weights computed from them. GFLOP are those of one packed crop
of 256 x 256; a multiply-add counts two.
"""


@dataclass(frozen=True)
class Cost:
    """Size and cost of a method in its published form.

    Attributes:
        trained: trained parameters, shared ones counted once.
        used: those among them that one mapping or rendering depends on; None where it uses others
            that are computed from them.
        gflop: 10^9 operations for one packed crop of 256 x 256.
    """

    trained: int
    used: int | None
    gflop: float


def measure(registry: Registry[Any], name: str) -> Cost | None:
    """The cost of a mapper or ISP; None if it has nothing to train.

    Nothing is computed: networks and crop are on the meta device, which knows shapes only.
    """
    method: Any = on_meta(registry, name).eval()
    raw = torch.zeros(1, 4, CROP, CROP, device="meta")
    trained = parameter_count(method)
    if not trained:
        return None
    with FlopCounterMode(display=False) as counter:
        output: Tensor = method.map(raw, "a2b") if hasattr(method, "map") else method(raw)
    gflop = counter.get_total_flops() / 1e9
    if not output.requires_grad:
        return Cost(trained, None, gflop)
    output.sum().backward()
    return Cost(trained, sum(p.numel() for p in method.parameters() if p.grad is not None), gflop)


def methods_table(title: str, registry: Registry[Any]) -> str:
    """A section on all methods of a kind: a table, then how each differs from its publication."""
    infos = [registry.info(name) for name in registry.names()]
    with_supervision = any(info.supervision != "none" for info in infos)
    rows = []
    for info in infos:
        cost = measure(registry, info.name)
        row = {"name": f"`{info.name}`"}
        if with_supervision:
            row["learns from"] = info.supervision
        row["trained"] = f"{cost.trained:,}" if cost else "–"
        row["used"] = f"{cost.used:,}" if cost and cost.used else "–"
        row["GFLOP"] = f"{cost.gflop:.2f}" if cost else "–"
        row["source"] = _source(info)
        row["licence of the reference"] = info.licence
        rows.append(row)
    right = ("trained", "used", "GFLOP")
    align = ["right" if column in right else "left" for column in rows[0]]
    table = tabulate(rows, headers="keys", tablefmt="github", colalign=align, disable_numparse=True)
    differences = "\n".join(_differences(infos))
    return f"## {title}\n\n{table}\n\nHow they differ from their publications:\n\n{differences}\n"


def names_table(title: str, rows: Iterable[dict[str, str]]) -> str:
    """A section that only names things."""
    return f"## {title}\n\n{tabulate(list(rows), headers='keys', tablefmt='github')}\n"


def _source(info: MethodInfo) -> str:
    title = f"[{info.title}]({info.link})" if info.link else info.title
    return f"{info.authors}, {title}, {info.year}" if info.authors else title


def _differences(infos: Iterable[MethodInfo]) -> Iterable[str]:
    for info in infos:
        if info.deviations:
            yield f"* `{info.name}`: {info.deviations}"
