#!/usr/bin/env bash
# Builds everything and runs every test. Arguments go to `dotnet test` (for instance --filter FullyQualifiedName~Parquet);
# --all adds the long kill loops and soaks, and the TorchSharp backend, for which NuGet serves libtorch (130 MB) and which needs the libstdc++ of
# GCC 13: elsewhere its tests are skipped. Ends with "N passed, N failed[, N skipped]".
set -u
cd "$(dirname "$0")/.."

# Debian packages that only tests need, as command:package.
needed=(rabbitmq-server:rabbitmq-server)

all=false
arguments=()
filter=""
while [ $# -gt 0 ]; do
  case "$1" in
    --all) all=true ;;
    --filter) filter="${2:?tests/run.sh: --filter needs an expression, for instance FullyQualifiedName~Parquet}"; shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
if ! $all; then
  filter="${filter:+($filter)&}Category!=Long"
fi
[ -n "$filter" ] && arguments+=(--filter "$filter")

for tool in dotnet git node npm; do
  command -v "$tool" >/dev/null || { echo "tests/run.sh: '$tool' is not installed; the README says what a machine needs." >&2; exit 1; }
done

missing=()
for entry in "${needed[@]}"; do
  PATH="$PATH:/usr/sbin" command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "tests/run.sh: these packages are missing: ${missing[*]}. Install them (apt-get install ${missing[*]}) or run as root." >&2
    exit 1
  fi
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" || exit 1
fi

results="$PWD/artifacts/test-results"
rm -rf "$results"
dotnet build Serverless.sln -c Release -v minimal -nologo || exit 1
# One project after the other: two that start processes of their own at once starve each other on two cores.
dotnet test Serverless.sln -m:1 -c Release --no-build --nologo --results-directory "$results" --logger "trx" --logger "console;verbosity=minimal" "${arguments[@]}"
status=$?
if $all; then
  dotnet test tests/Inference.Torch -c Release -p:OfficialPackages=true --nologo --results-directory "$results" --logger "trx" --logger "console;verbosity=minimal" "${arguments[@]}" || status=$?
fi

total=0 passed=0 failed=0
for file in "$results"/*.trx; do
  [ -e "$file" ] || continue
  counters=$(grep -o '<Counters [^>]*>' "$file")
  value() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
  total=$((total + $(value total)))
  passed=$((passed + $(value passed)))
  failed=$((failed + $(value failed) + $(value error) + $(value timeout) + $(value aborted)))
done
skipped=$((total - passed - failed))

if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  echo "tests/run.sh: dotnet test ended with status $status although no test failed: a test process crashed, or nothing matched." >&2
  failed=1
fi
if [ "$total" -eq 0 ] && [ "$failed" -eq 0 ]; then
  echo "tests/run.sh: no test ran." >&2
  failed=1
fi
summary="$passed passed, $failed failed"
[ "$skipped" -gt 0 ] && summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]
