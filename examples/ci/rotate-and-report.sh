#!/bin/sh
# For cron, where the store is at home: puts new tokens in the place of those that end within two weeks, and then asks the providers about all of them. Tells what
# was rotated, what a person has to do, and what is not as it was the last time; silent when there is nothing new to tell. Ends with 1 as long as something is left to do, also where that was told before.
#   0 6 * * *  GITCONN_KEY_FILE=/etc/gitconn/key  /usr/local/bin/rotate-and-report.sh
set -eu

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
left=0

# ask COMMAND…: what it prints in $found, its exit code in $code, what it says besides in $errors.
ask() {
    code=0
    found=$("$@" 2>"$errors") || code=$?
}

# tell TITLE: what was found, under a title.
tell() {
    printf '%s\n' "$1"
    if [ -n "$found" ]; then printf '%s\n' "$found"; fi
}

# leave TITLE: the same of something that is left to do, with what was said of it.
leave() {
    tell "$1 (gitconn ended with $code; see gitconn help exit-codes):"
    cat "$errors"
    left=1
}

# The old token is ended as soon as the new one is saved and was tried. Where a provider has no call for it, somebody has to make the new one.
ask gitconn --no-input rotate --expiring-within 14d --revoke-old
case $code in
    0) if [ -n "$found" ]; then tell 'New tokens:'; fi ;;
    *) leave 'Not every token that ends within 14 days has a new one' ;;
esac

# What was refused before is not told again.
ask gitconn --no-input --quiet validate --changed
case $code in
    0) ;;
    9)
        tell 'Not as it was:'
        cat "$errors"
        ;;
    *) leave 'Not every token could be checked' ;;
esac

# A dead token stays a person's to replace, whenever it died.
for status in expired revoked invalid; do
    ask gitconn --no-input --quiet list --status "$status"
    if [ -n "$found" ]; then left=1; fi
done

exit "$left"
