// SwiGLU on Hopper in one kernel: output[r] = silu(gate . x[r]) * (up . x[r]), gate and up the two halves of one weight matrix. Numbers of 16 bits.
// A block makes 64 outputs of TOKENS rows. One warp group feeds a ring of stages by TMA, the weights' first ones while the kernel in front still
// runs; two multiply with wgmma. Of every 16 weight rows in shared memory 8 are gate's and 8 up's, so that a thread holds both numbers
// that make an output. weight is seen as [outputs / 8, 2, 8, inputs] in boxes of 8 x 2 x 8 x 64, x as [rows, inputs] in boxes of
// TOKENS x 64, both swizzled by 128 bytes. (PTX ISA: wgmma, cp.async.bulk.tensor, mbarrier, setmaxnreg.)
// TOKENS     rows of a block: 64, 128 or 256
// STAGES     of the ring
// REGISTERS  of a multiplying thread. A block starts with fewer a thread (--maxrregcount), so that the kernel in front finds room beside it.
#if ACT == 1
#define MMA_TYPE "f16.f16"
#else
#define MMA_TYPE "bf16.bf16"
#endif
#define K_STEP 64
#define WEIGHT_BYTES (128 * K_STEP * 2)
#define OUTPUTS 64

struct alignas(64) tensor_map { u64 words[16]; };

__device__ __forceinline__ void barrier_init(u32 barrier, u32 arrivals) { asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals)); }

__device__ __forceinline__ void barrier_expect(u32 barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void barrier_arrive(u32 barrier) { asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory"); }

__device__ __forceinline__ void barrier_wait(u32 barrier, u32 parity) {
    asm volatile(
        "{\n.reg .pred done;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@done bra end;\nbra again;\nend:\n}" ::"r"(barrier), "r"(parity)
        : "memory");
}

__device__ __forceinline__ void load_weight(u32 to, const void* map, u32 barrier, int k, int group) {
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %4, %5}], [%2];" ::"r"(to), "l"(map), "r"(barrier), "r"(k),
        "r"(0), "r"(group)
        : "memory");
}

__device__ __forceinline__ void load_rows(u32 to, const void* map, u32 barrier, int k, int row) {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(to), "l"(map), "r"(barrier), "r"(k), "r"(row)
        : "memory");
}

// A matrix in shared memory whose rows of 64 numbers lie 128 bytes apart, swizzled.
__device__ __forceinline__ u64 matrix(u32 address) { return (1ull << 62) | ((u64)(1024 >> 4) << 32) | ((address & 0x3ffff) >> 4); }

#define D8(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])

// d += a (64 x 16) * b^T for 64, 128 or 256 rows of b.
__device__ __forceinline__ void multiply(float (&d)[32], u64 a, u64 b, int add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %34, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k16.f32." MMA_TYPE " "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "%32, %33, add, 1, 1, 0, 0;\n}"
        : D8(0), D8(8), D8(16), D8(24)
        : "l"(a), "l"(b), "r"(add));
}

__device__ __forceinline__ void multiply(float (&d)[64], u64 a, u64 b, int add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %66, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n128k16.f32." MMA_TYPE " "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, add, 1, 1, 0, 0;\n}"
        : D8(0), D8(8), D8(16), D8(24), D8(32), D8(40), D8(48), D8(56)
        : "l"(a), "l"(b), "r"(add));
}

__device__ __forceinline__ void multiply(float (&d)[128], u64 a, u64 b, int add) {
    asm volatile(
        "{\n.reg .pred add;\nsetp.ne.b32 add, %130, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n256k16.f32." MMA_TYPE " "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
        "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
        "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
        "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
        "%128, %129, add, 1, 1, 0, 0;\n}"
        : D8(0), D8(8), D8(16), D8(24), D8(32), D8(40), D8(48), D8(56), D8(64), D8(72), D8(80), D8(88), D8(96), D8(104), D8(112), D8(120)
        : "l"(a), "l"(b), "r"(add));
}

// silu with the quick division; 0 where e^-gate overflows.
__device__ __forceinline__ float gated(float gate, float up) { return __fdividef(gate, 1.f + __expf(-gate)) * up; }

// Where the chunk of a row of 64 bytes lies.
__device__ __forceinline__ int chunk(int row, int index) { return (index ^ ((row >> 1) & 3)) * 16; }

KERNEL swiglu(
    const __grid_constant__ tensor_map weight, const __grid_constant__ tensor_map x, act* output, i64 stride, int rows, int inputs) {
    constexpr int STAGE = WEIGHT_BYTES + TOKENS * K_STEP * 2;
    extern __shared__ u8 dynamic[];
    __shared__ u64 barriers[2 * STAGES];
    LET_NEXT_START;
    u32 ring = (shared_address(dynamic) + 1023) & ~1023;
    u32 staging = ring + STAGES * STAGE;
    u32 full = shared_address(barriers), empty = full + STAGES * 8;
    int group = threadIdx.x >> 7, steps = (inputs + K_STEP - 1) / K_STEP;
    if (threadIdx.x == 0) {
        for (int s = 0; s < STAGES; s++) {
            barrier_init(full + s * 8, 1);
            barrier_init(empty + s * 8, 8);
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    __syncthreads();
    if (group == 0) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 24;");
        if (threadIdx.x == 0) {
            int row = blockIdx.y * TOKENS, first = blockIdx.x * (OUTPUTS / 8);
            // Weights do not wait for the kernel in front.
            int early = min(steps, STAGES);
            for (int s = 0; s < early; s++) {
                barrier_expect(full + s * 8, STAGE);
                load_weight(ring + s * STAGE, &weight, full + s * 8, s * K_STEP, first);
            }
            WAIT_FOR_PREVIOUS;
            for (int s = 0; s < early; s++) load_rows(ring + s * STAGE + WEIGHT_BYTES, &x, full + s * 8, s * K_STEP, row);
            for (int i = early; i < steps; i++) {
                int s = i % STAGES;
                barrier_wait(empty + s * 8, (i / STAGES + 1) & 1);
                barrier_expect(full + s * 8, STAGE);
                load_weight(ring + s * STAGE, &weight, full + s * 8, i * K_STEP, first);
                load_rows(ring + s * STAGE + WEIGHT_BYTES, &x, full + s * 8, i * K_STEP, row);
            }
        }
        return;
    }
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
    int consumer = threadIdx.x - 128, warp = (consumer >> 5) & 3, lane = consumer & 31, half = group - 1;
    float d[TOKENS / 2];
    for (int i = 0; i < steps; i++) {
        int s = i % STAGES;
        barrier_wait(full + s * 8, (i / STAGES) & 1);
        u64 a = matrix(ring + s * STAGE + half * (WEIGHT_BYTES / 2)), b = matrix(ring + s * STAGE + WEIGHT_BYTES);
#pragma unroll
        for (int r = 0; r < TOKENS / 2; r++) asm volatile("" : "+f"(d[r])::"memory");
        asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
        for (int k = 0; k < K_STEP / 16; k++) multiply(d, a + k * 2, b + k * 2, i + k);
        asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
        asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
        // What the step before read is free.
        if (i > 0 && lane == 0) barrier_arrive(empty + ((i - 1) % STAGES) * 8);
    }
    asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
#pragma unroll
    for (int r = 0; r < TOKENS / 2; r++) asm volatile("" : "+f"(d[r])::"memory");
    // Through shared memory, where the chunks of 16 bytes of a row change places so that neither side meets conflicts.
    u32 to = staging + half * (TOKENS * OUTPUTS) + lane * OUTPUTS;
#pragma unroll
    for (int j = 0; j < TOKENS / 8; j += 4) {
        u32 pairs[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int r = (j + i) * 4;
            pairs[i] = two(gated(d[r], d[r + 2]), gated(d[r + 1], d[r + 3]));
        }
        asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(to + j * 8 * OUTPUTS + chunk(lane, warp)), "r"(pairs[0]), "r"(pairs[1]),
                     "r"(pairs[2]), "r"(pairs[3])
                     : "memory");
    }
    // Each group for itself.
    if (half == 0) asm volatile("bar.sync 1, 128;" ::: "memory");
    else asm volatile("bar.sync 2, 128;" ::: "memory");
    const u8* from = dynamic + (staging - shared_address(dynamic)) + half * (TOKENS * OUTPUTS);
    WAIT_FOR_PREVIOUS;
    output += blockIdx.x * OUTPUTS + half * (OUTPUTS / 2);
    for (int i = threadIdx.x & 127; i < TOKENS * 4; i += 128) {
        int token = i >> 2, row = blockIdx.y * TOKENS + token;
        if (row < rows) *(uint4*)(output + row * stride + (i & 3) * PACK) = *(const uint4*)(from + token * OUTPUTS + chunk(token, i & 3));
    }
}
