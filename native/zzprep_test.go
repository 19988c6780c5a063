package native
import ("testing";"os";"time";"context";"gomemo")
func TestReal(t *testing.T) {
	t0 := time.Now()
	last := ""
	tc, err := Prepare(context.Background(), Options{Dir: os.Getenv("NATDIR"), Source: gomemo.Source, Progress: func(s string, f float64) { if s != last { last = s; t.Logf("%6.2f %4.0f%% %s", time.Since(t0).Seconds(), f*100, s) } }, Warn: func(s string) { t.Log(s) }})
	if err != nil { t.Fatal(err) }
	t.Log("prepare", time.Since(t0), tc.linker)
	w, err := tc.Open(context.Background(), "")
	if err != nil { t.Fatal(err) }
	t0 = time.Now()
	e, err := w.Engine(context.Background())
	t.Log(e, err, time.Since(t0))
}
