package control

import (
	"context"
	"errors"
	"strconv"

	"github.com/projectbeskar/hawkfish"
)

// maxWishes bounds each list of a placement: every host is compared with all of them.
const maxWishes = 64

// checkPlacement finds what is wrong with a placement whose properties are below at.
func checkPlacement(p hawkfish.Placement, at string) error {
	var faults []error
	for _, list := range []struct {
		name  string
		count int
	}{{"HostLabels", len(p.HostLabels)}, {"Tolerations", len(p.Tolerations)}, {"StoragePools", len(p.StoragePools)}} {
		if list.count > maxWishes {
			faults = append(faults, hawkfish.Refused(at+"/"+list.name, strconv.Itoa(list.count), "at most 64 are kept"))
		}
	}
	if p.AntiAffinity && p.Group == "" {
		faults = append(faults, hawkfish.Refused(at+"/AntiAffinity", "true", "it keeps the systems of a Group apart, and there is none"))
	}
	return errors.Join(faults...)
}

// CheckPlacement is for who changes a system's placement.
func CheckPlacement(p hawkfish.Placement) error { return checkPlacement(p, "/Oem/HawkFish/Placement") }

// ExplainWish says where something would go now. The wish's project is named by its ID or name; empty: the default project.
func (c *Control) ExplainWish(ctx context.Context, asked Asked, w hawkfish.Wish) (hawkfish.Explanation, error) {
	project, err := c.projectFor(ctx, asked, w.ProjectID)
	if err := errors.Join(err, checkPlacement(w.Placement, "/Placement")); err != nil {
		return hawkfish.Explanation{}, err
	}
	w.ProjectID = project.ID
	setDefault(&w.CPUs, 1)
	setDefault(&w.MemoryMiB, defaultMemoryMiB)
	setDefault(&w.DiskGiB, 1)
	return c.ExplainPlacement(ctx, w)
}

// ExplainSystem says where a system would go if its host were chosen now, or, once it is on one, if it had to leave that.
func (c *Control) ExplainSystem(ctx context.Context, asked Asked, ref string) (hawkfish.Explanation, error) {
	s, err := c.FindSystem(ctx, asked.By.Scope, ref)
	if err != nil {
		if hawkfish.KindOf(err) == hawkfish.NotFound {
			err = hawkfish.Refused("/System", ref, "there is no such system")
		}
		return hawkfish.Explanation{}, err
	}
	w := hawkfish.WishOf(s)
	w.Leaving = s.HostID
	return c.ExplainPlacement(ctx, w)
}
