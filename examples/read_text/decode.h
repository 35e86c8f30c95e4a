// From the recognition's classes to text.
#pragma once

#include <span>
#include <string>
#include <vector>

struct Reading {
  std::string text;
  double confidence = 0;  // mean over the characters
};

// The text of probabilities [steps, classes]: the likeliest class of each step, without what is repeated and without
// class 0, the blank between characters. Class c is characters[c - 1].
Reading decode(std::span<const float> probabilities, const std::vector<std::string>& characters);
