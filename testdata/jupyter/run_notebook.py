#!/usr/bin/env python3
"""Execute a notebook in a kernel, as "jupyter execute" does, and check its cache reports.

usage: run_notebook.py [--kernel NAME] [--expect miss|hit] [--timeout S] [--out FILE] NOTEBOOK

Every report is checked against the format that the kernel promises. With
"--expect miss" at least one call must be stored; with "--expect hit" no call
may be a miss and at least one must be a hit. Prints one JSON object: seconds
from kernel start to the last cell, and the totals of the reports.
"""
import argparse
import json
import os
import sys
import time

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

REPORT = "application/vnd.gomemo.cache.v1+json"
VERDICTS = {"hit": "hits", "miss": "misses", "refused": "refused", "cheap": "cheap"}


def check(condition, *what):
    if not condition:
        sys.exit("run_notebook: " + " ".join(map(str, what)))


def check_report(data):
    """Check one report and return its calls."""
    report = data[REPORT]
    check(isinstance(report, dict) and {"calls", "totals"} <= report.keys(), "not a report:", report)
    check(data.get("text/plain") and data.get("text/html"), "a report without text:", sorted(data))
    check(report["calls"], "an empty report")
    counts = dict.fromkeys(VERDICTS.values(), 0)
    saved = 0.0
    for call in report["calls"]:
        check(call.get("verdict") in VERDICTS, "unknown verdict:", call)
        check(call.get("func") and call.get("line", 0) >= 1 and "cell" in call, "call without a place:", call)
        check(call["verdict"] != "refused" or call.get("reason"), "refused without a reason:", call)
        check(call["verdict"] not in ("hit", "miss") or call.get("key"), "no key:", call)
        counts[VERDICTS[call["verdict"]]] += call.get("count", 1)
        saved += call.get("saved_ms", 0)
    totals = report["totals"]
    for name, count in counts.items():
        check(totals.get(name) == count, "totals", totals, "but", counts)
    check(abs(totals.get("saved_ms", 0) - saved) <= 1 + saved / 100, "totals", totals, "but", saved, "ms saved")
    return report["calls"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebook")
    parser.add_argument("--kernel", default="gomemo")
    parser.add_argument("--expect", choices=("miss", "hit"))
    parser.add_argument("--timeout", type=int, default=300, help="seconds for one cell")
    parser.add_argument("--out", help="write the executed notebook into this file")
    args = parser.parse_args()

    notebook = nbformat.read(args.notebook, as_version=4)
    where = {"metadata": {"path": os.path.dirname(args.notebook) or "."}}  # as in Jupyter
    client = NotebookClient(notebook, kernel_name=args.kernel, timeout=args.timeout, resources=where)
    begun = time.perf_counter()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, NoSuchKernel) as e:
        sys.exit("run_notebook: %s: %s" % (type(e).__name__, e))
    seconds = time.perf_counter() - begun
    nbformat.validate(notebook)
    if args.out:
        nbformat.write(notebook, args.out)

    calls = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        reports = [o["data"] for o in cell.outputs if REPORT in o.get("data", {})]
        check(len(reports) <= 1, "two reports for one cell")
        for data in reports:
            calls += check_report(data)
    totals = {v: sum(c.get("count", 1) for c in calls if c["verdict"] == v) for v in VERDICTS}
    totals["saved_ms"] = round(sum(c.get("saved_ms", 0) for c in calls), 1)
    print(json.dumps({"seconds": round(seconds, 3), **totals}))
    if args.expect == "miss":
        check(totals["miss"] > 0, "no call was stored")
    if args.expect == "hit":
        check(totals["hit"] > 0, "no call was a hit")
        check(totals["miss"] == 0, "misses:", [c for c in calls if c["verdict"] == "miss"])


if __name__ == "__main__":
    main()
