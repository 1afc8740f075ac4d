//! Each exit code, by something that ends with it (design §7). 70 is a bug and is never right: every run refuses it.

use crate::support::fake::Answer;
use crate::support::{Hall, House, Sandbox};

#[test]
fn each_has_its_cause() {
    let house = House::new();
    house.run(&["list"]).code(0);
    house.run(&["store", "backup", "/nonexistent/folder/backup.age"]).code(1);
    house.run(&["list", "--nonsense"]).code(2);
    house.run(&["show", "nobody"]).code(3);
    house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").run().code(5);
    house.github.always("*", Answer::html(500, "Whoops"));
    house.run(&["validate", "work"]).code(6);
    house.run(&["repos"]).code(8);
    house.github.recover();
    house.run(&["list", "--expiring-within", "100000d"]).code(9);
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    std::fs::write(house.sandbox.store(), "nonsense").unwrap();
    house.run(&["list"]).code(7);
}

#[test]
fn logins_and_renewals_have_theirs() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    let elsewhere = hall.sandbox.path("elsewhere");
    hall.sandbox.gitconn(["token", "work"]).env("GITCONN_STATE_DIR", &elsewhere).run().code(5);
    hall.github.always("*", Answer::html(500, "Whoops"));
    hall.run(&["token", "work"]).code(6);
    hall.github.recover();
    hall.github.oauth.revoke_everything();
    hall.run(&["token", "work"]).code(4);
    hall.run(&["oauth", "remove", "github.com"]).code(3);
    hall.sandbox.gitconn(["connect", "github", "--oauth"]).run().code(2);
}

#[test]
fn the_program_and_its_page_name_them_all() {
    let page = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md")).unwrap();
    let help = Sandbox::bare().gitconn(["help", "exit-codes"]).run().ok().stdout;
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 70, 125, 126, 127, 130] {
        let at_beginning = |text: &str| {
            text.lines().any(|line| {
                let number: String =
                    line.chars().skip_while(|character| !character.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
                number == code.to_string()
            })
        };
        assert!(at_beginning(&help), "{code} is not in help exit-codes");
        assert!(at_beginning(&page), "{code} is not in docs/exit-codes.md");
    }
}
