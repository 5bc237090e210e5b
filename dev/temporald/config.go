package temporald

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"

	"github.com/projectbeskar/hawkfish/dev/port"
)

// historyShards is fixed for the life of a database. Four keep two cores busy.
const historyShards = 4

// serverConfig is the static configuration: one node with all four services.
func serverConfig(db database, p ports) *config.Config {
	const mainStore, visibilityStore = "main", "visibility"
	conf := &config.Config{}
	conf.Global.Membership.MaxJoinDuration = 30 * time.Second
	conf.Global.Membership.BroadcastAddress = p.Host
	conf.Persistence = config.Persistence{
		NumHistoryShards: historyShards,
		DefaultStore:     mainStore,
		VisibilityStore:  visibilityStore,
		DataStores: map[string]config.DataStore{
			mainStore:       {SQL: db.sql(mainDatabase)},
			visibilityStore: {SQL: db.sql(visibilityDatabase)},
		},
	}
	const name = "active"
	conf.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        name,
		CurrentClusterName:       name,
		ClusterInformation: map[string]cluster.ClusterInformation{name: {
			Enabled:                true,
			InitialFailoverVersion: 1,
			RPCAddress:             p.address(p.Frontend),
		}},
	}
	conf.DCRedirectionPolicy.Policy = "noop"
	conf.PublicClient.HostPort = p.address(p.Frontend)

	conf.Services = map[string]config.Service{}
	for service, number := range p.byService() {
		conf.Services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: number, BindOnIP: p.Host}}
	}

	const off = "disabled"
	conf.Archival.History.State = off
	conf.Archival.Visibility.State = off
	conf.NamespaceDefaults.Archival.History.State = off
	conf.NamespaceDefaults.Archival.Visibility.State = off
	return conf
}

// staticHosts replaces the gossip between nodes, of which there is one.
func staticHosts(p ports) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for service, number := range p.byService() {
		hosts[service] = static.SingleLocalHost(p.address(number))
	}
	return hosts
}

func (p ports) byService() map[primitives.ServiceName]int {
	return map[primitives.ServiceName]int{
		primitives.FrontendService: p.Frontend,
		primitives.HistoryService:  p.History,
		primitives.MatchingService: p.Matching,
		primitives.WorkerService:   p.Worker,
	}
}

func (p ports) address(number int) string { return port.Address(p.Host, number) }
