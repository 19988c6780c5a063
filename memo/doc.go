// Package memo keeps the results of function calls in a directory, so that
// none is computed twice.
//
// A [Store] is the directory: it maps keys to entries and may be shared by
// sessions, processes and machines. A [Cache] wraps functions of ordinary Go
// programs so that their calls are looked up in a store first.
package memo
