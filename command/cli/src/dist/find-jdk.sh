# Sourced by the launcher and by verify: finds a Java 25.
# find_jdk FOLDER-FEATURES... prints the home of the first Java found that is good enough.

# The feature number (25) of the Java whose home is $1; empty if there is none.
java_feature() {
  [ -x "$1/bin/java" ] || return 0
  if [ -f "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -XshowSettings:properties -version 2>&1 |
      sed -n 's/^ *java.specification.version = \([0-9]*\).*/\1/p'
  fi
}

java_candidates() {
  [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
  local folder
  for folder in /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* \
    /opt/*25* /opt/java/* /usr/java/*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    [ ! -d "$folder" ] || printf '%s\n' "$folder"
  done
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v 25 2>/dev/null || true
  fi
  local java
  if java=$(command -v java); then
    while [ -L "$java" ]; do
      local link
      link=$(readlink "$java")
      case $link in /*) java=$link ;; *) java=$(dirname "$java")/$link ;; esac
    done
    dirname "$(dirname "$java")"
  fi
}

# find_jdk build: exactly 25, with a compiler. find_jdk run: 25 or newer.
find_jdk() {
  local home feature
  while IFS= read -r home; do
    feature=$(java_feature "$home")
    [ -n "$feature" ] || continue
    if [ "$1" = build ]; then
      [ "$feature" -eq 25 ] && [ -x "$home/bin/javac" ] || continue
    else
      [ "$feature" -ge 25 ] || continue
    fi
    printf '%s\n' "$home"
    return 0
  done <<CANDIDATES
$(java_candidates)
CANDIDATES
  return 1
}

say_which_jdk() {
  cat >&2 <<'TEXT'
replicator: no JDK 25 found: not by JAVA_HOME, not in /usr/lib/jvm, ~/.sdkman, ~/.jdks, /opt, /usr/java.
Install one and start again:
  Debian, Ubuntu      apt-get install openjdk-25-jdk        (where the release has it), or
                      temurin-25-jdk from https://adoptium.net/installation/linux/
  Fedora, RHEL        dnf install java-25-openjdk-devel
  macOS               brew install openjdk@25
  any, with SDKMAN    sdk install java 25-tem
  any, by hand        https://adoptium.net/temurin/releases/?version=25  then set JAVA_HOME
TEXT
}
