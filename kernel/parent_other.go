//go:build !unix

package kernel

// parentGone never reports the end of the parent: there is no process id to
// compare on these systems.
func parentGone() func() bool {
	return func() bool { return false }
}
