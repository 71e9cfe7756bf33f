#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: with $CXX, $CXXFLAGS and
# $LIB_FUZZING_ENGINE, into $OUT, each with its seeds, options and dictionary. The sources lie in
# $SRC/pickleproof, or where PICKLEPROOF_SOURCE says. Targets that embed CPython are left out: the
# machines that run these have none.
set -eu

source_dir=${PICKLEPROOF_SOURCE:-$SRC/pickleproof}
work=${WORK:-/tmp}/pickleproof
mkdir -p "$work"
cmake_options=()

if [ -d "${SRC:-}/fmt" ]; then
  cmake -S "$SRC/fmt" -B "$work/fmt" -G Ninja -DFMT_TEST=OFF -DFMT_DOC=OFF \
    -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$CXXFLAGS" -DCMAKE_INSTALL_PREFIX="$work/install"
  ninja -C "$work/fmt" install
  cmake_options+=("-DCMAKE_PREFIX_PATH=$work/install" "-DGMP_LIBRARY=$(find /usr/lib -name libgmp.a)")
fi

cmake -S "$source_dir" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}" -DPICKLEPROOF_TESTS=OFF \
  -DPICKLEPROOF_FUZZ=ON "-DPICKLEPROOF_FUZZING_ENGINE=$LIB_FUZZING_ENGINE" \
  "${cmake_options[@]}"

# name, input, engines, max_len: fuzz/targets.txt
targets=$(awk '$1 !~ /^#/ && $3 == "plain" && $1 != "empty" {print $1 ":" $2 ":" $4}' \
  "$source_dir/fuzz/targets.txt")
names=()
for row in $targets; do names+=("fuzz_${row%%:*}"); done
ninja -C "$work/build" ${PICKLEPROOF_JOBS:+-j"$PICKLEPROOF_JOBS"} "${names[@]}" fuzz_dictionary

for row in $targets; do
  IFS=: read -r name input max_len <<<"$row"
  cp "$work/build/fuzz/fuzz_$name" "$OUT/$name"
  dict=
  if [ "$input" = pickle ] || [ "$input" = header ]; then
    cp "$work/build/fuzz/pickle.dict" "$OUT/$name.dict"
    dict="dict = $name.dict"
  fi
  printf '[libfuzzer]\nmax_len = %s\nentropic = 0\nuse_counters = 0\n%s\n' "$max_len" "$dict" >"$OUT/$name.options"
  # As in fuzz/CMakeLists.txt.
  seeds=$source_dir/fuzz/seeds/$name
  [ "$input" != pickle ] || seeds=$source_dir/fuzz/seeds/pickle
  [ "$input" != header ] || seeds=$source_dir/fuzz/seeds/load_dump
  rm -f "$OUT/${name}_seed_corpus.zip"
  (cd "$seeds" && zip -q -r "$OUT/${name}_seed_corpus.zip" .)
done
