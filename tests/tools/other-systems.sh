#!/usr/bin/env bash
# A Rust that checks other systems where `rustup target add` cannot get their standard libraries: Debian's rustc-web, the
# sources of its standard library and LLVM's linker, unpacked into a folder (nothing is installed).
#
# usage: other-systems.sh DIR wasm | macos | windows    checks the library for wasm32, or all of it for one of the others
#        other-systems.sh DIR wasm build                 builds the library for wasm32, optimised, and prints its size
#        other-systems.sh DIR wasm page OUT              makes the page for browsers in a folder
# Ends with 75 where the compiler is not available.
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
system=$2 what=${3:-check}
cd "$(dirname "$0")/../.."

unpack() { # PROGRAM PACKAGE…: unpacks packages unless the program is there
  [ -x "$dir/root/usr/bin/$1" ] && return
  shift
  mkdir -p "$dir/debs"
  ( timeout 100 apt-get update -qq || true
    cd "$dir/debs" && timeout 300 apt-get download -qq "$@" && for deb in *.deb; do dpkg -x "$deb" "$dir/root"; done
  ) >/dev/null 2>&1 || { echo "the packages $* are not available" >&2; exit 75; }
}

unpack wasm-ld-19 rustc-web cargo-web rust-web-src libllvm22 libstd-rust-web-1.96 libstd-rust-web-dev libgit2-1.5 \
  libhttp-parser2.9 libmbedcrypto7 libmbedx509-1 libmbedtls14 lld-19 libllvm19
root="$dir/root/usr"
export LD_LIBRARY_PATH="$root/lib/x86_64-linux-gnu:$root/lib/llvm-19/lib"
export RUSTC="$root/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$dir/target"
export __CARGO_TESTS_ONLY_SRC_ROOT="$(echo "$root"/src/rustc-*/library)"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$root/bin/wasm-ld-19"
unset RUSTDOCFLAGS RUSTFLAGS

case "$system $what" in
  "wasm check")
    "$root/bin/cargo" check --quiet --lib --no-default-features --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort ;;
  "wasm build")
    "$root/bin/cargo" rustc --quiet --release --lib --crate-type cdylib --no-default-features --target wasm32-unknown-unknown \
      -Zbuild-std=std,panic_abort
    wasm="$dir/target/wasm32-unknown-unknown/release/hsxray.wasm"
    echo "$(stat -c %s "$wasm") bytes, $(gzip -9 -c "$wasm" | wc -c) gzipped" ;;
  "wasm page")
    bindgen="$dir/wasm-bindgen/bin/wasm-bindgen"
    version=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' web/Cargo.toml)
    if ! "$bindgen" --version 2>/dev/null | grep -qF " $version"; then
      # It is built by the compiler of this system.
      (unset RUSTC LD_LIBRARY_PATH RUSTC_BOOTSTRAP CARGO_TARGET_DIR
       cargo install --quiet wasm-bindgen-cli --version "$version" --debug --root "$dir/wasm-bindgen") ||
        { echo "wasm-bindgen $version is not available" >&2; exit 75; }
    fi
    CARGO="$root/bin/cargo" CARGO_FLAGS="-Zbuild-std=std,panic_abort" WASM_BINDGEN="$bindgen" web/build "$4" ;;
  "macos check")
    "$root/bin/cargo" check --quiet --target aarch64-apple-darwin -Zbuild-std=std,panic_unwind ;;
  "windows check")
    unpack x86_64-w64-mingw32-dlltool binutils-mingw-w64-x86-64
    PATH="$root/bin:$PATH" "$root/bin/cargo" check --quiet --target x86_64-pc-windows-gnu -Zbuild-std=std,panic_unwind ;;
  *) sed -n 's/^# usage/usage/p' "$0" >&2; exit 64 ;;
esac
