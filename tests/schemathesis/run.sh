#!/usr/bin/env bash
# Starts a server and lets schemathesis send valid and invalid requests according to openapi/openapi.json, without a token and
# with a token of an administrator. It fails on a 5xx and on every response that the document does not describe.
#
#   tests/schemathesis/run.sh [EXAMPLES]    number of random cases per operation, in addition to the systematic ones [40]
#
# SIGNET_BINARY names a built server; otherwise cargo builds one. It needs Python, and installs schemathesis next to this script.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
examples=${1:-40}

if ! command -v python3 >/dev/null; then
    echo "skipped: Python is not installed"
    exit 0
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

python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5

binary=${SIGNET_BINARY:+$(realpath "$SIGNET_BINARY")}
if [ -z "$binary" ]; then
    (cd "$repository" && cargo build --locked --quiet --bin signet)
    binary=${CARGO_TARGET_DIR:-$repository/target}/debug/signet
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
issuer=http://127.0.0.1:$port
cat >"$folder/config.toml" <<'END'
[[clients]]
client_id     = "service"
client_secret = "0123456789abcdef"
grant_types   = ["client_credentials"]
scope         = "signet:admin signet:users signet:clients"
END
SIGNET__ISSUER=$issuer SIGNET__LISTEN=127.0.0.1:$port SIGNET__DATA=$folder/data SIGNET__KEYS=$folder/keys \
    SIGNET__BOOTSTRAP__ADMIN_USERNAME=root SIGNET__BOOTSTRAP__ADMIN_PASSWORD="correct horse battery staple" \
    SIGNET__OAUTH__DYNAMIC_REGISTRATION=open SIGNET__THROTTLE__RELAXED=true SIGNET__LIFETIMES__ACCESS_TOKEN=86400 \
    "$binary" --config "$folder/config.toml" >"$folder/log" 2>&1 &
server=$!
for attempt in $(seq 1 200); do
    if curl --silent --fail --output /dev/null "$issuer/health"; then break; fi
    if [ "$attempt" -eq 200 ]; then cat "$folder/log" >&2; exit 1; fi
    sleep 0.1
done

token=$(curl --silent --user service:0123456789abcdef --data grant_type=client_credentials "$issuer/token" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')

run() {
    # schemathesis stores files in its working directory.
    cd "$folder"
    "$folder/python/bin/schemathesis" run "$issuer/openapi.json" --no-color --continue-on-failure \
        --suppress-health-check all --phases examples,coverage,fuzzing --max-examples "$examples" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
        "$@"
}

outcome=0
echo "== without a token"
run >"$folder/without" || outcome=$?
sed -n '/FAILURES/,/WARNINGS/p;/SUMMARY/,$p' "$folder/without"
echo "== with the token of an administrator"
# schemathesis would find the application that the token belongs to and disable it, and the token with it.
run --exclude-operation-id disableClient --header "Authorization: Bearer $token" >"$folder/with" || outcome=$?
sed -n '/FAILURES/,/WARNINGS/p;/SUMMARY/,$p' "$folder/with"
exit "$outcome"
