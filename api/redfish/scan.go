package redfish

import (
	"encoding/json"
	"iter"
)

// What follows walks JSON that the kit has rendered itself: valid, and without
// spaces. Values stay the bytes they are, so that what is left out, replaced or compared is never decoded.

// membersOf ranges over the members of an object: the name as it is written, and the value.
func membersOf(object []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if len(object) < 2 || object[0] != '{' {
			return
		}
		for i := 1; i < len(object) && object[i] == '"'; {
			colon := valueEnd(object, i)
			end := valueEnd(object, colon+1)
			if end > len(object) || !yield(string(object[i+1:colon-1]), object[colon+1:end]) {
				return
			}
			i = end + 1
		}
	}
}

// itemsOf ranges over the items of an array.
func itemsOf(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if len(array) < 3 || array[0] != '[' {
			return
		}
		for i := 1; i < len(array); {
			end := valueEnd(array, i)
			if end > len(array) || !yield(array[i:end]) {
				return
			}
			i = end + 1
		}
	}
}

// valueEnd returns where the value that begins at i ends.
func valueEnd(b []byte, i int) int {
	for depth := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			if i = stringEnd(b, i); depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 { // of what the value is in
				return i
			}
		case ',', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// stringEnd returns where the quote is that ends the string beginning at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return min(i, len(b)-1)
}

// memberOf returns the value of a property, nil when the object has none of that name.
func memberOf(object []byte, name string) []byte {
	for have, value := range membersOf(object) {
		if have == name {
			return value
		}
	}
	return nil
}

const referenceStart = `{"@odata.id":"`

// referenceIn returns the URI of an object that is a reference and nothing else, "" of any other value.
func referenceIn(value []byte) string {
	n := len(referenceStart)
	if len(value) < n+2 || string(value[:n]) != referenceStart || stringEnd(value, n-1) != len(value)-2 {
		return ""
	}
	var uri string
	if json.Unmarshal(value[n-1:len(value)-1], &uri) != nil {
		return ""
	}
	return uri
}
