package interp

import (
	"context"
	"maps"
)

// renew takes a change of the modules over. Plugins cannot be unloaded, so
// another version of a package that may be loaded needs another engine: it is
// started, what is in use is built again, and values are replayed. It reports
// whether that was done, and says so in one line.
func (s *Session) renew(ctx context.Context, change Change, out Output) bool {
	if change.Notice != "" {
		out.Stream("stderr", change.Notice+"\n")
	}
	if change.Engine == "" {
		return false
	}
	s.proc.close()
	s.ahead.renew()
	s.importer = s.newImporter(s.fset)
	s.importing.Lock()
	s.inspect = nil
	s.importing.Unlock()
	s.recheck = true
	for _, r := range s.history {
		// No plugin tells whether these have changed.
		r.repeat = r.repeat && !(r.folded && len(r.sets) > 0)
	}
	s.rebuild(ctx)
	out.Stream("stderr", change.Engine+": "+lowerFirst(s.revive(context.WithoutCancel(ctx)))+"\n")
	return true
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}

// rebuild makes the plugins that declarations in use and cells to be replayed
// need once more, with the packages as they are now: files of the cache, unless
// they use what changed. Declarations that do not compile any more have no
// plugin then; the next check says so.
func (s *Session) rebuild(ctx context.Context) {
	moved := map[string]string{} // old plugin -> new one, "" if it cannot be built
	builds := map[string]Build{}
	again := func(old string) string {
		if path, done := moved[old]; done || old == "" {
			return path
		}
		moved[old] = ""
		if b, ok := s.builds[old]; ok {
			if plugin, err := s.compiler.Build(ctx, b); err == nil {
				moved[old] = plugin.Path
				builds[plugin.Path] = b
			}
		}
		return moved[old]
	}
	// What a cell gave its variables stays true only if its code has not changed.
	same := func(r *record, old, path string) bool { return path == old || path != "" && len(r.sets) == 0 }
	var history []*record
	for _, r := range s.history {
		n, run := *r, *r.run
		n.run = &run
		if n.repeat && n.cost <= maxReplayCell {
			run.Plugins = nil
			for _, old := range r.run.Plugins {
				path := again(old)
				run.Plugins = append(run.Plugins, path)
				n.repeat = n.repeat && same(r, old, path)
			}
			if r.run.Entry != "" {
				run.Entry = again(r.run.Entry)
				n.repeat = n.repeat && same(r, r.run.Entry, run.Entry)
			}
		} else {
			n.repeat = false // its plugins are those of another engine
		}
		history = append(history, &n)
	}
	instances := map[string]bool{}
	for _, d := range s.table.all() {
		s.instancesIn(d.heap, instances)
		if d.group != nil {
			if u := s.units[s.placed[d.group.hash]]; u != nil {
				again(u.plugin)
			}
		}
	}
	for _, old := range sortedKeys(instances) {
		again(old)
	}
	var opened []string
	for _, old := range s.opened {
		if path := moved[old]; path != "" {
			opened = append(opened, path)
		}
	}
	for _, u := range s.units {
		u.plugin = moved[u.plugin]
	}
	maps.DeleteFunc(s.ran, func(_, old string) bool { return moved[old] == "" })
	for key, old := range s.ran {
		s.ran[key] = moved[old]
	}
	maps.DeleteFunc(s.instances, func(_, old string) bool { return moved[old] == "" })
	for key, old := range s.instances {
		s.instances[key] = moved[old]
	}
	s.history, s.opened, s.builds = history, opened, builds
}
