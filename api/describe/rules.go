package describe

import (
	"strconv"
	"strings"
)

// patterns are the validator's rules that are a pattern.
var patterns = map[string]string{
	"hexadecimal": "^(0[xX])?[0-9a-fA-F]*$", "alphanum": "^[a-zA-Z0-9]*$", "alpha": "^[a-zA-Z]*$", "numeric": "^[-+]?[0-9]+(\\.[0-9]+)?$",
}

// formats are the validator's rules that are a format.
var formats = map[string]string{
	"uuid": "uuid", "url": "uri", "uri": "uri", "email": "email", "ip": "ip", "ipv4": "ipv4", "ipv6": "ipv6", "hostname": "hostname", "hostname_rfc1123": "hostname",
}

// obey writes the rules of a validate tag (go-playground/validator) as JSON Schema. What has no counterpart is left to the service.
func (s *Schema) obey(rules []string) {
	for _, rule := range rules {
		name, value, _ := strings.Cut(rule, "=")
		if p, ok := patterns[name]; ok {
			s.Pattern = p
		}
		if f, ok := formats[name]; ok {
			s.Format = f
		}
		if name == "oneof" {
			for v := range strings.FieldsSeq(value) {
				s.Enum = append(s.Enum, v)
			}
		}
		if limit, err := strconv.ParseFloat(value, 64); err == nil {
			s.limit(name, limit)
		}
	}
}

// limit bounds a number, the length of a string, or how many items an array has.
func (s *Schema) limit(rule string, n float64) {
	if len(s.Type) == 0 {
		return
	}
	count := int(n)
	switch kind := s.Type[0]; {
	case rule == "len":
		s.limit("min", n)
		s.limit("max", n)
	case kind == "string" && (rule == "min" || rule == "gte"):
		s.MinLength = &count
	case kind == "string" && (rule == "max" || rule == "lte"):
		s.MaxLength = &count
	case kind == "array" && (rule == "min" || rule == "gte"):
		s.MinItems = &count
	case kind == "array" && (rule == "max" || rule == "lte"):
		s.MaxItems = &count
	case kind != "integer" && kind != "number":
	case rule == "min" || rule == "gte":
		s.Minimum = &n
	case rule == "max" || rule == "lte":
		s.Maximum = &n
	case rule == "gt":
		s.Above = &n
	case rule == "lt":
		s.Below = &n
	}
}
