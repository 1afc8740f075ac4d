#!/bin/sh
# For cron: tells which tokens end within two weeks, and which the providers refuse. Silent when there is nothing to do.
#   0 8 * * 1-5  GITCONN_KEY_FILE=/etc/gitconn/key  /usr/local/bin/due.sh
set -u

due=$(gitconn list --expiring-within 14d)
if [ $? -eq 9 ]; then
    printf 'These tokens end within 14 days:\n%s\n' "$due"
fi

found=$(gitconn validate --quiet)
# 4: somebody has to act. 6: a provider could not be asked; the next run will tell.
if [ $? -eq 4 ]; then
    printf 'These checks did not go well:\n%s\n' "$found"
fi
