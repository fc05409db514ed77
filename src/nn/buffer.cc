#include "nn/buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace artspeak::nn {

namespace {

constexpr int64_t kLargePage = 2 << 20;  // bytes
constexpr int64_t kCacheLine = 64;
constexpr int64_t kMostNumbers = std::numeric_limits<int64_t>::max() / 8;

}  // namespace

Buffer::Buffer(int64_t size) : size_(size) {
  if (size == 0) return;
  if (size < 0 || size > kMostNumbers) throw std::bad_alloc();
  int64_t bytes = size * static_cast<int64_t>(sizeof(float));
  if (bytes < kLargePage) {
    bytes = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
    void* data = std::aligned_alloc(kCacheLine, static_cast<size_t>(bytes));
    if (data == nullptr) throw std::bad_alloc();
    std::memset(data, 0, static_cast<size_t>(bytes));
    data_ = {static_cast<float*>(data), Release{bytes}};
    return;
  }
  void* data = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  madvise(data, static_cast<size_t>(bytes), MADV_HUGEPAGE);
  data_ = {static_cast<float*>(data), Release{bytes}};
}

Buffer::Buffer(const Buffer& other) : Buffer(other.size_) {
  std::copy_n(other.data(), other.size_, data());
}

Buffer& Buffer::operator=(const Buffer& other) {
  if (this != &other) *this = Buffer(other);
  return *this;
}

void Buffer::Grow(int64_t size) {
  if (size <= size_) return;
  if (size_ * static_cast<int64_t>(sizeof(float)) < kLargePage) {
    Buffer larger(size);
    std::copy_n(data(), size_, larger.data());
    *this = std::move(larger);
    return;
  }
  if (size > kMostNumbers) throw std::bad_alloc();
  const int64_t bytes = size * static_cast<int64_t>(sizeof(float));
  void* moved =
      mremap(data_.get(), static_cast<size_t>(data_.get_deleter().bytes),
             static_cast<size_t>(bytes), MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) throw std::bad_alloc();
  data_.release();  // unmapped where it was
  data_ = {static_cast<float*>(moved), Release{bytes}};
  size_ = size;
}

void Buffer::Release::operator()(float* data) const {
  if (bytes < kLargePage) {
    std::free(data);
  } else {
    munmap(data, static_cast<size_t>(bytes));
  }
}

}  // namespace artspeak::nn
