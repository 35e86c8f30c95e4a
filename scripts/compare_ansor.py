#!/usr/bin/env python3
"""Compares `tilecast bench subgraphs --json` with Ansor's 64 trials (data/ansor64.csv): as shares of the measured peak of
the machine on which each was run. Prints a Markdown table; the median over seeds counts."""

import argparse
import csv
import json
import math
import pathlib
import statistics

ANSOR_PEAK = 333.0  # GFLOP/s, of the machine of data/ansor64.csv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path, help="what `tilecast bench subgraphs --json` printed")
    arguments = parser.parse_args()
    result = json.loads(arguments.output.read_text().strip().splitlines()[-1])
    data = pathlib.Path(__file__).parent.parent / "data" / "ansor64.csv"
    lines = [line for line in data.read_text().splitlines() if not line.startswith("#")]
    ansor = {row["name"]: row for row in csv.DictReader(lines)}

    seconds: dict[str, list[float]] = {}
    tuning: list[float] = []
    for entry in result["results"]:
        seconds.setdefault(entry["name"], []).append(entry["best_seconds"])
        tuning.append(entry["tuning_seconds"])
    ratios = []
    print("| subgraph | ms (median of seeds) | slowest / fastest seed | share of peak | Ansor's share | ratio |")
    print("|---|---|---|---|---|---|")
    for name, values in seconds.items():
        best = statistics.median(values)
        # Both sides count the operations of ansor64.csv: it has numbers for softmax and LayerNorm too.
        share = float(ansor[name]["flops"]) / best / 1e9 / result["peak_gflops"]
        theirs = float(ansor[name]["ansor64_best_gflops"]) / ANSOR_PEAK
        ratios.append(share / theirs)
        spread = max(values) / min(values)
        print(f"| {name} | {best * 1e3:.4f} | {spread:.2f} | {share:.3f} | {theirs:.3f} | {ratios[-1]:.2f} |")
    mean = math.exp(statistics.fmean(math.log(r) for r in ratios))
    print(f"\npeak {result['peak_gflops']:.1f} GFLOP/s; geometric mean of the ratios {mean:.2f}, smallest {min(ratios):.2f}; "
          f"median tuning time {statistics.median(tuning):.1f} s")


if __name__ == "__main__":
    main()
