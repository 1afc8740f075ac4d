#!/bin/sh
# For cron: tells which tokens end within two weeks, and which the providers refuse. Silent when there is nothing to do; whatever keeps it
# from finding out (a locked or damaged store, a provider that does not answer) is told too. Ends with 1 if that, or a token that is
# refused, is left to a person. It only looks: nothing that it finds is saved, so `validate --changed` tells it elsewhere all the same.
#   0 8 * * 1-5  GITCONN_KEY_FILE=/etc/gitconn/key  /usr/local/bin/due.sh
set -eu

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
left=0

# ask COMMAND…: what it prints in $found, its exit code in $code, what it says besides in $errors.
ask() {
    code=0
    found=$("$@" 2>"$errors") || code=$?
}

# cannot WHAT: it could not be found out, and why.
cannot() {
    printf '%s (gitconn ended with %s; see gitconn help exit-codes):\n' "$1" "$code"
    if [ -n "$found" ]; then printf '%s\n' "$found"; fi
    cat "$errors"
    exit 1
}

ask gitconn --no-input list --expiring-within 14d
case $code in
    0) ;;
    9) printf 'These tokens end within 14 days:\n%s\n' "$found" ;;
    *) cannot 'Nobody knows which tokens end soon' ;;
esac

ask gitconn --no-input --quiet validate --no-save
case $code in
    0) ;;
    # Somebody has to act. Tab-separated: the name, the verdict, and more.
    4)
        printf 'These tokens do not work:\n%s\n' "$(printf '%s\n' "$found" | grep -v "$(printf '^[^\t]*\tvalid\t')")"
        left=1
        ;;
    *) cannot 'Not every token could be checked' ;;
esac

exit "$left"
