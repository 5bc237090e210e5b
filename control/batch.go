package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// BatchRequest asks for many systems of one profile.
type BatchRequest struct {
	Profile        string // ID or name
	Count          int    // 1 to MaxBatch
	NamePrefix     string // empty: the profile's name and a hyphen
	StartIndex     *int   // of the first name; nil: 1
	ZeroPad        int    // the least digits of a number in a name, 0 to 6
	MaxConcurrency int    // how many are made at once, 1 to 32; 0: 8
}

// Batch is many systems that are being made of one profile. It is the input of its task: what the profile said then is
// what all of them get.
type Batch struct {
	hawkfish.Plan
	ProfileID   string           `json:"profile"`
	ProfileName string           `json:"profile_name"`
	NamePrefix  string           `json:"name_prefix"`
	StartIndex  int              `json:"start_index"`
	ZeroPad     int              `json:"zero_pad"`
	System      ProvisionRequest `json:"system"` // each of them, but its name
}

const (
	// MaxBatch is how many systems one batch makes at most.
	MaxBatch = 1000

	maxZeroPad         = 6
	maxStartIndex      = 999_999
	maxBatchAtOnce     = 32
	defaultBatchAtOnce = 8
	maxTakenTold       = 16 // names that are taken, of which a refusal tells
)

// nameOf is the name of a system by its place in the batch, from 0.
func (b Batch) nameOf(index int) string {
	return fmt.Sprintf("%s%0*d", b.NamePrefix, b.ZeroPad, b.StartIndex+index)
}

// MakeBatch opens the task that makes a batch. It is refused as a whole when one name is taken, or when the project
// may not have as much; what happens later happens to single systems.
func (c *Control) MakeBatch(ctx context.Context, asked Asked, req BatchRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	profile, err := c.profileFor(ctx, asked.By.Scope, req.Profile, "/Profile")
	if err := errors.Join(checkBatch(req), err); err != nil {
		return hawkfish.Task{}, err
	}
	b, need, err := c.planBatch(ctx, asked, req, profile)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, b.System.Project, hawkfish.OpBatch, hawkfish.Target{Kind: hawkfish.TargetBatch, Name: b.NamePrefix}, b)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t.Parts = b.Parts
	return c.opened(c.OpenBatch(ctx, t, need))
}

func checkBatch(req BatchRequest) error {
	start := 1
	if req.StartIndex != nil {
		start = *req.StartIndex
	}
	var faults []error
	for _, number := range []struct {
		property           string
		value, least, most int
	}{
		{"/Count", req.Count, 1, MaxBatch}, {"/StartIndex", start, 0, maxStartIndex}, {"/ZeroPad", req.ZeroPad, 0, maxZeroPad},
		{"/MaxConcurrency", req.MaxConcurrency, 0, maxBatchAtOnce},
	} {
		if number.value < number.least || number.value > number.most {
			faults = append(faults, hawkfish.Refused(number.property, strconv.Itoa(number.value), fmt.Sprintf("it must be from %d to %d", number.least, number.most)))
		}
	}
	return errors.Join(faults...)
}

// planBatch turns a request into a batch and what it needs of its project's quotas, or into everything that is wrong with it.
func (c *Control) planBatch(ctx context.Context, asked Asked, req BatchRequest, profile hawkfish.Profile) (Batch, hawkfish.Usage, error) {
	b := Batch{
		Plan:      hawkfish.Plan{Parts: req.Count, MaxConcurrency: req.MaxConcurrency},
		ProfileID: profile.ID, ProfileName: profile.Name,
		NamePrefix: req.NamePrefix, StartIndex: 1, ZeroPad: req.ZeroPad,
	}
	setDefault(&b.MaxConcurrency, defaultBatchAtOnce)
	setDefault(&b.NamePrefix, profile.Name+"-")
	if req.StartIndex != nil {
		b.StartIndex = *req.StartIndex
	}
	longest := of(profile, ProvisionRequest{Name: b.nameOf(b.Parts - 1)})
	s, image, err := c.plan(ctx, asked, longest)
	if err != nil {
		return b, nil, ofProfile(err, profile)
	}
	b.System = ProvisionRequest{
		CPUs: s.CPUs, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB, Image: image.ID, Network: s.Network,
		Primary: s.Machine.Boot.Primary, Firmware: s.Machine.Firmware, Project: s.ProjectID,
	}
	setDefault(&b.System.Network, noNetwork)
	need := s.Need()
	for kind := range need {
		need[kind] *= float64(b.Parts)
	}
	return b, need, c.namesFree(ctx, b)
}

// ofProfile tells of what is wrong with a system in the words of the batch: but for its name, the profile says it.
func ofProfile(err error, p hawkfish.Profile) error {
	var faults []error
	for _, f := range hawkfish.Faults(err) {
		fault := *f
		switch fault.Property {
		case "":
		case "/Name":
			fault.Property = "/NamePrefix"
		default:
			fault.Message = "its " + fault.Property[1:] + ": " + fault.Message
			fault.Property, fault.Value = "/Profile", p.Name
		}
		faults = append(faults, &fault)
	}
	return errors.Join(faults...)
}

func (c *Control) namesFree(ctx context.Context, b Batch) error {
	names := make([]string, b.Parts)
	for i := range names {
		names[i] = b.nameOf(i)
	}
	taken, err := c.TakenNames(ctx, names)
	if err != nil {
		return err
	}
	var faults []error
	for _, name := range taken[:min(len(taken), maxTakenTold)] {
		faults = append(faults, hawkfish.Taken("ComputerSystem", "/NamePrefix", name))
	}
	return errors.Join(faults...)
}

// openBatched opens the subtask that makes a system of a batch (see divided).
func (c *Control) openBatched(ctx context.Context, parent hawkfish.Task, index int) (hawkfish.Task, error) {
	b, err := BatchOf(parent)
	if err != nil {
		return hawkfish.Task{}, err
	}
	id, err := partOf(parent, index)
	if err != nil {
		return hawkfish.Task{}, err
	}
	asked := askedBy(parent)
	system := uuid.NewSHA1(id, []byte("system"))
	req := b.System
	req.Name = b.nameOf(index)
	s, image, wrong := c.plan(ctx, asked, req)
	s.ID, s.MAC, s.ProjectID = system.String(), macOf(system), parent.ProjectID
	t, err := newTask(asked, s.ProjectID, hawkfish.OpProvision, systemTarget(s), hawkfish.NewGuest(s, image))
	if t.ID, t.ParentID = id.String(), parent.ID; err != nil || wrong != nil {
		return t, errors.Join(wrong, err)
	}
	made, err := c.CreateSystem(ctx, s, t)
	if err != nil {
		return t, err
	}
	return made, nil
}

// BatchOf reads what a batch's task is to make.
func BatchOf(t hawkfish.Task) (b Batch, err error) { return b, json.Unmarshal(t.Input, &b) }

// FindBatch finds the task of a batch, which has its ID. NotFound.
func (c *Control) FindBatch(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	t, err := c.FindTask(ctx, scope, id)
	if err != nil && hawkfish.KindOf(err) == hawkfish.NotFound || err == nil && t.Operation != hawkfish.OpBatch {
		return t, hawkfish.Missing("Batch", id)
	}
	return t, err
}

// BatchIDs lists the IDs of batches, newest first.
func (c *Control) BatchIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]string, int, error) {
	operation := hawkfish.OpBatch
	return c.TaskIDsWith(ctx, scope, hawkfish.TaskFilter{Operation: &operation}, page)
}
