// Package ssdp answers searches for Redfish services on the local network (DSP0266, Discovery; UPnP Device Architecture
// 1.1, section 1.3). It announces nothing by itself, and does not know what it leads to.
package ssdp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"
)

// group is where searches are sent to.
var group = &net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 1900}

const (
	service = "urn:dmtf-org:service:redfish-rest:1"
	maxAge  = 1800 // seconds; the standard's least
	look    = time.Second
	longest = 1500 // bytes of a search
)

// Responder answers for one service.
type Responder struct {
	UUID  string // of the service root
	Minor string // of the protocol's version: "22" of 1.22.0
	// Scheme and Listen ("host:port") are where the service listens. An unspecified host stands for the address that
	// the searcher reaches us at.
	Scheme, Listen string
	// Enabled says whether to answer now; it is asked for each search.
	Enabled func(ctx context.Context) bool
	Log     *slog.Logger
}

// Run answers while it is enabled, until ctx ends. While it is not, it holds no socket.
func (r *Responder) Run(ctx context.Context) error {
	for {
		if r.Enabled(ctx) {
			if err := r.listen(ctx); err != nil {
				r.Log.WarnContext(ctx, "searches of the local network are not heard", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(look):
		}
	}
}

func (r *Responder) listen(ctx context.Context) error {
	conn, err := net.ListenMulticastUDP("udp4", nil, group)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing is left to send
	return r.serve(ctx, conn)
}

// serve answers what comes to conn until ctx ends or the responder is no longer enabled.
func (r *Responder) serve(ctx context.Context, conn *net.UDPConn) error {
	buffer := make([]byte, longest)
	for ctx.Err() == nil && r.Enabled(ctx) {
		if err := conn.SetReadDeadline(time.Now().Add(look)); err != nil {
			return err
		}
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil:
			return err
		}
		wanted, ok := searched(buffer[:n])
		if !ok || !r.matches(wanted) || !r.Enabled(ctx) {
			continue
		}
		if _, err := conn.WriteToUDPAddrPort(r.reply(r.root(from)), from); err != nil {
			r.Log.DebugContext(ctx, "a search was not answered", "remote", from.String(), "error", err)
		}
	}
	return nil
}

// searched returns what an M-SEARCH looks for.
func searched(datagram []byte) (target string, ok bool) {
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(datagram)))
	if err != nil || request.Method != "M-SEARCH" || strings.Trim(request.Header.Get("Man"), `"`) != "ssdp:discover" {
		return "", false
	}
	return request.Header.Get("St"), true
}

func (r *Responder) matches(target string) bool {
	return target == "ssdp:all" || target == service || target == r.target()
}

func (r *Responder) target() string { return service + ":" + r.Minor }

// reply is the answer to a search.
func (r *Responder) reply(root string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=%d\r\nST: %s\r\nUSN: uuid:%s::%s\r\nAL: %s\r\nEXT:\r\n\r\n",
		maxAge, r.target(), r.UUID, r.target(), root)
}

// root returns the address of the service root as the searcher reaches it.
func (r *Responder) root(from netip.AddrPort) string {
	host, port, _ := net.SplitHostPort(r.Listen) // checked by the configuration
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = localAddress(from)
	}
	return r.Scheme + "://" + net.JoinHostPort(host, port) + "/redfish/v1/"
}

// localAddress returns the address from which the kernel would send to a peer. Nothing is sent.
func localAddress(peer netip.AddrPort) string {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(peer))
	if err != nil {
		return "localhost"
	}
	defer func() { _ = conn.Close() }() // nothing is left to send
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().String()
}
