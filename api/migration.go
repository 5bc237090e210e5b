package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// migrateRequest says where a system is brought to, and how.
type migrateRequest struct {
	TargetHost     string                 `json:"TargetHost" validate:"max=63"` // left out: the best one
	Mode           hawkfish.MigrationMode `json:"Mode"`                         // left out: Live
	CopyStorage    *bool                  `json:"CopyStorage"`                  // left out: as the hosts' storage is
	MaxDowntimeMs  int64                  `json:"MaxDowntimeMs" validate:"min=0,max=1048576"`
	BandwidthMiBps int64                  `json:"BandwidthMiBps" validate:"min=0,max=1048576"`
	// AutoConverge: the guest is slowed down from the start. PostCopy: the same as IfNotConverging PostCopy.
	AutoConverge    bool                 `json:"AutoConverge"`
	PostCopy        bool                 `json:"PostCopy"`
	IfNotConverging hawkfish.Convergence `json:"IfNotConverging"`                            // left out: Fail
	ConvergeSeconds int                  `json:"ConvergeSeconds" validate:"min=1,max=21600"` // left out: 300
}

// newMigration is the same, with the system.
type newMigration struct {
	System string `json:"System" validate:"required,min=1,max=255"` // UUID or name
	migrateRequest
}

// order is what is asked for.
func (p migrateRequest) order() (hawkfish.MigrationOrder, error) {
	policy := p.IfNotConverging
	if p.PostCopy {
		if policy != "" && policy != hawkfish.ConvergePostCopy {
			return hawkfish.MigrationOrder{}, hawkfish.Refused("/PostCopy", "true", "IfNotConverging says otherwise")
		}
		policy = hawkfish.ConvergePostCopy
	}
	return hawkfish.MigrationOrder{To: p.TargetHost, MigrationPlan: hawkfish.MigrationPlan{
		Mode: p.Mode, CopyStorage: p.CopyStorage, BandwidthMiBps: p.BandwidthMiBps, MaxDowntimeMs: p.MaxDowntimeMs,
		IfNotConverged: policy, ConvergeBy: time.Duration(p.ConvergeSeconds) * time.Second, Throttle: p.AutoConverge,
	}}, nil
}

// migrationState is a migration, and how far its transfer has come.
type migrationState struct {
	hawkfish.Migration
	transfer *hawkfish.MigrationProgress
}

// migrationView is a system's way from one host to another.
type migrationView struct {
	ID              string                  `json:"Id"`
	Name            string                  `json:"Name"`
	State           hawkfish.MigrationState `json:"State"`
	SystemName      string                  `json:"SystemName"`
	SystemID        string                  `json:"SystemId"`
	SourceHost      string                  `json:"SourceHost"`
	TargetHost      string                  `json:"TargetHost"`
	Mode            hawkfish.MigrationMode  `json:"Mode"`
	SharedStorage   bool                    `json:"SharedStorage"` // the disk is not copied
	BandwidthMiBps  int64                   `json:"BandwidthMiBps"`
	MaxDowntimeMs   int64                   `json:"MaxDowntimeMs"`
	IfNotConverging hawkfish.Convergence    `json:"IfNotConverging"`
	Requester       string                  `json:"Requester"`
	StartTime       string                  `json:"StartTime"`
	MovedTime       string                  `json:"MovedTime,omitempty"`
	EndTime         string                  `json:"EndTime,omitempty"`
	Progress        *transferView           `json:"Progress,omitempty"` // while it is being transferred
	Result          *transferredView        `json:"Result,omitempty"`   // when it has been
	Task            *redfish.Link           `json:"Task,omitempty"`
	System          *redfish.Link           `json:"System,omitempty"`
	Project         string                  `json:"Project"`
}

// transferView is how far a transfer has come. Bytes are counted as they are sent: memory that changes is sent again.
type transferView struct {
	Percent         int     `json:"Percent"`
	MemoryBytes     int64   `json:"MemoryBytes"`
	MemoryLeftBytes int64   `json:"MemoryLeftBytes"`
	DiskBytes       int64   `json:"DiskBytes"`
	DiskTotalBytes  int64   `json:"DiskTotalBytes"`
	BytesPerSecond  int64   `json:"BytesPerSecond"`
	DirtyPerSecond  int64   `json:"DirtyBytesPerSecond"`
	Rounds          int64   `json:"Rounds"`
	ThrottlePercent int64   `json:"ThrottlePercent"`
	ElapsedSeconds  float64 `json:"ElapsedSeconds"`
}

// transferredView is what a transfer has taken.
type transferredView struct {
	DowntimeMs   int64   `json:"DowntimeMs"`
	TotalSeconds float64 `json:"TotalSeconds"`
	MemoryBytes  int64   `json:"MemoryBytes"`
	DiskBytes    int64   `json:"DiskBytes"`
}

// migrationPatch changes a transfer under way.
type migrationPatch struct {
	BandwidthMiBps int64 `json:"BandwidthMiBps" validate:"min=1,max=1048576"`
	MaxDowntimeMs  int64 `json:"MaxDowntimeMs" validate:"min=1,max=1048576"`
}

// migrate brings a system to another host. Where systems are is the business of who runs the hosts.
func migrate(c *control.Control) redfish.ActionOf[hawkfish.System] {
	return redfish.Do("Oem/HawkFishComputerSystem.Migrate", func(ctx context.Context, req *redfish.Request, s hawkfish.System, p migrateRequest) (redfish.Result, error) {
		if !manages(req) {
			return redfish.Result{}, &hawkfish.Error{Kind: hawkfish.Denied, Resource: "ComputerSystem", ID: s.ID, Message: "who runs the hosts says where systems are"}
		}
		return migrated(ctx, c, req, s, p)
	})
}

func migrated(ctx context.Context, c *control.Control, req *redfish.Request, s hawkfish.System, p migrateRequest) (redfish.Result, error) {
	order, err := p.order()
	if err != nil {
		return redfish.Result{}, err
	}
	return accepted(c.MigrateSystem(ctx, asked(req), s, order))
}

func migrations(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishMigrationCollection.HawkFishMigrationCollection",
		Name:  "MigrationCollection",
		Title: "Migrations",
		Path:  "/redfish/v1/Oem/HawkFish/Migrations",
		Like:  "MigrationCollection",
		Of:    "Migration",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return c.MigrationIDs(ctx, req.Scope(), page)
		},
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newMigration) (redfish.Result, error) {
			s, err := c.FindSystem(ctx, req.Scope(), p.System)
			if err != nil && hawkfish.KindOf(err) == hawkfish.NotFound {
				err = hawkfish.Refused("/System", p.System, "there is no such system")
			}
			if err != nil {
				return redfish.Result{}, err
			}
			return migrated(ctx, c, req, s, p.migrateRequest)
		}),
	})
	one := redfish.Define(redfish.Spec[migrationView, migrationState]{
		Type: "#HawkFishMigration.v1_0_0.HawkFishMigration",
		Name: "Migration",
		Path: "/redfish/v1/Oem/HawkFish/Migrations/{id}",
		Like: "Migration",
		Load: func(ctx context.Context, req *redfish.Request) (migrationState, error) {
			m, err := c.FindMigration(ctx, req.Scope(), req.Var("id"))
			s := migrationState{Migration: m}
			if err != nil || req.Method != http.MethodGet {
				return s, err
			}
			if p, ok := c.TransferOf(ctx, m); ok {
				s.transfer = &p
			}
			return s, nil
		},
		Key:     func(s migrationState) string { return s.ID },
		Project: func(s migrationState) string { return s.ProjectID },
		Show:    showMigration,
		Patch: redfish.Writable(func(ctx context.Context, _ *redfish.Request, s migrationState, p migrationPatch) (migrationState, error) {
			return s, c.TuneMigration(ctx, s.Migration, p.BandwidthMiBps, p.MaxDowntimeMs)
		}),
		Delete: func(ctx context.Context, req *redfish.Request, s migrationState) (redfish.Result, error) {
			return accepted(c.CancelMigration(ctx, asked(req), s.Migration))
		},
	})
	return []redfish.Resource{collection, one}
}

func showMigration(to redfish.Links, s migrationState) migrationView {
	v := migrationView{
		ID: s.ID, Name: "Migration of " + s.SystemName, State: s.State, SystemName: s.SystemName, SystemID: s.SystemID,
		SourceHost: s.From, TargetHost: s.To, Mode: cmp.Or(s.Plan.Mode, hawkfish.MigrateLive), SharedStorage: s.Shared,
		BandwidthMiBps: s.Plan.BandwidthMiBps, MaxDowntimeMs: s.Plan.MaxDowntimeMs, IfNotConverging: cmp.Or(s.Plan.IfNotConverged, hawkfish.ConvergeFail),
		Requester: s.Requester, StartTime: timeOf(s.StartedAt), Project: s.ProjectID,
	}
	if !s.MovedAt.IsZero() {
		v.MovedTime = timeOf(s.MovedAt)
		v.Result = &transferredView{s.Result.Downtime.Milliseconds(), s.Result.Total.Seconds(), s.Result.MemoryBytes, s.Result.DiskBytes}
	}
	if s.EndedAt.IsZero() { // later the task and the system may be gone
		v.Task, v.System = to.To("Task", s.ID), to.To("ComputerSystem", s.SystemID)
	} else {
		v.EndTime = timeOf(s.EndedAt)
	}
	if p := s.transfer; p != nil {
		v.Progress = showTransfer(*p)
	}
	return v
}

func showTransfer(p hawkfish.MigrationProgress) *transferView {
	v := &transferView{
		MemoryBytes: p.MemoryDone, MemoryLeftBytes: p.MemoryLeft, DiskBytes: p.DiskDone, DiskTotalBytes: p.DiskTotal, BytesPerSecond: p.Rate,
		DirtyPerSecond: p.DirtyRate, Rounds: p.Round, ThrottlePercent: p.Throttle, ElapsedSeconds: rounded(p.Elapsed.Seconds()),
	}
	if done, total := p.Share(); total > 0 {
		v.Percent = int(100 * done / total)
	}
	return v
}
