"""Check the files of TestPython in this directory, and write those that it reads.

With an argument, write into that directory the few that are kept.
"""
import datetime as dt
import math
import os
import sys

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc

UTC = dt.timezone.utc
t0 = dt.datetime(2024, 2, 29, 12, 0, 0, 123456, UTC)
rows = [
    dict(time=t0, price=1.5, size=-7, side="buy", note="näive", raw=b"\x00\xff", levels=[1.0, 2.5], open=True,
         nested=dict(a=5, b="x"), grid=[[1, 2], [], [3]], span=dt.timedelta(seconds=1)),
    dict(time=t0 + dt.timedelta(microseconds=1), price=math.inf, size=2**31 - 1, side="sell", note=None, raw=b"", levels=[],
         open=False, nested=dict(a=0, b=""), grid=[], span=dt.timedelta(hours=-1)),
    dict(time=dt.datetime(1970, 1, 1, tzinfo=UTC), price=-0.5, size=0, side="", note=None, raw=None, levels=None,
         open=False, nested=dict(a=0, b=""), grid=None, span=dt.timedelta(microseconds=1)),
]


def schema(text=pa.string(), binary=pa.binary(), many=pa.list_, side=None):
    return pa.schema([
        ("time", pa.timestamp("us", "Europe/Berlin")), ("price", pa.float64()), ("size", pa.int32()), ("side", side or text), ("note", text),
        ("raw", binary), ("levels", many(pa.float32())), ("open", pa.bool_()),
        ("nested", pa.struct([("a", pa.int8()), ("b", text)])), ("grid", many(many(pa.int64()))), ("span", pa.duration("us")),
    ])


def write(name, table, stream=False, **options):
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(name + ".arrow", table.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
        w.write_table(table)


def check(name):
    with open(name + ".arrow", "rb") as f:
        r = pa.ipc.open_stream(f) if name == "stream" else pa.ipc.open_file(f)
        table = r.read_all()
    table.validate(full=True)
    got = table.to_pylist()
    assert got == rows, (name, got)
    frame = pl.read_ipc_stream(name + ".arrow") if name == "stream" else pl.read_ipc(name + ".arrow")
    assert frame.to_dicts() == rows, (name, frame.to_dicts())
    if name == "file":
        assert pa.feather.read_table("file.arrow").to_pylist() == rows
        assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]", table.schema
        assert not table.schema.field("price").nullable and table.schema.field("note").nullable


def check_numbers():
    t = pa.feather.read_table("numbers.arrow")
    want = dict(
        i8=[-128, 127], i16=[-2**15, 1], i32=[-2**31, 1], i64=[-2**63, 1], int=[-1, 1], u8=[0, 255], u16=[0, 65535],
        u32=[0, 2**32 - 1], u64=[0, 2**64 - 1], uint=[0, 1], f32=[1.5, -2.0], f64=[0.1, sys.float_info.max], bool=[True, False],
        holes=[None, 0], fixed=[b"\x01\x02", b"\x03\x04"], pairs=[[1.0, 2.0], [3.0, 4.0]])
    assert t.to_pydict() == want, t.to_pydict()
    types = [str(f.type) for f in t.schema]
    assert types[:13] == "int8 int16 int32 int64 int64 uint8 uint16 uint32 uint64 uint64 float double bool".split(), types
    assert pl.read_ipc("numbers.arrow")["u64"].to_list() == want["u64"]


def forms():
    day = [dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date(1969, 12, 31)]
    return pa.table({
        "half": pa.array(np.array([1.5, -2, np.inf], np.float16)),
        "date": pa.array(day, pa.date32()),
        "date64": pa.array(day, pa.date64()),
        "clock": pa.array([3600, 0, 86399], pa.time32("s")),
        "clock64": pa.array([3600 * 10**6, 0, 86400 * 10**6 - 1], pa.time64("us")),
        "seconds": pa.array([1709208000, None, 0], pa.timestamp("s")),
        "millis": pa.array([1000, -1, 0], pa.duration("ms")),
        "category": pa.array(["a", None, "a"]).dictionary_encode(),
        "null": pa.nulls(3),
        "triple": pa.array([[1, 2, 3], [None, 5, 6], [7, 8, 9]], pa.list_(pa.int16(), 3)),
        "maybe": pa.array([1.0, None, math.nan]),
        "views": pa.array([["a", "longer than twelve bytes"], [], None], pa.list_view(pa.string_view())),
    })


def main():
    small = len(sys.argv) > 1
    if small:
        os.chdir(sys.argv[1])
    else:
        for name in ("file", "lz4", "zstd", "batches", "stream"):
            check(name)
        check_numbers()
    table = pa.Table.from_pylist(rows, schema())
    write("pyarrow", table)
    write("forms", forms())
    pl.from_arrow(table).write_ipc("polars.arrow")
    if small:
        return
    write("pystream", table, stream=True)
    write("pylz4", table, compression="lz4")
    write("pyzstd", table, compression="zstd")
    write("pylarge", pa.Table.from_pylist(rows, schema(pa.large_string(), pa.large_binary(), pa.large_list)))
    write("pyview", pa.Table.from_pylist(rows, schema(pa.string_view(), pa.binary_view(), pa.list_view)))
    write("pydict", pa.Table.from_pylist(rows, schema(side=pa.dictionary(pa.int8(), pa.string()))))
    pl.from_arrow(table).write_ipc("polarszstd.arrow", compression="zstd")
    write("columns", pa.table({"x": np.arange(1000.0), "y": np.arange(1000) / 2}))
    print("ok")


main()
