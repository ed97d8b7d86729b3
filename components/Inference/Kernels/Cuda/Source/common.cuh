// Types and helpers of all kernels. Compiled by NVRTC without any header; what differs between models comes as macros:
// ACT   type of activations, weights and KV cache: 0 float32, 1 float16, 2 bfloat16
// HEAD  numbers of a head; GROUP query heads to a key head; BLOCK tokens of a KV block (attention only)
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define KERNEL extern "C" __global__ void

// Every kernel begins with these two, the second before it reads or writes what another kernel of the step does. On Hopper and newer
// the kernel behind it may start while this one runs (programmatic dependent launch): the first lets it, the second waits for all before.
// What a step's kernels do not change (weights, the step's layout, keys and values of earlier steps) may be read between the two.
#if __CUDA_ARCH__ >= 900
#define LET_NEXT_START asm volatile("griddepcontrol.launch_dependents;" ::: "memory")
#define WAIT_FOR_PREVIOUS asm volatile("griddepcontrol.wait;" ::: "memory")
#else
#define LET_NEXT_START
#define WAIT_FOR_PREVIOUS
#endif
#define BEGIN LET_NEXT_START; WAIT_FOR_PREVIOUS
#define INFINITE __int_as_float(0x7f800000)

struct half16 { u16 bits; };
struct bfloat16 { u16 bits; };

__device__ __forceinline__ float number(float x) { return x; }
__device__ __forceinline__ float number(bfloat16 x) { return __int_as_float((u32)x.bits << 16); }
__device__ __forceinline__ float number(half16 x) {
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
}

__device__ __forceinline__ void store(float x, float* to) { *to = x; }
__device__ __forceinline__ void store(float x, bfloat16* to) {
    // To the nearest even; a NaN stays one.
    u32 bits = __float_as_uint(x);
    to->bits = x != x ? 0x7fff : (u16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
__device__ __forceinline__ void store(float x, half16* to) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(to->bits) : "f"(x)); }

#if ACT == 0
typedef float act;
#elif ACT == 1
typedef half16 act;
#else
typedef bfloat16 act;
#endif

// The number as it will be read back from memory.
__device__ __forceinline__ float rounded(float x) {
    act a;
    store(x, &a);
    return number(a);
}

// 16 bytes of activations.
#define PACK ((int)(16 / sizeof(act)))
union pack {
    uint4 words;
    act items[PACK];
};

__device__ __forceinline__ pack load_pack(const act* from) {
    pack p;
    p.words = *(const uint4*)from;
    return p;
}

__device__ __forceinline__ u32 shared_address(const void* p) {
    u32 a;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(a) : "l"(p));
    return a;
}

#if ACT != 0
// Two numbers in one word.
__device__ __forceinline__ u32 two(float low, float high) {
    u32 r;
#if ACT == 1
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
#else
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
#endif
    return r;
}

// And back.
__device__ __forceinline__ float2 both(u32 numbers) {
    act low, high;
    low.bits = (u16)numbers;
    high.bits = (u16)(numbers >> 16);
    return make_float2(number(low), number(high));
}
#endif

__device__ __forceinline__ float silu(float x) { return x / (1.f + __expf(-x)); }

__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) x += __shfl_xor_sync(0xffffffff, x, d);
    return x;
}

// The sum over a block, in one fixed order; every thread gets it. Up to 32 warps.
__device__ __forceinline__ float block_sum(float x) {
    __shared__ float parts[32];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, warps = (blockDim.x + 31) >> 5;
    x = warp_sum(x);
    __syncthreads();
    if (lane == 0) parts[warp] = x;
    __syncthreads();
    return warp_sum(lane < warps ? parts[lane] : 0.f);
}
