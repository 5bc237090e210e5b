package bench

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// list is what a collection says of its members.
type list struct {
	Count   int `json:"Members@odata.count"`
	Members []struct {
		URI string `json:"@odata.id"`
	}
}

// await returns the answer to a GET; a list's when it is as long as the fleet is large, which the API
// hears of a moment after it has been written.
func await(t testing.TB, e endpoint, path, login string, fleet int, resource string) bareAnswer {
	w, err := e.dial()
	require.NoError(t, err)
	defer w.Close()
	request := compose(e, http.MethodGet, path, login, nil)
	for deadline := time.Now().Add(answerWithin); ; time.Sleep(5 * time.Millisecond) {
		answer, err := w.expect(http.StatusOK, request)
		require.NoError(t, err)
		body := bytes.Clone(answer.Body())
		var l list
		if resource == "Systems" {
			require.NoError(t, json.Unmarshal(body, &l))
		}
		if resource != "Systems" || l.Count == fleet {
			return bareAnswer{linesOf(answer), body}
		}
		require.True(t, time.Now().Before(deadline), "the list has %d systems of %d", l.Count, fleet)
	}
}

// linesOf lists the header of an answer without what every server of this kind adds by itself.
func linesOf(answer *fasthttp.Response) [][2]string {
	var lines [][2]string
	for name, value := range answer.Header.All() {
		switch string(name) {
		case fasthttp.HeaderDate, fasthttp.HeaderContentLength, fasthttp.HeaderServer:
		default:
			lines = append(lines, [2]string{string(name), string(value)})
		}
	}
	return lines
}

func firstMember(t testing.TB, body []byte) string {
	var l list
	require.NoError(t, json.Unmarshal(body, &l))
	require.NotEmpty(t, l.Members)
	return path.Base(l.Members[0].URI)
}
