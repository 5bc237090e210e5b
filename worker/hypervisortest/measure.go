package hypervisortest

import "github.com/projectbeskar/hawkfish"

var measureTests = []test{
	{"measures the guests that run, and no others", func(f *fixture) {
		on, off := f.defined(), f.defined()
		_, err := f.Start(f.ctx(), on.ID)
		f.ok(err)
		measure := func() (sample hawkfish.Sample, found bool) {
			m, err := f.Measure(f.ctx())
			f.ok(err)
			if m.At.IsZero() {
				f.Errorf("it does not say when")
			}
			for _, s := range m.Samples {
				switch s.SystemID {
				case on.ID:
					sample, found = s, true
				case off.ID:
					f.Errorf("a guest that is off: %+v", s)
				}
			}
			return sample, found
		}
		first, found := measure()
		if !found || first.Memory <= 0 {
			f.Fatalf("got %+v, %v of a guest that runs", first, found)
		}
		f.eventually("a guest that runs uses its processor", func() bool {
			now, _ := measure()
			return now.CPU > first.CPU
		})
		_, err = f.Stop(f.ctx(), on.ID)
		f.ok(err)
		if s, found := measure(); found {
			f.Errorf("after its end: %+v", s)
		}
	}},
}
