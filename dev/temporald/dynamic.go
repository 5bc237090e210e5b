package temporald

import "go.temporal.io/server/common/dynamicconfig"

// tuning overrides Temporal's defaults, which are meant for a cluster of many
// nodes. Measured on two cores it halves the cost of a short workflow.
var tuning = map[string]any{
	// One partition: a poller and a task never wait for each other on different ones.
	"matching.numTaskqueueReadPartitions":  1,
	"matching.numTaskqueueWritePartitions": 1,

	// The default of 20 polls a second and shard adds up to 50 ms to each hop.
	"history.transferProcessorMaxPollRPS":   200,
	"history.timerProcessorMaxPollRPS":      50,
	"history.visibilityProcessorMaxPollRPS": 50,

	"history.hostLevelCacheMaxSize":                    8192, // in executions; the default of 128,000 is memory we do not have
	"frontend.namespaceRPS.visibility":                 100,
	"system.enableEagerWorkflowStart":                  true,
	"frontend.WorkflowPauseEnabled":                    true,
	"activity.enableStandalone":                        true, // control reads from hosts by client.ExecuteActivity
	"history.enableStandaloneActivityOperatorCommands": true,
	"frontend.enableCancelWorkerPollsOnShutdown":       true,
}

func dynamicConfig() dynamicconfig.Client {
	c := dynamicconfig.StaticClient{}
	for key, value := range tuning {
		c[dynamicconfig.MakeKey(key)] = value
	}
	return c
}
