package libvirt

import (
	"context"
	"errors"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// MigrationState looks at a domain's state, and at the job that it has (virDomainGetState, virDomainGetJobStats).
func (h *Host) MigrationState(ctx context.Context, systemID string) (hawkfish.Standing, error) {
	id, err := parseID(systemID)
	if err != nil {
		return hawkfish.StandsUnknown, err
	}
	standing, err := ask(ctx, h, func(c *conn) (hawkfish.Standing, error) { return h.standing(c, id) })
	return about(systemID, standing, err)
}

func (h *Host) standing(c *conn, id golibvirt.UUID) (hawkfish.Standing, error) {
	dom, err := c.DomainLookupByUUID(id)
	if isCode(err, golibvirt.ErrNoDomain) {
		return hawkfish.StandsNowhere, nil
	}
	if err != nil {
		return hawkfish.StandsUnknown, err
	}
	standing, err := standingOf(c, dom)
	if isCode(err, golibvirt.ErrNoDomain) { // it has gone meanwhile
		return hawkfish.StandsNowhere, nil
	}
	return standing, err
}

func standingOf(c *conn, dom golibvirt.Domain) (hawkfish.Standing, error) {
	state, reason, err := c.DomainGetState(dom, 0)
	if err != nil {
		return hawkfish.StandsUnknown, err
	}
	switch golibvirt.DomainState(state) {
	case golibvirt.DomainShutoff:
		if golibvirt.DomainShutoffReason(reason) == golibvirt.DomainShutoffMigrated {
			return hawkfish.StandsSent, nil
		}
		return hawkfish.StandsOff, nil
	case golibvirt.DomainCrashed:
		return hawkfish.StandsOff, nil
	case golibvirt.DomainPaused:
		if golibvirt.DomainPausedReason(reason) == golibvirt.DomainPausedPostcopyFailed {
			return hawkfish.StandsHalfSent, nil
		}
	case golibvirt.DomainRunning:
		switch golibvirt.DomainRunningReason(reason) {
		case golibvirt.DomainRunningPostcopy, golibvirt.DomainRunningPostcopyFailed:
			return hawkfish.StandsHalfCome, nil
		}
	}
	kept, err := c.DomainIsPersistent(dom)
	if err != nil {
		return hawkfish.StandsUnknown, err
	}
	if kept == 0 { // it becomes the guest's own when that has come
		return hawkfish.StandsIncoming, nil
	}
	job, err := jobOf(c, dom)
	switch {
	case err != nil:
		return hawkfish.StandsUnknown, err
	case job.outgoing:
		return hawkfish.StandsSending, nil
	case golibvirt.DomainState(state) == golibvirt.DomainPaused && golibvirt.DomainPausedReason(reason) == golibvirt.DomainPausedMigration:
		return hawkfish.StandsHeld, nil
	}
	return hawkfish.StandsHere, nil
}

// job is what libvirt says of a transfer.
type job struct {
	hawkfish.MigrationProgress
	outgoing bool
	downtime int64 // milliseconds; of one that has ended
}

// jobOf asks for the job of a domain that runs (virDomainGetJobStats). One that has ended meanwhile has none.
func jobOf(c *conn, dom golibvirt.Domain) (job, error) {
	kind, params, err := c.DomainGetJobStats(dom, 0)
	if isCode(err, golibvirt.ErrOperationUnsupported) || isCode(err, golibvirt.ErrOperationInvalid) { // an incoming one is not counted
		return job{}, nil
	}
	if err != nil {
		return job{}, err
	}
	j := readJob(params)
	j.outgoing = golibvirt.DomainJobType(kind) != golibvirt.DomainJobNone && j.outgoing
	return j, nil
}

// endedJob asks what a transfer has taken that has ended (VIR_DOMAIN_JOB_STATS_COMPLETED); the zero job: it is not known any more.
func endedJob(c *conn, dom golibvirt.Domain) (job, error) {
	_, params, err := c.DomainGetJobStats(dom, golibvirt.DomainJobStatsCompleted)
	if _, told := errors.AsType[golibvirt.Error](err); told && !c.isLost() {
		return job{}, nil
	}
	return readJob(params), err
}
