// Copyright 2026 The gomemo Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package persist

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// joblibScript prints the least time of several runs of each operation, in
// milliseconds, for the values that the other benchmarks have.
const joblibScript = `
import sys, time, pickle, joblib, numpy as np
def best(f, n=7):
    ts = []
    for _ in range(n):
        t = time.perf_counter(); f(); ts.append(time.perf_counter() - t)
    return min(ts) * 1e3
p = sys.argv[1] + '/py'
r = np.random.RandomState(0)
words = ['%s%d' % (['word', 'Internal', 'parse', 'x', 'unmarshalField'][i % 5], r.randint(1 << 30) + i) for i in range(793000)]
rows = [{'ID': i, 'Name': words[i], 'Price': i / 3, 'Count': i, 'Flag': i % 3 == 0} for i in range(200000)]
values = {'floats': r.rand(10_000_000), 'vocabulary': {w: i for i, w in enumerate(words)}, 'words': words, 'rows': rows}
for name, v in values.items():
    def pd():
        with open(p, 'wb') as f: pickle.dump(v, f, protocol=5)
    def pl():
        with open(p, 'rb') as f: pickle.load(f)
    print(name + '-joblib-dump', best(lambda: joblib.dump(v, p)))
    print(name + '-joblib-load', best(lambda: joblib.load(p)))
    if name == 'floats':
        print(name + '-joblib-mmap', best(lambda: joblib.load(p, mmap_mode='r')))
    print(name + '-joblib-hash', best(lambda: joblib.hash(v), 2))
    print(name + '-pickle-dump', best(pd))
    print(name + '-pickle-load', best(pl))
`

// BenchmarkPeers reports what joblib and pickle take for the same work in the
// same place, if there is a python3 that has joblib.
func BenchmarkPeers(b *testing.B) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import joblib, numpy").Run() != nil {
		b.Skip("there is no python3 with joblib")
	}
	cmd := exec.Command(python, "-c", joblibScript, b.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
	}
	for line := range strings.Lines(string(out)) {
		name, ms, _ := strings.Cut(strings.TrimSpace(line), " ")
		x, err := strconv.ParseFloat(ms, 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(x, name+"-ms")
	}
}

// BenchmarkStandard is the same through the encodings of the standard library,
// and CBOR.
func BenchmarkStandard(b *testing.B) {
	b.Run("vocabulary", func(b *testing.B) { benchStandard(b, benchVocabulary(793_000)) })
	b.Run("words", func(b *testing.B) { benchStandard(b, benchWords(793_000)) })
	b.Run("rows", func(b *testing.B) { benchStandard(b, benchRows(200_000)) })
	b.Run("floats1e6", func(b *testing.B) { benchStandard(b, benchFloats()[:1_000_000]) })
}

// A codec is one of those that BenchmarkStandard compares with.
type codec struct {
	name      string
	marshal   func(v any) ([]byte, error)
	unmarshal func(data []byte, p any) error
}

var encodings = []codec{
	{"gob", func(v any) ([]byte, error) {
		var b bytes.Buffer
		err := gob.NewEncoder(&b).Encode(v)
		return b.Bytes(), err
	}, func(data []byte, p any) error { return gob.NewDecoder(bytes.NewReader(data)).Decode(p) }},
	{"json", json.Marshal, json.Unmarshal},
	{"cbor", cbor.Marshal, unmarshalCBOR()},
}

// unmarshalCBOR allows for more elements than the default of 131072.
func unmarshalCBOR() func(data []byte, p any) error {
	mode, err := cbor.DecOptions{MaxArrayElements: math.MaxInt32, MaxMapPairs: math.MaxInt32}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode.Unmarshal
}

func benchStandard[T any](b *testing.B, v T) {
	path := filepath.Join(b.TempDir(), "x")
	benchDumpLoad(b, v)
	for _, e := range encodings {
		b.Run(e.name+"/dump", func(b *testing.B) {
			for b.Loop() {
				data, err := e.marshal(v)
				if err == nil {
					err = os.WriteFile(path, data, 0o644)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(e.name+"/load", func(b *testing.B) {
			for b.Loop() {
				var x T
				data, err := os.ReadFile(path)
				if err == nil {
					err = e.unmarshal(data, &x)
				}
				if err != nil {
					b.Fatal(err)
				}
				runtime.KeepAlive(x)
			}
		})
	}
}

// BenchmarkMapped opens 80 MB of floats mapped, and ends the mapping.
func BenchmarkMapped(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x")
	if err := Dump(benchFloats(), path); err != nil {
		b.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(time.Hour) }
	for name, opts := range map[string][]Option{
		"header": {Mmap(MapRead)},
		"once":   {Mmap(MapRead), VerifyOnce(&Verified{now: later})},
		"always": {Mmap(MapRead), VerifyOnce(&Verified{now: func() time.Time { return time.Time{} }})},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m, err := Open[[]float64](path, opts...)
				if err != nil {
					b.Fatal(err)
				}
				m.Close()
			}
		})
	}
}
