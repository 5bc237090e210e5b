// Package durability tests what HawkFish promises of its work: whatever dies,
// and whenever, what was accepted is done once, and nothing is left behind.
// The whole fleet runs in processes of its own (package stack), which are
// stopped at a step (package hold) and killed there.
//
// HAWKFISH_FULL=1 kills before and after each step; without it, before one
// and after the next. HAWKFISH_REQUIRE_LAB=1 insists on real libvirt hosts.
package durability

import (
	"os"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish/lab/labtest"
)

func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }

// within bounds the end of a task, whatever was killed.
const within = 2 * time.Minute

// turns is how often everything is done: once, or with the points before steps and those after them exchanged as well.
func turns() int {
	if os.Getenv("HAWKFISH_FULL") == "1" {
		return 2
	}
	return 1
}
