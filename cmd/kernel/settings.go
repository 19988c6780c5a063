package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gomemo/engine"
)

// settings are how cells are run: by the kernel and by gomemo run alike.
type settings struct {
	cache   string        // absolute directory of remembered calls; "" for the default
	memoMin time.Duration // calls that take less are not remembered
	noMemo  bool          // remember nothing
	engine  string        // one of engines
	memory  int64         // bytes that an engine may use; 0: any number
	again   string        // what the user does to have a change of the machine noticed
}

// engines are the values of GOMEMO_ENGINE.
var engines = [...]string{"auto", "compiled", "interpreted"}

// defaultMemoMin is above what a lookup with arguments of a few megabytes
// costs, so that a remembered call is never slower than the call.
const defaultMemoMin = 20 * time.Millisecond

// memoFlags are the flags of settings. They win over the environment.
type memoFlags struct {
	cache   string
	memoMin string
	noMemo  bool
}

func (f *memoFlags) declare(fs *flag.FlagSet) {
	fs.StringVar(&f.cache, "cache", "", "keep remembered calls in `DIR` (default: $GOMEMO_CACHE, or gomemo/calls in the user's cache directory)")
	fs.StringVar(&f.memoMin, "memo-min", "", "remember calls that take at least `D`; 0: all (default: $GOMEMO_MEMO_MIN, or 20ms)")
	fs.BoolVar(&f.noMemo, "no-memo", false, "remember nothing and look nothing up")
}

// settings joins the flags with the environment.
func (f *memoFlags) settings(getenv func(string) string) (settings, error) {
	s := settings{noMemo: f.noMemo, memoMin: defaultMemoMin, engine: engines[0]}
	name, value := "-memo-min", f.memoMin
	if value == "" {
		name, value = "GOMEMO_MEMO_MIN", getenv("GOMEMO_MEMO_MIN")
	}
	if value != "" {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return s, badUsage("%s: %q is not a duration such as 20ms, 1.5s or 0", name, value)
		}
		s.memoMin = d
	}
	if e := getenv("GOMEMO_ENGINE"); e != "" {
		if !slices.Contains(engines[:], e) {
			return s, badUsage("GOMEMO_ENGINE: %q is none of auto, compiled and interpreted", e)
		}
		s.engine = e
	}
	var err error
	if s.memory, err = memoryLimit(getenv("GOMEMO_MEMORY"), engine.MachineMemory()); err != nil {
		return s, err
	}
	if _, err := cacheSize(getenv(sizeVariable)); err != nil {
		return s, err
	}
	dir := f.cache
	if dir == "" {
		dir = getenv("GOMEMO_CACHE")
	}
	if dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return s, fmt.Errorf("cache directory: %w", err)
		}
		s.cache = abs
	}
	return s, nil
}

// An engine may by default use three quarters of the machine: the rest is for
// the kernel, the front end and everybody else. One with less than leastMemory
// could not run a notebook of some size.
const (
	defaultMemory = 75 // per cent
	leastMemory   = 128 << 20
	mostMemory    = 1 << 50
)

var memoryText = regexp.MustCompile(`(?i)^([0-9]+(?:\.[0-9]+)?) ?(%|(?:([KMGT])(i?))?B?)$`)

// memoryLimit reads GOMEMO_MEMORY: "8GiB", "500MB", "12G", "50%" of machine, the
// bytes that the machine has, or "0" for no limit.
func memoryLimit(text string, machine int64) (int64, error) {
	if text == "" {
		return machine / 100 * defaultMemory, nil
	}
	m := memoryText.FindStringSubmatch(text)
	if m == nil {
		return 0, badUsage("GOMEMO_MEMORY: %q is not an amount of memory such as 8GiB, 500MB, 50%% or 0", text)
	}
	if m[2] == "%" && machine == 0 {
		return 0, badUsage("GOMEMO_MEMORY: %q cannot be used: this machine does not say how much memory it has", text)
	}
	f, err := amount(m, machine)
	if err != nil || f == 0 {
		return 0, err
	}
	if f < leastMemory || f > mostMemory {
		return 0, badUsage("GOMEMO_MEMORY: %q is not between %s and %s", text, engine.Bytes(leastMemory), engine.Bytes(mostMemory))
	}
	return int64(f), nil
}

// amount computes what memoryText has matched; "%" is of whole.
func amount(m []string, whole int64) (float64, error) {
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0, err
	}
	switch {
	case m[2] == "%":
		f *= float64(whole) / 100
	case m[3] != "":
		base := 1024.0
		if m[4] == "" && strings.HasSuffix(strings.ToUpper(m[0]), "B") {
			base = 1000
		}
		for range strings.Index("KMGT", strings.ToUpper(m[3])) + 1 {
			f *= base
		}
	}
	return f, nil
}

// sizeVariable limits what is kept of compiled code.
const sizeVariable = "GOMEMO_CACHE_SIZE"

// leastCache has room for an engine, a toolchain and a notebook.
const leastCache = 512 << 20

// cacheSize reads sizeVariable: "4GiB", "500MB", or "0" for no limit.
func cacheSize(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	m := memoryText.FindStringSubmatch(text)
	if m == nil || m[2] == "%" {
		return 0, badUsage("%s: %q is not a size such as 8GiB, 800MB or 0", sizeVariable, text)
	}
	f, err := amount(m, 0)
	switch {
	case err != nil:
		return 0, err
	case f == 0:
		return -1, nil
	case f < leastCache || f > mostMemory:
		return 0, badUsage("%s: %q is not between %s and %s", sizeVariable, text, engine.Bytes(leastCache), engine.Bytes(mostMemory))
	}
	return int64(f), nil
}
