// Kernels that work row by row: embedding, norms, activation function, gather, conversion.

// Takes words from pinned memory of the host. A copy engine would do it too, but kernels would wait for it as long as a small step takes.
KERNEL take_words(const uint4* host, uint4* device, int count) {
    BEGIN;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) device[i] = host[i];
}

// output[r] = table[tokens[r]]; a negative token names the sample of the step before whose result it is: ~token.
template <class W>
__device__ void embed_row(const W* from, act* to, int columns) {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) store(number(from[i]), to + i);
}

KERNEL embed(const void* table, int type, int table_stride, const int* tokens, const int* sampled, act* output, int stride, int columns) {
    BEGIN;
    int token = tokens[blockIdx.x];
    if (token < 0) token = sampled[~token];
    if (token < 0) token = 0;  // that row's logits were not finite: its sequence has ended, what follows is not read
    i64 row = (i64)token * table_stride;
    act* to = output + (i64)blockIdx.x * stride;
    if (type == ACT && (columns % PACK) == 0) {
        const act* from = (const act*)table + row;
        for (int i = threadIdx.x * PACK; i < columns; i += blockDim.x * PACK) *(uint4*)(to + i) = *(const uint4*)(from + i);
    } else if (type == 0) embed_row((const float*)table + row, to, columns);
    else if (type == 1) embed_row((const half16*)table + row, to, columns);
    else embed_row((const bfloat16*)table + row, to, columns);
}

// output[r] = norm(x[r]) * weight, over groups of `columns` numbers. A block does one group; its threads keep what they read in registers:
// columns <= PACKS * PACK * threads. The weights do not wait for the kernel in front.
template <int PACKS>
__device__ __forceinline__ void rms_norm(const act* x, i64 stride, const float* weight, float epsilon, act* output, i64 output_stride, int columns) {
    LET_NEXT_START;
    i64 group = (i64)blockIdx.y * columns;
    x += blockIdx.x * stride + group;
    output += blockIdx.x * output_stride + group;
    float values[PACKS][PACK], weights[PACKS][PACK];
    bool whole = columns % PACK == 0;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int at = (p * blockDim.x + threadIdx.x) * PACK;
        if (at >= columns) continue;
        if (whole) {
#pragma unroll
            for (int i = 0; i < PACK; i += 4) {
                float4 four = *(const float4*)(weight + at + i);
                weights[p][i] = four.x;
                weights[p][i + 1] = four.y;
                weights[p][i + 2] = four.z;
                weights[p][i + 3] = four.w;
            }
        } else {
#pragma unroll
            for (int i = 0; i < PACK; i++) weights[p][i] = weight[min(at + i, columns - 1)];
        }
    }
    WAIT_FOR_PREVIOUS;
    float sum = 0;
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int at = (p * blockDim.x + threadIdx.x) * PACK;
        if (at >= columns) continue;
        pack a;
        if (whole) a = load_pack(x + at);
        else for (int i = 0; i < PACK; i++) a.items[i] = x[min(at + i, columns - 1)];
#pragma unroll
        for (int i = 0; i < PACK; i++) {
            float v = number(a.items[i]);
            values[p][i] = v;
            if (at + i < columns) sum += v * v;
        }
    }
    float scale = 1.f / sqrtf(block_sum(sum) / columns + epsilon);
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        int at = (p * blockDim.x + threadIdx.x) * PACK;
        if (at >= columns) continue;
        pack a;
#pragma unroll
        for (int i = 0; i < PACK; i++) store(values[p][i] * scale * weights[p][i], &a.items[i]);
        if (whole) *(uint4*)(output + at) = a.words;
        else for (int i = 0; i < PACK && at + i < columns; i++) output[at + i] = a.items[i];
    }
}

#define RMS_NORM(PACKS)                                                                                                                       \
    KERNEL rms_norm##PACKS(const act* x, i64 stride, const float* weight, float epsilon, act* output, i64 output_stride, int columns) {        \
        rms_norm<PACKS>(x, stride, weight, epsilon, output, output_stride, columns);                                                          \
    }
RMS_NORM(1)
RMS_NORM(2)
RMS_NORM(3)
RMS_NORM(4)

// gate_up[r] = [gate | up]; output[r] = silu(gate) * up.
KERNEL silu_multiply(const act* gate_up, i64 stride, act* output, i64 output_stride, int columns) {
    BEGIN;
    const act* gate = gate_up + blockIdx.x * stride;
    const act* up = gate + columns;
    act* to = output + blockIdx.x * output_stride;
    int start = (blockIdx.y * blockDim.x + threadIdx.x) * PACK;
    if (start >= columns) return;
    if (columns % PACK == 0) {
        pack g = load_pack(gate + start), u = load_pack(up + start), o;
#pragma unroll
        for (int i = 0; i < PACK; i++) store(silu(number(g.items[i])) * number(u.items[i]), &o.items[i]);
        *(uint4*)(to + start) = o.words;
    } else {
        for (int i = start; i < start + PACK && i < columns; i++) store(silu(number(gate[i])) * number(up[i]), to + i);
    }
}

// output[i] = x[rows[i]].
KERNEL gather(const act* x, i64 stride, const int* rows, act* output, i64 output_stride, int columns) {
    BEGIN;
    const act* from = x + rows[blockIdx.x] * stride;
    act* to = output + blockIdx.x * output_stride;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) to[i] = from[i];
}

// Rows as packed float32; x is float32 already or of the activations' type.
KERNEL to_float(const void* x, int is_float, i64 stride, float* output, int columns) {
    BEGIN;
    float* to = output + (i64)blockIdx.x * columns;
    i64 row = blockIdx.x * stride;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) to[i] = is_float ? ((const float*)x)[row + i] : number(((const act*)x)[row + i]);
}

// Copies KV blocks of all layers: pairs[i] = (source, destination). A block of one layer's keys or values has `block_bytes` bytes.
KERNEL copy_blocks(u8* cache, i64 plane_bytes, i64 block_bytes, const int2* pairs, int planes, int count) {
    BEGIN;
    // One after the other, as a later copy may read what an earlier one wrote; a thread always copies the same bytes of a block.
    for (int i = 0; i < count; i++) {
        const uint4* from = (const uint4*)(cache + blockIdx.x * plane_bytes + pairs[i].x * block_bytes);
        uint4* to = (uint4*)(cache + blockIdx.x * plane_bytes + pairs[i].y * block_bytes);
        for (i64 at = threadIdx.x; at < block_bytes / 16; at += blockDim.x) to[at] = from[at];
    }
}
