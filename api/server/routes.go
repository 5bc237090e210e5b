package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// routes finds the place of a path, segment by segment. fiber tries the routes
// one after the other, and again for each method before it says 405: 1.8 µs
// with 100 routes, 5 µs with 300, as much as all the rest (measured). This takes 0.1 µs with any number.
// A literal segment goes before a variable.
type routes struct{ root node }

type node struct {
	literals map[string]*node
	variable *node
	place    *place
}

// place is what a path leads to.
type place struct {
	pattern   string
	variables []string // names, in order
	endpoints map[string]*endpoint
	allow     []string
}

// maxVariables is how many variables a redfish.Request holds.
const maxVariables = 4

// add puts an endpoint at a pattern such as "/redfish/v1/Systems/{id}".
func (r *routes) add(method, pattern string, e *endpoint) {
	n, variables := &r.root, []string(nil)
	for segment := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		name, isVariable := strings.CutPrefix(segment, "{")
		switch {
		case isVariable && strings.HasSuffix(name, "}"):
			variables = append(variables, strings.TrimSuffix(name, "}"))
			if n.variable == nil {
				n.variable = &node{}
			}
			n = n.variable
		case segment == "" || strings.ContainsAny(segment, "{}"):
			panic("server: a segment of " + pattern + " is neither literal nor {variable}")
		default:
			if n.literals == nil {
				n.literals = map[string]*node{}
			}
			if n.literals[segment] == nil {
				n.literals[segment] = &node{}
			}
			n = n.literals[segment]
		}
	}
	if len(variables) > maxVariables {
		panic("server: " + pattern + " has more variables than a request holds")
	}
	if n.place == nil {
		n.place = &place{pattern: pattern, variables: variables, endpoints: map[string]*endpoint{}}
	}
	if n.place.pattern != pattern || n.place.endpoints[method] != nil {
		panic("server: " + method + " " + pattern + " and " + n.place.pattern + " are one path")
	}
	n.place.endpoints[method] = e
}

// allow sets the methods that a pattern added before has.
func (r *routes) allow(pattern string, methods []string) {
	var none [maxVariables]string
	r.root.find(pattern, &none, 0).allow = methods
}

// find returns the place of a path as it came (percent-encoded), and the values of its variables. One slash at
// the end is as none. nil: nothing is there.
func (r *routes) find(path string, values *[maxVariables]string) *place {
	return r.root.find(path, values, 0)
}

func (n *node) find(path string, values *[maxVariables]string, used int) *place {
	if path == "" || path == "/" {
		return n.place
	}
	if path[0] != '/' {
		return nil
	}
	segment, rest := path[1:], ""
	if i := strings.IndexByte(segment, '/'); i >= 0 {
		segment, rest = segment[:i], segment[i:]
	}
	segment = decoded(segment)
	if next := n.literals[segment]; next != nil {
		if found := next.find(rest, values, used); found != nil {
			return found
		}
	}
	if n.variable == nil || segment == "" || used == maxVariables {
		return nil
	}
	values[used] = segment
	return n.variable.find(rest, values, used+1)
}

// decoded undoes percent-encoding: clients ask for /redfish/v1/%24metadata. What is
// not properly encoded stays as it is, and matches nothing. An encoded slash does not part segments.
func decoded(segment string) string {
	if strings.IndexByte(segment, '%') < 0 {
		return segment
	}
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}

// endpoint returns what a method does at a place. HEAD is GET without the body.
func (p *place) endpoint(method string) *endpoint {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return p.endpoints[method]
}

// fill gives a request the values of the path's variables.
func (p *place) fill(req *redfish.Request, values *[maxVariables]string) {
	for i, name := range p.variables {
		req.SetVar(name, values[i])
	}
}
