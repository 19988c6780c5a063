//go:build !linux

package memo

import (
	"errors"
	"os"
)

func anonymousTemp(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func linkTemp(*os.File, string) error { return errors.ErrUnsupported }
