package hawkfish

import (
	"context"
	"time"
)

// Hypervisor is what HawkFish asks of one host. worker/libvirt and
// worker/simulated implement it, and both pass worker/hypervisortest.
//
// Every method can be repeated after a half-done first try and then finishes
// the work: what is already so is success. Every method ends when ctx does.
// Errors are *Error: Unavailable when the host's libvirt does not answer,
// NotFound when the system has no domain here, Invalid for what can never
// work, Conflict when the guest's state forbids it, Unsupported, Exhausted
// when the host is out of a resource.
type Hypervisor interface {
	Migrator

	// Facts says what the host is and has.
	Facts(ctx context.Context) (HostFacts, error)

	// FetchImage brings an image into the host's cache and verifies its digest
	// (Invalid with Property "/SHA256" when it is another). An image already
	// there, by digest, is not fetched again. Invalid with Property "/URL" when the source does not have it
	// or may not be read, with "/Format" when the file is of another format or refers to other files, such as
	// a backing file, which its guests could read. progress, never nil, gets bytes; total is 0 when not known.
	FetchImage(ctx context.Context, src ImageSource, progress func(done, total int64)) (ImageFacts, error)
	// DropImage removes an image from the cache. It returns Conflict while a disk is a clone of it.
	DropImage(ctx context.Context, sha256 string) error

	// FetchMedium brings an image file for a drive into the host's cache, where it is kept by its digest for all
	// systems. It is streamed once. One that is there already, and that the source says has not changed since, is not
	// fetched again; calls for one source share a fetch. Errors and progress are FetchImage's.
	FetchMedium(ctx context.Context, src MediaSource, progress func(done, total int64)) (ImageFacts, error)
	// SweepMedia removes from the cache what no system of the host has in a drive and nobody has asked for within
	// grace, and what interrupted fetches have left.
	SweepMedia(ctx context.Context, grace time.Duration) error

	// CreateDisk makes a system's boot disk: a copy-on-write clone of g.Image, or
	// blank. Invalid with Property "/DiskGiB" when the image is larger than the disk; NotFound when it is not
	// in the cache. A disk that is there already is left as it is.
	CreateDisk(ctx context.Context, g Guest) error
	// DeleteDisks removes every file that belongs to the system, its serial log included. Conflict while the
	// guest runs.
	DeleteDisks(ctx context.Context, systemID string) error

	// Define makes the system's domain, switched off, which heeds Machine.PowerRestore from then on: once each time that the
	// host itself was started, it starts the guests that are to be on again. An existing definition is replaced in place; a guest
	// that runs goes on as it was started. Exists when another domain has the name; Conflict when a medium of its drives
	// is not in the cache. A medium that the guest has ejected by itself stays out.
	Define(ctx context.Context, g Guest) error
	// Configure is Define for a guest that may run: what a running guest can be given at once it gets, and what only a
	// boot can give it comes with its next boot, also with one that the guest begins by itself.
	Configure(ctx context.Context, g Guest) (Observation, error)
	// HasDisk reports whether the host reaches the system's boot disk.
	HasDisk(ctx context.Context, g Guest) (bool, error)
	// Forget removes the domain of a system that is elsewhere by now, also one that runs, and leaves its disks and its firmware's state alone.
	Forget(ctx context.Context, systemID string) error
	// Undefine removes the system's domain and its firmware state. Conflict while the guest runs.
	Undefine(ctx context.Context, systemID string) error

	// Start boots a guest that is off; one that Suspend has stopped goes on where it was.
	Start(ctx context.Context, systemID string) (Observation, error)
	// Stop pulls the plug, and forgets what Suspend has saved.
	Stop(ctx context.Context, systemID string) (Observation, error)
	// PressPowerButton sends the ACPI event and returns at once; the guest may ignore it. A guest that is off
	// stays off, which is success.
	PressPowerButton(ctx context.Context, systemID string) error
	// Reset presses the reset button. op names the operation: the same one is not done twice in a row, even
	// by a worker that has started anew. Conflict when the guest is off.
	Reset(ctx context.Context, systemID, op string) (Observation, error)
	// InjectNMI sends a non-maskable interrupt; op as with Reset.
	InjectNMI(ctx context.Context, systemID, op string) error
	// Pause holds a guest's processors. Conflict when the guest is off.
	Pause(ctx context.Context, systemID string) (Observation, error)
	// Resume lets a guest go on that is paused, whoever has paused it, or that sleeps. Conflict when it is off, or is
	// paused because it can no longer run.
	Resume(ctx context.Context, systemID string) (Observation, error)
	// Suspend saves a guest's memory on the host and switches it off. A guest that is off stays so, which is success.
	Suspend(ctx context.Context, systemID string) (Observation, error)

	// Observe looks at one system. A system without a domain is an Observation with Absent set, not an error.
	Observe(ctx context.Context, systemID string) (Observation, error)
	// ObserveAll looks at every system that HawkFish has defined on this host.
	ObserveAll(ctx context.Context) ([]Observation, error)
	// Watch calls seen, from one goroutine, for each change of a system until ctx ends or the host's events
	// are lost, which is the error it returns. ready is called once when no later change can be missed.
	Watch(ctx context.Context, ready func(), seen func(Observation)) error

	// Foreign lists the host's domains that are not HawkFish's, by name; with the mark that each would have as a system of the project.
	Foreign(ctx context.Context, projectID string) ([]Foreign, error)
	// Adopt makes a domain a system of HawkFish's by putting a mark on it, and changes nothing else: a guest that runs
	// goes on. Conflict when it can no longer be adopted as it was seen; NotFound when it is gone.
	Adopt(ctx context.Context, a Adoption) (Observation, error)
	// Release takes the mark of an adopted system away, and changes nothing else; without a mark or a domain that is success. Conflict
	// for a system that HawkFish has made, and while the guest's memory is saved or a medium of HawkFish's is in a drive.
	// DeleteDisks and Undefine are a Conflict for adopted systems.
	Release(ctx context.Context, systemID string) error

	// Inspect says what a system has: of a guest that runs, what it was started with and what it says of itself, else
	// what it will be started with. A guest that does not answer keeps nobody waiting for more than a few seconds.
	// NotFound when the system has no domain here.
	Inspect(ctx context.Context, systemID string) (Inventory, error)

	// Measure counts what the guests that run have used. One that does not answer is left out, or some of its figures are 0: it
	// keeps nobody waiting.
	Measure(ctx context.Context) (Measurement, error)

	// SerialOutput returns the last max bytes that the guest wrote to its first serial port
	// since it was last started from off; nothing when it has never run.
	SerialOutput(ctx context.Context, systemID string, max int) ([]byte, error)
}
