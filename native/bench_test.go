package native

import (
	"fmt"
	"testing"

	"gomemo/interp"
)

// A cell that declares a function and calls it: two packages to compile, one
// plugin to link.
func BenchmarkBuildNew(b *testing.B) {
	w := workspace(b)
	n := 0
	for b.Loop() {
		n++
		if p := build(b, w, pair(fmt.Sprintf("bench%d", n))); p.Cached {
			b.Fatal("cached")
		}
	}
}

// A cell whose declarations are compiled already: one package and one plugin.
func BenchmarkBuildMain(b *testing.B) {
	w := workspace(b)
	units := pair("benchmain").Units
	build(b, w, pair("benchmain"))
	n := 0
	for b.Loop() {
		n++
		m := unit(fmt.Sprintf("benchmain%d", n), fmt.Sprintf("package main\n\nimport . \"nb/ubenchmain\"\n\nfunc Run() string { return text(t{%d}) }\n", n), units[0].Path)
		build(b, w, interp.Build{Units: units, Main: m})
	}
}

func BenchmarkBuildCached(b *testing.B) {
	w := workspace(b)
	build(b, w, pair("benchcached"))
	for b.Loop() {
		if p := build(b, w, pair("benchcached")); !p.Cached {
			b.Fatal("not cached")
		}
	}
}

// What a session pays for imports that an earlier one had.
func BenchmarkRequireAgain(b *testing.B) {
	require(b, workspace(b), "example.com/plain", "example.com/raises")
	for b.Loop() {
		require(b, workspace(b), "example.com/plain", "example.com/raises")
	}
}

func BenchmarkPrepareAgain(b *testing.B) {
	dir := b.TempDir()
	toolchain(b)
	o := Options{Dir: dir, Source: testEngine()}
	if _, err := Prepare(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Prepare(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
