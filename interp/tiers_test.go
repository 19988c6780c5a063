package interp_test

import (
	"context"
	"path/filepath"
	"testing"

	"gomemo/interp"
)

// setup declares what the rows below use. It is compiled in both sessions.
const setup = `
type Point struct{ X, Y int }
func (p Point) Sum() int { return p.X + p.Y }
func (p *Point) Move(dx int) *Point { p.X += dx; return p }
func point(x, y int) Point { return Point{x, y} }
func pair(n int) (int, error) { if n < 0 { return 0, fmt.Errorf("negative: %d", n) }; return n * 2, nil }
func words(s string) []string { return strings.Fields(s) }
func count(ws []string) map[string]int { m := map[string]int{}; for _, w := range ws { m[w]++ }; return m }
func show(v any) string { return fmt.Sprintf("%T %v", v, v) }
func explode(n int) int { if n > 2 { panic("boom") }; return n }
var pt = Point{3, 4}
var pp = &pt
var i, j = 7, 3
var i64 = int64(9)
var f, g = 1.5, 0.25
var s, t = "héllo", "wörld"
var yes, no = true, false
var dur = 3 * time.Second
`

// exact has at least one row for every line of the table in script.go.
var exact = []struct{ construct, cell string }{
	{"constants", "true"}, {"constants", `"a\tb"`}, {"constants", "1 << 20"}, {"constants", "2.5e-3"}, {"constants", "3 * time.Millisecond"},
	{"constants", "int64(5)"}, {"constants", `"\xff\u00e9"`}, {"constants", "-7"}, {"constants", "1e300"}, {"constants", "0.1"},
	{"variables", "pt"}, {"variables", "pp"}, {"variables", "dur"}, {"variables", "n := i\nm := s\nn"}, {"variables", "q := pt\nq"},
	{"variables", "var z int\nvar w string\nvar o float64\nvar b bool\nfmt.Println(z, w, o, b)"},
	{"+ - *", "i + j*2 - 1"}, {"+ - *", "i64*i64 - i64"}, {"+ - *", "f*g + f - 2"}, {"+ - *", "s + t + \"!\""},
	{"+ - *", "i * 9223372036854775807"}, {"+ - *", "f * 1e308 * 10"},
	{"/", "f / g"}, {"/", "i / 2"}, {"/", "i64 / 4"}, {"/", "f / (g - 0.25)"}, {"%", "i % 4"}, {"%", "i64 % 5"}, {"/", "(0 - i) / 2"}, {"%", "(0 - i) % 4"},
	{"comparison", "i == j"}, {"comparison", "i != j"}, {"comparison", "s < t"}, {"comparison", "f >= g"}, {"comparison", "yes == no"}, {"comparison", "i64 <= 9"}, {"comparison", "s > \"a\""},
	{"nil", "pp == nil"}, {"nil", "pp != nil"}, {"nil", "n, err := pair(-1)\nif err != nil { fmt.Println(\"failed:\", err) }\nn"}, {"nil", "n, err := pair(1)\nif err == nil { fmt.Println(\"fine\") }\nn"},
	{"logic", "yes && !no"}, {"logic", "no || i > 5"}, {"logic", "no && explode(9) > 0"}, {"logic", "!(yes || no)"},
	{"conversions", "float64(i) / 2"}, {"conversions", "int(f * 10)"}, {"conversions", "int64(i) * i64"}, {"conversions", "int(0 - f)"},
	{"len", "len(s)"},
	{"functions", "p := point(1, j)\np"}, {"functions", "ws := words(\"b a b\")\ncnt := count(ws)\ncnt"}, {"functions", "count(words(s + \" \" + s))"},
	{"functions", "show(i)"}, {"functions", "show(s)"}, {"functions", "show(f)"}, {"functions", "show(pt)"}, {"functions", "show(dur)"}, {"functions", "show(pp == nil)"},
	{"functions", "explode(1) + explode(2)"}, {"functions", "explode(3)"}, {"functions", "fmt.Println(\"before\")\nexplode(3)\nfmt.Println(\"after\")"},
	{"methods", "pt.Sum()"}, {"methods", "pt.Move(5)\npt"}, {"methods", "pp.Move(1)\npt"},
	{"standard", "fmt.Println(i, s, f, yes, pt, dur)"}, {"standard", "fmt.Printf(\"%d %5.2f %q %v %T\\n\", i, f, s, pt, dur)"},
	{"standard", "strings.ToUpper(s) + strings.Repeat(\"ab\", j)"}, {"standard", "math.Sqrt(float64(i)) + math.Pow(f, 3)"},
	{"standard", "strconv.Itoa(i) + strconv.Quote(s)"}, {"standard", "fmt.Sprint(i, j, s, t)"}, {"standard", "strings.Contains(s, \"ll\")"},
	{"assignment", "i = i + 1\ni"}, {"assignment", "n, err := pair(4)\nfmt.Println(n, err)"}, {"assignment", "n, err := pair(-1)\nfmt.Println(n, err)"}, {"assignment", "_, err := pair(1)\nerr"},
	{"op-assignment", "i += 5\ni -= 2\ni *= 3\ni"}, {"op-assignment", "s += \"x\"\ns"}, {"op-assignment", "f /= 2\nf"}, {"op-assignment", "i++\nj--\ni64++\ni + j"}, {"op-assignment", "i /= 2\ni %= 3\ni"},
	{"if", "if i > 3 { fmt.Println(\"big\") } else { fmt.Println(\"small\") }"}, {"if", "if no { i = 1 } else if i == 7 { i = 2 } else { i = 3 }\ni"}, {"if", "if yes { s = \"yes\" }\ns"},
}

// TestTiersAgree runs every row interpreted and compiled and wants the same
// output, result, error and cache report.
func TestTiersAgree(t *testing.T) {
	for _, row := range exact {
		compiled := newSharedSession(t, interp.Compiled)
		auto := newSharedSession(t, interp.Auto)
		var c console
		o := auto.Execute(context.Background(), row.cell, 2, &c)
		if tier := o.Metadata["tier"]; tier != "interpreted" {
			t.Errorf("%s: %q is not interpreted: %v", row.construct, row.cell, o.Metadata)
		}
		want := times.ReplaceAllString(run(compiled, row.cell, 3), "$1 T")
		auto.Execute(context.Background(), setup, 1, &c)
		got := times.ReplaceAllString(run(auto, row.cell, 3), "$1 T")
		if got != want {
			t.Errorf("%s: %q\ninterpreted:\n%s\ncompiled:\n%s", row.construct, row.cell, got, want)
		}
	}
}

var shared = map[interp.Mode]*interp.Session{}

// newSharedSession is a session in which setup has just run.
func newSharedSession(t *testing.T, mode interp.Mode) *interp.Session {
	if shared[mode] == nil {
		shared[mode] = newSession(t, mode, filepath.Join(t.TempDir(), "calls"))
	}
	if out := run(shared[mode], setup, 1); out != "" {
		t.Fatalf("setup in mode %s: %s", mode, out)
	}
	return shared[mode]
}
