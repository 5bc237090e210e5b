package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// operation is one of the service's OpenAPI document.
type operation struct {
	method, template string
	body             *schema // nil: it takes none
	shape            *regexp.Regexp
	uris             []string // that were there at the start
	new              []string // that have been seen since, the last few
}

// service is what is known of it.
type service struct {
	operations []*operation
	system     string // a URI of a system
	spared     map[string]bool
	mu         sync.Mutex // of what is new
}

// schema is the part of a JSON Schema that the service's request bodies use.
type schema struct {
	Type       any                `json:"type"` // a name or several
	Const      any                `json:"const"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Minimum    *float64           `json:"minimum"`
	Maximum    *float64           `json:"maximum"`
	MinLength  int                `json:"minLength"`
	MaxLength  int                `json:"maxLength"`
}

// explore reads the OpenAPI document, and follows the service's links to find URIs for its operations.
func explore(o options) (*service, error) {
	c := &client{options: o}
	defer c.close()
	if err := c.login(); err != nil {
		return nil, err
	}
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct {
					Schema *schema `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
	}
	if err := c.get("/redfish/v1/openapi.json", &document); err != nil {
		return nil, err
	}
	found := c.links()
	s := &service{spared: map[string]bool{}}
	for _, template := range slices.Sorted(maps.Keys(document.Paths)) {
		shape := shapeOf(template)
		uris := slices.Collect(func(yield func(string) bool) {
			for _, uri := range found {
				if shape.MatchString(uri) && !yield(uri) {
					return
				}
			}
		})
		if len(uris) == 0 { // an action, or a member that there is none of
			uris = []string{strings.NewReplacer("{id}", "nosuch", "{", "", "}", "").Replace(template)}
		}
		if template == "/redfish/v1/Systems/{id}" {
			s.system = uris[0]
		}
		for _, method := range slices.Sorted(maps.Keys(document.Paths[template])) {
			body := document.Paths[template][method].RequestBody.Content["application/json"].Schema
			s.operations = append(s.operations, &operation{method: strings.ToUpper(method), template: template, body: body, shape: shape, uris: uris})
		}
	}
	if s.system == "" {
		return nil, fmt.Errorf("the fleet is empty: fill it first")
	}
	return s, c.spare(s)
}

// shapeOf matches the URIs of a template, such as /redfish/v1/Systems/{id}.
func shapeOf(template string) *regexp.Regexp {
	parts := regexp.MustCompile(`\\\{[^}]*\\\}`)
	return regexp.MustCompile("^" + parts.ReplaceAllString(regexp.QuoteMeta(template), "[^/]+") + "$")
}

// known counts the URIs.
func (s *service) known() int {
	all := map[string]bool{}
	for _, o := range s.operations {
		for _, uri := range o.uris {
			all[uri] = true
		}
	}
	return len(all)
}

// get reads a JSON document.
func (c *client) get(uri string, into any) error {
	a, err := c.send(request{method: "GET", uri: uri, headers: c.authorized()}, 20*time.Second)
	if err != nil {
		return err
	}
	if a.status != 200 {
		return fmt.Errorf("GET %s: %d", uri, a.status)
	}
	return json.Unmarshal(a.body, into)
}

// links follows every link from the root, and returns the URIs and the targets of actions.
func (c *client) links() []string {
	seen := map[string]bool{}
	todo := []string{"/redfish/v1/"}
	for len(todo) > 0 {
		uri := todo[0]
		todo = todo[1:]
		if seen[uri] || !strings.HasPrefix(uri, "/redfish") {
			continue
		}
		seen[uri] = true
		var document any
		if c.get(uri, &document) != nil {
			continue // not JSON, or an action
		}
		visit(document, func(name, text string) {
			switch name {
			case "@odata.id", "target", "Uri", "@Redfish.ActionInfo", "TaskMonitor":
				todo = append(todo, text)
			}
		})
	}
	return slices.Sorted(maps.Keys(seen))
}

// visit calls f with the name and value of every string in a document.
func visit(document any, f func(name, text string)) {
	switch d := document.(type) {
	case map[string]any:
		for name, value := range d {
			if text, ok := value.(string); ok {
				f(name, text)
			}
			visit(value, f)
		}
	case []any:
		for _, value := range d {
			visit(value, f)
		}
	}
}

// spare marks what the run itself stands on: the account it logs in with, and the system whose latency is measured.
func (c *client) spare(s *service) error {
	var accounts struct {
		Members []struct {
			ID       string `json:"@odata.id"`
			UserName string
		}
	}
	if err := c.get("/redfish/v1/AccountService/Accounts?$expand=.", &accounts); err != nil {
		return err
	}
	for _, a := range accounts.Members {
		s.spared[a.ID] = a.UserName == c.user
	}
	s.spared[s.system] = true
	return nil
}
