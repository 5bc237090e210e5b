package redfish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// present returns a state as it is sent, rendered anew only when its revision is new.
func (b *bound) present(state any) (rendered, error) {
	key := b.key(state)
	id, revision := bodyKey{b, key}, b.revision(state)
	if l, ok := state.(listing); ok {
		return b.presentPage(l)
	}
	if revision == 0 {
		body, err := b.render(state, key, "")
		return rendered{body: body}, err
	}
	if r, ok := b.service.bodies.get(id, revision); ok {
		return r, nil
	}
	r := rendered{revision: revision, etag: etagOf(revision)}
	var err error
	if r.body, err = b.render(state, key, r.etag); err != nil {
		return rendered{}, err
	}
	b.service.bodies.put(id, r)
	return r, nil
}

func (b *bound) presentPage(l listing) (rendered, error) {
	if r, ok := b.pages.get(l); ok {
		return r, nil
	}
	r := rendered{etag: l.etag()}
	var err error
	if r.body, err = b.render(l, l.key, r.etag); err == nil {
		b.pages.put(l, r)
	}
	return r, err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render encodes the view once, and puts the kit's properties around it by bytes.
func (b *bound) render(state any, key, etag string) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	w := writer{buf: buf, enc: json.NewEncoder(buf)}
	w.enc.SetEscapeHTML(false)

	uri := b.pattern.uri(key)
	w.text(`{"@odata.id":`)
	w.value(uri)
	w.text(`,"@odata.type":`)
	w.value(b.Type)
	if etag != "" {
		w.text(`,"@odata.etag":`)
		w.value(etag)
	}
	view := b.show(b.links, state)
	if b.pick != nil {
		view = b.pick(view)
	}
	w.spliced(view, b.writable)
	b.renderActions(&w, uri, state)
	b.renderOem(&w, state)
	w.text(`}`)
	return slices.Clone(buf.Bytes()), w.err
}

// renderOem appends the vendors' sections.
func (b *bound) renderOem(w *writer, state any) {
	if len(b.oem) == 0 {
		return
	}
	w.text(`,"Oem":{`)
	first := true
	for _, section := range b.oem {
		first = w.comma(first)
		w.value(section.vendor)
		w.text(`:`)
		w.annotated(section.show(b.links, state), b.writable.inside("Oem").inside(section.vendor))
	}
	w.text(`}`)
}

// writer appends JSON to a buffer and remembers the first error.
type writer struct {
	buf *bytes.Buffer
	enc *json.Encoder
	err error
}

func (w *writer) text(s string) { w.buf.WriteString(s) }

func (w *writer) value(v any) {
	if err := w.enc.Encode(v); err != nil && w.err == nil {
		w.err = err
	}
	w.buf.Truncate(w.buf.Len() - 1) // the encoder ends with a newline
}

// annotated appends a value, and what can be written of it.
func (w *writer) annotated(v any, how *writable) {
	at := w.buf.Len()
	w.value(v)
	if how == nil || w.err != nil {
		return
	}
	plain := bytes.Clone(w.buf.Bytes()[at:])
	w.buf.Truncate(at)
	how.annotate(w.buf, plain)
}

// spliced appends the properties of an object, and what can be written of it, without its braces, after what is there.
func (w *writer) spliced(object any, how *writable) {
	at := w.buf.Len()
	w.annotated(object, how)
	if w.err != nil {
		return
	}
	written := w.buf.Bytes()[at:]
	switch {
	case len(written) < 2 || written[0] != '{':
		w.err = fmt.Errorf("a view must be an object, not %T", object)
	case len(written) == 2: // empty
		w.buf.Truncate(at)
	default:
		written[0] = ','
		w.buf.Truncate(w.buf.Len() - 1)
	}
}

// renderActions appends the Actions property. Vendors' actions are in its Oem.
func (b *bound) renderActions(w *writer, uri string, state any) {
	if len(b.acts) == 0 {
		return
	}
	w.text(`,"Actions":{`)
	first := true
	for a := range b.offered(state, false) {
		first = w.comma(first)
		b.renderAction(w, a, uri, state)
	}
	oem := true
	for a := range b.offered(state, true) {
		if oem {
			w.comma(first)
			w.text(`"Oem":{`)
		}
		oem = w.comma(oem)
		b.renderAction(w, a, uri, state)
	}
	if !oem {
		w.text(`}`)
	}
	w.text(`}`)
}

// offered ranges over the standard or the vendors' actions that a state offers.
func (b *bound) offered(state any, oem bool) iter.Seq[*boundAction] {
	return func(yield func(*boundAction) bool) {
		for i := range b.acts {
			if a := &b.acts[i]; a.oem() == oem && a.offered(state) && !yield(a) {
				return
			}
		}
	}
}

// comma separates what follows from what is there, unless it is the first. It returns false.
func (w *writer) comma(first bool) bool {
	if !first {
		w.text(`,`)
	}
	return false
}

func (b *bound) renderAction(w *writer, a *boundAction, uri string, state any) {
	w.value(a.key(b.Entity))
	w.text(`:{"target":`)
	w.value(uri + a.path(b.Entity))
	for i := range a.shape.fields {
		if f := &a.shape.fields[i]; f.shape.enum != nil {
			w.text(`,`)
			w.value(f.name + "@Redfish.AllowableValues")
			w.text(`:`)
			w.value(a.shown(f.name, f.shape.enum, state))
		}
	}
	if len(a.shape.fields) > 0 {
		w.text(`,"@Redfish.ActionInfo":`)
		w.value(uri + a.infoPath())
	}
	w.text(`}`)
}
