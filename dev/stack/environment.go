package stack

import "slices"

// SetEnv gives processes, or all without a name, a variable from their next start on.
func (s *Stack) SetEnv(variable, value string, names ...string) {
	s.t.Helper()
	if len(names) == 0 {
		names = s.order
	}
	for _, name := range names {
		p := s.process(name)
		p.mu.Lock()
		p.env = append(slices.Clip(p.env), variable+"="+value) // the last one counts (exec.Cmd)
		p.mu.Unlock()
	}
}
