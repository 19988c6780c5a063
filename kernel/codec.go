package kernel

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

var (
	delimiter    = []byte("<IDS|MSG>")
	errSignature = errors.New("wrong signature")
)

const (
	dateFormat = "2006-01-02T15:04:05.000000Z"
	emptyJSON  = "{}"
)

// message is a message as it was received, its signature checked.
type message struct {
	route   [][]byte // identities before the delimiter
	header  header
	raw     json.RawMessage // the header as it was sent: replies carry it back
	parent  json.RawMessage // the parent header
	meta    json.RawMessage
	content json.RawMessage
	buffers [][]byte
}

// A codec turns messages into frames and back. It may be used by several
// goroutines.
type codec struct {
	key     []byte
	hash    func() hash.Hash // nil: no signatures
	session string
	user    string
	count   atomic.Int64
}

func newCodec(key string, h func() hash.Hash) *codec {
	return &codec{key: []byte(key), hash: h, session: uuid.NewString(), user: "kernel"}
}

// decode checks the signature before it looks at anything else.
func (c *codec) decode(frames [][]byte) (*message, error) {
	i := 0
	for ; i < len(frames) && !bytes.Equal(frames[i], delimiter); i++ {
	}
	if len(frames)-i < 6 {
		return nil, fmt.Errorf("message of %d frames is not complete", len(frames))
	}
	parts := frames[i+2 : i+6]
	if c.hash != nil && !hmac.Equal(c.sign(parts), frames[i+1]) {
		return nil, errSignature
	}
	m := &message{route: frames[:i], raw: parts[0], parent: parts[1], meta: parts[2], content: parts[3], buffers: frames[i+6:]}
	for n, part := range parts {
		if !object(part) {
			return nil, fmt.Errorf("frame %d after the signature is not a JSON object", n+1)
		}
	}
	if err := json.Unmarshal(m.raw, &m.header); err != nil {
		return nil, fmt.Errorf("header: %v", err)
	}
	if m.header.Type == "" || m.header.MsgID == "" {
		return nil, errors.New("header without msg_type or msg_id")
	}
	return m, nil
}

// encode makes the frames of a message of ours. parent is the header it
// answers, nil for none; meta may be nil.
func (c *codec) encode(route [][]byte, msgType string, parent json.RawMessage, meta, content any) ([][]byte, error) {
	head, err := marshal(header{
		MsgID:   c.session + "_" + strconv.FormatInt(c.count.Add(1), 10),
		Session: c.session,
		User:    c.user,
		Date:    time.Now().UTC().Format(dateFormat),
		Type:    msgType,
		Version: protocolVersion,
	})
	if err != nil {
		return nil, err
	}
	body, err := marshal(content)
	if err != nil {
		return nil, err
	}
	m := []byte(emptyJSON)
	if meta != nil {
		if m, err = marshal(meta); err != nil {
			return nil, err
		}
	}
	if parent == nil {
		parent = []byte(emptyJSON)
	}
	frames := make([][]byte, 0, len(route)+6)
	frames = append(frames, route...)
	frames = append(frames, delimiter, nil, head, parent, m, body)
	if c.hash != nil {
		frames[len(route)+1] = c.sign(frames[len(route)+2:])
	}
	return frames, nil
}

func (c *codec) sign(parts [][]byte) []byte {
	h := hmac.New(c.hash, c.key)
	for _, p := range parts {
		h.Write(p)
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}

// object reports whether data is one JSON object.
func object(data []byte) bool {
	t := bytes.TrimLeft(data, " \t\r\n")
	return len(t) > 0 && t[0] == '{' && json.Valid(data)
}

// marshal is json.Marshal without the escapes that only HTML needs, which
// would make an SVG or a table a fifth longer.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
