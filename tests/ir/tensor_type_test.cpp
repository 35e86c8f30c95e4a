#include "ir/tensor_type.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tilecast {
namespace {

constexpr DataType kAll[] = {DataType::kFloat32, DataType::kInt64, DataType::kInt32,  DataType::kUInt8,
                             DataType::kInt8,    DataType::kBool,  DataType::kFloat64};

TEST(DataTypes, NamesAreReadBack) {
  for (const DataType type : kAll) EXPECT_EQ(parse_data_type(data_type_name(type)), type);
  EXPECT_EQ(data_type_name(DataType::kFloat32), "float32");
  EXPECT_EQ(parse_data_type("float16"), std::nullopt);
  EXPECT_EQ(parse_data_type(""), std::nullopt);
}

TEST(DataTypes, Sizes) {
  EXPECT_EQ(data_type_size(DataType::kFloat64), 8);
  EXPECT_EQ(data_type_size(DataType::kInt64), 8);
  EXPECT_EQ(data_type_size(DataType::kFloat32), 4);
  EXPECT_EQ(data_type_size(DataType::kInt32), 4);
  for (const DataType type : {DataType::kUInt8, DataType::kInt8, DataType::kBool}) {
    EXPECT_EQ(data_type_size(type), 1);
    EXPECT_FALSE(is_float(type));
  }
  EXPECT_TRUE(is_float(DataType::kFloat32));
  EXPECT_TRUE(is_float(DataType::kFloat64));
}

TEST(Shapes, ScalarsHaveOneElement) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3}), 6);
  EXPECT_EQ(element_count({2, 0}), 0);
  EXPECT_EQ(shape_to_string({}), "scalar");
  EXPECT_EQ(shape_to_string({1, 224, 3}), "1x224x3");
  EXPECT_EQ((TensorType{DataType::kInt64, {2, 3}}.bytes()), 48);
}

template <class T>
std::vector<double> numbers(DataType type, const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return to_numbers(type, bytes);
}

TEST(Numbers, OfEveryType) {
  EXPECT_EQ(numbers<float>(DataType::kFloat32, {-1.5F, 2}), (std::vector<double>{-1.5, 2}));
  EXPECT_EQ(numbers<double>(DataType::kFloat64, {1e300}), std::vector<double>{1e300});
  EXPECT_EQ(numbers<std::int64_t>(DataType::kInt64, {-(std::int64_t{1} << 40)}), std::vector<double>{-1099511627776.0});
  EXPECT_EQ(numbers<std::int32_t>(DataType::kInt32, {-7}), std::vector<double>{-7});
  EXPECT_EQ(numbers<std::uint8_t>(DataType::kUInt8, {255}), std::vector<double>{255});
  EXPECT_EQ(numbers<std::int8_t>(DataType::kInt8, {-1}), std::vector<double>{-1});
  EXPECT_EQ(numbers<std::uint8_t>(DataType::kBool, {0, 1}), (std::vector<double>{0, 1}));
}

}  // namespace
}  // namespace tilecast
