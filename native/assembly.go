package native

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// assembly is the part of a package that is written in assembly language, if
// there is any.
type assembly struct {
	t       *Toolchain
	pkg     *listed
	dir     string   // for what is made
	objects []string // what the assembler has made
}

// begin asks the assembler what the files define, which the compiler must know.
func (a *assembly) begin(ctx context.Context) error {
	if len(a.pkg.SFiles) == 0 {
		return nil
	}
	// The files may include what the compiler has yet to write.
	if err := os.WriteFile(filepath.Join(a.dir, "go_asm.h"), nil, 0o666); err != nil {
		return fmt.Errorf("native: assemble %s: %w", a.pkg.ImportPath, err)
	}
	return a.run(ctx, append([]string{"-gensymabis", "-o", filepath.Join(a.dir, "symabis")}, a.pkg.SFiles...)...)
}

// compilerFlags are those that the compiler needs beside the usual ones.
func (a *assembly) compilerFlags() []string {
	if len(a.pkg.SFiles) == 0 {
		return []string{"-complete"} // a function without a body is an error
	}
	return []string{"-symabis", filepath.Join(a.dir, "symabis"), "-asmhdr", filepath.Join(a.dir, "go_asm.h")}
}

// finish makes the objects, one of each file, because names with <> are a
// file's own.
func (a *assembly) finish(ctx context.Context) error {
	for _, file := range a.pkg.SFiles {
		object := filepath.Join(a.dir, strings.TrimSuffix(file, ".s")+".o")
		if err := a.run(ctx, "-o", object, file); err != nil {
			return err
		}
		a.objects = append(a.objects, object)
	}
	return nil
}

func (a *assembly) run(ctx context.Context, args ...string) error {
	e := a.t.env
	all := append([]string{"-p", a.pkg.ImportPath, "-trimpath", a.pkg.Dir + "=>" + a.pkg.place(), "-I", a.dir,
		"-I", filepath.Join(e.GOROOT, "pkg", "include"), "-D", "GOOS_" + e.GOOS, "-D", "GOARCH_" + e.GOARCH}, e.levels()...)
	cmd := a.t.tool(ctx, a.pkg.Dir, e.tool("asm"), append(append(all, "-dynlink"), args...)...)
	cmd.Env = append(cmd.Env, "TMPDIR="+a.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("native: %w", e.brokenPackage("# "+a.pkg.ImportPath+"\n"+message(out.String(), err)))
	}
	return nil
}

// levels tell the assembler the architecture's level, as the go command does on
// the architectures of listed.ordinary.
func (e *environ) levels() []string {
	_, level, _ := strings.Cut(e.arch, "=")
	switch {
	case e.GOARCH == "amd64" && level != "":
		return []string{"-D", "GOAMD64_" + level}
	case e.GOARCH == "arm64" && strings.Contains(level, "lse"):
		return []string{"-D", "GOARM64_LSE"}
	}
	return nil
}

const archiveMagic = "!<arch>\n"

// joinArchives writes one archive of the entries of others and of object files,
// which have no such header.
func joinArchives(out string, files []string) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close() // again, where it fails
	if _, err := io.WriteString(f, archiveMagic); err != nil {
		return err
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		entries, ok := bytes.CutPrefix(data, []byte(archiveMagic))
		if !ok {
			// As the go command does: a name of 16 bytes, no time, owner or mode.
			header := fmt.Sprintf("%-16.16s%-12d%-6d%-6d%-8o%-10d`\n", filepath.Base(name), 0, 0, 0, 0o644, len(data))
			entries = append([]byte(header), data...)
		}
		if len(entries)&1 != 0 {
			entries = append(entries, 0)
		}
		if _, err := f.Write(entries); err != nil {
			return err
		}
	}
	return f.Close()
}
