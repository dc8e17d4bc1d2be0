#!/bin/sh
# Make this tree ready to run: install the Debian packages that are missing, make .venv, install the product into it.
# Usage: tools/setup.sh [point]   (PYTHON=/path/to/python3 chooses another Python, 3.11 or later)
# point: only what a pickup point runs with, and compiled, for a service that may not write here.
# Does nothing, quickly, when everything is there. What the tools say goes to build/setup.log, shown in trouble.
set -eu
cd "$(dirname "$0")/.."
log=build/setup.log
kind=${1:-all}
mkdir -p build

say() { printf 'setup: %s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

# Run a command with its output in the log; in trouble show the end of the log.
logged() {
    before=$(wc -l <"$log")
    printf '$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null && return
    tail -n +"$((before + 1))" "$log" | tail -n 25 >&2
    return 1
}

# The names of what is installed, a line each; newer Debians provide some of our names by other packages.
installed() {
    dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' | sed -n 's/^installed //p' |
        tr ',' '\n' | sed 's/^ *//; s/[ (].*//'
}

# The packages of a kind (needed, optional, trying) that are not installed, in one line.
missing() {
    while read -r name needed_for _; do
        if [ "$needed_for" = "$1" ] && ! printf '%s\n' "$have" | grep -qxF "$name"; then printf '%s ' "$name"; fi
    done <tools/packages.txt
}

# A Python from elsewhere brings these itself; Debian's comes in parts.
missing_python() {
    python=${PYTHON:-python3}
    if ! command -v "$python" >/dev/null; then
        printf 'python3 python3-venv python3-dev '
        return
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv '
    "$python" -c 'import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || printf 'python3-dev '
}

install_packages() {
    have=$(installed 2>/dev/null || true)
    needed="$(missing_python)$(missing needed)"
    optional="$(missing optional)"
    [ "$kind" = point ] || optional="$optional$(missing trying)"
    [ -n "$needed$optional" ] || return 0
    command -v apt-get >/dev/null || fail "this is not Debian; install what corresponds to: $needed$optional"
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root='sudo env'
    elif [ -n "$needed" ]; then
        fail "no root here. Ask for:  sudo apt-get install $needed$optional"
    else
        say "going on without $optional"
        say "for the whole of it:  sudo apt-get install $optional"
        return 0
    fi
    say "installing Debian packages: $needed$optional"
    # shellcheck disable=SC2086  # lists of words are meant
    logged $as_root apt-get update || say "apt-get update failed; trying with what apt knows"
    # shellcheck disable=SC2086
    logged $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $needed $optional && return
    [ -z "$needed" ] || fail "apt-get install failed; the whole story is in $log"
    say "going on without $optional"
}

# All that decides what is in .venv, and where it stands: a moved environment does not work, nor one under the Python of
# another Debian, which does not look where the packages are.
stamp() {
    printf '%s %s %s %s' "$kind" "$(pwd)" "$(.venv/bin/python -c 'import sys; print(*sys.version_info[:2])')" \
        "$(cat setup.cfg pyproject.toml | sha256sum)"
}

make_environment() {
    python=${PYTHON:-python3}
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or later is needed; $python is $("$python" -V 2>&1). Choose another with PYTHON=..."
    if [ -x .venv/bin/python ] && [ "$(cat .venv/ready 2>/dev/null)" = "$(stamp)" ]; then return 0; fi
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "making .venv with $("$python" -V)"
        rm -rf .venv
        logged "$python" -m venv .venv || fail "python -m venv failed"
    fi
    say "installing the product and its Python packages into .venv (minutes, the first time)"
    # A newer pip chooses them in half the time; what is imported is compiled then, and at a point see below.
    logged .venv/bin/python -m pip install --disable-pip-version-check 'pip>=25' ||
        say "going on with the pip that is there"
    if [ "$kind" = point ]; then
        set -- -e . 'setuptools>=71' # that one makes a board of your own, see CONTRIBUTING.md
    else
        set -- -e '.[test]'
    fi
    logged .venv/bin/python -m pip install --disable-pip-version-check --no-compile "$@" ||
        fail "pip install failed; the whole story is in $log"
    stamp >.venv/ready
    say "ready"
}

# A service that may not write here would compile all of it anew at each start, which takes longer than the start itself.
compile_all() {
    logged .venv/bin/python -m compileall -q -j 0 .venv/lib kiosk hardware sync ui || say "some of it did not compile"
}

: >"$log"
install_packages
make_environment
[ "$kind" != point ] || compile_all
