package main

import (
	"fmt"
	"sort"
	"strings"
)

type user struct {
	name string
	age  int
}

func (u user) String() string { return u.name }

type users []user

func (us users) names() []string {
	out := make([]string, len(us))
	for i, u := range us {
		out[i] = u.name
	}
	return out
}

func load() users       { return users{{"cat", 3}, {"ann", 30}, {"bob", 20}} }
func size(us users) int { return len(us) }
func total(us users) (n int) {
	for _, u := range us {
		n += u.age
	}
	return n
}
func average(us users) float64 { return float64(total(us)) / float64(size(us)) }
func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}
func oldest(us users) user {
	var best user
	for _, u := range us {
		if max(u.age, best.age) == u.age {
			best = u
		}
	}
	return best
}

type string2 string
type sorted []string2

func (s sorted) Len() int           { return len(s) }
func (s sorted) Less(i, j int) bool { return s[i] < s[j] }
func (s sorted) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

const limit = 2

func first(us users) users { return us[:limit] }

var count = 10

func bump() int { count++; return count }

func main() {
	users := load()
	size := size(users)
	total := total(users)
	average := average(users)
	fmt.Println(users.names(), size, total, average)
	oldest := oldest(users)
	limit := limit * 10
	first := first(users)
	fmt.Println(oldest, limit, first)
	max := max(limit, size)
	user := user{"dan", max}
	users = append(users, user)
	len := len(users)
	cap := cap(users) >= len
	fmt.Println(user, len, cap, users)
	string := strings.Join(users.names(), string(' '))
	byte := []byte(string)[0]
	int := int(byte) + len
	new := new(float64)
	*new = average + float64(int)
	fmt.Println(string, byte, int, *new)
	print, println := fmt.Sprint(1), fmt.Sprintln(2)
	error := fmt.Errorf("bad %s", print)
	nil := error == nil
	true := !nil
	fmt.Print(print, println, error, nil, true, "\n")
	copy := append([]uint8{}, byte)
	append := fmt.Sprint(copy, cap)
	delete := func(m map[rune]bool, r rune) { delete(m, r) }
	m := map[rune]bool{'a': true, 'b': true}
	delete(m, 'a')
	fmt.Println(append, m, bump(), bump())
	sort := func(s []string2) []string2 { sort.Sort(sorted(s)); return s }
	fmt.Println(sort([]string2{"b", "a"}))
	main, init := 1, 2
	fmt.Println(main+init, count)
}
