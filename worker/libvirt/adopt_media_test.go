package libvirt

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// Media come and go in the drive of an adopted guest that runs, and so does a further interface; afterwards its definition is as it was, and it has not noticed.
func TestMediaAndInterfacesOfAnAdoptedGuest(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	id := b.stranger(t, h, "media-"+uuid.NewString()[:8], true)
	before := theirs(t, h, id)
	all, err := h.Foreign(t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	var seen hawkfish.Foreign
	for _, f := range all {
		if f.ID == id {
			seen = f
		}
	}
	if _, err := h.Adopt(t.Context(), hawkfish.Adoption{ProjectID: "p1", Seen: seen}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 4096)) }))
	defer server.Close()
	facts, err := h.FetchMedium(t.Context(), hawkfish.MediaSource{URL: server.URL + "/disc.iso"}, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	g := hawkfish.Guest{ID: id, Name: seen.Name, ProjectID: "p1", CPUs: 1, MemoryMiB: 64, Network: "default", MAC: seen.First().MAC, Machine: seen.Machine.Clone()}
	with := g
	with.Machine = g.Machine.WithMedium(hawkfish.SlotCd, &hawkfish.Medium{ID: "m1", SHA256: facts.SHA256})
	with.Machine.NICs = []hawkfish.NIC{{MAC: "52:54:00:0a:0b:0c", Network: "default"}}
	if _, err := h.Configure(t.Context(), with); err != nil {
		t.Fatal(err)
	}
	d := live(t, h, id)
	if drive := driveOf(d, hawkfish.SlotCd); drive == nil || drive.Target.Dev != "hdc" || !isMedium(fileOf(*drive)) || len(d.Devices.Interfaces) != 1 {
		t.Errorf("got %+v, %d interfaces", drive, len(d.Devices.Interfaces))
	}
	if now := theirs(t, h, id); !strings.Contains(now, "52:54:00:0a:0b:0c") || qemuOf(t, id) == "" || !strings.HasSuffix(before, qemuOf(t, id)) {
		t.Errorf("got %s", now)
	}
	if err := h.Release(t.Context(), id); hawkfish.KindOf(err) != hawkfish.Conflict {
		t.Errorf("released with a medium: %v", err)
	}
	if _, err := h.Configure(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if err := h.Release(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	// Of the run, QEMU has another number for its empty drive.
	_, now, _ := strings.Cut(theirs(t, h, id), "</domain>")
	if _, was, _ := strings.Cut(before, "</domain>"); now != was {
		t.Errorf("it was touched:\n%s\nwas\n%s", now, was)
	}
}
