//! How it feels: whole runs, word for word. What differs from run to run stands in brackets.

use crate::support::fake::{Answer, GitHub};
use crate::support::house::connect;
use crate::support::{Hall, House, Ran, Sandbox, tokens};

fn table(house: &House, arguments: &[&str]) -> Ran {
    house.sandbox.gitconn(arguments).args(["-o", "table"]).run()
}

#[test]
fn the_first_minute() {
    let (sandbox, github) = (Sandbox::with_key(), GitHub::dotcom());
    let token = github.classic(&sandbox, "octocat");
    github.repository("octocat", "octocat/hello-world", &["main", "develop"]);
    let api = github.api();
    let first = sandbox.gitconn(["connect", "github", "--api-url", &api, "--token-stdin"]).stdin(&token).run();
    insta::assert_snapshot!(first.shown(), @r#"
    $ gitconn connect github --api-url http://[HOST] --token-stdin
    code: 0
    --- stdout
    github-octocat
    --- stderr
    made a store at `[ROOT]/data/gitconn/store.age`; its key is in GITCONN_KEY_FILE `[ROOT]/key.txt` (gitconn store info)
    hint: gitconn store key export   # keep a recovery copy: without its key a store is lost
    connected `github-octocat` as octocat on github.com (classic token: read:org, repo; expires 18 Feb 2099, in [N] days)
    hint: gitconn repos
    "#);
    insta::assert_snapshot!(sandbox.gitconn(["list", "-o", "table"]).run().shown(), @r#"
    $ gitconn list -o table
    code: 0
    --- stdout
    NAME            PROVIDER  HOST        ACCOUNT  METHOD  STATUS  EXPIRES         CHECKED
    github-octocat  github    github.com  octocat  pat     active  in [N] days  just now
    --- stderr
    "#);
    insta::assert_snapshot!(sandbox.gitconn(["validate", "-o", "table"]).run().shown(), @r#"
    $ gitconn validate -o table
    code: 0
    --- stdout
    ✓ github-octocat  octocat  4,998 of 5,000 requests left
    --- stderr
    "#);
    insta::assert_snapshot!(sandbox.gitconn(["repos", "-o", "tsv"]).run().shown(), @r#"
    $ gitconn repos -o tsv
    code: 0
    --- stdout
    octocat/hello-world	private	main	[TIME]	github-octocat	-
    --- stderr
    "#);
    insta::assert_snapshot!(sandbox.gitconn(["branches", "octocat/hello-world", "-o", "table"]).run().shown(), @r#"
    $ gitconn branches octocat/hello-world -o table
    code: 0
    --- stdout
    BRANCH   DEFAULT  PROTECTED  COMMIT
    develop           no         947726d
    main     yes      yes        0d6e407
    --- stderr
    "#);
}

#[test]
fn looking_at_several() {
    let house = House::new();
    house.github.repositories("ada", 2);
    house.gitlab.project("ops", "group/sub/site", &["main"]);
    insta::assert_snapshot!(table(&house, &["validate"]).shown(), @r#"
    $ gitconn validate -o table
    code: 0
    --- stdout
    ✓ lab   ops  1,999 of 2,000 requests left
    ✓ work  ada  4,998 of 5,000 requests left
    --- stderr
    "#);
    house.gitlab.revoke(&house.lab);
    insta::assert_snapshot!(table(&house, &["validate"]).shown(), @r#"
    $ gitconn validate -o table
    code: 4
    --- stdout
    ✗ lab   revoked  http://[HOST] says the token was revoked
    ✓ work  ada      4,997 of 5,000 requests left
    --- stderr
    hint: gitconn rotate lab   # a new token in its place
    "#);
    insta::assert_snapshot!(table(&house, &["list"]).shown(), @r#"
    $ gitconn list -o table
    code: 0
    --- stdout
    NAME  PROVIDER  HOST                    ACCOUNT  METHOD  STATUS   EXPIRES         CHECKED
    lab   gitlab    http://[HOST]  ops      pat     revoked  in [N] days  just now
    work  github    http://[HOST]  ada      pat     active   in [N] days  just now
    --- stderr
    "#);
    house.github.always("*", Answer::html(503, "Unicorn!"));
    insta::assert_snapshot!(table(&house, &["validate", "work"]).shown(), @r#"
    $ gitconn validate work -o table
    code: 6
    --- stdout
    ? work  unreachable  [HOST] gave no usable answer: it is unwell (503); the token was last good just now
    --- stderr
    "#);
    house.github.recover();
    insta::assert_snapshot!(house.run(&["repos", "-o", "tsv"]).shown(), @r#"
    $ gitconn repos -o tsv
    code: 8
    --- stdout
    ada/repo-001	private	main	[TIME]	work	-
    ada/repo-002	private	main	[TIME]	work	-
    --- stderr
    error: `lab` is missing: connection `lab` cannot be used: its token is revoked
    hint: gitconn validate lab
    "#);
    insta::assert_snapshot!(house.run(&["audit", "verify"]).shown(), @r#"
    $ gitconn audit verify
    code: 0
    --- stdout
    10 events, unbroken since [TIME]
    --- stderr
    "#);
    insta::assert_snapshot!(house.run(&["remove", "work", "--yes"]).shown(), @r#"
    $ gitconn remove work --yes
    code: 0
    --- stdout
    --- stderr
    removed `work`
    its token still works at http://[HOST]: revoke it there if nobody needs it
    "#);
}

#[test]
fn when_the_store_does_not_open() {
    let bare = Sandbox::with_key();
    insta::assert_snapshot!(bare.gitconn(["list"]).run().shown(), @r#"
    $ gitconn list
    code: 3
    --- stdout
    --- stderr
    error: there is no store at `[ROOT]/data/gitconn/store.age`
    hint: gitconn connect github   # makes one; or gitlab
    hint: gitconn config get store   # is this the right place?
    "#);
    let house = House::new();
    // What each source of the key answered depends on the machine.
    let locked = house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").run().shown();
    let told: Vec<&str> = locked.lines().filter(|line| !line.starts_with("caused by: ")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    $ gitconn list
    code: 5
    --- stdout
    --- stderr
    error: the store is locked: its key was found nowhere
    hint: export GITCONN_KEY=…   # the key, from `gitconn store key export`
    hint: export GITCONN_KEY_FILE=FILE   # a file that only you can read
    "#);
    for source in ["GITCONN_KEY:", "keyring:", "store.age.key.age`:"] {
        assert!(locked.lines().any(|line| line.starts_with("caused by: ") && line.contains(source)), "{locked}");
    }
    let other = house.sandbox.make_key("other.txt");
    insta::assert_snapshot!(house.sandbox.gitconn(["list", "--key-file"]).arg(other).run().shown(), @r#"
    $ gitconn list --key-file [ROOT]/other.txt
    code: 5
    --- stdout
    --- stderr
    error: the key from --key-file `[ROOT]/other.txt` does not open `[ROOT]/data/gitconn/store.age`
    hint: gitconn --key-file [ROOT]/other.txt store info   # which key it wants
    "#);
    let whole = std::fs::read(house.sandbox.store()).unwrap();
    std::fs::write(house.sandbox.store(), &whole[..whole.len() / 2]).unwrap();
    insta::assert_snapshot!(house.run(&["list"]).shown(), @r#"
    $ gitconn list
    code: 7
    --- stdout
    --- stderr
    error: the store `[ROOT]/data/gitconn/store.age` is damaged: its content is cut off or has been changed
    hint: gitconn store verify
    hint: gitconn store restore --list
    "#);
}

#[test]
fn when_a_connection_does_not_serve() {
    let house = House::new();
    insta::assert_snapshot!(house.run(&["show", "wokr"]).shown(), @r#"
    $ gitconn show wokr
    code: 3
    --- stdout
    --- stderr
    error: there is no connection `wokr`
    hint: gitconn show work   # did you mean this one?
    hint: gitconn list --all
    "#);
    insta::assert_snapshot!(house.run(&["branches", "ada/site"]).shown(), @r#"
    $ gitconn branches ada/site
    code: 2
    --- stdout
    --- stderr
    error: 2 connections for `ada/site` fit equally well: lab, work
    hint: gitconn route add ada lab   # or another of them
    hint: gitconn branches ada/site -c lab   # for example
    "#);
    insta::assert_snapshot!(house.run(&["branches", "ada/nothing", "-c", "work"]).shown(), @r#"
    $ gitconn branches ada/nothing -c work
    code: 3
    --- stdout
    --- stderr
    error: repository `ada/nothing` is not there, or this token may not see it
    caused by: [HOST] answered 404 to GET /repos/ada/nothing (request C3F1:2A7B:1D04B1:1E5C31:654E3A07)
    caused by: its organisation may want single sign-on for this token
    hint: gitconn repos --all --search nothing
    "#);
    house.run(&["disable", "work"]).ok();
    insta::assert_snapshot!(house.run(&["token", "work"]).shown(), @r#"
    $ gitconn token work
    code: 4
    --- stdout
    --- stderr
    error: connection `work` is disabled
    hint: gitconn enable work
    "#);
    house.gitlab.revoke(&house.lab);
    house.run(&["validate", "lab"]).code(4);
    insta::assert_snapshot!(house.run(&["token", "lab"]).shown(), @r#"
    $ gitconn token lab
    code: 4
    --- stdout
    --- stderr
    error: connection `lab` cannot be used: its token is revoked
    caused by: http://[HOST] says the token was revoked
    hint: gitconn validate lab
    hint: gitconn rotate lab   # a new token in its place
    "#);
    insta::assert_snapshot!(house.run(&["repos"]).shown(), @r#"
    $ gitconn repos
    code: 3
    --- stdout
    --- stderr
    error: no enabled connection has a working token
    hint: gitconn list --all
    hint: gitconn connect github
    "#);
}

#[test]
fn when_a_token_is_no_good() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let unknown = sandbox.secret(&tokens::classic("unknown"));
    insta::assert_snapshot!(connect(&sandbox, "github", "x", &github.origin(), &unknown, &[]).shown(), @r#"
    $ gitconn connect github x --host http://[HOST] --token-stdin
    code: 4
    --- stdout
    --- stderr
    error: the token was not stored: http://[HOST] does not know the token: it is mistyped, expired or revoked
    "#);
    insta::assert_snapshot!(connect(&sandbox, "github", "x", &github.origin(), &unknown[..38], &[]).shown(), @r#"
    $ gitconn connect github x --host http://[HOST] --token-stdin
    code: 4
    --- stdout
    --- stderr
    error: this is not a usable token: truncated: 40 characters expected, got 38
    "#);
    let foreign = sandbox.secret(&tokens::gitlab("foreign"));
    insta::assert_snapshot!(connect(&sandbox, "github", "x", &github.origin(), &foreign, &[]).shown(), @r#"
    $ gitconn connect github x --host http://[HOST] --token-stdin
    code: 4
    --- stdout
    --- stderr
    error: this is not a usable token: this is a GitLab token
    hint: gitconn connect gitlab
    "#);
    insta::assert_snapshot!(connect(&sandbox, "github", "x", "http://git.example.com", &unknown, &[]).shown(), @r#"
    $ gitconn connect github x --host http://git.example.com --token-stdin
    code: 2
    --- stdout
    --- stderr
    error: http://git.example.com would be reached without encryption
    hint: curl -sI https://git.example.com   # does it speak https?
    hint: gitconn connect github x --host http://git.example.com --token-stdin --allow-http   # the token travels in the clear
    "#);
    insta::assert_snapshot!(sandbox.gitconn(["connect", "github"]).run().shown(), @r#"
    $ gitconn connect github
    code: 2
    --- stdout
    --- stderr
    error: there is no terminal to ask on, or --no-input is set: token
    hint: gitconn connect github --token-stdin < FILE
    "#);
}

#[test]
fn when_the_provider_refuses() {
    let house = House::new();
    // Quoted: GitHub §10 (message) and §2.2 (header, with a request of ours); the page is written by hand.
    house.github.always(
        "*",
        Answer::json(
            403,
            &serde_json::json!({
                "message": "Resource protected by organization SAML enforcement. You must grant your Personal Access token access \
                            to this organization.",
                "documentation_url": "https://docs.github.com/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/",
            }),
        )
        .header("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AZSCKL12")
        .header("x-github-request-id", "C3F1:2A7B:1D04B1"),
    );
    insta::assert_snapshot!(table(&house, &["validate", "work"]).shown(), @r#"
    $ gitconn validate work -o table
    code: 4
    --- stdout
    ✗ work  sso_required  the organisation wants single sign-on for this token
    --- stderr
    hint: 'https://github.com/orgs/acme/sso?authorization_request=AZSCKL12'
    "#);
    insta::assert_snapshot!(house.run(&["branches", "acme/site", "-c", "work"]).shown(), @r#"
    $ gitconn branches acme/site -c work
    code: 4
    --- stdout
    --- stderr
    error: the organisation wants single sign-on for this token
    caused by: [HOST] answered 403 to GET /repos/acme/site (request C3F1:2A7B:1D04B1)
    hint: 'https://github.com/orgs/acme/sso?authorization_request=AZSCKL12'
    "#);
    // Quoted: GitHub §9; the values of the headers are ours.
    house.github.always(
        "*",
        Answer::json(403, &serde_json::json!({"message": "API rate limit exceeded for user ID 123."}))
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", "4102444800"),
    );
    insta::assert_snapshot!(house.run(&["repos", "work"]).shown(), @r#"
    $ gitconn repos work
    code: 6
    --- stdout
    --- stderr
    error: [HOST] limits requests until [TIME]
    hint: gitconn repos work --max-wait 1h   # waits for it
    "#);
}

#[test]
fn logging_in_and_what_becomes_of_it() {
    let bare = Sandbox::new();
    insta::assert_snapshot!(bare.gitconn(["connect", "github", "--device"]).run().shown(), @r#"
    $ gitconn connect github --device
    code: 2
    --- stdout
    --- stderr
    error: no OAuth client is known for github.com
    caused by: register one at https://github.com/settings/applications/new with the redirect address `http://127.0.0.1/callback`
    caused by: tick `Enable Device Flow`; scopes: repo, read:org, read:user; with its secret for the browser login, without for the device login
    hint: gitconn oauth set github.com --client-id ID
    hint: gitconn connect github --token-stdin   # or paste a token
    "#);
    insta::assert_snapshot!(bare.gitconn(["oauth", "status", "-o", "table"]).run().shown(), @r#"
    $ gitconn oauth status -o table
    code: 0
    --- stdout
    HOST           PROVIDER   LOGIN      CLIENT  SECRET  FROM  CONNECTIONS
    github.com     github     not ready  -       -       -     0
    gitlab.com     gitlab     not ready  -       -       -     0
    bitbucket.org  bitbucket  not ready  -       -       -     0
    --- stderr
    register a client for github.com at https://github.com/settings/applications/new, then:
    hint: gitconn oauth set github.com --client-id ID
    "#);
    let hall = Hall::new();
    hall.github.oauth.set(|settings| settings.confirmed_after = Some(0));
    insta::assert_snapshot!(hall.connect("github", "work").arg("--device").run().shown(), @r#"
    $ gitconn connect github work --host http://[HOST] --device
    code: 0
    --- stdout
    work
    --- stderr
    open http://[HOST]/login/device in any browser and type this code, within 15 minutes:

        ┏━━━━━━━━━━━━━┓
        ┃  WDJB-0002  ┃
        ┗━━━━━━━━━━━━━┛

    connected `work` as ada on http://[HOST] (oauth: read:org, read:user, repo)
    hint: gitconn repos
    "#);
    hall.connect_pair("gitlab", "lab").ok();
    insta::assert_snapshot!(hall.run(&["refresh", "-o", "table"]).shown(), @r#"
    $ gitconn refresh -o table
    code: 0
    --- stdout
    ✓ lab  renewed; the token ends in 2 h
    --- stderr
    "#);
    insta::assert_snapshot!(hall.run(&["list", "-o", "table"]).shown(), @r#"
    $ gitconn list -o table
    code: 0
    --- stdout
    NAME  PROVIDER  HOST                    ACCOUNT  METHOD  STATUS  EXPIRES  CHECKED
    lab   gitlab    http://[HOST]  ops      oauth   active  renews   just now
    work  github    http://[HOST]  ada      oauth   active  unknown  just now
    --- stderr
    "#);
    let elsewhere = hall.sandbox.path("elsewhere");
    insta::assert_snapshot!(hall.sandbox.gitconn(["refresh", "lab"]).env("GITCONN_STATE_DIR", elsewhere).run().shown(), @r#"
    $ gitconn refresh lab
    code: 5
    --- stdout
    --- stderr
    error: `lab` is not renewed here: this store is a copy, and its home is another machine
    caused by: a refresh token works once: spent by a copy, it could log another machine out
    hint: gitconn store accept --move --yes   # makes this machine its home
    hint: gitconn connect gitlab ci --host http://[HOST] --token-stdin   # for CI: a token (PAT) of its own, or a GitHub App
    "#);
    hall.gitlab.oauth.revoke_everything();
    insta::assert_snapshot!(hall.run(&["refresh", "lab"]).shown(), @r#"
    $ gitconn refresh lab
    code: 4
    --- stdout
    --- stderr
    error: `lab` cannot be renewed any more: http://[HOST] says that its refresh token has expired, was revoked, or was used elsewhere
    hint: gitconn connect --reauth lab
    "#);
    insta::assert_snapshot!(hall.run(&["token", "lab"]).shown(), @r#"
    $ gitconn token lab
    code: 4
    --- stdout
    --- stderr
    error: connection `lab` cannot be used: its token is expired
    caused by: http://[HOST] says that its refresh token has expired, was revoked, or was used elsewhere
    hint: gitconn validate lab
    hint: gitconn connect --reauth lab   # logs in again
    "#);
    insta::assert_snapshot!(hall.run(&["oauth", "remove", "github.com"]).shown(), @r#"
    $ gitconn oauth remove github.com
    code: 3
    --- stdout
    --- stderr
    error: no client is remembered for github.com
    hint: gitconn oauth status
    "#);
}
