#!/usr/bin/env python3
"""Run jupyter_kernel_test on an installed kernel.

usage: kernel_tests.py [-v] [TEST ...]

The kernel's name is taken from GOMEMO_KERNEL, "gomemo" without it.
"""
import os
import unittest

import jupyter_kernel_test

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


if __name__ == "__main__":
    unittest.main()
