#!/usr/bin/env python3
"""Check with numpy, pyarrow and polars the files that notebooks/persist.ipynb wrote.

usage: exchanged.py DIRECTORY
"""
import datetime
import os
import sys

import numpy
import polars
import pyarrow.feather

os.chdir(sys.argv[1])
for mode in (None, "r"):
    ours = numpy.load("ours.npy", mmap_mode=mode)
    assert ours.shape == (2, 3) and ours.dtype == numpy.float64 and numpy.isfinite(ours).all() and ours[0, 0] != ours[1, 2], ours
day = datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)
rows = [
    {"day": day, "city": "Oslo", "temp": 3.5, "rain": None},
    {"day": day, "city": "Bergen", "temp": 6.0, "rain": 12.5},
]
for table in (polars.read_ipc("ours.arrow").to_dicts(), pyarrow.feather.read_table("ours.arrow").to_pylist()):
    assert table == rows, table
print("numpy, polars and pyarrow read what the notebook wrote")
