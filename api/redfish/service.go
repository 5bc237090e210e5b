package redfish

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Service is a tree of resources, ready to be served.
type Service struct {
	tree   *tree
	order  []*bound // as they were declared
	ops    []*Operation
	allow  map[string][]string
	places locator
	bodies *bodyCache
	check  *validator.Validate

	waiting chan struct{} // one for each request that is kept waiting

	metadata func() []byte // $metadata, written once
}

// bound is a declaration within its service.
type bound struct {
	Resource
	service     *Service
	links       Links
	pattern     pattern
	above       []string // the entities that it lies below, outermost first
	header      Header   // of every reply about it
	patchShape  *shape
	createShape *shape
	writable    *writable // nil: nothing can be written
	acts        []boundAction
	pick        func(view any) any // drops hidden properties; nil: there are none
	pages       pageCache          // of a collection
}

// NewService binds a tree together, and adds the documents that the protocol
// wants: /redfish, odata and $metadata. It panics on a bad declaration.
func NewService(resources []Resource) *Service {
	s := &Service{
		tree:   &tree{byName: map[string]*bound{}},
		allow:  map[string][]string{},
		bodies: newBodyCache(maxBodies),
		check:  validator.New(),

		waiting: make(chan struct{}, maxWaiting),
	}
	s.metadata = sync.OnceValue(s.writeMetadata)
	all := append(slices.Clone(resources), protocol(resources)...)
	for _, r := range all {
		if _, twice := s.tree.byName[r.Name]; twice {
			panic(fmt.Sprintf("%s is declared twice; give one a Name", r.Name))
		}
		b := s.bind(r, entitiesAbove(r.Path, all))
		s.tree.byName[r.Name] = b
		s.order = append(s.order, b)
		for _, path := range append([]string{r.Path}, r.Aliases...) {
			if !slices.Equal(compilePattern(path).names, b.pattern.names) {
				panic(fmt.Sprintf("%s: %s has other variables than %s", r.Name, path, r.Path))
			}
			s.add(b.operations(path))
		}
	}
	for _, b := range s.tree.byName {
		b.header = Header{{"Allow", strings.Join(s.allow[b.Path], ", ")}}
		if schema := b.describedBy(); schema != "" {
			b.header = append(b.header, Field{"Link", "<" + schema + ">; rel=describedby"})
		}
	}
	return s
}

func (s *Service) add(ops []*Operation) {
	for _, op := range ops {
		if slices.Contains(s.allow[op.Path], op.Method) {
			panic(fmt.Sprintf("%s %s is declared twice", op.Method, op.Path))
		}
		s.ops = append(s.ops, op)
		s.places.add(op)
		s.allow[op.Path] = append(s.allow[op.Path], op.Method)
		if op.Method == http.MethodGet {
			s.allow[op.Path] = append(s.allow[op.Path], http.MethodHead)
		}
	}
}

func (s *Service) bind(r Resource, above []string) *bound {
	b := &bound{Resource: r, above: above, service: s, links: Links{s.tree}, pattern: compilePattern(r.Path)}
	if needs(r.Like, http.MethodGet) == nil && !r.public {
		panic(fmt.Sprintf("%s: the privilege registry does not know %q; set Like", r.Name, r.Like))
	}
	if r.get == nil {
		b.checkDeclaration()
	}
	if r.patch != nil {
		b.patchShape = compileShape(s.check, r.patch.fields, r.view)
		for _, name := range append([]string{"Actions"}, reserved...) {
			b.patchShape.readable[name] = b.patchShape.field(name) == nil
		}
		b.writable = compileWritable(b.patchShape, r.hidden)
	}
	if r.create != nil {
		b.createShape = compileShape(s.check, r.create.fields, nil)
	}
	for _, a := range r.actions {
		b.acts = append(b.acts, newBoundAction(s.check, r.Entity, a))
	}
	if len(r.hidden) > 0 {
		b.pick = picker(r.view, r.hidden)
	}
	return b
}

// reserved are the properties that the kit adds to a view.
var reserved = []string{"Actions", "Oem"}

func (b *bound) checkDeclaration() {
	for name := range viewFields(b.view) {
		if slices.Contains(reserved, name) || strings.HasPrefix(name, "@odata.") {
			panic(fmt.Sprintf("%s: %s is the kit's, a view must not have it", b.Name, name))
		}
	}
}

// describedBy returns the address of the resource's JSON Schema: DMTF's, or that in the tree's own SchemaStore. "": there is none.
func (b *bound) describedBy() string {
	r := &b.Resource
	schema, published := schemas.Schemas[r.Entity]
	if r.Type == "" {
		return ""
	}
	if !published {
		return b.links.URI("SchemaStore", r.namespace()+".json")
	}
	return strings.Replace(schema.JSONSchema(), schema.Namespace(), r.namespace(), 1)
}

// uri returns where a state is found.
func (b *bound) uri(state any) string { return b.pattern.uri(b.key(state)) }

// Operations lists everything the service does. HEAD is GET without the body.
func (s *Service) Operations() []*Operation { return s.ops }

// Allow lists the methods of a path pattern, HEAD among them; nil when nothing is there.
func (s *Service) Allow(pattern string) []string { return s.allow[pattern] }

// Links makes references within the service's tree.
func (s *Service) Links() Links { return Links{s.tree} }
