package interp

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"gomemo/engine/wire"
)

// Mode says which tier runs the statements of cells.
type Mode string

// The modes. Auto interprets what yaegi runs exactly and compiles the rest.
const (
	Auto        Mode = "auto"
	Compiled    Mode = "compiled"
	Interpreted Mode = "interpreted"
)

// Options configure a Session.
type Options struct {
	Compiler Compiler
	// Start starts an engine process. It is called by New, without waiting for
	// it, and again whenever an engine has died.
	Start func(ctx context.Context) (Engine, error)
	Mode  Mode // "" is Auto
	// Notebook reads the code cells of the notebook's file, for errors about
	// names that only cells define which have not run. It may be nil.
	Notebook func() []NotebookCell
}

// Session is one notebook being run: its declarations, where its variables
// live, and the engine that holds their values. Execute runs one cell at a
// time; the other methods may be called meanwhile.
type Session struct {
	compiler Compiler
	start    func(ctx context.Context) (Engine, error)
	mode     Mode
	notebook func() []NotebookCell
	warming  sync.WaitGroup

	running sync.Mutex // held by Execute

	mu      sync.RWMutex // guards what completion reads: table, imports
	table   *table
	imports map[string]string // explicit imports of earlier cells
	dots    []string          // dot-imported paths of earlier cells

	importing sync.Mutex     // guards inspect
	inspect   types.Importer // packages for completion, apart from the checker's

	checking
	generated
	seq   int
	gone  map[string]string // variables that were lost -> why
	ahead ahead

	// Of the engine.
	ending sync.Mutex // guards ended, and proc where a cell may be running
	ended  bool       // no other engine may be started

	proc    *process         // changed by Execute only
	opened  []string         // plugins in the order of their first use
	builds  map[string]Build // plugins -> what they were built from
	history []*record
}

// checking is what the type checker needs; used by Execute only.
type checking struct {
	fset      *token.FileSet
	files     map[*token.File]*source
	typeExprs map[string]ast.Expr // parsed types of variables, by text
	importer  types.Importer
	sizes     types.Sizes
	recheck   bool // packages have changed: the next check leaves no body out
}

// generated is what the generator has made so far; used by Execute only.
type generated struct {
	fused   bool              // the compiler may round x*y + z once
	last    *plan             // the last cell's, for tests
	placed  map[string]string // group hash -> unit path
	units   map[string]*unit
	layouts map[string]layout
	ran     map[string]string // statements -> the plugin whose Run function they are

	instances map[string]string // of generic functions and types -> the plugin that registers them
	effects   []string          // packages that were imported for what their initialization does, too
	linked    map[string]bool   // those of them that this engine has
	hashOf    map[string]string // variables -> hash of their group when the engine learned of them
}

// New makes a session and starts its engine in the background.
func New(o Options) *Session {
	s := &Session{compiler: o.Compiler, start: o.Start, mode: o.Mode, notebook: o.Notebook, table: newTable(), imports: map[string]string{},
		gone: map[string]string{}, builds: map[string]Build{}}
	s.checking = checking{fset: token.NewFileSet(), files: map[*token.File]*source{}, typeExprs: map[string]ast.Expr{},
		sizes: types.SizesFor("gc", runtime.GOARCH)}
	s.generated = generated{placed: map[string]string{}, units: map[string]*unit{}, layouts: map[string]layout{},
		ran: map[string]string{}, instances: map[string]string{}, hashOf: map[string]string{}}
	if s.mode == "" {
		s.mode = Auto
	}
	if f, ok := o.Compiler.(Fuser); ok {
		s.fused = f.Fuses()
	}
	s.importer = s.newImporter(s.fset)
	s.warming.Go(s.warm)
	s.restart()
	return s
}

func (s *Session) newImporter(fset *token.FileSet) types.Importer {
	if c, ok := s.compiler.(Uncompiled); ok {
		return c.Importer()
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return s.compiler.Export(path) })
}

// inspector is the importer that completion uses while a cell is checked. The
// caller holds s.importing.
func (s *Session) inspector() types.Importer {
	if s.inspect == nil {
		s.inspect = s.newImporter(token.NewFileSet())
	}
	return s.inspect
}

// Execute runs one cell, numbered cell in messages. Cancelling ctx interrupts
// it. What it prints and shows goes to out while it runs.
func (s *Session) Execute(ctx context.Context, code string, cell int, out Output) Outcome {
	s.running.Lock()
	defer s.running.Unlock()
	s.ahead.expect(ctx, code)
	s.seq++
	o := s.execute(ctx, cellSource(code, cell, s.seq), out)
	if o.Err != nil {
		s.ahead.drop()
	}
	return o
}

// cellSource is the text of a cell that is the seq-th to be executed.
func cellSource(code string, cell, seq int) *source {
	code = strings.TrimPrefix(code, "\ufeff")                  // a byte order mark
	src := newSource(strings.ReplaceAll(code, "\r", ""), cell) // as Go reads raw strings
	src.seq = seq
	return src
}

func (s *Session) execute(ctx context.Context, src *source, out Output) Outcome {
	src, meta, failed := s.direct(ctx, src, out)
	if failed != nil {
		return *failed
	}
	if strings.TrimSpace(src.text) == "" {
		return Outcome{Metadata: meta}
	}
	p, errs := s.check(ctx, src, out)
	if len(errs) > 0 {
		o := compileFailure(misplaced(src, errs))
		o.Metadata = meta
		return o
	}
	p.runMain()
	if len(p.decls) == 0 && len(p.body) == 0 && len(p.blank) == 0 {
		s.commit(p, nil)
		return Outcome{Metadata: meta}
	}
	run, prog, outcome := s.prepare(ctx, p, meta)
	s.last = p
	if outcome != nil {
		outcome.Metadata = meta
		return *outcome
	}
	o := s.evaluate(ctx, p, run, prog, out)
	if o.long || o.vanished {
		p.long, p.dropped, p.notices = p.long || o.long, nil, nil // these have been said
		if run, prog, outcome = s.prepare(ctx, p, meta); outcome == nil {
			o = s.evaluate(ctx, p, run, prog, out)
		} else {
			o = *outcome
		}
	}
	o.Metadata = meta
	return o
}

// prepare makes what the engine runs.
func (s *Session) prepare(ctx context.Context, p *plan, meta map[string]any) (*wire.Run, *program, *Outcome) {
	run, prog, failed := p.generate(meta)
	if failed != nil || prog == nil || prog.loaded != "" {
		return run, prog, failed
	}
	plugin, err := s.compiler.Build(ctx, prog.build)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, failure("interrupted", "interrupted while the cell was compiled")
		}
		if module, ok := errors.AsType[*ModuleError](err); ok {
			return nil, nil, failure("error", "%s", module)
		}
		return nil, nil, internal(err)
	}
	s.builds[plugin.Path] = prog.build
	meta["compile_ms"] = ms(plugin.Compile)
	meta["link_ms"] = ms(plugin.Link)
	meta["compile_cached"] = plugin.Cached
	run.Entry = plugin.Path
	for _, u := range prog.fresh {
		u.plugin = plugin.Path
	}
	return run, prog, nil
}

// generate decides the tier and writes the code: a script, or else a program,
// which has to be built unless it is loaded.
func (p *plan) generate(meta map[string]any) (*wire.Run, *program, *Outcome) {
	groups(p.table)
	if errs := p.settleMoves(); len(errs) > 0 {
		o := compileFailure(errs)
		return nil, nil, &o
	}
	if p.s.uncompiled() {
		if errs := p.brokenErrors(); len(errs) > 0 {
			o := compileFailure(errs)
			return nil, nil, &o
		}
	}
	switch {
	case p.long:
		meta["compiled_because"] = "a long loop"
	case p.s.mode != Compiled:
		script, why := p.script()
		p.refused = why.row
		if script != nil {
			meta["tier"] = "interpreted"
			return script, nil, nil
		}
		if p.s.mode == Interpreted {
			return nil, nil, p.s.refuse(p, why)
		}
		meta["compiled_because"] = why.what
	}
	meta["tier"] = "compiled"
	prog, errs := p.compile()
	if len(errs) > 0 {
		o := compileFailure(errs)
		return nil, nil, &o
	}
	if prog.loaded != "" {
		meta["compile_ms"], meta["link_ms"], meta["compile_cached"] = 0.0, 0.0, true
	}
	return &wire.Run{Entry: prog.loaded, Sites: prog.sites}, prog, nil
}

// evaluate has the engine run the cell, and takes over what it changed.
func (s *Session) evaluate(ctx context.Context, p *plan, run *wire.Run, prog *program, out Output) Outcome {
	proc := s.proc
	select {
	case <-proc.ready:
	case <-ctx.Done():
		return *failure("interrupted", "interrupted while the engine was starting")
	}
	if proc.err != nil {
		err := proc.err
		s.restart()
		return *failure("error", "the engine cannot start: %v\nRun \"gomemo doctor\" to see what is missing.", err)
	}
	for _, text := range p.notices {
		out.Stream("stderr", text)
	}
	for _, name := range p.dropped {
		out.Stream("stderr", p.table.byName[name].lost+"\n")
	}
	p.touch()
	run.Seq = s.seq
	run.Plugins = s.plugins(p, run.Plugins)
	run.Vars = proc.bindings(p)
	run.Drop = proc.dropped(p)
	run.Keep = proc.leaving(run)
	run.Stale = s.stale(p)
	run.Renew = s.renewal(p, run.Stale)
	began := time.Now()
	s.ahead.begin(p)
	done, err := proc.engine.Run(ctx, run, userOutput{out, s})
	s.ahead.end()
	if err != nil && err == ctx.Err() { // the engine has been told nothing
		prog.unload()
		return *failure("interrupted", "interrupted before the cell ran")
	}
	if err == nil && done.Error != nil && done.Error.Kind == "load" && vanished(run) {
		prog.unload()
		s.rebuild(ctx)
		return Outcome{vanished: true}
	}
	s.told(p, run)
	if err != nil {
		prog.unload()
		s.commit(p, func(*newVar) bool { return false })
		return s.died(ctx, p, asDeath(err))
	}
	return s.finish(p, run, prog, done, time.Since(began))
}

// finish takes over what a cell has done that the engine has outlived.
func (s *Session) finish(p *plan, run *wire.Run, prog *program, done *wire.Done, took time.Duration) Outcome {
	if done.Error != nil && done.Error.Kind == "long" {
		return Outcome{long: true}
	}
	if done.Error != nil && done.Error.Kind == "load" {
		prog.unload()
		return *failure("internal error", "the compiled cell could not be loaded: %s\nPlease report this with the cell's text.", done.Error.Message)
	}
	if prog != nil {
		s.ran[prog.key] = run.Entry
		s.instantiated(prog, run.Entry)
	}
	for i := range done.Calls {
		done.Calls[i].Reason = strings.ReplaceAll(done.Calls[i].Reason, shadowSuffix, "")
	}
	o := Outcome{Result: s.userBundle(done.Result), Calls: done.Calls, Report: report(done.Calls)}
	reached := func(*newVar) bool { return true }
	if done.Error != nil {
		o.Err = s.runtimeError(done.Error, p.src)
		reached = s.reached(p, done.Error.Frames)
	}
	s.commit(p, reached)
	s.remember(p, run, done, took)
	return o
}

// asDeath is why an engine's answer did not come.
func asDeath(err error) *wire.Death {
	var death *wire.Death
	if !errors.As(err, &death) {
		death = &wire.Death{Message: err.Error(), ExitCode: -1}
	}
	return death
}

// unload says that the engine does not have the program's packages. A cell that
// is interpreted has none.
func (prog *program) unload() {
	if prog == nil {
		return
	}
	for _, u := range prog.fresh {
		u.plugin = ""
	}
}

// plugins lists what the engine must have open for the cell, in the order in
// which the packages were first loaded.
func (s *Session) plugins(p *plan, instances []string) []string {
	need := map[string]bool{}
	for _, path := range instances {
		need[path] = true
	}
	for _, d := range p.table.all() {
		s.instancesIn(d.heap, need)
		if d.group == nil {
			continue
		}
		if u := s.units[s.placed[d.group.hash]]; u != nil && u.plugin != "" {
			need[u.plugin] = true
		}
	}
	var out []string
	for _, path := range s.opened {
		if need[path] {
			out = append(out, path)
			delete(need, path)
		}
	}
	for _, path := range sortedKeys(need) {
		s.opened = append(s.opened, path)
		out = append(out, path)
	}
	return out
}

// stale lists the loaded packages whose types are no longer the notebook's.
func (s *Session) stale(p *plan) []string {
	current := map[string]bool{}
	for _, d := range p.table.byName {
		if d.group != nil {
			current[s.placed[d.group.hash]] = true
		}
	}
	var out []string
	for _, path := range sortedKeys(s.units) {
		u := s.units[path]
		if u.plugin != "" && u.groups[0].typed && !current[path] {
			out = append(out, path)
		}
	}
	return out
}

// commit makes the plan's table the session's. A variable that the cell failed
// to reach does not exist, unless it did before.
func (s *Session) commit(p *plan, reached func(*newVar) bool) {
	for _, v := range p.vars {
		name := plain(v.name)
		if reached != nil && !reached(v) && (v.old == nil || p.table.byName[v.name].typ != v.old.typ) {
			p.table.remove(v.name)
			s.gone[name] = fmt.Sprintf("cell %d failed before, or on the line where, it sets %s", p.src.cell, name)
		} else {
			delete(s.gone, name)
		}
	}
	for _, d := range p.addressed {
		d.addressed = true
	}
	for _, d := range p.values {
		d.value = true
	}
	for d, f := range p.scripts {
		d.script = f
	}
	s.adopt(p, p.table)
}

// adopt makes t, the plan's table or a copy, the session's.
func (s *Session) adopt(p *plan, t *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range p.vars {
		delete(t.byName, v.name+oldSuffix)
	}
	s.table = t
	for name, path := range p.imports {
		if stdPackages[name] != path {
			s.imports[name] = path
		}
	}
	s.dots = p.dots
	for _, d := range p.decls {
		for _, n := range d.names {
			delete(s.imports, n)
		}
	}
	for _, v := range p.vars {
		delete(s.imports, plain(v.name))
	}
}

// reached tells which variables a failed cell had set: those declared above
// the statement it failed in.
func (s *Session) reached(p *plan, frames []wire.Frame) func(*newVar) bool {
	line := 0
	for _, f := range frames { // innermost first: the last one is the statement
		if l, ok := s.layouts[f.File]; ok && l.src == p.src {
			line = f.Line
		} else if f.File == "cell" {
			line = f.Line
		}
	}
	if line == 0 {
		return func(*newVar) bool { return true }
	}
	return func(v *newVar) bool {
		end, _ := p.src.position(v.end)
		return end < line
	}
}
