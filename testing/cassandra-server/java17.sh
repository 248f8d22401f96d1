# Finds or installs the Java 17 that Cassandra 5.0 needs: for ./verify and for start.

has_java17() {
  local release
  for release in "${REPLICATOR_JAVA17:-}"/release /usr/lib/jvm/*17*/release \
    "$HOME"/.sdkman/candidates/java/*17*/release "$HOME"/.jdks/*17*/release \
    /opt/java/*17*/release /Library/Java/JavaVirtualMachines/*17*/Contents/Home/release; do
    if [ -f "$release" ] && grep -q '^JAVA_VERSION="17' "$release"; then return 0; fi
  done
  return 1
}

install_java17() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "$1: installing openjdk-17-jre-headless" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    openjdk-17-jre-headless; } >&2
}

# require_java17 WHO: ends the script if there is none and none can be had.
require_java17() {
  if ! has_java17 && ! { install_java17 "$1" && has_java17; }; then
    echo "$1: no Java 17 found, which Cassandra 5.0 needs. Install one (Debian: apt-get install" >&2
    echo "openjdk-17-jre-headless; macOS: brew install openjdk@17) or set REPLICATOR_JAVA17 to the" >&2
    echo "home of one." >&2
    exit 69
  fi
}
