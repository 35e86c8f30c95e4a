"""Test models: Resize in all its modes."""

from __future__ import annotations

import numpy as np
from test_case import CaseGraph, case


def _resize(graph: CaseGraph, x: str, sizes: list[int] | None = None, scales: list[float] | None = None,
            roi: list[float] | None = None, **attributes) -> str:  # fmt: skip
    inputs = [x, graph.constant(roi) if roi else ""]
    inputs.append(graph.constant(scales) if scales else "")
    if sizes:
        inputs.append(graph.constant(sizes, np.int64))
    return graph.node("Resize", inputs, **attributes)


@case("Resize cubic by scales 2 and 1.5")
def resize_cubic(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 4, 6])
    graph.result(_resize(graph, x, scales=[1, 1, 2, 1.5], mode="cubic"))


@case("Resize cubic to smaller and larger sizes, with another coefficient and without what lies outside")
def resize_cubic_exclude(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 7, 5])
    y = _resize(graph, x, sizes=[1, 2, 4, 9], mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1)
    graph.result(y)


@case("Resize cubic, align_corners and asymmetric")
def resize_cubic_coordinates(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 5, 4])
    for coordinates in ("align_corners", "asymmetric"):
        y = _resize(graph, x, sizes=[1, 2, 8, 7], mode="cubic", coordinate_transformation_mode=coordinates)
        graph.result(y, coordinates)


@case("Resize linear, each way to compute coordinates, smaller and larger")
def resize_linear(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 5, 4])
    for coordinates in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"):
        y = _resize(graph, x, sizes=[1, 2, 3, 9], mode="linear", coordinate_transformation_mode=coordinates)
        graph.result(y, coordinates)


@case("Resize linear by scales that do not give whole extents: the scales decide the coordinates")
def resize_fractions(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 6, 5])
    for coordinates in ("half_pixel", "asymmetric"):
        y = _resize(graph, x, scales=[1, 1, 0.6, 1.7], mode="linear", coordinate_transformation_mode=coordinates)
        graph.result(y, coordinates)


@case("Resize pytorch_half_pixel to one column")
def resize_one_column(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 4, 5])
    y = _resize(graph, x, sizes=[1, 2, 3, 1], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    graph.result(y)


@case("Resize nearest, each rounding with a way to compute coordinates that makes halves")
def resize_roundings(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 4, 6])
    for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
        for coordinates in ("half_pixel", "asymmetric"):
            y = _resize(
                graph, x, sizes=[1, 2, 8, 4], mode="nearest", nearest_mode=rounding,
                coordinate_transformation_mode=coordinates,
            )  # fmt: skip
            graph.result(y, f"{rounding}_{coordinates}")


@case("Resize nearest by scales that do not give whole extents")
def resize_nearest_fractions(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 5, 4])
    graph.result(_resize(graph, x, scales=[1, 1, 0.7, 2.3], mode="nearest"))


@case("Resize tf_crop_and_resize: the roi reaches beyond the image")
def resize_crop(graph: CaseGraph) -> None:
    x = graph.input("x", [1, 2, 5, 6])
    y = _resize(
        graph, x, sizes=[1, 2, 4, 5], roi=[0, 0, 0.2, 0.3, 1, 1, 0.9, 1.3], mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=-2.5,
    )  # fmt: skip
    graph.result(y)


@case("Resize of all dimensions of a tensor that is no image, nearest")
def resize_all_dimensions(graph: CaseGraph) -> None:
    x = graph.input("x", [2, 3, 4])
    y = _resize(graph, x, scales=[2, 2, 1.5], mode="nearest", coordinate_transformation_mode="asymmetric",
                nearest_mode="floor")  # fmt: skip
    graph.result(y)


@case("Resize linear of a matrix, and of an image whose channels come last")
def resize_matrix(graph: CaseGraph) -> None:
    matrix = graph.input("matrix", [4, 5])
    graph.result(_resize(graph, matrix, sizes=[6, 3], mode="linear"), "y")
    image = graph.input("image", [1, 4, 3, 2])
    graph.result(_resize(graph, image, sizes=[1, 8, 6, 2], mode="linear"), "z")
