"""The file list at 1,000, 10,000 and 100,000 rows: filling, a key press, memory.

A key press is measured in CPU time, from the key to the drawn screen: Textual draws at 60 frames a second, so the wall
time of one key says where in a frame it came.
"""

import json
import os
import tempfile

from tests.benchmarks.terminal import run

ROWS = (1_000, 10_000, 100_000)


def main() -> None:
    results = {}
    with tempfile.TemporaryDirectory() as home:
        for rows in (0, *ROWS):
            out = os.path.join(home, f"{rows}.json")
            run(["-m", "tests.benchmarks.tree_app", str(rows), out], {"HOME": home}, columns=160, lines=45)
            with open(out) as file:
                results[rows] = json.load(file)
    empty = results.pop(0)
    print(f"  a key in an empty Textual app: {empty['median']:.1f} ms, p95 {empty['p95']:.1f} ms")
    smallest = results[ROWS[0]]
    for rows, found in results.items():
        print(
            f"  {rows:>7,} rows in pages of 200: fill {found['fill'] * 1e6 / rows:.1f} µs per row"
            f" ({found['fill'] / rows / (smallest['fill'] / ROWS[0]):.2f} × that of 1,000);"
            f" key {found['median']:.1f} ms, p95 {found['p95']:.1f} ms"
            f" ({found['median'] / smallest['median']:.2f} × that of 1,000,"
            f" {found['median'] / empty['median']:.1f} × empty);"
            f" {found['bytes'] / rows:.0f} bytes per row"
        )
