#!/usr/bin/env bash
# Signs a user in to applications that use unmodified client libraries, each with default settings or those that its preset
# names. The server runs with its default profile, and each client is configured only with its redirect URI and scope.
#
#   tests/clients/run.sh                        every client
#   tests/clients/run.sh authlib oauth2_proxy   these clients
#
# Python installs Authlib, mozilla-django-oidc and social-core from PyPI. Go builds oauth2-proxy where it is installed.
# mod_auth_openidc comes from Debian (apache2-bin, libapache2-mod-auth-openidc). Clients that are not installed are
# skipped, unless they are named. SIGNET_BINARY names a built server; otherwise cargo builds one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
demanded="$*"
cache=${SIGNET_CLIENTS_CACHE:-$repository/target/clients}
oauth2_proxy_version=v7.15.6

folder=$(mktemp -d)
# Apache runs as a separate user.
chmod 711 "$folder"
processes=()
finish() {
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    for process in "${processes[@]}"; do wait "$process" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

skip() {
    echo "skipped: $1: $2"
    if [[ " $demanded " == *" $1 "* ]]; then exit 1; fi
}

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "skipped: Python with venv is not installed"
    if [ -n "$demanded" ]; then exit 1; else exit 0; fi
fi
mkdir -p "$cache"
if [ ! -x "$cache/python/bin/python" ] || ! cmp -s "$here/requirements.txt" "$cache/requirements.txt"; then
    rm -rf "$cache/python"
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$cache/requirements.txt"
fi
python=$cache/python/bin/python

free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Waits until a server responds at the URL in $1, with any status. $2 is its log.
answers() {
    for attempt in $(seq 1 300); do
        if curl --silent --output /dev/null "$1"; then return; fi
        sleep 0.1
    done
    echo "nothing answers at $1:" >&2
    cat "$2" >&2
    exit 1
}

names=(${demanded:-authlib mozilla_django_oidc social_core oauth2_proxy mod_auth_openidc})
declare -A ports paths
paths=(
    [authlib]=/callback [mozilla_django_oidc]=/oidc/callback/ [social_core]=/complete/oidc/
    [oauth2_proxy]=/oauth2/callback [mod_auth_openidc]=/protected/redirect_uri
)

port=$(free_port)
export ISSUER=http://127.0.0.1:$port USERNAME=grace PASSWORD="a long and winding passphrase"
export CLIENT_SECRET=0123456789abcdef0123456789abcdef
{
    printf '[[clients]]\nclient_id = "script"\nclient_secret = "%s"\ngrant_types = ["client_credentials"]\n' "$CLIENT_SECRET"
    printf 'scope = "signet:admin"\n'
    for name in "${names[@]}"; do
        ports[$name]=$(free_port)
        printf '\n[[clients]]\nclient_id = "%s"\nclient_name = "%s"\nclient_secret = "%s"\n' "$name" "$name" "$CLIENT_SECRET"
        printf 'redirect_uris = ["http://127.0.0.1:%s%s"]\nscope = "openid profile email"\n' "${ports[$name]}" "${paths[$name]}"
    done
} >"$folder/config.toml"

binary=${SIGNET_BINARY:+$(realpath "$SIGNET_BINARY")}
if [ -z "$binary" ]; then
    (cd "$repository" && cargo build --locked --quiet --bin signet)
    binary=${CARGO_TARGET_DIR:-$repository/target}/debug/signet
fi
SIGNET__ISSUER=$ISSUER SIGNET__LISTEN=127.0.0.1:$port SIGNET__DATA=$folder/data SIGNET__KEYS=$folder/keys \
    SIGNET__BOOTSTRAP__ADMIN_USERNAME=root SIGNET__BOOTSTRAP__ADMIN_PASSWORD="correct horse battery staple" \
    "$binary" --config "$folder/config.toml" >"$folder/log" 2>&1 &
processes+=($!)
answers "$ISSUER/health" "$folder/log"

# The administrator creates the user, so that the e-mail address is verified.
token=$(curl --silent --user "script:$CLIENT_SECRET" --data grant_type=client_credentials "$ISSUER/token" |
    "$python" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
curl --silent --show-error --fail-with-body --output "$folder/created" --header "Authorization: Bearer $token" --json \
    "{\"username\": \"$USERNAME\", \"password\": \"$PASSWORD\", \"name\": \"Grace Hopper\",
      \"email\": \"grace@example.org\", \"email_verified\": true}" "$ISSUER/users" || { cat "$folder/created" >&2; exit 1; }

# Starts the application $1 with the other arguments, waits until it responds at /, and signs the user in. Prints the last
# page.
outcome=0
log_in() {
    local name=$1 home=http://127.0.0.1:${ports[$1]} begin=$2 last=$3
    shift 3
    mkdir -p "$folder/$name"
    CLIENT_ID=$name PORT=${ports[$name]} FOLDER=$folder/$name "$@" >"$folder/$name.log" 2>&1 &
    processes+=($!)
    answers "$home/" "$folder/$name.log"
    local page
    if page=$("$python" "$here/person.py" "$home$begin" "$home$last" 2>"$folder/$name.person") &&
        grep -qE 'grace(@example\.org)?' <<<"$page"; then
        echo "passed: $name $(version_of "$name"): $(tr -s '[:space:]' ' ' <<<"$page" | cut -c 1-160)"
    else
        outcome=1
        {
            echo "FAILED: $name $(version_of "$name")"
            echo "$page"
            tail -n 40 "$folder/$name.person" "$folder/$name.log" "$folder/log"
        } >&2
    fi
}

version_of() {
    case $1 in
    authlib) "$python" -m pip show authlib | sed -n 's/^Version: //p' ;;
    mozilla_django_oidc) "$python" -m pip show mozilla-django-oidc | sed -n 's/^Version: //p' ;;
    social_core) "$python" -m pip show social-auth-core | sed -n 's/^Version: //p' ;;
    oauth2_proxy) echo "$oauth2_proxy_version" ;;
    mod_auth_openidc) dpkg-query --showformat '${Version}' --show libapache2-mod-auth-openidc ;;
    esac
}

oauth2_proxy() {
    if ! command -v go >/dev/null; then skip oauth2_proxy "Go is not installed" && return; fi
    if [ ! -x "$cache/oauth2-proxy-$oauth2_proxy_version" ]; then
        GOBIN=$cache go install "github.com/oauth2-proxy/oauth2-proxy/v7@$oauth2_proxy_version" >"$folder/go" 2>&1 ||
            { cat "$folder/go" >&2; exit 1; }
        mv "$cache/oauth2-proxy" "$cache/oauth2-proxy-$oauth2_proxy_version"
    fi
    log_in oauth2_proxy /oauth2/start?rd=/ /oauth2/userinfo "$cache/oauth2-proxy-$oauth2_proxy_version" \
        --provider=oidc --oidc-issuer-url="$ISSUER" --client-id=oauth2_proxy --client-secret="$CLIENT_SECRET" \
        --redirect-url="http://127.0.0.1:${ports[oauth2_proxy]}${paths[oauth2_proxy]}" --code-challenge-method=S256 \
        --http-address="127.0.0.1:${ports[oauth2_proxy]}" --email-domain='*' --upstream=static://200 \
        --cookie-secret=0123456789abcdef0123456789abcdef --cookie-secure=false
}

mod_auth_openidc() {
    local modules=/usr/lib/apache2/modules
    if [ ! -e "$modules/mod_auth_openidc.so" ]; then
        skip mod_auth_openidc "apache2-bin and libapache2-mod-auth-openidc are not installed" && return
    fi
    mkdir -p "$folder/mod_auth_openidc/site/protected"
    echo '<!--#echo var="REMOTE_USER" --> <!--#echo var="OIDC_CLAIM_email" -->' \
        >"$folder/mod_auth_openidc/site/protected/index.shtml"
    chmod -R a+rX "$folder/mod_auth_openidc"
    sed -e "s|@MODULES@|$modules|; s|@FOLDER@|$folder/mod_auth_openidc|; s|@ISSUER@|$ISSUER|; s|@SECRET@|$CLIENT_SECRET|" \
        -e "s|@PORT@|${ports[mod_auth_openidc]}|" "$here/apache.conf" >"$folder/apache.conf"
    if [ "$(id -u)" -eq 0 ]; then printf 'User nobody\nGroup nogroup\n' >>"$folder/apache.conf"; fi
    # In a separate session, because Apache kills its whole process group.
    log_in mod_auth_openidc /protected/ /protected/ setsid apache2 -f "$folder/apache.conf" -D FOREGROUND
}

for name in "${names[@]}"; do
    case $name in
    authlib | mozilla_django_oidc | social_core)
        declare -A begins=([authlib]=/login [mozilla_django_oidc]=/login [social_core]=/login)
        log_in "$name" "${begins[$name]}" / "$python" "$here/${name}_app.py"
        ;;
    oauth2_proxy | mod_auth_openidc) "$name" ;;
    *)
        echo "no such client: $name" >&2
        exit 1
        ;;
    esac
done
exit "$outcome"
