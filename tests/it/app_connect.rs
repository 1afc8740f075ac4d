//! `connect github --app`: key and app are proved to belong together before anything is stored.

use crate::support::Foundry;
use crate::support::house::texts;

#[test]
fn an_app_is_connected_with_all_its_installations() {
    let foundry = Foundry::new();
    let ran = foundry.connect("prod-app").run().ok();
    let ran = ran.says("connected `prod-app` as acme-corp").says("installed on acme-corp, acme-client-a");
    assert_eq!(ran.stdout, "prod-app\n");
    let installations = &foundry.json(&["installations", "list", "prod-app"])["installations"];
    assert_eq!(texts(installations, "account_login"), ["acme-corp", "acme-client-a"]);
    let repositories = &foundry.json(&["repos", "prod-app"])["repositories"];
    assert_eq!(texts(repositories, "full_name"), ["acme-corp/site", "acme-client-a/shop", "acme-corp/theme"]);
}
