package kernel

import (
	"cmp"
	"context"
	"runtime"
	"strings"
)

func (k *Kernel) kernelInfo(_ context.Context, _ *request, _ empty) any {
	i := k.opts.Info
	links := i.HelpLinks
	if links == nil {
		links = []HelpLink{
			{"The Go language", "https://go.dev/ref/spec"},
			{"Standard library", "https://pkg.go.dev/std"},
		}
	}
	name := cmp.Or(i.Implementation, "gomemo")
	goVersion := cmp.Or(i.GoVersion, strings.TrimPrefix(runtime.Version(), "go"))
	return kernelInfoReply{
		Status:                "ok",
		ProtocolVersion:       protocolVersion,
		Implementation:        name,
		ImplementationVersion: i.Version,
		LanguageInfo: languageInfo{
			Name:           "go",
			Version:        goVersion,
			MIMEType:       "text/x-go",
			FileExtension:  ".go",
			PygmentsLexer:  "go",
			CodeMirrorMode: "go",
		},
		Banner:            cmp.Or(i.Banner, strings.TrimSpace(name+" "+i.Version)+", Go "+goVersion),
		HelpLinks:         links,
		SupportedFeatures: []string{},
	}
}

func (k *Kernel) commInfo(_ context.Context, _ *request, _ empty) any {
	return commInfoReply{Status: "ok", Comms: map[string]empty{}}
}

// commOpen closes the comm again, as the protocol asks of a kernel that does
// not know its target.
func (k *Kernel) commOpen(_ context.Context, r *request, c commMessage) any {
	k.publish(r.raw, "comm_close", commMessage{CommID: c.CommID})
	return nil
}

// commIgnore takes messages of comms that commOpen has closed.
func (k *Kernel) commIgnore(_ context.Context, r *request, c commMessage) any {
	k.log.Debug("message of an unknown comm", "msg_type", r.header.Type, "comm_id", c.CommID)
	return nil
}

func (k *Kernel) debug(_ context.Context, _ *request, q debugRequest) any {
	f := failed("unsupported", "this kernel has no debugger")
	return debugReply{
		failure: f, Type: "response", Seq: q.Seq, Request: q.Seq, Command: q.Command, Message: f.Value,
	}
}
