#!/usr/bin/env python3
"""Measure installed Jupyter kernels side by side.

usage: bench_kernel.py [--rounds N] [--only NAME,...] [--json FILE] [KERNEL ...]

Without KERNEL: gomemo, and those of python3 (ipykernel), gonb and gophernotes
that are installed. Every benchmark goes through all kernels before the next one
starts, so that what else the machine does falls on all of them. Times are wall
clock, from the request until the client has both the reply and the idle status.
"""
import argparse
import json
import signal
import socket
import statistics
import subprocess
import sys
import time
from queue import Empty

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

LINES = 500_000  # of 100 bytes: the stdout benchmark

# The cells. "@" is a number that no earlier cell had.
GO = {
    "warm": "1 + 1",
    "statement": "x@ := @ * 2\nx@",
    "function": "func f@(a int) int { return a*@ + 1 }",
    "again": "f@(3)",
    "loop": "func loop() int {\n\ts := 0\n\tfor i := 0; i < 100_000_000; i++ {\n\t\ts += i ^ @\n\t}\n\treturn s\n}\nloop()",
    "interrupt": "for {\n}",
    "set": "kept := 41",
    "get": "kept + 1",
    "stdout": 'line := "' + "x" * 99 + '"\nfor i := 0; i < %d; i++ {\n\tfmt.Println(line)\n}' % LINES,
}
IMPORT = 'import "fmt"\n'
GOPHERNOTES = GO | {"stdout": IMPORT + GO["stdout"]}
GONB = {  # a new process per cell: "%%" makes the rest the body of main
    "warm": "%%\nfmt.Println(1 + 1)",
    "statement": "%%\nx@ := @ * 2\nfmt.Println(x@)",
    "function": GO["function"],
    "again": "%%\nfmt.Println(f@(3))",
    "loop": "%%\ns := 0\nfor i := 0; i < 100_000_000; i++ {\n\ts += i ^ @\n}\nfmt.Println(s)",
    "interrupt": "%%\nfor {\n}",
    "set": "var kept = 0\n%%\nkept = 41",
    "get": "%%\nfmt.Println(kept + 1)",
    "stdout": "%%\n" + GO["stdout"],
}
PYTHON = {
    "warm": "1 + 1",
    "statement": "x@ = @ * 2\nx@",
    "function": "def f@(a): return a*@ + 1",
    "again": "f@(3)",
    "loop": "def loop():\n    s = 0\n    for i in range(100_000_000):\n        s += i ^ @\n    return s\nloop()",
    "interrupt": "while True: pass",
    "set": "kept = 41",
    "get": "kept + 1",
    "stdout": 'import sys\nline = "' + "x" * 99 + '\\n"\nfor i in range(%d): sys.stdout.write(line)' % LINES,
}
PEERS = {"python3": PYTHON, "gonb": GONB, "gophernotes": GOPHERNOTES}


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, name):
        begun = time.perf_counter()
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_for_ports(begun + 60)
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.kernel_info()
            self.client.get_shell_msg(timeout=60)
        except BaseException:
            self.manager.shutdown_kernel(now=True)
            raise
        self.start_seconds = time.perf_counter() - begun
        time.sleep(0.3)  # a subscription takes effect without a sign
        self._drain()

    def _wait_for_ports(self, deadline):
        # libzmq tries a refused connection again only after 100 ms.
        m = self.manager
        for port in (m.shell_port, m.iopub_port, m.stdin_port, m.control_port, m.hb_port):
            while True:
                with socket.socket() as s:
                    if s.connect_ex((m.ip, port)) == 0:
                        break
                if not m.is_alive() or time.perf_counter() > deadline:
                    raise RuntimeError("the kernel did not open its ports")
                time.sleep(0.001)

    def _drain(self):
        for get in (self.client.get_iopub_msg, self.client.get_shell_msg):
            try:
                while True:
                    get(timeout=0.05)
            except Empty:
                pass

    def run(self, code, timeout=120, interrupt_after=None):
        """Run a cell. Returns its times, status and what it printed."""
        poller = zmq.Poller()
        shell, iopub = self.client.shell_channel.socket, self.client.iopub_channel.socket
        poller.register(shell, zmq.POLLIN)
        poller.register(iopub, zmq.POLLIN)
        r = {"status": None, "size": 0, "text": "", "interrupted": None}
        begun = time.perf_counter()
        ident = self.client.execute(code)
        idle = False
        while not (idle and r["status"]):
            now = time.perf_counter() - begun
            if now > timeout:
                raise RuntimeError("no answer to a cell within %d s" % timeout)
            if interrupt_after and r["interrupted"] is None and now >= interrupt_after:
                r["interrupted"] = now
                self.manager.interrupt_kernel()
            ready = dict(poller.poll(5 if interrupt_after and r["interrupted"] is None else 1000))
            if not ready and not self.manager.is_alive():
                raise RuntimeError("the kernel died")
            if shell in ready:
                m = self.client.get_shell_msg(timeout=1)
                if m["parent_header"].get("msg_id") == ident:
                    r["status"] = m["content"]["status"]
            if iopub in ready:
                m = self.client.get_iopub_msg(timeout=1)
                if m["parent_header"].get("msg_id") != ident:
                    continue
                content = m["content"]
                if m["msg_type"] == "stream":
                    r["size"] += len(content["text"])
                    r["text"] += content["text"][:1000]
                elif m["msg_type"] == "execute_result":
                    r["text"] += content["data"].get("text/plain", "")
                elif m["msg_type"] == "error":
                    r["text"] += "%s: %s" % (content["ename"], content["evalue"])
                elif m["msg_type"] == "status":
                    idle = content["execution_state"] == "idle"
        r["seconds"] = time.perf_counter() - begun
        return r

    def timed(self, code, **options):
        r = self.run(code, **options)
        if r["status"] != "ok":
            raise RuntimeError("the cell failed: %s" % r["text"][:200])
        return r["seconds"]

    def memory(self):
        """Resident bytes of the kernel and its children."""
        p = psutil.Process(self.manager.provisioner.pid)
        return sum(q.memory_info().rss for q in [p] + p.children(recursive=True))

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def cells_of(name):
    return PEERS.get(name, GO)


class Bench:
    """The benchmarks. Each method takes a kernel's name and returns a dict of numbers."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.unique = int(time.time()) % 10_000_000 * 100

    def fresh(self):
        self.unique += 1
        return self.unique

    def each(self, name, body):
        k = Kernel(name)
        try:
            k.run(cells_of(name)["warm"])
            return body(k, cells_of(name))
        finally:
            k.stop()

    def start(self, name):
        times = []
        for _ in range(self.rounds):
            k = Kernel(name)
            times.append(k.start_seconds)
            k.stop()
        return {"start to kernel_info": statistics.median(times)}

    def cell(self, name):
        def body(k, c):
            statement = [k.timed(c["statement"].replace("@", str(self.fresh()))) for _ in range(3 * self.rounds)]
            function, again = [], []
            for _ in range(self.rounds):
                n = self.fresh()
                function.append(k.timed(c["function"].replace("@", str(n))))
                k.timed(c["again"].replace("@", str(n)))
                again.append(n)
            return statement, function, again, k.memory()

        statement, function, known, memory = self.each(name, body)

        def second(k, c):
            times = []
            for n in known:
                times.append(k.timed(c["function"].replace("@", str(n))))
            return times

        return {
            "statement cell": statistics.median(statement),
            "new function cell": statistics.median(function),
            "the same in a new kernel": statistics.median(self.each(name, second)),
            "resident MB": memory / 1e6,
        }

    def loop(self, name):
        def body(k, c):
            first, again = [], []
            for _ in range(2):
                code = c["loop"].replace("@", str(self.fresh()))
                first.append(k.timed(code))
                again.append(k.timed(code))
            # gomemo may answer the second time from its call cache.
            return {"1e8 loop, new text": min(first), "1e8 loop, again": min(again)}

        return self.each(name, body)

    def interrupt(self, name):
        def body(k, c):
            k.timed(c["set"])
            r = k.run(c["interrupt"], interrupt_after=1.0, timeout=30)
            if r["status"] == "ok":
                raise RuntimeError("an endless loop ended well")
            kept = "42" in k.run(c["get"])["text"]
            return {"interrupt": r["seconds"] - r["interrupted"], "values kept": kept}

        return self.each(name, body)

    def stdout(self, name):
        def body(k, c):
            best, lost = 0, 0
            for _ in range(2):
                r = k.run(c["stdout"])
                if r["status"] != "ok":
                    raise RuntimeError("the cell failed: %s" % r["text"][:200])
                best = max(best, r["size"] / r["seconds"] / 1e6)
                lost = max(lost, 100 * LINES - r["size"])
            return {"stdout MB/s": best, "stdout bytes lost": lost}

        return self.each(name, body)


BENCHMARKS = ("start", "cell", "loop", "interrupt", "stdout")
AIMS = {
    "start to kernel_info": "≤ 50 ms",
    "statement cell": "≤ 3 ms",
    "new function cell": "≤ 150 ms",
    "the same in a new kernel": "≤ 10 ms",
    "1e8 loop, new text": "≤ 150 ms",
    "interrupt": "≤ 50 ms",
    "values kept": "True",
    "stdout MB/s": "≥ 60",
    "stdout bytes lost": "0",
}


def shown(measure, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if "MB" in measure or "bytes" in measure:
        return "%.0f" % value
    return "%.1f ms" % (1000 * value)


def table(results):
    names = list(results)
    rows = list(dict.fromkeys(m for r in results.values() for m in r))
    print("| | " + " | ".join(names) + " | aim |")
    print("|---|" + "---|" * (len(names) + 1))
    for row in rows:
        cells = [shown(row, results[n].get(row, "-")) for n in names]
        print("| %s | %s | %s |" % (row, " | ".join(cells), AIMS.get(row, "")))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that kernels are stopped
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kernels", nargs="*", metavar="KERNEL")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="some of %(default)s")
    parser.add_argument("--json", help="write the numbers into this file")
    args = parser.parse_args()
    installed = KernelSpecManager().find_kernel_specs()
    kernels = args.kernels or ["gomemo"] + [n for n in PEERS if n in installed]
    for name in kernels:
        if name not in installed:
            sys.exit("bench_kernel: no kernel %r is installed" % name)
    bench = Bench(args.rounds)
    results = {name: {} for name in kernels}
    failed = False
    for benchmark in args.only.split(","):
        if benchmark not in BENCHMARKS:
            sys.exit("bench_kernel: no benchmark %r" % benchmark)
        for name in kernels:
            print("%s: %s" % (benchmark, name), file=sys.stderr)
            try:
                results[name].update(getattr(bench, benchmark)(name))
            except RuntimeError as e:
                failed = failed or name not in PEERS
                print("%s: %s: %s" % (benchmark, name, e), file=sys.stderr)
    table(results)
    if args.json:
        with open(args.json, "w") as f:
            json.dump(results, f, indent=1)
    sys.exit(failed)


if __name__ == "__main__":
    main()
