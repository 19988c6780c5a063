package kernel_test

import (
	"context"
	"encoding/json"
	"fmt"

	"gomemo/kernel"
)

// echo is an Evaluator whose cells print themselves.
type echo struct{}

func (echo) Execute(_ context.Context, c kernel.Cell, out kernel.Output) kernel.Outcome {
	out.Stream("stdout", c.Code+"\n")
	return kernel.Outcome{Result: map[string]json.RawMessage{"text/plain": []byte(`"done"`)}}
}

func (echo) IsComplete(string) (string, string) { return "complete", "" }

func (echo) Complete(context.Context, string, int) ([]kernel.Completion, int, int) {
	return nil, 0, 0
}

func (echo) Inspect(context.Context, string, int, int) map[string]json.RawMessage { return nil }

func (echo) Close() error { return nil }

func Example() {
	k, err := kernel.New(kernel.Options{
		Conn:         &kernel.ConnectionInfo{Key: "secret"}, // usually ConnectionFile
		NewEvaluator: func(context.Context) (kernel.Evaluator, error) { return echo{}, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	conn, err := k.Listen()
	fmt.Println(conn.ShellPort != 0, err)

	ctx, cancel := context.WithCancel(context.Background())
	cancel() // usually when the process is told to end
	fmt.Println(k.Run(ctx))
	// Output:
	// true <nil>
	// <nil>
}
