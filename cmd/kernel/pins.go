package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gomemo/native"
	"gomemo/notebook"
)

// The versions of modules that a notebook has pinned are in its metadata:
//
//	"gomemo": {"modules": {"gonum.org/v1/gonum": "v0.17.0", "example.com/geo": "=>../geo"}}
const (
	metadataKey = "gomemo"
	modulesKey  = "modules"
)

// pinned reads them. Metadata of another shape is somebody else's.
func pinned(nb *notebook.Notebook) map[string]string {
	var all map[string]json.RawMessage
	var pins map[string]string
	if json.Unmarshal(nb.Metadata[metadataKey], &all) != nil || json.Unmarshal(all[modulesKey], &pins) != nil {
		return nil
	}
	return pins
}

// setPinned writes them, and leaves what else is under the key.
func setPinned(nb *notebook.Notebook, pins map[string]string) error {
	all := notebook.Object{}
	if old, ok := nb.Metadata[metadataKey]; ok && json.Unmarshal(old, &all) != nil {
		return fmt.Errorf("the notebook's metadata has a %q that is not an object", metadataKey)
	}
	raw, err := json.Marshal(pins)
	if err != nil {
		return err
	}
	if all == nil {
		all = notebook.Object{}
	}
	all[modulesKey] = raw
	if raw, err = json.Marshal(all); err != nil {
		return err
	}
	if nb.Metadata == nil {
		nb.Metadata = notebook.Object{}
	}
	nb.Metadata[metadataKey] = raw
	return nil
}

// sessionNotebook is the notebook that Jupyter has started the kernel for, if
// it says so: Jupyter Server does, with a path, and consoles do not.
func sessionNotebook() native.Notebook {
	n := native.Notebook{Dir: "."}
	name := os.Getenv("JPY_SESSION_NAME")
	if filepath.Ext(name) != ".ipynb" {
		return n
	}
	n.File = name
	if nb, err := notebook.ReadFile(name); err == nil {
		n.Pins = pinned(nb)
	}
	return n
}
