#!/usr/bin/env bash
# Installs the packages of each language available on this machine, and prints these languages:
#
#   SIGNET_LANGUAGES=$(examples/orders-api/install.sh) cargo test --test protocol orders_apis -- --nocapture
#
# tests the API in each of them, and those in Rust, against a running server.
set -euo pipefail
cd "$(dirname "$0")"

# Whether the version $2 is $1 or later.
is_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Whether a language is available: its name, the minimum version, and the installed version.
is_usable() {
    if [ -z "$3" ]; then
        echo "skipped: $1 is not installed" >&2
    elif ! is_at_least "$2" "$3"; then
        echo "skipped: $1 $3 is installed, and the example needs $2" >&2
    else
        return 0
    fi
    return 1
}

version_of() { { "$@" 2>/dev/null || true; } | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }

usable=()
if is_usable node 20.0 "$(command -v npm >/dev/null && version_of node --version)"; then
    (cd node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    usable+=(node)
fi
if is_usable "python (with venv)" 3.10 "$(python3 -c 'import ensurepip, venv' 2>/dev/null && version_of python3 --version)"; then
    (cd python && { [ -x .venv/bin/python ] || python3 -m venv .venv; } &&
        .venv/bin/pip -q --disable-pip-version-check install -r requirements.txt >&2)
    usable+=(python)
fi
if is_usable go 1.24 "$(version_of go version)"; then
    (cd go && go build -o bin/orders-api .)
    usable+=(go)
fi
if is_usable "java (with mvn)" 17.0 "$(version_of mvn --version | grep -q . && version_of javac -version)"; then
    (cd java && mvn -q -B compile exec:help >&2)
    usable+=(java)
fi
echo "${usable[*]:-}"
