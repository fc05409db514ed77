# What ./run and ./check share: install packages, build. Sourced by bash in the
# root of the source tree.

say() { printf '==> %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

# install_packages FILE...: installs the Debian packages the files name, one a
# line, what follows # being the reason. Leaves apt alone when none is missing.
install_packages() {
  local wanted missing root=()
  wanted=$(sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d' | sort -u)
  command -v dpkg-query apt-get >/dev/null ||
    fail "this system has no apt-get: artspeak is built on Debian 12"
  missing=$(comm -13 \
    <(xargs dpkg-query -W -f '${Package} ${db:Status-Status}\n' <<<"$wanted" \
      2>/dev/null | sed -n 's/ installed$//p' | sort -u) \
    <(printf '%s\n' "$wanted"))
  if [ -z "$missing" ]; then
    say "Packages: all of $* are installed"
    return
  fi
  missing=${missing//$'\n'/ }
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing; as root, run: apt-get install $missing"
    root=(sudo)
  fi
  say "Packages: installing $missing"
  root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  # shellcheck disable=SC2086  # one word a package
  { "${root[@]}" -o APT::Update::Error-Mode=any update &&
    "${root[@]}" install -y --no-install-recommends $missing; } ||
    fail "apt-get could not install $missing: see its message above, check" \
      "the network, then run this again"
}

# build PRESET TESTS TARGET: configures and builds; TESTS is ON or OFF.
build() {
  say "Build: build/$1 (the first time takes minutes)"
  cmake --preset "$1" -D ARTSPEAK_TESTS="$2" >/dev/null
  cmake --build "build/$1" --target "$3"
}
