package netboot

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// count returns what counts the requests for scripts and for files by their status, never by the system: strangers ask here, and what they ask for
// may be anything. A file that is broken off is not counted: it was not answered whole.
func count(reg prometheus.Registerer) func(what string, h http.HandlerFunc) http.Handler {
	if reg == nil {
		return func(_ string, h http.HandlerFunc) http.Handler { return h }
	}
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hawkfish_boot_requests_total", Help: "Requests of firmware by what it asked for (script, file) and status, when answered whole.",
	}, []string{"what", "code"})
	busy := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hawkfish_boot_requests_in_flight", Help: "Requests of firmware at work, by what it asked for.",
	}, []string{"what"})
	reg.MustRegister(requests, busy)
	return func(what string, h http.HandlerFunc) http.Handler {
		of := prometheus.Labels{"what": what}
		return promhttp.InstrumentHandlerInFlight(busy.With(of), promhttp.InstrumentHandlerCounter(requests.MustCurryWith(of), h))
	}
}
