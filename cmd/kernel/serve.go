package main

import (
	"context"
	"flag"
	"log/slog"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"gomemo/kernel"
)

func kernelCommand() command {
	return command{
		name:  "kernel",
		short: "serve a connection file; Jupyter calls this",
		long: `Kernel answers Jupyter's messages on the sockets that a connection file names,
until it is asked to stop or Jupyter is gone. Jupyter starts it by itself once
"gomemo install" was run. What goes wrong is logged to standard error.`,
		declare: func(fs *flag.FlagSet) action {
			var memo memoFlags
			memo.declare(fs)
			file := fs.String("connection-file", "", "the connection `FILE` that Jupyter wrote")
			verbose := fs.Bool("v", false, "log every message")
			return func(ctx context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				if *file == "" {
					return badUsage("which connection file? Jupyter gives it with -connection-file")
				}
				s, err := memo.settings(h.getenv)
				if err != nil {
					return err
				}
				s.again = "restart the kernel"
				level := slog.LevelWarn
				if *verbose {
					level = slog.LevelDebug
				}
				log := slog.New(slog.NewTextHandler(h.stderr, &slog.HandlerOptions{Level: level}))
				return serve(ctx, s, *file, log)
			}
		},
	}
}

func serve(ctx context.Context, s settings, file string, log *slog.Logger) error {
	// An interrupt is for the running cell, and package kernel takes it.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	k, err := kernel.New(kernel.Options{
		ConnectionFile: file,
		NewEvaluator: func(ctx context.Context) (kernel.Evaluator, error) {
			return prepareFirst(ctx, func(ctx context.Context, p progress) (kernel.Evaluator, error) {
				return newEvaluator(ctx, s, sessionNotebook(), func(step string, fraction float64) {
					log.Info("preparing", "step", step, "done", fraction)
					p(step, fraction)
				}, func(warning string) { log.Warn(warning) })
			}), nil
		},
		Info:   kernel.Info{Version: version(), GoVersion: goVersion()},
		Logger: log,
	})
	if err != nil {
		return &inputError{err}
	}
	return k.Run(ctx)
}

// goVersion is the version of the language, without its prefix.
func goVersion() string { return strings.TrimPrefix(runtime.Version(), "go") }
