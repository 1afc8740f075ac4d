//! The terminal: grammar, dispatch, and one file a command. Nothing below this layer knows a terminal.

mod app_args;
mod app_view;
mod audit;
mod branches;
mod browser;
mod carried;
mod check;
mod choose;
mod clone;
mod commands;
mod completions;
mod config;
mod connect;
mod connect_app;
mod connect_from;
mod connect_plan;
mod context;
mod create_app;
mod credential;
mod doctor;
mod due_args;
mod edit;
mod enable;
mod exec;
mod failure;
mod filter;
mod grid;
mod help;
mod hidden;
mod import;
mod installations;
mod interrupt;
mod list;
mod login;
mod login_args;
mod man;
mod missing;
mod narrow_args;
mod oauth;
mod out;
mod paging;
mod progress;
mod prompt;
mod pull;
mod refresh;
mod remove;
mod repos;
mod rotate;
mod route;
mod said_args;
mod setup_git;
mod show;
mod store;
mod storeless;
mod target;
mod token;
mod token_input;
mod validate;
mod view;
mod which;
mod words;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{Args as _, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::carried::Carried;
use self::context::Context;
use self::failure::Failure;
use self::out::{Format, Out};
use crate::env::Env;

/// Connections to Git providers in one encrypted file: checked, renewed, and used
#[derive(Debug, Parser)]
#[command(name = "gitconn", version, propagate_version = true, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Begin with `gitconn connect github`. See also `gitconn help exit-codes`, `gitconn help environment` and `gitconn help providers`."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The store to use (environment: `GITCONN_STORE`)
    #[arg(long, global = true, value_name = "PATH")]
    store: Option<PathBuf>,
    /// File that holds the store key (environment: `GITCONN_KEY_FILE`)
    #[arg(long, global = true, value_name = "PATH")]
    key_file: Option<PathBuf>,
    /// How data is written; a table on a terminal, else tab-separated
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT")]
    output: Option<Format>,
    /// Same as --output json
    #[arg(long, global = true, conflicts_with = "output")]
    json: bool,
    /// Say nothing beside data and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say what is done, on stderr; never a secret
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Never ask; fail and name the option that is missing
    #[arg(long, global = true)]
    no_input: bool,
    /// How long to wait for a rate limit, for example 5m
    #[arg(long, global = true, value_name = "SPAN", value_parser = words::parse_span)]
    max_wait: Option<Duration>,
}

impl Global {
    /// The paths that were typed, with their options.
    fn typed_paths(&self) -> [(&'static str, Option<&Path>); 2] {
        [("--store", self.store.as_deref()), ("--key-file", self.key_file.as_deref())]
    }
}

/// One variant, one file.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a run")]
enum Command {
    Connect(connect::Args),
    #[command(visible_alias = "ls")]
    List(list::Args),
    Show(show::Args),
    Validate(validate::Args),
    /// Check now without saving what is found: `validate --no-save`
    Test(validate::Args),
    Rotate(rotate::Args),
    Refresh(refresh::Args),
    Edit(edit::Args),
    Enable(enable::EnableArgs),
    Disable(enable::DisableArgs),
    #[command(visible_alias = "rm")]
    Remove(remove::Args),
    Repos(repos::Args),
    Branches(branches::Args),
    Check(check::Args),
    Token(token::Args),
    Exec(exec::Args),
    Clone(clone::Args),
    Pull(pull::Args),
    Route(route::Args),
    Credential(credential::Args),
    SetupGit(setup_git::Args),
    Installations(installations::Args),
    Oauth(oauth::Args),
    Which(which::Args),
    Import(import::Args),
    Doctor(doctor::Args),
    Audit(audit::Args),
    Store(store::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
    Help(help::Args),
}

/// Reads the command line of one command with its part of the grammar, if that takes it. Building all of it takes as long as decrypting the store of 100
/// connections (0.2 ms): too long for what programs use again and again.
fn quick<A: clap::Args>(name: &'static str, command: fn(A) -> Command, args: &[OsString]) -> Option<Cli> {
    if !args.iter().skip(1).any(|word| word == name) {
        return None;
    }
    let part = Global::augment_args(clap::Command::new("gitconn")).subcommand(A::augment_args(clap::Command::new(name)));
    let matches = part.try_get_matches_from(args).ok()?;
    let (_, own) = matches.subcommand()?;
    Some(Cli { global: Global::from_arg_matches(&matches).ok()?, command: command(A::from_arg_matches(own).ok()?) })
}

/// Reads the command line. The errors, and the help, are those of the whole grammar.
fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    quick("credential", Command::Credential, args)
        .or_else(|| quick("token", Command::Token, args))
        .or_else(|| quick("edit", Command::Edit, args))
        .map_or_else(|| Cli::try_parse_from(args), Ok)
}

/// Runs the program with the arguments it was given, the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &Env) -> ExitCode {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.first().is_some_and(|program| crate::ops::credential::is_helper_name(program.as_ref())) {
        args.insert(1, "credential".into());
    }
    interrupt::watch();
    // No argument carries a secret: one that does is refused whatever the command, before anything repeats or keeps it.
    let secret = args.iter().skip(1).find_map(|arg| crate::ops::secret_in(&arg.to_string_lossy())).or_else(|| {
        // What stands behind `--` is another program's.
        args.iter().skip(1).take_while(|arg| *arg != "--").find_map(|arg| crate::ops::secret_as(&arg.to_string_lossy()))
    });
    if let Some(what) = secret {
        let json = args.iter().any(|arg| arg == "--json" || arg == "json" || arg == "ndjson");
        let out = Out::new(env, json.then_some(Format::Json), false, None);
        return of(&args, Failure::from(crate::ops::Error::SecretTyped { what })).report(&out, &args);
    }
    let cli = match parse(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &args, env),
    };
    if let Command::Credential(args) = &cli.command
        && let Some(code) = credential::without_settings(args, env)
    {
        return code;
    }
    let format = if cli.global.json { Some(Format::Json) } else { cli.global.output };
    let carried = cli.global.typed_paths();
    let config = match crate::config::Config::load(env) {
        Ok(config) => config,
        Err(error) => {
            let out = Out::new(env, format, cli.global.quiet, None).carrying(Carried::new(carried));
            return of(&args, Failure::from(error)).report(&out, &args);
        }
    };
    if cli.global.verbose {
        log_to_stderr();
    }
    let out = Out::new(env, format, cli.global.quiet, config.pager(env)).carrying(Carried::new(carried));
    let context = Context::new(env, &config, &out, &cli.global);
    match guarded(|| dispatch(&cli.command, &context)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&out, &args),
    }
}

/// Whether a command line, which the grammar may not take, is one of `exec`.
fn is_exec(args: &[OsString]) -> bool {
    let read = grammar().ignore_errors(true).try_get_matches_from(args);
    read.is_ok_and(|matches| matches.subcommand_name() == Some("exec"))
}

/// A failure before any command runs. `exec` has a code of its own for it: its others are the program's.
fn of(args: &[OsString], failure: Failure) -> Failure {
    if is_exec(args) { failure.with_code(exec::OURS) } else { failure }
}

/// Turns a panic into exit code 70. What it carries is not shown: it may hold anything; where it happened is enough to find it.
fn guarded(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let place = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&place);
    std::panic::set_hook(Box::new(move |panic| {
        if let (Ok(mut place), Some(location)) = (noted.lock(), panic.location()) {
            *place = Some(format!("{}:{}", location.file(), location.line()));
        }
    }));
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    // The default hook is back: a second run in this process sets its own.
    drop(std::panic::take_hook());
    result.unwrap_or_else(|_| {
        let place = place.lock().ok().and_then(|mut place| place.take());
        Err(Failure::bug(format!("panicked at {}", place.as_deref().unwrap_or("an unknown place"))))
    })
}

fn dispatch(command: &Command, context: &Context<'_>) -> Result<(), Failure> {
    match command {
        Command::Connect(args) => connect::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Validate(args) => validate::run(args, false, context),
        Command::Test(args) => validate::run(args, true, context),
        Command::Rotate(args) => rotate::run(args, context),
        Command::Refresh(args) => refresh::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Enable(args) => enable::run(&args.names, true, context),
        Command::Disable(args) => enable::run(&args.names, false, context),
        Command::Remove(args) => remove::run(args, context),
        Command::Repos(args) => repos::run(args, context),
        Command::Branches(args) => branches::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Token(args) => token::run(args, context),
        Command::Exec(args) => exec::run(args, context),
        Command::Clone(args) => clone::run(args, context),
        Command::Pull(args) => pull::run(args, context),
        Command::Route(args) => route::run(args, context),
        Command::Credential(args) => credential::run(args, context),
        Command::SetupGit(args) => setup_git::run(args, context),
        Command::Installations(args) => installations::run(args, context),
        Command::Oauth(args) => oauth::run(args, context),
        Command::Which(args) => which::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::Doctor(args) => doctor::run(args, context),
        Command::Audit(args) => audit::run(args, context),
        Command::Store(args) => store::run(args, context),
        Command::Config(args) => config::run(args, context),
        Command::Completions(args) => completions::run(args, context),
        Command::Man(args) => man::run(args, context),
        Command::Help(args) => help::run(args, context),
    }
}

/// The whole grammar, for help, completions and man pages.
fn grammar() -> clap::Command {
    Cli::command()
}

/// What clap has to say: help and version on stdout, errors on stderr, as JSON if that was asked for.
fn refuse(error: &clap::Error, args: &[OsString], env: &Env) -> ExitCode {
    if !error.use_stderr() {
        // A closed pipe under `--help | head` is no failure.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let json = ["--json", "json", "ndjson", "--output=json", "--output=ndjson", "-ojson", "-ondjson"];
    let wants_json = args.iter().take_while(|arg| *arg != "--").any(|arg| json.iter().any(|json| arg == json));
    let is_exec = is_exec(args);
    let spoken = if is_exec { exec::misread(error, args) } else { None };
    if wants_json || spoken.is_some() {
        let failure = spoken.unwrap_or_else(|| {
            let text = error.render().to_string();
            let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Failure::usage(message).hint("gitconn --help")
        });
        let failure = if is_exec { failure.with_code(exec::OURS) } else { failure };
        return failure.report(&Out::new(env, wants_json.then_some(Format::Json), false, None), args);
    }
    // What was typed wrong may be a token.
    out::stderr_line(crate::ops::redact(error.render().to_string().trim_end()).as_ref());
    ExitCode::from(if is_exec { exec::OURS } else { failure::Kind::Usage.code() })
}

/// `-v`: what goes over the network and into the store. Secrets have a type that does not print.
fn log_to_stderr() {
    use tracing_subscriber::layer::SubscriberExt as _;
    // Only what we say ourselves: libraries may log headers.
    let ours = tracing_subscriber::filter::Targets::new().with_target("gitconn", tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).without_time().with_target(false);
    let subscriber = tracing_subscriber::registry().with(ours).with(lines);
    // A second run in one process (a test, a fuzzer) keeps the first one's.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command, Failure, guarded, parse, quick};
    use crate::cli::failure::Kind;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn what_the_quick_grammar_takes_means_the_same_in_the_whole_one() {
        for line in [
            "gitconn token work",
            "gitconn credential get",
            "gitconn --store /s credential --origin https://github.com --from-env GH_TOKEN --username x get",
            "gitconn -v --store /s token --json work",
            "gitconn token work --key-file k --output tsv -q --no-input --max-wait 5m",
            "gitconn edit work --name other --tag a --untag b --expires-at none",
            "gitconn edit token --description edit",
        ] {
            let whole = format!("{:?}", Cli::try_parse_from(words(line)).unwrap());
            let quick = quick("credential", Command::Credential, &words(line))
                .or_else(|| quick("token", Command::Token, &words(line)))
                .or_else(|| quick("edit", Command::Edit, &words(line)));
            assert_eq!(format!("{:?}", quick.expect(line)), whole);
            assert_eq!(format!("{:?}", parse(&words(line)).unwrap()), whole);
        }
    }

    #[test]
    fn errors_and_help_are_those_of_the_whole_grammar() {
        for line in
            ["gitconn token", "gitconn token --help", "gitconn edit x --nam y", "gitconn --store token", "gitconn edti token"]
        {
            let whole = Cli::try_parse_from(words(line)).unwrap_err();
            let own = parse(&words(line)).unwrap_err();
            assert_eq!((own.kind(), own.to_string()), (whole.kind(), whole.to_string()), "{line}");
        }
        // A value that is spelt like a command.
        assert!(matches!(parse(&words("gitconn --store token list")).unwrap().command, Command::List(_)));
    }

    /// A group of options puts its heading over whatever is declared behind it.
    #[test]
    fn options_stand_under_their_own_heading() {
        fn collect(command: &clap::Command, found: &mut std::collections::BTreeMap<String, std::collections::BTreeSet<String>>) {
            for arg in command.get_arguments().filter(|arg| !arg.is_global_set()) {
                if let (Some(heading), Some(long)) = (arg.get_help_heading(), arg.get_long()) {
                    found.entry(heading.to_owned()).or_default().insert(long.to_owned());
                }
            }
            command.get_subcommands().for_each(|command| collect(command, found));
        }
        let mut found = std::collections::BTreeMap::new();
        collect(&Cli::command(), &mut found);
        let words = |heading: &str| found[heading].iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), ["GitHub App", "Login", "Without a store"]);
        assert_eq!(
            words("GitHub App"),
            "app app-id client-id create-app fresh installation installation-id org permission private-key-env private-key-file \
             private-key-stdin public repo webhook-secret webhook-url"
        );
        assert_eq!(words("Login"), "allow-account-change device no-browser oauth port reauth scopes tokens-stdin");
        assert_eq!(words("Without a store"), "api-url ca-file email host provider token-env workspace");
    }

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    #[expect(clippy::panic, reason = "this is about panics")]
    fn a_panic_is_our_bug_and_shows_nothing_of_what_it_carries() {
        let failure = guarded(|| panic!("s3krit")).unwrap_err();
        assert_eq!(failure.kind(), Kind::Internal);
        assert_eq!(failure.kind().code(), 70);
        let shown = format!("{failure:?}");
        assert!(shown.contains("src/cli/mod.rs") && !shown.contains("s3krit"), "{shown}");
        assert!(matches!(guarded(|| Err(Failure::interrupted())), Err(failure) if failure.kind() == Kind::Interrupted));
    }
}
