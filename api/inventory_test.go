package api_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// told is what a host says of a system with two CPU sockets, two drives on different buses, and an agent.
func told(id, mac string) hawkfish.Inventory {
	function := func(class uint32, device uint16) []hawkfish.PCIFunction {
		return []hawkfish.PCIFunction{{Class: class, VendorID: 0x1af4, DeviceID: device}}
	}
	return hawkfish.Inventory{
		SystemID: id, At: time.Now(),
		Guest: hawkfish.GuestFacts{
			HostName: "guest", Firmware: "QEMU 7.2.22", CPUModel: "qemu64", Sockets: 2, PCI: []string{"0000-00-1f", "0000-01-00", "0000-02-00", "0000-03-00"},
		},
		Processors: hawkfish.ProcessorFacts{Arch: "x86_64", Sockets: 2, Cores: 2, Threads: 2, Online: 6},
		Memory:     hawkfish.MemoryFacts{TotalMiB: 20 << 10, ModuleMiB: 16 << 10},
		Interfaces: []hawkfish.Interface{{MAC: mac, Model: "virtio", Network: "default", PCI: "0000-01-00.0", Addresses: []hawkfish.InterfaceAddress{
			{Prefix: netip.MustParsePrefix("192.168.122.9/24"), Leased: true}, {Prefix: netip.MustParsePrefix("fe80::1/64")},
			{Prefix: netip.MustParsePrefix("198.51.100.7/25")},
		}}},
		Drives: []hawkfish.Drive{
			{Name: "vda", Bus: "virtio", Bytes: 1 << 30, Serial: "0123456789", PCI: "0000-02-00.0"},
			{Name: "vdb", Bus: "virtio", Bytes: 2 << 30, PCI: "0000-03-00.0"},
			{Name: "sda", Bus: "sata", Bytes: 3 << 30, PCI: "0000-00-1f.2"},
		},
		Devices: []hawkfish.PCIDevice{
			{Address: "0000-00-1f", Name: "SATA controller", Functions: []hawkfish.PCIFunction{{Number: 2, Class: 0x010601, VendorID: 0x8086, DeviceID: 0x2922}, {Number: 3}}},
			{Address: "0000-01-00", Name: "virtio network adapter", Functions: function(0x020000, 0x1041)},
			{Address: "0000-02-00", Name: "virtio disk", Functions: function(0x010000, 0x1042)},
			{Address: "0000-03-00", Functions: function(0x010000, 0x1042)},
		},
	}
}

// describe lets a system's host tell what it has.
func (s *service) describe(id string) {
	s.t.Helper()
	row, err := s.store.FindSystem(s.t.Context(), hawkfish.Scope{All: true}, id)
	if err == nil {
		err = s.store.RecordInventories(s.t.Context(), row.HostID, []hawkfish.Inventory{told(id, row.MAC)})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// reach is at, through arrays: "Devices/0/Name".
func reach(v any, path string) any {
	for name := range strings.SplitSeq(path, "/") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n >= len(in) {
				return nil
			}
			v = in[n]
		}
	}
	return v
}

// What a system has is shown as it is planned at once, and as it is when its host has told.
func TestInventory(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	system, chassis := "/redfish/v1/Systems/"+id, "/redfish/v1/Chassis/"+id
	row, err := s.store.FindSystem(t.Context(), hawkfish.Scope{All: true}, id)
	if err != nil {
		t.Fatal(err)
	}
	nic := strings.ReplaceAll(row.MAC, ":", "")
	for uri, want := range map[string]map[string]any{
		system + "/Processors/CPU0":           {"TotalCores": float64(row.CPUs), "ProcessorArchitecture": "x86", "InstructionSet": "x86-64"},
		system + "/Memory/DIMM0":              {"CapacityMiB": float64(row.MemoryMiB)},
		system + "/EthernetInterfaces/" + nic: {"MACAddress": row.MAC, "SpeedMbps": nil},
		chassis + "/Drives/vda":               {"CapacityBytes": float64(row.DiskGiB << 30)},
		system + "/SimpleStorage/virtio":      {"Devices/0/CapacityBytes": float64(row.DiskGiB << 30)},
	} {
		doc, _ := s.must(200, viewer, "GET", uri, "")
		for path, value := range want {
			if got := reach(doc, path); got != value {
				t.Errorf("planned %s: %s is %v, want %v", uri, path, got, value)
			}
		}
	}

	_, before := s.must(200, viewer, "GET", system+"/EthernetInterfaces/"+nic, "")
	s.describe(id)
	for uri, want := range map[string]map[string]any{
		system: {
			"HostName": "guest", "BiosVersion": "QEMU 7.2.22", "SerialNumber": id, "ProcessorSummary/Count": 2.0, "ProcessorSummary/Model": "qemu64",
			"PCIeDevices@odata.count": 4.0,
		},
		chassis:                        {"SerialNumber": id},
		system + "/Processors":         {"Members@odata.count": 2.0},
		system + "/Processors/CPU1":    {"TotalCores": 1.0, "TotalThreads": 2.0, "Socket": "CPU 1", "Model": "qemu64"},
		system + "/Memory":             {"Members@odata.count": 2.0},
		system + "/Memory/DIMM1":       {"CapacityMiB": 4096.0, "Location/PartLocation/ServiceLabel": "DIMM 1"},
		system + "/EthernetInterfaces": {"Members@odata.count": 1.0},
		system + "/EthernetInterfaces/" + nic: {
			"LinkStatus": "LinkUp", "HostName": "guest", "IPv4Addresses/0/Address": "192.168.122.9", "IPv4Addresses/0/SubnetMask": "255.255.255.0",
			"IPv4Addresses/0/AddressOrigin": "DHCP", "IPv6Addresses/0/AddressOrigin": "LinkLocal", "IPv4Addresses/1/AddressOrigin": nil,
		},
		system + "/Storage":                                             {"Members@odata.count": 2.0},
		system + "/Storage/virtio":                                      {"Drives@odata.count": 2.0},
		system + "/Storage/virtio/Controllers":                          {"Members@odata.count": 2.0},
		system + "/Storage/virtio/Volumes/vdb":                          {"CapacityBytes": float64(2 << 30)},
		chassis + "/Drives/vda":                                         {"SerialNumber": "0123456789", "Protocol": nil},
		chassis + "/Drives/sda":                                         {"Protocol": "SATA"},
		system + "/Storage/sata/Controllers/1":                          {"Links/PCIeFunctions/0/@odata.id": system + "/PCIeDevices/0000-00-1f/PCIeFunctions/2"},
		system + "/PCIeDevices/0000-00-1f":                              {"DeviceType": "MultiFunction"},
		system + "/PCIeDevices/0000-00-1f/PCIeFunctions/2":              {"VendorId": "0x8086", "DeviceClass": "MassStorageController"},
		system + "/PCIeDevices/0000-00-1f/PCIeFunctions":                {"Members@odata.count": 2.0},
		chassis + "/NetworkAdapters/" + nic + "/Ports/1":                {"LinkStatus": "LinkUp"},
		chassis + "/NetworkAdapters/" + nic + "/NetworkDeviceFunctions": {"Members@odata.count": 1.0},
	} {
		doc, _ := s.must(200, viewer, "GET", uri, "")
		for path, value := range want {
			if got := reach(doc, path); got != value {
				t.Errorf("%s: %s is %v, want %v", uri, path, got, value)
			}
		}
	}
	if _, after := s.must(200, viewer, "GET", system+"/EthernetInterfaces/"+nic, ""); after.ETag == before.ETag {
		t.Error("the tag of what has changed is the same")
	}
	expanded, _ := s.must(200, viewer, "GET", system+"?$expand=.($levels=2)", "")
	if reach(expanded, "Processors/Members/0/Socket") != "CPU 0" {
		t.Errorf("expanded: %v", reach(expanded, "Processors"))
	}
	for _, uri := range []string{
		system + "/Processors/CPU2", system + "/Storage/nvme", system + "/Storage/nvme/Volumes", chassis + "/Drives/vdx",
		chassis + "/NetworkAdapters/000000000000/Ports", system + "/PCIeDevices/0000-01-00/PCIeFunctions/1",
	} {
		s.must(404, viewer, "GET", uri, "")
	}
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	for _, uri := range []string{"/Processors", "/Memory/DIMM0", "/EthernetInterfaces/" + nic, "/Storage/virtio/Volumes", "/PCIeDevices/0000-01-00"} {
		s.must(404, stranger, "GET", system+uri, "")
	}
}
