// Values: comparison, map keys, conversion, copying, literals, printing.
package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"text/template"
)

type point struct{ x, y int }
type tagged struct {
	X int `json:"x"`
	Y int `json:"why,omitempty"`
}
type plain struct {
	X int
	Y int
}
type nested struct {
	Name string         `xml:"name,attr" json:"name"`
	Kids []*nested      `xml:"kid" json:"kids,omitempty"`
	meta map[string]any `json:"meta"`
	Any  any            `xml:"-"`
	P    *point         `json:"p"`
	F    float64
	B    []byte
	fmt.Stringer
}
type str string
type strs []str
type key struct {
	a any
	b [2]str
	p *point
}
type cyc struct {
	self *cyc
	m    map[string]*cyc
}
type color int

const (
	red color = iota
	green
)

func (c color) String() string                { return strconv.Itoa(int(c)) + "c" }
func (c color) MarshalText() ([]byte, error)  { return []byte("color-" + c.String()), nil }
func (c *color) UnmarshalText(b []byte) error { *c = color(len(b)); return nil }

type temp float64

func (t temp) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprintf("%.1f°", float64(t))) }

type secret struct{ v string }

func (secret) GoString() string { return "SECRET" }

type T struct {
	A int
	B *T
	C []T
	D map[string]T
	E interface{ M() }
	f func()
	g chan int
}
type Shape interface{ Area() float64 }
type Sq struct{ S float64 }
type Ci struct{ R float64 }

func (s Sq) Area() float64  { return s.S * s.S }
func (c *Ci) Area() float64 { return math.Pi * c.R * c.R }

func main() {
	fmt.Println(point{1, 2} == point{1, 2}, [2]point{} == [2]point{{0, 0}}, any(point{1, 2}) == any(point{1, 2}), any(1) == any(int64(1)))
	m := map[key]string{}
	p := &point{}
	m[key{1, [2]str{"a"}, p}] = "one"
	m[key{"1", [2]str{"a"}, p}] = "str"
	fmt.Println(len(m), m[key{1, [2]str{"a", ""}, p}], m[key{1, [2]str{"a", ""}, nil}] == "")
	t := tagged(plain{1, 2})
	fmt.Println(t, plain(t), (*plain)(&t).Y, struct{ X, Y int }(t))
	b, err := json.Marshal([]any{t, plain(t), red, map[color]int{green: 1}, temp(3), []byte("hi"), map[string]any{"z": nil, "a": 1.5}})
	fmt.Println(string(b), err)
	n := nested{Name: "n", Kids: []*nested{{Name: "k", F: math.Inf(1)}}, meta: map[string]any{"x": 1}, Any: point{1, 2}, P: &point{3, 4}}
	_, err = json.Marshal(n)
	fmt.Println(err)
	n.Kids[0].F = 2
	b, err = json.Marshal(n)
	fmt.Println(string(b), err)
	var back nested
	fmt.Println(json.Unmarshal([]byte(`{"name":"q","kids":[{"name":"r"}],"F":"bad"}`), &back))
	fmt.Println(back.Name, len(back.Kids))
	type X struct {
		XMLName xml.Name `xml:"doc"`
		C       color    `xml:"c,attr"`
		T       []tagged `xml:"list>t"`
	}
	b, err = xml.Marshal(X{C: green, T: []tagged{{1, 2}}})
	fmt.Println(string(b), err)
	var buf bytes.Buffer
	gob.Register(Sq{})
	shapes := []Shape{Sq{2}}
	fmt.Println(gob.NewEncoder(&buf).Encode(struct {
		S []Shape
		M map[string]plain
	}{shapes, map[string]plain{"a": {1, 2}}}))
	var out struct {
		S []Shape
		M map[string]plain
	}
	fmt.Println(gob.NewDecoder(&buf).Decode(&out), out.S[0].Area(), out.M)
	fmt.Printf("%v %+v %#v %T\n", t, t, t, t)
	fmt.Printf("%v %+v %#v\n", point{1, 2}, &point{3, 4}, []point{{5, 6}})
	fmt.Printf("%#v %#v %#v %#v\n", red, strs{"a"}, map[str]point{"k": {}}, secret{"x"})
	fmt.Printf("%v %+v\n", T{A: 1, C: []T{{A: 2}}, D: map[string]T{"d": {}}}, T{})
	fmt.Printf("%#v\n", struct {
		a int
		b any
		c []str
	}{1, point{}, nil})
	fmt.Printf("%d %s %x %q %v %5.2f|%-5d|%05d|%t %c %U %e %p\n", []int{1}, str("s"), "hi", strs{"q"}, red, 3.14159, 7, 42, true, 'x', 'x', 1e10, nil)
	fmt.Printf("%!|%z|%d|%s\n", 1, "x", 2, error(nil))
	var c cyc
	c.self = &c
	fmt.Println(c.self.self == &c, len(c.m))
	arr := [3]int{1, 2, 3}
	brr := arr
	brr[0] = 9
	sl := arr[:2:2]
	sl = append(sl, 7)
	fmt.Println(arr, brr, sl, len(sl), [3]int(sl), *(*[2]int)(sl))
	fmt.Println(slices.Equal(sl, []int{1, 2, 7}), maps.Equal(map[string]int{"a": 1}, map[string]int{"a": 1}), reflect.DeepEqual(n, n))
	clear(m)

	fmt.Println(len(m), string([]rune{65, 0x4e16}), []byte("é"), string(rune(66)), []rune("é"), str([]byte{67}))
	rt := reflect.TypeOf(n)
	for i := range rt.NumField() {
		f := rt.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag, f.IsExported(), f.Anonymous, f.Index)
	}
	fmt.Println(rt.Name(), rt.String(), rt.Kind(), reflect.TypeOf(&n).Elem() == rt, reflect.TypeFor[Shape]().Kind(), reflect.TypeOf(shapes).Elem().NumMethod())
	v := reflect.ValueOf(&t).Elem()
	v.Field(0).SetInt(77)
	v.FieldByName("Y").Set(reflect.ValueOf(88))
	fmt.Println(t, v.Field(0).CanSet(), reflect.ValueOf(point{}).Field(0).CanInterface(), reflect.New(rt).Elem().IsZero())
	fmt.Println(reflect.ValueOf(Sq{3}).MethodByName("Area").Call(nil)[0], reflect.TypeOf(&Ci{}).Implements(reflect.TypeFor[Shape]()), reflect.TypeOf(Ci{}).Implements(reflect.TypeFor[Shape]()))
	tm := template.Must(template.New("t").Parse("{{range .}}{{printf \"%.1f\" .Area}} {{end}}\n"))
	fmt.Println(tm.Execute(&buf, []Shape{Sq{2}, &Ci{1}}), buf.String())
	lits := map[point][]map[str]*point{{1, 2}: {{"a": {3, 4}}, nil}}
	fmt.Println(*lits[point{1, 2}][0]["a"], len(lits[point{1, 2}]))
	grid := [...][2]point{2: {{1, 1}, {y: 2}}, 0: {}}
	fmt.Println(grid, len(grid), [...]string{2: "c", 0: "a"})
	var iface Shape
	fmt.Println(iface == nil, iface)
	var cp *Ci
	iface = cp
	fmt.Println(iface == nil, iface == (*Ci)(nil), fmt.Sprintf("%T %v", iface, iface))
	f := func(xs ...point) int { return len(xs) }
	fmt.Println(f(), f([]point{{}, {}}...), f(point{}))
	nan := math.NaN()
	nm := map[float64]int{nan: 1, nan: 2}
	nm[nan]++
	fmt.Println(len(nm), nm[nan])
	i, j := 0, 1
	i, arr[i] = 2, 50
	arr[i], j = j, arr[0]
	fmt.Println(i, j, arr)
	h := struct{ a, b func() int }{b: func() int { return 3 }}
	fmt.Println(h.a == nil, h.b())
}
