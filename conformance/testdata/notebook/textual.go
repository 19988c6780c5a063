package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/scanner"
	"unicode"
)

type wordCount struct {
	word string
	n    int
}
type ranking []wordCount

func (r ranking) Len() int { return len(r) }
func (r ranking) Less(i, j int) bool {
	return r[i].n > r[j].n || r[i].n == r[j].n && r[i].word < r[j].word
}
func (r ranking) Swap(i, j int) { r[i], r[j] = r[j], r[i] }

func count(r io.Reader) (ranking, error) {
	sc := bufio.NewScanner(r)
	sc.Split(words)
	seen := map[string]int{}
	for sc.Scan() {
		seen[strings.ToLower(sc.Text())]++
	}
	var out ranking
	for w, n := range seen {
		out = append(out, wordCount{w, n})
	}
	sort.Sort(out)
	return out, sc.Err()
}

func words(data []byte, eof bool) (advance int, token []byte, err error) {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	start := bytes.IndexFunc(data, unicode.IsLetter)
	if start < 0 {
		return len(data), nil, nil
	}
	end := bytes.IndexFunc(data[start:], notLetter)
	switch {
	case end >= 0:
		return start + end, data[start : start+end], nil
	case eof:
		return len(data), data[start:], nil
	}
	return start, nil, nil
}

func wrap(s string, width int) (lines []string) {
	var line strings.Builder
	for _, w := range strings.Fields(s) {
		if line.Len() > 0 && line.Len()+1+len(w) > width {
			lines = append(lines, line.String())
			line.Reset()
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(w)
	}
	if line.Len() > 0 {
		lines = append(lines, line.String())
	}
	return
}

type rot13 struct{ r io.Reader }

func (r rot13) Read(p []byte) (n int, err error) {
	n, err = r.r.Read(p)
	for i, c := range p[:n] {
		switch {
		case 'a' <= c && c <= 'z':
			p[i] = 'a' + (c-'a'+13)%26
		case 'A' <= c && c <= 'Z':
			p[i] = 'A' + (c-'A'+13)%26
		}
	}
	return
}

type tee struct {
	io.Writer
	lines int
}

func (t *tee) Write(p []byte) (int, error) {
	t.lines += bytes.Count(p, []byte{'\n'})
	return t.Writer.Write(p)
}

type ini map[string]map[string]string

func (i *ini) UnmarshalText(b []byte) error {
	*i = ini{}
	section := ""
	for n, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == ';':
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line[1 : len(line)-1]
			(*i)[section] = map[string]string{}
		default:
			k, v, ok := strings.Cut(line, "=")
			if !ok {
				return fmt.Errorf("line %d: no value", n+1)
			}
			if (*i)[section] == nil {
				(*i)[section] = make(map[string]string)
			}
			(*i)[section][strings.TrimSpace(k)] = strings.Trim(v, " \"")
		}
	}
	return nil
}

func levenshtein(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(t)]
}

const text = `The quick brown fox -- the lazy dog; THE end. Größe zählt!`

func main() {
	rank, err := count(strings.NewReader(text))
	fmt.Println(rank[:3], len(rank), err)
	for i, l := range wrap(text, 20) {
		fmt.Printf("%2d %-20s|\n", i, l)
	}
	out := &tee{Writer: os.Stdout}
	fmt.Fprintln(out, "one")
	io.Copy(out, rot13{rot13{strings.NewReader("two\nthree\n")}})
	fmt.Fprintf(out, "%s\n", must(io.ReadAll(rot13{strings.NewReader("Hello")})))
	fmt.Println(out.lines)
	var cfg ini
	fmt.Println(cfg.UnmarshalText([]byte("a=1\n[s]\nb = \"two\"\n;c\n")), cfg)
	fmt.Println(cfg.UnmarshalText([]byte("bad")), cfg)
	fmt.Println(levenshtein("kitten", "sitting"), levenshtein("größe", "grosse"), levenshtein("", "abc"))
	var s scanner.Scanner
	s.Init(strings.NewReader("x := 3.14 + f('a', \"s\") // end"))
	for tok := s.Scan(); tok != scanner.EOF; tok = s.Scan() {
		fmt.Print(s.Position, ":", scanner.TokenString(tok), ":", s.TokenText(), " ")
	}
	fmt.Println()
	dir := must(os.MkdirTemp("", "prog"))
	defer os.RemoveAll(dir)
	for _, n := range []string{"b.txt", "a.txt", "sub/c.txt"} {
		p := filepath.Join(dir, n)
		os.MkdirAll(filepath.Dir(p), 0o755)
		if err := os.WriteFile(p, []byte(strings.Repeat(n, 2)), 0o600); err != nil {
			panic(err)
		}
	}
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if rel := must(filepath.Rel(dir, p)); !d.IsDir() {
			fmt.Println(rel, must(d.Info()).Size())
		}
		return err
	})
	_, err = os.ReadFile(filepath.Join(dir, "none"))
	fmt.Println(os.IsNotExist(err))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
