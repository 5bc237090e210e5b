package libvirtd

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
)

// kvmDevice is KVM's door, and kvmGroup who may pass it on Debian.
const (
	kvmDevice = "/dev/kvm"
	kvmGroup  = "kvm"
)

// shareKVM gives the device to its group, as udev does where it runs. Without
// that, libvirt finds KVM when it looks as root and misses it when it looks as
// the guests' user; it then mistrusts what it knows of QEMU and asks anew, for
// many seconds, at every call that depends on it.
func shareKVM() error {
	const groupMayUse = 0o060
	info, err := os.Stat(kvmDevice)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&groupMayUse == groupMayUse {
		return nil
	}
	if err != nil {
		return err
	}
	group, err := user.LookupGroup(kvmGroup)
	if err != nil {
		return nil // another distribution's way: not ours to guess
	}
	gid, err := strconv.Atoi(group.Gid)
	if err != nil {
		return err
	}
	return errors.Join(os.Chown(kvmDevice, -1, gid), os.Chmod(kvmDevice, info.Mode().Perm()|groupMayUse))
}
