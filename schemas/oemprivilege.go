package schemas

// exceptions are operations that need something else than DMTF's privilege registry says.
var exceptions = map[string]map[string]AnyOf{
	// Whoever logs in has not yet (DSP0266, "Authentication").
	"SessionCollection": {"POST": {{PrivilegeNoAuth}}},
	// Who may start what is done to a project's systems may stop it (docs/adr/0011).
	"Task": {"DELETE": {{PrivilegeConfigureComponents}}},
	// Media belong to a project's systems, not to the machine that manages them (docs/adr/0020).
	"VirtualMedia": {"PATCH": {{PrivilegeConfigureComponents}}, "POST": {{PrivilegeConfigureComponents}}},
}

// OEMPrivileges is the privilege registry of HawkFish's own entities.
var OEMPrivileges = map[string]map[string]AnyOf{
	// Images are material of a project, like systems.
	"Image":           oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	"ImageCollection": oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	// Profiles say what a project's systems are like, batches make many of them.
	"Profile":           oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	"ProfileCollection": oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	"Batch":             oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	"BatchCollection":   oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	// Hosts tell of every project's systems.
	"Host":           oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"HostCollection": oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	// So do the ways of systems between them.
	"Migration":           oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"MigrationCollection": oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	// What else is on hosts is of no project, until an administrator gives it to one.
	"Import":               oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"ImportScan":           oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"ImportScanCollection": oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"Adoption":             oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"AdoptionCollection":   oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	// Where systems would go is asked by who may make some.
	"Placement": oemOperations(PrivilegeLogin, PrivilegeConfigureComponents),
	// Projects say who sees what.
	"Project":           oemOperations(PrivilegeLogin, PrivilegeConfigureUsers),
	"ProjectCollection": oemOperations(PrivilegeLogin, PrivilegeConfigureUsers),
	"Member":            oemOperations(PrivilegeLogin, PrivilegeConfigureUsers),
	"MemberCollection":  oemOperations(PrivilegeLogin, PrivilegeConfigureUsers),
	// The audit trail tells what everyone does.
	"Audit":                oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"AuditEntry":           oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	"AuditEntryCollection": oemOperations(PrivilegeConfigureManager, PrivilegeConfigureManager),
	// Guests print secrets while they boot, so that reading along is more than looking.
	"HawkFishSerialLog": oemOperations(PrivilegeConfigureComponents, PrivilegeConfigureComponents),
}

func oemOperations(read, write Privilege) map[string]AnyOf {
	return map[string]AnyOf{
		"GET": {{read}}, "HEAD": {{read}},
		"PATCH": {{write}}, "POST": {{write}}, "PUT": {{write}}, "DELETE": {{write}},
	}
}
