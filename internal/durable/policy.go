package durable

import (
	"time"

	"go.temporal.io/sdk/temporal"
)

// Policy is a named set of timeouts and retries. Workflows never spell these out.
type Policy struct {
	Timeout   time.Duration // of one attempt
	Heartbeat time.Duration // silence after which an attempt counts as dead; zero: the attempt is too short to need one
	Wait      time.Duration // for a worker to take it up; zero: as long as GiveUp
	GiveUp    time.Duration // of all attempts, waiting for a worker included; zero: never
	Attempts  int32         // that may fail; zero: any number
	// Local runs the step inside the workflow's own worker, without a trip through the server.
	Local bool
}

var (
	// Record is for what the fleet worker writes to its database. It must be done in the end.
	Record = Policy{Timeout: 5 * time.Second, Local: true}
	// Quick is for a call or two to a host. Most are done before a heartbeat is due; it is there so that work
	// goes on soon after a worker has died. A slow host may take its time: libvirt may have to ask QEMU what it can.
	Quick = Policy{Timeout: 2 * time.Minute, Heartbeat: 5 * time.Second, GiveUp: 15 * time.Minute}
	// Brief is for what somebody waits for, and asks again when it fails: a caller has an answer in 5 seconds.
	Brief = Policy{Timeout: 4 * time.Second, GiveUp: 4 * time.Second}
	// Glance is for a question whose answer may be missing: whoever asks does something about it.
	Glance = Policy{Timeout: 20 * time.Second, GiveUp: time.Minute}
	// Slow is for what moves data, or waits for a guest. It may take hours; to fail for minutes, or to find no
	// worker for a quarter of an hour, is enough for somebody to be told.
	Slow = Policy{Timeout: 6 * time.Hour, Heartbeat: 10 * time.Second, Wait: 15 * time.Minute, GiveUp: 12 * time.Hour, Attempts: 60}
	// Fetch is Slow for what others wait behind: a source that does not answer for half a minute has failed.
	Fetch = Policy{Timeout: 6 * time.Hour, Heartbeat: 10 * time.Second, Wait: 15 * time.Minute, GiveUp: 12 * time.Hour, Attempts: 12}
)

// retries is how every step is tried again; whether, is decided by the error's Kind.
func (p Policy) retries() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 5 * time.Second, MaximumAttempts: p.Attempts}
}

// recordForever bounds what must be done in the end: long enough for any outage, short enough for Temporal to accept.
const recordForever = 365 * 24 * time.Hour
