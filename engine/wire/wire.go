package wire

import (
	"encoding/json"
	"time"
)

// Run asks the engine to evaluate one cell. Exactly one of Entry and Script
// is set.
type Run struct {
	Seq     int      // evaluation number, unique within a session
	Plugins []string // plugin files to open first, in order; opened ones are skipped
	Vars    []Var    // variables this cell declares or binds, applied before it runs
	Drop    []string // variables to forget first; their storage is zeroed
	Keep    []string // variables whose storage, when they leave it, stays as it is: something may point to it
	Stale   []string // generated packages whose types the notebook has replaced; values of them may still be about
	Renew   *Renewal // what to do about them, once the variables are bound; nil if nothing

	Entry  string  // compiled tier: the plugin file whose Run function is the cell
	Script *Script // interpreted tier

	Sites []Site // judged call sites, by index
}

// Var says where a variable of the session lives.
type Var struct {
	Name string
	Unit string // import path of the generated package that declares it; "" for the engine's heap
	Type *Type  // for the engine's heap: how to make it
	Home string // a variable of compiled code that it shares the memory of, "nb/<hash>.name"; "" if Type says how to make it
	Move bool   // the type differs from the one it had in nothing but methods: keep the value
	Of   string // a variable whose memory it is, too, with the type Type; "" if none
}

// A Renewal gives values in interfaces, which remember their types, those that
// took the place of theirs.
type Renewal struct {
	Types []Renewed
	Cells map[string]int // variables -> the cell that declared it
}

// Renewed is a type that was declared again: the names and packages it had and has.
type Renewed struct {
	Name     string
	Old, New string
	Cell     int // that changed it
}

// Script is a cell for the interpreter. Source holds statements that have to do
// with order and choice only: if, for, switch, break and continue. What is to
// be done, decided and selected stands in Leaves, and Source mentions it by
// index: L(3) does Leaves[3], B(4) is its truth, I(5) the number of the case
// that it selects.
type Script struct {
	Source string
	File   string // what the cell's text is called in compiled code
	Leaves []Leaf
	Locals []*Type // of the variables that belong to blocks of the cell
	Limits []Limit // what must hold before anything runs
	Funcs  []*Func // functions of the notebook that the leaves call as "main.<Name>"
}

// A Func is a function of the notebook that is interpreted. Its Source may
// return. Without one the leaves are done in order.
type Func struct {
	Name     string
	Title    string // what frames call it
	File     string // what frames call the text that Lines are lines of
	Code     string // what it is called in compiled code
	Params   []int  // local variables that have the arguments
	Results  []int  // and the results
	Variadic bool
	Calls    []string // other functions
	Source   string
	Leaves   []Leaf
	Locals   []*Type
}

// A Leaf is what a script does in one go.
type Leaf struct {
	Line int // in the cell, 1-based
	Expr Expr
}

// A Limit keeps long loops from being interpreted: if the length, or the
// value, of a session variable is above Max the script is not run, and the
// answer is an Error of Kind "long".
type Limit struct {
	Var string
	Max int
}

// Expr is an operation on values, applied to those of Args. Every conversion
// is one of its own, so that operands have the types that the operation wants.
// engine/eval lists the operations and what they make of the other fields.
type Expr struct {
	Op   string
	Type *Type  `json:",omitempty"`
	Name string `json:",omitempty"` // of a variable, function, method or operator; the text of a constant
	N    int    `json:",omitempty"` // a field, a local variable, a judged call's number plus one
	Keys []int  `json:",omitempty"` // indices of a literal's elements, numbers of its fields
	Line int    `json:",omitempty"` // if it is not that of what it is an operand of
	Args []Expr `json:",omitempty"`
}

// Type describes a type that the engine can construct by reflection.
type Type struct {
	Kind   string  // a basic type's name, "slice", "array", "map", "pointer", "struct", "func", "chan", "named", "any", "error"
	Name   string  `json:",omitempty"` // named: "nb/<hash>.T" or "time.Duration"; chan: "send", "receive" or "" for both
	Key    *Type   `json:",omitempty"` // map
	Elem   *Type   `json:",omitempty"` // slice, array, map, pointer
	Len    int     `json:",omitempty"` // array
	Fields []Field `json:",omitempty"` // struct

	In, Out  []*Type `json:",omitempty"` // func
	Variadic bool    `json:",omitempty"` // func
}

// Field is a field of a struct that has no name. None is embedded.
type Field struct {
	Name string
	Path string `json:",omitempty"` // of the package that it is known in; "" for all of them
	Type *Type
	Tag  string `json:",omitempty"`
}

// Site is one call in a top-level statement that is looked up before it runs.
type Site struct {
	Func    string   // as the user writes it: "train", "(*Model).Fit"
	Cell    int      // cell number
	Line    int      // line in the cell, 1-based
	Params  []string // names of the parameters, the receiver's first; "" or missing ones are not named
	Code    string   // hex hash of the code closure
	Globals []string // session variables the closure reads, sorted
	Refuse  string   // why the call is never remembered; "" if it may be
	Bare    bool     // the call is only counted: what it reaches can look at who called it
}

// Call is the verdict on one judged call: an element of "calls" in
// application/vnd.gomemo.cache.v1+json.
type Call struct {
	Func       string  `json:"func"`
	Cell       int     `json:"cell"`
	Line       int     `json:"line"`
	Verdict    string  `json:"verdict"` // "hit", "miss", "refused" or "cheap"
	Reason     string  `json:"reason,omitempty"`
	TookMS     float64 `json:"took_ms"`
	SavedMS    float64 `json:"saved_ms"`
	Key        string  `json:"key,omitempty"`
	Bytes      int64   `json:"bytes,omitempty"`
	ComputedAt string  `json:"computed_at,omitempty"` // RFC 3339
	Host       string  `json:"host,omitempty"`
	Count      int     `json:"count,omitempty"` // this entry stands for Count calls; 0 means 1
}

// Done is the engine's answer to Run.
type Done struct {
	Seq    int
	Error  *Error                     // nil when the cell ran to its end
	Result map[string]json.RawMessage // MIME bundle of the last expression; nil if none
	Calls  []Call
	Took   time.Duration // inside the user's code
}

// Error is how a cell failed.
type Error struct {
	Kind    string // "panic", "interrupt", "long" (see Limit), "load" (a plugin or a binding), "died" (made by the client)
	Message string // panic: as the runtime prints it after "panic: "
	Frames  []Frame
}

// Frame is one call of the user's code on the stack, innermost first. File is
// the name in the generated code's //line directive, Line is relative to it.
// A script's own frame has the File "cell" and the cell's line. A frame
// without File stands for calls that were left out, and Func says how many.
type Frame struct {
	Func string
	File string
	Line int
}

// Death is the error of a client whose engine process ended while it ran a
// cell, or before it.
type Death struct {
	Message  string  // what happened, for the user: "os.Exit(3)", "killed (signal 9)", "panic: boom [in a goroutine]"
	ExitCode int     // -1 when ended by a signal
	Signal   string  // "" when it exited
	Frames   []Frame // of the goroutine that failed, when the engine printed them
	Calls    []Call  // verdicts that were known before
}

func (d *Death) Error() string { return d.Message }
