// Package eval does what the leaves of a wire.Script say: it evaluates
// expressions, assigns and calls, on the session's own variables and with
// compiled functions. Operators are compiled ones too, one for each type, so
// that overflow, rounding, conversions and the panics of the runtime are those
// of compiled code by construction.
//
// [New] makes a [Program] of a script's leaves. Operations by wire.Expr.Op:
//
//	const        Name as Type; ints and floats in Go's syntax, strings quoted
//	zero         the zero value of Type
//	var, local   a session variable by Name, a variable of a block by N
//	symbol       a function or variable of the standard library, "path.Name"
//	func         a registered function by Name; N-1 is its judged call's number
//	methodof     the exported method Name of the type of the first argument, as a function; likewise
//	log          the function Name of package log, which prints
//	expression   the method Name of the type of the first parameter of Type, as a function; likewise
//	typefor      the reflect.Type of Type
//	addr         the address of a session variable by Name
//	address      of what can be assigned to
//	field        field N of a struct
//	deref        what a pointer points to
//	index        of a slice, array, string or map; index2 also says whether a map has it
//	slice        Args are x and up to three bounds, "none" for those left out
//	binary       operator Name; unary likewise; and, or decide by the first operand
//	convert      to Type, interfaces included; assert, assert2 a type assertion
//	bound        the method Name of what Args[0], an interface, holds, as a value of Type;
//	             or with two Args a registered function and its receiver
//	call         Args are the function and its arguments; Name "..." passes a slice on
//	method       Args are the receiver and the arguments of its method Name
//	struct       fields Keys of a struct of Type
//	list         elements Keys of a slice or array of Type, N long
//	map          keys and values in turn
//	pointer      a pointer to a new variable with the value
//	builtin      Name is len, cap, append, copy, delete, make, min, max, clear, close, new or panic
//	send         Args are a channel and a value
//	receive      from a channel; Name is "ok" if it is to say whether something was sent
//	tuple        the values of Args
//	enter, leave a literal that is called where it stands
//	select       the element of Keys that belongs to the one of Args that can be done, N if it
//	             is no less than 0 and none can; those that receive have two places more
//	let          the last of Args, after the N statements before it
//	result       shows the values as the cell's
//	generic      the instance of the generic function Name that has the Type
//	is           whether an interface holds a value of Type, or nil if there is none
//	assign       the first N of Args get the values of the others
//	update       the first of Args gets itself, operator Name, the second
//	fresh        as a place: local variable N, made anew
//	blank        as a place: nothing
//	range        starts loop N over a value
//	next         takes loop N one step on; its key and value go to the places in Args
//	switch       the element of Keys that belongs to the first of Args that is true, else N
package eval
