package describe

import (
	"reflect"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

const (
	edmx  = "http://docs.oasis-open.org/odata/ns/edmx"
	edm   = "http://docs.oasis-open.org/odata/ns/edm"
	oasis = "http://docs.oasis-open.org/odata/odata/v4.0/errata03/csd01/complete/vocabularies/"
)

// inherited are the properties that every resource has from Resource_v1.xml.
var inherited = []string{"Id", "Name", "Description", "@odata.type", "@odata.id", "@odata.etag"}

// csdl returns the CSDL document of a schema of our own (DSP0266, "Common Schema Definition Language").
func (o ownSchema) csdl() []byte {
	w := csdlWriter{own: o, versioned: elem("Schema", "xmlns", edm, "Namespace", o.namespace())}
	root := elem("edmx:Edmx", "xmlns:edmx", edmx, "Version", "4.0").add(
		reference(oasis+"Org.OData.Core.V1.xml", "Org.OData.Core.V1", "OData"),
		reference(oasis+"Org.OData.Capabilities.V1.xml", "Org.OData.Capabilities.V1", "Capabilities"),
		reference("http://redfish.dmtf.org/schemas/v1/RedfishExtensions_v1.xml", "RedfishExtensions.v1_0_0", "Redfish"),
		reference("http://redfish.dmtf.org/schemas/v1/Resource_v1.xml", "Resource", "", "Resource.v1_0_0"),
	)
	if member := entityOf(o.collection); member != "" {
		root.add(reference(schemasPath+member+"_v1.xml", member, ""))
	}
	for _, a := range o.actions {
		entity, _, _ := strings.Cut(a.on, ".")
		if published, ok := schemas.Schemas[entity]; ok {
			root.add(reference(published.CSDL(), entity, "", a.on))
		}
	}
	plain := elem("Schema", "xmlns", edm, "Namespace", o.name)
	data := elem("edmx:DataServices").add(plain)
	owner := elem("Annotation", "Term", "Redfish.OwningEntity", "String", "HawkFish")
	plain.add(owner)
	switch {
	case o.collection != "":
		plain.add(w.collection())
	case o.resource():
		plain.add(w.annotated(elem("EntityType", "Name", o.name, "BaseType", "Resource.v1_0_0.Resource", "Abstract", "true")))
		entity := w.fill(elem("EntityType", "Name", o.name, "BaseType", o.name+"."+o.name), o.view)
		if len(o.offers) > 0 {
			entity.add(elem("Property", "Name", "Actions", "Type", o.namespace()+".Actions", "Nullable", "false"))
			w.types = append(w.types,
				elem("ComplexType", "Name", "Actions").add(elem("Property", "Name", "Oem", "Type", o.namespace()+".OemActions", "Nullable", "false")),
				elem("ComplexType", "Name", "OemActions"))
		}
		w.versioned.add(owner, entity)
	default:
		plain.add(elem("ComplexType", "Name", o.name, "BaseType", "Resource.OemObject", "Abstract", "true"))
		w.versioned.add(owner, w.fill(elem("ComplexType", "Name", o.name, "BaseType", o.name+"."+o.name), o.view))
	}
	for _, a := range o.actions {
		plain.add(w.action(a))
	}
	if o.versioned() {
		data.add(w.versioned.add(w.types...))
	} else {
		plain.add(w.types...)
	}
	return root.add(data).document()
}

func reference(uri, namespace, alias string, more ...string) *element {
	ref := elem("edmx:Reference", "Uri", uri)
	include := elem("edmx:Include", "Namespace", namespace)
	if alias != "" {
		include.attrs = append(include.attrs, "Alias", alias)
	}
	ref.add(include)
	for _, namespace := range more {
		ref.add(elem("edmx:Include", "Namespace", namespace))
	}
	return ref
}

// csdlWriter collects the types that the properties of a schema have.
type csdlWriter struct {
	own       ownSchema
	versioned *element
	types     []*element
	known     []string
}

func (w *csdlWriter) collection() *element {
	member := entityOf(w.own.collection)
	return w.annotated(elem("EntityType", "Name", w.own.name, "BaseType", "Resource.v1_0_0.ResourceCollection")).add(
		elem("NavigationProperty", "Name", "Members", "Type", "Collection("+member+"."+member+")", "Nullable", "false").add(
			elem("Annotation", "Term", "OData.Permissions", "EnumMember", "OData.Permission/Read"),
			elem("Annotation", "Term", "OData.AutoExpandReferences"),
			elem("Annotation", "Term", "Redfish.Required"),
		))
}

// annotated says where a resource is and what can be done to it.
func (w *csdlWriter) annotated(e *element) *element {
	can := func(term, property string, yes bool) *element {
		value := map[bool]string{true: "true", false: "false"}[yes]
		return elem("Annotation", "Term", "Capabilities."+term).add(elem("Record").add(elem("PropertyValue", "Property", property, "Bool", value)))
	}
	paths := elem("Collection")
	for _, path := range w.own.paths {
		paths.add(&element{name: "String", text: path})
	}
	return e.add(
		can("InsertRestrictions", "Insertable", w.own.create),
		can("UpdateRestrictions", "Updatable", w.own.patch != nil),
		can("DeleteRestrictions", "Deletable", w.own.delete),
		elem("Annotation", "Term", "Redfish.Uris").add(paths),
	)
}

// fill gives a type the properties of a Go struct.
func (w *csdlWriter) fill(e *element, t reflect.Type) *element {
	writable := map[string]bool{}
	if t == w.own.view && w.own.patch != nil {
		for _, p := range propertiesOf(indirect(w.own.patch)) {
			writable[p.name] = true
		}
	}
	for _, p := range propertiesOf(t) {
		if slices.Contains(inherited, p.name) && (t == w.own.view) {
			continue
		}
		permission := "Read"
		if writable[p.name] {
			permission = "ReadWrite"
		}
		kind, name := w.typeOf(p.name, p.typ)
		property := elem(kind, "Name", p.name, "Type", name)
		if p.typ.Kind() != reflect.Pointer || p.optional {
			property.attrs = append(property.attrs, "Nullable", "false")
		}
		e.add(property.add(elem("Annotation", "Term", "OData.Permissions", "EnumMember", "OData.Permission/"+permission)))
	}
	return e
}

// typeOf returns the CSDL type of a property, and whether it is a Property or a NavigationProperty.
func (w *csdlWriter) typeOf(name string, t reflect.Type) (kind, csdlType string) {
	t = indirect(t)
	switch {
	case t == linkType:
		return "NavigationProperty", "Resource.ItemOrCollection"
	case t == timeType:
		return "Property", "Edm.DateTimeOffset"
	case name == "Status" && t.Kind() == reflect.Struct:
		return "Property", "Resource.Status"
	}
	switch t.Kind() {
	case reflect.Slice:
		kind, of := w.typeOf(name, t.Elem())
		return kind, "Collection(" + of + ")"
	case reflect.Struct:
		return "Property", w.named(name, func(as string) *element { return w.fill(elem("ComplexType", "Name", as), t) })
	case reflect.Map:
		return "Property", w.named(name, func(as string) *element { return w.open(as, t.Elem()) })
	case reflect.Bool:
		return "Property", "Edm.Boolean"
	case reflect.Float32, reflect.Float64:
		return "Property", "Edm.Decimal"
	case reflect.Interface:
		return "Property", "Edm.PrimitiveType"
	case reflect.String:
		if values := enumOf(t); values != nil {
			return "Property", w.named(name, func(as string) *element {
				e := elem("EnumType", "Name", as)
				for _, v := range values {
					e.add(elem("Member", "Name", v))
				}
				return e
			})
		}
		return "Property", "Edm.String"
	}
	return "Property", "Edm.Int64"
}

// open is the type of an object whose properties have any name.
func (w *csdlWriter) open(name string, of reflect.Type) *element {
	_, value := w.typeOf(name+"Value", of)
	return elem("ComplexType", "Name", name).add(
		elem("Annotation", "Term", "OData.AdditionalProperties", "Bool", "false"),
		elem("Annotation", "Term", "Redfish.DynamicPropertyPatterns").add(elem("Collection").add(elem("Record").add(
			elem("PropertyValue", "Property", "Pattern", "String", ".+"), elem("PropertyValue", "Property", "Type", "String", value),
		))),
	)
}

// named makes a type unless there is one of the name, and returns its full name.
func (w *csdlWriter) named(name string, make func(as string) *element) string {
	if !slices.Contains(w.known, name) {
		w.known = append(w.known, name)
		w.types = append(w.types, make(name))
	}
	return w.own.namespace() + "." + name
}

// action is bound to the Actions, or OemActions, of the resource that offers it.
func (w *csdlWriter) action(a ownAction) *element {
	entity, _, _ := strings.Cut(a.on, ".")
	e := elem("Action", "Name", a.name, "IsBound", "true").add(elem("Parameter", "Name", entity, "Type", a.on+"."+a.group()))
	for _, p := range propertiesOf(indirect(a.params)) {
		_, of := w.typeOf(p.name, p.typ)
		e.add(elem("Parameter", "Name", p.name, "Type", of))
	}
	return e
}
