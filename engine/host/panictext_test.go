package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

type (
	number      int
	label       string
	ratio       float64
	wave        complex128
	toggle      bool
	pair        struct{ a, b int }
	exitFailure struct{ code int }
)

func (f exitFailure) Error() string { return fmt.Sprintf("code %d\nhelp", f.code) }

type clumsy struct{}

func (clumsy) Error() string { panic("again") }

// thrown are values to panic with.
var thrown = []any{
	"text", "two\nlines", 42, int8(-3), uint64(1 << 63), 1.5, float32(0.1), 1e100, 2 + 3i, complex64(1i), true, uintptr(7),
	number(5), label("a\"b\nc"), ratio(2.5), wave(1 - 2i), toggle(false), 'x',
	errors.New("plain"), exitFailure{3}, time.Second, fmt.Errorf("wrapped: %w", exitFailure{4}),
	pair{1, 2}, &pair{}, []int{1}, map[string]int{}, struct{}{}, [2]string{}, nil,
}

// With PANIC_WITH set, the test binary panics with one of them.
func TestMain(m *testing.M) {
	if i, err := strconv.Atoi(os.Getenv("PANIC_WITH")); err == nil {
		panic(thrown[i])
	}
	os.Exit(m.Run())
}

// panicText must be what the runtime prints, addresses aside.
func TestPanicText(t *testing.T) {
	t.Parallel()
	address := regexp.MustCompile(`0x[0-9a-f]+`)
	for i, v := range thrown {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("PANIC_WITH=%d", i))
		stderr, _ := cmd.CombinedOutput() // it always fails
		printed, _, _ := strings.Cut(string(stderr), "\n\ngoroutine ")
		if cut, _, ok := strings.Cut(printed, " [recovered"); ok {
			printed = cut
		}
		text := "panic: " + panicText(thrown[i])
		if v == nil {
			text = "panic: " + panicText(nilPanic())
		}
		if got, want := address.ReplaceAllString(text, "0x"), address.ReplaceAllString(printed, "0x"); got != want {
			t.Errorf("%T: %q, the runtime prints %q", v, got, want)
		}
	}
	if got, want := panicText(clumsy{}), "host.clumsy (and a panic while printing it: again)"; got != want {
		t.Errorf("a panic in Error gives %q", got)
	}
}

func nilPanic() (v any) {
	defer func() { v = recover() }()
	panic(nil)
}
