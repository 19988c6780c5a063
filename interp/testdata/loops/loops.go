// Package loops holds the tight loops with which the cost of instrumentation
// is measured. Each function of one int does about n steps of its kind.
package loops

import (
	"sort"
	"strings"
)

func sum(n int) int {
	s := 0
	for i := 0; i < n; i++ {
		s += i ^ n
	}
	return s
}

func sumRange(n int) int {
	s := 0
	for i := range n {
		s += i & n
	}
	return s
}

func sumSlice(n int) int {
	xs := make([]int, 4096)
	s := 0
	for range n / len(xs) {
		for _, x := range xs {
			s += x
		}
	}
	return s
}

func nested(n int) int {
	s := 0
	for i := 0; i < n/8; i++ {
		for j := 0; j < 8; j++ {
			s += i * j
		}
	}
	return s
}

func matmul(n int) int {
	const d = 64
	var a, b, c [d][d]float64
	for i := range d {
		for j := range d {
			a[i][j], b[i][j] = float64(i+j), float64(i-j)
		}
	}
	for range n / (d * d * d) {
		for i := 0; i < d; i++ {
			for j := 0; j < d; j++ {
				t := 0.0
				for k := 0; k < d; k++ {
					t += a[i][k] * b[k][j]
				}
				c[i][j] += t
			}
		}
	}
	return int(c[3][4])
}

func sieve(n int) int {
	composite := make([]bool, n)
	primes := 0
	for i := 2; i < n; i++ {
		if composite[i] {
			continue
		}
		primes++
		for j := i * i; j < n; j += i {
			composite[j] = true
		}
	}
	return primes
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func fibs(n int) int {
	for range n / 10_000_000 {
		fib(34)
	}
	return 0
}

func text(n int) int {
	var b strings.Builder
	for i := range n {
		if i&0xffff == 0 {
			b.Reset()
		}
		b.WriteByte(byte('a' + i%26))
	}
	return b.Len()
}

func mapUpdates(n int) int {
	m := make(map[int]int)
	for i := range n {
		m[i&1023] += i
	}
	return len(m)
}

func ping(n int) int {
	c := make(chan int)
	go func() {
		for i := range n {
			c <- i
		}
		close(c)
	}()
	s := 0
	for x := range c {
		s += x
	}
	return s
}

type point struct{ x, y int }

func (p point) dot(q point) int { return p.x*q.x + p.y*q.y }

func (p *point) add(q point) { p.x += q.x; p.y += q.y }

func methods(n int) int {
	p, q := point{1, 2}, point{3, 4}
	s := 0
	for range n {
		p.add(q)
		s += p.dot(q)
	}
	return s
}

type shape interface{ area() int }

func (p point) area() int { return p.x * p.y }

func interfaces(n int) int {
	shapes := []shape{point{1, 2}, &point{3, 4}}
	s := 0
	for i := range n {
		s += shapes[i&1].area()
	}
	return s
}

func mandelbrot(n int) int {
	inside := 0
	for range n / 1_000_000 {
		for py := 0; py < 100; py++ {
			for px := 0; px < 100; px++ {
				cr, ci := float64(px)/50-1.5, float64(py)/50-1
				zr, zi := 0.0, 0.0
				i := 0
				for ; i < 200 && zr*zr+zi*zi < 4; i++ {
					zr, zi = zr*zr-zi*zi+cr, 2*zr*zi+ci
				}
				if i == 200 {
					inside++
				}
			}
		}
	}
	return inside
}

func sorting(n int) int {
	xs := make([]int, n/16)
	seed := uint64(1)
	for i := range xs {
		seed = seed*6364136223846793005 + 1442695040888963407
		xs[i] = int(seed >> 33)
	}
	sort.Slice(xs, func(i, j int) bool { return xs[i] < xs[j] })
	return xs[0]
}

func quicksort(xs []int) {
	for len(xs) > 1 {
		pivot := xs[len(xs)/2]
		i, j := 0, len(xs)-1
		for i <= j {
			for xs[i] < pivot {
				i++
			}
			for xs[j] > pivot {
				j--
			}
			if i <= j {
				xs[i], xs[j] = xs[j], xs[i]
				i++
				j--
			}
		}
		quicksort(xs[:j+1])
		xs = xs[i:]
	}
}

func ownSorting(n int) int {
	xs := make([]int, n/16)
	seed := uint64(1)
	for i := range xs {
		seed = seed*6364136223846793005 + 1442695040888963407
		xs[i] = int(seed >> 33)
	}
	quicksort(xs)
	return xs[0]
}

func scan(n int) int {
	b := make([]byte, 1<<16)
	b[len(b)-1] = 1
	at := 0
	for range n / len(b) {
		for i, c := range b {
			if c == 1 {
				at += i
				break
			}
		}
	}
	return at
}

func collatz(n int) int {
	longest := 0
	for i := 1; i < n/100; i++ {
		steps := 0
		for x := i; x != 1; steps++ {
			if x%2 == 0 {
				x /= 2
			} else {
				x = 3*x + 1
			}
		}
		longest = max(longest, steps)
	}
	return longest
}
