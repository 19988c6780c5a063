package display

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
)

// A Bundle is one thing to show, in one or more representations.
type Bundle struct {
	// Data maps a MIME type to its content: a JSON string for text and for
	// base64 of binary formats, any JSON value for application/json and its
	// relatives.
	Data map[string]json.RawMessage
	// Metadata maps a MIME type to hints for drawing it, such as the width
	// and height of an image.
	Metadata map[string]json.RawMessage
}

// A Displayer decides how its values are shown.
type Displayer interface {
	Display() Bundle
}

// PNG shows an encoded image.
func PNG(data []byte) Bundle { return binary("image/png", data) }

// JPEG shows an encoded image.
func JPEG(data []byte) Bundle { return binary("image/jpeg", data) }

// SVG shows a drawing given as its XML text.
func SVG(text string) Bundle { return textual("image/svg+xml", text) }

// HTML shows a fragment of a page.
func HTML(text string) Bundle { return textual("text/html", text) }

// Markdown shows formatted text.
func Markdown(text string) Bundle { return textual("text/markdown", text) }

// Latex shows a formula, its $ signs included.
func Latex(text string) Bundle { return textual("text/latex", text) }

// Text shows plain text.
func Text(text string) Bundle { return textual("text/plain", text) }

// JSON shows v as a tree. A value that encoding/json refuses is shown as the
// text of the error.
func JSON(v any) Bundle {
	data, err := json.Marshal(v)
	if err != nil {
		return Text(fmt.Sprintf("display: JSON of %T: %v", v, err))
	}
	return Bundle{Data: map[string]json.RawMessage{"application/json": data}}
}

// Image shows m as a PNG, with its size as plain text. An image that cannot
// be encoded is shown as the text of the error.
func Image(m image.Image) Bundle {
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		return Text(fmt.Sprintf("display: image %v: %v", m.Bounds(), err))
	}
	b := PNG(buf.Bytes())
	size := m.Bounds().Size()
	return b.With(Text(fmt.Sprintf("image %dx%d", size.X, size.Y)))
}

// With returns b together with the representations of others; a later one
// replaces an earlier one of the same MIME type.
func (b Bundle) With(others ...Bundle) Bundle {
	all := Bundle{Data: make(map[string]json.RawMessage)}
	for _, o := range append([]Bundle{b}, others...) {
		maps.Copy(all.Data, o.Data)
		for mime, data := range o.Metadata {
			if all.Metadata == nil {
				all.Metadata = make(map[string]json.RawMessage)
			}
			all.Metadata[mime] = data
		}
	}
	return all
}

// Plain returns the text/plain representation, or if there is none the MIME
// types that there are.
func (b Bundle) Plain() string {
	var s string
	if json.Unmarshal(b.Data["text/plain"], &s) == nil {
		return s
	}
	return fmt.Sprintf("[%s]", mimeTypes(b.Data))
}

func textual(mime, text string) Bundle {
	return Bundle{Data: map[string]json.RawMessage{mime: encode(text)}}
}

func binary(mime string, data []byte) Bundle {
	return Bundle{Data: map[string]json.RawMessage{mime: encode(data)}}
}

// encode cannot fail: v is a string or a []byte. HTML is left unescaped, as
// it is content here and not part of a page.
func encode(v any) json.RawMessage {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
