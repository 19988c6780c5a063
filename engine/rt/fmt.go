package rt

// Fmt are functions of package fmt for the statements of cells: a plugin that
// calls them here need not link that package, which takes longer to link than
// all else that a plugin needs. The engine's process sets it before it opens a
// plugin.
var Fmt Functions

// Functions are the most used functions of package fmt.
type Functions struct {
	Print, Println   func(a ...any) (n int, err error)
	Printf           func(format string, a ...any) (n int, err error)
	Sprint, Sprintln func(a ...any) string
	Sprintf          func(format string, a ...any) string
	Errorf           func(format string, a ...any) error
}
