package hawkfish

// MaxCPUs is how many virtual CPUs a system may have. Its host decides what of it fits.
const MaxCPUs = 512

// Topology is how a system's CPUs look to its guest: Sockets x Cores x Threads is how many there are.
type Topology struct {
	Sockets int `json:"-"`
	Cores   int `json:"cores"`   // per socket
	Threads int `json:"threads"` // per core
}

// Topology is one socket with as many cores as the system has CPUs (some guests use no more than two sockets), unless another one was asked for that still fits.
func (s System) Topology() Topology { return TopologyOf(s.CPUs, s.Machine.Topology) }

// TopologyOf arranges CPUs as wanted, if that is possible.
func TopologyOf(cpus int, wanted Topology) Topology {
	socket := wanted.Cores * wanted.Threads
	if socket == 0 || cpus%socket != 0 {
		return Topology{Sockets: 1, Cores: cpus, Threads: 1}
	}
	return Topology{Sockets: cpus / socket, Cores: wanted.Cores, Threads: wanted.Threads}
}

// setTopology changes how the CPUs look, and with it how many there are.
func (s *System) setTopology(change func(*Topology)) {
	t := s.Topology()
	change(&t)
	s.Machine.Topology, s.CPUs = t, t.Sockets*t.Cores*t.Threads
}
