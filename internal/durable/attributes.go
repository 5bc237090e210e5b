package durable

import "go.temporal.io/sdk/temporal"

// Attributes make a workflow findable in the Temporal UI.
type Attributes struct {
	System, SystemName, Host, Project, Operation, User, Parent string
}

var (
	systemKey     = temporal.NewSearchAttributeKeyKeyword("HawkFishSystem")
	systemNameKey = temporal.NewSearchAttributeKeyKeyword("HawkFishSystemName")
	hostKey       = temporal.NewSearchAttributeKeyKeyword("HawkFishHost")
	projectKey    = temporal.NewSearchAttributeKeyKeyword("HawkFishProject")
	operationKey  = temporal.NewSearchAttributeKeyKeyword("HawkFishOperation")
	userKey       = temporal.NewSearchAttributeKeyKeyword("HawkFishUser")
	parentKey     = temporal.NewSearchAttributeKeyKeyword("HawkFishParent")
)

// attributeKeys are those that a namespace must have before a workflow can be started.
var attributeKeys = []temporal.SearchAttributeKeyKeyword{systemKey, systemNameKey, hostKey, projectKey, operationKey, userKey, parentKey}

func (a Attributes) typed() temporal.SearchAttributes {
	var set []temporal.SearchAttributeUpdate
	for _, one := range []struct {
		key   temporal.SearchAttributeKeyKeyword
		value string
	}{{systemKey, a.System}, {systemNameKey, a.SystemName}, {hostKey, a.Host}, {projectKey, a.Project}, {operationKey, a.Operation}, {userKey, a.User}, {parentKey, a.Parent}} {
		if one.value != "" {
			set = append(set, one.key.ValueSet(one.value))
		}
	}
	return temporal.NewSearchAttributes(set...)
}

// HostAttribute is the update that names the host a workflow works on, once it is known.
func HostAttribute(host string) temporal.SearchAttributeUpdate { return hostKey.ValueSet(host) }

// SubjectIn tells workflows apart by their attributes: it returns the name of the system that one works on or, without a
// system, its operation.
func SubjectIn(attributes temporal.SearchAttributes) string {
	if name, ok := attributes.GetKeyword(systemNameKey); ok {
		return name
	}
	operation, _ := attributes.GetKeyword(operationKey)
	return operation
}
