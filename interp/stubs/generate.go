package stubs

//go:generate go run gen.go
