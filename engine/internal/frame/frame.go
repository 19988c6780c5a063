package frame

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Limit is the largest frame. It is far beyond any image or table that a
// browser can show.
const Limit = 1 << 30

// Append appends the frame of v to buf.
func Append(buf []byte, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return buf, err
	}
	if len(data) > Limit {
		return buf, fmt.Errorf("frame of %d bytes is too large", len(data))
	}
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(data)))
	return append(buf, data...), nil
}

// Read reads one frame into v. It returns io.EOF only at a boundary between
// frames.
func Read(r io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n, err := length(head[:])
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, n); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return json.Unmarshal(body.Bytes(), v)
}

// Next splits the first complete frame off buf and decodes it into v. ok is
// false if buf does not hold one yet.
func Next(buf []byte, v any) (rest []byte, ok bool, err error) {
	if len(buf) < 4 {
		return buf, false, nil
	}
	n, err := length(buf)
	if err != nil {
		return buf, false, err
	}
	if int64(len(buf)-4) < n {
		return buf, false, nil
	}
	return buf[4+n:], true, json.Unmarshal(buf[4:4+n], v)
}

func length(head []byte) (int64, error) {
	n := int64(binary.LittleEndian.Uint32(head))
	if n > Limit {
		return 0, fmt.Errorf("frame of %d bytes is too large", n)
	}
	return n, nil
}
