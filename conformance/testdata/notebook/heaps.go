package main

import (
	"container/heap"
	"container/list"
	"container/ring"
	"fmt"
	"math"
	"sort"
)

type edge struct {
	to   string
	cost float64
}
type graph map[string][]edge
type item struct {
	node  string
	dist  float64
	index int
}
type queue []*item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].dist < q[j].dist }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i]; q[i].index, q[j].index = i, j }
func (q *queue) Push(x any)        { it := x.(*item); it.index = len(*q); *q = append(*q, it) }
func (q *queue) Pop() any {
	old := *q
	it := old[len(old)-1]
	*q = old[:len(old)-1]
	return it
}

func (g graph) shortest(from string) (dist map[string]float64, prev map[string]string) {
	dist, prev = map[string]float64{}, map[string]string{}
	q := &queue{}
	items := map[string]*item{}
	for n := range g {
		dist[n] = math.Inf(1)
	}
	dist[from] = 0
	for n, d := range dist {
		items[n] = &item{node: n, dist: d}
		heap.Push(q, items[n])
	}
	for q.Len() > 0 {
		u := heap.Pop(q).(*item)
		for _, e := range g[u.node] {
			if d := dist[u.node] + e.cost; d < dist[e.to] {
				dist[e.to], prev[e.to] = d, u.node
				items[e.to].dist = d
				heap.Fix(q, items[e.to].index)
			}
		}
	}
	return
}

type lru struct {
	max   int
	order *list.List
	byKey map[string]*list.Element
}
type entry struct{ key, value string }

func (c *lru) get(k string) (string, bool) {
	e, ok := c.byKey[k]
	if !ok {
		return "", false
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry).value, true
}
func (c *lru) put(k, v string) {
	if e, ok := c.byKey[k]; ok {
		e.Value.(*entry).value = v
		c.order.MoveToFront(e)
		return
	}
	c.byKey[k] = c.order.PushFront(&entry{k, v})
	if c.order.Len() > c.max {
		old := c.order.Remove(c.order.Back()).(*entry)
		delete(c.byKey, old.key)
		fmt.Println("evicted", *old)
	}
}

type byLen []string

func (b byLen) Len() int           { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

var roads = graph{"a": {{"b", 7}, {"c", 9}, {"f", 14}}, "b": {{"c", 10}, {"d", 15}}, "c": {{"d", 11}, {"f", 2}}, "d": {{"e", 6}}, "f": {{"e", 9}}, "e": nil}

func main() {
	dist, prev := roads.shortest("a")
	names := make([]string, 0, len(dist))
	for n := range dist {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		path := n
		for p, ok := prev[n]; ok; p, ok = prev[p] {
			path = p + path
		}
		fmt.Println(n, dist[n], path)
	}
	c := &lru{2, list.New(), map[string]*list.Element{}}
	c.put("x", "1")
	c.put("y", "2")
	c.get("x")
	c.put("z", "3")
	_, ok := c.get("y")
	fmt.Println(ok)
	r := ring.New(3)
	for i := range 3 {
		r.Value = i
		r = r.Next()
	}
	r.Do(func(v any) { fmt.Print(v, " ") })
	fmt.Println()
	ws := byLen{"ccc", "a", "bb", ""}
	sort.Stable(sort.Reverse(ws))
	fmt.Printf("%q %v\n", ws, sort.IsSorted(ws))
	fmt.Println(sort.Search(100, func(i int) bool { return i*i >= 50 }))
}
