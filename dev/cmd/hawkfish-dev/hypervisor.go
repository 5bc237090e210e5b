package main

import (
	"context"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/dev/libvirtd"
	"github.com/projectbeskar/hawkfish/internal/config"
)

// addLibvirtd starts this machine's libvirtd when a host is to be there and it does not answer.
func (s *session) addLibvirtd(l *layers) error {
	local := slices.ContainsFunc(s.cfg.Libvirt, func(host string) bool { return strings.HasSuffix(host, "qemu:///system") })
	if s.cfg.Hypervisor != config.HypervisorLibvirt || !local || !libvirtd.Needed() {
		return nil
	}
	daemon, err := libvirtd.Find(s.log.With("part", "libvirtd"))
	if err != nil {
		return err
	}
	ready := make(chan struct{})
	l.add("libvirtd", func(ctx context.Context) error { return daemon.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
		return nil
	case err := <-l.ended:
		return err
	case <-s.Done():
		return nil
	}
}
