package display_test

import (
	"fmt"

	"gomemo/display"
)

type Celsius float64

func (c Celsius) Display() display.Bundle {
	text := fmt.Sprintf("%.1f °C", float64(c))
	return display.HTML("<b>" + text + "</b>").With(display.Text(text))
}

func Example() {
	display.Show(Celsius(21.5)) // in a notebook: bold
	display.Show(struct{ A, B int }{1, 2})
	display.ShowAs("progress", "half way")
	display.Update("progress", "done") // in a notebook: in place of the line before
	// Output:
	// 21.5 °C
	// {A:1 B:2}
	// half way
	// done
}
