#pragma once
// The tables of the history and how older files become newer ones. SCHEMA.md says what they mean,
// and a test holds the two together.

#include <cstdint>
#include <span>
#include <string_view>

#include "harness/base/error.h"
#include "harness/history/database.h"

namespace pickleproof {

// The script at i makes version i + 1 of version i; version 0 is an empty file.
std::span<const std::string_view> Migrations();
inline int64_t SchemaVersion() { return static_cast<int64_t>(Migrations().size()); }

// Brings the file to version `target`, each step in a transaction of its own. kUsage where the file
// is newer than this program.
Result<void> Migrate(Database& database, int64_t target = SchemaVersion());

}  // namespace pickleproof
