#!/usr/bin/env bash
# Runs build.sh the way OSS-Fuzz calls it, in a scratch folder, and each produced target on its seeds.
#
#   build_test.sh COMPILER SCRATCH
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
compiler=$1
scratch=$2
command -v zip unzip >/dev/null || { echo "zip and unzip are needed"; exit 77; }
mkdir -p "$scratch/out" "$scratch/work"
# Without optimisation: seeds are few, and compiling is what takes the time.
env CXX="$compiler" CXXFLAGS="-O0 -fsanitize=address,fuzzer-no-link" \
  LIB_FUZZING_ENGINE="-fsanitize=fuzzer" SANITIZER=address ARCHITECTURE=x86_64 \
  OUT="$scratch/out" WORK="$scratch/work" SRC="$scratch" PICKLEPROOF_SOURCE="$root" \
  PICKLEPROOF_JOBS="${PICKLEPROOF_JOBS:-2}" bash "$root/fuzz/oss-fuzz/build.sh"

ran=0
for options in "$scratch"/out/*.options; do
  name=$(basename "$options" .options)
  rm -rf "$scratch/seeds"
  mkdir -p "$scratch/seeds"
  unzip -q "$scratch/out/${name}_seed_corpus.zip" -d "$scratch/seeds"
  "$scratch/out/$name" -runs=0 "$scratch/seeds" >"$scratch/$name.log" 2>&1 ||
    { tail -20 "$scratch/$name.log"; exit 1; }
  ran=$((ran + 1))
done
[ "$ran" -ge 5 ] || { echo "only $ran targets were built"; exit 1; }
echo "$ran targets ran on their seeds"
