//! What each source answers, and which one decides.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A folder with two key files and the keys in them.
struct Bench {
    folder: tempfile::TempDir,
    keys: [StoreKey; 2],
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), keys: [StoreKey::generate(), StoreKey::generate()] };
        for (index, key) in bench.keys.iter().enumerate() {
            file::write_new(&bench.file(index), key.line().expose().as_bytes()).unwrap();
        }
        bench
    }

    fn file(&self, index: usize) -> PathBuf {
        self.folder.path().join(format!("key{index}"))
    }
}

fn bad(error: Error) -> (String, String) {
    match error {
        Error::BadKey { from, why } => (from, why),
        Error::KeyFile { from, flaw, .. } => (from, flaw.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_flag_goes_before_the_file_variable_and_that_before_the_key() {
    let bench = Bench::new();
    let third = StoreKey::generate();
    let both = Env::from_variables([
        (name::KEY_FILE, bench.file(1).into_os_string()),
        (name::KEY, third.identity.expose().to_ascii_lowercase().into()),
    ]);
    let flag = bench.file(0);
    let given = |env: &Env, flag| Sources::new(env, flag, None).given().unwrap().unwrap();
    assert!(given(&both, Some(("--key-file", &flag))).is(&bench.keys[0]));
    assert_eq!(given(&both, Some(("--key-file", &flag))).from(), format!("--key-file `{}`", flag.display()));
    assert!(given(&both, None).is(&bench.keys[1]));
    assert_eq!(given(&both, None).from(), format!("GITCONN_KEY_FILE `{}`", bench.file(1).display()));
    let key_only = Env::from_variables([(name::KEY, third.line().expose())]);
    assert!(given(&key_only, None).is(&third));
    assert_eq!(given(&key_only, None).from(), "GITCONN_KEY");
    let nothing = Env::from_variables([(name::KEY, ""), (name::KEY_FILE, "")]);
    assert!(Sources::new(&nothing, None, None).given().unwrap().is_none());
}

#[test]
fn a_source_that_is_set_and_broken_does_not_fall_through() {
    let bench = Bench::new();
    let good = bench.keys[1].identity.expose();
    let (missing, open) = (bench.file(7), bench.file(0));
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let env = Env::from_variables([(name::KEY, good)]);
    let (from, why) = bad(Sources::new(&env, Some(("--key-file", &missing)), None)
        .find(&Wanted::new("none", None, missing.clone()))
        .unwrap_err());
    assert_eq!((from, why.as_str()), (format!("--key-file `{}`", missing.display()), "there is no such file"));
    let env = Env::from_variables([(name::KEY_FILE, open.as_os_str()), (name::KEY, good.as_ref())]);
    let (from, why) = bad(Sources::new(&env, None, None).find(&Wanted::new("none", None, missing.clone())).unwrap_err());
    assert_eq!(from, format!("GITCONN_KEY_FILE `{}`", open.display()));
    assert_eq!(why, "others can read it (its mode is 0644, make it 0600)");
    let env = Env::from_variables([(name::KEY, &good[..60])]);
    let (from, why) = bad(Sources::new(&env, None, None).find(&Wanted::new("none", None, missing.clone())).unwrap_err());
    assert_eq!((from.as_str(), why.as_str()), ("GITCONN_KEY", "it is not whole: 74 characters are expected, and it has 60"));
}

#[test]
fn a_key_variable_that_is_not_text_is_named_and_not_taken_for_unset() {
    use std::os::unix::ffi::OsStringExt as _;
    let env = Env::from_variables([(name::KEY, std::ffi::OsString::from_vec(vec![0xff, 0xfe]))]);
    let (from, why) = bad(Sources::new(&env, None, None).given().unwrap_err());
    assert_eq!((from.as_str(), why.as_str()), ("GITCONN_KEY", "it is not text"));
}

fn silent_search() -> Search {
    Search { tried: Vec::new(), why: None }
}

#[test]
fn each_answer_of_the_keyrings_is_told_apart() {
    let said = |answer| {
        let mut search = silent_search();
        assert!(search.keyring(answer).is_none());
        (search.tried.remove(0), search.why)
    };
    assert_eq!(said(Ok(None)), ("the keyring: it holds no key for this store".to_owned(), None));
    let (tried, why) = said(Err(keyring::Refusal::Absent("no bus".to_owned())));
    assert_eq!((tried.as_str(), why), ("the keyring: there is none here (no bus)", None));
    let (tried, why) = said(Err(keyring::Refusal::Silent));
    assert_eq!(tried, "the keyring: it did not answer within 3 s");
    assert_eq!(why.as_deref(), Some("the keyring may have the key, but it did not answer within 3 s"));
    let (tried, why) = said(Err(keyring::Refusal::Locked("dismissed".to_owned())));
    assert_eq!(tried, "the keyring: it is locked (dismissed)");
    assert_eq!(why.as_deref(), Some("the keyring may have the key, but it is locked (dismissed)"));
    let (tried, _) = said(Ok(Some(Secret::from("hunter2".to_owned()))));
    assert!(tried.starts_with("the keyring: what it holds for this store is no key: it is no age key"), "{tried}");
    assert!(!tried.contains("hunter2"));

    let said = |answer| {
        let mut search = silent_search();
        assert!(search.kernel(answer).is_none());
        search.tried.remove(0)
    };
    assert_eq!(said(Err(Kernel::Nothing)), "the kernel's keyring: it holds no key for this store");
    assert_eq!(said(Err(Kernel::Expired)), "the kernel's keyring: it held the key, and the time for that is over");
    assert_eq!(said(Err(Kernel::Failed("no".to_owned()))), "the kernel's keyring: no");
}

#[test]
fn when_nothing_is_found_every_source_has_a_line() {
    let bench = Bench::new();
    let protected = bench.file(9);
    let env = Env::from_variables::<&str, &str>([]);
    let find = |path: &Path| match Sources::new(&env, None, None).find(&Wanted::new("test-of-nothing", None, path.to_owned())) {
        Err(Error::Locked { why, tried }) => (why, tried),
        other => panic!("{other:?}"),
    };
    let (_, tried) = find(&protected);
    assert_eq!(tried.len(), 4, "{tried:?}");
    assert_eq!(tried[0], "--key-file, GITCONN_KEY_FILE and GITCONN_KEY: not set");
    assert!(tried[1].starts_with("the kernel's keyring: "));
    assert!(tried[2].starts_with("the keyring: "));
    assert_eq!(tried[3], format!("`{}`: there is no such file", protected.display()));
    file::write_new(&protected, b"sealed").unwrap();
    let (why, tried) = find(&protected);
    assert_eq!(why, "nobody can be asked for the passphrase, and GITCONN_PASSPHRASE_FILE is not set");
    assert_eq!(tried[3], format!("`{}`: {why}", protected.display()));
}

#[test]
fn a_person_who_gives_up_is_cancelled() {
    let bench = Bench::new();
    let protected = bench.file(9);
    file::write_new(&protected, b"sealed").unwrap();
    let env = Env::from_variables::<&str, &str>([]);
    let person = |_: &Ask| Err(Cancelled);
    let found = Sources::new(&env, None, Some(&person)).find(&Wanted::new("test-of-cancelling", None, protected.clone()));
    assert!(matches!(found, Err(Error::Cancelled)));
}

#[test]
fn a_passphrase_file_is_held_to_the_same_rule_and_goes_before_a_person() {
    let bench = Bench::new();
    let (protected, passphrase) = (bench.file(9), bench.file(8));
    // Encrypted to a key: no passphrase opens it, which shows that the passphrase file was read and nobody was asked.
    let recipient = bench.keys[0].recipient().unwrap().parse::<age::x25519::Recipient>().unwrap();
    file::write_new(&protected, &age::encrypt(&recipient, b"x").unwrap()).unwrap();
    file::write_new(&passphrase, b"right\n").unwrap();
    let env = Env::from_variables([(name::PASSPHRASE_FILE, passphrase.as_os_str())]);
    let person = |_: &Ask| -> Result<Secret, Cancelled> { panic!("asked") };
    let sources = Sources::new(&env, None, Some(&person));
    let (from, why) = bad(sources.find(&Wanted::new("test-of-a-passphrase-file", None, protected.clone())).unwrap_err());
    assert_eq!((from, why.as_str()), (format!("`{}`", protected.display()), "it is not protected by a passphrase"));
    std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (from, why) = bad(sources.find(&Wanted::new("test-of-a-passphrase-file", None, protected.clone())).unwrap_err());
    assert_eq!(from, format!("GITCONN_PASSPHRASE_FILE `{}`", passphrase.display()));
    assert!(why.starts_with("others can read it"), "{why}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_kernel_holds_is_found_unless_it_is_left_out() {
    if !crate::store::key::permitted::permitted() {
        return;
    }
    let bench = Bench::new();
    let store = format!("test-{}", uuid::Uuid::new_v4());
    let now = jiff::Timestamp::UNIX_EPOCH;
    super::super::unlock(&store, &bench.keys[0], std::time::Duration::from_mins(1), now).unwrap();
    let env = Env::from_variables::<&str, &str>([]);
    let sources = Sources::new(&env, None, None);
    let found = sources.find(&Wanted::new(&store, None, bench.file(9)));
    let outside = sources.find_outside_kernel(&Wanted::new(&store, None, bench.file(9)));
    super::super::lock(&store).unwrap();
    assert_eq!(found.unwrap().from(), KERNEL);
    let Err(Error::Locked { tried, .. }) = outside else { panic!("{outside:?}") };
    assert_eq!(tried[1], "the kernel's keyring: not asked, its key is what is to be put there anew");
}
