"""Writes the notebooks of this folder with Python's nbformat:

    python notebook/testdata/write.py notebook/testdata

Each NAME.ipynb is what Jupyter itself stores; NAME.in.ipynb holds the same
notebook as other programs lay it out.
"""
import json
import pathlib
import sys

import nbformat
from nbformat import v4

out = pathlib.Path(sys.argv[1])


def save(name, nb, **other_layout):
    nbformat.validate(nb)
    nbformat.write(nb, str(out / f"{name}.ipynb"))
    text = json.dumps(nb, ensure_ascii=True, indent=4, **other_layout)
    (out / f"{name}.in.ipynb").write_text(text, encoding="utf-8")


def output(kind, **fields):
    return v4.new_output(kind, **fields)


nb = v4.new_notebook()
nb.metadata = nbformat.from_dict({
    "zeta": {"nested": [1, 2.5, 0, "two", None, True, {}, []], "b": 1, "a": "ä <&> \u2028"},
    "kernelspec": {"name": "gomemo", "display_name": "Go (gomemo)", "language": "go"},
})
nb.cells = [
    v4.new_markdown_cell("# Title\n\nText with \"quotes\", \\ and \ttabs\n", id="intro"),
    v4.new_raw_cell("raw\x0bvertical\x0cform\x85next\u2028line\r\nwindows\rold mac", id="raw-1"),
    v4.new_code_cell("", id="empty"),
    v4.new_code_cell(
        "fmt.Println(1)\nx", id="code_2", execution_count=3,
        metadata={"collapsed": True, "tags": ["b", "a"]},
        outputs=[
            output("stream", name="stdout", text="50 %\r100 %\r\n\x1b[31mred\x1b[0m\n"),
            output("stream", name="stderr", text="warning"),
            output("execute_result", execution_count=3, metadata={"text/html": {"isolated": True}}, data={
                "text/plain": "1\n2\n",
                "text/html": "<b>1</b>",
                "image/svg+xml": "<svg>\n</svg>",
                "application/javascript": "a()\nb()",
                "application/json": {"rows": [1, 2, {"x": None}], "name": "n"},
                "application/vnd.gomemo.cache.v1+json": {"calls": [], "totals": {"hits": 0}},
                "application/x-latex": "one\ntwo",
            }),
            output("display_data", data={"image/png": "iVBORw0KGgo=\n", "text/plain": "[plot]"}, metadata={}),
            output("display_data", data={}, metadata={}),
            output("error", ename="panic", evalue="boom", traceback=["\x1b[31mpanic: boom\x1b[0m", "", "cell 3:2"]),
        ]),
    v4.new_code_cell("1 / 0", id="never-run"),
]
nb.cells[0]["attachments"] = nbformat.from_dict({"dot.png": {"image/png": "iVBORw0KGgo="}})
save("all", nb)

save("none", v4.new_notebook())
