package durable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/projectbeskar/hawkfish"
)

// Deadline bounds every single call to Temporal.
const Deadline = 5 * time.Second

// Attributes make a workflow findable in the Temporal UI.
type Attributes struct {
	System, SystemName, Host, Project, Operation, User string
}

var (
	systemKey     = temporal.NewSearchAttributeKeyKeyword("HawkFishSystem")
	systemNameKey = temporal.NewSearchAttributeKeyKeyword("HawkFishSystemName")
	hostKey       = temporal.NewSearchAttributeKeyKeyword("HawkFishHost")
	projectKey    = temporal.NewSearchAttributeKeyKeyword("HawkFishProject")
	operationKey  = temporal.NewSearchAttributeKeyKeyword("HawkFishOperation")
	userKey       = temporal.NewSearchAttributeKeyKeyword("HawkFishUser")
)

func (a Attributes) typed() temporal.SearchAttributes {
	var set []temporal.SearchAttributeUpdate
	for _, one := range []struct {
		key   temporal.SearchAttributeKeyKeyword
		value string
	}{{systemKey, a.System}, {systemNameKey, a.SystemName}, {hostKey, a.Host}, {projectKey, a.Project}, {operationKey, a.Operation}, {userKey, a.User}} {
		if one.value != "" {
			set = append(set, one.key.ValueSet(one.value))
		}
	}
	return temporal.NewSearchAttributes(set...)
}

// HostAttribute is the update that names the host a workflow works on, once it is known.
func HostAttribute(host string) temporal.SearchAttributeUpdate { return hostKey.ValueSet(host) }

// Config says where Temporal is.
type Config struct {
	Address   string // host:port of the frontend
	Namespace string
	Log       *slog.Logger
	Metrics   client.MetricsHandler // nil: none
	Identity  string                // shown in the Temporal UI, such as "host-h1@machine"
}

// Connect returns a client that connects when it is first used, so that
// Temporal may be down when a process starts.
func Connect(cfg Config) (client.Client, error) {
	return client.NewLazyClient(client.Options{
		HostPort:       cfg.Address,
		Namespace:      cfg.Namespace,
		Logger:         log.NewStructuredLogger(cfg.Log),
		MetricsHandler: cfg.Metrics,
		Identity:       cfg.Identity,
	})
}

// EnsureNamespace registers the namespace and the search attributes, and waits
// until they can be used. It serves embedded and external clusters alike, and
// returns only when ctx ends or all is there.
func EnsureNamespace(ctx context.Context, c client.Client, namespace string, retention time.Duration) error {
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return registerNamespace(ctx, c, namespace, retention) },
		func(ctx context.Context) error { return registerAttributes(ctx, c, namespace) },
		func(ctx context.Context) error { // the server's registry of namespaces refreshes by and by
			_, err := c.WorkflowService().ListOpenWorkflowExecutions(ctx, &workflowservice.ListOpenWorkflowExecutionsRequest{Namespace: namespace, MaximumPageSize: 1})
			return err
		},
	} {
		_, err := backoff.Retry(ctx, func() (struct{}, error) {
			bounded, cancel := context.WithTimeout(ctx, Deadline)
			defer cancel()
			return struct{}{}, step(bounded)
		}, backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, Multiplier: 1.5, MaxInterval: 2 * time.Second}), backoff.WithMaxElapsedTime(0))
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
	for _, key := range []temporal.SearchAttributeKeyKeyword{systemKey, systemNameKey, hostKey, projectKey, operationKey, userKey} {
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
