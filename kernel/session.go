package kernel

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"sync"
)

// sessionNumber is the number of the running session in history messages.
// Earlier sessions are not kept.
const sessionNumber = 1

// A session counts cells and remembers those that went into the history.
type session struct {
	mu      sync.Mutex
	count   int
	entries []historyCell
}

type historyCell struct {
	number int
	input  string
	output *string // text/plain of the result; nil if there was none
}

// historyEntry is an element of a history_reply: session, number and input, or
// input and output as a pair.
type historyEntry struct {
	cell       historyCell
	withOutput bool
}

func (e historyEntry) MarshalJSON() ([]byte, error) {
	if e.withOutput {
		return marshal([]any{sessionNumber, e.cell.number, []any{e.cell.input, e.cell.output}})
	}
	return marshal([]any{sessionNumber, e.cell.number, e.cell.input})
}

// begin returns the number of a new cell: the next one if it is stored.
func (s *session) begin(code string, store bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if store {
		s.count++
		s.entries = append(s.entries, historyCell{number: s.count, input: code})
	}
	return s.count
}

// end stores the result of a cell.
func (s *session) end(number int, result bundle) {
	var text string
	if json.Unmarshal(result["text/plain"], &text) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.entries) - 1; i >= 0; i-- {
		if s.entries[i].number == number {
			s.entries[i].output = &text
			return
		}
	}
}

func (k *Kernel) history(_ context.Context, _ *request, q historyRequest) any {
	k.session.mu.Lock()
	cells := slices.Clone(k.session.entries)
	k.session.mu.Unlock()
	switch q.AccessType {
	case "range":
		cells = inRange(cells, q)
	case "tail":
		cells = lastN(cells, q.N)
	case "search":
		cells = lastN(matching(cells, q), q.N)
	default:
		return failed("bad content", "history_request: unknown hist_access_type \""+q.AccessType+"\"")
	}
	reply := historyReply{Status: "ok", History: make([]historyEntry, 0, len(cells))}
	for _, c := range cells {
		reply.History = append(reply.History, historyEntry{c, q.Output})
	}
	return reply
}

func inRange(cells []historyCell, q historyRequest) []historyCell {
	if q.Session != 0 && q.Session != sessionNumber {
		return nil
	}
	return slices.DeleteFunc(cells, func(c historyCell) bool {
		return c.number < q.Start || q.Stop != nil && c.number >= *q.Stop
	})
}

func lastN(cells []historyCell, n *int) []historyCell {
	if n == nil || *n >= len(cells) {
		return cells
	}
	return cells[len(cells)-max(0, *n):]
}

// matching keeps the cells that a glob pattern matches; with unique, the last
// one of each text.
func matching(cells []historyCell, q historyRequest) []historyCell {
	seen := make(map[string]bool)
	var found []historyCell
	for _, c := range slices.Backward(cells) {
		if globMatch(q.Pattern, c.input) && !(q.Unique && seen[c.input]) {
			seen[c.input] = true
			found = append(found, c)
		}
	}
	slices.Reverse(found)
	return found
}

// globMatch matches as path.Match does, except that * and ? match slashes too.
// A malformed pattern matches itself.
func globMatch(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	const slash = "\x00" // does not occur in source text
	ok, err := path.Match(strings.ReplaceAll(pattern, "/", slash), strings.ReplaceAll(s, "/", slash))
	if err != nil {
		return pattern == s
	}
	return ok
}
