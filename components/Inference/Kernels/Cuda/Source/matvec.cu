// Products of few rows, which reading the weights bounds: a warp computes two outputs of up to four rows, lanes along the inputs, of which
// 1, 2, 4 or 8 warps of a block take a part each (`split`), where outputs alone are too few to keep enough weights on their way.
// The first weights are fetched before the kernels that make x have ended. Numbers of 16 bits, whole packs.
// Where GATED, the two are a gate and what it lets through, `outputs` rows apart, and make one output: silu(gate) * up.
#define MATVEC_WARPS 8
#define MATVEC_DEPTH 4  // packs of each output in flight

#if ACT != 0
__device__ __forceinline__ uint4 load_once(const act* from) {
    uint4 r;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(r.x), "=r"(r.y), "=r"(r.z), "=r"(r.w) : "l"(from));
    return r;
}

template <int ROWS, bool GATED>
__device__ __forceinline__ void matvec(
    const act* x, i64 x_stride, const act* weight, i64 weight_stride, const void* bias, void* output, i64 output_stride, int is_float, int add, int outputs, int inputs,
    int split) {
    __shared__ float parts[MATVEC_WARPS][ROWS][2];
    LET_NEXT_START;
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, part = warp % split;
    int first = (blockIdx.x * (MATVEC_WARPS / split) + warp / split) * (GATED ? 1 : 2);
    bool there = first < outputs;
    if (!there) first = 0;
    int second = GATED ? first + outputs : min(first + 1, outputs - 1);
    const act* a = weight + (i64)first * weight_stride;
    const act* b = weight + (i64)second * weight_stride;
    float sums[ROWS][2] = {};
    pack wa[MATVEC_DEPTH], wb[MATVEC_DEPTH];
    const int span = 32 * PACK;
    int spans = (inputs + span - 1) / span, begin = spans * part / split * span, end = min(inputs, spans * (part + 1) / split * span);
#pragma unroll
    for (int d = 0; d < MATVEC_DEPTH; d++) {
        int k = begin + lane * PACK + d * span;
        if (k < end) {
            wa[d].words = load_once(a + k);
            wb[d].words = load_once(b + k);
        }
    }
    WAIT_FOR_PREVIOUS;
    for (int start = begin + lane * PACK; start < end; start += MATVEC_DEPTH * span) {
#pragma unroll
        for (int d = 0; d < MATVEC_DEPTH; d++) {
            int k = start + d * span;
            if (k >= end) break;
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                pack v = load_pack(x + r * x_stride + k);
#pragma unroll
                for (int i = 0; i < PACK; i++) {
                    float number_of_x = number(v.items[i]);
                    sums[r][0] += number_of_x * number(wa[d].items[i]);
                    sums[r][1] += number_of_x * number(wb[d].items[i]);
                }
            }
            int ahead = k + MATVEC_DEPTH * span;
            if (ahead < end) {
                wa[d].words = load_once(a + ahead);
                wb[d].words = load_once(b + ahead);
            }
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        sums[r][0] = warp_sum(sums[r][0]);
        sums[r][1] = warp_sum(sums[r][1]);
        if (split > 1 && lane < 2) parts[warp][r][lane] = lane == 0 ? sums[r][0] : sums[r][1];
    }
    if (split > 1) {
        __syncthreads();
        if (part > 0) return;
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        float one = sums[r][0], two_ = sums[r][1];
        for (int p = 1; p < split; p++) {
            one += parts[warp + p][r][0];
            two_ += parts[warp + p][r][1];
        }
        if (GATED) {
            if (lane != 0 || !there) continue;
            const act* both = (const act*)bias;
            if (bias) {
                one += number(both[first]);
                two_ += number(both[second]);
            }
            store(silu(one) * two_, (act*)output + r * output_stride + first);
            continue;
        }
        int at = first + lane;
        if (lane < 2 && there && at < outputs) {
            float y = lane == 0 ? one : two_;
            if (is_float) ((float*)output)[r * output_stride + at] = bias ? y + ((const float*)bias)[at] : y;
            else {
                act* to = (act*)output + r * output_stride + at;
                if (bias) y += number(((const act*)bias)[at]);
                store(add ? number(*to) + y : y, to);
            }
        }
    }
}

#define MATVEC(ROWS)                                                                                                                          \
    extern "C" __global__ void __launch_bounds__(MATVEC_WARPS * 32) matvec##ROWS(                                                            \
        const act* x, i64 x_stride, const act* weight, i64 weight_stride, const void* bias, void* output, i64 output_stride, int is_float,   \
        int add, int outputs, int inputs, int split) {                                                                                        \
        matvec<ROWS, false>(x, x_stride, weight, weight_stride, bias, output, output_stride, is_float, add, outputs, inputs, split);         \
    }                                                                                                                                         \
    extern "C" __global__ void __launch_bounds__(MATVEC_WARPS * 32) matvec_gated##ROWS(                                                      \
        const act* x, i64 x_stride, const act* weight, i64 weight_stride, const void* bias, void* output, i64 output_stride, int outputs,    \
        int inputs, int split) {                                                                                                              \
        matvec<ROWS, true>(x, x_stride, weight, weight_stride, bias, output, output_stride, 0, 0, outputs, inputs, split);                   \
    }
MATVEC(1)
MATVEC(2)
MATVEC(3)
MATVEC(4)
#endif
