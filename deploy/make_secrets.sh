#!/bin/sh
# Makes the folder secrets/ for compose.yaml and compose.scale.yaml. Files that are there stay.
# Without a key on standard input, the one for kie.ai is asked for.
set -eu
cd "$(dirname "$0")/.."

# The folder is closed to others on this machine; a container reads single files as its own user.
umask 077
mkdir -p secrets

random_hex() { # random_hex BYTES
    head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

keep() { # keep NAME VALUE, complete or not at all
    test -s "secrets/$1" && return
    printf '%s\n' "$2" >"secrets/.$1"
    chmod 444 "secrets/.$1"
    mv "secrets/.$1" "secrets/$1"
}

if ! test -s secrets/kie_api_key; then
    printf 'The key for kie.ai: ' >&2
    IFS= read -r key
    test -n "$key" || { echo "No key, no file." >&2; exit 1; }
    keep kie_api_key "$key"
fi
keep database_password "$(random_hex 24)"
keep database_url "postgresql://studio:$(cat secrets/database_password)@database:5432/studio"
keep store_key_id "GK$(random_hex 12)"
keep store_secret_key "$(random_hex 32)"
keep store_rpc_secret "$(random_hex 32)"
# Garage takes its first key from the environment alone.
keep store.env "GARAGE_DEFAULT_ACCESS_KEY=$(cat secrets/store_key_id)
GARAGE_DEFAULT_SECRET_KEY=$(cat secrets/store_secret_key)"
echo "secrets/ is complete."
