package session

import (
	"fmt"
	"testing"
	"time"
)

func TestHoldsAddress(t *testing.T) {
	x := new(int)
	for text, want := range map[string]bool{
		fmt.Sprint("at ", x):       true,
		fmt.Sprintf("[%p]", x):     true,
		"0x7f0123456789 is mapped": true,
		"colour 0xc0ffee":          false,
		"0x0123456789abcdef":       false,
		"0x 0x1":                   false,
		"":                         false,
	} {
		if got := holdsAddress([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestLocalZone(t *testing.T) {
	old := time.Local
	defer func() { time.Local = old }()
	seen := map[string]bool{}
	for _, l := range []*time.Location{time.UTC, time.FixedZone("A", 3600), time.FixedZone("B", 3600)} {
		time.Local = l
		seen[localZone()] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d zones can be told apart, want 3", len(seen))
	}
}
