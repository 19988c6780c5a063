package kernel

import "encoding/json"

const protocolVersion = "5.4"

// header identifies a message. Dates are ISO 8601.
type header struct {
	MsgID   string `json:"msg_id"`
	Session string `json:"session"`
	User    string `json:"username"`
	Date    string `json:"date"`
	Type    string `json:"msg_type"`
	Version string `json:"version"`
}

// bundle maps MIME types to content.
type bundle = map[string]json.RawMessage

// empty is a message whose content is {}: interrupt_request and the like.
type empty struct{}

// aborted is the content of a reply to a request that was not tried.
type aborted struct {
	Status string `json:"status"` // "aborted"
}

// failure is the content of every reply that reports an error.
type failure struct {
	Status    string   `json:"status"` // "error"
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

type executeRequest struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`
	StoreHistory    *bool             `json:"store_history"` // absent: true unless silent
	UserExpressions map[string]string `json:"user_expressions"`
	AllowStdin      *bool             `json:"allow_stdin"`   // absent: true
	StopOnError     *bool             `json:"stop_on_error"` // absent: true
}

// executeReply has status "ok" or "error"; what went wrong
// is there only for "error".
type executeReply struct {
	Status          string             `json:"status"`
	Count           int                `json:"execution_count"`
	Payload         []payload          `json:"payload"`
	UserExpressions map[string]failure `json:"user_expressions"`
	Name            string             `json:"ename,omitempty"`
	Value           *string            `json:"evalue,omitempty"`
	Traceback       []string           `json:"traceback,omitempty"`
}

// payload asks the front end to show a text in its pager.
type payload struct {
	Source string `json:"source"` // "page"
	Data   bundle `json:"data"`
	Start  int    `json:"start"`
}

type executeMetadata struct {
	Started string         `json:"started"`
	Status  string         `json:"status"`
	Gomemo  map[string]any `json:"gomemo,omitempty"`
}

type executeInput struct {
	Code  string `json:"code"`
	Count int    `json:"execution_count"`
}

type executeResult struct {
	Count    int    `json:"execution_count"`
	Data     bundle `json:"data"`
	Metadata bundle `json:"metadata"`
}

type errorOutput struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

type stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// displayData is also the content of update_display_data.
type displayData struct {
	Data      bundle    `json:"data"`
	Metadata  bundle    `json:"metadata"`
	Transient transient `json:"transient"`
}

type transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

type clearOutput struct {
	Wait bool `json:"wait"`
}

type status struct {
	State string `json:"execution_state"` // "starting", "busy" or "idle"
}

type iopubWelcome struct {
	Subscription string `json:"subscription"`
}

type inputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

type inputReply struct {
	Value string `json:"value"`
}

type kernelInfoReply struct {
	Status                string       `json:"status"`
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          languageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	Debugger              bool         `json:"debugger"`
	HelpLinks             []HelpLink   `json:"help_links"`
	SupportedFeatures     []string     `json:"supported_features"`
}

type languageInfo struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	MIMEType       string `json:"mimetype"`
	FileExtension  string `json:"file_extension"`
	PygmentsLexer  string `json:"pygments_lexer"`
	CodeMirrorMode string `json:"codemirror_mode"`
}

// HelpLink is an entry of the front end's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

type isCompleteRequest struct {
	Code string `json:"code"`
}

type isCompleteReply struct {
	Status string `json:"status"`
	Indent string `json:"indent"`
}

type completeRequest struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"` // in code points; absent: the end
}

type completeReply struct {
	Status   string           `json:"status"`
	Matches  []string         `json:"matches"`
	Start    int              `json:"cursor_start"`
	End      int              `json:"cursor_end"`
	Metadata completeMetadata `json:"metadata"`
}

type completeMetadata struct {
	Types []completionType `json:"_jupyter_types_experimental,omitempty"`
}

type completionType struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature,omitempty"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

type inspectRequest struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"` // in code points; absent: the end
	Detail int    `json:"detail_level"`
}

type inspectReply struct {
	Status   string `json:"status"`
	Found    bool   `json:"found"`
	Data     bundle `json:"data"`
	Metadata bundle `json:"metadata"`
}

type historyRequest struct {
	Output     bool   `json:"output"`
	Raw        bool   `json:"raw"`
	AccessType string `json:"hist_access_type"` // "range", "tail" or "search"
	Session    int    `json:"session"`          // range: 0 is this one, negative counts back
	Start      int    `json:"start"`
	Stop       *int   `json:"stop"` // absent: the end
	N          *int   `json:"n"`    // tail and search: the last n
	Pattern    string `json:"pattern"`
	Unique     bool   `json:"unique"`
}

type historyReply struct {
	Status  string         `json:"status"`
	History []historyEntry `json:"history"`
}

type commInfoReply struct {
	Status string           `json:"status"`
	Comms  map[string]empty `json:"comms"`
}

// commMessage is the content of comm_open, comm_msg and comm_close, without
// what only a comm's owner needs.
type commMessage struct {
	CommID string `json:"comm_id"`
	Data   empty  `json:"data"`
}

type interruptReply struct {
	Status string `json:"status"`
}

type shutdownRequest struct {
	Restart bool `json:"restart"`
}

type shutdownReply struct {
	Status  string `json:"status"`
	Restart bool   `json:"restart"`
}

// debugReply is a DAP response that also says what an error reply says.
type debugReply struct {
	failure
	Type    string `json:"type"` // "response"
	Seq     int    `json:"seq"`
	Request int    `json:"request_seq"`
	Command string `json:"command"`
	Success bool   `json:"success"`
	Message string `json:"message"`
}

type debugRequest struct {
	Seq     int    `json:"seq"`
	Command string `json:"command"`
}
