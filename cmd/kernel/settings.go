package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// settings are how cells are run: by the kernel and by gomemo run alike.
type settings struct {
	cache   string        // absolute directory of remembered calls; "" for the default
	memoMin time.Duration // calls that take less are not remembered
	noMemo  bool          // remember nothing
	engine  string        // one of engines
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
