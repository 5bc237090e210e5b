package schemas

// Schema is one schema of the standard in the version HawkFish was generated
// from: what @odata.type, $metadata and Link: rel=describedby name.
type Schema struct {
	Name    string // such as "ComputerSystem"
	Version string // newest, such as "v1_28_0"; empty: the schema has no versions, as those of collections
	folder  string // canonical address of the documents
}

// Where the documents of the standard lie (DSP0266, schema definitions). The
// second holds storage schemas of SNIA.
const (
	redfishFolder   = "http://redfish.dmtf.org/schemas/v1/"
	swordfishFolder = "http://redfish.dmtf.org/schemas/swordfish/v1/"
)

// Namespace is the schema's in $metadata: "ComputerSystem.v1_28_0".
func (s Schema) Namespace() string {
	if s.Version == "" {
		return s.Name
	}
	return s.Name + "." + s.Version
}

// Type is the @odata.type of a resource of the schema: "#ComputerSystem.v1_28_0.ComputerSystem".
func (s Schema) Type() string { return "#" + s.Namespace() + "." + s.Name }

// CSDL is the address of the document that holds every version of the schema.
func (s Schema) CSDL() string { return s.folder + s.Name + "_v1.xml" }

// JSONSchema is the address of this version's JSON Schema.
func (s Schema) JSONSchema() string { return s.folder + s.Namespace() + ".json" }

// JSONSchemaOf is the address of the JSON Schema of another version, given its namespace.
func (s Schema) JSONSchemaOf(namespace string) string { return s.folder + namespace + ".json" }
