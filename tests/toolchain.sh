# Finds cargo for a script whose HOME may be empty, and installs what a machine lacks. Sourced by tests/run, benches/run and .ci/run.
#
# rustup's `cargo` looks for its toolchains under HOME. Where HOME is another one than the one rustup was installed in,
# RUSTUP_HOME is told from the place of `cargo` itself (`X/.cargo/bin/cargo` beside `X/.rustup`) or from the account's own home.

# shellcheck shell=bash

find_toolchain() {
    local found root home
    if ! found=$(command -v cargo); then
        home=$(getent passwd "$(id -u)" | cut -d: -f6)
        if [[ -x $home/.cargo/bin/cargo ]]; then
            PATH=$home/.cargo/bin:$PATH
            found=$home/.cargo/bin/cargo
        else
            echo "cargo is not in PATH: install Rust" >&2
            return 1
        fi
    fi
    if cargo --version >/dev/null 2>&1; then
        return 0
    fi
    root=$(dirname "$(dirname "$(dirname "$found")")")
    home=$(getent passwd "$(id -u)" | cut -d: -f6)
    for root in "$root" "$home"; do
        if [[ -d $root/.rustup/toolchains ]]; then
            export RUSTUP_HOME=$root/.rustup
            # The registry that is already there serves as well, where it may be written to.
            if [[ -z ${CARGO_HOME:-} && -w $root/.cargo ]]; then
                export CARGO_HOME=$root/.cargo
            fi
            if cargo --version >/dev/null 2>&1; then
                return 0
            fi
        fi
    done
    cargo --version
}

# GITCONN_TESTS_INSTALL=no installs nothing.
may_install() { [[ ${GITCONN_TESTS_INSTALL:-yes} != no ]]; }

# apt_install PACKAGE… : as root, or by sudo without a password; what apt says goes to the file $log, if it is set.
apt_install() {
    may_install && command -v apt-get >/dev/null || return 1
    local as=()
    if [[ $(id -u) != 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        as=(sudo -n)
    fi
    local log=${log:-/dev/null} apt
    apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends)
    "${apt[@]}" install "$@" >"$log" 2>&1 || { "${apt[@]}" update >>"$log" 2>&1 && "${apt[@]}" install "$@" >>"$log" 2>&1; }
}
