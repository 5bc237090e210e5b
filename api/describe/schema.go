package describe

import (
	"encoding/json"
	"maps"
)

// Schema is a JSON Schema (2020-12), which is also what OpenAPI 3.1 speaks.
type Schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        Types              `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Const       string             `json:"const,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Patterns    map[string]*Schema `json:"patternProperties,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // *Schema or bool
	Required    []string           `json:"required,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	MinItems    *int               `json:"minItems,omitempty"`
	MaxItems    *int               `json:"maxItems,omitempty"`
	MinLength   *int               `json:"minLength,omitempty"`
	MaxLength   *int               `json:"maxLength,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	Above       *float64           `json:"exclusiveMinimum,omitempty"`
	Below       *float64           `json:"exclusiveMaximum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	ReadOnly    bool               `json:"readOnly,omitempty"`
	WriteOnly   bool               `json:"writeOnly,omitempty"`
	Definitions map[string]*Schema `json:"$defs,omitempty"`
}

// Types are JSON types; one alone is written as a string.
type Types []string

// MarshalJSON implements json.Marshaler.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

const null = "null"

// orNull also lets a value be null.
func (s *Schema) orNull() *Schema {
	switch {
	case s.Ref != "":
		return &Schema{AnyOf: []*Schema{s, {Type: Types{null}}}}
	case len(s.Type) == 0:
		return s
	}
	also := *s
	also.Type = append(Types{}, append(s.Type, null)...)
	if s.Enum != nil {
		also.Enum = append(append([]any{}, s.Enum...), nil)
	}
	return &also
}

// object returns the schema of an object without properties.
func object() *Schema {
	return &Schema{Type: Types{"object"}, Properties: map[string]*Schema{}, Additional: false}
}

// with returns an object and more properties.
func (s *Schema) with(more map[string]*Schema) *Schema {
	both := *s
	both.Properties = maps.Clone(s.Properties)
	maps.Copy(both.Properties, more)
	return &both
}

func text() *Schema { return &Schema{Type: Types{"string"}} }
func uri() *Schema  { return &Schema{Type: Types{"string"}, Format: "uri-reference"} }
