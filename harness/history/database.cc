#include "harness/history/database.h"

#include <sqlite3.h>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr int kBusyMilliseconds = 10000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int Bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, index, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

SqlValue Column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return static_cast<int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_NULL: return std::monostate();
    default: {
      const auto* text = static_cast<const char*>(sqlite3_column_blob(statement, index));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, index));
      return text == nullptr ? std::string() : std::string(text, size);
    }
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Database> Database::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(handle);
  if (opened != SQLITE_OK) {
    const Error error = database.LastError(path + " can't be opened");
    return Fail(ErrorCode::kIo, error.message);
  }
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  const auto ready = database.RunScript(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
  if (!ready) return Fail(ErrorCode::kIo, path + ": " + ready.error().message);
  return database;
}

Error Database::LastError(std::string_view what) const {
  const char* message = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_.get());
  return Error{ErrorCode::kForeign, kNoOffset, fmt::format("{}: {}", what, message)};
}

Result<std::vector<SqlRow>> Database::Query(std::string_view sql,
                                            const std::vector<SqlValue>& values) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr) !=
      SQLITE_OK) {
    return std::unexpected(LastError(sql));
  }
  const Statement statement(raw);
  for (size_t i = 0; i < values.size(); ++i) {
    if (Bind(raw, static_cast<int>(i) + 1, values[i]) != SQLITE_OK) {
      return std::unexpected(LastError(sql));
    }
  }
  std::vector<SqlRow> rows;
  int stepped = sqlite3_step(raw);
  for (; stepped == SQLITE_ROW; stepped = sqlite3_step(raw)) {
    SqlRow& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(Column(raw, i));
  }
  if (stepped != SQLITE_DONE) return std::unexpected(LastError(sql));
  return rows;
}

Result<void> Database::Run(std::string_view sql, const std::vector<SqlValue>& values) {
  auto rows = Query(sql, values);
  if (!rows) return std::unexpected(rows.error());
  return {};
}

Result<void> Database::RunScript(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(LastError(sql));
  }
  return {};
}

int64_t Database::LastRowId() const { return sqlite3_last_insert_rowid(handle_.get()); }

int64_t Database::Changes() const { return sqlite3_changes(handle_.get()); }

Transaction::Transaction(Database& database)
    : database_(database), begun_(database.Run("BEGIN IMMEDIATE")), open_(begun_.has_value()) {}

Transaction::~Transaction() {
  if (open_) static_cast<void>(database_.Run("ROLLBACK"));
}

Result<void> Transaction::Commit() {
  if (!begun_) return begun_;
  open_ = false;
  return database_.Run("COMMIT");
}

int64_t AsInt(const SqlValue& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

double AsReal(const SqlValue& value) {
  const auto* real = std::get_if<double>(&value);
  return real == nullptr ? static_cast<double>(AsInt(value)) : *real;
}

std::string AsText(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

}  // namespace pickleproof
