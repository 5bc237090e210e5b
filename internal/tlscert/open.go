package tlscert

import (
	"crypto/tls"
	"log/slog"
	"path/filepath"

	"github.com/projectbeskar/hawkfish/internal/config"
)

// Open returns what the API's listener needs as it has been configured; nil: it does not encrypt.
func Open(cfg config.Config, log *slog.Logger) (*tls.Config, error) {
	var keeper *Keeper
	var err error
	switch cfg.TLSMode {
	case config.TLSOff:
		return nil, nil
	case config.TLSFiles:
		keeper, err = Files(cfg.TLSCert, cfg.TLSKey, log)
	default:
		keeper, err = SelfSigned(filepath.Join(cfg.StateDir, "tls"), Names(cfg.Listen, cfg.HostName), log)
	}
	if err != nil {
		return nil, err
	}
	return keeper.Config(), nil
}
