package hawkfish

import "testing"

// A guest that may run at its new host is never said to have stayed, and one that may run at its old one never to have arrived.
func TestLocate(t *testing.T) {
	t.Parallel()
	all := []Standing{
		StandsNowhere, StandsOff, StandsHere, StandsSending, StandsHeld, StandsSent, StandsIncoming, StandsHalfSent, StandsHalfCome, StandsUnknown, StandsNoneAlive,
	}
	runs := map[Standing]bool{StandsHere: true, StandsHalfCome: true}
	for _, from := range all {
		for _, to := range all {
			where := Locate(from, to)
			if where == Stayed && (runs[to] || to == StandsUnknown && from != StandsHere) {
				t.Errorf("%s, %s: %s", from, to, where)
			}
			if where == Arrived && (runs[from] || from == StandsSending || !runs[to] && to != StandsOff) {
				t.Errorf("%s, %s: %s", from, to, where)
			}
			if from == StandsHere && to == StandsHere && where != Uncertain {
				t.Errorf("it runs twice, and is said to have %s", where)
			}
		}
	}
}
