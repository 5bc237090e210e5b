package redfish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash"
	"regexp"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Bounds of one $expand. What is beyond them is answered with 507 (DSP0266, "$expand query parameter"): the
// caller asks for fewer members with $top, or for fewer levels.
const (
	maxExpandLevels = 5
	maxExpanded     = DefaultPageSize + 100 // resources
	maxExpandBytes  = 16 << 20
	maxExpandTime   = 10 * time.Second
)

// expansion is an $expand: which references are replaced by what they refer to, and how deep.
type expansion struct {
	inLinks, elsewhere bool
	levels             int
}

// expansions are the values of $expand: "*" for all references, "." for those outside of Links, "~" for those within.
var expansions = map[string]expansion{
	"*": {inLinks: true, elsewhere: true}, ".": {elsewhere: true}, "~": {inLinks: true},
}

var expandSyntax = regexp.MustCompile(`^([*.~])(?:\(\$levels=(-?[0-9]{1,9})\))?$`)

func readExpansion(q *query, text string) *schemas.Message {
	found := expandSyntax.FindStringSubmatch(text)
	if found == nil {
		m := schemas.QueryParameterValueFormatError(clip(text), "$expand")
		return &m
	}
	how := expansions[found[1]]
	how.levels = 1
	if found[2] != "" {
		how.levels, _ = strconv.Atoi(found[2])
	}
	if how.levels < 1 || how.levels > maxExpandLevels {
		m := schemas.QueryParameterOutOfRange(found[2], "$levels", "1 to "+strconv.Itoa(maxExpandLevels))
		return &m
	}
	q.expand = &how
	return nil
}

// tooMuch refuses to answer with more than one reply should hold.
func tooMuch(what string) error {
	m := schemas.InsufficientStorage()
	m.Resolution = what
	return Rejected{m}
}

var errExpanded = tooMuch("The reply would hold more than " + strconv.Itoa(maxExpanded) + " resources or " +
	strconv.Itoa(maxExpandBytes>>20) + " MiB. Ask for fewer members with $top and $skip, or for fewer levels.")

// expander replaces references by resources.
type expander struct {
	how     expansion
	service *Service
	asking  *Request
	left    int       // resources that may still be put in
	tags    hash.Hash // of all that has been put in
	untold  bool      // something was put in that has no ETag
	dead    error     // what has ended the work
}

// expand returns a resource with its references replaced, and the ETag of the whole; "" when a part has none.
func (s *Service) expand(ctx context.Context, req *Request, how expansion, own rendered) (rendered, error) {
	ctx, cancel := context.WithTimeout(ctx, maxExpandTime)
	defer cancel()
	e := expander{how: how, service: s, asking: req, left: maxExpanded, tags: sha256.New(), untold: own.etag == ""}
	e.tags.Write([]byte(own.etag))
	var w bytes.Buffer
	e.body(ctx, &w, own.body, []string{scalarOf(memberOf(own.body, "@odata.id")).text})
	whole := rendered{body: w.Bytes()}
	if !e.untold {
		whole.etag = tagOf(e.tags)
	}
	return whole, e.dead
}

// body writes a resource with its references replaced. within lists the URIs of what it is put into, and its own: a
// reference back to one of them stays a reference.
func (e *expander) body(ctx context.Context, w *bytes.Buffer, body []byte, within []string) {
	if len(within) > e.how.levels {
		w.Write(body)
		return
	}
	uris := e.references(nil, body, false)
	uris = uris[:min(len(uris), max(e.left, 0)+1)] // one more than may be put in: put refuses it
	found, err := e.service.fetchAll(ctx, e.asking, uris, within)
	if err != nil {
		e.dead = err
		return
	}
	e.value(ctx, w, body, false, within, found)
}

// eligible reports whether references are replaced here.
func (e *expander) eligible(linked bool) bool {
	return linked && e.how.inLinks || !linked && e.how.elsewhere
}

// notFollowed are the properties that hold no references to resources but what can be done to this one.
var notFollowed = map[string]bool{"Actions": true}

// references lists the references of a value that are to be replaced.
func (e *expander) references(uris []string, v []byte, linked bool) []string {
	if uri := referenceIn(v); uri != "" {
		if e.eligible(linked) {
			uris = append(uris, uri)
		}
		return uris
	}
	for name, sub := range membersOf(v) {
		if !notFollowed[name] {
			uris = e.references(uris, sub, linked || name == "Links")
		}
	}
	for sub := range itemsOf(v) {
		uris = e.references(uris, sub, linked)
	}
	return uris
}

// value writes a value with its references replaced by what has been found.
func (e *expander) value(ctx context.Context, w *bytes.Buffer, v []byte, linked bool, within []string, found map[string]rendered) {
	switch {
	case e.dead != nil:
		return
	case len(v) == 0 || v[0] != '{' && v[0] != '[':
		w.Write(v)
		return
	}
	if uri := referenceIn(v); uri != "" && e.eligible(linked) {
		if r, ok := found[uri]; ok {
			e.put(ctx, w, uri, r, within)
			return
		}
	}
	first := true
	w.WriteByte(v[0])
	for name, sub := range membersOf(v) {
		first = comma(w, first)
		w.WriteString(`"` + name + `":`)
		if notFollowed[name] {
			w.Write(sub)
		} else {
			e.value(ctx, w, sub, linked || name == "Links", within, found)
		}
	}
	for sub := range itemsOf(v) {
		first = comma(w, first)
		e.value(ctx, w, sub, linked, within, found)
	}
	w.WriteByte(v[0] + 2) // } follows { by two, and ] follows [
}

// put writes a resource in place of its reference.
func (e *expander) put(ctx context.Context, w *bytes.Buffer, uri string, r rendered, within []string) {
	e.left--
	if e.left < 0 || w.Len()+len(r.body) > maxExpandBytes {
		e.dead = errExpanded
		return
	}
	e.untold = e.untold || r.etag == ""
	e.tags.Write([]byte(uri))
	e.tags.Write([]byte(r.etag))
	e.body(ctx, w, r.body, append(within[:len(within):len(within)], uri))
}
