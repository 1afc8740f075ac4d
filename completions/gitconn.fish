# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_gitconn_global_optspecs
    string join \n store= key-file= o/output= json q/quiet v/verbose no-input max-wait= h/help V/version
end

function __fish_gitconn_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_gitconn_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_gitconn_using_subcommand
    set -l cmd (__fish_gitconn_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c gitconn -n "__fish_gitconn_needs_command" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_needs_command" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_needs_command" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_needs_command" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_needs_command" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_needs_command" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_needs_command" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_needs_command" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_needs_command" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "connect" -d 'Add a connection, or log in again for one'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "list" -d 'Show connections with account, status, expiry and last check'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "ls" -d 'Show connections with account, status, expiry and last check'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "show" -d 'Show one connection, whole: everything but the secret'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "validate" -d 'Check now whether credentials still work: all enabled ones by default, side by side'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "test" -d 'Check now without saving what is found: `validate --no-save`'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "rotate" -d 'Put new tokens in the place of old ones'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "refresh" -d 'Renew the tokens of logins now: of all enabled ones by default, side by side'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "edit" -d 'Change name, description, end, tags, workspace, hook, whether `token` hands it out, or put a new token or key in place'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "enable" -d 'Allow the use of connections again'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "disable" -d 'Keep connections, but do not use them'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "remove" -d 'Remove a connection, after its name was typed; the token itself lives on unless --revoke is given'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "rm" -d 'Remove a connection, after its name was typed; the token itself lives on unless --revoke is given'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "repos" -d 'List repositories, newest activity first, over all connections unless some are named'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "branches" -d 'List the branches of a repository, with default and protected'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "check" -d 'Check step by step whether a repository can be used: connection, token, read access, branches'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "token" -d 'Print a live token, for a script that cannot take it otherwise'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "exec" -d 'Run a program with a live token in its environment'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "clone" -d 'Clone a repository with git, which gets its token from here'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "pull" -d 'Pull checkouts with git, which gets its token from here'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "route" -d 'Say which connection serves which repositories'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "credential" -d 'Answer git when it asks for a credential (`gitconn setup-git` tells git to)'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "setup-git" -d 'Let git ask gitconn for passwords'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "installations" -d 'See and change where a GitHub App is installed'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "oauth" -d 'Say as which OAuth client to log in at a host'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "which" -d 'Say which connection holds or held a token that was found somewhere, and what used it last'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "import" -d 'Take in the tokens that other programs keep: gh, glab, git\'s credential store, netrc'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "doctor" -d 'Look for what is wrong with this set-up, and mend it'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "audit" -d 'Show the trail, prove that it is unbroken, or hand it to another system'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "store" -d 'Look after the store: its file, its key, its backups'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "config" -d 'Show and change settings'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "man" -d 'Print the manual page, or write one for each command into a directory'
complete -c gitconn -n "__fish_gitconn_needs_command" -f -a "help" -d 'Explain a topic, or a command'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l host -d 'Address of a self-hosted instance, with its path root if it has one' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l api-url -d 'Address of the API where it is not the usual one for the host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l token-file -d 'Read the token from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l token-env -d 'Read the token from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l description -d 'What it is for' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l tag -d 'A word to find it by; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l workspace -d 'Workspace that owns the token, or that the connection is to be confined to (Bitbucket)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l expires-at -d 'When the token ends, where the provider does not say' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l ca-file -d 'Certificates (PEM) to trust for this host besides the system\'s' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l client-cert -d 'Client certificate with its key (PEM) for this host' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l from -d 'Add many at once: a list in TOML (`[[connection]]`) or a JSON object a line, which names each token\'s variable or file; `-` is stdin' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l port -d 'Port of 127.0.0.1 that the browser comes back to, for apps that are registered with one' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l scopes -d 'Scopes to ask for instead of the usual ones, for example `read_api,read_repository`' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l reauth -d 'Log in again for this connection: it keeps its id, name, tags and history' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l app-id -d 'The app\'s number, as its page shows it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l client-id -d 'The app\'s client id, as its page shows it: `Iv23li…`' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l private-key-file -d 'Read the app\'s private key (PEM) from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l private-key-env -d 'Read the app\'s private key from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l installation-id -d 'Take in only this installation of the app; may be given several times. Otherwise all of them, also later ones' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l org -d 'With --create-app: the organisation that it is to belong to, instead of yourself' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l permission -d 'With --create-app: a permission beyond `contents=read` and `metadata=read`; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l webhook-url -d 'With --create-app: where its events go; the secret that signs them is kept in the store' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l token-stdin -d 'Read the token from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l offline -d 'Store without asking the provider: the status is `pending`'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l force -d 'Take a token whose checksum does not fit'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l allow-http -d 'Allow `http://` to this host: the token travels in the clear'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l replace-host -d 'Let these host options count for the host\'s other connections too, where they differ from what is known'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l open -d 'Open the page for making a token in the browser'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l oauth -d 'Log in with OAuth, in the browser where there is one, else by code'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l device -d 'Log in by a code that is typed into any browser'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l no-browser -d 'Log in with a browser, but do not open it: the address is printed'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l tokens-stdin -d 'Read an existing pair of tokens from stdin, as the JSON of a token endpoint'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l allow-account-change -d 'With --reauth: take a login of another account'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l app -d 'Connect a GitHub App by its id and private key'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l private-key-stdin -d 'Read the app\'s private key from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l create-app -d 'Make a GitHub App in the browser, and connect it: its key goes straight into the store'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l public -d 'With --create-app: let other accounts install it too'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand connect" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l status -d 'Only connections with this status' -r -f -a "pending\t''
active\t''
expired\t''
revoked\t''
invalid\t''
error\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l expiring-within -d 'What ends within this span and does not renew itself is due: a token, or the login behind it; what has ended too. Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l older-than -d 'A token without an end, or an app\'s key, that is older than this is due (setting: `max_token_age`). Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l all -d 'Show disabled ones too'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l wide -d 'Show tags, who made each, and when'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand list" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l status -d 'Only connections with this status' -r -f -a "pending\t''
active\t''
expired\t''
revoked\t''
invalid\t''
error\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l expiring-within -d 'What ends within this span and does not renew itself is due: a token, or the login behind it; what has ended too. Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l older-than -d 'A token without an end, or an app\'s key, that is older than this is due (setting: `max_token_age`). Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l all -d 'Show disabled ones too'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l wide -d 'Show tags, who made each, and when'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand ls" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand show" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l expiring-within -d 'What ends within this span and does not renew itself is due: a token, or the login behind it; what has ended too. Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l older-than -d 'A token without an end, or an app\'s key, that is older than this is due (setting: `max_token_age`). Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l token-env -d 'Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l api-url -d 'Where the host\'s API is, if not at its usual address' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l ca-file -d 'Trust these certificates too (PEM)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l workspace -d 'Workspace that owns a Bitbucket token' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l no-save -d 'Change nothing in the store'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l changed -d 'Report only what is not as it was when it was last checked. Exit code 9 if something is'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand validate" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l expiring-within -d 'What ends within this span and does not renew itself is due: a token, or the login behind it; what has ended too. Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l older-than -d 'A token without an end, or an app\'s key, that is older than this is due (setting: `max_token_age`). Exit code 9 if something is' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l token-env -d 'Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l api-url -d 'Where the host\'s API is, if not at its usual address' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l ca-file -d 'Trust these certificates too (PEM)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l workspace -d 'Workspace that owns a Bitbucket token' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l no-save -d 'Change nothing in the store'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l changed -d 'Report only what is not as it was when it was last checked. Exit code 9 if something is'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand test" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l expiring-within -d 'Only those whose token ends within this span' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l older-than -d 'Only those whose token has no end and is older than this; with --expiring-within, these too (setting: `max_token_age`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l expires-in -d 'How long the new token is to live [default: 90d]' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l expires-at -d 'The day on which the new token is to end' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l hook -d 'Run this command in a shell afterwards, with the new token on stdin; instead of the connection\'s own, or of the one that has failed' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l with -d 'The connection of an owner that makes the new token beside the old one (GitLab\'s projects and groups)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l token-file -d 'Read the token from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l token-env -d 'Read the token from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l private-key-file -d 'Read the app\'s private key (PEM) from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l private-key-env -d 'Read the app\'s private key from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l all -d 'All enabled connections'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s n -l dry-run -d 'Show what would happen to each, and by which call; nobody is asked anything'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l keep-old -d 'Let the old token live; refused where the provider ends it in the same call'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l revoke-old -d 'Revoke the old token without asking'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l compromised -d 'The old token is in wrong hands: revoke it first, then replace it'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l resume -d 'Go on with what was begun and not finished: of those that are named, or of all'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l token-stdin -d 'Read the token from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l private-key-stdin -d 'Read the app\'s private key from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l allow-account-change -d 'Allow a new token of another account'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l no-browser -d 'Do not open a page in the browser'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand rotate" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand refresh" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l name -d 'New name' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l description -d 'What it is for; an empty text removes it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l expires-at -d 'When the token ends, or `none`' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l email -d 'E-mail address that the token is sent with (Bitbucket\'s API tokens)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l workspace -d 'Workspace that the connection is confined to (Bitbucket); an empty text lifts it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l hook -d 'Command that is run in a shell after each rotation, with the new token on stdin; an empty text removes it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l tag -d 'Add a tag; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l untag -d 'Take a tag away; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l token-file -d 'Read the token from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l token-env -d 'Read the token from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l private-key-file -d 'Read the app\'s private key (PEM) from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l private-key-env -d 'Read the app\'s private key from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l no-export -d 'Forbid `token` for it: it then serves git and `exec` only'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l export -d 'Allow `token` again'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l token-stdin -d 'Read the token from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l private-key-stdin -d 'Read the app\'s private key from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l allow-account-change -d 'Allow a new token of another account'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand edit" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand enable" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand disable" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l revoke -d 'Also revoke the token at the provider; this cannot be undone'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l cascade -d 'Also remove what depends on it'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand remove" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l revoke -d 'Also revoke the token at the provider; this cannot be undone'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l cascade -d 'Also remove what depends on it'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand rm" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l provider -d 'Only connections to this provider' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l host -d 'Only connections to this host' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l tag -d 'Only connections with this tag; given several times, with all of them' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l search -d 'Only repositories whose full name contains this, without regard to case' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l limit -d 'At most so many' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l installation -d 'Of a GitHub App, only its installation on this account, or of this number' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l page -d 'Just this page of one connection\'s listing' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l per-page -d 'Rows in a page, at most 100' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l token-env -d 'Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l api-url -d 'Where the host\'s API is, if not at its usual address' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l ca-file -d 'Trust these certificates too (PEM)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l workspace -d 'Workspace that owns a Bitbucket token' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l all -d 'All of them'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand repos" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s c -l connection -d 'Use this connection' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l search -d 'Only branches whose name contains this, without regard to case' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l page -d 'Just this page of one connection\'s listing' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l per-page -d 'Rows in a page, at most 100' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l token-env -d 'Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l api-url -d 'Where the host\'s API is, if not at its usual address' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l ca-file -d 'Trust these certificates too (PEM)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l workspace -d 'Workspace that owns a Bitbucket token' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l host -d 'The host that the token is for' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l provider -d 'The provider whose API the host speaks, where its name does not tell' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l strict -d 'Of a GitHub App, ask only with its installation on the repository\'s owner'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l all -d 'All of them; otherwise one page'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand branches" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s c -l connection -d 'Use this connection' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l branch -d 'This branch has to exist' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l token-env -d 'Use the token in this environment variable, such as `GITHUB_TOKEN` or `CI_JOB_TOKEN`, and no store: none is opened or made, and nothing is kept. Where it goes is said by --host, or by what a pipeline has in its environment (`GITHUB_SERVER_URL`, `CI_SERVER_URL`)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l api-url -d 'Where the host\'s API is, if not at its usual address' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l ca-file -d 'Trust these certificates too (PEM)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l email -d 'E-mail address of the account that a Bitbucket API token belongs to' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l workspace -d 'Workspace that owns a Bitbucket token' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l host -d 'The host that the token is for' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l provider -d 'The provider whose API the host speaks, where its name does not tell' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l strict -d 'Of a GitHub App, ask only with its installation on the repository\'s owner; always so with --write'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l write -d 'The token has to be let in for a push. Nothing is pushed, and rules of a branch may still refuse one'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand check" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l repo -d 'A token for this repository only; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l permission -d 'A token with this permission only; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l installation -d 'The installation on this account, or of this number' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l fresh -d 'A token of its own instead of the shared one'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l webhook-secret -d 'Of a GitHub App that was made here: the secret that its webhook\'s events are signed with, instead of a token'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand token" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l for -d 'With whatever serves this repository: its address, or `owner/name`' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l env -d 'Put the token into this variable instead of the usual ones' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l repo -d 'A token for this repository only; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l permission -d 'A token with this permission only; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l installation -d 'The installation on this account, or of this number' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l mask -d 'Hide the token, parts of it, and its Base64 in what the program writes. It sees no terminal then. In GitHub Actions the log is told to hide it too, on stderr, unless that is a file'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l fresh -d 'A token of its own instead of the shared one'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand exec" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s c -l connection -d 'Use this connection' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l branch -d 'Check out this branch or tag' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l depth -d 'Only so many commits' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l recurse-submodules -d 'With submodules, and theirs'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand clone" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s c -l connection -d 'Use this connection' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand pull" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "add" -d 'Let a connection serve what lies below an address'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "list" -d 'List all routes'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "ls" -d 'List all routes'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "remove" -d 'Remove a route'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "rm" -d 'Remove a route'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and not __fish_seen_subcommand_from add list ls remove rm test" -f -a "test" -d 'Say which connection serves an address, and why'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from ls" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from rm" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l strict -d 'Never with another installation of a GitHub App than the owner\'s'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand route; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l origin -d 'Answer for this one address, from --from-env; no store and no settings are read (what `exec` tells git)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l from-env -d 'The variable that holds the token for --origin' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l desk -d 'Ask at this socket; no store and no settings are read (what `clone` and `pull` tell git)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l username -d 'The user name to answer with it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand credential" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l host -d 'For this host instead of those of all connections; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l global -d 'Change the settings of the user (this is the default)'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l local -d 'Change the settings of this checkout alone'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l https -d 'Also let git use HTTPS where a remote says `git@HOST:` or `ssh://git@HOST/`'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l undo -d 'Take back what this command has set, and nothing else'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s n -l dry-run -d 'Show what would change, and change nothing'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand setup-git" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "list" -d 'List the installations of an app, or of all'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "add" -d 'Install the app on another account: opens the provider\'s page, and waits for the new installation'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "remove" -d 'Put an installation aside: it is not used here until it is restored'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "restore" -d 'Take back an installation that was put aside'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "open" -d 'Open the page where the repositories of an installation are chosen'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and not __fish_seen_subcommand_from list add remove restore open sync" -f -a "sync" -d 'Bring what is known of the installations up to date with the provider'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l installation-id -d 'Take in an installation that exists, by its number' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l no-browser -d 'Only print the address of the page, and wait'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l uninstall -d 'Also take the app off the account at the provider'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from restore" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l no-browser -d 'Only print the address of the page'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from open" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand installations; and __fish_seen_subcommand_from sync" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -f -a "set" -d 'Remember the client of a host'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -f -a "status" -d 'Show which hosts one can log in at, and how to register a client where one cannot'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and not __fish_seen_subcommand_from set status remove" -f -a "remove" -d 'Forget the client of a host'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l client-id -d 'The client\'s id, as the provider shows it' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l provider -d 'Whose API the host speaks, where its address does not tell' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l client-secret-stdin -d 'Read the client\'s secret from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from set" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l provider -d 'Whose API the host speaks, where its address does not tell' -r -f -a "github\t''
gitlab\t''
bitbucket\t''
gitea\t''"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand oauth; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l token-file -d 'Read the token from this file' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l token-env -d 'Read the token from this environment variable' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l token-stdin -d 'Read the token from stdin'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand which" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l tag -d 'A word to find the new connections by; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l all -d 'Look through all of them'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l dry-run -d 'Show what was found, and what would become of it'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l offline -d 'Store without asking the providers: the status is `pending`'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l delete-source -d 'Take what is stored out of where it stood, without a question'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand import" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l fix -d 'Mend what can be mended without a decision, and do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l offline -d 'Ask no host'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -f -a "list" -d 'Who did what, newest first'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -f -a "verify" -d 'Recompute the chain of hashes; exit code 7 if it is broken'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and not __fish_seen_subcommand_from list verify export" -f -a "export" -d 'Write the trail for another system: NDJSON with the field names of ECS, oldest first'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s c -l connection -d 'Only events of this connection; it may be gone already' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l since -d 'Only events since then: a span such as 1d, or a date' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l until -d 'Only events until then: a span such as 1d, or a date (to its end)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l kind -d 'Only events of this kind, for example `created`, or of a family of kinds, for example `store`; may be given several times' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l limit -d 'At most so many; 0 for all' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s c -l connection -d 'Only events of this connection; it may be gone already' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l since -d 'Only events since then: a span such as 1d, or a date' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l until -d 'Only events until then: a span such as 1d, or a date (to its end)' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l after -d 'Only events after this number, for shipping what is new; nothing is said then of uses that wait' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand audit; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "init" -d 'Make a store, and its key'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "info" -d 'Where the store is, where its key is, and what state it is in'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "unlock" -d 'Keep the key in the kernel\'s keyring for a while, so that nobody is asked for the passphrase again (Linux)'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "lock" -d 'Take the key out of the kernel\'s keyring'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "verify" -d 'Check everything: header, signature, content, trail, pin'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "backup" -d 'Copy the store, encrypted as it is, after it was verified'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "restore" -d 'Put a kept generation, or a backup, in the store\'s place; what is there now is kept as a generation'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "accept" -d 'Sign a store that another tool encrypted, that went back to an older state, or that was moved here'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "export" -d 'Write a small store with just these connections, for one pipeline'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "key" -d 'Keep a recovery copy of the store\'s key'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "recipients" -d 'Keys that read the store and never save it: a pipeline\'s, and one to recover with'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and not __fish_seen_subcommand_from init info unlock lock verify backup restore accept export key recipients rekey" -f -a "rekey" -d 'Make the store a new key of its own, in place of one that is old, known to others, or lost'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l key -d 'Where the new key is to live; by default the keyring, else a file under a passphrase (`store rekey`: where the present one is)' -r -f -a "keyring\t'The desktop\'s keyring'
passphrase\t'A file beside the store, protected by a passphrase'
file\t'A plain file that only its owner can read'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l key-out -d 'The file for `--key file`' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from init" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from info" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l for -d 'For how long, at most 30d; 8h if left out' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from unlock" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from lock" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from backup" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l generation -d 'A kept generation, by its number' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l list -d 'Show which generations are kept, and change nothing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from restore" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l move -d 'Make this machine the store\'s home: only there are single-use refresh tokens spent'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from accept" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l only -d 'Names, or beginnings of ids' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l recipient -d 'The public half (age1…) of the pipeline\'s key: no key is made' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l out -d 'The file of the small store' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from key" -f -a "export" -d 'Print the key, to be kept on paper or where only you can read it: who has it opens the store'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -f -a "list" -d 'Every key that opens the store, its own first, and the signer that a reader\'s key brings with it'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -f -a "ls" -d 'Every key that opens the store, its own first, and the signer that a reader\'s key brings with it'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -f -a "add" -d 'Let one more key read the store'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -f -a "remove" -d 'Let a key read the store no more, and list what it has seen'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from recipients" -f -a "rm" -d 'Let a key read the store no more, and list what it has seen'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l key -d 'Where the new key is to live; by default the keyring, else a file under a passphrase (`store rekey`: where the present one is)' -r -f -a "keyring\t'The desktop\'s keyring'
passphrase\t'A file beside the store, protected by a passphrase'
file\t'A plain file that only its owner can read'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l key-out -d 'The file for `--key file`' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l old-key-out -d 'Keep the old key in this new file, for backups made before' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s y -l yes -d 'Do not ask'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand store; and __fish_seen_subcommand_from rekey" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -f -a "list" -d 'Every setting, with where it was set'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -f -a "get" -d 'One setting\'s value'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -f -a "set" -d 'Write a setting into the file'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -f -a "unset" -d 'Take a setting out of the file'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and not __fish_seen_subcommand_from list get set unset path" -f -a "path" -d 'Where the file is'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from get" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from set" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from unset" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand config; and __fish_seen_subcommand_from path" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand completions" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand man" -s V -l version -d 'Print version'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -l store -d 'The store to use (environment: `GITCONN_STORE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -l key-file -d 'File that holds the store key (environment: `GITCONN_KEY_FILE`)' -r -F
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -s o -l output -d 'How data is written; a table on a terminal, else tab-separated' -r -f -a "table\t'For people: aligned columns with headings'
json\t'One JSON document'
ndjson\t'One JSON object a line'
tsv\t'Tab-separated, without headings: the default in a pipe'"
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -l max-wait -d 'How long to wait for a rate limit, for example 5m' -r
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -l json -d 'Same as --output json'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -s q -l quiet -d 'Say nothing beside data and errors'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -s v -l verbose -d 'Say what is done, on stderr; never a secret'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -l no-input -d 'Never ask; fail and name the option that is missing'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gitconn -n "__fish_gitconn_using_subcommand help" -s V -l version -d 'Print version'
