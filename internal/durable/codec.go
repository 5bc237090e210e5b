package durable

import (
	"context"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// What an encrypted payload says of itself; the names are those of Temporal's own samples.
const (
	encodingEncrypted = "binary/encrypted"
	metadataKeyID     = "encryption-key-id"
)

// codec encrypts payloads: the input and output of workflows and steps, heartbeats, updates, and details of
// failures. With no key that encrypts they stay readable. What was encrypted is always asked for its key.
type codec struct{ keys *keyring.Ring }

// Encode encrypts payloads, each with its metadata.
func (c codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	if !c.keys.Encrypts() {
		return payloads, nil
	}
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, err
		}
		id, data, err := c.keys.Seal(plain, encodingEncrypted)
		if err != nil {
			return nil, err
		}
		sealed[i] = &commonpb.Payload{Data: data, Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(encodingEncrypted), metadataKeyID: []byte(id),
		}}
	}
	return sealed, nil
}

// Decode decrypts what is encrypted, and leaves alone what is not: histories begun before there were keys go on.
func (c codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	plain := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encodingEncrypted {
			plain[i] = p
			continue
		}
		data, err := c.keys.Open(string(p.GetMetadata()[metadataKeyID]), p.GetData(), encodingEncrypted)
		if err != nil {
			return nil, fmt.Errorf("a Temporal payload cannot be read: %w", err)
		}
		plain[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(data, plain[i]); err != nil {
			return nil, err
		}
	}
	return plain, nil
}

// payloads is how values go to Temporal and come back.
type payloads struct{ converter.DataConverter }

func newPayloads(keys *keyring.Ring) payloads {
	return payloads{converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec{keys})}
}

// failures hides the messages of errors, too, where payloads are encrypted.
func (p payloads) failures(keys *keyring.Ring) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: p, EncodeCommonAttributes: keys.Encrypts(),
	})
}

// WithWorkflowContext and WithContext tell workflows from all else (workflow.ContextAware).
func (p payloads) WithWorkflowContext(workflow.Context) converter.DataConverter { return waiting{p} }
func (p payloads) WithContext(context.Context) converter.DataConverter          { return p }

// waiting are the payloads of a workflow. One whose key this worker lacks must not fail the workflow, nor be taken for
// the failure of a step: a panic makes Temporal give the workflow's task to a worker again, until one has the key.
type waiting struct{ payloads }

// FromPayload panics when the key is unknown.
func (w waiting) FromPayload(p *commonpb.Payload, into any) error {
	return wait(w.payloads.FromPayload(p, into))
}

// FromPayloads panics when a key is unknown.
func (w waiting) FromPayloads(p *commonpb.Payloads, into ...any) error {
	return wait(w.payloads.FromPayloads(p, into...))
}

func wait(err error) error {
	if _, unknown := errors.AsType[*keyring.UnknownKeyError](err); unknown {
		panic(err)
	}
	return err
}
