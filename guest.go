package hawkfish

import "context"

// Guest is everything a host needs to make a system.
type Guest struct {
	ID        string      `json:"id"` // UUID
	Name      string      `json:"name"`
	ProjectID string      `json:"project"`
	CPUs      int         `json:"cpus"`
	MemoryMiB int64       `json:"memory_mib"`
	DiskGiB   int64       `json:"disk_gib"`
	Image     ImageSource `json:"image,omitzero"` // SHA256 is set; zero: a blank disk
	Network   string      `json:"network"`        // libvirt network; empty: no interface
	MAC       string      `json:"mac"`
	AssetTag  string      `json:"asset_tag,omitempty"`
	Machine   Machine     `json:"machine"`
	Seed      *Seed       `json:"-"` // Machine.CloudInit in clear, which is only beside the hypervisor; nil: there is none
}

// NewGuest is what a host needs to make s, whose boot disk is a clone of an image; the zero image: a blank disk.
func NewGuest(s System, image Image) Guest {
	g := Guest{
		ID: s.ID, Name: s.Name, ProjectID: s.ProjectID, CPUs: s.CPUs, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB,
		Network: s.Network, MAC: s.MAC, AssetTag: s.AssetTag, Machine: s.Machine,
	}
	if image.ID != "" {
		g.Image = ImageSource{URL: image.URL, SHA256: image.SHA256, Format: image.Format}
	}
	return g
}

// GuestOf looks up what NewGuest needs besides s. Its URL is left out: the image has been fetched, and the URL may hold a secret.
func GuestOf(ctx context.Context, images Images, s System) (Guest, error) {
	if s.ImageID == "" {
		return NewGuest(s, Image{}), nil
	}
	image, err := images.FindImage(ctx, Scope{All: true}, s.ImageID)
	image.URL = ""
	return NewGuest(s, image), err
}
