package eval

import (
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"reflect"
	"strconv"

	"gomemo/engine/wire"
)

// What package log prints may begin with the place of the call. There stands the
// interpreter, so it writes the place itself.

// logging are the functions of package log, and methods of its loggers, that
// print: what is done after that, and how arguments become text.
var logging = func() map[string][2]string {
	names := make(map[string][2]string)
	for _, verb := range []string{"Print", "Panic", "Fatal"} {
		for _, form := range []string{"", "ln", "f"} {
			names[verb+form] = [2]string{verb, form}
		}
	}
	return names
}()

const places = log.Lshortfile | log.Llongfile

// logFunction is a function of package log that prints.
func (b *builder) logFunction(e *wire.Expr) code {
	if _, ok := logging[e.Name]; !ok {
		b.fail("log.%s does not print", e.Name)
	}
	return func() reflect.Value { return b.logger(log.Default(), e.Name) }
}

// logger is a method of l that prints.
func (b *builder) logger(l *log.Logger, name string) reflect.Value {
	if l == nil || l.Flags()&places == 0 {
		return reflect.ValueOf(l).MethodByName(name)
	}
	verb, form := logging[name][0], logging[name][1]
	if form == "f" {
		return reflect.ValueOf(func(format string, v ...any) {
			b.print(l, verb, func() string { return fmt.Sprintf(format, v...) })
		})
	}
	text := fmt.Sprint
	if form == "ln" {
		text = fmt.Sprintln
	}
	return reflect.ValueOf(func(v ...any) { b.print(l, verb, func() string { return text(v...) }) })
}

// print prints what text returns, with the place where the cell is.
func (b *builder) print(l *log.Logger, verb string, text func() string) {
	var s string
	if verb != "Print" || l.Writer() != io.Discard {
		s = text()
	}
	flags, prefix, file := l.Flags(), l.Prefix(), b.p.file
	if flags&log.Lshortfile != 0 {
		file = path.Base(file)
	}
	out := file + ":" + strconv.Itoa(b.p.line) + ": "
	if flags&log.Lmsgprefix != 0 {
		out, prefix = out+prefix, ""
	}
	log.New(l.Writer(), prefix, flags&^(places|log.Lmsgprefix)).Print(out + s)
	switch verb {
	case "Panic":
		panic(s)
	case "Fatal":
		os.Exit(1)
	}
}

// logMethod is what a method called name of v is, if v is a logger that prints.
func (b *builder) logMethod(v reflect.Value, name string) (f reflect.Value, ok bool) {
	if _, ok := logging[name]; !ok {
		return f, false
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Pointer || v.Type() != reflect.TypeFor[*log.Logger]() {
		return f, false
	}
	return b.logger((*log.Logger)(v.UnsafePointer()), name), true
}
