package notebook_test

import (
	"fmt"
	"os"
	"strings"

	"gomemo/notebook"
)

func Example() {
	nb, err := notebook.Read(strings.NewReader(`{
		"nbformat": 4, "nbformat_minor": 5, "metadata": {},
		"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "6 * 7", "execution_count": null, "outputs": []}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	c := nb.Cells[0]
	c.Append(notebook.Output{Type: notebook.Stream, Name: "stdout", Text: "working\n"})
	c.Append(notebook.Output{Type: notebook.Result, Data: notebook.Object{"text/plain": []byte(`"42"`)}})
	text, err := nb.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(text)
	// Output:
	// {
	//  "cells": [
	//   {
	//    "cell_type": "code",
	//    "execution_count": null,
	//    "id": "a",
	//    "metadata": {},
	//    "outputs": [
	//     {
	//      "name": "stdout",
	//      "output_type": "stream",
	//      "text": [
	//       "working\n"
	//      ]
	//     },
	//     {
	//      "data": {
	//       "text/plain": [
	//        "42"
	//       ]
	//      },
	//      "execution_count": null,
	//      "metadata": {},
	//      "output_type": "execute_result"
	//     }
	//    ],
	//    "source": [
	//     "6 * 7"
	//    ]
	//   }
	//  ],
	//  "metadata": {},
	//  "nbformat": 4,
	//  "nbformat_minor": 5
	// }
}
