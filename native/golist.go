package native

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// listed is what go list says about one package.
type listed struct {
	ImportPath string
	Export     string // archive in the build cache
	Standard   bool
	Name       string
	Imports    []string
	ImportMap  map[string]string
	Dir        string // of its source
	Module     *listedModule
	sources
	Error      *struct{ Err string }
	DepsErrors []*struct{ Err string }
}

// listedModule is the module of a package.
type listedModule struct {
	Path, Version string
	Replace       *struct{ Path, Version string } // Version is "" for a directory
	GoVersion     string
}

// sources are the files that a package is made of.
type sources struct {
	GoFiles, SFiles                                    []string
	CgoFiles, CFiles, CXXFiles, MFiles, FFiles, HFiles []string
	SysoFiles, SwigFiles, SwigCXXFiles                 []string
	EmbedPatterns, EmbedFiles                          []string
}

// listFields are the fields of listed.
const listFields = "-json=ImportPath,Export,Standard,Name,Dir,Imports,ImportMap,Module,Error,DepsErrors," +
	"GoFiles,SFiles,CgoFiles,CFiles,CXXFiles,MFiles,FFiles,HFiles,SysoFiles,SwigFiles,SwigCXXFiles,EmbedPatterns,EmbedFiles"

// describe describes packages with everything that they import, dependencies
// first, and compiles nothing. It runs in dir, whose go.mod it completes.
func (e *environ) describe(ctx context.Context, dir string, patterns ...string) ([]listed, error) {
	return e.list(ctx, dir, nil, append([]string{"list", "-mod=mod", "-e", "-deps", "-trimpath", listFields, "--"}, patterns...))
}

// goList compiles packages for plugins, with everything that they import, and
// describes them, dependencies first. It runs in dir, whose go.mod it completes.
// compiled counts the packages that had to be compiled.
func (e *environ) goList(ctx context.Context, dir string, compiled *counter, patterns ...string) ([]listed, error) {
	args := []string{"list", "-mod=mod", "-e", "-export", "-deps", "-trimpath", "-buildmode=plugin", "-v", listFields, "--"}
	if dir == "" {
		dir = os.TempDir()
		args[1] = "-mod=readonly" // of the standard library, outside any module
	}
	return e.list(ctx, dir, compiled, e.withRuntime(append(args, patterns...)...))
}

// list runs go list.
func (e *environ) list(ctx context.Context, dir string, compiled *counter, args []string) ([]listed, error) {
	cmd := e.goCommand(ctx, dir, args...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := runCounted(cmd, compiled)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if dir == os.TempDir() {
			return nil, fmt.Errorf("native: go list: %s", message(stderr, err))
		}
		return nil, fmt.Errorf("native: %w", e.explain("", message(stderr, err)))
	}
	var pkgs []listed
	for dec := json.NewDecoder(&stdout); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("native: go list: %w", err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("native: go list found no packages: %s", message(stderr, errors.New(strings.Join(args, " "))))
	}
	if i := strings.Index(stderr, "# "); i == 0 || i > 0 && stderr[i-1] == '\n' {
		// What does not compile is said on stderr only.
		return nil, fmt.Errorf("native: %w", e.brokenPackage(stderr[i:]))
	}
	return pkgs, nil
}

// runCounted runs a go command with -v or -x and returns what it printed to
// stderr, without the names of compiled packages, which it counts.
func runCounted(cmd *exec.Cmd, compiled *counter) (string, error) {
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var stderr strings.Builder
	lines := bufio.NewReader(pipe)
	for {
		line, err := lines.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			if strings.ContainsAny(text, " :#") {
				stderr.WriteString(line)
			} else {
				compiled.count()
			}
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	if err == nil {
		compiled.finish()
	}
	return stderr.String(), err
}
