#pragma once
// SQLite's C API in one class: a file, statements with values, rows. Knows nothing of what is kept
// in it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/error.h"

struct sqlite3;

namespace pickleproof {

using SqlValue = std::variant<std::monostate, int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

class Database {
 public:
  // Opens or makes the file, with a write-ahead log, so that readers don't wait for a writer and a
  // process that is killed leaves every finished transaction behind. kIo where that can't be.
  static Result<Database> Open(const std::string& path);

  // One statement with values for its question marks. kForeign with SQLite's message.
  Result<std::vector<SqlRow>> Query(std::string_view sql, const std::vector<SqlValue>& values = {});
  // The same where no row is expected.
  Result<void> Run(std::string_view sql, const std::vector<SqlValue>& values = {});
  // Any number of statements without values.
  Result<void> RunScript(const std::string& sql);

  int64_t LastRowId() const;
  // Rows that the last statement changed.
  int64_t Changes() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Error LastError(std::string_view what) const;

  std::unique_ptr<sqlite3, Close> handle_;
};

// A transaction; what is not committed when it goes away has not happened.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Result<void> Commit();

 private:
  Database& database_;
  Result<void> begun_;
  bool open_ = false;
};

// Of a value that is of this type; 0, "" otherwise.
int64_t AsInt(const SqlValue& value);
double AsReal(const SqlValue& value);
std::string AsText(const SqlValue& value);

}  // namespace pickleproof
