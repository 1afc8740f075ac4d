//! Links gcc's unwinder into the program, where there is one to link: loading it as a library of its own (`libgcc_s.so.1`) took 0.1 ms of
//! every run, most of it for asking the processor what it is. Everything else is left to the linker.
#![expect(clippy::disallowed_methods, reason = "a build script is told everything in variables; none of this is in the program")]

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_usual = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    // What another machine's linker has is not for us to guess.
    if !is_usual || env::var("HOST").ok() != env::var("TARGET").ok() {
        return;
    }
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let Ok(answer) = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output() else { return };
    // A compiler that does not have it answers with the bare name.
    let archive = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    if let Some(directory) = archive.parent().filter(|_| archive.is_absolute() && archive.is_file()) {
        println!("cargo:rustc-link-search=native={}", directory.display());
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}
