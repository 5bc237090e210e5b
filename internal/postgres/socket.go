package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// socketPathMax is the longest path of a unix socket on every system we run on: the
// 104 bytes of macOS's sun_path, less its final zero. Linux has four more.
const socketPathMax = 103

func socketPath(socketDir string) string {
	return filepath.Join(socketDir, fmt.Sprintf(".s.PGSQL.%d", Port))
}

// socketFolder makes the folder of the socket: inside dir, or where that is too
// long a path, a folder elsewhere that is always the same for the same dir.
func (a account) socketFolder(dir string) (string, error) {
	chosen := filepath.Join(dir, "socket")
	if len(socketPath(chosen)) > socketPathMax {
		sum := sha256.Sum256([]byte(dir))
		chosen = filepath.Join(shortBase(a.switched), fmt.Sprintf("hawkfish-pg-%d-%s", a.uid, hex.EncodeToString(sum[:6])))
	}
	if len(socketPath(chosen)) > socketPathMax {
		return "", fmt.Errorf("postgres: %s is too long a path for a unix socket", socketPath(chosen))
	}
	return chosen, a.makeFolder(chosen)
}

// shortBase returns a folder with a short path that this process may write to.
func shortBase(root bool) string {
	if info, err := os.Stat("/run"); root && err == nil && info.IsDir() {
		return "/run"
	}
	return os.TempDir()
}

// probe asks for a connection the way every client does, and reports whether
// the server is willing (PostgreSQL manual, "Message Flow", Start-up).
func probe(ctx context.Context, socketDir string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socketPath(socketDir))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	const protocol = 3 << 16 // version 3.0
	body := binary.BigEndian.AppendUint32(nil, protocol)
	body = fmt.Appendf(body, "user\x00%s\x00database\x00postgres\x00\x00", User)
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	if answer[0] != 'R' { // AuthenticationOk; 'E' while it starts or stops
		return errors.New("the server is starting up")
	}
	_, err = conn.Write([]byte{'X', 0, 0, 0, 4}) // Terminate, or the server logs a broken connection
	return err
}
