"""Prints what things cost, as ratios in one run: `python -m tests.benchmarks [PART]...`; without a part, all.

What follows `transfers` are its options, such as `transfers --files 200 --mib 100`.
"""

import sys

from tests.benchmarks import engine, first_frame, hashing, listing, server, transfers, tree

PARTS = {
    "first-frame": first_frame.main,
    "tree": tree.main,
    "listing": listing.main,
    "engine": engine.main,
    "hashing": hashing.main,
    "server": server.main,
    "transfers": transfers.main,
}


def main(names: list[str]) -> int:
    if names[:1] == ["transfers"]:
        transfers.main(names[1:])
        return 0
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no benchmark called {unknown[0]}; there are: {', '.join(PARTS)}.")
        return 2
    for name in names or list(PARTS):
        print(f"\n{name}")
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
