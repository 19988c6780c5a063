package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomemo"
	"gomemo/interp"
	"gomemo/native"
)

// importRows are modules that the user's module cache may have, and an
// expression that uses them.
var importRows = []struct{ name, module, path, use string }{
	{"mat", "gonum.org/v1/gonum@v0.17.0", "gonum.org/v1/gonum/mat", "mat.Sum(mat.NewDense(2, 2, []float64{1, 2, 3, 4}))"},
	{"optimize", "gonum.org/v1/gonum@v0.17.0", "gonum.org/v1/gonum/optimize", "optimize.DefaultSettings"},
	{"distuv", "gonum.org/v1/gonum@v0.17.0", "gonum.org/v1/gonum/stat/distuv", "distuv.Normal{Mu: 1, Sigma: 2}.Prob(1)"},
	{"plot", "gonum.org/v1/plot@v0.17.0", "gonum.org/v1/plot", "plot.New().Title.Text"},
	{"zstd", "github.com/klauspost/compress@v1.20.3", "github.com/klauspost/compress/zstd", "zstd.NewReader(nil)"},
	{"cbor", "github.com/fxamacker/cbor/v2@v2.9.6", "github.com/fxamacker/cbor/v2", "cbor.Marshal(1)"},
}

// coldToolchain is the prepared toolchain with another cache directory, which
// has nothing but the engine: no package of a module is compiled.
func coldToolchain(b testing.TB, dir string) *native.Toolchain {
	b.Helper()
	if _, err := toolchain(); err != nil {
		b.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []string{"toolchain", "engine", "source"} {
		if err := os.Symlink(filepath.Join(cache, "gomemo", kind), filepath.Join(dir, kind)); err != nil {
			b.Fatal(err)
		}
	}
	tc, err := native.Prepare(b.Context(), native.Options{Dir: dir, Source: gomemo.Source})
	if err != nil {
		b.Fatal(err)
	}
	return tc
}

// importing starts the session of a notebook.
func importing(b *testing.B, tc *native.Toolchain, dir string) *interp.Session {
	b.Helper()
	ws, err := tc.OpenNotebook(b.Context(), native.Notebook{Dir: dir, File: "n.ipynb"})
	if err != nil {
		b.Fatal(err)
	}
	s := startSession(b, tc, ws, interp.Auto, filepath.Join(b.TempDir(), "calls"))
	mustRun(b, s, "1")
	return s
}

// processorTime is what this process and those that it has waited for took.
func processorTime(b *testing.B) (d time.Duration) {
	b.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		d += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return d
}

// BenchmarkImport is a cell that imports a module which is downloaded, and the
// next one, which uses it: compiled by nobody before; again in the notebook's
// next session; and compiled by others, in a directory with a go.mod that
// nobody had before, for which the go command must be asked each time.
func BenchmarkImport(b *testing.B) {
	whole := b                 // has the directories that sessions share
	b.Setenv("GONOSUMDB", "*") // what is downloaded has been verified
	for _, row := range importRows {
		module, version, _ := strings.Cut(row.module, "@")
		tc, err := toolchain()
		if err != nil {
			b.Fatal(err)
		}
		notebook := whole.TempDir()
		for _, c := range []struct {
			name  string
			begin func(b *testing.B) *interp.Session
		}{
			{"cold", func(b *testing.B) *interp.Session {
				tc, notebook = coldToolchain(whole, whole.TempDir()), whole.TempDir()
				s := importing(b, tc, notebook)
				if o := s.Execute(b.Context(), "%go mod edit -require="+row.module, 1, &console{}); o.Err != nil {
					b.Fatal(o.Err)
				}
				return s
			}},
			{"again", func(b *testing.B) *interp.Session { return importing(b, tc, notebook) }},
			{"module", func(b *testing.B) *interp.Session {
				dir := whole.TempDir()
				write(b, filepath.Join(dir, "go.mod"), []byte("module example.com/bench\n\ngo 1.26.0\n\nrequire "+module+" "+version+"\n"))
				return importing(b, tc, dir)
			}},
		} {
			b.Run(row.name+"/"+c.name, func(b *testing.B) {
				var imports, uses []time.Duration
				var cpu time.Duration
				for b.Loop() {
					b.StopTimer()
					s := c.begin(b)
					began, busy := time.Now(), processorTime(b)
					b.StartTimer()
					if o := s.Execute(b.Context(), "import \""+row.path+"\"", 1, &console{}); o.Err != nil {
						b.Skipf("go mod download %s: %v", row.module, o.Err)
					}
					imports = append(imports, time.Since(began))
					mustRun(b, s, row.use)
					uses = append(uses, time.Since(began))
					b.StopTimer()
					cpu += processorTime(b) - busy
					s.Close()
					b.StartTimer()
				}
				b.ReportMetric(median(imports), "import-ms")
				b.ReportMetric(median(uses), "with-use-ms")
				b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
