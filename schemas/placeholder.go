package schemas

// The generator replaces this file.

type PowerState string

const (
	PowerStateOn          PowerState = "On"
	PowerStateOff         PowerState = "Off"
	PowerStatePoweringOn  PowerState = "PoweringOn"
	PowerStatePoweringOff PowerState = "PoweringOff"
	PowerStatePaused      PowerState = "Paused"
)

type ResetType string

const (
	ResetTypeOn               ResetType = "On"
	ResetTypeForceOn          ResetType = "ForceOn"
	ResetTypeForceOff         ResetType = "ForceOff"
	ResetTypeGracefulShutdown ResetType = "GracefulShutdown"
	ResetTypeGracefulRestart  ResetType = "GracefulRestart"
	ResetTypeForceRestart     ResetType = "ForceRestart"
	ResetTypePowerCycle       ResetType = "PowerCycle"
	ResetTypePushPowerButton  ResetType = "PushPowerButton"
	ResetTypeNmi              ResetType = "Nmi"
)

type BootSource string

const (
	BootSourceNone BootSource = "None"
	BootSourceHdd  BootSource = "Hdd"
	BootSourcePxe  BootSource = "Pxe"
	BootSourceCd   BootSource = "Cd"
)

type TaskState string

const (
	TaskStateNew        TaskState = "New"
	TaskStatePending    TaskState = "Pending"
	TaskStateRunning    TaskState = "Running"
	TaskStateSuspended  TaskState = "Suspended"
	TaskStateCancelling TaskState = "Cancelling"
	TaskStateCompleted  TaskState = "Completed"
	TaskStateException  TaskState = "Exception"
	TaskStateCancelled  TaskState = "Cancelled"
)

type BootSourceOverrideEnabled string

func (ResetType) Values() []string { return []string{"On"} }

type Privilege string

type AnyOf [][]Privilege

type Message struct {
	ID, Text             string
	Args                 []string
	Severity, Resolution string
	Property             string
	Status               int
}

func (m Message) At(pointer string) Message { m.Property = pointer; return m }

var Privileges = map[string]map[string]AnyOf{}
