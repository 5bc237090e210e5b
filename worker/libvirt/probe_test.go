package libvirt
import ("testing";"time";"fmt")
func TestProbe(t *testing.T) {
	b := newBench(t); h := b.open(t)
	s := time.Now()
	f, err := h.Facts(t.Context()); fmt.Println(f, err, time.Since(s))
	fmt.Printf("%+v\n", *h.platform)
	g := b.provision(t, h)
	s = time.Now()
	_, err = h.Start(t.Context(), g.ID)
	fmt.Println("start", time.Since(s), err)
	waitForBoots(t, h, g.ID, 1)
	fmt.Println("boot", time.Since(s))
	s = time.Now()
	_, err = h.Stop(t.Context(), g.ID)
	fmt.Println("stop", time.Since(s), err)
}
