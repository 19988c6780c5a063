package main

import (
	"context"
	"flag"
	"runtime"
	"strings"

	"gomemo/engine"
	process "gomemo/engine/host"
	"gomemo/engine/wire"
	"gomemo/interp"
	"gomemo/interp/stubs"
	"gomemo/native"
)

// A session that compiles nothing needs no engine that the user's toolchain
// has built: this program is its own one. It opens no plugins, and is otherwise
// the same process at the other end of the same pipes.

func engineCommand() command {
	return command{
		name:   "engine",
		short:  "run interpreted cells; the kernel starts it",
		long:   "Engine is the process that cells run in where nothing can be compiled. It\nspeaks to the gomemo that started it through pipes, not to people.",
		hidden: true,
		declare: func(*flag.FlagSet) action {
			return func(_ context.Context, _ *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				if process.Main(process.Options{}) != 0 {
					return errReported
				}
				return nil
			}
		},
	}
}

// interpreted starts a session without a compiler. why ends the message of a
// cell that needs one; the first cell says notice, if it is not empty.
func interpreted(s settings, why, notice string) *evaluator {
	return &evaluator{notice: notice, session: interp.New(interp.Options{
		Compiler: &stubs.Compiler{Why: why},
		Start:    s.startSelf,
		Mode:     interp.Interpreted,
	})}
}

// startSelf starts this very binary as an engine, also if the file has been
// replaced meanwhile.
func (s *settings) startSelf(ctx context.Context) (interp.Engine, error) {
	program := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		var err error
		if program, err = executable(); err != nil {
			return nil, err
		}
	}
	client, err := engine.Start(ctx, engine.Options{
		Path: program, Name: "gomemo", Args: []string{engineCommand().name},
		// Only calls of compiled functions are remembered.
		Hello: wire.Hello{Memory: s.memory, NoMemo: true, Toolchain: "none"},
	})
	if err != nil {
		return nil, err
	}
	return engineClient{client}, nil
}

// lacking finds what a person must do something about before cells can be
// compiled.
func lacking(findings []native.Finding) (native.Finding, bool) {
	for _, f := range findings {
		if !f.OK && !f.Later {
			f.Detail, _, _ = strings.Cut(f.Detail, "\n")
			return f, true
		}
	}
	return native.Finding{}, false
}

// lack says what is missing on this machine for compiling, and what to do
// about it. err is what failed for that reason.
func lack(ctx context.Context, err error) string {
	if f, ok := lacking(native.Check(ctx, nativeOptions(nil, nil))); ok {
		return f.Detail + ": " + f.Fix
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "native: "), "\n")
	return first + ": see what \"gomemo doctor\" says"
}
