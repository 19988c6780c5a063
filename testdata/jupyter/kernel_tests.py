#!/usr/bin/env python3
"""Run jupyter_kernel_test on an installed kernel.

usage: kernel_tests.py [-v] [TEST ...]

The kernel's name is taken from GOMEMO_KERNEL, "gomemo" without it.
"""
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from unittest import mock

import jupyter_kernel_test
import nbformat
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

KERNEL = os.environ.get("GOMEMO_KERNEL", "gomemo")


class GomemoTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "oops")'
    code_generate_error = 'panic("no")'
    code_page_something = "fmt.Println?"
    code_inspect_sample = "fmt.Println"
    code_clear_output = "display.Clear()"
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": 'strings.Repeat("ab", 3)', "result": "ababab"},
        {"code": "[]int{1, 2}", "result": "[1 2]"},
    ]
    code_display_data = [
        {"code": 'display.Show(display.HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": 'display.Show(display.Markdown("*it*"))', "mime": "text/markdown"},
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")

    completion_samples = [
        {"text": "fmt.Printl", "matches": {"Println"}},
        {"text": "strings.HasP", "matches": {"HasPrefix"}},
    ]
    complete_code_samples = ["1 + 1", "x := 1", "func f() int {\n\treturn 1\n}", "// a comment", ""]
    incomplete_code_samples = ["for {", "func f() int {", "x := `abc", "fmt.Println(", "x := 1 +"]
    invalid_code_samples = ["x := )", "}"]


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


class InterpretedTests(GomemoTests):
    """The same kernel on a machine that has neither Go nor a C compiler."""

    kernel_name = "gomemo-alone"
    code_stderr = ""
    code_generate_error = 'strings.Repeat("a", -1)'
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": 'strings.Repeat("ab", 3)', "result": "ababab"},
    ]
    code_display_data = []
    code_clear_output = ""

    @classmethod
    def setUpClass(cls):
        program = KernelSpecManager().get_kernel_spec(KERNEL).argv[0]
        cls.dir = tempfile.mkdtemp()
        cls.alone = mock.patch.dict(os.environ, {
            "PATH": cls.dir,
            "GOROOT": cls.dir,
            "XDG_CACHE_HOME": os.path.join(cls.dir, "cache"),
            "JUPYTER_PATH": os.path.join(cls.dir, "share", "jupyter"),
        })
        cls.alone.start()
        assert not shutil.which("go") and not shutil.which("gcc")
        subprocess.run([program, "install", "-prefix", cls.dir, "-name", cls.kernel_name],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        super().setUpClass()
        said = []
        cls.kc.execute_interactive("1", output_hook=lambda m: said.append(m["content"].get("text", "")))
        assert "there is no compiler" in "".join(said), said  # once: in the first cell

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.alone.stop()
        shutil.rmtree(cls.dir)

    def test_refusal(self):
        self.flush_channels()
        reply, _ = self.execute_helper(code="type T int")
        self.assertEqual(reply["content"]["status"], "error")
        text = "\n".join(reply["content"]["traceback"])
        self.assertIn("the declaration of T needs the compiler", text)
        self.assertIn("no go command on PATH: install Go", text)
        self.assertIn("then restart the kernel", text)


# What cells may do to their engine, and what the error says then.
DEATHS = [
    ("os.Exit(3)", "exit status 3"),
    ('log.Fatal("giving up")', "exit status 1"),
    ('go func() { panic("boom") }()\nselect {}', "panic: boom [in a goroutine]"),
    ("var f func(int) int\nf = func(n int) int { return f(n+1) + 1 }\nf(0)", "stack overflow"),
    ("go func() { var p *int; *p = 1 }()\nselect {}", "nil pointer dereference"),
    ("*(*int)(unsafe.Pointer(uintptr(0xdeadbeef000))) = 1", "no memory at address 0xdeadbeef000"),
    ("m := map[int]int{}\nfor range 4 { go func() { for { m[1]++ } }() }\nselect {}", "concurrent map"),
    ("var all [][]byte\nfor {\n\tb := make([]byte, 1<<20)\n\tfor i := range b { b[i] = 1 }\n\tall = append(all, b)\n}", "past the limit of 512 MiB"),
    ("for { go func() { select {} }() }", "goroutines took its engine past the limit"),
    ("syscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}", "killed (signal 9"),
    ("os.Stdout.Close()", "closed its standard output"),
    ("for fd := 3; fd < 2000; fd++ { syscall.Close(fd) }", "file descriptors that are not its own"),
]


class DeathTests(unittest.TestCase):
    """No cell can end more than its engine."""

    @classmethod
    def setUpClass(cls):
        env = dict(os.environ, GOMEMO_MEMORY="512MiB")
        cls.km, cls.kc = start_new_kernel(kernel_name=KERNEL, env=env)
        cls.kernel = psutil.Process(cls.km.provisioner.pid)

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        if cls.kernel.is_running():
            cls.km.shutdown_kernel(now=True)

    def run_cell(self, code, timeout=60):
        """Returns the reply, what was shown, and the seconds."""
        text = []

        def output(msg):
            if msg["msg_type"] in ("execute_result", "display_data"):
                text.append(msg["content"]["data"].get("text/plain", ""))

        begun = time.perf_counter()
        reply = self.kc.execute_interactive(code, output_hook=output, timeout=timeout)
        return reply["content"], "\n".join(text), time.perf_counter() - begun

    def check_alive(self):
        reply, text, took = self.run_cell("twice(x)")
        self.assertEqual((reply["status"], text.splitlines()[0]), ("ok", "42"))
        self.assertLess(took, 1)

    def setUp(self):
        reply, _, _ = self.run_cell("x := 21\nfunc twice(n int) int { return 2 * n }")
        self.assertEqual(reply["status"], "ok", reply)

    def test_deaths(self):
        for code, message in DEATHS:
            with self.subTest(code):
                reply, _, _ = self.run_cell(code)
                self.assertEqual(reply["status"], "error")
                self.assertIn(message, "\n".join(reply["traceback"]))
                self.check_alive()

    def test_killed_from_outside(self):
        for code in ["", "for {\n}", "for { fmt.Println(1) }"]:
            with self.subTest(code):
                engines = self.kernel.children()
                self.assertEqual(len(engines), 1)
                if code:
                    threading.Timer(0.5, engines[0].kill).start()
                else:
                    engines[0].kill()
                    psutil.wait_procs(engines, timeout=5)
                reply, _, _ = self.run_cell(code or "x")
                self.assertIn("killed (signal 9", "\n".join(reply["traceback"]))
                self.check_alive()

    def test_interrupts(self):
        for code, limit in [("for {\n}", 1), ("select {}", 3)]:
            with self.subTest(code):
                threading.Timer(0.5, self.km.interrupt_kernel).start()
                reply, _, took = self.run_cell(code)
                self.assertEqual(reply["status"], "error")
                self.assertLess(took - 0.5, limit)
                self.check_alive()

    def test_ten_thousand_interrupts(self):
        def interrupt():
            for _ in range(10_000):
                self.kernel.send_signal(signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        while thread.is_alive():
            self.run_cell("time.Sleep(100 * time.Millisecond)")
        self.check_alive()


class SavedTests(unittest.TestCase):
    """A notebook beside the kernel, of which the client does not tell."""

    def test_unrun_cell(self):
        cells = ["x := 20", "y := x + 1", "fmt.Println(y)"]
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        env = {k: v for k, v in os.environ.items() if k != "JPY_SESSION_NAME"}
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(nb, os.path.join(folder, "a.ipynb"))
            km, kc = start_new_kernel(kernel_name=KERNEL, cwd=folder, env=env)
            try:
                kc.execute_interactive(cells[0], timeout=60)
                reply = kc.execute_interactive(cells[2], timeout=60, output_hook=lambda msg: None)
                self.assertIn("code cell 2 of a.ipynb, line 1, defines it", "\n".join(reply["content"]["traceback"]))
            finally:
                kc.stop_channels()
                km.shutdown_kernel(now=True)


class EndTests(unittest.TestCase):
    """Nothing stays behind, however the kernel ends."""

    def check_end(self, end):
        km, kc = start_new_kernel(kernel_name=KERNEL)
        try:
            kc.execute_interactive('exec.Command("sleep", "1000").Start()', timeout=60)
            family = psutil.Process(km.provisioner.pid).children(recursive=True)
            self.assertEqual(len(family), 2, family)  # the engine and its child
            end(km)
            _, alive = psutil.wait_procs(family, timeout=5)
            self.assertFalse([p for p in alive if p.status() != psutil.STATUS_ZOMBIE])
        finally:
            kc.stop_channels()
            km.shutdown_kernel(now=True)

    def test_shutdown(self):
        self.check_end(lambda km: km.shutdown_kernel())

    def test_kill(self):
        self.check_end(lambda km: os.kill(km.provisioner.pid, signal.SIGKILL))


if __name__ == "__main__":
    unittest.main()
