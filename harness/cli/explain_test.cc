// explain as people run it: objects of all kinds, and what can be wrong with the question.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/cli/run_program.h"

namespace pickleproof {
namespace {

using nlohmann::json;

constexpr std::string_view kJobs = R"(import os, threading, time

def make():
    lock = threading.Lock()
    def worker(x):
        with lock:
            return x
    return worker

def work(x):
    return x + 1

class Job:
    def __init__(self, callback):
        self.me = self
        self.callbacks = {'x': callback}

class Raises:
    def __reduce__(self):
        raise ValueError('no way')

class Leaves:
    def __reduce__(self):
        os._exit(7)

class Waits:
    def __reduce__(self):
        time.sleep(1000)

class Fresh:
    def __reduce__(self):
        return list, ((threading.Lock(),),)

worker = make()
job = Job(worker)
made = [Fresh()]
)";

// What explain says of one pickler at one protocol.
class Answers {
 public:
  explicit Answers(const Ran& ran) : ran_(ran) {
    for (const std::string& line : Lines(ran.out)) {
      const json answer = json::parse(line);
      if (answer.contains("unavailable")) {
        unavailable_[answer["pickler"]] = answer["unavailable"];
        continue;
      }
      for (const int protocol : answer["protocols"]) {
        at_[{answer["pickler"], protocol}] = answer;
      }
    }
  }

  // An empty object where there is no answer.
  json At(const std::string& pickler, int protocol = 5) const {
    const auto found = at_.find({pickler, protocol});
    if (found != at_.end()) return found->second;
    ADD_FAILURE() << pickler << " at " << protocol << " in " << ran_.out << ran_.err;
    return json::object();
  }
  std::string Failing(const std::string& pickler, int protocol = 5) const {
    const json failure = At(pickler, protocol).value("failure", json::object());
    return failure.value("path", "") + ": " + failure.value("leaf", "");
  }
  bool Loads(const std::string& pickler, int protocol = 5) const {
    return At(pickler, protocol).value("loads", false);
  }
  std::string Treatment(const std::string& pickler, int protocol = 5) const {
    return At(pickler, protocol).value("treatment", "");
  }
  int status() const { return ran_.status; }
  size_t size() const { return at_.size(); }
  const std::map<std::string, std::string>& unavailable() const { return unavailable_; }
  // Libraries may be missing on this machine.
  bool Has(const std::string& pickler) const { return at_.contains({pickler, 5}); }

 private:
  Ran ran_;
  std::map<std::pair<std::string, int>, json> at_;
  std::map<std::string, std::string> unavailable_;
};

Answers Explain(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"explain", "--json"});
  return Answers(RunProgram(arguments));
}

class Explaining : public testing::Test {
 protected:
  std::string Of(const std::string& name) { return folder_.Write("jobs.py", kJobs) + ":" + name; }
  ScratchFolder folder_;
};

TEST_F(Explaining, EveryPicklerIsAskedAtEveryProtocol) {
  const Answers answers = Explain({"-c", "[1, 2]"});
  EXPECT_EQ(answers.size() + 6 * answers.unavailable().size(), 8U * 6U);
  EXPECT_EQ(answers.status(), 0);
  EXPECT_TRUE(answers.Loads("_pickle", 0));
  EXPECT_TRUE(answers.Loads("pickle.py"));
}

TEST_F(Explaining, ALambdaTravelsByValueOrNotAtAll) {
  const Answers answers = Explain({"-c", "lambda x: x"});
  EXPECT_EQ(answers.Failing("_pickle"), "obj: function __main__.<lambda>");
  if (!answers.Has("cloudpickle")) GTEST_SKIP() << "no cloudpickle";
  EXPECT_EQ(answers.status(), 0);
  const json by_value = answers.At("cloudpickle");
  EXPECT_EQ(by_value["treatment"], "value");
  EXPECT_EQ(by_value["by_value"]["functions"], json({"<lambda>"}));
  EXPECT_EQ(by_value["needs"]["modules"]["cloudpickle"]["kind"], "distribution");
  EXPECT_NE(by_value["needs"]["python"], "");
  EXPECT_EQ(by_value["loaded"], "function __main__.<lambda>");
}

TEST_F(Explaining, ALockInAClosureIsNamedByItsPath) {
  const Answers answers = Explain({Of("job")});
  EXPECT_EQ(answers.Failing("_pickle"), "job.callbacks['x']: function jobs.make.<locals>.worker");
  EXPECT_EQ(answers.Failing("pickle.py"), answers.Failing("_pickle"));
  if (!answers.Has("cloudpickle")) GTEST_SKIP() << "no cloudpickle";
  for (int protocol = 2; protocol <= 5; ++protocol) {
    EXPECT_EQ(answers.Failing("cloudpickle", protocol),
              "job.callbacks['x'].__closure__[0].cell_contents: _thread.lock object");
  }
  EXPECT_EQ(answers.At("cloudpickle")["failure"]["error"],
            "TypeError: cannot pickle '_thread.lock' object");
}

TEST_F(Explaining, WhatAReductionMakesAnewIsFoundToo) {
  EXPECT_EQ(Explain({Of("made")}).Failing("_pickle"),
            "made[0].__reduce_ex__(5)[1][0][0]: _thread.lock object");
}

TEST_F(Explaining, AnImportedFunctionIsAReferenceThatNeedsItsModule) {
  const Answers answers = Explain({Of("work")});
  EXPECT_EQ(answers.status(), 1) << "nothing loads without jobs.py";
  const json reference = answers.At("_pickle");
  EXPECT_EQ(reference["treatment"], "reference");
  EXPECT_EQ(reference["by_reference"], json({"jobs.work"}));
  EXPECT_EQ(reference["needs"]["modules"]["jobs"]["kind"], "source");
  EXPECT_EQ(reference["load_failure"]["error"], "ModuleNotFoundError: No module named 'jobs'");
  const Answers of_python = Explain({"-c", "import os.path; os.path.join"});
  EXPECT_EQ(of_python.Treatment("_pickle", 0), "reference");
  EXPECT_TRUE(of_python.Loads("_pickle", 0));
}

TEST_F(Explaining, AClassOfTheScriptIsByValueForCloudpickleOnly) {
  const Answers answers = Explain({"--main", Of("Job")});
  EXPECT_EQ(answers.Treatment("_pickle"), "reference");
  EXPECT_FALSE(answers.Loads("_pickle"));
  if (!answers.Has("cloudpickle")) GTEST_SKIP() << "no cloudpickle";
  EXPECT_EQ(answers.At("cloudpickle")["by_value"]["classes"], json({"Job"}));
  EXPECT_TRUE(answers.Loads("cloudpickle"));
  EXPECT_EQ(answers.status(), 0);
}

TEST_F(Explaining, ARecursiveStructureComesBack) {
  const Answers answers = Explain({"-c", "x = {}; x['me'] = [x]; x"});
  for (int protocol = 0; protocol <= 5; ++protocol) {
    EXPECT_TRUE(answers.Loads("_pickle", protocol));
    EXPECT_TRUE(answers.Loads("pickle.py", protocol));
  }
}

TEST_F(Explaining, DeepNestingIsNoCrash) {
  const Answers answers =
      Explain({"-c", "x = []", "-c", "for _ in range(100000): x = [x]", "-c", "x"});
  const json failure = answers.At("_pickle")["failure"];
  EXPECT_NE(failure.value("error", "").find("RecursionError"), std::string::npos) << failure;
  EXPECT_EQ(failure.value("leaf", ""), "list object");
  EXPECT_GT(failure.value("levels", 0), 100);
  EXPECT_TRUE(failure.value("path", "").starts_with("obj([0] x ")) << failure;
  if (answers.Has("pickleproof")) EXPECT_TRUE(answers.Loads("pickleproof"));
}

TEST_F(Explaining, AGeneratorIsForNobody) {
  const Answers answers = Explain({"-c", "(i for i in range(3))"});
  EXPECT_EQ(answers.status(), 1);
  EXPECT_EQ(answers.Failing("_pickle", 2), "obj: generator object");
  if (answers.Has("dill")) EXPECT_EQ(answers.Failing("dill"), "obj: generator object");
}

TEST_F(Explaining, AReductionThatRaisesIsTheLeaf) {
  const Answers answers = Explain({Of("{'a': [Raises()]}")});
  EXPECT_EQ(answers.Failing("_pickle"), "obj['a'][0]: jobs.Raises object");
  EXPECT_EQ(answers.At("pickle.py")["failure"]["error"], "ValueError: no way");
}

TEST_F(Explaining, WhatEndsTheProcessIsFound) {
  const Answers answers = Explain({Of("[1, work, {'k': Leaves()}]")});
  EXPECT_EQ(answers.Failing("_pickle"), "obj[2]['k']: jobs.Leaves object");
  EXPECT_EQ(answers.At("_pickle")["failure"]["how"], "ends the process");
  EXPECT_EQ(answers.status(), 1);
}

TEST_F(Explaining, WhatHangsIsFound) {
  const Answers answers = Explain({"--timeout", "2", Of("[work, Waits()]")});
  EXPECT_EQ(answers.Failing("pickle.py"), "obj[1]: jobs.Waits object");
  EXPECT_EQ(answers.At("pickle.py")["failure"]["how"], "hangs");
}

TEST_F(Explaining, ModulesWithNamesOfThisProjectAreTheUsersOwn) {
  folder_.Write("live.py", "def f(): pass\n");
  const std::string file = folder_.Write("explain.py", "import live\nf = live.f\n");
  const Answers answers = Explain({file + ":f"});
  EXPECT_EQ(answers.At("_pickle")["by_reference"], json({"live.f"}));
}

TEST_F(Explaining, AFileOfAPackageIsImportedByItsFullName) {
  folder_.Write("shop/__init__.py", "");
  folder_.Write("shop/rates.py", "vat = 7\n");
  const std::string file =
      folder_.Write("shop/cart.py", "from .rates import vat\nclass Cart: pass\n");
  EXPECT_EQ(Explain({file + ":Cart"}).At("_pickle")["by_reference"], json({"shop.cart.Cart"}));
}

TEST_F(Explaining, TheTextSaysItOnALine) {
  const Ran ran = RunProgram({"explain", Of("worker")});
  for (const std::string part :
       {"worker of jobs.py: function jobs.make.<locals>.worker; Python 3.",
        "Why it can't be written", "worker: function jobs.make.<locals>.worker\n"}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << " in\n" << ran.out << ran.err;
  }
  const std::vector<std::string> lines = Lines(ran.out);
  EXPECT_TRUE(std::ranges::any_of(lines, [](const std::string& line) {
    return line.starts_with("_pickle ") && line.find(" 0-5 ") != std::string::npos;
  })) << ran.out;
  EXPECT_LT(lines.size(), 50U);
}

TEST_F(Explaining, WrongQuestionsGetALine) {
  const auto refuse = [](std::vector<std::string> arguments, const std::string& says) {
    arguments.insert(arguments.begin(), "explain");
    const Ran ran = RunProgram(arguments);
    EXPECT_EQ(ran.status, 2) << says << ran.out;
    EXPECT_EQ(Lines(ran.err).size(), 1U) << ran.err;
    EXPECT_NE(ran.err.find(says), std::string::npos) << ran.err;
  };
  refuse({Of("wrok")}, "jobs.py has no 'wrok'; there is work, worker");
  refuse({Of("job.callback")}, "job in jobs.py has no 'callback'; there is callbacks");
  refuse({Of("1 +")}, "SyntaxError");
  refuse({folder_.Write("bad.py", "x = 1\ny = = 2\n") + ":x"}, "bad.py:2: SyntaxError");
  refuse({folder_.Write("raises.py", "x = 1\n\nimport not_there\n") + ":x"},
         "raises.py:3 raises ModuleNotFoundError: No module named 'not_there'");
  refuse({"--timeout", "1", folder_.Write("slow.py", "import time\ntime.sleep(60)\n") + ":x"},
         "slow.py is not done after 1 seconds");
  refuse({folder_.Write("exits.py", "import os\nos._exit(0)\n") + ":x"},
         "exits.py ends the process");
  refuse({folder_.Write("json.py", "x = 1\n") + ":x"}, "Python's own module json");
  refuse({folder_.Write("my.jobs.py", "x = 1\n") + ":x"}, "add --main");
  refuse({"-c", "x = 1"}, "the last statement must be an expression");
  refuse({"-c", "1 +"}, "-c:1: SyntaxError");
  refuse({"-c", "1/0"}, "-c:1 raises ZeroDivisionError");
}

}  // namespace
}  // namespace pickleproof
