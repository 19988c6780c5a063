package session

// What follows looks like code of a notebook.

//line cell-f00.go:1
func chatter(started, stop, stopped chan bool) {
	defer close(stopped)
	close(started)
	<-stop
}
