package inventory_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
)

func TestMeasured(t *testing.T) {
	t.Parallel()
	m := hawkfish.Measurement{HostID: "h1", At: time.Unix(5, 0).UTC(), Simulated: true, Samples: []hawkfish.Sample{
		{SystemID: "35a76698-e7de-4f99-b7f9-6d3dbbfedcf1", CPU: math.MaxInt64, Memory: 1, Read: 2, Written: 3, Reads: 4, Writes: 5, Received: 6, Sent: 7},
		{SystemID: "00000000-0000-4000-8000-000000000000"},
	}}
	odd := m
	odd.Samples = append(odd.Samples[:2:2], hawkfish.Sample{SystemID: "no id"})
	if got, err := inventory.Pack(odd).Unpack(); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzMeasured(f *testing.F) {
	f.Add(inventory.Pack(hawkfish.Measurement{Samples: []hawkfish.Sample{{SystemID: "35a76698-e7de-4f99-b7f9-6d3dbbfedcf1", CPU: 300}}}).Samples)
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		m, err := inventory.Measured{Samples: packed}.Unpack()
		if err != nil {
			return
		}
		again, err := inventory.Pack(m).Unpack()
		if err != nil || !reflect.DeepEqual(again, m) || len(inventory.Pack(m).Samples) > len(bytes.Clone(packed)) {
			t.Errorf("%+v, %v", again, err)
		}
	})
}
