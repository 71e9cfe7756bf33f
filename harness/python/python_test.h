#pragma once
// What the tests of this room share: one interpreter per test process, and the six engines.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/graph/notation.h"
#include "harness/pickle/assembler.h"
#include "harness/python/engines.h"

namespace pickleproof {

class PythonTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = Interpreter::Start({.largest_allocation = size_t{64} << 20});
    ASSERT_TRUE(started) << ToString(started.error());
    interpreter = std::move(*started).release();
    engines = new std::vector<std::unique_ptr<Engine>>(MakeCPythonEngines(*interpreter));
  }
  static void TearDownTestSuite() {
    delete engines;
    delete interpreter;
    engines = nullptr;
    interpreter = nullptr;
  }

  static std::string Assembled(std::string_view assembly) {
    const auto bytes = Assemble(assembly);
    EXPECT_TRUE(bytes) << ToString(bytes.error()) << "\n" << assembly;
    return bytes.value_or("");
  }

  // The graph in notation, or the verdict and the exception's name.
  static std::string Meaning(const Outcome& outcome) {
    if (outcome.verdict == Verdict::kAccept) return ToNotation(outcome.graph);
    return std::string(Name(outcome.verdict)) + " " +
           (outcome.error ? outcome.error->exception + ": " + outcome.error->message : "");
  }

  static std::string TraceText(const Outcome& outcome) {
    std::string text;
    for (const TraceEvent& event : outcome.trace) {
      if (!text.empty()) text += ", ";
      text += Name(event.kind);
      if (!event.target.empty()) text += " " + event.target;
    }
    return text;
  }

  static Interpreter* interpreter;
  static std::vector<std::unique_ptr<Engine>>* engines;
};

inline Interpreter* PythonTest::interpreter = nullptr;
inline std::vector<std::unique_ptr<Engine>>* PythonTest::engines = nullptr;

}  // namespace pickleproof
