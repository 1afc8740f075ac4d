//! `import`: what other programs keep is found, checked with its own host, stored once, and taken out of where it stood without touching anything else.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::fake::{Answer, Authority, GitHub, GitLab, Server};
use crate::support::house::{connect, texts};
use crate::support::pty::Terminal;
use crate::support::{Ran, Sandbox};

/// A store that knows github.com as a fake, by a connection `first`.
struct Desk {
    sandbox: Sandbox,
    github: GitHub,
}

impl Desk {
    fn new() -> Self {
        let (sandbox, github) = (Sandbox::new(), GitHub::dotcom());
        let token = github.classic(&sandbox, "first");
        let run = sandbox.gitconn(["connect", "github", "first", "--token-stdin"]).args(github.host_arguments());
        run.stdin(token).run().ok();
        github.forget();
        Self { sandbox, github }
    }

    fn token(&self, login: &str) -> String {
        self.github.classic(&self.sandbox, login)
    }

    /// Writes a file that holds tokens by design.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.sandbox.write(name, content);
        self.sandbox.key_file(&path);
        path
    }

    fn import(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(["import"]).args(arguments).run()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.import(&[arguments, &["--json"]].concat()).ok().json()
    }

    fn names(&self) -> Vec<String> {
        texts(&self.sandbox.gitconn(["list", "--all", "--json"]).run().ok().json()["connections"], "name")
    }
}

fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_account_of_gh_comes_in_and_goes_out_of_its_file() {
    let desk = Desk::new();
    let (ada, bea) = (desk.token("ada"), desk.token("bea"));
    let text = format!(
        "# mine\ngithub.com:\n    git_protocol: https\n    users:\n        ada:\n            oauth_token: {ada}\n        bea:\n            \
         oauth_token: \"{bea}\" # work\n    user: ada\n    oauth_token: {ada}\n"
    );
    let file = desk.file("config/gh/hosts.yml", &text);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let dry = desk.json(&["gh", "--dry-run"]);
    assert_eq!((texts(&dry["found"], "result"), &dry["dry_run"]), (vec!["new".to_owned(), "new".to_owned()], &json!(true)));
    assert_eq!(dry["found"][1]["locations"][0]["line"], 8);
    assert!(desk.github.seen().is_empty(), "a dry run asks nobody: {:?}", desk.github.seen());
    assert_eq!(desk.names(), ["first"]);

    let found = desk.json(&["gh"]);
    assert_eq!(texts(&found["found"], "connection"), ["github-ada", "github-bea"]);
    assert_eq!(read(&file), text, "nothing is taken out unasked");
    for (name, token) in [("github-ada", &ada), ("github-bea", &bea)] {
        let shown = desk.sandbox.gitconn(["token", name]).may_show(token).run().ok();
        assert_eq!(shown.stdout.trim_end(), token.as_str());
    }

    desk.github.forget();
    let again = desk.json(&["gh", "--delete-source"]);
    assert_eq!(texts(&again["found"], "result"), ["stored", "stored"]);
    assert_eq!(again["found"][0]["locations"][0]["removed"], true, "{again}");
    assert!(desk.github.seen().is_empty(), "what is stored is not asked about");
    assert_eq!(desk.names().len(), 3, "no twins");
    let left = "# mine\ngithub.com:\n    git_protocol: https\n    users:\n        ada:\n        bea:\n    user: ada\n";
    assert_eq!(read(&file), left);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_token_in_three_places_is_one_connection_and_goes_from_all() {
    let desk = Desk::new();
    let ada = desk.token("ada");
    let gh = desk.file("config/gh/hosts.yml", &format!("github.com:\n    oauth_token: {ada}\n    user: ada\n"));
    let foreign = "https://u:p@unknown.invalid\n# kept\nnonsense\r\n";
    let git = desk.file("home/.git-credentials", &format!("{foreign}https://x-access-token:{ada}@github.com\n"));
    let rest = "machine ftp.example login a password b\n";
    let netrc = desk.file("home/.netrc", &format!("{rest}machine api.github.com\n  login ada\n  password {ada}\n"));
    let ran = desk.import(&["--all", "--delete-source", "--offline", "--json"]).ok();
    let found = ran.json();
    let rows = found["found"].as_array().unwrap();
    let row = rows.iter().find(|row| row["result"] == "imported").unwrap_or_else(|| panic!("{ran}"));
    let sources: Vec<_> =
        row["locations"].as_array().unwrap().iter().map(|one| (one["file"].clone(), one["removed"].clone())).collect();
    let expected: Vec<_> = [&gh, &git, &netrc].map(|path| (json!(path.to_str().unwrap()), json!(true))).into();
    assert_eq!(sources, expected, "{ran}");
    assert_eq!(desk.names().len(), 2);
    assert_eq!(read(&gh), "github.com:\n    user: ada\n");
    assert_eq!(read(&git), foreign);
    assert_eq!(read(&netrc), rest);
    // What is kept for hosts that nobody knows is named and left.
    assert_eq!(rows.iter().filter(|row| row["result"] == "left").count(), 2, "{ran}");
    assert!(ran.stdout.contains("ftp.example"), "{ran}");
}

#[test]
fn glab_says_where_its_api_is_and_logins_are_left_to_it() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::under("/git/lab"));
    let token = gitlab.personal(&sandbox, "ops");
    let authority = gitlab.origin().trim_start_matches("http://").to_owned();
    let text = format!(
        "hosts:\n    gitlab.com:\n        token: made-up-login-token\n        is_oauth2: \"true\"\n        oauth2_refresh_token: made-up-too\n    \
         \"{authority}\":\n        api_protocol: http\n        api_host: {authority}/git/lab\n        token: !!null {token}\n        user: ops\n"
    );
    let file = sandbox.write("config/glab-cli/config.yml", &text);
    sandbox.key_file(&file);
    let ran = sandbox.gitconn(["import", "glab", "--delete-source", "--json", "--tag", "old"]).run().ok();
    let found = ran.json();
    assert_eq!(texts(&found["found"], "result"), ["left", "imported"], "{ran}");
    assert_eq!(found["found"][0]["instead"], "gitconn connect gitlab.com");
    assert!(!ran.stdout.contains("made-up"), "{ran}");
    assert_eq!(read(&file), text.replace(&format!("        token: !!null {token}\n"), ""));
    let list = sandbox.gitconn(["list", "--json"]).run().ok().json();
    let (host, tags) = (&list["connections"][0]["host"], &list["connections"][0]["tags"]);
    assert_eq!((host, tags), (&json!(gitlab.host()), &json!(["old"])));
}

#[test]
fn the_files_that_gits_settings_name_are_read_and_a_locked_one_is_left() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::start());
    let (one, two) = (gitlab.personal(&sandbox, "one"), gitlab.personal(&sandbox, "two"));
    let line = |token: &str| format!("{}\n", gitlab.origin().replace("http://", &format!("http://oauth2:{token}@")));
    let usual = sandbox.write("config/git/credentials", &line(&one));
    let named = sandbox.write("elsewhere/creds", &line(&two));
    for file in [&usual, &named] {
        sandbox.key_file(file);
    }
    sandbox.write("home/.gitconfig", &format!("[credential]\n\thelper = store --file '{}'\n", named.display()));
    let lock = sandbox.write("elsewhere/creds.lock", "");
    let ran = sandbox.gitconn(["import", "git-credentials", "--delete-source", "--json"]).run().code(8);
    let found = ran.json();
    assert_eq!(texts(&found["found"], "result"), ["imported", "imported"], "{ran}");
    assert_eq!((read(&usual).as_str(), read(&named)), ("", line(&two)));
    let error = found["found"][1]["locations"][0]["error"].as_str().unwrap();
    assert!(error.contains("creds.lock"), "{ran}");
    assert!(lock.exists(), "another program's lock is not ours to take away");
    std::fs::remove_file(lock).unwrap();
    sandbox.gitconn(["import", "git-credentials", "--delete-source"]).run().ok();
    assert_eq!(read(&named), "");
}

#[test]
fn netrc_is_for_https_and_asks_hosts_what_they_are_without_a_token() {
    let (mut sandbox, authority) = (Sandbox::new(), Authority::new("Acme CA"));
    let gitlab = GitLab::behind_tls(authority.server(None));
    let first = gitlab.personal(&sandbox, "first");
    let ca = sandbox.write("ca.pem", &authority.pem());
    connect(&sandbox, "gitlab", "first", &gitlab.host(), &first, &["--ca-file", ca.to_str().unwrap()]).ok();
    let other = Server::start("", |_| Answer::html(404, "nothing here"));
    let (token, stray) = (gitlab.personal(&sandbox, "ops"), sandbox.secret("a-password-of-something-else-entirely"));
    let known = gitlab.host().replace("https://", "");
    let text =
        format!("machine {known} login \"ops\" password \"{token}\"\nmachine {} login x password {stray}\n", other.origin());
    let file = sandbox.write("mine", &text);
    sandbox.key_file(&file);
    sandbox.set("NETRC", &file);
    let ran = sandbox.gitconn(["import", "netrc", "--delete-source", "--json"]).run().ok();
    assert_eq!(texts(&ran.json()["found"], "result"), ["imported", "left"], "{ran}");
    assert!(!other.seen().is_empty(), "it was asked what it is");
    for request in other.seen() {
        assert!(request.token().is_none() && request.header("authorization").is_none(), "{request:?}");
    }
    assert_eq!(read(&file), text.split_inclusive('\n').nth(1).unwrap());
}

#[test]
fn what_is_refused_stays_where_it_is() {
    let desk = Desk::new();
    let (ada, dead) = (desk.token("ada"), desk.token("dead"));
    desk.github.refuse(&dead);
    let text = |tokens: &[(&str, &str)]| {
        let users = tokens.iter().map(|(name, token)| format!("        {name}:\n            oauth_token: {token}\n"));
        format!("github.com:\n    users:\n{}", users.collect::<String>())
    };
    let file = desk.file("config/gh/hosts.yml", &text(&[("dead", &dead)]));
    let ran = desk.import(&["gh", "--delete-source"]).code(4).says("error: the token for github.com was not taken in: ");
    assert!(ran.stdout.contains("failed"), "{ran}");
    assert_eq!(read(&file), text(&[("dead", &dead)]));
    desk.file("config/gh/hosts.yml", &text(&[("dead", &dead), ("ada", &ada)]));
    let found = desk.import(&["gh", "--delete-source", "--json"]).code(8).json();
    assert_eq!(texts(&found["found"], "result"), ["failed", "imported"]);
    assert!(read(&file).contains(&dead) && !read(&file).contains(&ada));
    // Unreachable is no refusal.
    desk.github.always("*", Answer::html(503, "busy"));
    let bea = desk.token("bea");
    desk.file("config/gh/hosts.yml", &text(&[("bea", &bea)]));
    desk.import(&["gh", "--delete-source"]).code(6);
    desk.github.recover();
}

#[test]
fn a_copy_beside_the_file_is_found() {
    let desk = Desk::new();
    let ada = desk.token("ada");
    let text = format!("machine github.com login ada password {ada}\n");
    let file = desk.file("home/.netrc", &text);
    let backup = desk.file("home/.netrc~", &text);
    let found = desk.import(&["netrc", "--delete-source", "--json"]).code(8).json();
    assert_eq!(found["found"][0]["also_in"], json!([backup.to_str().unwrap()]));
    assert_eq!((read(&file).as_str(), read(&backup)), ("", text.clone()));
    // A second name of the file keeps what was in it.
    std::fs::remove_file(&backup).unwrap();
    desk.file("home/.netrc", &text);
    let link = desk.sandbox.path("link");
    std::fs::hard_link(&file, &link).unwrap();
    desk.sandbox.key_file(&link);
    let ran = desk.import(&["netrc", "--delete-source", "--json"]).code(8);
    assert!(ran.stdout.contains("hard link"), "{ran}");
    // A symbolic link stays one.
    desk.file("dotfiles/netrc", &text);
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("../dotfiles/netrc", &file).unwrap();
    desk.import(&["netrc", "--delete-source"]).ok();
    assert!(std::fs::symlink_metadata(&file).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(desk.sandbox.path("dotfiles/netrc")).unwrap().size(), 0);
}

#[test]
fn what_is_no_such_file_is_named_and_not_shown() {
    let desk = Desk::new();
    let ada = desk.token("ada");
    desk.file("config/gh/hosts.yml", &format!("github.com: [\noauth_token: {ada}\n"));
    let ran = desk.import(&["gh", "--json"]).code(1);
    let found = ran.json();
    assert!(found["unread"][0]["error"].as_str().unwrap().contains("not YAML"), "{ran}");
    // Nothing anywhere is no failure.
    let nothing = desk.import(&["netrc"]).ok().says("none of their files are here");
    assert_eq!(nothing.stdout, "");
    desk.import(&["gh"]).code(1).says("hosts.yml` cannot be read: ");
    assert!(ran.stderr.contains("\"kind\":\"failed\""), "{ran}");
    desk.import(&[]).code(2).says("--all");
    desk.import(&["gh", "--all"]).code(2);
}

#[test]
fn gh_is_asked_where_its_keyring_does_not_answer_us() {
    let desk = Desk::new();
    let (ada, wrong) = (desk.token("ada"), desk.token("wrong"));
    desk.file("config/gh/hosts.yml", "github.com:\n    users:\n        ada:\n    user: ada\n");
    let script = format!(
        "[ -z \"$GH_TOKEN$GITHUB_TOKEN$GITCONN_KEY\" ] || {{ echo {wrong}; exit 0; }}\n[ \"$*\" = 'auth token --hostname github.com --user ada' ] && echo {ada}"
    );
    desk.sandbox.program("gh", &script);
    desk.sandbox.key_file(&desk.sandbox.path("bin/gh"));
    let run =
        desk.sandbox.gitconn(["import", "gh", "--delete-source", "--json"]).env("GH_TOKEN", &wrong).env("GITHUB_TOKEN", &wrong);
    let ran = run.run().code(8);
    let found = ran.json();
    assert_eq!(found["found"][0]["connection"], "github-ada", "{ran}");
    assert!(ran.stdout.contains("gh auth logout --hostname github.com --user ada"), "{ran}");
    let shown = desk.sandbox.gitconn(["token", "github-ada"]).may_show(&ada).run().ok();
    assert_eq!(shown.stdout.trim_end(), ada);
    // Without gh it is said where the token should be.
    std::fs::remove_file(desk.sandbox.path("bin/gh")).unwrap();
    let ran = desk.import(&["gh", "--json"]).ok();
    assert!(ran.stdout.contains("its token is in the keyring"), "{ran}");
}

#[test]
fn on_a_terminal_it_asks_before_anything_goes() {
    let desk = Desk::new();
    let ada = desk.token("ada");
    let text = format!("github.com:\n    oauth_token: {ada}\n    user: ada\n");
    let file = desk.file("config/gh/hosts.yml", &text);
    let terminal = Terminal::start(desk.sandbox.gitconn(["import", "gh"]));
    let seen = terminal.sees("took in `github-ada`").sees("[y/N]").types("n").ends().code(0);
    assert!(seen.text().contains("imported: github-ada"), "{}", seen.text());
    assert_eq!(read(&file), text);
    Terminal::start(desk.sandbox.gitconn(["import", "gh"]))
        .sees("[y/N]")
        .types("y")
        .sees("gitconn exec github-ada -- gh")
        .ends()
        .code(0);
    assert_eq!(read(&file), "github.com:\n    user: ada\n");
    // Without a terminal nobody is asked.
    desk.file("config/gh/hosts.yml", &text);
    desk.import(&["gh"]).ok().says("gitconn import gh --delete-source");
    assert_eq!(read(&file), text);
}

#[test]
fn the_first_import_makes_the_store_and_a_dry_run_does_not() {
    let (sandbox, gitlab) = (Sandbox::with_key(), GitLab::start());
    let token = gitlab.personal(&sandbox, "ops");
    let line = gitlab.origin().replace("http://", &format!("http://ops:{token}@"));
    let file = sandbox.write("home/.git-credentials", &line);
    sandbox.key_file(&file);
    sandbox.gitconn(["import", "--all", "--dry-run"]).run().ok().prints("new");
    assert!(!sandbox.store().exists());
    sandbox.gitconn(["import", "--all"]).run().ok().prints("imported");
    assert!(sandbox.store().exists());
    let kinds = texts(&sandbox.gitconn(["audit", "list", "--json"]).run().ok().json()["events"], "kind");
    assert!(kinds.contains(&"created".to_owned()) && kinds.contains(&"imported".to_owned()), "{kinds:?}");
}

#[test]
fn a_token_that_the_store_does_not_serve_that_host_with_stays() {
    let desk = Desk::new();
    let (ada, old) = (desk.token("ada"), desk.token("old"));
    let other = format!("machine git.other.example login ada password {ada}\n");
    let file = desk.file("home/.netrc", &format!("machine github.com login ada password {ada}\n{other}"));
    let netrc = |arguments: &[&str]| desk.json(&[&["netrc", "--offline"], arguments].concat());
    // The other line still holds it, and that is said.
    let found = desk.import(&["netrc", "--offline", "--delete-source", "--json"]).code(8).json();
    assert_eq!(texts(&found["found"], "result"), ["imported", "left"], "{found}");
    assert_eq!(found["found"][0]["also_in"], json!([file.to_str().unwrap()]), "{found}");
    assert_eq!(read(&file), other);
    // The second run finds it in the store: for another host.
    let found = netrc(&["--delete-source"]);
    assert_eq!(texts(&found["found"], "result"), ["left"], "{found}");
    assert!(found["found"][0]["error"].as_str().unwrap().contains("holds it for another host, github.com"), "{found}");
    assert_eq!(read(&file), other);
    // A connection that is disabled, or has a newer token by now, serves nobody with it.
    let text = format!("machine github.com login ada password {ada}\n");
    desk.file("home/.netrc", &text);
    desk.sandbox.gitconn(["disable", "github-ada"]).run().ok();
    let found = netrc(&["--delete-source"]);
    assert_eq!((texts(&found["found"], "result"), read(&file)), (vec!["left".to_owned()], text.clone()), "{found}");
    assert_eq!(found["found"][0]["instead"], "gitconn enable github-ada");
    desk.sandbox.gitconn(["enable", "github-ada"]).run().ok();
    desk.sandbox.gitconn(["edit", "github-ada", "--token-stdin", "--allow-account-change"]).stdin(&old).run().ok();
    let found = netrc(&["--delete-source"]);
    assert!(found["found"][0]["error"].as_str().unwrap().contains("had it before"), "{found}");
    assert_eq!(read(&file), text);
    // Refused by its provider.
    let text = text.replace(&ada, &old);
    desk.file("home/.netrc", &text);
    desk.github.refuse(&old);
    desk.sandbox.gitconn(["validate", "github-ada"]).run().code(4);
    let found = netrc(&["--delete-source"]);
    assert_eq!((texts(&found["found"], "result"), read(&file)), (vec!["left".to_owned()], text), "{found}");
}

#[test]
fn each_token_says_where_it_still_stands_itself() {
    let desk = Desk::new();
    let (ada, bea) = (desk.token("ada"), desk.token("bea"));
    let line = |login: &str, token: &str| format!("https://{login}:{token}@github.com\n");
    desk.file("home/.git-credentials", &format!("{}{}", line("ada", &ada), line("bea", &bea)));
    let copy = desk.file("home/notes", &bea);
    let found = desk.import(&["git-credentials", "--delete-source", "--json"]).code(8).json();
    assert_eq!(found["found"][0]["also_in"], json!([]), "{found}");
    assert_eq!(found["found"][1]["also_in"], json!([copy.to_str().unwrap()]), "{found}");
}
