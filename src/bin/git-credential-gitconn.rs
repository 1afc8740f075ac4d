//! The same program under the name by which git looks for a helper `gitconn`: what it was started as tells it that `credential` is meant.

fn main() -> std::process::ExitCode {
    gitconn::run(std::env::args_os(), &gitconn::Env::from_process())
}
