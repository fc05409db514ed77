// Memory for numbers: zeroed, aligned, on large pages where that helps.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace artspeak::nn {

// A block of fp32 numbers, all zero at first, aligned to a cache line. Blocks
// of 2 MB and more ask for large pages (page walks cost half the memory speed
// otherwise) and take memory only where they are written. Throws
// std::bad_alloc. A copy copies the numbers.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size);
  Buffer(const Buffer& other);
  Buffer& operator=(const Buffer& other);
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&&) noexcept = default;

  // Makes it larger; the numbers stay, the new ones are zero. A large block's
  // memory is taken along, not copied.
  void Grow(int64_t size);

  int64_t size() const { return size_; }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::span<float> span() { return {data(), static_cast<size_t>(size_)}; }
  std::span<const float> span() const {
    return {data(), static_cast<size_t>(size_)};
  }

 private:
  struct Release {
    int64_t bytes;
    void operator()(float* data) const;
  };
  std::unique_ptr<float[], Release> data_;
  int64_t size_ = 0;
};

}  // namespace artspeak::nn
