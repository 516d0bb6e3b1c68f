"""How large the image is, layer by layer, and how large it may be."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local.engine.daemon import Engine
from local.errors import RoadError

MB = 1_000_000  # as registries and engines count


@dataclass(frozen=True)
class Layer:
    """A layer that the Dockerfile adds to its base: what it holds, its size and limit in MB.

    Unpacked, because that is what Lambda's cold start reads.
    """

    holds: str
    copied_from: str
    most: float
    why: str


# In the Dockerfile's order. The base is AWS's: about the same for everybody, and cached.
LAYERS = (
    Layer(
        "packages",
        "/build/packages",
        105,
        "91 MB, half of it SQLAlchemy and botocore; the rest is room",
    ),
    Layer("code", "/build/code", 2, "sources and bytecode; more is data that belongs elsewhere"),
    Layer("token", "/tmp/token", 0.001, "one line"),  # noqa: S108 - a path in the build
)


def measure(engine: Engine, tag: str) -> dict[str, float]:
    """The size in MB of each layer that the Dockerfile adds.

    Raises:
        CannotRun: there is no such image.
        RoadError: a layer is missing: the image is not this Dockerfile's.
    """
    said = engine.docker(
        *("history", "--no-trunc", "--human=false"), "--format", "{{json .}}", tag
    ).splitlines()
    steps = [json.loads(line) for line in said]
    return {layer.holds: _size(layer, steps, tag) for layer in LAYERS}


def _size(layer: Layer, steps: list[dict[str, str]], tag: str) -> float:
    sizes = [int(s["Size"]) for s in steps if f"COPY {layer.copied_from} " in s["CreatedBy"]]
    if len(sizes) != 1:
        raise RoadError(
            f"{tag}: {len(sizes)} layers hold {layer.copied_from}, not 1",
            "bring the Dockerfile and local/engine/size.py together",
        )
    return sizes[0] / MB


def check(sizes: dict[str, float]) -> list[str]:
    """One line for each layer.

    Raises:
        RoadError: a layer is larger than it may be.
    """
    large = [layer for layer in LAYERS if sizes[layer.holds] > layer.most]
    if large:
        raise RoadError(
            "the image has grown: "
            + ", ".join(f"{x.holds} {sizes[x.holds]:.1f} MB, at most {x.most:g}" for x in large),
            "take out what came in, or raise the limit in local/engine/size.py with its reason",
        )
    return [f"{x.holds}: {sizes[x.holds]:.1f} MB, at most {x.most:g}" for x in LAYERS]
