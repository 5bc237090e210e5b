package schemas

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSchemaNames(t *testing.T) {
	t.Parallel()
	system := Schemas["ComputerSystem"]
	assert.Equal(t, TypeComputerSystem, system.Type())
	assert.Equal(t, "ComputerSystem."+system.Version, system.Namespace())
	assert.Equal(t, "http://redfish.dmtf.org/schemas/v1/ComputerSystem_v1.xml", system.CSDL())
	assert.Equal(t, "http://redfish.dmtf.org/schemas/v1/"+system.Namespace()+".json", system.JSONSchema())

	systems := Schemas["ComputerSystemCollection"]
	assert.Equal(t, "#ComputerSystemCollection.ComputerSystemCollection", systems.Type())
	assert.Equal(t, TypeComputerSystemCollection, systems.Type())
	assert.Equal(t, "http://redfish.dmtf.org/schemas/v1/ComputerSystemCollection.json", systems.JSONSchema())

	assert.Equal(t, "http://redfish.dmtf.org/schemas/swordfish/v1/Volume_v1.xml", Schemas["Volume"].CSDL())
}

func TestSchemasAreKeyedByName(t *testing.T) {
	t.Parallel()
	for name, s := range Schemas {
		assert.Equal(t, name, s.Name)
		assert.NotEmpty(t, s.folder, name)
		if s.Version != "" {
			assert.Regexp(t, `^v\d+_\d+_\d+$`, s.Version, name)
		}
	}
}
