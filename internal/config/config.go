package config

import (
	"time"
)

// Config is everything that can be set. A key in the file is the variable's name in
// lower case without HAWKFISH_: HAWKFISH_TLS_CERT is tls_cert.
//
// Tags: key names it, default is its value when unset, validate are the rules of
// go-playground/validator, help says what it is for.
type Config struct {
	General
	API
	TLS
	Limits
	Database
	Retention
	Temporal
	Secrets
	Joining
	Fencing
	NetworkBoot
	Telemetry
	Host
	Simulated
	Logging
	Metrics
	Tracing
}

// General is for every process.
type General struct {
	StateDir string `key:"state_dir" default:"/var/lib/hawkfish" validate:"required" help:"folder for what must survive a restart: the self-signed certificate, and with make run everything else; make run without root has its own default, below the home folder"`
}

// API is for the process that serves Redfish.
type API struct {
	Listen         string   `key:"listen" default:"127.0.0.1:8443" validate:"address" help:"address and port of the Redfish service; \":8443\" means every address"`
	RedirectListen string   `key:"redirect_listen" validate:"omitempty,address,needs_tls" help:"address and port, such as :8080, where plain HTTP requests are sent to the Redfish service's https; unset: only those to the service's own port are"`
	AdminPassword  Secret   `key:"admin_password" validate:"max=128" help:"password of the first account, admin, used when the database has no account yet; without it a random one is made and printed once"`
	CORSOrigins    []string `key:"cors_origins" validate:"dive,origin" help:"origins whose pages browsers let use the service (CORS), such as https://ui.example.com, separated by commas; * lets all. Browsers never send the passwords that they remember; unset: no page of another site"`
	HostName       string   `key:"host_name" validate:"omitempty,hostname_rfc1123" help:"name under which clients reach the service; it goes into the self-signed certificate"`
}

// TLS is how the API is encrypted.
type TLS struct {
	TLSMode TLSMode `key:"tls" default:"self-signed" validate:"oneof=off self-signed files" help:"off, self-signed (a certificate is made and renewed in the state folder), or files (read again whenever they change)"`
	TLSCert string  `key:"tls_cert" validate:"required_if=TLSMode files" help:"PEM file of the certificate, with its chain"`
	TLSKey  string  `key:"tls_key" validate:"required_if=TLSMode files" help:"PEM file of the certificate's key"`
	HTTP2   Switch  `key:"http2" default:"on" validate:"oneof=on off" help:"on or off: whether clients that offer HTTP/2 in the TLS handshake get it; off: HTTP/1.1 only, for which the server needs less than half of the processor time"`
}

// Limits protect the API from its callers.
type Limits struct {
	BodyLimit       Size          `key:"body_limit" default:"1MiB" validate:"min=1024" help:"largest request body"`
	HeaderLimit     Size          `key:"header_limit" default:"8KiB" validate:"min=1024" help:"largest request line with headers"`
	ReadTimeout     time.Duration `key:"read_timeout" default:"15s" validate:"min=100ms" help:"how long a client may take to send a request, its TLS handshake included"`
	WriteTimeout    time.Duration `key:"write_timeout" default:"30s" validate:"min=100ms" help:"how long a client may take to read an answer"`
	IdleTimeout     time.Duration `key:"idle_timeout" default:"2m" validate:"min=100ms" help:"how long a connection may stay open without a request"`
	DrainTimeout    time.Duration `key:"drain_timeout" default:"20s" validate:"min=0" help:"how long requests may go on after SIGTERM"`
	Connections     int           `key:"connections" default:"10000" validate:"min=1" help:"how many connections may be open at once"`
	AddressRate     float64       `key:"address_rate" default:"250000" validate:"min=0" help:"requests a second from one address, averaged over a second; more get 429; 0 means no limit"`
	UserRate        float64       `key:"user_rate" default:"250000" validate:"min=0" help:"requests a second of one user, averaged over a second; more get 429; 0 means no limit"`
	LoginFailures   int           `key:"login_failures" default:"10" validate:"min=0" help:"wrong passwords for one user from one address before further ones get 429; 0 means no limit"`
	LoginRecovery   time.Duration `key:"login_recovery" default:"3s" validate:"min=1ms" help:"time after which one more wrong password is allowed again"`
	PasswordWorkers int           `key:"password_workers" default:"0" validate:"min=0" help:"how many passwords are checked at once; 0 means half of the processors, but at least one"`
}

// Database is where the fleet is kept.
type Database struct {
	DatabaseURL Secret `key:"database_url" validate:"omitempty,postgres_url" help:"PostgreSQL, such as postgres://user:password@host:5432/hawkfish?sslmode=verify-full; make run brings its own"`
}

// Retention is how long what is over is kept.
type Retention struct {
	TaskRetention  time.Duration `key:"task_retention" default:"168h" validate:"min=0" help:"how long tasks are kept after they have ended; 0 means for ever"`
	EventRetention time.Duration `key:"event_retention" default:"168h" validate:"min=0" help:"how long events are kept; 0 means for ever"`
	AuditRetention time.Duration `key:"audit_retention" default:"0" validate:"min=0" help:"how long entries of the audit trail are kept, such as 8760h for a year; 0 means for ever"`
	LogRetention   time.Duration `key:"log_retention" default:"2160h" validate:"min=0" help:"how long entries of the systems' logs are kept, of which each log has room for the last 1,000; 0 means as long as there is room"`
}

// Temporal is what carries out the workflows.
type Temporal struct {
	TemporalAddress   string `key:"temporal_address" validate:"omitempty,address" help:"Temporal frontend, such as temporal:7233; make run brings its own"`
	TemporalNamespace string `key:"temporal_namespace" default:"hawkfish" validate:"required" help:"Temporal namespace; it is made when it does not exist"`
	TemporalUIListen  string `key:"temporal_ui_listen" default:"127.0.0.1:8233" validate:"omitempty,address" help:"address of the Temporal Web UI that make run brings"`
	TemporalUIURL     string `key:"temporal_ui_url" validate:"omitempty,http_url" help:"where people reach the Temporal Web UI; Tasks link to it"`
	TemporalTLS       Switch `key:"temporal_tls" default:"off" validate:"oneof=on off" help:"on or off: whether connections to Temporal are encrypted (TLS 1.2 or later)"`
	TemporalTLSCA     string `key:"temporal_tls_ca" help:"PEM file of the authorities that Temporal's certificate is checked against; unset: those of the machine"`
	TemporalTLSCert   string `key:"temporal_tls_cert" validate:"required_with=TemporalTLSKey" help:"PEM file of the certificate by which Temporal knows this process (mTLS); it is read again for each connection"`
	TemporalTLSKey    string `key:"temporal_tls_key" validate:"required_with=TemporalTLSCert" help:"PEM file of the certificate's key"`
	TemporalTLSName   string `key:"temporal_tls_server_name" validate:"omitempty,hostname_rfc1123" help:"name that Temporal's certificate must have; unset: that of temporal_address"`
	CodecKeys         Secret `key:"codec_keys" validate:"omitempty,excluded_with=CodecKeysFile,keyring" help:"keys that encrypt what Temporal keeps of the work (AES-256-GCM), such as k2:<32 bytes in base64>,k1:...; the first encrypts, all decrypt, and off in the first place encrypts nothing; all processes need the same keys; unset: nothing is encrypted, and the Temporal UI shows everything"`
	CodecKeysFile     string `key:"codec_keys_file" help:"file that holds the same keys, one a line, for systemd's and Kubernetes' secrets; it is read at the start"`
}

// Secrets is how secrets that callers entrust to the service are kept until they are used.
type Secrets struct {
	SecretKeys     Secret `key:"secret_keys" validate:"omitempty,excluded_with=SecretKeysFile,keyring" help:"keys that encrypt the passwords of image servers (AES-256-GCM) on their way from the API to a host, and in the database the private keys of certificates that administrators put in place of the listeners' own, in the form of codec_keys; api and host need the same ones; unset: those of codec_keys. Without either no such password and no certificate is taken; make run makes one of its own"`
	SecretKeysFile string `key:"secret_keys_file" help:"file that holds the same keys, one a line"`
}

// Telemetry is how often figures are taken.
type Telemetry struct {
	TelemetryInterval time.Duration `key:"telemetry_interval" default:"1m" validate:"min=0,max=30m" help:"how often hosts count what their guests use, at most half an hour; 0 means never. The last hour is kept, of each minute the last count. API and hosts should agree"`
}

// Joining is how hosts come into the fleet.
type Joining struct {
	HostRegistration HostRegistration `key:"host_registration" default:"open" validate:"oneof=open required" help:"open (the fleet takes every host whose worker reaches Temporal) or required (only those that an administrator has registered, and whose workers have the token that this has made); for the worker process"`
	HostTokens       Secret           `key:"host_tokens" validate:"omitempty,excluded_with=HostTokensFile,host_tokens" help:"what the workers of registered hosts show the fleet who they are by, such as kvm1=<token>, separated by commas; for the host process"`
	HostTokensFile   string           `key:"host_tokens_file" help:"file that holds the same, one a line"`
}

// NetworkBoot is for firmware that boots over the network.
type NetworkBoot struct {
	BootListen string `key:"boot_listen" validate:"omitempty,address" help:"address and port, such as :8081, where the firmware of systems gets its iPXE script (/boot/<UUID>/ipxe) and the files of its direct boot, over plain HTTP and without a login; unset: nowhere"`
}

// Fencing is how hosts are switched off that may be dead.
type Fencing struct {
	FenceAllow  []string `key:"fence_allow" validate:"dive,outbound" help:"where the BMCs of hosts may be, in the form of image_allow; unset: everywhere but loopback; for the worker process"`
	FenceAgents string   `key:"fence_agents" default:"/usr/sbin" validate:"omitempty,startswith=/" help:"folder of the worker's machine with ClusterLabs' fence agents (fence_ipmilan and others); empty: there are none"`
}

// Host is for the process beside a hypervisor.
type Host struct {
	Hypervisor       Hypervisor `key:"hypervisor" default:"libvirt" validate:"oneof=libvirt simulated" help:"libvirt or simulated"`
	Libvirt          []string   `key:"libvirt" default:"qemu:///system" validate:"min=1,dive,required" help:"libvirt URIs or socket paths, separated by commas; each is a host"`
	MigrationURI     []string   `key:"migration_uri" validate:"dive,migration_uri" help:"where other hosts' libvirtds reach this host's, such as qemu+tls://kvm1.example.com/system or, unencrypted, qemu+tcp://10.0.0.1/system; with several hosts in one process NAME=URI for each, separated by commas; unset: no guest is brought here from another host"`
	PoolPath         string     `key:"pool_path" default:"/var/lib/libvirt/hawkfish" validate:"required" help:"folder on each host for images and media, which is the host's alone"`
	DiskPath         string     `key:"disk_path" validate:"omitempty,startswith=/" help:"folder on each host for what belongs to systems: disks, variables of their firmware, serial logs. Hosts that share it (NFS, CephFS and the like; locks must be seen by all) can start each other's systems, and migrate them without copying; unset: pool_path"`
	ImageAllow       []string   `key:"image_allow" validate:"dive,outbound" help:"where images may be fetched from, and nowhere else: host names (also *.example.com), addresses, networks (CIDR), localhost, or * for all that is allowed when this is unset; separated by commas; unset: everywhere but loopback. Link-local and metadata addresses are always refused"`
	ImageDirs        []string   `key:"image_dirs" validate:"dive,startswith=/" help:"folders on the host from which file URLs may be imported, separated by commas"`
	DomainType       string     `key:"domain_type" validate:"omitempty,oneof=kvm qemu" help:"kvm or qemu (emulation); unset: the best that the host can do"`
	CPUModel         string     `key:"cpu_model" help:"CPU model of the guests, such as qemu64 or host-passthrough; unset: fit for the domain type"`
	OvercommitCPU    float64    `key:"overcommit_cpu" default:"8" validate:"gt=0,max=1000" help:"guests' CPUs for each of the host's"`
	OvercommitMemory float64    `key:"overcommit_memory" default:"1" validate:"gt=0,max=100" help:"guests' memory for each byte of the host's"`
	OvercommitDisk   float64    `key:"overcommit_disk" default:"2" validate:"gt=0,max=1000" help:"guests' disk for each byte of the host's: disks are sparse"`
}

// Simulated is for hosts that only pretend.
type Simulated struct {
	SimulatedHosts    int           `key:"simulated_hosts" default:"2" validate:"min=1,max=1000" help:"how many simulated hosts there are"`
	SimulatedSystems  int           `key:"simulated_systems" default:"10000" validate:"min=1,max=1000000" help:"how many small systems each simulated host has room for"`
	SimulatedForeign  int           `key:"simulated_foreign" default:"0" validate:"min=0,max=10000" help:"how many domains each simulated host has that are not HawkFish's, for trying out their adoption"`
	SimulatedLatency  time.Duration `key:"simulated_latency" default:"50ms" validate:"min=0" help:"how long a simulated call takes"`
	SimulatedTransfer time.Duration `key:"simulated_transfer" default:"2s" validate:"min=0" help:"how long it takes to bring a simulated guest to another host"`
	SimulatedFaults   float64       `key:"simulated_faults" default:"0" validate:"min=0,max=1" help:"share of simulated calls, 0 to 1, that fail as if libvirt did not answer"`
}

// Logging is how processes speak.
type Logging struct {
	LogLevel  LogLevel  `key:"log_level" default:"info" validate:"oneof=debug info warn error" help:"debug, info, warn or error; debug has a line for each request"`
	LogFormat LogFormat `key:"log_format" default:"text" validate:"oneof=text json" help:"text or json"`
}

// Tracing is where spans go.
type Tracing struct {
	OTLPEndpoint string  `key:"otlp_endpoint" validate:"omitempty,http_url" help:"OpenTelemetry collector (OTLP over gRPC), such as http://collector:4317, or https with TLS; requests are traced through API, workflows, steps, hypervisors and database; unset: nothing is traced"`
	OTLPShare    float64 `key:"otlp_share" default:"1" validate:"min=0,max=1" help:"share of the requests that are traced, 0 to 1"`
}

// Metrics is where Prometheus asks.
type Metrics struct {
	MetricsListen string `key:"metrics_listen" validate:"omitempty,address" help:"address of a plain HTTP listener with /metrics, /healthz and /readyz; unset: only on the API's"`
}
