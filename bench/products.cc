// Times the products of one token of GPT-2 355M with packed weights in a mapped
// file. All are timed in turn, round by round, so that a busy moment of the
// machine meets them alike.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "bench/commands.h"
#include "bench/limit_loops.h"
#include "nn/packed_linear.h"

namespace artspeak::bench {
namespace {

constexpr int64_t kWidth = 1024, kLayers = 24, kVocabulary = 50257;
constexpr int kBatches[] = {1, 5, 8, 16, 32};

std::vector<nn::PackedMatrix> Shapes(nn::PackedFormat format) {
  std::vector<nn::PackedMatrix> matrices;
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    matrices.push_back({format, kWidth, 3 * kWidth});
    matrices.push_back({format, kWidth, kWidth});
    matrices.push_back({format, kWidth, 4 * kWidth});
    matrices.push_back({format, 4 * kWidth, kWidth});
  }
  matrices.push_back(
      {format == nn::PackedFormat::kInt4 ? nn::PackedFormat::kInt8 : format,
       kWidth, kVocabulary});
  return matrices;
}

// A file of random weights, which vanishes at the end.
class WeightFile {
 public:
  explicit WeightFile(nn::PackedFormat format)
      : path_(std::filesystem::temp_directory_path() /
              "artspeak-product-rounds") {
    base::RandomStream random(1);
    std::vector<float> weights(4 * kWidth * kWidth);
    for (float& weight : weights) {
      weight = static_cast<float>(0.02 * random.Normal());
    }
    base::AtomicFile file(path_);
    std::vector<std::byte> packed;
    for (const nn::PackedMatrix& matrix : Shapes(format)) {
      packed.resize(static_cast<size_t>(matrix.bytes()));
      // The head takes its outputs' weights from a few of them again.
      nn::Pack(matrix, weights.data(), 1, matrix.N > 4 * kWidth ? 64 : matrix.K,
               0, matrix.panels(), packed.data());
      file.Write(packed.data(), packed.size());
    }
    file.Commit();
    map_ = base::MappedFile(path_);
    const std::byte* at = map_.bytes().data();
    for (nn::PackedMatrix matrix : Shapes(format)) {
      matrix.data = at;
      at += matrix.bytes();
      matrices_.push_back(matrix);
    }
  }
  ~WeightFile() { std::filesystem::remove(path_); }

  std::span<const std::byte> bytes() const { return map_.bytes(); }
  const std::vector<nn::PackedMatrix>& matrices() const { return matrices_; }

 private:
  std::filesystem::path path_;
  base::MappedFile map_;
  std::vector<nn::PackedMatrix> matrices_;
};

// What the memory can give: every thread reads its shares and nothing else.
uint64_t ReadShared(base::ThreadPool& pool, std::span<const std::byte> bytes) {
  constexpr int64_t kShare = 1 << 20;
  std::atomic<uint64_t> all = 0;
  pool.For(static_cast<int64_t>(bytes.size()), kShare,
           [&](int64_t begin, int64_t end) {
             all ^= ReadAll(bytes.subspan(static_cast<size_t>(begin),
                                          static_cast<size_t>(end - begin)));
           });
  return all;
}

double Milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - start)
      .count();
}

struct Series {
  std::string name;
  double operations = 0;
  std::function<void()> work;
  std::vector<double> milliseconds = {};
};

}  // namespace

void RunProducts(nn::PackedFormat format, int rounds) {
  const WeightFile file(format);
  base::ThreadPool pool;
  base::RandomStream random(2);
  std::vector<float> x(32 * 4 * kWidth), y(32 * kVocabulary);
  for (float& number : x) number = static_cast<float>(random.Normal());
  nn::PackedLinear linear;
  uint64_t seen = 0;

  std::vector<Series> series;
  series.push_back(
      {"read alone", 0, [&] { seen ^= ReadShared(pool, file.bytes()); }});
  double weights = 0;
  for (const nn::PackedMatrix& matrix : file.matrices()) {
    weights += static_cast<double>(matrix.K * matrix.N);
  }
  for (const int batch : kBatches) {
    series.push_back(
        {fmt::format("{:2} rows", batch), 2 * weights * batch, [&, batch] {
           for (const nn::PackedMatrix& matrix : file.matrices()) {
             linear.Forward(pool, y.data(), x.data(), batch, matrix, nullptr);
           }
         }});
  }
  for (int round = 0; round < rounds; ++round) {
    for (Series& one : series)
      one.milliseconds.push_back(Milliseconds(one.work));
  }
  const double gigabytes = static_cast<double>(file.bytes().size()) / 1e9;
  fmt::print("{:.0f} MB of weights in a mapped file, {} threads, {} rounds{}\n",
             gigabytes * 1e3, pool.threads(), rounds, seen == 1 ? " " : "");
  fmt::print("{:<12}{:>10}{:>10}{:>10}{:>10}{:>10}{:>14}\n", "", "median ms",
             "least", "most", "GB/s", "GOP/s", "share of read");
  double limit = 0;
  for (Series& one : series) {
    std::sort(one.milliseconds.begin(), one.milliseconds.end());
    const double median = one.milliseconds[one.milliseconds.size() / 2];
    if (limit == 0) limit = median;
    fmt::print(
        "{:<12}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.1f}{:>10.0f}{:>13.0f}%\n",
        one.name, median, one.milliseconds.front(), one.milliseconds.back(),
        gigabytes / median * 1e3, one.operations / median / 1e6,
        100 * limit / median);
  }
}

}  // namespace artspeak::bench
