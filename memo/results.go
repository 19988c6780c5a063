package memo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"

	"gomemo/persist"
)

// Results that are all of basic kinds, strings or nil interfaces are encoded
// here, in a form that takes a tenth of the bytes and of the time of a
// persist container: simpleResults, then for each result its kind and its
// value: 8 bytes for a number (16 for a complex one), a length as uvarint and
// bytes for a string, nothing for a nil interface.
const simpleResults = 0x01

var errResults = errors.New("memo: results do not fit their types")

// EncodeResults encodes the results of a call for [Entry].Payload. Options
// are for [persist.EncodeValues].
func EncodeResults(vs []reflect.Value, opts ...persist.Option) ([]byte, error) {
	if b, ok := appendSimple([]byte{simpleResults}, vs); ok {
		return b, nil
	}
	var buf bytes.Buffer
	if err := persist.EncodeValues(&buf, vs, opts...); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// DecodeResults decodes what EncodeResults encoded, into values of the types
// ts. An error means that payload is damaged, or that the types have changed.
func DecodeResults(payload []byte, ts []reflect.Type, opts ...persist.Option) ([]reflect.Value, error) {
	if len(payload) > 0 && payload[0] == simpleResults {
		return parseSimple(payload[1:], ts)
	}
	return persist.DecodeValues(payload, ts, opts...)
}

func appendSimple(b []byte, vs []reflect.Value) ([]byte, bool) {
	word := binary.LittleEndian.AppendUint64
	for _, v := range vs {
		b = append(b, byte(v.Kind()))
		switch {
		case v.Kind() == reflect.Bool:
			n := uint64(0)
			if v.Bool() {
				n = 1
			}
			b = word(b, n)
		case v.CanInt():
			b = word(b, uint64(v.Int()))
		case v.CanUint():
			b = word(b, v.Uint())
		case v.CanFloat():
			if v.Kind() == reflect.Float32 && math.IsNaN(v.Float()) {
				return nil, false // the conversions would not keep its payload
			}
			b = word(b, math.Float64bits(v.Float()))
		case v.Kind() == reflect.Complex128:
			c := v.Complex()
			b = word(word(b, math.Float64bits(real(c))), math.Float64bits(imag(c)))
		case v.Kind() == reflect.String:
			b = append(binary.AppendUvarint(b, uint64(v.Len())), v.String()...)
		case v.Kind() == reflect.Interface && v.IsNil():
		default:
			return nil, false
		}
	}
	return b, true
}

func parseSimple(b []byte, ts []reflect.Type) ([]reflect.Value, error) {
	vs := make([]reflect.Value, len(ts))
	word := func() (n uint64) {
		if len(b) < 8 {
			b = nil
			return 0
		}
		n = binary.LittleEndian.Uint64(b)
		b = b[8:]
		return n
	}
	for i, t := range ts {
		if len(b) == 0 || reflect.Kind(b[0]) != t.Kind() {
			return nil, errResults
		}
		b = b[1:]
		v := reflect.New(t).Elem()
		short := len(b) < 8
		switch {
		case t.Kind() == reflect.Bool:
			v.SetBool(word() != 0)
		case v.CanInt():
			v.SetInt(int64(word()))
		case v.CanUint():
			v.SetUint(word())
		case v.CanFloat():
			v.SetFloat(math.Float64frombits(word()))
		case t.Kind() == reflect.Complex128:
			short = len(b) < 16
			re := math.Float64frombits(word())
			v.SetComplex(complex(re, math.Float64frombits(word())))
		case t.Kind() == reflect.String:
			n, w := binary.Uvarint(b)
			if short = w <= 0 || n > uint64(len(b)-max(w, 0)); !short {
				v.SetString(string(b[w : w+int(n)]))
				b = b[w+int(n):]
			}
		case t.Kind() == reflect.Interface:
			short = false
		default:
			return nil, errResults
		}
		if short {
			return nil, errResults
		}
		vs[i] = v
	}
	if len(b) != 0 {
		return nil, errResults
	}
	return vs, nil
}
