package engine_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomemo/engine"
	"gomemo/engine/rt"
	"gomemo/engine/wire"
)

// memoryCells use memory, in ways that cells may.
var memoryCells = map[string]func(c *rt.Cell){
	"append": func(*rt.Cell) {
		var all [][]byte
		for {
			block := make([]byte, 1<<20)
			touch(block)
			all = append(all, block)
			runtime.KeepAlive(all)
		}
	},
	"one block": func(c *rt.Cell) { block := make([]byte, 4<<30); touch(block); rt.Result(c, len(block)) },
	"too large a block": func(c *rt.Cell) {
		n := 1 << 40
		block := make([]byte, n)
		touch(block)
		rt.Result(c, len(block))
	},
	"fillers": func(*rt.Cell) {
		for range 8 {
			go func() {
				for {
					block := make([]byte, 64<<20)
					touch(block)
					kept <- block
				}
			}()
		}
		select {}
	},
	"goroutines": func(*rt.Cell) {
		for {
			rt.Go()
			go func() { select {} }()
		}
	},
	"bomb": func(*rt.Cell) { bomb() },
	"map": func(c *rt.Cell) {
		f, err := os.CreateTemp("", "large")
		if err != nil {
			panic(err)
		}
		defer f.Close()
		defer os.Remove(f.Name())
		if err := f.Truncate(384 << 20); err != nil {
			panic(err)
		}
		m, err := syscall.Mmap(int(f.Fd()), 0, 384<<20, syscall.PROT_READ, syscall.MAP_PRIVATE)
		if err != nil {
			panic(err)
		}
		defer syscall.Munmap(m)
		sum := 0
		for i := 0; i < len(m); i += 4096 {
			sum += int(m[i])
		}
		rt.Result(c, sum)
	},
}

// kept keeps blocks from being collected.
var kept = make(chan []byte, 1000)

func touch(block []byte) {
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
}

func bomb() {
	for {
		rt.Poll()
		rt.Go()
		go bomb()
	}
}

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	const over = `^out of memory: the cell took its engine past the limit of 256 MiB, so it was ended; use less, or raise the limit \(GOMEMO_MEMORY\)$`
	for _, test := range []struct{ cell, message string }{
		{"append", over},
		{"one block", over},
		{"fillers", over},
		{"too large a block", `^out of memory: the cell took its engine past|^out of memory: the cell asked for more than the machine can give; use less \(the limit of the engine, GOMEMO_MEMORY, is 256 MiB\)$`},
		{"goroutines", `^out of memory: the cell with [\d,]+ goroutines took its engine past the limit of 256 MiB, `},
		{"bomb", `^out of memory: the cell with [\d,]+ goroutines took its engine past the limit of 256 MiB, `},
	} {
		t.Run(test.cell, func(t *testing.T) {
			if testing.Short() && strings.Contains(test.message, "goroutines") {
				t.Skip("the race detector, with which the short tests run, allows 8128 goroutines")
			}
			s := startWith(t, wire.Hello{Memory: 256 << 20})
			death, _ := s.dies(test.cell)
			if !regexp.MustCompile(test.message).MatchString(death.Message) {
				t.Errorf("%q", death.Message)
			}
		})
	}
}

// Pages of files are the system's: it can have them back.
func TestMappedFilesAreNotTheEngines(t *testing.T) {
	t.Parallel()
	s := startWith(t, wire.Hello{Memory: 256 << 20})
	if sum, _ := s.ok("map"); sum != "0" {
		t.Errorf("sum %s", sum)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1 << 20: "1 MiB", 3 << 29: "1.5 GiB", 17_600_000_000: "16.4 GiB", 1 << 50: "1 PiB"} {
		if got := engine.Bytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestInterruptOfAFlockOfGoroutines(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, with which the short tests run, allows 8128 goroutines")
	}
	for _, cell := range []string{"goroutines", "bomb"} {
		s := startWith(t, wire.Hello{Memory: 2 << 30})
		ctx, cancel := context.WithCancel(t.Context())
		var asked time.Time
		time.AfterFunc(300*time.Millisecond, func() { asked = time.Now(); cancel() })
		done, _, err := s.run(ctx, cell)
		took := time.Since(asked)
		t.Logf("%s ended %v after the interrupt: %+v, %v", cell, took, done, err)
		var death *wire.Death
		if took > 3*time.Second || err == nil && done.Error == nil || err != nil && !errors.As(err, &death) {
			t.Errorf("%s: %+v, %v", cell, done, err)
		}
	}
}
