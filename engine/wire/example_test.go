package wire_test

import (
	"encoding/json"
	"fmt"

	"gomemo/engine/wire"
)

func ExampleCall() {
	call := wire.Call{Func: "train", Cell: 3, Line: 4, Verdict: "hit", TookMS: 0.1, SavedMS: 4200}
	data, err := json.Marshal(call)
	fmt.Println(string(data), err)
	// Output: {"func":"train","cell":3,"line":4,"verdict":"hit","took_ms":0.1,"saved_ms":4200} <nil>
}
