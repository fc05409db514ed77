// The loops around a tile, for every number and instruction set. Included, as
// kernels.inl is, inside a namespace of the including file's own. A Tile has
//   Number, kRows, kColumns (a part of a panel), kBlockSteps
//   Run<rows>(c, c_stride, a, b, steps, accumulate, next, next_stride): the
//   product of `rows` rows and kColumns columns, while it prefetches a number
//   of `next`, which the next tiles read, and one next_stride further in every
//   step.

template <typename Tile>
struct PanelLoops {
  using Number = typename Tile::Number;
  using Left = PanelLeft<Number>;
  using Function = void (*)(float*, int64_t, Left, const Number*, int64_t, bool,
                            const Number*, int64_t);

  template <int... kRows>
  static constexpr Function Pick(int64_t rows) {
    Function found = nullptr;
    ((rows == kRows ? (found = &Tile::template Run<kRows>) : nullptr), ...);
    return found;
  }
  static Function TileOf(int64_t rows) { return Pick<1, 2, 3, 4, 5, 6>(rows); }

  // A tile with fewer columns than it computes, by way of one that has all.
  static void Edge(float* c, int64_t c_stride, Left a, const Number* b,
                   int64_t rows, int64_t columns, int64_t steps,
                   bool accumulate) {
    float whole[Tile::kRows * Tile::kColumns] = {};
    for (int64_t r = 0; accumulate && r < rows; ++r) {
      for (int64_t n = 0; n < columns; ++n) {
        whole[r * Tile::kColumns + n] = c[r * c_stride + n];
      }
    }
    TileOf(rows)(whole, Tile::kColumns, a, b, steps, accumulate, b, 0);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t n = 0; n < columns; ++n) {
        c[r * c_stride + n] = whole[r * Tile::kColumns + n];
      }
    }
  }

  // PanelKernels::multiply. A block of a panel stays in the second cache while
  // all rows go by, each of which fetches a part of the block after it.
  static void Multiply(float* c, int64_t c_stride, Left a, const Number* b,
                       int64_t panel_size, int64_t rows, int64_t columns,
                       int64_t steps, bool accumulate) {
    constexpr int64_t kStep = kPanelStep<Number>;
    constexpr int64_t kBlock = Tile::kBlockSteps;
    const int64_t tiles = (rows + Tile::kRows - 1) / Tile::kRows;
    const int64_t next_stride = (kStep * kPanel + tiles - 1) / tiles;
    const auto at = [&](int64_t n, int64_t s) {
      return b + n / kPanel * panel_size + (s * kPanel + n % kPanel) * kStep;
    };
    for (int64_t n = 0; n < columns; n += Tile::kColumns) {
      for (int64_t s = 0; s < steps; s += kBlock) {
        const int64_t block = steps - s < kBlock ? steps - s : kBlock;
        const bool more = accumulate || s > 0;
        const Number* next = s + kBlock < steps ? at(n, s + kBlock)
                                                : at(n + Tile::kColumns, 0);
        for (int64_t r = 0; r < rows; r += Tile::kRows) {
          const int64_t count = rows - r < Tile::kRows ? rows - r : Tile::kRows;
          const Left left = {
              a.data + r * a.row_distance + s * a.step_distance, a.row_distance,
              a.step_distance};
          float* const to = c + r * c_stride + n;
          if (columns - n >= Tile::kColumns) {
            TileOf(count)(to, c_stride, left, at(n, s), block, more, next,
                          next_stride);
            next += block * next_stride;
          } else {
            Edge(to, c_stride, left, at(n, s), count, columns - n, block, more);
          }
        }
      }
    }
  }
};
