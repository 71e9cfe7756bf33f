#include "harness/graph/notation_parser.h"

#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/utf8.h"
#include "harness/graph/assembly.h"
#include "harness/graph/notation_leaf.h"
#include "harness/graph/notation_lexer.h"
#include "harness/graph/notation_text.h"

namespace pickleproof {
namespace {

// What a word in front of a bracket makes of two or three values.
std::optional<How> HowFromWord(std::string_view word) {
  for (const How how : {How::kReduce, How::kNewObj, How::kNewObjEx, How::kObj, How::kInst}) {
    if (Name(how) == word) return how;
  }
  return std::nullopt;
}

// Words that stand in front of a bracket, or of a name.
bool IsBracketWord(std::string_view word) {
  return word == "set" || word == "frozenset" || word == "persid" || word == "new" ||
         HowFromWord(word).has_value();
}

std::optional<StepKind> StepFromWord(std::string_view word) {
  for (const StepKind kind : {StepKind::kBuild, StepKind::kAppend, StepKind::kSetItems,
                              StepKind::kAdd, StepKind::kCall}) {
    if (Name(kind) == word) return kind;
  }
  return std::nullopt;
}

// One run over the text with a stack of open brackets. A value is finished when no call and no step
// follows it; until then it may become the callable of a call, or get steps.
class NotationParser {
 public:
  explicit NotationParser(std::string_view text) : lex_(text) {}

  Result<Graph> Parse() {
    const std::string_view text = lex_.text();
    if (text.size() >= kNoNode) {
      return Fail(ErrorCode::kLimit, "text of 4 GiB or more is not read");
    }
    const size_t bad = Utf8ErrorOffset(text, false);
    if (bad != text.size()) {
      return Fail(ErrorCode::kSyntax, "expected UTF-8; write surrogates like \\udc80", bad);
    }
    lex_.SkipSpace();
    do {
      if (Result<void> read = Advance(); !read) return std::unexpected(std::move(read.error()));
    } while (!frames_.empty());
    if (!lex_.AtEnd()) return lex_.Expected("the end of the text after the first value");
    return assembly_.Assemble(root_);
  }

 private:
  // A value that calls and steps may still follow.
  struct Value {
    uint32_t node = kNoNode;
    uint32_t label = kNoNode;  // the node that references to its label mean, where it has one
    size_t start = 0;          // its offset
    bool reference = false;    // whether it is written #n#
  };

  // An open bracket, and what its closing makes of the values inside.
  struct Frame {
    enum class Form : uint8_t { kContainer, kCall, kParts, kStep };
    Form form;
    char close;
    bool pairs = false;         // whether `key: value` are expected
    bool value_next = false;    // of pairs: a key has been read
    bool after_comma = true;    // whether an item may start here
    Kind kind = Kind::kObject;  // of kContainer and kParts
    How how = How::kReduce;     // of kCall and kParts
    StepKind step = StepKind::kBuild;
    uint32_t exactly = 0;  // of kParts: the number of items
    Value value;           // the callable of kCall, the owner of kStep; else only label and start
    size_t first = 0;      // the items are values_ from here on
    size_t open = 0;       // where the bracket is
  };

  // Reads one start of a value with what follows it, or one closing bracket.
  Result<void> Advance() {
    if (frames_.empty()) return ReadValue();
    const Frame& frame = frames_.back();
    if (lex_.Peek() == frame.close && !frame.value_next) return Close();
    if (!frame.after_comma) {
      return lex_.Expected(fmt::format("',' or the '{}' that closes the '{}' at offset {}",
                                       frame.close, lex_.text()[frame.open], frame.open));
    }
    return ReadValue();
  }

  std::unexpected<Error> Wrong(size_t offset, std::string message) const {
    return Fail(ErrorCode::kSyntax, std::move(message), offset);
  }

  // ---- Starts of values.

  Result<void> ReadValue() {
    Value value{.start = lex_.offset()};
    if (lex_.Peek() == '#') {
      if (Result<void> read = ReadLabel(&value); !read) return read;
      if (value.reference) return Finish(value);
      if (lex_.Peek() == '#') return ReadLabeledReference(value);
    }
    const char c = lex_.Peek();
    switch (c) {
      case '\'':
      case '"': return Leaf(value, TakeTextLeaf(lex_, Kind::kStr));
      case '(': return OpenContainer(value, Kind::kTuple, ')');
      case '[': return OpenContainer(value, Kind::kList, ']');
      case '{': return OpenContainer(value, Kind::kDict, '}');
      default: break;
    }
    if (IsDigit(c) || c == '-') return Leaf(value, TakeNumberLeaf(lex_));
    const size_t start = lex_.offset();
    const std::string_view word = lex_.TakeWord();
    if (word.empty()) return lex_.Expected("a value");
    return ReadWord(value, word, start);
  }

  // #n= or #n#.
  Result<void> ReadLabel(Value* value) {
    lex_.Take('#');
    const Result<uint32_t> label = lex_.TakeUnsigned("the number of a label");
    if (!label) return std::unexpected(label.error());
    if (lex_.Take('#')) {
      const auto found = labels_.find(*label);
      if (found == labels_.end()) {
        return Wrong(value->start, fmt::format("expected a label that is set before this place; "
                                               "write #{}= in front of the value it means",
                                               *label));
      }
      value->node = found->second;
      value->reference = true;
      return {};
    }
    if (!lex_.Take('=')) return lex_.Expected("'=' to set the label, or '#' to refer to it");
    value->label = assembly_.Add({.origin = value->start});
    if (!labels_.emplace(*label, value->label).second) {
      return Wrong(value->start, fmt::format("expected a fresh label; #{} is set twice", *label));
    }
    return {};
  }

  Result<void> Atom(Value value, NodeSpec spec) {
    spec.origin = value.start;
    value.node = assembly_.Add(spec);
    lex_.SkipSpace();
    return Finish(value);
  }

  // #1=#0#(...): the label means the call.
  Result<void> ReadLabeledReference(Value value) {
    Value callable{.start = lex_.offset()};
    if (Result<void> read = ReadLabel(&callable); !read) return read;
    if (!callable.reference || lex_.Peek() != '(') {
      return Wrong(callable.start, "expected a value that has no label yet");
    }
    value.node = callable.node;
    value.reference = true;
    return Finish(value);
  }

  Result<void> Leaf(const Value& value, const Result<NodeSpec>& spec) {
    if (!spec) return std::unexpected(spec.error());
    return Atom(value, *spec);
  }

  Result<void> ReadWord(const Value& value, std::string_view word, size_t start) {
    if (!IsBracketWord(word) || lex_.AtQuote()) {
      return Leaf(value, TakeWordLeaf(lex_, word, start));
    }
    lex_.SkipSpace();
    const char next = lex_.Peek();
    if (next == '{' && word == "set") return OpenContainer(value, Kind::kSet, '}');
    if (next == '{' && word == "frozenset") return OpenContainer(value, Kind::kFrozenSet, '}');
    if (next == '(' && word == "persid") {
      return OpenParts(value, Kind::kPersistentId, How::kReduce, 1);
    }
    const std::optional<How> how = word == "new" ? How::kNewObj : HowFromWord(word);
    if (!how) return lex_.Expected("'(' or '{' after this word");
    if (next == '(' && word != "new") {
      return OpenParts(value, Kind::kObject, *how, *how == How::kNewObjEx ? 3 : 2);
    }
    if (word != "new" && word != "obj" && word != "inst") {
      return lex_.Expected("'(' and callable, args");
    }
    return ReadPrefixed(value, *how);
  }

  // new NAME(...), obj NAME(...), inst NAME(...); the word has been taken.
  Result<void> ReadPrefixed(const Value& value, How how) {
    Value callable{.start = lex_.offset()};
    if (lex_.Peek() == '#') {
      if (Result<void> read = ReadLabel(&callable); !read) return read;
      if (!callable.reference) {
        return Wrong(callable.start,
                     "expected a name; a callable that gets a label goes into "
                     "newobj(callable, args), obj(...) or inst(...)");
      }
    } else {
      const std::string_view word = lex_.TakeWord();
      if (word.empty()) return lex_.Expected("the name of a class");
      Result<NodeSpec> spec = TakeNameLeaf(lex_, word, callable.start);
      if (!spec) return std::unexpected(spec.error());
      spec->origin = callable.start;
      callable.node = assembly_.Add(*spec);
    }
    if (lex_.Peek() != '(') return lex_.Expected("'(' and the args");
    callable.label = value.label;
    callable.start = value.start;
    return Open({.form = Frame::Form::kCall, .close = ')', .how = how, .value = callable});
  }

  // ---- Brackets.

  Result<void> Open(Frame frame) {
    frame.first = values_.size();
    frame.open = lex_.offset();
    lex_.Take(lex_.Peek());
    frames_.push_back(frame);
    return {};
  }

  Result<void> OpenContainer(const Value& value, Kind kind, char close) {
    return Open({.form = Frame::Form::kContainer,
                 .close = close,
                 .pairs = kind == Kind::kDict,
                 .kind = kind,
                 .value = value});
  }

  Result<void> OpenParts(const Value& value, Kind kind, How how, uint32_t exactly) {
    return Open({.form = Frame::Form::kParts,
                 .close = ')',
                 .kind = kind,
                 .how = how,
                 .exactly = exactly,
                 .value = value});
  }

  Result<void> Close() {
    const Frame frame = frames_.back();
    const auto items = std::span<const uint32_t>(values_).subspan(frame.first);
    Value value = frame.value;
    switch (frame.form) {
      case Frame::Form::kContainer:
        if (frame.kind == Kind::kTuple && items.size() == 1 && !frame.after_comma) {
          return lex_.Expected("',': a tuple of one is written (x,)");
        }
        value.node = assembly_.Add({.kind = frame.kind, .origin = value.start});
        assembly_.SetParts(value.node, items);
        break;
      case Frame::Form::kCall: {
        const uint32_t args = assembly_.Add({.kind = Kind::kTuple, .origin = frame.open});
        assembly_.SetParts(args, items);
        const uint32_t parts[] = {value.node, args};
        value.node =
            assembly_.Add({.kind = Kind::kObject, .how = frame.how, .origin = value.start});
        assembly_.SetParts(value.node, parts);
        break;
      }
      case Frame::Form::kParts:
        if (items.size() != frame.exactly) {
          return lex_.Expected(frame.exactly == 1   ? "one value"
                               : frame.exactly == 2 ? "two values: callable, args"
                                                    : "three values: callable, args, kwargs");
        }
        value.node = assembly_.Add({.kind = frame.kind, .how = frame.how, .origin = value.start});
        assembly_.SetParts(value.node, items);
        break;
      case Frame::Form::kStep: {
        const bool single = frame.step == StepKind::kBuild || frame.step == StepKind::kCall;
        if (single && items.size() != 1) return lex_.Expected("exactly one value in this step");
        if (items.empty()) return lex_.Expected("a value; a step without items does nothing");
        assembly_.AddStep(value.node, frame.step, items);
        break;
      }
    }
    lex_.Take(frame.close);
    values_.resize(frame.first);
    frames_.pop_back();
    value.reference = false;
    return Finish(value);
  }

  // ---- Ends of values.

  // Looks for a call or a step after a value; without one, puts it where it belongs.
  Result<void> Finish(const Value& value) {
    const bool inert = value.reference || IsInert(assembly_.spec(value.node).kind);
    if (lex_.Peek() == '(') {
      if (!inert) {
        return lex_.Expected("no call here; to call this, write reduce(callable, args)");
      }
      Frame call{.form = Frame::Form::kCall, .close = ')', .value = value};
      return Open(call);
    }
    if (lex_.Peek() == '.') return OpenStep(value, inert);
    return Deliver(value);
  }

  Result<void> OpenStep(const Value& value, bool inert) {
    if (value.reference) {
      return lex_.Expected("no step here; steps go where the label is set");
    }
    if (!inert) {
      return lex_.Expected("no step here; only names, calls and persistent ids have steps");
    }
    lex_.Take('.');
    const size_t start = lex_.offset();
    const std::optional<StepKind> kind = StepFromWord(lex_.TakeWord());
    lex_.SkipSpace();
    if (!kind || lex_.Peek() != '(') {
      return Wrong(start, "expected build(...), append(...), setitems(...), add(...) or call(...)");
    }
    return Open({.form = Frame::Form::kStep,
                 .close = ')',
                 .pairs = *kind == StepKind::kSetItems,
                 .step = *kind,
                 .value = value});
  }

  Result<void> Deliver(Value value) {
    if (value.label != kNoNode) {
      if (!CarriesIdentity(assembly_.spec(value.node).kind)) {
        return Wrong(value.start, "expected no label: None, bools and numbers carry no identity");
      }
      assembly_.Move(value.node, value.label);
      value.node = value.label;
    }
    if (frames_.empty()) {
      root_ = value.node;
      return {};
    }
    values_.push_back(value.node);
    Frame& frame = frames_.back();
    frame.after_comma = false;
    if (frame.pairs && !frame.value_next) {
      if (!lex_.Take(':')) return lex_.Expected("':' and the value of this key");
      frame.value_next = true;
      frame.after_comma = true;
      return {};
    }
    frame.value_next = false;
    if (lex_.Take(',')) frame.after_comma = true;
    return {};
  }

  NotationLexer lex_;
  Assembly assembly_{Assembly::NameBy::kOrigin};
  std::unordered_map<uint32_t, uint32_t> labels_;  // number to node
  std::vector<uint32_t> values_;                   // items of all open brackets
  std::vector<Frame> frames_;
  uint32_t root_ = 0;
};

}  // namespace

Result<Graph> ParseNotation(std::string_view text) { return NotationParser(text).Parse(); }

}  // namespace pickleproof
