package redfish

import (
	"context"
	"encoding/xml"
	"maps"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Root is where the tree begins (DSP0266, "Protocol version").
const Root = "/redfish/v1/"

// protocol returns the documents that DSP0266 wants beside the resources:
// the versions, the OData service document and the OData metadata.
func protocol(tree []Resource) []Resource {
	return []Resource{
		fixed("Versions", "/redfish", "", encode(map[string]string{"v1": Root})),
		fixed("OData", Root+"odata", "", serviceDocument(tree)),
		Route(Endpoint{Name: "Metadata", Path: Root + "$metadata", Open: true, Get: func(_ context.Context, req *Request) (Result, error) {
			return Document("application/xml", req.of.service.metadata()), nil
		}}),
	}
}

// fixed is a document that never changes and that anyone may read.
func fixed(name, path, contentType string, body []byte) Resource {
	return Route(Endpoint{Name: name, Path: path, Open: true, Get: func(context.Context, *Request) (Result, error) {
		return Document(contentType, body), nil
	}})
}

type oDataDocument struct {
	Context string       `json:"@odata.context"`
	Value   []oDataEntry `json:"value"`
}

type oDataEntry struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// serviceDocument lists the top of the tree.
func serviceDocument(tree []Resource) []byte {
	doc := oDataDocument{Context: Root + "$metadata", Value: []oDataEntry{}}
	for _, r := range tree {
		name, below := strings.CutPrefix(r.Path, Root)
		if r.get == nil && below && !strings.ContainsAny(name, "/{") {
			if name == "" {
				name = "Service"
			}
			doc.Value = append(doc.Value, oDataEntry{name, "Singleton", r.Path})
		}
	}
	return encode(doc)
}

type edmx struct {
	XMLName    xml.Name        `xml:"edmx:Edmx"`
	NS         string          `xml:"xmlns:edmx,attr"`
	Version    string          `xml:"Version,attr"`
	References []edmxReference `xml:"edmx:Reference"`
	Schema     edmSchema       `xml:"edmx:DataServices>Schema"`
}

type edmxReference struct {
	URI      string        `xml:"Uri,attr"`
	Includes []edmxInclude `xml:"edmx:Include"`
}

type edmxInclude struct {
	Namespace string `xml:"Namespace,attr"`
	Alias     string `xml:"Alias,attr,omitempty"`
}

type edmSchema struct {
	NS        string `xml:"xmlns,attr"`
	Namespace string `xml:"Namespace,attr"`
	Container struct {
		Name    string `xml:"Name,attr"`
		Extends string `xml:"Extends,attr"`
	} `xml:"EntityContainer"`
}

// metadata refers to the schemas of the tree: DMTF's at their public address, others where the tree serves them.
func (s *Service) writeMetadata() []byte {
	doc := edmx{NS: "http://docs.oasis-open.org/odata/ns/edmx", Version: "4.0"}
	service := schemas.Schemas["ServiceRoot"].Namespace()
	spoken := map[string]bool{schemas.Schemas["ActionInfo"].Namespace(): true, schemas.Schemas["Message"].Namespace(): true}
	own := map[string]bool{}
	speak := func(odataType string) {
		entity, _, _ := strings.Cut(strings.TrimPrefix(odataType, "#"), ".")
		namespace := strings.TrimSuffix(strings.TrimPrefix(odataType, "#"), "."+entity)
		if _, published := schemas.Schemas[entity]; published {
			spoken[namespace] = true
		} else if s.Links().URI("CSDL", "x") != "" && odataType != "" {
			own[namespace] = true
		}
	}
	for _, d := range s.Describe() {
		speak(d.Type)
		for _, section := range d.Oem {
			speak(section.Type)
		}
		if d.Entity == "ServiceRoot" {
			service = strings.TrimSuffix(strings.TrimPrefix(d.Type, "#"), "."+d.Entity)
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(own)) {
		entity, _, _ := strings.Cut(namespace, ".")
		doc.References = append(doc.References, refersTo(s.Links().URI("CSDL", entity+"_v1.xml"), namespace))
	}
	for _, namespace := range slices.Sorted(maps.Keys(spoken)) {
		entity, _, _ := strings.Cut(namespace, ".")
		doc.References = append(doc.References, refersTo(schemas.Schemas[entity].CSDL(), namespace))
	}
	doc.References = append(doc.References, edmxReference{
		URI:      "http://redfish.dmtf.org/schemas/v1/RedfishExtensions_v1.xml",
		Includes: []edmxInclude{{Namespace: "RedfishExtensions.v1_0_0", Alias: "Redfish"}},
	})
	doc.Schema.NS, doc.Schema.Namespace = "http://docs.oasis-open.org/odata/ns/edm", "Service"
	doc.Schema.Container.Name, doc.Schema.Container.Extends = "Service", service+".ServiceContainer"
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err) // of a type that always encodes
	}
	return append([]byte(xml.Header), body...)
}

// refersTo is a reference to a schema's document, for the sake of one of its namespaces.
func refersTo(uri, namespace string) edmxReference {
	entity, _, versioned := strings.Cut(namespace, ".")
	ref := edmxReference{URI: uri, Includes: []edmxInclude{{Namespace: entity}}}
	if versioned {
		ref.Includes = append(ref.Includes, edmxInclude{Namespace: namespace})
	}
	return ref
}
