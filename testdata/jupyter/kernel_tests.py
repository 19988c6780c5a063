#!/usr/bin/env python3
"""Run jupyter_kernel_test on an installed kernel.

usage: kernel_tests.py [-v] [TEST ...]

The kernel's name is taken from GOMEMO_KERNEL, "gomemo" without it.
"""
import os
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

import jupyter_kernel_test
from jupyter_client.kernelspec import KernelSpecManager

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
        reply, _ = self.execute_helper(code="func f() int { return 1 }")
        self.assertEqual(reply["content"]["status"], "error")
        text = "\n".join(reply["content"]["traceback"])
        self.assertIn("the declaration of f needs the compiler", text)
        self.assertIn("no go command on PATH: install Go", text)
        self.assertIn("then restart the kernel", text)


if __name__ == "__main__":
    unittest.main()
