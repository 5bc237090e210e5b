package bench

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuantiles(t *testing.T) {
	t.Parallel()
	var h histogram
	require.Zero(t, h.quantile(0.5))
	for i := range 1000 {
		h.add(time.Duration(i+1) * time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.99: 990 * time.Millisecond, 1: time.Second} {
		require.InEpsilon(t, want, h.quantile(q), 0.035, q)
	}
	var sum histogram
	sum.merge(&h)
	sum.merge(&h)
	require.Equal(t, h.quantile(0.9), sum.quantile(0.9))
}

func TestEveryDurationHasABucket(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{-1, 0, 1, 31, 32, 33, 1000, time.Hour, math.MaxInt64} {
		bucket := bucketOf(d)
		start := startOf(bucket)
		require.LessOrEqual(t, start, max(d, fineness), d)
		require.InEpsilon(t, max(d, fineness), start, 1.0/fineness, d)
	}
}
