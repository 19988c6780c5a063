"""TestNumpy's other side: "write" makes in/ and foreign/, "compare" compares in/
with out/, where what was read from in/ has been written again."""
import glob
import os
import sys
import zipfile

import numpy as np

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
SHAPES = {"scalar": (), "one": (1,), "vector": (1000,), "empty": (0,), "hollow": (3, 0, 2), "cube": (3, 4, 5)}


def values(dtype, shape):
    kind = np.dtype(dtype).kind
    n = int(np.prod(shape))
    if kind == "b":
        a = np.arange(n) % 3 == 0
    elif kind in "iu":
        info = np.iinfo(dtype)
        a = np.resize(np.array([info.min, info.max, 0, 1, 77], dtype), n)
    else:
        info = np.finfo(dtype)
        a = np.resize(np.array([info.min, info.max, -0.0, np.nan, np.inf, info.tiny, info.smallest_subnormal, 1 / 3], dtype), n)
        if kind == "c":
            a = a.astype(dtype)
            a.imag = a.real[::-1]
    return a.astype(dtype).reshape(shape)


def write():
    for d in ("in", "out", "foreign"):
        os.mkdir(d)
    for dtype in DTYPES:
        for name, shape in SHAPES.items():
            for order in "<>":
                a = values(dtype, shape).astype(np.dtype(dtype).newbyteorder(order))
                np.save("in/%s %s %s.npy" % (np.dtype(dtype).name, name, "little" if order == "<" else "big"), a)
        np.save("in/%s fortran.npy" % np.dtype(dtype).name, np.asfortranarray(values(dtype, (3, 4, 5))))
    members = dict(f8=np.asfortranarray(values("f8", (30, 40))), c16=values("c16", (7,)), b1=values("?", (500,)))
    np.savez("in/stored.npz", **members)
    np.savez_compressed("in/deflated.npz", **members)
    np.lib.format.write_array(open("in/version2.npy", "wb"), values("f8", (5,)), version=(2, 0))
    np.lib.format.write_array(open("in/version3.npy", "wb"), values("f8", (5,)), version=(3, 0))
    foreign = dict(
        unicode=np.array(["abc", "d"]), bytes=np.array([b"abc"]), date=np.zeros(2, "M8[s]"), span=np.zeros(2, "m8[ns]"),
        object=np.array([1, "x", None], object), void=np.zeros(2, "V4"), long=np.zeros(2, np.longdouble),
        records=np.zeros(2, [("a", "i4"), ("b", "f8")]))
    for name, a in foreign.items():
        np.save("foreign/%s.npy" % name, a)


def same(name, want, got):
    if want.dtype.str[1:] == "f2":
        want = want.astype(np.float32)
    dtype = want.dtype.newbyteorder("=")
    assert got.dtype == dtype and got.shape == want.shape, (name, got.dtype, got.shape)
    assert want.astype(dtype).tobytes() == got.tobytes(), (name, want, got)
    if want.flags.f_contiguous and not want.flags.c_contiguous:
        assert got.flags.f_contiguous and not got.flags.c_contiguous, (name, "order")


def compare():
    copies = 0
    for path in glob.glob("in/*.npy"):
        name = os.path.basename(path)[:-4]
        want = np.load(path)
        for out in ("out/%s.npy" % name, "out/%s.map.npy" % name):
            if os.path.exists(out) or not out.endswith(".map.npy"):
                copies += 1
                same(out, want, np.load(out))
                if want.size:
                    same(out, want, np.load(out, mmap_mode="r"))
    assert copies > 250, copies
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        want, got = np.load("in/%s.npz" % name), np.load("out/%s.npz" % name)
        assert got.files == want.files, got.files
        for member in want.files:
            same(member, want[member], got[member])
        assert all(i.compress_type == method for i in zipfile.ZipFile("out/%s.npz" % name).infolist()), name
    print("ok")


{"write": write, "compare": compare}[sys.argv[1]]()
