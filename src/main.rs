//! The program: one expression, everything else is in the library.

fn main() -> std::process::ExitCode {
    gitconn::run(std::env::args_os(), &gitconn::Env::from_process())
}
