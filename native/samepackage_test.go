package native

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomemo/interp"
)

// parts is a program whose declarations need each other's unexported names in
// every way that the language has.
var parts = [...]string{
	`
type hider interface{ hidden() int }
type base struct{ n int; tag string }
func (b *base) hidden() int { return b.n }
func (b base) name() string { return b.tag }
type alias = base
type list[T any] struct{ head T; tail *list[T] }
func (l *list[T]) push(v T) *list[T] { return &list[T]{v, l} }
func (l *list[T]) each(f func(T)) { for ; l != nil; l = l.tail { f(l.head) } }
type number interface{ ~int | ~float64 }
func sum[T number](xs ...T) (t T) { for _, x := range xs { t += x }; return }
func total[T hider](xs []T) (n int) { for _, x := range xs { n += x.hidden() }; return }
type level int
const ( low level = iota; high )
func (l level) String() string { return [...]string{"low", "high"}[l] }
type failure struct{ code int }
func (f *failure) Error() string { return fmt.Sprint("failure ", f.code) }
var state = map[base]int{{1, "a"}: 1}
func bump(b base) int { state[b]++; return state[b] }
type node struct{ next *node; val any }
type visitor func(*node) bool
func (v visitor) visit(n *node) { for n != nil && v(n) { n = n.next } }
func anonymous() struct{ a int; b string } { return struct{ a int; b string }{1, "x"} }
type tree[K interface{ ~int | ~string }, V any] struct{ root *cell[K, V] }
type cell[K interface{ ~int | ~string }, V any] struct{ k K; v V; l, r *cell[K, V] }
func (t *tree[K, V]) put(k K, v V) { p := &t.root; for *p != nil { if k < (*p).k { p = &(*p).l } else { p = &(*p).r } }; *p = &cell[K, V]{k: k, v: v} }
func (t *tree[K, V]) all() iter.Seq2[K, V] { return func(yield func(K, V) bool) { walk(t.root, yield) } }
func walk[K interface{ ~int | ~string }, V any](c *cell[K, V], yield func(K, V) bool) bool { return c == nil || walk(c.l, yield) && yield(c.k, c.v) && walk(c.r, yield) }
func sealed() any { type inner struct{ x int }; return inner{4} }
`, `
type wrap struct{ *base; hider; extra alias }
type deep struct{ wrap; level }
type mine struct{ k int }
func (m mine) hidden() int { return m.k }
type both interface{ hider; name() string }
type doc struct { Name string ` + "`json:\"name\"`" + `; secret int; Inner *doc; *failure }
func classify(v any) string {
	switch x := v.(type) {
	case level: return "level " + x.String()
	case hider: return fmt.Sprint("hider ", x.hidden())
	case *list[mine]: return fmt.Sprint("list ", x.head)
	case struct{ a int; b string }: return "anonymous " + x.b
	case error: return x.Error()
	}
	return fmt.Sprintf("%T", v)
}
func fail(n int) error { if n == 0 { return nil }; return fmt.Errorf("wrapped: %w", &failure{n}) }
`, `
func lines() (out []string) {
	say := func(a ...any) { out = append(out, fmt.Sprintln(a...)) }
	b := &base{3, "tag"}
	w := wrap{base: b, hider: mine{8}, extra: alias{4, "alias"}}
	d := deep{w, high}
	say(b.hidden(), w.hider.hidden(), w.extra.name(), d.name(), d.level, d.String())
	say(classify(b), classify(mine{1}), classify(low), classify(anonymous()), classify(fail(2)), classify(w.extra))
	var l *list[mine]
	l = l.push(mine{1}).push(mine{2})
	l.each(func(m mine) { say(m.k) })
	say(classify(l), classify((*list[base])(nil)), sum(1, 2, 3), sum(1.5, 2), sum[level](low, high))
	say(total([]mine{{1}, {2}}), total([]*base{b, b}), total([]hider{b, mine{5}}))
	_, isBoth := any(b).(both)
	_, notBoth := any(mine{}).(both)
	say(isBoth, notBoth, bump(base{1, "a"}), bump(base{2, "b"}), len(state))
	var f *failure
	say(errors.As(fail(7), &f), f.code, errors.As(fail(0), &f))
	count := 0
	visitor(func(n *node) bool { count++; return n.val != nil }).visit(&node{&node{nil, 1}, "x"})
	say(count, anonymous() == struct{ a int; b string }{1, "x"})
	t := new(tree[string, level])
	t.put("q", high); t.put("c", low)
	for k, v := range t.all() { say(k, v) }
	method, expr := b.hidden, (*base).hidden
	say(method(), expr(b), hider.hidden(mine{6}))
	for _, v := range []any{b, w, d, l, t, low, sealed(), anonymous(), doc{}, fail(1), map[base][]*mine{}, func(hider) *list[level] { return nil }, make(chan mine), struct{ wrap; x level }{}} {
		say(fmt.Sprintf("%T", v))
	}
	say(fmt.Sprintf("%+v %v", doc{Name: "n", secret: 1}, sealed()))
	say(fmt.Sprintf("%#v %#v", mine{1}, list[level]{head: high}))
	js, err := json.Marshal(doc{Name: "n", secret: 2, Inner: &doc{}})
	say(string(js), err)
	rt := reflect.TypeOf(d)
	for i := range rt.NumField() { say(rt.Field(i).Name, rt.Field(i).PkgPath, rt.Field(i).Type) }
	say(rt.NumMethod(), reflect.TypeFor[list[mine]]().Name(), reflect.TypeFor[tree[string, mine]]().String(), reflect.TypeFor[both]().NumMethod())
	func() { defer func() { say(recover()) }(); say(any(mine{}).(both)) }()
	func() { defer func() { say(recover()) }(); var h hider; h.hidden() }()
	func() { defer func() { say(recover()) }(); panic(&failure{9}) }()
	say(unsafe.Sizeof(d), unsafe.Offsetof(d.level), unsafe.Alignof(w))
	return out
}
`}

var partImports = [...][]string{{"fmt", "iter"}, {"fmt"}, {"encoding/json", "errors", "fmt", "reflect", "unsafe"}}

// The parts of a program in packages of their own behave as one package does.
func TestSamePackage(t *testing.T) {
	w := workspace(t)
	var b interp.Build
	var whole strings.Builder
	all := map[string]bool{"strings": true}
	for i, part := range parts {
		imports := slices.Clone(partImports[i])
		var src strings.Builder
		src.WriteString("package unit\n")
		for _, imp := range imports {
			all[imp] = true
			src.WriteString("import \"" + imp + "\"\n")
		}
		for _, u := range b.Units {
			src.WriteString("import . \"" + u.Path + "\"\n")
			imports = append(imports, u.Path)
		}
		whole.WriteString(part)
		b.Units = append(b.Units, unit("same"+string(rune('a'+i)), src.String()+part, imports...))
	}
	last := b.Units[len(b.Units)-1].Path
	const main = "func Run() string { return strings.Join(lines(), \"\") }\n"
	b.Main = unit("samemain", "package main\nimport \"strings\"\nimport . \""+last+"\"\n"+main, "strings", last)
	got := run(t, w, build(t, w, b).Path)

	dir := t.TempDir()
	var src strings.Builder
	src.WriteString("package main\n")
	for _, imp := range slices.Sorted(maps.Keys(all)) {
		src.WriteString("import \"" + imp + "\"\n")
	}
	src.WriteString("import \"os\"\nfunc main() { os.Stdout.WriteString(Run() + \"\\n\") }\n" + main + whole.String())
	for name, text := range map[string]string{"go.mod": "module program\n\ngo 1.26\n", "main.go": src.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := w.t.env.goCommand(t.Context(), dir, "run", ".")
	want, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, want)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := "", ""
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if g != w {
			t.Errorf("line %d: got %q, want %q", i+1, g, w)
		}
	}
}
