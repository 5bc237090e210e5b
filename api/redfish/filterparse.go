package redfish

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Bounds of one $filter, so that none costs more than a look at a page.
const (
	maxFilterBytes = 4096
	maxFilterTerms = 64
	maxFilterDepth = 32
)

var (
	errFilterGrammar = errors.New("the expression ends too early, or has something in the wrong place")
	errFilterSize    = errors.New("the expression is too long or too deep")
)

// parseFilter reads a $filter expression. From tightest to loosest bind: parentheses, comparisons, not, and, or.
func parseFilter(text string) (filter, error) {
	if len(text) > maxFilterBytes {
		return nil, errFilterSize
	}
	p := filterParser{text: text}
	p.next()
	f, err := p.or(0)
	switch {
	case err != nil:
		return nil, err
	case p.token != (token{}):
		return nil, errFilterGrammar
	}
	return f, nil
}

// token is a word, a quoted string, or one of ( ) "". The zero token is the end.
type token struct {
	kind byte // 'w', 's', '(', ')', '!' for what is no token; 0: the end
	text string
}

type filterParser struct {
	text  string
	token token
	terms int
}

func (p *filterParser) word(w string) bool { return p.token == token{'w', w} }

// next reads a token.
func (p *filterParser) next() {
	p.text = strings.TrimLeft(p.text, " \t")
	switch {
	case p.text == "":
		p.token = token{}
	case p.text[0] == '(' || p.text[0] == ')':
		p.token, p.text = token{kind: p.text[0]}, p.text[1:]
	case p.text[0] == '\'':
		p.quoted()
	default:
		end := strings.IndexAny(p.text, " \t()'")
		if end < 0 {
			end = len(p.text)
		}
		p.token, p.text = token{'w', p.text[:end]}, p.text[end:]
	}
}

// quoted reads a string; a quote within is written twice.
func (p *filterParser) quoted() {
	var text strings.Builder
	rest := p.text[1:]
	for {
		before, after, closed := strings.Cut(rest, "'")
		text.WriteString(before)
		switch {
		case !closed:
			p.token, p.text = token{kind: '!'}, ""
			return
		case !strings.HasPrefix(after, "'"):
			p.token, p.text = token{'s', text.String()}, after
			return
		}
		text.WriteByte('\'')
		rest = after[1:]
	}
}

func (p *filterParser) or(depth int) (filter, error) {
	left, err := p.and(depth)
	for err == nil && p.word("or") {
		p.next()
		var right filter
		right, err = p.and(depth)
		left = either{left, right}
	}
	return left, err
}

func (p *filterParser) and(depth int) (filter, error) {
	left, err := p.unary(depth)
	for err == nil && p.word("and") {
		p.next()
		var right filter
		right, err = p.unary(depth)
		left = both{left, right}
	}
	return left, err
}

func (p *filterParser) unary(depth int) (filter, error) {
	if depth > maxFilterDepth {
		return nil, errFilterSize
	}
	switch {
	case p.word("not"):
		p.next()
		f, err := p.unary(depth + 1)
		return negation{f}, err
	case p.token.kind == '(':
		p.next()
		f, err := p.or(depth + 1)
		if err == nil && p.token.kind != ')' {
			err = errFilterGrammar
		}
		p.next()
		return f, err
	}
	return p.comparison()
}

// comparison reads "property op value". A property alone must be true.
func (p *filterParser) comparison() (filter, error) {
	if p.terms++; p.terms > maxFilterTerms {
		return nil, errFilterSize
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	op := p.token
	if op.kind != 'w' || comparisons[op.text] == nil {
		if left.path == nil {
			return nil, errFilterGrammar
		}
		return comparison{left, operand{literal: scalar{kind: kindBoolean, text: "true"}}, "eq"}, nil
	}
	p.next()
	right, err := p.operand()
	if err == nil && left.path == nil && right.path == nil {
		err = errFilterGrammar
	}
	return comparison{left, right, op.text}, err
}

// reserved words are no properties.
var reservedWords = map[string]bool{"and": true, "or": true, "not": true, "eq": true, "ne": true, "gt": true, "ge": true, "lt": true, "le": true}

func (p *filterParser) operand() (operand, error) {
	t := p.token
	switch {
	case t.kind == 's':
		p.next()
		return operand{literal: scalar{kind: kindString, text: t.text}}, nil
	case t.kind != 'w' || reservedWords[t.text]:
		return operand{}, errFilterGrammar
	}
	p.next()
	switch t.text {
	case "null":
		return operand{literal: null}, nil
	case "true", "false":
		return operand{literal: scalar{kind: kindBoolean, text: t.text}}, nil
	}
	if c := t.text[0]; c == '-' || c == '+' || '0' <= c && c <= '9' {
		return number(t.text)
	}
	path := strings.Split(t.text, "/")
	if len(path) > maxDepth || slices.Contains(path, "") {
		return operand{}, errFilterGrammar
	}
	return operand{path: path}, nil
}

// number reads a number, or a date or UUID that somebody has left without quotes, as OData allows.
func number(text string) (operand, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xX_pPnN") {
		return operand{literal: scalar{kind: kindNumber, number: n}}, nil
	}
	if strings.ContainsAny(text[1:], "-:") {
		return operand{literal: scalar{kind: kindString, text: text}}, nil
	}
	return operand{}, errFilterGrammar
}
