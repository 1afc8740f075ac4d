//! The pipelines of `examples/ci`: their scripts are taken out of the YAML and run as their runner would run them, on a machine that has nothing but the
//! repository, the pipeline's store and its key.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use yaml_rust2::{Yaml, YamlLoader};

use crate::examples::recipe;
use crate::support::fake::{GitHub, GitHubGrant, GitLab, git};
use crate::support::house::connect;
use crate::support::shell::{Done, shell};
use crate::support::{Foundry, Sandbox, tokens};

/// What is run in one shell, and the variables that are set for it.
#[derive(Debug, Clone, Default)]
struct Step {
    lines: Vec<String>,
    variables: BTreeMap<String, String>,
}

fn yaml(name: &str) -> Yaml {
    let text = std::fs::read_to_string(recipe(name)).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

fn texts(rows: &Yaml) -> Vec<String> {
    rows.as_vec().unwrap_or_else(|| panic!("no list: {rows:?}")).iter().map(|row| row.as_str().unwrap().to_owned()).collect()
}

fn add(variables: &mut BTreeMap<String, String>, more: &Yaml) {
    for (name, value) in more.as_hash().into_iter().flatten() {
        variables.insert(name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned());
    }
}

/// Each `run` of each step, with the variables of its job and its own.
fn github_actions(name: &str) -> Vec<Step> {
    let document = yaml(name);
    let mut steps = Vec::new();
    for job in document["jobs"].as_hash().unwrap().values() {
        for step in job["steps"].as_vec().unwrap() {
            let Some(script) = step["run"].as_str() else {
                assert!(step["uses"].as_str().is_some(), "{step:?}");
                continue;
            };
            let mut variables = BTreeMap::new();
            add(&mut variables, &job["env"]);
            add(&mut variables, &step["env"]);
            steps.push(Step { lines: script.lines().map(ToOwned::to_owned).collect(), variables });
        }
    }
    steps
}

/// `before_script` and `script` of a job are one shell.
fn gitlab_ci(name: &str) -> Vec<Step> {
    let document = yaml(name);
    let job = &document["release"];
    let mut step = Step { lines: [texts(&job["before_script"]), texts(&job["script"])].concat(), ..Step::default() };
    add(&mut step.variables, &job["variables"]);
    vec![step]
}

/// The script of a step is one shell.
fn bitbucket_pipelines(name: &str) -> Vec<Step> {
    let document = yaml(name);
    let steps = document["pipelines"]["tags"]["v*"].as_vec().unwrap().iter();
    steps.map(|step| Step { lines: texts(&step["step"]["script"]), ..Step::default() }).collect()
}

/// The machine that a pipeline runs on, and what is around it.
struct Pipeline {
    machine: Sandbox,
    github: GitHub,
    gitlab: GitLab,
    /// The token of `deploy`.
    deploy: String,
    /// The key of the pipeline's store.
    key: String,
    /// The workflow's own.
    own: String,
    job: String,
}

impl Pipeline {
    fn new() -> Self {
        let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::start(), GitLab::start());
        let deploy = github.classic(&sandbox, "robot");
        github.repository("robot", "acme-corp/addons", &["main"]);
        connect(&sandbox, "github", "deploy", &github.origin(), &deploy, &[]).ok();
        // Another one, which the pipeline's store does not have.
        connect(&sandbox, "github", "elsewhere", &github.origin(), &github.classic(&sandbox, "eve"), &[]).ok();
        let (machine, key) = machine(&sandbox, "deploy");
        machine.secret(&deploy);
        let own = machine.secret(&tokens::installation("workflow"));
        github.accept(&own, GitHubGrant::installation("acme"));
        github.repository("acme", "acme/site", &["main"]);
        let job = gitlab.job(&machine, "ada");
        gitlab.always("/acme/site.git/info/refs", git::for_a_fetch(&["main"]));
        Self { machine, github, gitlab, deploy, key, own, job }
    }

    /// Runs the steps until one fails, each with `sh -e`. `without`: a variable that is missing.
    #[track_caller]
    fn run(&self, steps: &[Step], without: Option<&str>) -> Done {
        let mut last = None;
        for step in steps {
            let mut run = self.machine.gitconn([""; 0]);
            for (name, value) in [
                ("GITHUB_REPOSITORY", "acme/site"),
                ("GITHUB_SERVER_URL", &self.github.origin()),
                ("GITHUB_API_URL", &self.github.api()),
                ("CI_PROJECT_PATH", "acme/site"),
                ("CI_SERVER_URL", &self.gitlab.host()),
                ("CI_API_V4_URL", &self.gitlab.api()),
                ("CI_JOB_TOKEN", &self.job),
            ] {
                run = run.env(name, value);
            }
            // Actions hands a secret to the steps that name it; the others set it for the whole job.
            let is_named = steps.iter().any(|step| step.variables.contains_key("GITCONN_KEY"));
            let mut variables = step.variables.clone();
            if !is_named {
                variables.insert("GITCONN_KEY".to_owned(), "${{ secrets.GITCONN_KEY }}".to_owned());
            }
            for (name, value) in variables.iter().filter(|(name, _)| Some(name.as_str()) != without) {
                run = run.env(
                    name,
                    match value.as_str() {
                        "${{ secrets.GITCONN_KEY }}" => &self.key,
                        "${{ github.token }}" => &self.own,
                        plain if !plain.contains("${{") => plain,
                        unknown => panic!("nobody knows what {unknown} is"),
                    },
                );
            }
            let done = shell(&run, "sh", &["-e", "-c", &step.lines.join("\n")]);
            if done.code != 0 {
                return done;
            }
            last = Some(done);
        }
        last.unwrap()
    }

    fn released(&self) -> Option<String> {
        let released = std::fs::read_to_string(self.machine.path("released")).ok()?;
        std::fs::remove_file(self.machine.path("released")).unwrap();
        Some(released)
    }

    /// What git was asked for.
    fn cloned(&self) -> String {
        let log = self.machine.path("git.log");
        let told = std::fs::read_to_string(&log).unwrap_or_default();
        let _ = std::fs::remove_file(log);
        told
    }
}

/// A machine with nothing but a repository: a store of this one connection, and a program that releases something. And the key of that store.
fn machine(sandbox: &Sandbox, connection: &str) -> (Sandbox, String) {
    let machine = Sandbox::bare();
    std::fs::create_dir(machine.path("ci")).unwrap();
    let export = sandbox.gitconn(["store", "export", "--only", connection, "--out"]).arg(machine.path("ci/store.age"));
    let key = export.prints_a_secret().run().ok().stdout.trim_end().to_owned();
    machine.secret(key.split(':').next().unwrap());
    let release = machine.write(
        "release.sh",
        "#!/bin/sh\necho \"released with $GH_ENTERPRISE_TOKEN\"\ntest -z \"${GITCONN_KEY:-}\" && test -n \"$GH_ENTERPRISE_TOKEN\" && printf %s \"$GH_ENTERPRISE_TOKEN\" | wc -c >released\n",
    );
    std::fs::set_permissions(release, std::fs::Permissions::from_mode(0o700)).unwrap();
    // There is no git server here: what matters is what git is asked for.
    machine.program("git", "echo \"$@\" >>git.log");
    (machine, key)
}

/// The steps without those that install the program; nothing else may be left out.
#[track_caller]
fn runnable(steps: Vec<Step>) -> Vec<Step> {
    const INSTALL: &str = "cargo install gitconn --locked";
    let has_install = steps.iter().any(|step| step.lines.iter().any(|line| line == INSTALL));
    assert!(has_install, "nothing installs gitconn: {steps:?}");
    let mut steps = steps;
    for step in &mut steps {
        step.lines.retain(|line| line != INSTALL);
        // A secret is no argument.
        let script = step.lines.join("\n");
        assert!(!script.contains("secrets.") && !script.contains("$GITCONN_KEY") && !script.contains("_TOKEN\""), "{script}");
    }
    steps.retain(|step| !step.lines.is_empty());
    steps
}

#[test]
fn a_pipeline_checks_first_takes_the_code_and_releases() {
    for (name, steps) in [
        ("github-actions.yml", github_actions("github-actions.yml")),
        ("gitlab-ci.yml", gitlab_ci("gitlab-ci.yml")),
        ("bitbucket-pipelines.yml", bitbucket_pipelines("bitbucket-pipelines.yml")),
    ] {
        let steps = runnable(steps);
        let pipeline = Pipeline::new();
        let done = pipeline.run(&steps, None);
        assert_eq!(done.code, 0, "{name}: {done:?}");
        // What it printed of the token is masked.
        assert!(done.stdout.contains("released with ") && !done.stdout.contains(&pipeline.deploy), "{name}: {done:?}");
        assert_eq!(pipeline.released().map(|length| length.trim().to_owned()), Some(pipeline.deploy.len().to_string()), "{name}");
        assert!(pipeline.cloned().contains("acme-corp/addons"), "{name}");
        // Its own token saw its own repository.
        let own = match name {
            "github-actions.yml" => !pipeline.github.seen_at("/repos/acme/site").is_empty(),
            "gitlab-ci.yml" => !pipeline.gitlab.seen_at("/acme/site.git/info/refs").is_empty(),
            _ => pipeline.gitlab.seen().is_empty() && pipeline.github.seen_at("/repos/acme/site").is_empty(),
        };
        assert!(own, "{name}");
        // Whatever stands in the way is found before anything is begun, and has its own code.
        let refuses = |why: &str, code: i32, without: Option<&str>| {
            let done = pipeline.run(&steps, without);
            assert_eq!(done.code, code, "{name}, {why}: {done:?}");
            assert_eq!((pipeline.released(), pipeline.cloned()), (None, String::new()), "{name}, {why}");
        };
        refuses("no key", 5, Some("GITCONN_KEY"));
        let hidden =
            serde_json::json!({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"});
        pipeline.github.always("/repos/acme-corp/addons", crate::support::fake::Answer::json(404, &hidden));
        refuses("no access", 3, None);
        pipeline.github.recover();
        pipeline.github.refuse(&pipeline.deploy);
        refuses("a dead token", 4, None);
    }
}

#[test]
fn a_pipeline_with_an_app_has_a_token_for_its_run_alone() {
    let steps = runnable(github_actions("github-actions-app.yml"));
    let foundry = Foundry::connected();
    foundry.github.always("/acme-corp/site.git/info/refs", git::for_a_push());
    foundry.github.apps.edit_installation(foundry.corp, |installation| {
        installation.permissions = crate::support::fake::permissions(&[("metadata", "read"), ("contents", "write")]);
    });
    foundry.run(&["installations", "sync", "prod-app"]).ok();
    let (machine, key) = machine(&foundry.sandbox, "prod-app");
    foundry.github.apps.watched_by(&machine);
    for step in &steps {
        let run = step.variables.iter().fold(machine.gitconn([""; 0]), |run, (name, value)| {
            run.env(name, if value == "${{ secrets.GITCONN_KEY }}" { &key } else { value })
        });
        let done = shell(&run, "sh", &["-e", "-c", &step.lines.join("\n")]);
        assert_eq!(done.code, 0, "{done:?}");
    }
    assert!(machine.path("released").exists());
    assert_eq!(foundry.github.apps.revoked(), 1);
}
