# HawkFish. "make help" lists what can be done.

GO     ?= go
GOTEST ?= $(GO) test
BIN    := bin
# Where DMTF's schemas and registries lie, for gen and verify: a folder with csdl/, json-schema/ and registries/.
DMTF   ?= ../shared/dmtf

# The folder that holds DMTF's validators, for conformance; conformance/README.md says which.
VALIDATORS ?=

# One set of build flags everywhere: a different one would build the Temporal server once more.
export CGO_ENABLED ?= 0

HYPERVISOR := $(or $(HAWKFISH_HYPERVISOR),libvirt)
# The version that api/describe/page/README.md names.
SWAGGER_UI := 5.35.0
LINTER     := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help run build build-dev test test-unit test-libvirt test-durability lab-up lab-down gen gen-histories docs-page verify lint bench conformance check clean

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

run: ## everything in one foreground command: database, Temporal, API, workers, hypervisor
	@bash deploy/packages.sh postgresql $(if $(filter libvirt,$(HYPERVISOR)),libvirt)
	@$(MAKE) --no-print-directory build-dev
	@exec $(BIN)/hawkfish-dev run

build: ## the production binary, bin/hawkfish
	$(GO) build -o $(BIN)/hawkfish ./cmd/hawkfish

build-dev: ## the development binary, bin/hawkfish-dev, which carries Temporal
	@cd dev && $(GO) build -o ../$(BIN)/hawkfish-dev ./cmd/hawkfish-dev

test: test-unit test-durability ## all tests, with the race detector, on real PostgreSQL, Temporal and libvirt

test-unit: ## the tests of the main module
	@bash deploy/packages.sh postgresql race
	CGO_ENABLED=1 $(GOTEST) -race -timeout 15m ./...

test-durability: ## the whole fleet in processes that are killed at every step
	@bash deploy/packages.sh postgresql
	cd dev && $(GOTEST) -timeout 45m ./...

test-libvirt: ## the tests on real libvirt hosts, which must be there
	@bash deploy/packages.sh libvirt lab race
	HAWKFISH_REQUIRE_LAB=1 CGO_ENABLED=1 $(GOTEST) -race -timeout 15m ./lab/... ./worker/libvirt/...

lab-up: ## three libvirt hosts on this machine
	lab/lab.sh up 3

lab-down: ## end them
	lab/lab.sh down

gen: ## make again what is generated
	$(GO) run ./schemas/gen -dmtf $(DMTF) -out schemas
	cd store && $(GO) tool -modfile=../tools/go.mod sqlc generate
	$(GO) test ./internal/config -run TestDocumentIsUpToDate -update
	$(GO) test ./api -run TestResourceDocs -update

docs-page: ## fetch again the parts of /redfish/v1/docs that are not ours (npm)
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && npm pack --silent --pack-destination "$$folder" swagger-ui-dist@$(SWAGGER_UI) && \
	tar -xzf "$$folder"/*.tgz -C "$$folder" && cd "$$folder/package" && \
	cp swagger-ui.css swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt LICENSE NOTICE $(CURDIR)/api/describe/page/

gen-histories: ## record the histories of workflows that the replay test compares with
	cd dev && $(GO) test -count=1 -run 'TestHistories$$|TestDeadHost$$|TestRealEvacuation$$|TestMigrationHistories$$' ./durability -record

verify: ## fail when something generated is out of date, or a file is not formatted
	@bash deploy/verify.sh "$(DMTF)"

lint: ## static checks
	$(GO) vet ./... && cd dev && $(GO) vet ./...
	$(GO) run $(LINTER) run ./...

bench: ## measure what must be fast
	cd dev && $(GO) run ./cmd/hawkfish-bench

conformance: build-dev ## what DMTF's validators (VALIDATORS=folder of their checkouts) and the common clients say of a fleet
	@bash deploy/packages.sh clients $(if $(VALIDATORS),validators)
	$(if $(VALIDATORS),DMTF=$(abspath $(DMTF)) conformance/validators.sh $(VALIDATORS),@echo "VALIDATORS is not set: DMTF's validators are left out")
	conformance/clients.sh

check: verify lint test ## everything that a change must pass

clean: ## remove what was built
	rm -rf $(BIN) lab/out
