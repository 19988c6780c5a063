package memo

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zeebo/blake3"
)

// Every file of a store is a fileHeader followed by records. A pack holds
// many small records, a file named after its key exactly one. All numbers are
// little endian.
//
// fileHeader, 64 bytes:
//
//	 0  magic "\x89gomemo\n"
//	 8  format version, uint32
//	12  zero
//	16  seal: 16 random bytes, which the checksum of every record covers
//	32  zero
//
// record, a multiple of 8 bytes:
//
//	 0  magic "\xe7MeR"
//	 4  kind, uint8
//	 5  alignment of the payload within the record, 8, 16, 32 or 64, uint8
//	 6  zero
//	 8  length of the record with checksum and final padding, uint64
//	16  key, 32 bytes
//	48  Computed, Unix nanoseconds, int64
//	56  Took, nanoseconds, int64
//	64  lengths of Func, Host and Record, uint32 each
//	76  zero
//	80  lengths of Output and Payload, uint64 each
//	96  Func, Host, Record, Output, zeroes up to the alignment, Payload,
//	    zeroes up to a multiple of 8
//	end checksum: blake3 of the seal and of everything in the record before it;
//	    a payload longer than 1 MiB is represented by the blake3 digests of its
//	    pieces of 1 MiB, which are computed on all processors
//
// The seal keeps a payload that happens to contain a store's file from being
// taken for an entry when a reader looks for the next record behind a damaged
// one.
const (
	formatVersion = 1
	fileMagic     = "\x89gomemo\n"
	recordMagic   = "\xe7MeR"

	fileHeaderSize = 64
	recordFixed    = 96
	checksumSize   = 32
	sealSize       = 16
	pieceSize      = 1 << 20
)

// Kinds of records.
const (
	kindEntry   = 1 // a whole entry
	kindPointer = 2 // an entry without Output and Payload; the whole is in a file of its own
	kindRemoved = 3 // the key's entries computed up to this record's time are void
)

var (
	errDamaged = errors.New("memo: damaged record")
	errShort   = errors.New("memo: record ends early")
)

// A Key names a call: its function, its arguments and whatever else decides
// its result.
type Key [32]byte

func (k Key) String() string { return fmt.Sprintf("%x", k[:]) }

// KeyOf returns the key for a canonical record of a call's parts.
func KeyOf(record []byte) Key { return blake3.Sum256(record) }

// Entry is what a store keeps of one call.
type Entry struct {
	Func     string        // name of the function, for people and for Nearest
	Computed time.Time     // when the call ended
	Took     time.Duration // how long it ran
	Host     string        // machine that ran it
	Record   []byte        // what the key is a digest of, part by part
	Output   []byte        // what it printed and showed
	Payload  []byte        // its results
}

type seal [sealSize]byte

// newFileHeader returns a header with a seal of its own.
func newFileHeader() ([]byte, seal) {
	var s seal
	rand.Read(s[:])
	h := make([]byte, fileHeaderSize)
	copy(h, fileMagic)
	binary.LittleEndian.PutUint32(h[8:], formatVersion)
	copy(h[16:], s[:])
	return h, s
}

// parseFileHeader returns the seal of a file of the present format.
func parseFileHeader(h []byte) (s seal, ok bool) {
	if len(h) < fileHeaderSize || string(h[:8]) != fileMagic ||
		binary.LittleEndian.Uint32(h[8:]) != formatVersion {
		return s, false
	}
	if h[12]|h[13]|h[14]|h[15] != 0 || !allZero(h[32:fileHeaderSize]) {
		return s, false
	}
	copy(s[:], h[16:])
	return s, true
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

func roundUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }

// A record is one record of a file, decoded. Its byte slices alias the buffer
// that it was parsed from.
type record struct {
	kind  uint8
	align uint8
	key   Key
	Entry
}

// size returns the length of r's encoding.
func (r *record) size() uint64 {
	n := recordFixed + uint64(len(r.Func)) + uint64(len(r.Host)) + uint64(len(r.Record)) + uint64(len(r.Output))
	return roundUp(n, uint64(r.align)) + roundUp(uint64(len(r.Payload)), 8) + checksumSize
}

// head appends everything of r before the payload to b.
func (r *record) head(b []byte) []byte {
	start := len(b)
	le := binary.LittleEndian
	b = append(b, recordMagic...)
	b = append(b, r.kind, r.align, 0, 0)
	b = le.AppendUint64(b, r.size())
	b = append(b, r.key[:]...)
	b = le.AppendUint64(b, uint64(r.Computed.UnixNano()))
	b = le.AppendUint64(b, uint64(r.Took))
	b = le.AppendUint32(b, uint32(len(r.Func)))
	b = le.AppendUint32(b, uint32(len(r.Host)))
	b = le.AppendUint32(b, uint32(len(r.Record)))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, uint64(len(r.Output)))
	b = le.AppendUint64(b, uint64(len(r.Payload)))
	b = append(b, r.Func...)
	b = append(b, r.Host...)
	b = append(b, r.Record...)
	b = append(b, r.Output...)
	return padTo(b, start, uint64(r.align))
}

// padTo appends zeroes to b until its length from start on is a multiple of
// align.
func padTo(b []byte, start int, align uint64) []byte {
	n := uint64(len(b) - start)
	var zero [64]byte
	return append(b, zero[:roundUp(n, align)-n]...)
}

// append appends the encoding of r, sealed with s, to b.
func (r *record) append(b []byte, s seal) []byte {
	start := len(b)
	b = r.head(b)
	payload := len(b)
	b = append(b, r.Payload...)
	end := len(b)
	b = padTo(b, payload, 8)
	sum := checksum(s, b[start:payload], b[payload:end], b[end:])
	return append(b, sum[:]...)
}

// writeTo writes the encoding of r to w without joining its parts in memory.
func (r *record) writeTo(w io.Writer, s seal) error {
	head := r.head(nil)
	n := uint64(len(r.Payload))
	end := make([]byte, roundUp(n, 8)-n, 8+checksumSize)
	sum := checksum(s, head, r.Payload, end)
	end = append(end, sum[:]...)
	for _, b := range [][]byte{head, r.Payload, end} {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// checksum returns the checksum of a record, given what stands before its
// payload and behind it.
func checksum(s seal, head, payload, end []byte) (sum [checksumSize]byte) {
	// Small records are the common ones, and a hasher is a 10 kB object.
	const onStack = 4 << 10
	if n := len(head) + len(payload) + len(end); n <= onStack {
		var buf [sealSize + onStack]byte
		b := append(buf[:0], s[:]...)
		b = append(b, head...)
		b = append(b, payload...)
		b = append(b, end...)
		return blake3.Sum256(b)
	}
	h := blake3.New()
	h.Write(s[:])
	h.Write(head)
	if len(payload) <= pieceSize {
		h.Write(payload)
	} else {
		h.Write(pieceDigests(payload))
	}
	h.Write(end)
	h.Sum(sum[:0])
	return sum
}

// pieceDigests returns the digests of the pieces of b, one after the other.
func pieceDigests(b []byte) []byte {
	n := (len(b) + pieceSize - 1) / pieceSize
	digests := make([]byte, n*checksumSize)
	inParallel(n, func(i int) {
		d := blake3.Sum256(b[i*pieceSize : min((i+1)*pieceSize, len(b))])
		copy(digests[i*checksumSize:], d[:])
	})
	return digests
}

// inParallel calls f for 0 to n-1 on all processors.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	wg.Wait()
}

// recordLen returns the length that the record at the start of b claims, if b
// can be one that is at most limit bytes long.
func recordLen(b []byte, limit uint64) (uint64, error) {
	if !bytes.HasPrefix([]byte(recordMagic), b[:min(len(b), len(recordMagic))]) {
		return 0, errDamaged
	}
	if len(b) < recordFixed {
		return 0, errShort
	}
	n := binary.LittleEndian.Uint64(b[8:])
	if n < recordFixed+checksumSize || n > limit || n%8 != 0 {
		return 0, errDamaged
	}
	return n, nil
}

// parseRecord decodes the record that b starts with, at most limit bytes
// long, and returns its length. The error is errShort if more bytes could
// make it one, else errDamaged.
func parseRecord(b []byte, s seal, limit uint64) (r record, n uint64, err error) {
	n, err = recordLen(b, limit)
	if err != nil {
		return r, 0, err
	}
	if n > uint64(len(b)) {
		return r, 0, errShort
	}
	b = b[:n]
	if err := r.decode(b); err != nil {
		return r, 0, err
	}
	payload := n - checksumSize - roundUp(uint64(len(r.Payload)), 8)
	end := payload + uint64(len(r.Payload))
	sum := checksum(s, b[:payload], b[payload:end], b[end:n-checksumSize])
	if !bytes.Equal(sum[:], b[n-checksumSize:]) {
		return r, 0, errDamaged
	}
	return r, n, nil
}

// decode fills r from b, which is a record in full or pretends to be one: the
// checksum has not been looked at.
func (r *record) decode(b []byte) error {
	le := binary.LittleEndian
	r.kind, r.align = b[4], b[5]
	switch r.align {
	case 8, 16, 32, 64:
	default:
		return errDamaged
	}
	copy(r.key[:], b[16:])
	r.Computed = time.Unix(0, int64(le.Uint64(b[48:])))
	r.Took = time.Duration(le.Uint64(b[56:]))

	rest := b[recordFixed : len(b)-checksumSize]
	pos := uint64(recordFixed)
	ok := true
	cut := func(n uint64) []byte {
		if !ok || n > uint64(len(rest)) {
			ok = false
			return nil
		}
		part := rest[:n:n]
		rest = rest[n:]
		pos += n
		return part
	}
	r.Func = string(cut(uint64(le.Uint32(b[64:]))))
	r.Host = string(cut(uint64(le.Uint32(b[68:]))))
	r.Record = cut(uint64(le.Uint32(b[72:])))
	r.Output = cut(le.Uint64(b[80:]))
	cut(roundUp(pos, uint64(r.align)) - pos)
	r.Payload = cut(le.Uint64(b[88:]))
	if !ok || len(rest) >= 8 {
		return errDamaged // also if the padding is not of the length that size gives
	}
	return nil
}
