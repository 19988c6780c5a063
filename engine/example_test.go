package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"gomemo/engine"
	"gomemo/engine/wire"
)

// printer is an Output for people.
type printer struct{}

func (printer) Stream(name, text string) { fmt.Printf("%s: %q\n", name, text) }

func (printer) Display(data, _ map[string]json.RawMessage) { fmt.Println("display:", len(data)) }

// The engine of this example is the test binary itself.
func Example() {
	exe, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	c, err := engine.Start(ctx, engine.Options{Path: exe, Env: append(os.Environ(), "ENGINE_OF_TEST=1")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	for _, cell := range []string{"count", "panic", "exit"} {
		done, err := c.Run(ctx, &wire.Run{Seq: 1, Plugins: []string{cell}, Entry: cell}, printer{})
		switch {
		case err != nil:
			fmt.Println("died:", err)
		case done.Error != nil:
			fmt.Println(done.Error.Kind)
		default:
			fmt.Printf("result: %s\n", done.Result["text/plain"])
		}
	}
	// Output:
	// result: "1"
	// panic
	// stdout: "last words"
	// died: the cell ended its process with exit status 3 (os.Exit or log.Fatal)
}
