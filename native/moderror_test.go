package native

import (
	"strings"
	"testing"
)

// What the go command says becomes one line that names the module, and what to
// do.
func TestExplain(t *testing.T) {
	e := &environ{proxy: "https://proxy.test", private: "corp.test", GOMODCACHE: "/mod"}
	for _, c := range []struct{ path, text, msg, hint string }{
		{"rsc.io/quote/v3", "cannot find module providing package rsc.io/quote/v3: module lookup disabled by GOPROXY=off",
			"rsc.io/quote/v3 cannot be used: GOPROXY=off forbids downloading it", "-replace"},
		{"rsc.io/quote/v3", `module rsc.io/quote/v3: Get "https://proxy.test/x": dial tcp: lookup proxy.test: no such host`,
			"rsc.io/quote/v3 cannot be used: the network does not answer (dial tcp: lookup proxy.test: no such host); tried https://proxy.test", "connection"},
		{"", "go: gonum.org/v1/gonum@v9.0.0: reading https://proxy.test/x.info: 403 Forbidden\n\tserver response: This module version is not available.",
			"gonum.org/v1/gonum cannot be used: no such module or version was found (403 Forbidden); tried https://proxy.test", "version"},
		{"corp.test/a/b", "module corp.test/a: git ls-remote -q: fatal: could not read Username for 'https://corp.test': terminal prompts disabled",
			"corp.test/a/b cannot be used: its server wants credentials; tried its own server, because GOPRIVATE or GONOPROXY matches", "netrc"},
		{"gonum.org/v1/gonum/nosuch", "module gonum.org/v1/gonum@latest found (v0.17.0), but does not contain package gonum.org/v1/gonum/nosuch",
			"gonum.org/v1/gonum/nosuch cannot be used: module gonum.org/v1/gonum v0.17.0 has no such package", "%go get"},
		{"x.test/m", "x.test/m@v1.0.0: verifying module: checksum mismatch\n\tdownloaded: h1:a\n\tgo.sum: h1:b\n\nSECURITY ERROR\n",
			"x.test/m cannot be used: its content is not what go.sum or the checksum database says", "GOPRIVATE"},
		{"any.test/package", "x.test/m@v1.0.0: reading file:///p/x.test/m/@v/v1.0.0.mod: no such file or directory",
			"x.test/m cannot be used: no such module or version was found; tried https://proxy.test", "path"},
		{"", "go: x.test/m@v1.2.0 requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)",
			"x.test/m cannot be used: it needs Go 1.99", "release"},
		{"", "# x.test/m\n/mod/x.test/m@v1.0.0/m.go:3:13: cannot use\n",
			"x.test/m does not compile: x.test/m@v1.0.0/m.go:3:13: cannot use", "%go get x.test/m@VERSION"},
		{"", "something new", "something new", ""},
	} {
		got := e.explain(c.path, c.text)
		if got.Msg != c.msg || !strings.Contains(got.Hint, c.hint) {
			t.Errorf("%s\ngot  %s; %s\nwant %s", c.text, got.Msg, got.Hint, c.msg)
		}
	}
}
