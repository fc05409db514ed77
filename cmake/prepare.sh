# What ./run and ./check share: install packages, build. Sourced by bash in the
# root of the source tree.

say() { printf '==> %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

# The installed packages and what they provide (a newer node brings its own npm),
# one name a line.
installed_packages() {
  dpkg-query -W -f '${db:Status-Status}, ${Package}, ${Provides}\n' |
    sed -n 's/^installed, //p' | tr ',' '\n' | sed 's/(.*//; s/[[:space:]]//g'
}

# install_packages FILE...: installs the Debian packages the files name, one a
# line, what follows # being the reason. Leaves apt alone when none is missing.
install_packages() {
  local missing root=()
  command -v dpkg-query apt-get >/dev/null ||
    fail "this system has no apt-get: artspeak is built on Debian 12"
  missing=$(comm -13 <(installed_packages | sort -u) \
    <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$@" | sort -u))
  if [ -z "$missing" ]; then
    say "Packages: all in $* are installed"
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
