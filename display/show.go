package display

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

// sink is where Show displays, in the manner of the standard logger.
var sink struct {
	mu sync.Mutex // guards f
	f  func(Bundle) error
}

// SetSink makes f receive what Show displays from now on; nil restores
// printing to standard output. f may be called from several goroutines. It is
// meant for whoever runs notebooks, once at the start of the process.
func SetSink(f func(Bundle) error) {
	sink.mu.Lock()
	defer sink.mu.Unlock()
	sink.f = f
}

// Show displays v, as Of makes it, at the current place in the output.
func Show(v any) error {
	sink.mu.Lock()
	f := sink.f
	sink.mu.Unlock()
	b := Of(v)
	if f == nil {
		_, err := fmt.Fprintln(os.Stdout, b.Plain())
		return err
	}
	return f(b)
}

func mimeTypes(data map[string]json.RawMessage) string {
	return strings.Join(slices.Sorted(maps.Keys(data)), ", ")
}
