// Package wire holds the messages that the kernel process and the engine
// process exchange: plain data, no behaviour.
package wire
