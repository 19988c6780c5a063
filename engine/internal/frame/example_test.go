package frame_test

import (
	"fmt"

	"gomemo/engine/internal/frame"
)

func ExampleNext() {
	buf, err := frame.Append(nil, map[string]int{"seq": 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	var v map[string]int
	_, ok, _ := frame.Next(buf[:7], &v)
	fmt.Println(ok, v)
	_, ok, _ = frame.Next(buf, &v)
	fmt.Println(ok, v)
	// Output:
	// false map[]
	// true map[seq:1]
}
