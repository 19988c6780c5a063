package engine_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"gomemo/display"
	"gomemo/engine/host"
	"gomemo/engine/rt"
	"gomemo/engine/rt/clock"
	"gomemo/engine/session"
)

// The variables of the test's only generated package.
var (
	count int
	text  = "kept"
)

// cells stand for plugins: the engine of these tests is the test binary.
var cells = map[string]func(c *rt.Cell){
	"nothing": func(*rt.Cell) {},
	"count":   func(c *rt.Cell) { count++; rt.Result(c, count) },
	"two":     func(c *rt.Cell) { rt.Result(c, text, nil) },
	"hello":   func(*rt.Cell) { fmt.Println("hello"); fmt.Fprintln(os.Stderr, "there") },
	"order": func(*rt.Cell) {
		for i := range 20 {
			fmt.Print("p", i, " ")
			display.Show(fmt.Sprint("d", i))
		}
		fmt.Print("end")
	},
	"halves": func(*rt.Cell) {
		os.Stdout.WriteString("a\xe2\x82")
		time.Sleep(40 * time.Millisecond)
		os.Stdout.WriteString("\xacb\xff")
	},
	"exit": func(*rt.Cell) { fmt.Print("last words"); os.Exit(3) },
	"fatal": func(*rt.Cell) {
		log.SetFlags(0)
		log.Fatal("no way")
	},
	"goroutine": func(*rt.Cell) {
		fmt.Fprint(os.Stderr, "before ")
		go panicker()
		select {}
	},
	"goroutine at the end": func(*rt.Cell) { go panicker() },
	"recursion":            func(c *rt.Cell) { rt.Result(c, recurse(1)) },
	"mapwrites": func(*rt.Cell) {
		m := make(map[int]int)
		for range 4 {
			go func() {
				for i := 0; ; i++ {
					m[i%100] = i
				}
			}()
		}
		select {}
	},
	"kill":    func(*rt.Cell) { syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} },
	"loop":    func(*rt.Cell) { loop() },
	"swallow": func(*rt.Cell) { swallow() },
	"sleep":   func(*rt.Cell) { clock.Sleep(time.Hour) },
	"system call": func(*rt.Cell) {
		var pair [2]int
		if err := syscall.Pipe(pair[:]); err != nil {
			panic(err)
		}
		syscall.Read(pair[0], make([]byte, 1))
	},
	"blocked": func(*rt.Cell) { receive(make(chan int)) },
	"lookalike": func(*rt.Cell) {
		fmt.Fprintln(os.Stderr, "panic: not really")
		fmt.Println("after")
	},
	"lookalike exit": func(*rt.Cell) { fmt.Fprintln(os.Stderr, "panic: not really"); os.Exit(2) },
	"megabytes": func(*rt.Cell) {
		line := []byte(strings.Repeat("0123456789", 10)[:99] + "\n")
		for range 500_000 {
			os.Stdout.Write(line)
		}
	},
	"blocks": func(*rt.Cell) {
		block := []byte(strings.Repeat(strings.Repeat("x", 79)+"\n", 400))
		for range 50_000_000 / len(block) {
			os.Stdout.Write(block)
		}
	},
	"flood and exit": func(*rt.Cell) {
		os.Stdout.WriteString(strings.Repeat("y", 900_000) + "end")
		os.Exit(0)
	},
	"capture": func(c *rt.Cell) {
		fmt.Print("outside ")
		end, err := c.Evaluation.(*session.Cell).BeginCapture()
		if err != nil {
			panic(err)
		}
		fmt.Print("in1 ")
		display.Show(display.HTML("<i>"))
		fmt.Fprint(os.Stderr, "in2 ")
		events, err := end()
		if err != nil {
			panic(err)
		}
		fmt.Print("again ")
		if err := c.Evaluation.(*session.Cell).Replay(events); err != nil {
			panic(err)
		}
		rt.Result(c, len(events))
	},
	"clear": func(*rt.Cell) {
		fmt.Print("one ")
		display.Clear()
		fmt.Print("two ")
		display.ShowAs("x", "three")
		display.Clear(display.Wait())
		fmt.Print("four ")
		display.Update("x", "five")
		fmt.Print("six")
	},
	"clear late": func(*rt.Cell) {
		go func() {
			time.Sleep(10 * time.Millisecond)
			fmt.Print("nobody sees this")
			display.Clear()
			fmt.Print("late")
		}()
	},
	"large capture": func(c *rt.Cell) {
		end, err := c.Evaluation.(*session.Cell).BeginCapture()
		if err != nil {
			panic(err)
		}
		fmt.Print(strings.Repeat("z", 5<<20))
		_, err = end()
		rt.Result(c, errors.Is(err, session.ErrTooLarge))
	},
	"ticker": func(*rt.Cell) {
		go func() {
			time.Sleep(30 * time.Millisecond)
			fmt.Print("late")
		}()
	},
	"idle flood": func(*rt.Cell) {
		go func() {
			for range 30 {
				os.Stdout.WriteString(strings.Repeat("f", 100_000))
			}
		}()
	},
	"exit later": func(*rt.Cell) {
		go func() {
			time.Sleep(20 * time.Millisecond)
			os.Exit(7)
		}()
	},
	"child": func(c *rt.Cell) {
		cmd := exec.Command("sleep", "100")
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		rt.Result(c, cmd.Process.Pid)
	},
	"goexit":   func(*rt.Cell) { quit() },
	"panic":    func(*rt.Cell) { fail(errors.New("first\nsecond")) },
	"register": func(*rt.Cell) {},
}

// openCell opens a plugin of these tests.
func openCell(path string) (host.Plugin, error) {
	run, ok := cells[path]
	if !ok {
		run, ok = memoryCells[path]
	}
	if !ok {
		return host.Plugin{}, fmt.Errorf("no such file")
	}
	return host.Plugin{
		Run: run,
		Register: func(r *rt.Registry) {
			if path == "register" {
				panic("cannot register")
			}
			r.Unit("nb/1", "")
			r.Var("nb/1", "count", &count)
			r.Var("nb/1", "text", &text)
		},
	}, nil
}

// What follows has the positions of generated code.

//line decl-1a.go:1
func panicker() {
	panic(fmt.Sprintf("boom %d", 1))
}

//line decl-2b.go:1
func recurse(n int) int {
	if n < 0 {
		return 0
	}
	return recurse(n+1) + 1
}

//line decl-3c.go:1
func loop() {
	for {
		rt.Poll()
	}
}

//line decl-4d.go:1
func swallow() {
	for {
		rt.Poll()
		func() {
			defer func() { recover() }()
			loop()
		}()
	}
}

//line decl-5e.go:1
func receive(c chan int) {
	<-c
}

//line decl-6f.go:1
func quit() {
	runtime.Goexit()
}

//line decl-7a.go:1
func fail(err error) {
	panic(err)
}
