package hawkfish

// QuotaKind is something of which a project may have a limited amount.
type QuotaKind string

const (
	QuotaVCPUs     QuotaKind = "VCPUs"
	QuotaMemoryGiB QuotaKind = "MemoryGiB"
	QuotaDiskGiB   QuotaKind = "DiskGiB"
	QuotaSystems   QuotaKind = "Systems"
	QuotaVolumes   QuotaKind = "Volumes"
	QuotaSnapshots QuotaKind = "Snapshots"
)

// QuotaKinds lists the kinds in the order in which they are shown.
var QuotaKinds = []QuotaKind{QuotaVCPUs, QuotaMemoryGiB, QuotaDiskGiB, QuotaSystems, QuotaVolumes, QuotaSnapshots}

// Quotas are the limits of a project; what is not in it has none.
type Quotas map[QuotaKind]int64

// Usage is how much of each kind a project has. Memory may have a part of a GiB.
type Usage map[QuotaKind]float64

// Need is what a system takes from its project's quotas.
func (s System) Need() Usage {
	return Usage{
		QuotaVCPUs: float64(s.CPUs), QuotaMemoryGiB: float64(s.MemoryMiB) / 1024, QuotaDiskGiB: float64(s.DiskGiB), QuotaSystems: 1,
	}
}

// Beyond is how much more u is than was, of each kind.
func (u Usage) Beyond(was Usage) Usage {
	more := Usage{}
	for kind, amount := range u {
		more[kind] = max(0, amount-was[kind])
	}
	return more
}

// Any reports whether u is something at all.
func (u Usage) Any() bool {
	for _, amount := range u {
		if amount > 0 {
			return true
		}
	}
	return false
}

// Exceeded returns the first kind of which a project that has used would have too much with need more. Nothing is
// asked of a kind of which no more is needed: a quota that was lowered later takes nothing away.
func (q Quotas) Exceeded(used, need Usage) (kind QuotaKind, limit int64, exceeded bool) {
	for _, kind := range QuotaKinds {
		limit, limited := q[kind]
		if limited && need[kind] > 0 && used[kind]+need[kind] > float64(limit) {
			return kind, limit, true
		}
	}
	return "", 0, false
}
