package yaegi

//go:generate go run gen.go
