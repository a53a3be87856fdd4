# Tollgate. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

COMPOSE := docker compose
PORT := $(or $(GATEWAY_PORT),$(shell sed -n 's/^GATEWAY_PORT=//p' .env 2>/dev/null | tail -n 1),9001)
export DEMO_CLIENT := $(or $(CLIENT),$(DEMO_CLIENT))
export DEMO_PERSON := $(or $(PERSON),$(DEMO_PERSON))
export DEMO_SCOPE := $(or $(SCOPE),$(DEMO_SCOPE))
export DEMO_RESOURCE := $(or $(RESOURCE),$(DEMO_RESOURCE))

##@ The stack, in containers

.PHONY: up
up: docker ## start everything and wait until it is ready
	@./scripts/port-is-free $(PORT) GATEWAY_PORT $(COMPOSE)
	@$(COMPOSE) build --quiet
	@$(COMPOSE) up --wait || { ./scripts/why-not-up $(COMPOSE); exit 1; }
	@echo "Tollgate is up at http://localhost:$(PORT): try make demo"

.PHONY: down
down: docker ## stop everything; the data stays
	@$(COMPOSE) --profile tools down

.PHONY: logs
logs: docker ## follow what the services say
	@if [ -x node_modules/.bin/pino-pretty ]; then \
	  $(COMPOSE) logs --follow --no-log-prefix --tail 100 | npx pino-pretty --colorize --ignore service,hostname --messageFormat '{service}: {msg}'; \
	else $(COMPOSE) logs --follow --tail 100; fi

.PHONY: demo
demo: ## show the story: a token, an invoice, and what is refused
	@./scripts/demo demo

.PHONY: token
token: ## print an access token (CLIENT=svc-reader SCOPE=invoices:read RESOURCE=…)
	@./scripts/demo token

.PHONY: secret
secret: ## print a demo client's secret (CLIENT=svc-demo)
	@./scripts/demo secret

.PHONY: password
password: ## print a demo person's password (PERSON=ada)
	@./scripts/demo password

.PHONY: check-routes
check-routes: docker ## say whether the gateway would take FILE (config/gateway.yaml)
	@$(COMPOSE) --progress quiet run --rm --no-deps -T gateway \
	  node services/gateway/src/bin/tollgate-gateway.ts check $(or $(FILE),config/gateway.yaml)

.PHONY: rotate-keys
rotate-keys: running ## let the next signing keys sign; nothing restarts, no token is refused
	@$(COMPOSE) exec issuer tollgate keys rotate

.PHONY: seed
seed: running ## load two tenants, fifty customers, a thousand invoices
	@$(COMPOSE) --progress quiet run --rm --no-deps -T migrate billing seed

.PHONY: verify
verify: running ## add up every ledger, walk every audit chain
	@$(COMPOSE) --progress quiet run --rm --no-deps -T migrate billing ledger:verify
	@$(COMPOSE) --progress quiet run --rm --no-deps -T migrate billing audit:verify

##@ Without Docker

.PHONY: dev
dev: node_modules/.stamp ## run the services as processes, with a real PostgreSQL
	@exec node_modules/.bin/node services/setup/src/dev/main.ts

##@ Proof

.PHONY: check
check: node_modules/.stamp ## format, lint, types, unit tests: seconds
	@npm run --silent lint
	@npm run --silent types
	@npm run --silent test -- --selectProjects unit

.PHONY: fmt
fmt: node_modules/.stamp ## put the sources into their format
	@npm run --silent format

# Days are where money goes wrong away from UTC, and second connections where one must do: all tests
# run west of UTC, and what stores billing's days once more east of it, with a pool of one.
.PHONY: test
test: node_modules/.stamp ## everything that needs no Docker
	@TZ=America/Los_Angeles npm run --silent test
	@TZ=Pacific/Auckland TEST_POOL_SIZE=1 npm run --silent test -- --selectProjects postgres -- services/billing

.PHONY: e2e
e2e: docker node_modules/.stamp ## the real containers, driven from outside
	@npm run --silent e2e

.PHONY: bench
bench: node_modules/.stamp ## the gateway beside its peers, and billing (BENCH_ONLY=billing)
	@npm run --silent bench

.PHONY: bench-mint
bench-mint: node_modules/.stamp ## the issuer beside a hand-written endpoint, as a ratio
	@npm run --silent mint --workspace bench

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  \033[36m%-12s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Dependencies are installed when the lock file is newer than the last time.
node_modules/.stamp: package-lock.json package.json
	@command -v npm >/dev/null || { echo "This needs Node.js 20 or later with npm: see https://nodejs.org" >&2; exit 1; }
	@echo "Installing what package-lock.json lists…" >&2
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: docker
docker:
	@docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 || \
	  { echo "This needs Docker with Compose, running. Without it: make dev and make test." >&2; exit 1; }

.PHONY: running
running: docker
	@[ -n "$$($(COMPOSE) ps --quiet --status running 2>/dev/null)" ] || \
	  { echo "The stack is not up. Start it with: make up" >&2; exit 1; }
