package redfish

import (
	"context"
	"reflect"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// CollectionSpec declares a resource collection (DSP0266, "Resource collections").
type CollectionSpec struct {
	Type    string // such as schemas.TypeComputerSystemCollection
	Title   string // its Name property
	Name    string // as in Spec
	Path    string
	Aliases []string
	Like    string
	Of      string // what links call its members

	// List returns the keys of a page of members, which it must not change later, and how many there are in all.
	List func(ctx context.Context, req *Request, page hawkfish.Page) (keys []string, total int, err error)
	// Filters are properties of members, as paths ("Status/State"), that List itself narrows by: it lists
	// only members that have the values of Request.Wants. Other $filter are looked at member by member.
	Filters []string
	// PageSize is how many members one reply holds at most; 0 is DefaultPageSize.
	PageSize int

	// Whole: members stand in the collection as they are, not as references to them (OData.AutoExpand). Its List
	// uses Listed.
	Whole bool

	Create Create
	// ApplyTimes says when operations on members are carried out that change them (DSP0266, OperationApplyTimeSupport); nil: nothing is said.
	ApplyTimes []schemas.OperationApplyTime
	// InProject: members belong to projects. Who may create one in some project is let through; Create
	// refuses what is not in Request.Permitted.
	InProject bool
}

// DefaultPageSize is how many members one reply holds at most. Most clients do
// not follow nextLink, so it is large.
const DefaultPageSize = 1000

// listing is the state of a collection: one page of it.
type listing struct {
	keys  []string
	total int
	page  hawkfish.Page
	key   string // of the collection itself
	kept  string // query parameters of the next page
}

// collectionView is a collection as callers see it.
type collectionView struct {
	Name     string `json:"Name"`
	Members  []Link `json:"Members"`
	Count    int    `json:"Members@odata.count"`
	NextLink string `json:"Members@odata.nextLink,omitempty"`

	ApplyTimes *applyTimeSupport `json:"@Redfish.OperationApplyTimeSupport,omitempty"`
}

type applyTimeSupport struct {
	Type   string                       `json:"@odata.type"`
	Values []schemas.OperationApplyTime `json:"SupportedValues"`
}

// Collection turns a CollectionSpec into a Resource.
func Collection(s CollectionSpec) Resource {
	size := s.PageSize
	if size == 0 {
		size = DefaultPageSize
	}
	r := declare(s.Type, s.Name, s.Path, s.Like)
	names := compilePattern(s.Path).names
	r.Aliases, r.create, r.paged, r.inProject = s.Aliases, s.Create.change, true, s.InProject
	r.of, r.filters, r.whole = s.Of, s.Filters, s.Whole
	r.view, r.state = reflect.TypeFor[collectionView](), reflect.TypeFor[listing]()
	r.key = func(state any) string { return state.(listing).key }
	r.load = func(ctx context.Context, req *Request) (any, error) {
		l := listing{page: req.query.page(size), key: req.key(names)}
		if req.query != nil {
			l.kept = req.query.kept
		}
		var err error
		if req.rest != nil {
			l.keys, l.total, err = sift(ctx, req, s, l.page)
		} else {
			l.keys, l.total, err = s.List(ctx, req, l.page)
		}
		return l, err
	}
	r.show = func(to Links, state any) any {
		l := state.(listing)
		v := collectionView{Name: s.Title, Count: l.total, Members: make([]Link, len(l.keys))}
		for i, key := range l.keys {
			v.Members[i] = Link{to.URI(s.Of, key)}
		}
		if len(s.ApplyTimes) > 0 {
			v.ApplyTimes = &applyTimeSupport{strings.Replace(schemas.TypeSettings, ".Settings", ".OperationApplyTimeSupport", 1), s.ApplyTimes}
		}
		if next := l.page.Skip + len(l.keys); len(l.keys) > 0 && next < l.total {
			v.NextLink = to.URI(r.Name, l.key) + "?$skip=" + strconv.Itoa(next) + l.kept
		}
		return v
	}
	return r
}

// Keys returns the keys of a page of states.
func Keys[T any](states []T, key func(T) string) []string {
	keys := make([]string, len(states))
	for i, s := range states {
		keys[i] = key(s)
	}
	return keys
}

// Listed is Keys for a List that has loaded the members: where they are put into the reply they are not loaded once more.
func Listed[T any](req *Request, states []T, key func(T) string) []string {
	req.listed = make(map[string]any, len(states))
	for _, s := range states {
		req.listed[key(s)] = s
	}
	return Keys(states, key)
}

// Slice cuts a page out of a list that its store returns whole.
func Slice[T any](all []T, page hawkfish.Page) []T {
	all = all[min(page.Skip, len(all)):]
	if page.Limit > 0 {
		all = all[:min(page.Limit, len(all))]
	}
	return all
}
