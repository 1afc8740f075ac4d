#!/bin/sh
# Runs a program with a token of a GitHub App that is good for one repository and one permission, and is revoked when the program ends:
#   for-one-repository.sh prod-app acme-corp/site contents=write ./release.sh 1.2.3
# For any pipeline that has GITCONN_STORE and GITCONN_KEY (or GITCONN_KEY_FILE) in its environment; the program sees neither of them. It finds the
# token as GH_TOKEN and GITHUB_TOKEN (of an enterprise server: GH_ENTERPRISE_TOKEN and GITHUB_ENTERPRISE_TOKEN).
# Ends with gitconn's own code if the app does not work (4: somebody has to act, 6: the same may work later), else as `gitconn exec` does.
set -eu

if [ $# -lt 4 ]; then
    echo "usage: $0 CONNECTION OWNER/NAME PERMISSION=LEVEL COMMAND [ARGUMENT…]" >&2
    exit 2
fi
app=$1
repository=$2
permission=$3
shift 3

# What is found goes to stderr: stdout is the program's.
gitconn --no-input validate "$app" --no-save >&2

exec gitconn --no-input exec "$app" --repo "$repository" --permission "$permission" -- "$@"
