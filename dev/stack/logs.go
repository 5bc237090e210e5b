package stack

import (
	"bytes"
	"os"
)

// tailBytes is how much of a log a failed test shows of each process.
const tailBytes = 4 << 10

// tail returns the last lines of a log.
func tail(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	if cut := len(text) - tailBytes; cut > 0 {
		text = text[cut:]
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			text = text[i+1:]
		}
	}
	return string(text)
}
