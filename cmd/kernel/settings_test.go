package main

import (
	"strings"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	const machine = 16 << 30
	for text, want := range map[string]int64{
		"": 12 << 30, "0": 0, "8GiB": 8 << 30, "8 GiB": 8 << 30, "8g": 8 << 30, "1.5GiB": 3 << 29, "500MB": 500_000_000,
		"50%": 8 << 30, "200000000": 200_000_000, "1T": 1 << 40, "256mib": 256 << 20,
	} {
		got, err := memoryLimit(text, machine)
		if err != nil || got/100 != want/100 {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"much":   `"much" is not an amount of memory such as 8GiB, 500MB, 50% or 0`,
		"-1GiB":  "is not an amount",
		"8GiB/2": "is not an amount",
		"1MiB":   "is not between 128 MiB and 1 PiB",
		"9e9GB":  "is not an amount",
		"9999TB": "is not between",
	} {
		if _, err := memoryLimit(text, machine); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if got, err := memoryLimit("", 0); got != 0 || err != nil {
		t.Errorf("a machine that does not say: %d, %v", got, err)
	}
	if _, err := memoryLimit("50%", 0); err == nil {
		t.Error("half of what is not known was accepted")
	}
}
