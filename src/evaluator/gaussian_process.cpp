#include "evaluator/gaussian_process.h"

#include <algorithm>
#include <cmath>

namespace tilecast {

GaussianProcess::GaussianProcess(std::size_t columns, const GaussianKernel& kernel, std::span<const float> points,
                                 std::span<const double> values)
    : columns_(columns), kernel_(kernel), known_(to_matrix(points)) {
  const auto count = static_cast<Eigen::Index>(values.size());
  Eigen::MatrixXd observed = covariances(known_, known_);
  observed.diagonal().array() += kernel.noise * kernel.noise;
  factor_.compute(observed);
  const Eigen::Map<const Eigen::VectorXd> y(values.data(), count);
  // The mean by generalised least squares: near points count as one.
  const Eigen::VectorXd pull = factor_.solve(Eigen::VectorXd::Ones(count));
  offset_ = pull.dot(y) / pull.sum();
  weights_ = factor_.solve(y - Eigen::VectorXd::Constant(count, offset_));
}

GaussianProcess::Matrix GaussianProcess::to_matrix(std::span<const float> points) const {
  const auto columns = static_cast<Eigen::Index>(columns_);
  const auto rows = static_cast<Eigen::Index>(points.size()) / columns;
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const Floats>(points.data(), rows, columns).cast<double>();
}

GaussianProcess::Matrix GaussianProcess::covariances(const Matrix& a, const Matrix& b) const {
  Matrix result = -2 * a * b.transpose();
  result.colwise() += a.rowwise().squaredNorm();
  result.rowwise() += b.rowwise().squaredNorm().transpose();
  const double scale = -0.5 / (kernel_.length * kernel_.length * static_cast<double>(columns_));
  // Rounding may leave a distance below zero.
  return kernel_.deviation * kernel_.deviation * (result.array().max(0) * scale).exp().matrix();
}

GaussianProcess::Prediction GaussianProcess::predict(std::span<const float> points) const {
  const Eigen::MatrixXd shared = covariances(known_, to_matrix(points));
  const Eigen::VectorXd known = shared.transpose() * weights_;
  const Eigen::VectorXd gained = factor_.matrixL().solve(shared).colwise().squaredNorm();
  Prediction result;
  for (Eigen::Index i = 0; i < shared.cols(); ++i) {
    const double left = kernel_.deviation * kernel_.deviation - gained[i];
    result.means.push_back(offset_ + known[i]);
    result.deviations.push_back(std::sqrt(std::max(left, 0.0)));
  }
  return result;
}

}  // namespace tilecast
