package hawkfish_test

import (
	"slices"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// Whatever happens to a host, its state is one of those there are, it is never both unreachable and to be that again, and only an
// operator takes it out of maintenance or brings it back when it is fenced.
func TestHostStates(t *testing.T) {
	t.Parallel()
	changes := []hawkfish.HostChange{
		hawkfish.HostReports, hawkfish.HostFails, hawkfish.HostFallsSilent, hawkfish.HostEntersMaintenance, hawkfish.HostExitsMaintenance,
	}
	operators := changes[3:]
	for _, state := range hawkfish.HostState("").Values() {
		for _, resumes := range []hawkfish.HostState{hawkfish.HostEnabled, hawkfish.HostMaintenance} {
			was := hawkfish.Host{ID: "h1", State: hawkfish.HostState(state), Resumes: resumes}
			for _, change := range changes {
				is, event, err := was.After(change)
				if err != nil {
					if hawkfish.KindOf(err) != hawkfish.Conflict || !slices.Contains(operators, change) {
						t.Errorf("%s: %s: %v", state, change, err)
					}
					continue
				}
				same := is.State == was.State && (is.Resumes == was.Resumes || !slices.Contains(operators, change))
				if (event == "") != same {
					t.Errorf("%s, %s: %s makes it %s, %s, and tells %q", was.State, was.Resumes, change, is.State, is.Resumes, event)
				}
				if !slices.Contains(is.State.Values(), string(is.State)) || is.Resumes != hawkfish.HostEnabled && is.Resumes != hawkfish.HostMaintenance {
					t.Errorf("%s: %s makes it %q, %q", state, change, is.State, is.Resumes)
				}
				if !slices.Contains(operators, change) {
					if was.State == hawkfish.HostFenced && is.State != was.State || was.State == hawkfish.HostMaintenance && is.Resumes != was.State {
						t.Errorf("%s: %s makes it %s, %s", state, change, is.State, is.Resumes)
					}
				}
			}
		}
	}
}
