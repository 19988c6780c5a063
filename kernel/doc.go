// Package kernel speaks the Jupyter messaging protocol, version 5.4, for an
// [Evaluator] that runs cells.
//
// [New] makes a [Kernel] from a connection file; its Run method binds the five
// sockets, answers requests until a shutdown is asked for, and returns when
// the last reply has been written. Nothing that takes time happens before the
// sockets are bound: the Evaluator is made in the background, and only the
// first request that needs it waits.
//
// The layers, from below: a guard checks what peers send before it is parsed
// (guard.go), a peer is one connection with its own bounded outbox (peer.go,
// outbox.go), a socket is a listener with its peers (socket.go), a codec signs
// and checks messages (codec.go), messages.go holds one struct per message
// type, and dispatch.go has the table from message type to handler.
//
// ZeroMQ's connections come from github.com/go-zeromq/zmq4, its sockets do
// not: they let one client that does not read stall all others, let a silent
// one block new connections, and drop what is queued when they are closed.
//
// A cell that is a name and a question mark, "fmt.Println?", shows in the front
// end's pager what the Evaluator says of the name.
//
// # Limits
//
// Requests on the shell channel are served one after another, in the order in
// which they arrive; the control channel is served beside it. A client that
// reads slowly slows down the cell that prints; one that has stopped reading
// for two seconds loses output instead, and is told so when it reads again.
// Comms and the debugger are not supported: a comm that is opened is closed,
// and a debug request gets an error.
package kernel
