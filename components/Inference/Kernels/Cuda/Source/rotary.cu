// Rotary position embedding and the writing of keys and values into their slots.
//
// A warp does one head of one row: norm (if weights are given), rotation of the first `rotary` numbers by the row's position in
// the half-split layout (number i with number i + rotary / 2), then queries go back in place, keys and values to the cache.
// Cache of a layer: keys [block][kv head][slot][HEAD], values the same `plane` numbers further on.
#define HEAD_STEPS ((HEAD + 31) / 32)

KERNEL rotary_and_store(
    act* qkv, i64 stride, const float* cosines, const float* sines, int rotary, const float* query_norm, const float* key_norm, float epsilon,
    const int* positions, const int* slots, act* keys, i64 plane, int query_heads, int kv_heads) {
    LET_NEXT_START;
    int head = blockIdx.y * (blockDim.x >> 5) + (threadIdx.x >> 5), lane = threadIdx.x & 31;
    if (head >= query_heads + 2 * kv_heads) return;
    bool is_value = head >= query_heads + kv_heads, is_query = head < query_heads;

    // What qkv has no part in does not wait for the kernel in front.
    int slot = slots[blockIdx.x], half = rotary / 2;
    i64 row = (i64)positions[blockIdx.x] * half;
    const float* norm = is_value ? nullptr : is_query ? query_norm : key_norm;
    float cosine[HEAD_STEPS], sine[HEAD_STEPS], weight[HEAD_STEPS];
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) {
        int i = lane + 32 * s;
        if (i < rotary && !is_value) {
            cosine[s] = cosines[row + (i < half ? i : i - half)];
            sine[s] = sines[row + (i < half ? i : i - half)];
        }
        if (i < HEAD && norm) weight[s] = norm[i];
    }
    WAIT_FOR_PREVIOUS;
    act* from = qkv + blockIdx.x * stride + head * HEAD;
    float x[HEAD_STEPS];
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) x[s] = lane + 32 * s < HEAD ? number(from[lane + 32 * s]) : 0.f;

    if (norm) {
        float sum = 0;
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) sum += x[s] * x[s];
        float scale = 1.f / sqrtf(warp_sum(sum) / HEAD + epsilon);
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) if (lane + 32 * s < HEAD) x[s] = rounded(x[s] * scale * weight[s]);
    }

    act* to = from;
    if (!is_query) {
        int kv_head = is_value ? head - query_heads - kv_heads : head - query_heads;
        to = keys + (is_value ? plane : 0) + (((i64)(slot / BLOCK) * kv_heads + kv_head) * BLOCK + slot % BLOCK) * HEAD;
    }

    if (!is_value) {
        // The partner of a number lies half a rotation away, perhaps in another lane: exchange through shared memory of the warp.
        __shared__ float exchange[8][HEAD];
        float* mine = exchange[threadIdx.x >> 5];
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) if (lane + 32 * s < HEAD) mine[lane + 32 * s] = x[s];
        __syncwarp();
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) {
            int i = lane + 32 * s;
            if (i < rotary) x[s] = i < half ? x[s] * cosine[s] - mine[i + half] * sine[s] : x[s] * cosine[s] + mine[i - half] * sine[s];
        }
    }
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) if (lane + 32 * s < HEAD) store(x[s], to + lane + 32 * s);
}
