//! `store export`: a small store for one pipeline, whose key opens nothing else.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::support::fake::GitHubGrant;
use crate::support::house::texts;
use crate::support::{Foundry, Hall, House, Ran, Sandbox, tokens};

/// The key that the export printed, kept as a secret of the test from now on.
fn key_of(sandbox: &Sandbox, ran: Ran) -> String {
    let line = ran.ok().stdout.trim_end().to_owned();
    sandbox.secret(line.split(':').next().unwrap());
    line
}

/// Runs the program as a pipeline: with the small store, its key and a machine that knows nothing.
fn pipeline(sandbox: &Sandbox, key: &str, arguments: &[&str]) -> Ran {
    let run = sandbox.gitconn(arguments).without("GITCONN_KEY_FILE").env("GITCONN_KEY", key);
    run.env("GITCONN_STORE", sandbox.path("ci.age")).env("GITCONN_STATE_DIR", sandbox.path("ci-state")).prints_a_secret().run()
}

#[test]
fn a_pipelines_key_opens_just_what_was_named() {
    let house = House::new();
    house.run(&["route", "add", "ada", "work"]).ok();
    house.run(&["route", "add", "ops", "lab"]).ok();
    let out = house.sandbox.path("ci.age");
    let out = out.to_str().unwrap();
    let export = house.sandbox.gitconn(["store", "export", "--only", "work", "--out", out]).prints_a_secret().run();
    let key = key_of(&house.sandbox, export.says("holds `work`").says("shown this once"));
    assert_eq!(std::fs::metadata(out).unwrap().permissions().mode() & 0o777, 0o600);

    let listed = pipeline(&house.sandbox, &key, &["list", "--all", "--json"]).ok().json();
    assert_eq!(texts(&listed["connections"], "name"), ["work"]);
    assert_eq!(pipeline(&house.sandbox, &key, &["token", "work"]).ok().stdout.trim_end(), house.work);
    let routes = pipeline(&house.sandbox, &key, &["route", "list", "--json"]).ok().json();
    assert_eq!(texts(&routes["routes"], "connection"), ["work"]);
    pipeline(&house.sandbox, &key, &["validate"]).ok();
    pipeline(&house.sandbox, &key, &["store", "verify"]).ok();
    for forbidden in [&["edit", "work", "--description", "x"][..], &["remove", "work", "--yes"], &["rotate", "work"]] {
        assert_ne!(pipeline(&house.sandbox, &key, forbidden).code, 0, "{forbidden:?}");
    }
    let refused = pipeline(&house.sandbox, &key, &["edit", "work", "--description", "x"]).code(5);
    assert!(!refused.stderr.contains("rekey"), "{refused}");
    let _ = refused.says("exported from another").says("gitconn store export --out FILE");
    // Nothing of the rest is in it: not even to somebody with the key and another tool.
    let trail = pipeline(&house.sandbox, &key, &["audit", "list", "--json"]).ok().json();
    assert_eq!(texts(&trail["events"], "kind"), ["store.created"]);
    let info = pipeline(&house.sandbox, &key, &["store", "info", "--json"]).ok().json();
    assert_eq!((&info["at_home"], &info["copy_of"]), (&json!(false), &house.json(&["store", "info"])["store_id"]));
    // It opens the whole store as little as anybody else's.
    let whole = house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").env("GITCONN_KEY", &key).run();
    assert_eq!(whole.code, 5, "{whole}");
}

#[test]
fn it_is_brought_up_to_date_and_the_pipelines_key_stays() {
    let house = House::new();
    let out = house.sandbox.path("ci.age");
    let out = out.to_str().unwrap();
    let export = house.sandbox.gitconn(["store", "export", "--only", "work", "lab", "--out", out]).prints_a_secret().run();
    let key = key_of(&house.sandbox, export);
    let new = house.sandbox.secret(&tokens::classic("another"));
    house.github.accept(&new, GitHubGrant::classic("ada"));
    house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&new).run().ok();
    house.run(&["remove", "lab", "--yes"]).ok();
    assert_eq!(pipeline(&house.sandbox, &key, &["token", "work"]).ok().stdout.trim_end(), house.work);

    let again = house.json(&["store", "export", "--out", out]);
    assert_eq!((&again["generation"], &again["key"]), (&json!(2), &json!(null)), "{again}");
    assert_eq!(texts(&again["connections"], "name"), ["work"]);
    assert_eq!(pipeline(&house.sandbox, &key, &["token", "work"]).ok().stdout.trim_end(), new);
    assert_eq!(
        pipeline(&house.sandbox, &key, &["list", "--all", "--json"]).ok().json()["connections"].as_array().unwrap().len(),
        1
    );
}

/// `gitconn store export … | gh secret set GITCONN_KEY`, run once more: whatever stood on stdout would become the secret.
#[test]
fn written_anew_it_prints_nothing_that_could_take_the_keys_place() {
    let house = House::new();
    let out = house.sandbox.path("ci.age");
    let words = ["store", "export", "--only", "work", "--out", out.to_str().unwrap()];
    let key = key_of(&house.sandbox, house.sandbox.gitconn(words).prints_a_secret().run());
    for format in ["table", "tsv"] {
        let again = house.run(&[&words[..], &["--output", format]].concat()).ok().says("secret stays as it is");
        assert_eq!(again.stdout, "", "{format}");
        assert!(!again.stderr.contains("signer"), "{again}");
    }
    assert!(house.json(&words)["signer"].is_string());
    assert_eq!(pipeline(&house.sandbox, &key, &["token", "work"]).ok().stdout.trim_end(), house.work);
}

#[test]
fn a_key_that_was_made_elsewhere_is_told_the_signer() {
    let house = House::new();
    let (own, theirs) = (house.sandbox.path("ci.age"), house.sandbox.make_key("theirs.key"));
    let text = std::fs::read_to_string(&theirs).unwrap();
    let secret = text.trim_end().to_owned();
    let public = secret.parse::<age::x25519::Identity>().unwrap().to_public().to_string();
    let out = own.to_str().unwrap();
    let ran = house.run(&["store", "export", "--only", "lab", "--recipient", &public, "--out", out]).ok();
    assert_eq!(ran.stdout, "", "no key was made");
    let signer = ran.stderr.lines().find_map(|line| line.strip_prefix("# gitconn-signer: ")).unwrap().to_owned();
    let listed = pipeline(&house.sandbox, &format!("{secret}:{signer}"), &["list", "--json"]).ok().json();
    assert_eq!(texts(&listed["connections"], "name"), ["lab"]);
    // Without the signer nobody says who wrote it.
    pipeline(&house.sandbox, &secret, &["list"]).code(7);
    let events = house.json(&["audit", "list", "--kind", "exported"]);
    assert_eq!(events["events"][0]["connection"], "lab");
    assert_eq!(events["events"][0]["detail"]["recipient"], public);
}

#[test]
fn what_must_not_leave_does_not() {
    let house = House::new();
    let out = house.sandbox.path("ci.age");
    let to = out.to_str().unwrap();
    let own = house.sandbox.store();
    house.run(&["store", "export", "--only", "work", "--out", own.to_str().unwrap()]).code(2).says("was not exported from this");
    std::fs::write(&out, "something else").unwrap();
    house.run(&["store", "export", "--only", "work", "--out", to]).code(2).says("is there already");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "something else");
    std::fs::remove_file(&out).unwrap();
    house.run(&["store", "export", "--out", to]).code(2).says("--only NAME");
    house.run(&["store", "export", "--only", "nobody", "--out", to]).code(3);
    house.run(&["store", "export", "--only", "work", "--recipient", "age1nonsense", "--out", to]).code(2);
    assert!(!out.exists());
}

#[test]
fn a_pipelines_key_is_none_that_opens_everything() {
    let house = House::new();
    let out = house.sandbox.path("ci.age");
    let to = out.to_str().unwrap();
    let public = house.run(&[
        "store",
        "recipients",
        "add",
        "laptop",
        "--out",
        house.sandbox.path("laptop.key").to_str().unwrap(),
        "--json",
    ]);
    let public = public.ok().json()["added"]["recipient"].as_str().unwrap().to_owned();
    let refused = house.run(&["store", "export", "--only", "work", "--recipient", &public, "--out", to]).code(2);
    let refused = refused.says("the reader `laptop`, which opens the whole store");
    refused.says(&format!("gitconn store export --only work --out {to}")).says("gitconn store recipients remove laptop");
    assert!(!out.exists());
    // One that was let into the whole store since is found out too.
    let theirs = std::fs::read_to_string(house.sandbox.make_key("theirs.key")).unwrap();
    let theirs = theirs.trim_end().parse::<age::x25519::Identity>().unwrap().to_public().to_string();
    house.run(&["store", "export", "--only", "work", "--recipient", &theirs, "--out", to]).ok();
    house.run(&["store", "recipients", "add", "later", "--recipient", &theirs]).ok();
    house.run(&["store", "export", "--out", to]).code(2).says("the reader `later`");
    let events = house.json(&["audit", "list", "--kind", "exported"]);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "what was refused left nothing in the trail");
}

#[test]
fn exports_side_by_side_make_one_generation_each() {
    let house = House::new();
    let out = house.sandbox.path("ci.age");
    let words = ["store", "export", "--only", "work", "--out", out.to_str().unwrap()];
    let _ = key_of(&house.sandbox, house.sandbox.gitconn(words).prints_a_secret().run());
    let running: Vec<_> = (0..6).map(|_| house.sandbox.gitconn(words).arg("--json").start()).collect();
    let mut generations: Vec<u64> =
        running.into_iter().map(|running| running.wait().ok().json()["generation"].as_u64().unwrap()).collect();
    generations.sort_unstable();
    assert_eq!(generations, [2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let house = House::new();
    let folder = house.sandbox.path("nosuch");
    let to = folder.join("ci.age");
    let ran = house.run(&["store", "export", "--only", "work", "--out", to.to_str().unwrap()]).code(1);
    ran.says(&format!("there is no folder `{}`", folder.display())).says("mkdir -p");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    house.run(&["store", "export", "--only", "work", "--out", to.to_str().unwrap()]).code(1).says("others may write to");
}

#[test]
fn a_login_leaves_without_what_renews_it() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "mine").ok();
    let out = hall.sandbox.path("ci.age");
    let export = hall.sandbox.gitconn(["store", "export", "--only", "mine", "--out"]).arg(&out).prints_a_secret().run();
    let key = key_of(&hall.sandbox, export.says("`mine` is a login").says("not renewed in the copy"));
    let listed = pipeline(&hall.sandbox, &key, &["list", "--json"]).ok().json();
    assert_eq!(listed["connections"][0]["auto_renews"], false);
    let shown = pipeline(&hall.sandbox, &key, &["token", "mine"]).ok();
    assert_eq!(shown.stdout.trim_end(), hall.token("mine"));
}

#[test]
fn an_app_makes_its_tokens_in_the_pipeline() {
    let foundry = Foundry::connected();
    let out = foundry.sandbox.path("ci.age");
    let export = foundry.sandbox.gitconn(["store", "export", "--only", "prod-app", "--out"]).arg(&out).prints_a_secret().run();
    let key = key_of(&foundry.sandbox, export.says("all 2 of its installations"));
    let ran = pipeline(&foundry.sandbox, &key, &["token", "prod-app", "--repo", "acme-corp/site"]).ok();
    foundry.sandbox.secret(ran.stdout.trim_end());
    assert_eq!(foundry.github.apps.posts_of(foundry.corp), 1);
    pipeline(&foundry.sandbox, &key, &["branches", "acme-client-a/shop"]).ok().prints("checkout");
}
