package bench

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets that are 1/32 of a power of two wide, so that a quantile is
// at most 3 % off. It does not allocate.
type histogram struct {
	counts [64 * fineness]uint64
	total  uint64
}

const (
	fineBits = 5
	fineness = 1 << fineBits
)

func bucketOf(d time.Duration) int {
	n := uint64(max(d, fineness))
	exponent := bits.Len64(n) - 1 - fineBits
	return exponent*fineness + int(n>>exponent) - fineness
}

// startOf is the shortest duration in a bucket.
func startOf(bucket int) time.Duration {
	exponent, mantissa := bucket/fineness, bucket%fineness
	return time.Duration(mantissa+fineness) << exponent
}

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)]++
	h.total++
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
}

// quantile returns what a share q of the durations does not exceed, to the bucket; 0 when there are none.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q*float64(h.total) + 0.5)
	for i, n := range h.counts {
		if n > 0 && n >= rank {
			return startOf(i)
		}
		rank -= min(n, rank)
	}
	return 0
}
