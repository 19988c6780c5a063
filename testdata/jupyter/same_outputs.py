#!/usr/bin/env python3
"""Check that two executed notebooks are valid and hold the same outputs.

usage: same_outputs.py BY_NBCLIENT BY_GOMEMO_RUN

The first was run through a kernel by nbclient, the second by "gomemo run",
which must store what Jupyter would. Streams are compared as they are shown,
since a client may cut them anywhere; cache reports are compared without their
times.
"""
import sys

import nbformat

REPORT = "application/vnd.gomemo.cache.v1+json"


def outputs(cell):
    """The outputs of a cell as plain values, streams of one name joined."""
    joined = []
    for output in cell.get("outputs", []):
        output = dict(output)
        if output["output_type"] == "stream":
            if joined and joined[-1].get("name") == output["name"]:
                joined[-1]["text"] += output["text"]
                continue
        elif REPORT in output.get("data", {}):
            calls = output["data"][REPORT]["calls"]
            output["data"] = [(c["func"], c["cell"], c["line"], c["verdict"]) for c in calls]
        joined.append(output)
    return joined


def main():
    names = sys.argv[1:]
    books = []
    for name in names:
        book = nbformat.read(name, nbformat.NO_CONVERT)
        nbformat.validate(book)
        books.append(book)
        text = open(name, encoding="utf-8").read()
        if text != nbformat.writes(book) + "\n":
            sys.exit(f"same_outputs: {name} is not laid out as nbformat does")
    first, second = books
    for key in ("nbformat", "nbformat_minor"):
        if first[key] != second[key]:
            sys.exit(f"same_outputs: {key}: {first[key]} and {second[key]}")
    if len(first.cells) != len(second.cells):
        sys.exit("same_outputs: not the same number of cells")
    for number, (a, b) in enumerate(zip(first.cells, second.cells), 1):
        for key in ("cell_type", "id", "source", "execution_count"):
            if a.get(key) != b.get(key):
                sys.exit(f"same_outputs: cell {number}: {key}: {a.get(key)!r} and {b.get(key)!r}")
        if outputs(a) != outputs(b):
            sys.exit(f"same_outputs: cell {number}:\n{outputs(a)!r}\nand\n{outputs(b)!r}")
    print(f"the same {len(first.cells)} cells")


main()
