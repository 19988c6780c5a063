package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// protocol is the version of Jupyter's protocol that package kernel speaks.
const protocol = "5.4"

func versionCommand() command {
	return command{
		name:  "version",
		short: "print the versions of gomemo and Go",
		long:  "Version prints the versions of gomemo, of the Go release that built it,\nand of the Jupyter protocol that it speaks.",
		declare: func(*flag.FlagSet) action {
			return func(_ context.Context, h *host, args []string) error {
				if len(args) > 0 {
					return badUsage("unexpected %q", args[0])
				}
				fmt.Fprintf(h.stdout, "gomemo %s, %s %s/%s, Jupyter protocol %s\n",
					version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, protocol)
				return nil
			}
		},
	}
}

// version is the module's version as the go command recorded it, with the
// commit for a build from a clone.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v += "-" + s.Value[:12]
			}
		}
	}
	return v
}
