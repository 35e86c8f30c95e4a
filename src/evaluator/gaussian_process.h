// Regression by a Gaussian process (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006,
// section 2.2): from values at some points, what to expect at others and how sure to be of it.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <span>
#include <vector>

namespace tilecast {

// Values at two points whose components differ by r (root mean square) have the covariance
// deviation^2 exp(-r^2 / (2 length^2)).
struct GaussianKernel {
  double length = 1;
  double deviation = 1;
  double noise = 0.1;  // standard deviation of what is observed about the value
};

class GaussianProcess {
 public:
  // From values observed at points (rows x columns), one or more. Far from all of them the mean of the observed values
  // is expected, each weighted by what it adds to the others.
  GaussianProcess(std::size_t columns, const GaussianKernel& kernel, std::span<const float> points,
                  std::span<const double> values);

  // One entry a point.
  struct Prediction {
    std::vector<double> means;
    std::vector<double> deviations;
  };
  // Of each of the points (rows x columns) by itself.
  Prediction predict(std::span<const float> points) const;

 private:
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  Matrix to_matrix(std::span<const float> points) const;
  // Covariances of the values at the rows of a and of b.
  Matrix covariances(const Matrix& a, const Matrix& b) const;

  std::size_t columns_;
  GaussianKernel kernel_;
  Matrix known_;                        // the points observed
  Eigen::LLT<Eigen::MatrixXd> factor_;  // of their covariance, noise included
  Eigen::VectorXd weights_;             // inverse covariance times (values - offset)
  double offset_;                       // expected far away
};

}  // namespace tilecast
