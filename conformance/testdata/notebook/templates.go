// Templates, regular expressions, flags, time and text.
package main

import (
	"bufio"
	"flag"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"
	"text/template"
	"time"
	"unicode/utf8"
)

type person struct {
	Name  string
	Age   int
	email string
	Tags  []string
}

func (p person) Email() string        { return p.email + "@example.org" }
func (p *person) Older(n int) *person { q := *p; q.Age += n; return &q }
func (p person) Adult() (bool, error) {
	if p.Age < 0 {
		return false, fmt.Errorf("age %d", p.Age)
	}
	return p.Age >= 18, nil
}

const page = `{{define "tag"}}<{{.}}>{{end -}}
{{range $i, $p := .}}{{if $i}}, {{end}}{{$p.Name | shout}} {{.Email}} {{with .Older 2}}{{.Age}}{{end}}{{if .Adult}} adult{{end}}{{range .Tags}} {{template "tag" .}}{{else}} none{{end}}{{end}}
`

var funcs = template.FuncMap{"shout": func(s string) string { return strings.ToUpper(s) + "!" }}

var line = regexp.MustCompile(`(?m)^(?P<key>\w+)\s*=\s*(?P<value>.*?)\s*(?:#.*)?$`)

func parse(r io.Reader) (map[string]string, error) {
	out := map[string]string{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		m := line.FindStringSubmatch(sc.Text())
		if m == nil {
			return nil, fmt.Errorf("line %d: %q", n, sc.Text())
		}
		out[m[line.SubexpIndex("key")]] = m[line.SubexpIndex("value")]
	}
	return out, sc.Err()
}

type level int

func (l *level) Set(s string) error {
	_, err := fmt.Sscan(s, (*int)(l))
	return err
}
func (l *level) String() string { return fmt.Sprint(int(*l)) }

type sizes []time.Duration

func (s *sizes) Set(v string) error {
	d, err := time.ParseDuration(v)
	*s = append(*s, d)
	return err
}
func (s sizes) String() string { return fmt.Sprint([]time.Duration(s)) }

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("hidden") }

func main() {
	people := []*person{{"Ann", 17, "ann", []string{"a", "b"}}, {Name: "Bob", Age: 40, email: "bob"}}
	tmpl := template.Must(template.New("page").Funcs(funcs).Parse(page))
	if err := tmpl.Execute(os.Stdout, people); err != nil {
		fmt.Println(err)
	}
	err := template.Must(template.New("x").Parse("{{.Adult}} {{.Missing}}")).Execute(os.Stdout, person{Age: 20})
	fmt.Println()
	fmt.Println(err)
	err = template.Must(template.New("y").Parse("{{.Adult}}")).Execute(io.Discard, person{Age: -1})
	fmt.Println(err)
	html := htmltemplate.Must(htmltemplate.New("h").Parse(`<a href="{{.Email}}">{{.Name}}</a>` + "\n"))
	html.Execute(os.Stdout, person{Name: "<b>", email: "x\"y"})
	cfg, err := parse(strings.NewReader("a = 1 # one\n\nname= some text \n"))
	fmt.Println(cfg, err)
	_, err = parse(strings.NewReader("a = 1\n!!"))
	fmt.Println(err)
	set := flag.NewFlagSet("tool", flag.ContinueOnError)
	set.SetOutput(os.Stdout)
	var l level
	var s sizes
	set.Var(&l, "level", "the `level`")
	set.Var(&s, "d", "durations")
	verbose := set.Bool("v", false, "say more")
	fmt.Println(set.Parse([]string{"-level", "3", "-d", "1m", "-v", "-d=90s", "rest"}), l, s, *verbose, set.Args())
	fmt.Println(set.Parse([]string{"-d", "x"}))
	d := time.Date(2024, time.December, 31, 23, 59, 58, 0, time.UTC)
	fmt.Println(d.Add(2*time.Second).Format(time.RFC1123), d.YearDay(), d.Weekday(), d.Truncate(time.Hour).Format("15:04"))
	when, err := time.Parse("2006-01-02", "2024-02-30")
	fmt.Println(when.IsZero(), err)
	fmt.Println(regexp.MustCompile(`(\w)(\w*)`).ReplaceAllStringFunc("hello big world", func(w string) string {
		return strings.ToUpper(w[:1]) + w[1:]
	}))
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(tw, "a\tbbb\tc\naaaa\tb\tccccc")
	tw.Flush()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	logger.With("who", people[1].Name).WithGroup("g").Info("hello", "pass", secret("abc"), "p", *people[0])
	std := log.New(os.Stdout, "app: ", log.Lmsgprefix)
	std.Printf("%d %s", 1, "two")
	fmt.Println(utf8.RuneCountInString("héllo"), strings.Map(func(r rune) rune {
		if r > 127 {
			return -1
		}
		return r
	}, "héllo"), strings.FieldsFunc("a1b22c", func(r rune) bool { return r < 'a' }))
	fmt.Printf("%6.2f|%-8s|%+d|%x|%q|%v|%08b|%t|%c|%U|%e|%*d\n", 3.14159, "ab", 5, "hi", 'x', []string{"a"}, 5, true, 0x1F600, 0x1F600, 12345.678, 5, 42)
}
