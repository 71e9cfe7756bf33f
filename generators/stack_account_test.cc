#include "generators/stack_account.h"

#include <gtest/gtest.h>

#include "generators/opcode_programs.h"

namespace pickleproof {
namespace {

class StackAccountTest : public testing::Test {
 protected:
  StackAccountTest() : rows_(ProgramShape{}) { stack_.Clear(); }

  bool Accepts(Opcode opcode) const {
    const OpcodeRow& row = rows_.Of(opcode);
    return stack_.Misfits(row) == 0 && stack_.AcceptsSlice(row.slice);
  }
  void Plain(Opcode opcode) { stack_.ApplyPlain(rows_.Of(opcode), rows_.Of(opcode).pushed); }
  void Slice(Opcode opcode) { stack_.ApplySlice(rows_.Of(opcode)); }

  OpcodeRows rows_;
  StackAccount stack_;
};

TEST_F(StackAccountTest, NothingBelowTheBottomIsAnOperand) {
  EXPECT_EQ(stack_.Top(), StackValue::kNothing);
  EXPECT_TRUE(Accepts(Opcode::NONE));
  for (const Opcode opcode : {Opcode::POP, Opcode::DUP, Opcode::TUPLE1, Opcode::TUPLE, Opcode::LIST,
                              Opcode::POP_MARK, Opcode::BINPUT, Opcode::STACK_GLOBAL}) {
    EXPECT_FALSE(Accepts(opcode)) << static_cast<int>(opcode);
  }
  Plain(Opcode::NONE);
  EXPECT_TRUE(Accepts(Opcode::TUPLE1));
  EXPECT_FALSE(Accepts(Opcode::TUPLE2));
  EXPECT_FALSE(Accepts(Opcode::TUPLE));
}

TEST_F(StackAccountTest, MarksAreNoOperands) {
  stack_.PushMark();
  EXPECT_FALSE(Accepts(Opcode::POP));
  EXPECT_TRUE(Accepts(Opcode::TUPLE));
  Plain(Opcode::NONE);
  EXPECT_TRUE(Accepts(Opcode::TUPLE1));
  EXPECT_FALSE(Accepts(Opcode::TUPLE2));
}

// Once the mark of a tuple was looked at too, which is not hashable, so that none was.
TEST_F(StackAccountTest, TuplesAreHashableIfTheirItemsAre) {
  stack_.PushMark();
  Plain(Opcode::NONE);
  Slice(Opcode::TUPLE);
  EXPECT_EQ(stack_.Top(), StackValue::kHashableTuple);
  Plain(Opcode::TUPLE1);
  EXPECT_EQ(stack_.Top(), StackValue::kHashableTuple);
  Plain(Opcode::EMPTY_LIST);
  Plain(Opcode::TUPLE2);
  EXPECT_EQ(stack_.Top(), StackValue::kTuple);
  stack_.PushMark();
  Plain(Opcode::EMPTY_LIST);
  Slice(Opcode::TUPLE);
  EXPECT_EQ(stack_.Top(), StackValue::kTuple);
  EXPECT_EQ(stack_.size(), 2U);
}

TEST_F(StackAccountTest, KeysMustBeHashableAndPaired) {
  Plain(Opcode::EMPTY_DICT);
  stack_.PushMark();
  Plain(Opcode::NONE);
  EXPECT_FALSE(Accepts(Opcode::SETITEMS));
  Plain(Opcode::EMPTY_LIST);
  EXPECT_TRUE(Accepts(Opcode::SETITEMS));
  EXPECT_FALSE(Accepts(Opcode::FROZENSET));
  EXPECT_FALSE(Accepts(Opcode::APPENDS));
  Slice(Opcode::SETITEMS);
  EXPECT_EQ(stack_.size(), 1U);
  EXPECT_EQ(stack_.Top(), StackValue::kDict);
  Plain(Opcode::NONE);
  Plain(Opcode::EMPTY_LIST);
  EXPECT_TRUE(Accepts(Opcode::SETITEM));
  Plain(Opcode::NONE);
  EXPECT_FALSE(Accepts(Opcode::SETITEM));
}

TEST_F(StackAccountTest, ClearingTakesATupleForEachMarkAndEachValueBelowTheFirst) {
  EXPECT_EQ(stack_.ClearingCost(), 2U);  // a value and STOP
  for (int i = 0; i < 5; ++i) Plain(Opcode::NONE);
  EXPECT_EQ(stack_.ClearingCost(), 5U);  // four tuples of two and STOP
  stack_.PushMark();
  for (int i = 0; i < 5; ++i) Plain(Opcode::NONE);
  stack_.PushMark();
  // A value on top of the mark, two tuples of what is marked, five of two, STOP.
  EXPECT_EQ(stack_.ClearingCost(), 9U);
}

TEST_F(StackAccountTest, GrowsAsDeepAsNeeded) {
  for (int i = 0; i < 100000; ++i) Plain(Opcode::NONE);
  for (int i = 0; i < 100000; ++i) stack_.PushMark();
  EXPECT_EQ(stack_.size(), 200000U);
  EXPECT_EQ(stack_.at(99999), StackValue::kLeaf);
  EXPECT_EQ(stack_.at(100000), StackValue::kMark);
}

TEST(MemoAccount, AnIndexIsOneEntry) {
  MemoAccount memo;
  memo.Set(70000, StackValue::kList);
  EXPECT_EQ(memo.size(), 1U);
  for (const uint32_t index : {0U, 255U, 256U, 70000U, 0U, 256U}) {
    memo.Set(index, StackValue::kLeaf);
  }
  EXPECT_EQ(memo.size(), 4U);
  EXPECT_EQ(memo.at(0).value, StackValue::kLeaf);
  memo.Clear();
  EXPECT_EQ(memo.size(), 0U);
  memo.Set(255, StackValue::kList);
  EXPECT_EQ(memo.at(0).index, 255U);
}

}  // namespace
}  // namespace pickleproof
