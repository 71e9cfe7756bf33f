#pragma once
// What every report says first: which engines took part, and the answer in one sentence. Apart from
// the writers so that the terminal, the page and the build server never tell different stories.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/matrix/record.h"

namespace pickleproof {

inline constexpr std::string_view kQuestion = "Do all pickle implementations agree?";

struct Summary {
  std::vector<std::string> writers, readers;  // ids, in the order of the record's engines
  std::vector<int> protocols;                 // of generated streams, ascending
  Counts generated;                           // writers x readers on generated graphs
  Counts real;         // on real pickles: reader x reader, and rewritten and read again
  Counts all;          // both
  SheetCounts sheets;  // cells of all sheets
  size_t kinds = 0;    // of unexplained differences that the record shows
};

// Unexplained differences that look the same (group, kind, path, both values) between several
// engines: shown once.
struct Cluster {
  const Signature* signature = nullptr;  // of the first
  const Finding* finding = nullptr;
  size_t signatures = 0;
  uint64_t count = 0;
};

// In the order of the record's signatures; points into the record.
std::vector<Cluster> Clusters(const RunRecord& record);

Summary Summarize(const RunRecord& record);

// "Yes: 1,234 comparisons, 0 unexplained differences, 5 explained." One line. Where there are
// sheets, what their cells say follows, and a cell that differs makes it a No.
std::string Answer(const Summary& summary);

enum class Mood { kYes, kNo, kUnknown };
Mood MoodOf(const Summary& summary);

// "7 readers, 7 writers, 2,000 generated graphs, 33 real pickles, 6 protocols". One line.
std::string Scope(const RunRecord& record, const Summary& summary);

// One letter's worth of a verdict, the worst that occurred: '!' an unexplained difference, '~' an
// explained one, '=' agreement, '?' only poisoned comparisons, '-' only unsupported ones, '.' none.
char Symbol(const Counts& counts);

// Ids without the parts after a slash that tell nothing apart, at least one part of each: with
// "cpython-3.11/_pickle/loads" and "cpython-3.12/_pickle/loads" that is "cpython-3.11". In the
// order of `ids`.
std::vector<std::string> ShortNames(const std::vector<std::string>& ids);

// "1,234,567".
std::string Grouped(uint64_t number);

// "1 graph", "2,000 graphs".
std::string Plural(uint64_t number, std::string_view noun);

// "90.3 s", "12 min 5 s", "3 h 7 min".
std::string Duration(double seconds);

}  // namespace pickleproof
