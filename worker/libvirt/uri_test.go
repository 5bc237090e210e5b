package libvirt

import "testing"

func TestDialAddress(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"qemu+tls://kvm1.example/system": "kvm1.example:16514", "qemu+tcp://10.0.0.1/system": "10.0.0.1:16509",
		"qemu+tcp://[fd00::1]:1234/system": "[fd00::1]:1234", "qemu:///system": "", "": "", "%": "", "qemu+libssh://h/system": "",
	} {
		if got := dialAddress(uri); got != want {
			t.Errorf("%s: %s", uri, got)
		}
	}
}
