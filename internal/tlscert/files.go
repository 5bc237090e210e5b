package tlscert

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Files keeps the certificate of two PEM files, and reads them again when either changes.
func Files(certFile, keyFile string, log *slog.Logger) (*Keeper, error) {
	var seen *[2]stamp // nil: nobody has looked
	return keep(log, func(time.Time) (*tls.Certificate, error) {
		now := [2]stamp{stampOf(certFile), stampOf(keyFile)}
		if seen != nil && now == *seen {
			return nil, nil
		}
		cert, err := tls.LoadX509KeyPair(certFile, keyFile)
		// Files that do not fit together are told of once, and looked at again when they change.
		seen = &now
		if err != nil {
			return nil, fmt.Errorf("reading the tls certificate %s and its key %s: %w", certFile, keyFile, err)
		}
		return &cert, nil
	})
}

// stamp tells one version of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path) // follows links: Kubernetes swaps a link
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}
