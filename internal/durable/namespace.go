package durable

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/projectbeskar/hawkfish"
)

// EnsureNamespace registers the namespace and the search attributes, and waits
// until they can be used. It serves embedded and external clusters alike, and
// returns only when ctx ends or all is there.
func (s *Service) EnsureNamespace(ctx context.Context, namespace string, retention time.Duration) error {
	c := s.client
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return registerNamespace(ctx, c, namespace, retention) },
		func(ctx context.Context) error { return registerAttributes(ctx, c, namespace) },
		func(ctx context.Context) error { return usable(ctx, c, namespace) },
	} {
		_, err := backoff.Retry(ctx, func() (struct{}, error) {
			bounded, cancel := context.WithTimeout(ctx, Deadline)
			defer cancel()
			return struct{}{}, step(bounded)
		}, backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, Multiplier: 1.5, MaxInterval: 2 * time.Second}), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, next time.Duration) {
			s.log.InfoContext(ctx, "the namespace is not ready", "namespace", namespace, "error", err, "next_try_in", next.String())
		}))
		if err != nil {
			return fmt.Errorf("prepare namespace %s: %w", namespace, err)
		}
	}
	return nil
}

func registerNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) error {
	_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	if _, exists := errors.AsType[*serviceerror.NamespaceAlreadyExists](err); exists {
		return nil
	}
	return err
}

func registerAttributes(ctx context.Context, c client.Client, namespace string) error {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	missing := map[string]enumspb.IndexedValueType{}
	for _, key := range attributeKeys {
		if _, ok := known.GetCustomAttributes()[key.GetName()]; !ok {
			missing[key.GetName()] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	if err == nil {
		err = errors.New("search attributes are not visible yet") // look once more
	}
	return err
}

// usable asks the namespace something that only one can answer that workflows can be started in: the server's own
// registry of namespaces and attributes refreshes by and by, some seconds after they have been registered.
func usable(ctx context.Context, c client.Client, namespace string) error {
	conditions := make([]string, len(attributeKeys))
	for i, key := range attributeKeys {
		conditions[i] = key.GetName() + " = 'none'"
	}
	_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: strings.Join(conditions, " AND ")})
	return err
}

// unprepared reports whether usable failed because something is not registered yet, rather than for a trouble with
// what only searches need.
func unprepared(err error) bool {
	_, noNamespace := errors.AsType[*serviceerror.NamespaceNotFound](err)
	_, noAttribute := errors.AsType[*serviceerror.InvalidArgument](err)
	return noNamespace || noAttribute
}

// FromService turns an error of a call to Temporal into the fleet's words.
func FromService(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		return &hawkfish.Error{Kind: hawkfish.NotFound, Resource: "Workflow", Err: err}
	}
	return hawkfish.Down("Temporal", err)
}
