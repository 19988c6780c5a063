package trace_test

import (
	"fmt"

	"gomemo/engine/internal/trace"
)

func ExampleParseCrash() {
	report := "panic: boom\n\ngoroutine 7 [running]:\nnb/1f3a.worker()\n\tdecl-1f3a.go:2 +0x1d\ncreated by nb/aa0.Run in goroutine 5\n\tcell-aa0.go:1 +0x25\n"
	c, _ := trace.ParseCrash("step 3 of 9"+report, report)
	fmt.Println(c.Start, c.Message, c.Frames)
	// Output: 11 panic: boom [in a goroutine] [{main.worker decl-1f3a.go 2}]
}
