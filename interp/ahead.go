package interp

import (
	"context"
	"errors"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"slices"
	"sync"
)

// Cells that wait behind the running one are checked and built while it runs,
// so that their turn finds what they need in the compiler's cache. Nothing else
// comes of it: what a cell means is decided when it runs, from the notebook as
// it is then, and a guess that was wrong has cost time only.

// ahead is the work on cells that wait.
type ahead struct {
	mu       sync.Mutex // guards all below
	waiting  []string   // the cells behind the running one
	plan     *plan      // of the running cell, while the engine runs it and nothing changes the session
	forecast *forecast  // nil if nothing is known of the cells that wait
	importer types.Importer
}

// forecast is a session as it will be when the cells so far have ended well.
type forecast struct {
	session *Session
	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup // the one that checks, and the builds
	slots   chan struct{}  // bounds the builds
	cells   []*foreseen    // those that were not executed yet
	todo    []*foreseen    // of these, those that were not looked at yet
	working bool           // somebody looks at todo
	stopped bool           // what follows cannot be foreseen
}

// foreseen is a cell that waits.
type foreseen struct {
	text string
	done chan struct{} // closed when nothing more will be done about it
	ok   bool          // when done: the cells behind it can be foreseen too
}

// Queue says which cells will be executed after the running one, or if none is
// running after the next one, in order; they replace those said before. It may
// be called at any time. Cells that are executed although they were not
// announced, or not executed although they were, cost nothing but time.
func (s *Session) Queue(cells []string) {
	if _, ok := s.compiler.(Uncompiled); ok {
		return // nothing can be built ahead
	}
	s.ahead.mu.Lock()
	defer s.ahead.mu.Unlock()
	s.ahead.waiting = slices.Clone(cells)
	s.ahead.follow()
}

// begin lets the work begin; p belongs to the cell that the engine runs now.
func (a *ahead) begin(p *plan) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plan = p
	a.follow()
}

// end says that the engine has answered.
func (a *ahead) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plan = nil
}

// follow gives what waits to the forecast, or begins one. The caller holds the
// lock.
func (a *ahead) follow() {
	if a.plan == nil {
		return
	}
	if len(a.waiting) == 0 {
		a.leave()
		return
	}
	if f := a.forecast; f == nil || !f.follows(a.waiting) {
		a.leave()
		if a.importer == nil {
			a.importer = a.plan.s.newImporter(token.NewFileSet())
		}
		a.forecast = newForecast(a.plan, a.importer)
	}
	f := a.forecast
	for _, text := range a.waiting[len(f.cells):] {
		c := &foreseen{text: text, done: make(chan struct{})}
		f.cells = append(f.cells, c)
		if f.stopped {
			close(c.done)
		} else {
			f.todo = append(f.todo, c)
		}
	}
	if !f.working && len(f.todo) > 0 {
		f.working = true
		f.workers.Go(func() { f.work(&a.mu) })
	}
}

// follows reports whether the cells begin with those of the forecast.
func (f *forecast) follows(cells []string) bool {
	if len(cells) < len(f.cells) {
		return false
	}
	for i, c := range f.cells {
		if cells[i] != c.text {
			return false
		}
	}
	return true
}

// expect waits for the work on a cell that is to be executed now.
func (a *ahead) expect(ctx context.Context, code string) {
	a.mu.Lock()
	f := a.forecast
	if f == nil {
		a.mu.Unlock()
		return
	}
	if len(f.cells) == 0 || f.cells[0].text != code {
		a.mu.Unlock()
		a.drop()
		return
	}
	c := f.cells[0]
	f.cells = f.cells[1:]
	a.mu.Unlock()
	select {
	case <-c.done:
		if !c.ok {
			a.drop()
		}
	case <-ctx.Done():
	}
}

// drop ends the work on what waits.
func (a *ahead) drop() {
	a.mu.Lock()
	f := a.forecast
	a.leave()
	a.mu.Unlock()
	if f != nil {
		f.workers.Wait()
	}
}

// renew forgets packages that are no longer what they were.
func (a *ahead) renew() {
	a.drop()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.importer = nil
}

// leave tells the forecast's workers to end. The caller holds the lock.
func (a *ahead) leave() {
	if a.forecast == nil {
		return
	}
	a.forecast.cancel()
	if a.forecast.working {
		a.importer = nil // it serves one at a time
	}
	a.forecast = nil
}

// newForecast begins where the cell that runs now will have ended.
func newForecast(p *plan, imp types.Importer) *forecast {
	f := &forecast{session: p.successor(imp), slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// work looks at cells until none is left. mu guards todo.
func (f *forecast) work(mu *sync.Mutex) {
	f.session.settle()
	for {
		mu.Lock()
		if len(f.todo) == 0 {
			f.working = false
			mu.Unlock()
			return
		}
		c := f.todo[0]
		f.todo = f.todo[1:]
		mu.Unlock()
		build, ok := f.session.foresee(f.ctx, c.text)
		if !ok {
			mu.Lock()
			f.stop(c)
			mu.Unlock()
			return
		}
		c.ok = true
		if build == nil {
			close(c.done)
			continue
		}
		f.slots <- struct{}{}
		f.workers.Go(func() {
			defer func() { <-f.slots; close(c.done) }()
			_, _ = f.session.compiler.Build(f.ctx, *build) // what is wrong is said when the cell runs
		})
	}
}

// stop gives up on a cell and those behind it.
func (f *forecast) stop(c *foreseen) {
	close(c.done)
	for _, c := range f.todo {
		close(c.done)
	}
	f.stopped, f.working, f.todo = true, false, nil
}

// foresee does what Execute does up to the build, and goes on as if the cell
// had ended well. ok is false if what comes after the cell is unknown.
func (s *Session) foresee(ctx context.Context, text string) (build *Build, ok bool) {
	s.seq++
	src := cellSource(text, 0, s.seq)
	if lines, _ := directiveLines(src.text); len(lines) > 0 || ctx.Err() != nil {
		return nil, false
	}
	p, errs := s.check(ctx, src, discard{})
	if len(errs) > 0 {
		return nil, false
	}
	p.runMain()
	var prog *program
	if len(p.decls) > 0 || len(p.body) > 0 || len(p.blank) > 0 {
		var failed *Outcome
		if _, prog, failed = p.generate(map[string]any{}); failed != nil {
			return nil, false
		}
		p.touch()
	}
	if prog != nil && prog.loaded == "" {
		build = &prog.build
		for _, u := range prog.fresh {
			u.plugin = prog.build.Main.Path
		}
		s.ran[prog.key] = prog.build.Main.Path
		s.instantiated(prog, prog.build.Main.Path)
	}
	s.commit(p, nil)
	s.learn()
	return build, true
}

// successor copies of a session what checking and generating need, so that it
// can go on where p will have ended. settle completes it.
func (p *plan) successor(imp types.Importer) *Session {
	s := p.s
	c := &Session{compiler: frozen{s.compiler}, mode: s.mode, seq: s.seq, gone: map[string]string{},
		imports: maps.Clone(s.imports), checking: s.checking, generated: s.generated}
	c.fset = token.NewFileSet()
	s.fset.Iterate(func(f *token.File) bool {
		c.fset.AddExistingFiles(f)
		return true
	})
	c.importer, c.recheck = imp, false
	c.files, c.typeExprs = maps.Clone(s.files), maps.Clone(s.typeExprs)
	c.placed, c.layouts = maps.Clone(s.placed), maps.Clone(s.layouts)
	c.instances = maps.Clone(s.instances)
	c.ran, c.hashOf = maps.Clone(s.ran), maps.Clone(s.hashOf)
	c.effects, c.linked = slices.Clone(s.effects), maps.Clone(s.linked)
	c.units = make(map[string]*unit, len(s.units))
	for path, u := range s.units {
		n := *u
		c.units[path] = &n
	}
	t, copies := p.table.copy()
	for _, d := range p.addressed {
		if n := copies[d]; n != nil {
			n.addressed = true
		}
	}
	c.adopt(p, t)
	return c
}

// settle computes what copying left out.
func (s *Session) settle() {
	groups(s.table)
	s.learn()
}

// learn notes what the engine will know of the variables.
func (s *Session) learn() {
	for name, d := range s.table.byName {
		if d.kind == varDecl && d.lost == "" {
			s.hashOf[name] = d.group.hash
		}
	}
}

// copy copies the declarations too, so that checks and hashes of one table do
// not touch the other's.
func (t *table) copy() (*table, map[*decl]*decl) {
	copies := map[*decl]*decl{}
	of := func(d *decl) *decl {
		if copies[d] == nil {
			n := *d
			n.group = nil
			copies[d] = &n
		}
		return copies[d]
	}
	n := newTable()
	for name, d := range t.byName {
		n.byName[name] = of(d)
	}
	for key, d := range t.methods {
		n.methods[key] = of(d)
	}
	return n, copies
}

// frozen is a Compiler whose modules stay as they are.
type frozen struct{ Compiler }

// Initializes is that of the Compiler.
func (c frozen) Initializes(path string) bool { return initializes(c.Compiler, path) }

func (c frozen) Require(_ context.Context, paths []string) (Change, error) {
	for _, pth := range paths {
		r, err := c.Export(pth)
		if err != nil {
			return Change{}, errors.New(pth + " is not there yet")
		}
		r.Close()
	}
	return Change{}, nil
}
