package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user whom the server runs as.
type account struct {
	uid, gid int
	switched bool // it is not the user of this process
}

// serverAccount returns the user of this process or, when that is root, which
// PostgreSQL refuses to run as, the first of these that exists.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(found.Uid)
		gid, err2 := strconv.Atoi(found.Gid)
		if err := errors.Join(err, err2); err != nil {
			return account{}, err
		}
		return account{uid: uid, gid: gid, switched: true}, nil
	}
	return account{}, errors.New("postgres: running as root, and there is no user postgres or nobody for the server to run as")
}

// credential is what the child runs with; nil: with those of this process.
func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}

// prepareFolder makes the server's folder and sees to it that its user can enter it.
func (a account) prepareFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if !a.switched {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !a.canEnter(info) {
		if err := os.Chmod(dir, info.Mode().Perm()|0o011); err != nil {
			return err
		}
	}
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		if !a.canEnter(info) {
			return fmt.Errorf("postgres: user %d, whom the server runs as, cannot enter %s (%v): choose a folder elsewhere", a.uid, d, info.Mode().Perm())
		}
	}
	return nil
}

func (a account) canEnter(dir os.FileInfo) bool {
	owner, ok := dir.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	mode := dir.Mode().Perm()
	switch {
	case int(owner.Uid) == a.uid:
		return mode&0o100 != 0
	case int(owner.Gid) == a.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

// makeFolder makes a folder that belongs to the server alone. One that exists must be the
// server's already: in a shared place such as /tmp it may have been put there by another.
func (a account) makeFolder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil && a.switched:
		return os.Chown(dir, a.uid, a.gid)
	case !errors.Is(err, os.ErrExist):
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != a.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("postgres: %s exists and is not a folder of user %d alone", dir, a.uid)
	}
	return nil
}
