package interp_test

import (
	"fmt"

	"gomemo/interp"
)

func ExampleDiagnostic_String() {
	fmt.Println(interp.Diagnostic{Cell: 3, Line: 2, Col: 13, Msg: "undefined: coutn",
		Text: "fmt.Println(coutn)", Hint: "did you mean count?"})
	// Output:
	// cell 3, line 2:13: undefined: coutn
	//     fmt.Println(coutn)
	//                 ^
	//     did you mean count?
}
