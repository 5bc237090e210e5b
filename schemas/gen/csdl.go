package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The parts of a CSDL document (OASIS CSDL 4.0) that the generator reads.

type csdlFile struct {
	References []struct {
		URI      string `xml:"Uri,attr"`
		Includes []struct {
			Namespace string `xml:"Namespace,attr"`
		} `xml:"Include"`
	} `xml:"Reference"`
	Schemas []csdlSchema `xml:"DataServices>Schema"`
}

type csdlSchema struct {
	Namespace    string         `xml:"Namespace,attr"`
	Enums        []csdlEnum     `xml:"EnumType"`
	Definitions  []csdlEnum     `xml:"TypeDefinition"`
	EntityTypes  []csdlTypeName `xml:"EntityType"`
	ComplexTypes []csdlTypeName `xml:"ComplexType"`
}

type csdlTypeName struct {
	Name       string         `xml:"Name,attr"`
	Properties []csdlProperty `xml:"Property"`
}

type csdlProperty struct {
	Name        string           `xml:"Name,attr"`
	Annotations []csdlAnnotation `xml:"Annotation"`
}

// csdlEnum is an EnumType, or a TypeDefinition whose Redfish.Enumeration
// annotation lists members that are no identifiers ("x86-64").
type csdlEnum struct {
	Name        string           `xml:"Name,attr"`
	Members     []csdlMember     `xml:"Member"`
	Annotations []csdlAnnotation `xml:"Annotation"`
}

type csdlMember struct {
	Name        string           `xml:"Name,attr"`
	Annotations []csdlAnnotation `xml:"Annotation"`
}

type csdlAnnotation struct {
	Term    string       `xml:"Term,attr"`
	Records []csdlRecord `xml:"Collection>Record"`
}

type csdlRecord struct {
	Values []struct {
		Property   string `xml:"Property,attr"`
		String     string `xml:"String,attr"`
		EnumMember string `xml:"EnumMember,attr"`
	} `xml:"PropertyValue"`
	Annotations []csdlAnnotation `xml:"Annotation"`
}

func (r csdlRecord) value(property string) string {
	for _, v := range r.Values {
		if v.Property == property {
			return v.String + v.EnumMember
		}
	}
	return ""
}

// member is one value of an enumeration; deprecated is the version since when, if ever.
type member struct{ name, deprecated string }

func (e csdlEnum) members() []member {
	var all []member
	for _, m := range e.Members {
		all = append(all, member{m.Name, deprecatedSince(m.Annotations)})
	}
	for _, a := range e.Annotations {
		if a.Term != "Redfish.Enumeration" {
			continue
		}
		for _, r := range a.Records {
			all = append(all, member{r.value("Member"), deprecatedSince(r.Annotations)})
		}
	}
	return all
}

func deprecatedSince(annotations []csdlAnnotation) string {
	for _, a := range annotations {
		if a.Term != "Redfish.Revisions" {
			continue
		}
		for _, r := range a.Records {
			if strings.HasSuffix(r.value("Kind"), "/Deprecated") {
				return r.value("Version")
			}
		}
	}
	return ""
}

// readCSDL reads every schema document, keyed by schema: "ComputerSystem".
func readCSDL(dmtf string) (map[string]csdlFile, error) {
	paths, err := filepath.Glob(filepath.Join(dmtf, "csdl", "*_v*.xml"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no csdl/*_v1.xml", dmtf)
	}
	files := map[string]csdlFile{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var f csdlFile
		if err := xml.Unmarshal(text, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		base := filepath.Base(path)
		files[base[:strings.LastIndex(base, "_v")]] = f
	}
	return files, nil
}
