package inventory

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Measured is a hawkfish.Measurement as it goes through Temporal, which keeps what it was given: of each guest the 16 bytes of
// its UUID and eight numbers of variable length, a third of what JSON takes.
type Measured struct {
	HostID    string    `json:"host"`
	At        time.Time `json:"at"`
	Simulated bool      `json:"simulated,omitempty"`
	Samples   []byte    `json:"samples"`
}

// Pack writes a measurement. Samples of what has no UUID are left out.
func Pack(m hawkfish.Measurement) Measured {
	packed := Measured{HostID: m.HostID, At: m.At, Simulated: m.Simulated}
	for _, s := range m.Samples {
		id, err := hex.DecodeString(strings.ReplaceAll(s.SystemID, "-", ""))
		if err != nil || len(id) != uuidBytes {
			continue
		}
		packed.Samples = append(packed.Samples, id...)
		for _, n := range figures(&s) {
			packed.Samples = binary.AppendUvarint(packed.Samples, uint64(max(*n, 0)))
		}
	}
	return packed
}

// Unpack reads a measurement. Invalid when it is none.
func (m Measured) Unpack() (hawkfish.Measurement, error) {
	all := hawkfish.Measurement{HostID: m.HostID, At: m.At, Simulated: m.Simulated}
	for rest := m.Samples; len(rest) > 0; {
		if len(rest) < uuidBytes {
			return all, errMeasured
		}
		id := hex.EncodeToString(rest[:uuidBytes])
		rest = rest[uuidBytes:]
		s := hawkfish.Sample{SystemID: strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")}
		for _, into := range figures(&s) {
			n, size := binary.Uvarint(rest)
			if size <= 0 || n > 1<<63-1 {
				return all, errMeasured
			}
			*into, rest = int64(n), rest[size:]
		}
		all.Samples = append(all.Samples, s)
	}
	return all, nil
}

const uuidBytes = 16

var errMeasured = &hawkfish.Error{Kind: hawkfish.Invalid, Message: "the measurement cannot be read"}

// figures lists what is counted, in the order in which it is packed.
func figures(s *hawkfish.Sample) [8]*int64 {
	return [8]*int64{&s.CPU, &s.Memory, &s.Read, &s.Written, &s.Reads, &s.Writes, &s.Received, &s.Sent}
}
