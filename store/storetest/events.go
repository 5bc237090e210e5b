package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testEvents(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	img := f.imported(t, "debian", "12")
	s := f.Ready(t, "web1", nil)
	at := time.Now().Truncate(time.Microsecond)
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: s.ID, Power: schemas.PowerStateOn, At: at}}, time.Time{}))
	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	ok(t, f.MarkDispatched(t.Context(), deletion.ID))
	f.Finish(t, deletion, schemas.TaskStateCompleted)

	var told []string
	var last int64
	events := must(f.ReadEvents(t.Context(), 0, 100))(t)
	for _, e := range events {
		told = append(told, fmt.Sprint(e.Kind, " ", e.Origin.Name))
		equal(t, "grows", e.Sequence > last, true)
		equal(t, "project", e.ProjectID, f.Project)
		last = e.Sequence
		if e.Kind == hawkfish.EventPowerChanged {
			var change hawkfish.PowerDetail
			ok(t, json.Unmarshal(e.Detail, &change))
			equal(t, "change", change, hawkfish.PowerDetail{From: schemas.PowerStateOff, To: schemas.PowerStateOn})
			equal(t, "at", e.At.Equal(at), true)
		}
	}
	equal(t, "told", told, []string{
		"TaskOpened debian:12", "TaskEnded debian:12", "ImageReady debian:12",
		"TaskOpened web1", "TaskEnded web1", "SystemCreated web1",
		"PowerStateChanged web1",
		"TaskOpened web1", "TaskUpdated web1", "TaskEnded web1", "SystemDeleted web1",
	})
	equal(t, "origin", events[0].Origin, hawkfish.Target{Kind: hawkfish.TargetImage, ID: img.ID, Name: img.Name + ":" + img.Version})
	equal(t, "after", must(f.ReadEvents(t.Context(), events[3].Sequence, 2))(t), events[4:6])
	var detail hawkfish.TaskDetail
	ok(t, json.Unmarshal(events[9].Detail, &detail))
	equal(t, "detail", detail, hawkfish.TaskDetail{TaskID: deletion.ID, Operation: hawkfish.OpDelete, State: schemas.TaskStateCompleted, Requester: "tester"})
}

// Who reads while others write misses nothing: no event turns up behind one already read.
func testEventsAppearInOrder(t *testing.T, f Fleet) {
	const writers, each = 8, 10
	var wg sync.WaitGroup
	errs := make(chan error, writers*each)
	for w := range writers {
		s := f.Ready(t, fmt.Sprint("s", w), nil)
		wg.Go(func() {
			for range each {
				_, err := f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s)))
				errs <- err
			}
		})
	}
	written := make(chan struct{})
	go func() { wg.Wait(); close(written) }()
	var read []hawkfish.Event
	for done := false; !done; {
		select {
		case <-written:
			done = true
		default:
		}
		var after int64
		if len(read) > 0 {
			after = read[len(read)-1].Sequence
		}
		read = append(read, must(f.ReadEvents(t.Context(), after, 1000))(t)...)
	}
	for range writers * each {
		ok(t, <-errs)
	}
	equal(t, "read as it happened", read, must(f.ReadEvents(t.Context(), 0, 1000))(t))
}
