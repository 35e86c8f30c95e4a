#include "base/hash.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

// Keys in records depend on these numbers: they must never change.
TEST(StableHash, IsFrozen) {
  EXPECT_EQ(hash_to_hex(stable_hash("")), "efd01f60ba992926");
  EXPECT_EQ(hash_to_hex(stable_hash("tilecast")), "9af08269a3159253");
}

TEST(StableHash, PiecesEqualTheWhole) {
  StableHash pieces;
  pieces.add_bytes("tile");
  pieces.add_bytes("cast");
  EXPECT_EQ(pieces.finish(), stable_hash("tilecast"));
}

TEST(StableHash, IntegersAreLittleEndianBytes) {
  StableHash number;
  number.add_int(0x0102030405060708ULL);
  EXPECT_EQ(number.finish(), stable_hash("\x08\x07\x06\x05\x04\x03\x02\x01"));
}

TEST(StableHash, HexKeepsLeadingZeros) {
  EXPECT_EQ(hash_to_hex(0xab), "00000000000000ab");
}

}  // namespace
}  // namespace tilecast
