package native

import (
	"path"
	"strings"
	"testing"
)

// Packages whose initialization others can notice are told from those that only
// give their own variables values.
func TestInitializes(t *testing.T) {
	w, dir := userModule(t, "module example.com/user\n\ngo 1.26\n")
	const other = "package other\n\nvar List []int\n\nfunc Register(n int) { List = append(List, n) }\n\nfunc Count() int { return len(List) }\n\nfunc Print() { println() }\n\ntype Logger struct{}\n\nfunc (Logger) Log() { println() }\n"
	cases := map[string]struct {
		source string
		want   bool
	}{
		"nothing":   {"func F() { println() }", false},
		"values":    {"var m = map[string]int{\"a\": 1}\n\nvar e = errors.New(\"x\")\n\nvar once = sync.OnceValue(func() int { return 1 })", false},
		"own":       {"var squares [9]int\n\nfunc init() { for i := range squares { squares[i] = square(i) } }\n\nfunc square(n int) int { if n > 0 { square(0) }; return n * n }", false},
		"pool":      {"var pools [4]sync.Pool\n\nfunc init() { for i := range pools { pools[i].New = func() any { return make([]byte, 1<<i) } } }", false},
		"method":    {"type t struct{ n int }\n\nfunc (x *t) set() *t { x.n++; return x }\n\nvar v = new(t).set()", false},
		"module":    {"var v = len(other.List)", false},
		"prints":    {"func init() { fmt.Println() }", true},
		"deep":      {"var v = f()\n\nfunc f() int { return g() }\n\nfunc g() int { println(); return 1 }", true},
		"loud":      {"type t struct{}\n\nfunc (t) set() int { println(); return 1 }\n\nvar v = t{}.set()", true},
		"driver":    {"func init() { image.RegisterFormat(\"x\", \"x\", nil, nil) }", true},
		"variable":  {"func init() { http.DefaultClient = nil }", true},
		"alias":     {"func init() { m := http.DefaultServeMux; m.Handle(\"/\", nil) }", true},
		"elsewhere": {"func init() { other.Register(1) }", true},
		"asks":      {"var n = other.Count()", false},
		"assigns":   {"func init() { other.List[0]++ }", true},
		"calls":     {"func init() { other.Print() }", true},
		"foreign":   {"var l other.Logger\n\nfunc init() { l.Log() }", true},
		"reads":     {"var home = os.Getenv(\"HOME\")", true},
		"clock":     {"var start = time.Now()", true},
		"go":        {"func init() { go func() {}() }", true},
		"unknown":   {"var f = func() {}\n\nfunc init() { f() }", true},
		"blank":     {"import _ \"image/png\"", true},
	}
	files := map[string]string{"other/other.go": other}
	var paths []string
	for name, c := range cases {
		var text strings.Builder
		text.WriteString("package p\n\nimport (\n")
		for _, imp := range []string{"errors", "fmt", "image", "net/http", "os", "sync", "time", "example.com/user/other"} {
			if strings.Contains(c.source, path.Base(imp)+".") {
				text.WriteString("\t\"" + imp + "\"\n")
			}
		}
		files[name+"/p.go"] = text.String() + ")\n\n" + c.source + "\n"
		paths = append(paths, "example.com/user/"+name)
	}
	writeModule(t, dir, files)
	require(t, w, paths...)
	for name, c := range cases {
		if got := w.Initializes("example.com/user/" + name); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
