#!/usr/bin/env bash
# Starts a server, uses all of its features for applications with the client library openid-client, and verifies the tokens in
# an API behind express-oauth2-jwt-bearer.
#
#   tests/node/run.sh               every part
#   tests/node/run.sh code refresh  these parts
#
# SIGNET_BINARY names a built server; otherwise cargo builds one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skipped: Node is not installed"
    if [ -n "${CI_REQUIRES_NODE:-}" ]; then exit 1; fi
    exit 0
fi

npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

binary=${SIGNET_BINARY:-}
if [ -z "$binary" ]; then
    (cd "$repository" && cargo build --locked --quiet --bin signet)
    binary=${CARGO_TARGET_DIR:-$repository/target}/debug/signet
fi

folder=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export SIGNET_ISSUER=http://127.0.0.1:$port
export SIGNET_USERNAME=root SIGNET_PASSWORD="correct horse battery staple"
export SIGNET_SERVICE_ID=service SIGNET_SERVICE_SECRET=0123456789abcdef

cat >"$folder/config.toml" <<END
[[resources]]
resource = "https://api.orders.example"
name     = "Orders"
scopes   = { "orders:read" = "See your orders", "orders:write" = "Place and change orders" }

[[clients]]
client_id     = "$SIGNET_SERVICE_ID"
client_secret = "$SIGNET_SERVICE_SECRET"
grant_types   = ["client_credentials"]
scope         = "orders:read signet:clients"
END

# The profile allows dynamically registered applications to use responses through the browser.
SIGNET__PROFILE=oidc-compat SIGNET__ISSUER=$SIGNET_ISSUER SIGNET__LISTEN=127.0.0.1:$port \
    SIGNET__DATA=$folder/data SIGNET__KEYS=$folder/keys \
    SIGNET__BOOTSTRAP__ADMIN_USERNAME=$SIGNET_USERNAME SIGNET__BOOTSTRAP__ADMIN_PASSWORD=$SIGNET_PASSWORD \
    SIGNET__OAUTH__DYNAMIC_REGISTRATION=open SIGNET__THROTTLE__RELAXED=true \
    "$binary" --config "$folder/config.toml" >"$folder/log" 2>&1 &
server=$!

is_well() { node -e 'fetch(process.argv[1]).then(a => process.exit(a.ok ? 0 : 1), () => process.exit(1))' "$SIGNET_ISSUER/health"; }
for attempt in $(seq 1 200); do
    if is_well; then break; fi
    if ! kill -0 "$server" 2>/dev/null || [ "$attempt" -eq 200 ]; then
        echo "the server did not start:" >&2
        cat "$folder/log" >&2
        exit 1
    fi
    sleep 0.1
done

outcome=0
node "$here/grants.mjs" "$@" || outcome=$?
if [ "$outcome" -ne 0 ]; then
    echo "the server's log ends with:" >&2
    tail -n 20 "$folder/log" >&2
fi
exit "$outcome"
