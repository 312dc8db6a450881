#!/usr/bin/env bash
# Installs the packages of each language that is on this machine and holds its resource server against good and bad tokens.
#
#   examples/orders-api/test.sh            every language
#   examples/orders-api/test.sh go node    these
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
languages=("$@")
if [ ${#languages[@]} -eq 0 ]; then languages=(node python go java); fi

for language in "${languages[@]}"; do
    tool=$language
    case $language in python) tool=python3 ;; java) tool=mvn ;; esac
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: $language is not installed"
        continue
    fi
    (
        cd "$here/$language"
        case $language in
            node) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null ;;
            python) { [ -d .venv ] || python3 -m venv .venv; } && .venv/bin/pip -q install -r requirements.txt ;;
            go) go mod download ;;
            java) mvn -q -B compile ;;
        esac
    )
    cargo test --manifest-path "$here/../../Cargo.toml" --test verifier "$language" -- --ignored --nocapture
done
