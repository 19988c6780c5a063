package memo_test

import (
	"fmt"
	"os"

	"gomemo/memo"
)

func ExampleFunc() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	c, err := memo.New(dir)
	if err != nil {
		panic(err)
	}
	defer c.Close()

	train := func(rate float64, rounds int) (float64, error) {
		fmt.Println("training")
		return rate * float64(rounds), nil
	}
	train = memo.Func(c, "train/v1", train)

	for range 2 {
		loss, err := train(0.5, 10)
		fmt.Println(loss, err)
	}
	// Output:
	// training
	// 5 <nil>
	// 5 <nil>
}

func ExampleObserve() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	c, err := memo.New(dir)
	if err != nil {
		panic(err)
	}
	defer c.Close()

	square := memo.Func(c, "square", func(x int) int { return x * x },
		memo.Observe(func(o memo.Outcome) { fmt.Println(o.Func, "hit:", o.Hit) }))
	fmt.Println(square(4), square(4))
	// Output:
	// square hit: false
	// square hit: true
	// 16 16
}

func ExampleStore() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	s, err := memo.Open(dir)
	if err != nil {
		panic(err)
	}
	defer s.Close()

	k := memo.KeyOf([]byte("what the result depends on"))
	if _, err := s.Get(k); err == memo.ErrMiss {
		s.Put(k, &memo.Entry{Func: "answer", Payload: []byte("42")})
	}
	e, err := s.Get(k)
	fmt.Printf("%s = %s, %v\n", e.Func, e.Payload, err)
	// Output:
	// answer = 42, <nil>
}
