use super::{Fallback, find, for_repository, on_account};
use crate::model::{
    AccountType, AuthMethod, Connection, Installation, Permissions, RepositoryPath, RepositorySelection, Timestamp,
};
use crate::ops::apps::AppError;
use crate::ops::{Error, testing};
use crate::store::InstallationRecord;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn installed(id: u64, account: &str) -> InstallationRecord {
    InstallationRecord::new(Installation {
        id,
        account: account.to_owned(),
        account_id: None,
        account_type: Some(AccountType::Organization),
        selection: RepositorySelection::All,
        permissions: Permissions::new(),
        page: String::new(),
        suspended_at: None,
        created_at: at(i64::try_from(id).unwrap()),
    })
}

fn app() -> Connection {
    Connection { auth_method: AuthMethod::GithubApp, auto_renews: true, ..testing::connection("prod-app") }
}

fn serving(records: &[InstallationRecord], path: &str, fallback: Fallback) -> Result<(u64, bool), String> {
    let path = RepositoryPath::new(path).unwrap();
    let found = for_repository(&app(), records, &path, fallback);
    found.map(|(installation, is_first)| (installation.id, is_first)).map_err(|error| error.to_string())
}

#[test]
fn the_owners_installation_serves_whatever_the_case() {
    let records = [installed(1, "acme-corp"), installed(2, "Acme-Client-A")];
    assert_eq!(serving(&records, "acme-client-a/shop", Fallback::Never), Ok((2, false)));
    assert_eq!(serving(&records, "ACME-CORP/site", Fallback::First), Ok((1, false)));
    // A name that only begins so is another account.
    assert!(serving(&records, "acme/site", Fallback::Never).unwrap_err().contains("is not installed on `acme`"));
}

#[test]
fn the_first_active_one_serves_others_for_reading_only_and_is_named_so() {
    let suspended = |id, account| {
        let mut record = installed(id, account);
        record.installation.suspended_at = Some(at(9));
        record
    };
    let records = [suspended(1, "a"), InstallationRecord { removed_at: Some(at(9)), ..installed(2, "b") }, installed(3, "c")];
    assert_eq!(serving(&records, "else/site", Fallback::First), Ok((3, true)));
    assert!(serving(&records, "else/site", Fallback::Never).unwrap_err().contains("(it is on a, b, c)"));
    assert!(serving(&records[..2], "else/site", Fallback::First).is_err());
    // What is known to be suspended is asked all the same: it may have been lifted. What was put aside is not.
    assert_eq!(serving(&records, "a/site", Fallback::Never), Ok((1, false)));
    assert_eq!(
        serving(&records, "b/site", Fallback::First),
        Err("the installation of `prod-app` on `b` was removed here".to_owned())
    );
}

#[test]
fn of_one_that_went_and_came_back_the_present_one_serves() {
    let gone = |id| InstallationRecord { uninstalled_at: Some(at(9)), ..installed(id, "acme") };
    assert_eq!(on_account(&app(), &[gone(1), installed(2, "acme"), gone(3)], "acme").unwrap().id, 2);
    assert_eq!(on_account(&app(), &[gone(1), gone(3)], "acme").unwrap().id, 3);
}

#[test]
fn an_installation_is_named_by_its_number_or_its_account() {
    // An account may be called like a number: the number goes first.
    let records = [installed(7, "12"), installed(12, "acme")];
    assert_eq!(find(&app(), &records, "12").unwrap().installation.id, 12);
    assert_eq!(find(&app(), &records, "ACME").unwrap().installation.id, 12);
    let missing = find(&app(), &records, "13").unwrap_err();
    assert!(matches!(missing, Error::App(error) if matches!(*error, AppError::NotInstalled { .. })));
}
