package kernelspec

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func options(prefix string) Options {
	return Options{Program: "/opt/gomemo", Scope: Scope{Prefix: prefix}}
}

func TestInstallAndUninstall(t *testing.T) {
	t.Parallel()
	prefix := t.TempDir()
	dir, err := Install(options(prefix))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(prefix, "share", "jupyter", "kernels", "gomemo"); dir != want {
		t.Errorf("dir is %s, want %s", dir, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	json.Unmarshal([]byte(`{
		"argv": ["/opt/gomemo", "kernel", "-connection-file", "{connection_file}"],
		"display_name": "Go (gomemo)", "language": "go", "interrupt_mode": "message", "metadata": {"debugger": false}
	}`), &want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("kernel.json is %s", data)
	}

	// Again, with other content: it is replaced.
	o := options(prefix)
	o.Env, o.DisplayName = map[string]string{"A": "b"}, "Other"
	if _, err := Install(o); err != nil {
		t.Fatal(err)
	}
	s, err := read(dir)
	if err != nil || s.Env["A"] != "b" || s.DisplayName != "Other" {
		t.Errorf("%+v %v", s, err)
	}

	if gone, err := Uninstall("", o.Scope); err != nil || gone != dir {
		t.Errorf("Uninstall: %q %v", gone, err)
	}
	if _, err := Uninstall("", o.Scope); !errors.Is(err, ErrNotFound) {
		t.Errorf("second Uninstall: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

func TestLogos(t *testing.T) {
	t.Parallel()
	dir, err := Install(options(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range logoNames() {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		switch name {
		case "logo-32x32.png", "logo-64x64.png":
			size := map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64}[name]
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size {
				t.Errorf("%s: %v", name, err)
			}
		default:
			for d := xml.NewDecoder(bytes.NewReader(data)); err == nil; {
				_, err = d.Token()
			}
			if err != io.EOF {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if total > 10_000 {
		t.Errorf("the logos take %d bytes", total)
	}
}

func TestLogosAreGenerated(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "logo")
	if out, err := exec.Command("go", "build", "-o", program, "./internal/logo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range logoNames() {
		want, err := logos.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(cmd.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what go generate makes", name)
		}
	}
}

func TestForeignIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(dir string) error{
		"file in the way": func(dir string) error { return os.WriteFile(dir, nil, 0o644) },
		"link": func(dir string) error {
			if err := os.Mkdir(dir+"2", 0o755); err != nil {
				return err
			}
			return os.Symlink(dir+"2", dir)
		},
		"other kernel": func(dir string) error {
			return writeSpec(dir, `{"argv":["/bin/gonb","--kernel","{connection_file}"],"display_name":"Go","language":"go"}`)
		},
		"broken kernel.json": func(dir string) error { return writeSpec(dir, `{`) },
		"empty directory":    func(dir string) error { return os.Mkdir(dir, 0o755) },
		"file of the user": func(dir string) error {
			data, err := json.Marshal(New(Options{Program: "/opt/gomemo"}))
			if err != nil {
				return err
			}
			if err := writeSpec(dir, string(data)); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "kernel.js"), nil, 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t.TempDir())
			kernels, err := o.Scope.kernels()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(kernels, 0o755); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(kernels, DefaultName)
			if err := make(dir); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, kernels)
			if _, err := Install(o); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), dir) {
				t.Errorf("Install: %v", err)
			}
			if _, err := Uninstall("", o.Scope); !errors.Is(err, ErrForeign) {
				t.Errorf("Uninstall: %v", err)
			}
			if after := snapshot(t, kernels); after != before {
				t.Errorf("was\n%s\nis\n%s", before, after)
			}
		})
	}
}

func writeSpec(dir, content string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, specFile), []byte(content), 0o644)
}

// snapshot lists all files under a directory with their content.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		b.WriteString(path + " " + d.Type().String())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.Write(data)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestUnusablePrefix(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(options(file)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("prefix is a file: %v", err)
	}
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		return // may write everywhere
	}
	locked := t.TempDir()
	if err := os.Chmod(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(options(locked)); !errors.Is(err, os.ErrPermission) {
		t.Errorf("prefix is read-only: %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	prefix := t.TempDir()
	for _, name := range []string{"a/b", "..", ".hidden", "a b", "ä", "a\n"} {
		o := options(prefix)
		o.Name = name
		if _, err := Install(o); err == nil {
			t.Errorf("name %q: no error", name)
		}
		if _, err := Uninstall(name, o.Scope); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("Uninstall %q: %v", name, err)
		}
	}
	o := options(prefix)
	o.Program = "gomemo"
	if _, err := Install(o); err == nil {
		t.Error("relative program: no error")
	}
	o = options(prefix)
	o.Scope.SysPrefix = true
	if _, err := Install(o); err == nil {
		t.Error("two scopes: no error")
	}
	if left := snapshot(t, prefix); strings.Count(left, "\n") != 1 {
		t.Errorf("left\n%s", left)
	}
}

// setEnv gives the test an environment without Jupyter, and returns the
// directories that it names.
func setEnv(t *testing.T) (path1, path2, data, venv string) {
	t.Helper()
	root := t.TempDir()
	for _, d := range []struct {
		name string
		to   *string
	}{{"path1", &path1}, {"path2", &path2}, {"data", &data}, {"venv", &venv}} {
		*d.to = filepath.Join(root, d.name)
	}
	t.Setenv("JUPYTER_PATH", path1+string(filepath.ListSeparator)+path2)
	t.Setenv("JUPYTER_DATA_DIR", data)
	t.Setenv("VIRTUAL_ENV", venv)
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv("HOME", filepath.Join(root, "home"))
	return path1, path2, data, venv
}

func TestScopesAndFind(t *testing.T) {
	path1, path2, data, venv := setEnv(t)
	if _, err := Find(""); err == nil || !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing installed: %v", err)
	}
	// From the last place of the search path to the first: each hides the one before.
	for _, test := range []struct {
		install func() (string, error)
		want    string
	}{
		{func() (string, error) { return Install(Options{Program: "/1"}) }, data},
		{func() (string, error) { return Install(Options{Program: "/2", Scope: Scope{SysPrefix: true}}) },
			filepath.Join(venv, "share", "jupyter")},
		{func() (string, error) { return "", foreign(path2, "gomemo") }, path2},
		{func() (string, error) { return "", foreign(path1, "GoMemo") }, path1},
	} {
		dir, err := test.install()
		if err != nil {
			t.Fatal(err)
		}
		k, err := Find("GOMEMO")
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(filepath.Dir(k.Dir)) != test.want || dir != "" && k.Dir != dir || k.Ours != (dir != "") {
			t.Errorf("found %+v, want one in %s", k, test.want)
		}
	}
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("JUPYTER_PREFER_ENV_PATH", "0")
	if k, err := Find(""); err != nil || filepath.Dir(filepath.Dir(k.Dir)) != data {
		t.Errorf("the user's directory preferred: %+v %v", k, err)
	}
	t.Setenv("JUPYTER_PATH", path1+string(filepath.ListSeparator)+path2)
	if err := foreign(path2, "another"); err != nil {
		t.Fatal(err)
	}
	if err := writeSpec(filepath.Join(path2, "kernels", "broken"), "{"); err != nil {
		t.Fatal(err)
	}
	all, err := List()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, k := range all {
		names[k.Name]++
	}
	if names["gomemo"] != 1 || names["another"] != 1 || names["broken"] != 0 {
		t.Errorf("List: %v", names)
	}
}

func foreign(data, name string) error {
	dir := filepath.Join(data, "kernels", name)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return writeSpec(dir, `{"argv":["x"],"display_name":"X","language":"x"}`)
}

func TestUserDataDir(t *testing.T) {
	setEnv(t)
	t.Setenv("JUPYTER_DATA_DIR", "")
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_DATA_HOME", "/xdg")
	want := map[string]string{
		"darwin":  "/home/ada/Library/Jupyter",
		"windows": filepath.Join(os.Getenv("APPDATA"), "jupyter"),
	}[runtime.GOOS]
	if want == "" {
		want = "/xdg/jupyter"
	}
	if got, err := userData(); err != nil || got != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestCondaBaseIsNoEnvironment(t *testing.T) {
	setEnv(t)
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "/conda")
	t.Setenv("CONDA_DEFAULT_ENV", "base")
	if d := environment(); d != "" {
		t.Errorf("base: %q", d)
	}
	t.Setenv("CONDA_DEFAULT_ENV", "work")
	if d := environment(); d != "/conda" {
		t.Errorf("work: %q", d)
	}
}
