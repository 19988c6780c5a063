package interp_test

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gomemo/interp"
	"gomemo/native"
)

var (
	cellsFlag = flag.Int("cells", 0, "how many random cells TestDifferential compares; 0 is a short form")
	seedFlag  = flag.Uint64("seed", 0, "of TestDifferential; 0 is a new one")
)

//go:embed testdata/subset/differential.txt
var differentialSetup string

const (
	batchSize = 400 // cells in one compiled cell: linking one costs as much as compiling hundreds
	ownShare  = 400 // one in so many cells is compiled as a cell of its own
	endMark   = "-- end --\n"
)

// differential is a session of each tier with the same declarations.
type differential struct {
	t        *testing.T
	auto     *interp.Session
	compiled *interp.Session
	used     map[string]int // constructs -> cells
	refused  map[string]int

	differences int
}

// TestDifferential runs random cells of the interpreted subset in both tiers
// and wants the same output, panics and variables. The seed is new each time
// and printed; cells are numbered, and a difference is shown as small as it
// could be made.
func TestDifferential(t *testing.T) {
	n, seed := *cellsFlag, *seedFlag
	if n == 0 {
		n = 1000
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("go test ./interp -run TestDifferential -cells %d -seed %d", n, seed)
	t.Setenv("TMPDIR", t.TempDir())
	d := &differential{t: t, used: map[string]int{}, refused: map[string]int{}}
	d.auto, d.compiled = d.session(interp.Auto), d.session(interp.Compiled)
	var batch []trial
	compared, others := 0, 0
	for i := 0; compared < n && d.differences < 10; i++ {
		g := &generator{r: rand.New(rand.NewPCG(seed, uint64(i)))}
		c := trial{reset: g.r.IntN(64), code: g.cell()}
		var state string
		if c.got, state = d.interpreted(c); state != "" {
			d.refused[state]++
			others++
			continue
		}
		batch = append(batch, c)
		if compared++; len(batch) == batchSize || compared == n {
			d.compare(batch)
			batch = nil
		}
		if compared%ownShare == 0 {
			d.alone(c)
		}
		if compared%5000 == 0 {
			t.Logf("%d cells compared", compared)
		}
	}
	t.Logf("%d cells, %d differences; %d more were not interpreted: %v", compared, d.differences, others, d.refused)
	t.Logf("cells by construct: %v", d.used)
	for _, row := range interp.Subset() {
		if row.Why == "" && n >= 100000 && d.used[row.Name] == 0 && !byExampleOnly[row.Name] {
			t.Errorf("no random cell has %s", row.Name)
		}
	}
}

// byExampleOnly rows are proven by TestSubset alone: results would not be seen
// between the cells of a batch, and the rest has few forms.
var byExampleOnly = map[string]bool{
	"the last expression": true, "the result of a call": true, "var x T": true, "a conversion to a type of the same form": true,
	"a method of the standard library": true, "a variable of the standard library": true,
}

// trial is a cell on variables that reset has set.
type trial struct {
	reset int
	code  string
	got   string // interpreted
}

func (d *differential) session(mode interp.Mode) *interp.Session {
	tc, err := toolchain()
	if err != nil {
		d.t.Fatal(err)
	}
	ws, err := tc.Open(d.t.Context(), d.t.TempDir())
	if err != nil {
		d.t.Fatal(err)
	}
	once := &setupOnly{Workspace: ws}
	s := startSessionWith(d.t, tc, ws, once, mode, filepath.Join(d.t.TempDir(), "calls"))
	if out := d.run(s, differentialSetup); out != "" {
		d.t.Fatal(out)
	}
	once.over = mode == interp.Auto
	return s
}

// setupOnly compiles nothing after the setup: a cell that is not interpreted
// is of no interest.
type setupOnly struct {
	*native.Workspace
	over bool
}

func (c *setupOnly) Build(ctx context.Context, b interp.Build) (interp.Plugin, error) {
	if c.over {
		return interp.Plugin{}, errors.New("not compiled here")
	}
	return c.Workspace.Build(ctx, b)
}

// run returns what a cell prints and how it panics.
func (d *differential) run(s *interp.Session, code string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var c console
	o := s.Execute(ctx, code, 1, &c)
	out := c.take()
	if o.Err != nil {
		out += strings.ReplaceAll(o.Err.Lines[0], "\n\t", "\n") + "\n"
		if o.Err.Name == "engine died" {
			d.t.Fatalf("%s\n%s", code, strings.Join(o.Err.Lines, "\n"))
		}
		if o.Err.Name != "panic" {
			out += strings.Join(o.Err.Lines, "\n") + "\n"
		}
	}
	return out
}

// interpreted runs a cell in the interpreter; refused says why that cannot be.
func (d *differential) interpreted(c trial) (got, refused string) {
	first, then, two := strings.Cut(fmt.Sprintf("reset(%d)\n%s", c.reset, c.code), thenMark)
	if !two {
		return d.dumped(first)
	}
	out, o, refused := d.once(first)
	if refused != "" {
		return "", refused
	}
	if o.Err != nil { // whether the second cell is Go would not be seen
		return "", "a panic in the first of two cells"
	}
	got, refused = d.dumped(then)
	return out + got, refused
}

// dumped runs a cell that shows the variables at its end.
func (d *differential) dumped(code string) (got, refused string) {
	returns := strings.Contains(code, "{ return }") // past what is behind the cell
	if !returns {
		code += "\ndump()"
	}
	got, o, refused := d.once(code)
	switch {
	case refused != "":
	case o.Err != nil:
		got = d.failed(got, o)
	case returns:
		got += d.run(d.auto, "dump()")
	}
	return got, refused
}

// failed is what a trial shows of a cell that did not reach its end.
func (d *differential) failed(got string, o interp.Outcome) string {
	if o.Err.Name == "panic" {
		return got + o.Err.Lines[0] + "\n" + d.run(d.auto, "dump()")
	}
	return got + o.Err.Error()
}

// once runs a cell in the interpreter.
func (d *differential) once(code string) (got string, o interp.Outcome, refused string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out console
	o = d.auto.Execute(ctx, code, 1, &out)
	if o.Metadata["tier"] != "interpreted" {
		if o.Err != nil && o.Err.Name == "compile error" {
			return "", o, "error"
		}
		return "", o, fmt.Sprint(o.Metadata["compiled_because"])
	}
	used, _ := d.auto.Constructs()
	for name := range used {
		d.used[name]++
	}
	return out.take(), o, ""
}

// batched runs cells in one compiled cell.
func (d *differential) batched(batch []trial) []string {
	var b strings.Builder
	for _, c := range batch {
		code := c.code
		if first, then, two := strings.Cut(code, thenMark); two {
			code = first + "\n{\n" + then + "\n}"
		}
		fmt.Fprintf(&b, "trial(%d, func() {\n%s\n})\n", c.reset, code)
	}
	return strings.Split(d.run(d.compiled, b.String()), endMark)
}

func (d *differential) compare(batch []trial) {
	wants := d.batched(batch)
	if len(wants) != len(batch)+1 { // it was not built
		if len(batch) == 1 {
			d.differences++
			d.t.Errorf("%s\n%s", batch[0].code, strings.Join(wants, ""))
			return
		}
		d.compare(batch[:len(batch)/2])
		d.compare(batch[len(batch)/2:])
		return
	}
	for i, c := range batch {
		if wants[i] != c.got {
			d.differ(c)
		}
	}
}

// differ reports a difference, with as few statements as show it.
func (d *differential) differ(c trial) {
	lines := strings.Split(c.code, "\n")
	for again := true; again; {
		again = false
		for i := range lines {
			for n := len(lines) - i; n > 0; n-- {
				less := append(append([]string{}, lines[:i]...), lines[i+n:]...)
				if strings.Contains(c.code, thenMark) && slices.ContainsFunc(lines[i:i+n], declares) {
					continue // another trial may have declared the variable
				}
				if strings.Contains(strings.Join(less, "\n"), "select {\n}") {
					continue // it would not end
				}
				if _, _, same := d.both(trial{reset: c.reset, code: strings.Join(less, "\n")}); !same {
					lines, again = less, true
					break
				}
			}
			if again {
				break
			}
		}
	}
	d.differences++
	c.code = strings.Join(lines, "\n")
	got, want, _ := d.both(c)
	d.t.Errorf("reset(%d)\n%s\ninterpreted:\n%s\ncompiled:\n%s", c.reset, c.code, got, want)
}

// declares reports a line that declares a variable of twoCells, or divides the cells.
func declares(line string) bool {
	return strings.HasPrefix(line, "var v") || strings.HasPrefix(line, "v") && strings.Contains(line, " := ") || line == "-- then --"
}

// both runs a cell in both tiers. One that is not interpreted, or no Go, is
// the same.
func (d *differential) both(c trial) (got, want string, same bool) {
	got, refused := d.interpreted(c)
	if refused != "" {
		return "", "", true
	}
	want = d.batched([]trial{c})[0]
	return got, want, got == want
}

// alone compares a cell that is compiled as it is: with its judged calls, its
// result, the places of its panics and a new variable.
func (d *differential) alone(c trial) {
	d.run(d.auto, fmt.Sprintf("reset(%d)", c.reset))
	d.run(d.compiled, fmt.Sprintf("reset(%d)", c.reset))
	code := c.code + "\nlast := i1\nlast + 1"
	if first, then, two := strings.Cut(code, thenMark); two {
		d.run(d.auto, first)
		d.run(d.compiled, first)
		code = then
	}
	// The reports depend on how often a function was called before.
	got, _, _ := strings.Cut("\n"+run(d.auto, code, 1), "\n# ")
	want, _, _ := strings.Cut("\n"+run(d.compiled, code, 1), "\n# ")
	got, want = strings.TrimSpace(got), strings.TrimSpace(want)
	if got != want {
		d.differences++
		d.t.Errorf("reset(%d)\n%s\ninterpreted:\n%s\ncompiled:\n%s", c.reset, code, got, want)
	}
}
