package storetest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Store is what the suite tests.
type Store = hawkfish.Store

// Run runs the suite; open returns an empty store for each test.
func Run(t *testing.T, open func(*testing.T) Store) {
	for name, run := range map[string]func(*testing.T, Fleet){
		"FindSystem":              testFindSystem,
		"ListSystems":             testListSystems,
		"FilterSystems":           testFilterSystems,
		"FilterTasks":             testFilterTasks,
		"FilterImages":            testFilterImages,
		"UpdateSystem":            testUpdateSystem,
		"Reconfigure":             testReconfigure,
		"NamesAreUnique":          testNamesAreUnique,
		"OddNames":                testOddNames,
		"FindImage":               testFindImage,
		"ImageLife":               testImageLife,
		"ImageInUse":              testImageInUse,
		"FailedImport":            testFailedImport,
		"TaskOrder":               testTaskOrder,
		"TaskQueueIsBounded":      testTaskQueueIsBounded,
		"Supersede":               testSupersede,
		"TaskOfNothing":           testTaskOfNothing,
		"TaskKeepsItsRequest":     testTaskKeepsItsRequest,
		"CancelTask":              testCancelTask,
		"SuspendTask":             testSuspendTask,
		"CancelCommitted":         testCancelCommitted,
		"AbandonedProvision":      testAbandonedProvision,
		"HostsAreToldApart":       testHostsAreToldApart,
		"PruneAudit":              testPruneAudit,
		"Prune":                   testPrune,
		"ProvisionEnds":           testProvisionEnds,
		"DeleteEnds":              testDeleteEnds,
		"DeleteWhileProvisioning": testDeleteWhileProvisioning,
		"FinishTwice":             testFinishTwice,
		"Claim":                   testClaim,
		"ClaimUnheard":            testClaimUnheard,
		"ListenDispatch":          testListenDispatch,
		"PlaceSystem":             testPlaceSystem,
		"PlacementRace":           testPlacementRace,
		"PlacementWishes":         testPlacementWishes,
		"PlacementGroups":         testPlacementGroups,
		"Reservations":            testReservations,
		"OverfillRace":            testOverfillRace,
		"Rebalance":               testRebalance,
		"RegisterHost":            testRegisterHost,
		"HostStates":              testHostStates,
		"FencedHost":              testFencedHost,
		"Migration":               testMigration,
		"HostTasks":               testHostTasks,
		"TaskCensus":              testTaskCensus,
		"QueueRace":               testQueueRace,
		"SubTasks":                testSubTasks,
		"CancelDivided":           testCancelDivided,
		"ClaimUntold":             testClaimUntold,
		"SubTaskRace":             testSubTaskRace,
		"BatchQuota":              testBatchQuota,
		"Profiles":                testProfiles,
		"TakenNames":              testTakenNames,
		"Adoption":                testAdoption,
		"KeptCertificate":         testKeptCertificate,
		"Observe":                 testObserve,
		"ObserveComplete":         testObserveComplete,
		"Inventories":             testInventories,
		"Resize":                  testResize,
		"PowerState":              testPowerState,
		"PowerCause":              testPowerCause,
		"Hosts":                   testHosts,
		"Accounts":                testAccounts,
		"Sessions":                testSessions,
		"Projects":                testProjects,
		"AccountChanges":          testAccountChanges,
		"LastAdministrator":       testLastAdministrator,
		"Lockout":                 testLockout,
		"PasswordEndsSessions":    testPasswordEndsSessions,
		"Roles":                   testRoles,
		"ProjectChanges":          testProjectChanges,
		"Members":                 testMembers,
		"Quotas":                  testQuotas,
		"QuotaRace":               testQuotaRace,
		"Settings":                testSettings,
		"Audit":                   testAudit,
		"Logs":                    testLogs,
		"LogsAreBounded":          testLogsAreBounded,
		"Metrics":                 testMetrics,
		"Strangers":               testStrangers,
		"Events":                  testEvents,
		"EventsAppearInOrder":     testEventsAppearInOrder,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			project := must(s.FindProject(t.Context(), all, hawkfish.DefaultProject))(t)
			run(t, Fleet{Store: s, Project: project.ID})
		})
	}
}

// Fleet makes what tests need in a store.
type Fleet struct {
	Store
	Project string
}

// all sees everything.
var all = hawkfish.Scope{All: true}

// nobody belongs to a project that does not exist.
var nobody = hawkfish.Scope{Projects: []string{"5a0c1dfe-7a5e-4b52-9e0c-3f0f0f1a9b11"}}

// Provisioning stores a system whose provisioning has been opened; edit, if any, changes it before.
func (f Fleet) Provisioning(t testing.TB, name string, edit func(*hawkfish.System)) (hawkfish.System, hawkfish.Task) {
	t.Helper()
	s := hawkfish.System{
		ID: uuid.NewString(), Name: name, ProjectID: f.Project, CPUs: 1, MemoryMiB: 512, DiskGiB: 1, Network: "default",
		Machine: hawkfish.Machine{Boot: hawkfish.Boot{Primary: schemas.BootSourceHdd}}, Power: schemas.PowerStateOff,
	}
	if edit != nil {
		edit(&s)
	}
	task := must(f.CreateSystem(t.Context(), s, f.Wish(hawkfish.OpProvision, hawkfish.Target{})))(t)
	return must(f.FindSystem(t.Context(), all, s.ID))(t), task
}

// Tag changes a system's asset tag, which needs nothing carried to its host.
func Tag(ctx context.Context, s Store, scope hawkfish.Scope, id string, revision int64, tag string) (hawkfish.System, error) {
	change := func(s *hawkfish.System) error { s.AssetTag = tag; return nil }
	after, _, err := s.UpdateSystem(ctx, scope, id, revision, change, hawkfish.Task{})
	return after, err
}

// Ready stores a system that has been placed, if there is a host, and provisioned.
func (f Fleet) Ready(t testing.TB, name string, edit func(*hawkfish.System)) hawkfish.System {
	t.Helper()
	s, task := f.Provisioning(t, name, edit)
	if hosts := must(f.ListHosts(t.Context()))(t); len(hosts) > 0 {
		_ = must(f.PlaceSystem(t.Context(), s.ID))(t)
	}
	ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil))
	return must(f.FindSystem(t.Context(), all, s.ID))(t)
}

// Wish is a task that nobody has opened yet.
func (f Fleet) Wish(op hawkfish.Operation, target hawkfish.Target) hawkfish.Task {
	return hawkfish.Task{Operation: op, Target: target, Requester: "tester"}
}

// Announce makes a host.
func (f Fleet) Announce(t testing.TB, id string, capacity hawkfish.Resources, networks ...string) {
	t.Helper()
	ok(t, f.AnnounceHost(t.Context(), hawkfish.Announcement{
		HostID: id, URI: "test:///" + id, Facts: hawkfish.HostFacts{Capacity: capacity, Arch: "x86_64", Networks: networks},
	}))
}

// Reload returns the task as it is now.
func (f Fleet) Reload(t testing.TB, task hawkfish.Task) hawkfish.Task {
	t.Helper()
	return must(f.FindTask(t.Context(), all, task.ID))(t)
}

// Finish ends a task.
func (f Fleet) Finish(t testing.TB, task hawkfish.Task, state schemas.TaskState) {
	t.Helper()
	ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: state}, nil, nil))
}

func of(s hawkfish.System) hawkfish.Target {
	return hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID, Name: s.Name}
}

// must stops the test when a call has failed, else it returns what the call returned.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return value
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails stops the test unless err is of this kind.
func fails(t testing.TB, err error, kind hawkfish.Kind) *hawkfish.Error {
	t.Helper()
	if err == nil || hawkfish.KindOf(err) != kind {
		t.Fatalf("got error %v, want %s", err, kind)
	}
	return hawkfish.Faults(err)[0]
}

// failing is fails for calls that return a value, too.
func failing[T any](_ T, err error) error { return err }

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within 10 s", what)
		case <-tick.C:
		}
	}
}
