// Package host is the loop of the engine process: it reads frames from the
// kernel process, opens plugins, runs one cell at a time on a goroutine of
// its own, and answers how the cell ended.
//
// [Main] is the whole engine on the file descriptors that package engine
// prepares; [Serve] is the loop alone, over any reader and writer and with any
// way of opening plugins.
//
// A panic on the cell's goroutine becomes an error with the user's frames. A
// panic on another goroutine, a fatal error of the runtime, or os.Exit end
// the process, as they must: the client tells the user what happened.
package host
