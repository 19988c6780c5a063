package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"plugin"

	"gomemo/engine/rt"
	"gomemo/engine/session"
)

// A Plugin is what a plugin file offers.
type Plugin struct {
	Register func(*rt.Registry)
	Run      func(*rt.Cell)
}

// OpenFile opens a plugin file made by the Go linker.
func OpenFile(path string) (Plugin, error) {
	if _, err := os.Stat(path); err != nil {
		return Plugin{}, err
	}
	f, err := plugin.Open(path)
	if err != nil {
		return Plugin{}, err
	}
	var p Plugin
	if p.Register, err = lookup[func(*rt.Registry)](f, "Register"); err != nil {
		return Plugin{}, err
	}
	if p.Run, err = lookup[func(*rt.Cell)](f, "Run"); err != nil {
		return Plugin{}, err
	}
	return p, nil
}

func lookup[F any](f *plugin.Plugin, name string) (F, error) {
	var zero F
	s, err := f.Lookup(name)
	if err != nil {
		return zero, err
	}
	v, ok := s.(F)
	if !ok {
		return zero, fmt.Errorf("%s is a %T, not a %T", name, s, zero)
	}
	return v, nil
}

// loader opens every plugin once. A failure is remembered too: the runtime
// keeps what it has loaded of a plugin, and a second attempt may hang. Only a
// file that is not there may come back: caches are trimmed.
type loader struct {
	open   func(path string) (Plugin, error)
	opened map[string]loaded
}

type loaded struct {
	Plugin
	err error
}

// load opens the plugin at path and lets it register, unless that was done
// before.
func (l *loader) load(path string, r *session.Registry) (Plugin, error) {
	p, ok := l.opened[path]
	if !ok {
		p.Plugin, p.err = l.register(path, r)
		if !errors.Is(p.err, fs.ErrNotExist) {
			l.opened[path] = p
		}
	}
	return p.Plugin, p.err
}

func (l *loader) register(path string, r *session.Registry) (p Plugin, err error) {
	finished := false
	defer func() {
		if v := recover(); v != nil || !finished {
			err = fmt.Errorf("plugin %s: panic: %s", path, panicText(v))
		}
	}()
	p, err = l.open(path)
	if err != nil {
		err = fmt.Errorf("plugin %s: %w", path, err)
	} else {
		p.Register(&rt.Registry{Declarations: r})
	}
	finished = true
	return p, err
}
