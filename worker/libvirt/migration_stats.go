package libvirt

import (
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// statistics says which of a job's typed parameters goes where (libvirt-domain.h, VIR_DOMAIN_JOB_...).
var statistics = map[string]func(j *job, v int64){
	"operation":              func(j *job, v int64) { j.outgoing = v == int64(golibvirt.DomainJobOperationStrMigrationOut) },
	"time_elapsed":           func(j *job, v int64) { j.Elapsed = time.Duration(v) * time.Millisecond },
	"downtime":               func(j *job, v int64) { j.downtime = v },
	"memory_total":           func(j *job, v int64) { j.MemoryTotal = v },
	"memory_processed":       func(j *job, v int64) { j.MemoryDone = v },
	"memory_remaining":       func(j *job, v int64) { j.MemoryLeft = v },
	"memory_bps":             func(j *job, v int64) { j.Rate = v },
	"memory_iteration":       func(j *job, v int64) { j.Round = v },
	"memory_postcopy_reqs":   func(j *job, v int64) { j.PostCopy = j.PostCopy || v > 0 },
	"auto_converge_throttle": func(j *job, v int64) { j.Throttle = v },
	"disk_total":             func(j *job, v int64) { j.DiskTotal = v },
	"disk_processed":         func(j *job, v int64) { j.DiskDone = v },
}

func readJob(params []golibvirt.TypedParam) job {
	var j job
	var pages, pageSize int64
	for _, p := range params {
		v := number(p.Value.I)
		if set := statistics[p.Field]; set != nil {
			set(&j, v)
		}
		switch p.Field {
		case "memory_dirty_rate": // pages a second
			pages = v
		case "memory_page_size":
			pageSize = v
		}
	}
	j.DirtyRate = pages * pageSize
	return j
}
