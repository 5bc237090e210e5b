package redfish

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// query is what a request's query parameters ask for (DSP0266, "Query parameters"). Its parts are worked off
// in this order: $filter, $skip, $top, only; $expand; excerpt, $select.
type query struct {
	filter    filter
	skip, top int // top 0: as many as a page holds
	only      bool
	expand    *expansion
	excerpt   bool
	sel       selection
	kept      string // the parameters that stay the same on the next page, encoded
}

// reshapes reports whether the query wants something else than the resource as it is.
func (q *query) reshapes() bool { return q != nil && (q.expand != nil || q.excerpt || q.sel != nil) }

// withMembers returns the query of a collection that holds its members.
func (q *query) withMembers() *query {
	if q == nil {
		q = &query{}
	}
	if q.expand == nil {
		q.expand = &expansion{elsewhere: true, levels: 1}
	}
	return q
}

// parameter is one query parameter.
type parameter struct {
	paged bool // on collections only
	// read takes the value in; what is wrong with it is an error.
	read func(q *query, value string) *schemas.Message
}

// parameters are those that are served. What ProtocolFeaturesSupported tells is derived from them.
var parameters = map[string]parameter{
	"$filter": {true, func(q *query, v string) *schemas.Message {
		f, err := parseFilter(v)
		if err != nil {
			m := schemas.QueryParameterValueFormatError(clip(v), "$filter")
			m.Resolution = "Correct it: " + err.Error() + "."
			return &m
		}
		q.filter = f
		return nil
	}},
	"$skip": {true, func(q *query, v string) *schemas.Message { return integer(&q.skip, v, "$skip", 0) }},
	"$top":  {true, func(q *query, v string) *schemas.Message { return integer(&q.top, v, "$top", 1) }},
	"only":  {true, func(q *query, v string) *schemas.Message { return flag(&q.only, v, "only") }},
	"excerpt": {false, func(q *query, v string) *schemas.Message {
		return flag(&q.excerpt, v, "excerpt")
	}},
	"$expand": {false, readExpansion},
	"$select": {false, readSelection},
}

// keptOnPages are the parameters that a link to the next page repeats, in this order.
var keptOnPages = []string{"$top", "$filter", "$expand", "$select", "excerpt"}

// query reads the parameters of a request to the operation; nil: there are none. Unknown ones are ignored unless they
// begin with "$", as the standard wants.
func (op *Operation) query(rawQuery string) (*query, error) {
	if rawQuery == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, Rejected{schemas.QueryNotSupported()}
	}
	q, faults, known := &query{}, Rejected(nil), 0
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := values[name]
		p, ok := parameters[name]
		switch {
		case !ok && !strings.HasPrefix(name, "$"):
			continue
		case !ok:
			return nil, Rejected{schemas.QueryParameterUnsupported(clip(name))}
		case op.Method != http.MethodGet && name[0] != '$':
			continue
		case op.Method != http.MethodGet:
			return nil, Rejected{schemas.QueryNotSupportedOnOperation()}
		case op.of.view == nil || p.paged && !op.of.paged:
			return nil, Rejected{schemas.QueryNotSupportedOnResource()}
		case len(given) > 1:
			return nil, Rejected{schemas.QueryCombinationInvalid()}
		}
		known++
		if fault := p.read(q, given[0]); fault != nil {
			faults = append(faults, *fault)
		}
	}
	switch {
	case faults != nil:
		return nil, faults
	case q.only && known > 1:
		return nil, Rejected{schemas.QueryCombinationInvalid()}
	case q.filter != nil:
		if fault := op.of.knows(q.filter); fault != nil {
			return nil, Rejected{*fault}
		}
	}
	q.kept = kept(values)
	return q, nil
}

// kept encodes what the next page must be asked for with, besides $skip.
func kept(values url.Values) string {
	var b strings.Builder
	for _, name := range keptOnPages {
		if !values.Has(name) {
			continue
		}
		b.WriteString("&" + name)
		if v := values.Get(name); v != "" {
			b.WriteString("=" + url.QueryEscape(v))
		}
	}
	return b.String()
}

// page returns the part of a collection that is asked for; size is the largest page.
func (q *query) page(size int) hawkfish.Page {
	if q == nil {
		return hawkfish.Page{Limit: size}
	}
	page := hawkfish.Page{Skip: q.skip, Limit: size}
	if q.top > 0 {
		page.Limit = min(q.top, size)
	}
	return page
}

func integer(into *int, text, name string, least int) *schemas.Message {
	n, err := strconv.ParseInt(text, 10, 32)
	var m schemas.Message
	switch {
	case err != nil:
		m = schemas.QueryParameterValueTypeError(clip(text), name)
	case int(n) < least:
		m = schemas.QueryParameterOutOfRange(clip(text), name, strconv.Itoa(least)+" or more")
	default:
		*into = int(n)
		return nil
	}
	return &m
}

// flag reads a parameter that has no value.
func flag(into *bool, text, name string) *schemas.Message {
	if *into = true; text == "" {
		return nil
	}
	m := schemas.QueryParameterValueTypeError(clip(text), name)
	return &m
}
