package hold_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish/dev/hold"
)

func newDir(t *testing.T) hold.Dir {
	d, err := hold.NewDir(t.TempDir())
	require.NoError(t, err)
	return d
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestUnarmedPointsDoNotHold(t *testing.T) {
	t.Parallel()
	require.NoError(t, newDir(t).Reach(soon(t), hold.Before("power.SetPower")))
}

func TestAnArmHoldsOnceUntilReleased(t *testing.T) {
	t.Parallel()
	ctx, d, p := soon(t), newDir(t), hold.After("power.SetPower")
	require.NoError(t, d.Arm(p))

	done := make(chan error, 1)
	go func() { done <- d.Reach(ctx, p) }()
	pid, err := d.AwaitHeld(ctx, p)
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	require.NoError(t, d.Reach(ctx, p), "the second to come passes")
	require.Empty(t, done)

	require.NoError(t, d.Release(p))
	require.NoError(t, <-done)

	require.NoError(t, d.Arm(p), "a point can be armed again, and forgets its release")
	go func() { done <- d.Reach(ctx, p) }()
	_, err = d.AwaitHeld(ctx, p)
	require.NoError(t, err)
	require.Empty(t, done)
	require.NoError(t, d.Release(p))
	require.NoError(t, <-done)
}

func TestOnlyOneIsHeld(t *testing.T) {
	t.Parallel()
	ctx, d, p := soon(t), newDir(t), hold.Before("x")
	require.NoError(t, d.Arm(p))
	const callers = 8
	done := make(chan error, callers)
	for range callers {
		go func() { done <- d.Reach(ctx, p) }()
	}
	for range callers - 1 {
		require.NoError(t, <-done)
	}
	_, err := d.AwaitHeld(ctx, p)
	require.NoError(t, err)
	require.NoError(t, d.Release(p))
	require.NoError(t, <-done)
}

func TestAHeldStepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	d, p := newDir(t), hold.Before("x")
	require.NoError(t, d.Arm(p))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Reach(ctx, p) }()
	_, err := d.AwaitHeld(soon(t), p)
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.False(t, d.Holds(p))
}

func TestDisarm(t *testing.T) {
	t.Parallel()
	d, p := newDir(t), hold.Before("a/b")
	require.NoError(t, d.Arm(p))
	require.NoError(t, d.Disarm(p))
	require.NoError(t, d.Disarm(p))
	require.NoError(t, d.Reach(soon(t), p))
}

// The interceptor must see activities by their registered names, local ones too.
func TestInterceptorHoldsActivities(t *testing.T) {
	t.Parallel()
	name := temporal.NewSearchAttributeKeyKeyword("Name")
	subject := func(a temporal.SearchAttributes) string { s, _ := a.GetKeyword(name); return s }
	for _, local := range []bool{false, true} {
		ctx, d := soon(t), newDir(t)
		ran := make(chan struct{}, 1)
		step := func(context.Context) error { ran <- struct{}{}; return nil }

		env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{hold.Interceptor(d, subject)}})
		env.SetTestTimeout(10 * time.Second)
		require.NoError(t, env.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(name.ValueSet("demo"))))
		env.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: "power.SetPower"})
		flow := func(ctx workflow.Context) error {
			if local {
				ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
				return workflow.ExecuteLocalActivity(ctx, "power.SetPower").Get(ctx, nil)
			}
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
			return workflow.ExecuteActivity(ctx, "power.SetPower").Get(ctx, nil)
		}
		require.NoError(t, d.Arm(hold.Before("power.SetPower")))
		require.NoError(t, d.Arm(hold.After("power.SetPower").Of("demo")))
		require.NoError(t, d.Arm(hold.Before("power.SetPower").Of("another")))

		done := make(chan error, 1)
		go func() {
			env.ExecuteWorkflow(flow)
			done <- env.GetWorkflowError()
		}()
		_, err := d.AwaitHeld(ctx, hold.Before("power.SetPower"))
		require.NoError(t, err)
		require.Empty(t, ran, "the step has not begun")
		require.NoError(t, d.Release(hold.Before("power.SetPower")))

		_, err = d.AwaitHeld(ctx, hold.After("power.SetPower").Of("demo"))
		require.NoError(t, err)
		require.True(t, d.Holds(hold.After("power.SetPower").Of("demo")))
		require.Len(t, ran, 1, "the step is done")
		require.Empty(t, done, "and nobody has been told")
		require.NoError(t, d.Release(hold.After("power.SetPower").Of("demo")))
		require.NoError(t, <-done)
	}
}

func TestHeldFileIsNeverHalfWritten(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d, err := hold.NewDir(path)
	require.NoError(t, err)
	for range 50 {
		require.NoError(t, d.Arm("before:x"))
		done := make(chan error, 1)
		go func() { done <- d.Reach(soon(t), "before:x") }()
		pid, err := d.AwaitHeld(soon(t), "before:x")
		require.NoError(t, err)
		require.Equal(t, os.Getpid(), pid)
		require.NoError(t, d.Release("before:x"))
		require.NoError(t, <-done)
	}
	left, err := filepath.Glob(filepath.Join(path, "claimed", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
