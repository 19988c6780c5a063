// Reflection over types of the program: tags, methods, making and calling.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unsafe"
)

type Level int

const (
	Low Level = iota
	High
)

func (l Level) String() string { return []string{"low", "high"}[l] }

type Inner struct {
	A, b int
	C    [2]bool
}
type Config struct {
	Name   string `cfg:"name" default:"none"`
	Port   int    `cfg:"port" default:"80"`
	Level  Level  `cfg:"level" default:"1"`
	Inner  `cfg:",inline"`
	Tags   []string         `cfg:"tags"`
	M      map[Level]*Inner `cfg:"-"`
	F      func(int) string
	hidden uint8
}

func (c Config) Describe(prefix string) string { return prefix + c.Name }
func (c *Config) SetName(n string) *Config     { c.Name = n; return c }
func (c Config) private() int                  { return 1 }
func (i Inner) Sum(xs ...int) int {
	for _, x := range xs {
		i.A += x
	}
	return i.A + i.b
}

func defaults(v any) error {
	rv := reflect.ValueOf(v).Elem()
	for _, f := range reflect.VisibleFields(rv.Type()) {
		d, ok := f.Tag.Lookup("default")
		if !ok {
			continue
		}
		fv := rv.FieldByIndex(f.Index)
		switch fv.Kind() {
		case reflect.String:
			fv.SetString(d)
		case reflect.Int:
			n, err := strconv.ParseInt(d, 10, 64)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			fv.SetInt(n)
		}
	}
	return nil
}

func dump(v reflect.Value, depth int) {
	pad := strings.Repeat("  ", depth)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			fmt.Printf("%s%s %v tag=%q exported=%t embedded=%t\n", pad, f.Name, f.Type, f.Tag, f.IsExported(), f.Anonymous)
			dump(v.Field(i), depth+1)
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].Int() < keys[j].Int() })
		for _, k := range keys {
			fmt.Printf("%s[%v] %v\n", pad, k, v.MapIndex(k).Elem())
		}
	}
}

type visitor interface{ Visit(reflect.Value) bool }
type visitFunc func(reflect.Value) bool

func (f visitFunc) Visit(v reflect.Value) bool { return f(v) }

func main() {
	c := Config{M: map[Level]*Inner{High: {A: 1, b: 2}, Low: {}}}
	fmt.Println(defaults(&c), c.Name, c.Port, c.Level)
	dump(reflect.ValueOf(c), 0)
	t := reflect.TypeFor[*Config]()
	for i := range t.NumMethod() {
		m := t.Method(i)
		fmt.Println(m.Name, m.Type, m.Index)
	}
	fmt.Println(reflect.TypeOf(c).NumMethod(), t.Elem().Name(), t.Elem().PkgPath(), t.String(), t.Elem().Size() == unsafe.Sizeof(c))
	out := reflect.ValueOf(&c).MethodByName("SetName").Call([]reflect.Value{reflect.ValueOf("zed")})
	fmt.Println(out[0].Interface() == any(&c), c.Name)
	sum := reflect.ValueOf(c).MethodByName("Sum")
	fmt.Println(sum.Type(), sum.CallSlice([]reflect.Value{reflect.ValueOf([]int{1, 2, 3})})[0])
	swap := func(a, b any) {
		x, y := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
		tmp := reflect.New(x.Type()).Elem()
		tmp.Set(x)
		x.Set(y)
		y.Set(tmp)
	}
	a, b := Inner{A: 1}, Inner{A: 2}
	swap(&a, &b)
	fmt.Println(a, b)
	made := reflect.MakeFunc(reflect.TypeOf(visitFunc(nil)), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(args[0].Interface().(reflect.Value).Kind() == reflect.Struct)}
	}).Interface().(visitFunc)
	var v visitor = made
	fmt.Println(v.Visit(reflect.ValueOf(c)), v.Visit(reflect.ValueOf(1)))
	fmt.Println(reflect.TypeFor[visitor](), reflect.TypeOf(v).Implements(reflect.TypeFor[visitor]()), reflect.TypeOf(1).Implements(reflect.TypeFor[fmt.Stringer]()))
	st := reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeOf(Low), Tag: `json:"x"`}, {Name: "Y", Type: reflect.TypeFor[[]Inner]()}})
	sv := reflect.New(st).Elem()
	sv.Field(0).Set(reflect.ValueOf(High))
	fmt.Printf("%v %+v\n", st, sv)
	m := reflect.MakeMap(reflect.MapOf(reflect.TypeOf(Low), reflect.TypeOf(a)))
	m.SetMapIndex(reflect.ValueOf(High), reflect.ValueOf(a))
	fmt.Println(m, m.Interface().(map[Level]Inner)[High])
	ch := reflect.MakeChan(reflect.TypeFor[chan Inner](), 1)
	ch.Send(reflect.ValueOf(b))
	got, ok := ch.Recv()
	fmt.Println(got, ok)
	fmt.Println(reflect.DeepEqual(c.M, map[Level]*Inner{High: {A: 1, b: 2}, Low: {}}), reflect.DeepEqual(a, b))
	defer func() { fmt.Println("recovered:", recover()) }()
	reflect.ValueOf(c).Field(0).SetString("no")
}
