// Attention over the paged KV cache, three kernels for one contract: output[r] = softmax(scale * q . k) v over the positions that
// row r sees. A row knows its position and where its sequence's block table starts; nothing else of sequences matters here.
//   attention_prefill: tiles of consecutive rows of one sequence, on tensor cores, keys and values shared by 128 (token, head) rows
//   attention_decode:  single rows, split over the sequence's length, on tensor cores too: the heads of a group share what is read;
//                      rotary_attention_decode does rotary.cu's work besides, where rows see nothing that others of the step write;
//                      rotary_attention_heads is the same for many rows of like lengths: a warp does a head by itself
//   attention_any:     any head size and type, in float32 arithmetic
// Softmax is computed online (Milakov and Gimelshein, 2018), tiles as in FlashAttention-2 (Dao, 2023), splits as in Flash-Decoding.
// Layout of the cache: see rotary.cu.

#if ACT != 0 && HEAD % 16 == 0 && HEAD >= 16 && HEAD <= 128 && GROUP <= 16
#define TENSOR_CORES 1
#endif

struct cache_view {
    const act* keys;
    i64 plane;
    const int* tables;
    int kv_heads;
};

// Where the keys of a token lie: of one head, HEAD numbers; the next slots of its block follow.
__device__ __forceinline__ const act* key_at(const cache_view& cache, const int* table, int kv_head, int token) {
    return cache.keys + (((i64)table[token / BLOCK] * cache.kv_heads + kv_head) * BLOCK + token % BLOCK) * HEAD;
}

#ifdef TENSOR_CORES
#define STRIDE (HEAD + 8)  // of a row in shared memory: rows of eight lie in different banks
#define CHUNKS (HEAD / 8)  // 16-byte pieces of a row
#define KSTEPS (HEAD / 16)
#define NTILES (HEAD / 8)

__device__ __forceinline__ void copy16(u32 to, const void* from, bool there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}
__device__ __forceinline__ void copies_end() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int N>
__device__ __forceinline__ void copies_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }

__device__ __forceinline__ void load_matrices(u32* r, u32 from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(from) : "memory");
}
__device__ __forceinline__ void load_matrices_transposed(u32* r, u32 from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(from) : "memory");
}

// c[16 x 8] += a[16 x 16] b[16 x 8]
__device__ __forceinline__ void multiply(float* c, const u32* a, u32 b0, u32 b1) {
#if ACT == 1
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#endif
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Queries as the left operand: rows `low` and `high` (null: zeros) of the warp's 16, by lane.
__device__ __forceinline__ void load_queries(u32 q[KSTEPS][4], const act* low, const act* high) {
    int t = threadIdx.x & 3;
#pragma unroll
    for (int k = 0; k < KSTEPS; k++) {
        q[k][0] = low ? *(const u32*)(low + k * 16 + t * 2) : 0;
        q[k][1] = high ? *(const u32*)(high + k * 16 + t * 2) : 0;
        q[k][2] = low ? *(const u32*)(low + k * 16 + 8 + t * 2) : 0;
        q[k][3] = high ? *(const u32*)(high + k * 16 + 8 + t * 2) : 0;
    }
}

// scores[16 rows x 8 * TILES tokens] of keys [token][STRIDE] in shared memory.
template <int TILES>
__device__ __forceinline__ void score(float s[TILES][4], const u32 q[KSTEPS][4], u32 keys) {
    int lane = threadIdx.x & 31;
    u32 mine = keys + (((lane >> 4) * 8 + (lane & 7)) * STRIDE + ((lane >> 3) & 1) * 8) * 2;
#pragma unroll
    for (int n = 0; n < TILES; n++) s[n][0] = s[n][1] = s[n][2] = s[n][3] = 0.f;
#pragma unroll
    for (int k = 0; k < KSTEPS; k++) {
#pragma unroll
        for (int n = 0; n < TILES; n += 2) {
            u32 b[4];
            load_matrices(b, mine + (n * 8 * STRIDE + k * 16) * 2);
            multiply(s[n], q[k], b[0], b[1]);
            multiply(s[n + 1], q[k], b[2], b[3]);
        }
    }
}

// output += p v, for values [token][STRIDE] in shared memory; p are the scores after exp.
template <int TILES>
__device__ __forceinline__ void weigh(float o[NTILES][4], const float p[TILES][4], u32 values) {
    int lane = threadIdx.x & 31;
    u32 mine = values + ((((lane >> 3) & 1) * 8 + (lane & 7)) * STRIDE + (lane >> 4) * 8) * 2;
#pragma unroll
    for (int k = 0; k < TILES / 2; k++) {
        u32 a[4] = {two(p[2 * k][0], p[2 * k][1]), two(p[2 * k][2], p[2 * k][3]), two(p[2 * k + 1][0], p[2 * k + 1][1]), two(p[2 * k + 1][2], p[2 * k + 1][3])};
#pragma unroll
        for (int n = 0; n < NTILES; n += 2) {
            u32 b[4];
            load_matrices_transposed(b, mine + (k * 16 * STRIDE + n * 8) * 2);
            multiply(o[n], a, b[0], b[1]);
            multiply(o[n + 1], a, b[2], b[3]);
        }
    }
}

// Takes a tile of scores into the running maximum and sum of one of the lane's two rows (H = 0, 1); scores become weights.
template <int TILES, int H>
__device__ __forceinline__ void soften(float s[TILES][4], float o[NTILES][4], float& maximum, float& sum, float scale) {
    float m = maximum;
#pragma unroll
    for (int n = 0; n < TILES; n++) m = fmaxf(m, fmaxf(s[n][2 * H], s[n][2 * H + 1]));
    m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, 1));
    m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, 2));
    float base = m == -INFINITE ? 0.f : m * scale;
    float keep = exp2f(maximum * scale - base);
    maximum = m;
    float part = 0;
#pragma unroll
    for (int n = 0; n < TILES; n++) {
        s[n][2 * H] = exp2f(s[n][2 * H] * scale - base);
        s[n][2 * H + 1] = exp2f(s[n][2 * H + 1] * scale - base);
        part += s[n][2 * H] + s[n][2 * H + 1];
    }
    sum = sum * keep + part;  // of this lane's columns only; lanes are added up at the end
#pragma unroll
    for (int n = 0; n < NTILES; n++) {
        o[n][2 * H] *= keep;
        o[n][2 * H + 1] *= keep;
    }
}

__device__ __forceinline__ float quad_sum(float x) {
    x += __shfl_xor_sync(0xffffffff, x, 1);
    return x + __shfl_xor_sync(0xffffffff, x, 2);
}

// Shared memory: [2 stages][keys, values][PREFILL_KEYS][STRIDE].
#define PREFILL_ROWS 128
#define PREFILL_KEYS 64
#define PREFILL_THREADS 256

__device__ __forceinline__ void load_tile(u32 to, const cache_view& cache, const int* table, int kv_head, int first, int end) {
    for (int i = threadIdx.x; i < PREFILL_KEYS * CHUNKS; i += PREFILL_THREADS) {
        int token = i / CHUNKS, chunk = i % CHUNKS;
        bool there = first + token < end;
        const act* from = key_at(cache, table, kv_head, there ? first + token : first) + chunk * 8;
        u32 at = to + (token * STRIDE + chunk * 8) * 2;
        copy16(at, from, there);
        copy16(at + PREFILL_KEYS * STRIDE * 2, from + cache.plane, there);
    }
    copies_end();
}

// tiles[i] = (first row, rows), at most PREFILL_ROWS / GROUP rows; a tile of no rows does nothing.
extern "C" __global__ void __launch_bounds__(PREFILL_THREADS, HEAD <= 64 ? 2 : 1) attention_prefill(
    const act* qkv, i64 stride, act* output, i64 output_stride, const act* keys, i64 plane, int kv_heads,
    const int2* tiles, const int* positions, const int* table_starts, const int* tables, float scale, int window) {
    extern __shared__ uint4 shared[];
    BEGIN;
    int2 tile = tiles[blockIdx.x];
    if (tile.y == 0) return;
    int kv_head = blockIdx.y, warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
    cache_view cache = {keys, plane, tables, kv_heads};
    const int* table = tables + table_starts[tile.x];
    int first_position = positions[tile.x], end = first_position + tile.y;

    // Rows of the tile: heads of a group side by side, token by token.
    int low = warp * 16 + g, high = low + 8;
    int low_token = low / GROUP, high_token = high / GROUP;
    bool low_there = low_token < tile.y && low_token < PREFILL_ROWS / GROUP, high_there = high_token < tile.y && high_token < PREFILL_ROWS / GROUP;
    int low_head = kv_head * GROUP + low % GROUP, high_head = kv_head * GROUP + high % GROUP;
    int low_position = low_there ? first_position + low_token : end - 1, high_position = high_there ? first_position + high_token : end - 1;
    int start = max(0, first_position - window + 1) / PREFILL_KEYS * PREFILL_KEYS;
    int steps = (end - start + PREFILL_KEYS - 1) / PREFILL_KEYS;
    u32 base = shared_address(shared);
    const int stage_bytes = 2 * PREFILL_KEYS * STRIDE * 2;
    load_tile(base, cache, table, kv_head, start, end);
    u32 q[KSTEPS][4];
    load_queries(q, low_there ? qkv + (i64)(tile.x + low_token) * stride + low_head * HEAD : 0, high_there ? qkv + (i64)(tile.x + high_token) * stride + high_head * HEAD : 0);

    float o[NTILES][4] = {}, maximum[2] = {-INFINITE, -INFINITE}, sum[2] = {};
    scale *= 1.44269504f;
    for (int step = 0; step < steps; step++) {
        int first = start + step * PREFILL_KEYS;
        if (step + 1 < steps) {
            load_tile(base + ((step + 1) & 1) * stage_bytes, cache, table, kv_head, first + PREFILL_KEYS, end);
            copies_wait<1>();
        } else copies_wait<0>();
        __syncthreads();
        u32 stage = base + (step & 1) * stage_bytes;
        float s[PREFILL_KEYS / 8][4];
        score<PREFILL_KEYS / 8>(s, q, stage);
        if (first + PREFILL_KEYS > first_position + 1 || first <= end - 1 - window) {
#pragma unroll
            for (int n = 0; n < PREFILL_KEYS / 8; n++) {
#pragma unroll
                for (int c = 0; c < 2; c++) {
                    int token = first + n * 8 + t * 2 + c;
                    if (token > low_position || token <= low_position - window) s[n][c] = -INFINITE;
                    if (token > high_position || token <= high_position - window) s[n][2 + c] = -INFINITE;
                }
            }
        }
        soften<PREFILL_KEYS / 8, 0>(s, o, maximum[0], sum[0], scale);
        soften<PREFILL_KEYS / 8, 1>(s, o, maximum[1], sum[1], scale);
        weigh<PREFILL_KEYS / 8>(o, s, stage + PREFILL_KEYS * STRIDE * 2);
        __syncthreads();
    }

    float low_scale = 1.f / quad_sum(sum[0]), high_scale = 1.f / quad_sum(sum[1]);
    act* low_to = output + (i64)(tile.x + low_token) * output_stride + low_head * HEAD + t * 2;
    act* high_to = output + (i64)(tile.x + high_token) * output_stride + high_head * HEAD + t * 2;
#pragma unroll
    for (int n = 0; n < NTILES; n++) {
        if (low_there) *(u32*)(low_to + n * 8) = two(o[n][0] * low_scale, o[n][1] * low_scale);
        if (high_there) *(u32*)(high_to + n * 8) = two(o[n][2] * high_scale, o[n][3] * high_scale);
    }
}

// Shared memory: [warps][DECODE_STAGES][keys, values][DECODE_KEYS][STRIDE]; afterwards the partial results of the warps.
#define DECODE_KEYS 16
#define DECODE_WARPS 4
#define DECODE_STAGES 3
#define PARTIAL (HEAD + 2)
#define LEAST_CHUNKS 16  // below, a split costs more than it saves

__device__ __forceinline__ void load_chunk(u32 to, const cache_view& cache, const int* table, int kv_head, int first, int end) {
    int lane = threadIdx.x & 31;
    const act* from = key_at(cache, table, kv_head, first);
#pragma unroll
    for (int i = lane; i < DECODE_KEYS * CHUNKS; i += 32) {
        int token = i / CHUNKS;
        bool there = first + token < end;
        u32 at = to + (token * STRIDE + (i % CHUNKS) * 8) * 2;
        copy16(at, from + i * 8, there);
        copy16(at + DECODE_KEYS * STRIDE * 2, from + i * 8 + cache.plane, there);
    }
}

// What rotary_and_store would do before attention: see there. Whole heads are rotated.
struct rotation {
    const float* cosines;
    const float* sines;
    const float* query_norm;
    const float* key_norm;
    float epsilon;
    const int* slots;
};

#define UNITS (HEAD / 16)  // pieces of eight numbers in half a head: piece u is rotated with piece UNITS + u

// Norms and rotates the lane's part of the heads of its two rows.
__device__ __forceinline__ void rotate_queries(u32 q[KSTEPS][4], const rotation& r, const float2 cosine[UNITS], const float2 sine[UNITS]) {
    int t = threadIdx.x & 3;
#pragma unroll
    for (int row = 0; row < (GROUP > 8 ? 2 : 1); row++) {
        float2 x[2 * UNITS];
#pragma unroll
        for (int u = 0; u < 2 * UNITS; u++) x[u] = both(q[u / 2][(u % 2) * 2 + row]);
        if (r.query_norm) {
            float sum = 0;
#pragma unroll
            for (int u = 0; u < 2 * UNITS; u++) sum += x[u].x * x[u].x + x[u].y * x[u].y;
            float scale = 1.f / sqrtf(quad_sum(sum) / HEAD + r.epsilon);
#pragma unroll
            for (int u = 0; u < 2 * UNITS; u++) {
                float2 weight = *(const float2*)(r.query_norm + u * 8 + t * 2);
                x[u] = make_float2(rounded(x[u].x * scale * weight.x), rounded(x[u].y * scale * weight.y));
            }
        }
#pragma unroll
        for (int u = 0; u < UNITS; u++) {
            float2 a = x[u], b = x[UNITS + u];
            q[u / 2][(u % 2) * 2 + row] = two(a.x * cosine[u].x - b.x * sine[u].x, a.y * cosine[u].y - b.y * sine[u].y);
            q[(UNITS + u) / 2][((UNITS + u) % 2) * 2 + row] = two(b.x * cosine[u].x + a.x * sine[u].x, b.y * cosine[u].y + a.y * sine[u].y);
        }
    }
}

// The key and value that a row brings, a warp's work: the lane's numbers of them, fetched early and made when they are needed.
struct own_token {
    int slot;
    float cosine[HEAD_STEPS], sine[HEAD_STEPS], key[HEAD_STEPS], partner[HEAD_STEPS];
    act value[HEAD_STEPS];
};

__device__ __forceinline__ int partner_of(int number) { return number < HEAD / 2 ? number + HEAD / 2 : number - HEAD / 2; }

// What does not wait for the kernel in front.
__device__ __forceinline__ void load_angles(own_token& own, const rotation& r, int row, int position) {
    own.slot = r.slots[row];
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) {
        int i = (threadIdx.x & 31) + 32 * s;
        if (i >= HEAD) continue;
        i64 angle = (i64)position * (HEAD / 2) + (i < HEAD / 2 ? i : partner_of(i));
        own.cosine[s] = r.cosines[angle];
        own.sine[s] = r.sines[angle];
    }
}

__device__ __forceinline__ void load_token(own_token& own, const act* key, const act* value) {
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) {
        int i = (threadIdx.x & 31) + 32 * s;
        own.key[s] = own.partner[s] = 0;
        if (i >= HEAD) continue;
        own.key[s] = number(key[i]);
        own.partner[s] = number(key[partner_of(i)]);
        own.value[s] = value[i];
    }
}

// Norms and rotates the key as rotary_and_store does it, and writes key and value to the cache and into the tile in shared memory.
__device__ __forceinline__ void store_token(own_token& own, const rotation& r, act* cache, i64 plane, act* tile, int tile_plane) {
    int lane = threadIdx.x & 31;
    if (r.key_norm) {
        float sum = 0;
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) sum += own.key[s] * own.key[s];
        float scale = 1.f / sqrtf(warp_sum(sum) / HEAD + r.epsilon);
#pragma unroll
        for (int s = 0; s < HEAD_STEPS; s++) {
            int i = lane + 32 * s;
            if (i >= HEAD) continue;
            own.key[s] = rounded(own.key[s] * scale * r.key_norm[i]);
            own.partner[s] = rounded(own.partner[s] * scale * r.key_norm[partner_of(i)]);
        }
    }
#pragma unroll
    for (int s = 0; s < HEAD_STEPS; s++) {
        int i = lane + 32 * s;
        if (i >= HEAD) continue;
        act key;
        store(i < HEAD / 2 ? own.key[s] * own.cosine[s] - own.partner[s] * own.sine[s] : own.key[s] * own.cosine[s] + own.partner[s] * own.sine[s], &key);
        tile[i] = cache[i] = key;
        tile[tile_plane + i] = cache[plane + i] = own.value[s];
    }
}

// rows[i]: the row of a single token, or -1. A split has `split_chunks` chunks of DECODE_KEYS tokens, or what an even division over
// gridDim.z comes to where that is 0. past_is_complete: StepLayout.PastIsComplete. partials: [rows][query heads][splits][PARTIAL]; counters: [rows][kv heads], zero and left so.
// With ROTATE, queries and the row's key are rotated here, and its key and value written; the past is complete. WARPS of a block share a head of
// keys; with 1 there are no splits, and each warp has a head of its own.
template <bool ROTATE, int WARPS>
__device__ __forceinline__ void attend_single(
    const act* qkv, i64 stride, act* output, i64 output_stride, act* keys, i64 plane, int kv_heads,
    const int* rows, const int* positions, const int* table_starts, const int* tables, float scale, int window,
    float* partials, u32* counters, int split_chunks, int past_is_complete, const rotation& r) {
    extern __shared__ uint4 shared[];
    __shared__ float merge[DECODE_WARPS][16][2];
    __shared__ bool is_last;
    LET_NEXT_START;
    int row = rows[blockIdx.y];
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
    int kv_head = WARPS == 1 ? blockIdx.x * DECODE_WARPS + warp : blockIdx.x, turn = WARPS == 1 ? 0 : warp;
    int end = row < 0 || kv_head >= kv_heads ? 0 : positions[row] + 1, start = max(0, end - window) / DECODE_KEYS * DECODE_KEYS;
    int chunks = (end - start + DECODE_KEYS - 1) / DECODE_KEYS;
    int per_split = split_chunks ? split_chunks : max((chunks + (int)gridDim.z - 1) / (int)gridDim.z, LEAST_CHUNKS);
    int splits = (chunks + per_split - 1) / per_split;
    if (blockIdx.z >= splits) {
        WAIT_FOR_PREVIOUS;
        return;
    }
    int chunk_end = min(chunks, (int)(blockIdx.z + 1) * per_split);

    cache_view cache = {keys, plane, tables, kv_heads};
    const int* table = tables + table_starts[row];
    float o[NTILES][4] = {}, maximum[2] = {-INFINITE, -INFINITE}, sum[2] = {};
    const int stage_bytes = 2 * DECODE_KEYS * STRIDE * 2;
    u32 base = shared_address(shared) + warp * DECODE_STAGES * stage_bytes;
    int next = blockIdx.z * per_split + turn;
    int stage = 0;

    // Keys and values that earlier steps wrote can be fetched while the kernels before this one still run; the row's own cannot.
    int stored = ROTATE ? end - 1 : end;
#pragma unroll
    for (int s = 0; s < DECODE_STAGES - 1; s++) {
        int first = start + (next + s * WARPS) * DECODE_KEYS;
        if (next + s * WARPS < chunk_end && (ROTATE || (past_is_complete && first + DECODE_KEYS < end))) load_chunk(base + s * stage_bytes, cache, table, kv_head, first, stored);
    }
    float2 cosine[UNITS], sine[UNITS];

    // The row's own token, in the last chunk, is its warp's affair.
    bool owns = ROTATE && blockIdx.z == splits - 1 && (chunks - 1 - (int)blockIdx.z * per_split) % WARPS == turn;
    own_token own;
    if (ROTATE) {
        i64 angles = (i64)(end - 1) * (HEAD / 2);
#pragma unroll
        for (int u = 0; u < UNITS; u++) {
            cosine[u] = *(const float2*)(r.cosines + angles + u * 8 + t * 2);
            sine[u] = *(const float2*)(r.sines + angles + u * 8 + t * 2);
        }
        if (owns) load_angles(own, r, row, end - 1);
    }
    WAIT_FOR_PREVIOUS;
#pragma unroll
    for (int s = 0; s < DECODE_STAGES - 1; s++, next += WARPS) {
        int first = start + next * DECODE_KEYS;
        if (next < chunk_end && !ROTATE && !(past_is_complete && first + DECODE_KEYS < end)) load_chunk(base + s * stage_bytes, cache, table, kv_head, first, end);
        copies_end();
    }
    const act* query = qkv + (i64)row * stride + kv_head * GROUP * HEAD;
    u32 q[KSTEPS][4];
    load_queries(q, g < GROUP ? query + g * HEAD : 0, g + 8 < GROUP ? query + (g + 8) * HEAD : 0);

    if (owns) {
        const act* from = qkv + (i64)row * stride + (kv_heads * GROUP + kv_head) * HEAD;
        load_token(own, from, from + kv_heads * HEAD);
    }
    if (ROTATE) rotate_queries(q, r, cosine, sine);
    scale *= 1.44269504f;
    for (int chunk = blockIdx.z * per_split + turn; chunk < chunk_end; chunk += WARPS) {
        copies_wait<DECODE_STAGES - 2>();
        __syncwarp();
        u32 here = base + stage * stage_bytes;
        int free_stage = stage == 0 ? DECODE_STAGES - 1 : stage - 1;
        if (next < chunk_end) load_chunk(base + free_stage * stage_bytes, cache, table, kv_head, start + next * DECODE_KEYS, stored);
        copies_end();
        next += WARPS;
        stage = stage + 1 == DECODE_STAGES ? 0 : stage + 1;
        int first = start + chunk * DECODE_KEYS;
        if (owns && chunk == chunks - 1) {
            act* tile = (act*)((u8*)shared + (here - shared_address(shared))) + (end - 1 - first) * STRIDE;
            act* to = keys + (((i64)(own.slot / BLOCK) * kv_heads + kv_head) * BLOCK + own.slot % BLOCK) * HEAD;
            store_token(own, r, to, plane, tile, DECODE_KEYS * STRIDE);
            __syncwarp();
        }

        float s[DECODE_KEYS / 8][4];
        score<DECODE_KEYS / 8>(s, q, here);
        if (first + DECODE_KEYS > end || first < end - window) {
#pragma unroll
            for (int n = 0; n < DECODE_KEYS / 8; n++) {
#pragma unroll
                for (int c = 0; c < 2; c++) {
                    int token = first + n * 8 + t * 2 + c;
                    if (token >= end || token < end - window) s[n][c] = s[n][2 + c] = -INFINITE;
                }
            }
        }
        soften<DECODE_KEYS / 8, 0>(s, o, maximum[0], sum[0], scale);
        if (GROUP > 8) soften<DECODE_KEYS / 8, 1>(s, o, maximum[1], sum[1], scale);
        weigh<DECODE_KEYS / 8>(o, s, here + DECODE_KEYS * STRIDE * 2);
        __syncwarp();
    }
    copies_wait<0>();

    if (WARPS == 1) {
        float low = 1.f / quad_sum(sum[0]), high = GROUP > 8 ? 1.f / quad_sum(sum[1]) : 0.f;
        act* to = output + (i64)row * output_stride + (kv_head * GROUP + g) * HEAD + t * 2;
#pragma unroll
        for (int n = 0; n < NTILES; n++) {
            if (g < GROUP) *(u32*)(to + n * 8) = two(o[n][0] * low, o[n][1] * low);
            if (g + 8 < GROUP) *(u32*)(to + 8 * HEAD + n * 8) = two(o[n][2] * high, o[n][3] * high);
        }
        return;
    }

    // The warps' results, in the order of the warps.
    float* results = (float*)shared;  // [warps][16][HEAD]
    __syncthreads();
    sum[0] = quad_sum(sum[0]);
    sum[1] = quad_sum(sum[1]);
    if (t == 0) {
        merge[warp][g][0] = maximum[0] * scale;
        merge[warp][g][1] = sum[0];
        merge[warp][g + 8][0] = maximum[1] * scale;
        merge[warp][g + 8][1] = sum[1];
    }
#pragma unroll
    for (int n = 0; n < NTILES; n++) {
        float* to = results + (warp * 16 + g) * HEAD + n * 8 + t * 2;
        if (g < GROUP) *(float2*)to = make_float2(o[n][0], o[n][1]);
        if (g + 8 < GROUP) *(float2*)(to + 8 * HEAD) = make_float2(o[n][2], o[n][3]);
    }
    __syncthreads();
    for (int i = threadIdx.x; i < GROUP * HEAD; i += DECODE_WARPS * 32) {
        int head = i / HEAD, number_of_head = i % HEAD;
        float m = -INFINITE, l = 0, v = 0;
#pragma unroll
        for (int w = 0; w < DECODE_WARPS; w++) m = fmaxf(m, merge[w][head][0]);
#pragma unroll
        for (int w = 0; w < DECODE_WARPS; w++) {
            float keep = exp2f(merge[w][head][0] - m);
            l += keep * merge[w][head][1];
            v += keep * results[(w * 16 + head) * HEAD + number_of_head];
        }
        int query_head = kv_head * GROUP + head;
        if (splits == 1) store(v / l, output + (i64)row * output_stride + query_head * HEAD + number_of_head);
        else {
            float* to = partials + (((i64)blockIdx.y * kv_heads * GROUP + query_head) * gridDim.z + blockIdx.z) * PARTIAL;
            to[number_of_head] = v;
            if (number_of_head == 0) {
                to[HEAD] = m;
                to[HEAD + 1] = l;
            }
        }
    }
    if (splits == 1) return;

    // Who comes last adds up all splits, in their order.
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        u32* counter = counters + blockIdx.y * kv_heads + kv_head;
        is_last = atomicAdd(counter, 1) == splits - 1;
        if (is_last) *counter = 0;
    }
    __syncthreads();
    if (!is_last) return;
    __threadfence();
    for (int i = threadIdx.x; i < GROUP * HEAD; i += DECODE_WARPS * 32) {
        int query_head = kv_head * GROUP + i / HEAD, number_of_head = i % HEAD;
        const float* from = partials + ((i64)blockIdx.y * kv_heads * GROUP + query_head) * gridDim.z * PARTIAL;
        float m = -INFINITE, l = 0, v = 0;
        for (int s = 0; s < splits; s++) m = fmaxf(m, __ldcg(from + s * PARTIAL + HEAD));
        for (int s = 0; s < splits; s++) {
            float keep = exp2f(__ldcg(from + s * PARTIAL + HEAD) - m);
            l += keep * __ldcg(from + s * PARTIAL + HEAD + 1);
            v += keep * __ldcg(from + s * PARTIAL + number_of_head);
        }
        store(v / l, output + (i64)row * output_stride + query_head * HEAD + number_of_head);
    }
}

extern "C" __global__ void __launch_bounds__(DECODE_WARPS * 32) attention_decode(
    const act* qkv, i64 stride, act* output, i64 output_stride, act* keys, i64 plane, int kv_heads,
    const int* rows, const int* positions, const int* table_starts, const int* tables, float scale, int window,
    float* partials, u32* counters, int split_chunks, int past_is_complete) {
    attend_single<false, DECODE_WARPS>(qkv, stride, output, output_stride, keys, plane, kv_heads, rows, positions, table_starts, tables, scale, window, partials, counters,
                         split_chunks, past_is_complete, rotation());
}

extern "C" __global__ void __launch_bounds__(DECODE_WARPS * 32) rotary_attention_decode(
    const act* qkv, i64 stride, act* output, i64 output_stride, act* keys, i64 plane, int kv_heads,
    const int* rows, const int* positions, const int* table_starts, const int* tables, float scale, int window,
    float* partials, u32* counters, int split_chunks,
    const float* cosines, const float* sines, const float* query_norm, const float* key_norm, float epsilon, const int* slots) {
    rotation r = {cosines, sines, query_norm, key_norm, epsilon, slots};
    attend_single<true, DECODE_WARPS>(qkv, stride, output, output_stride, keys, plane, kv_heads, rows, positions, table_starts, tables, scale, window, partials, counters,
                        split_chunks, 1, r);
}

extern "C" __global__ void __launch_bounds__(DECODE_WARPS * 32, HEAD <= 64 ? 4 : 2) rotary_attention_heads(
    const act* qkv, i64 stride, act* output, i64 output_stride, act* keys, i64 plane, int kv_heads,
    const int* rows, const int* positions, const int* table_starts, const int* tables, float scale, int window,
    float* partials, u32* counters, int split_chunks,
    const float* cosines, const float* sines, const float* query_norm, const float* key_norm, float epsilon, const int* slots) {
    rotation r = {cosines, sines, query_norm, key_norm, epsilon, slots};
    attend_single<true, 1>(qkv, stride, output, output_stride, keys, plane, kv_heads, rows, positions, table_starts, tables, scale, window, partials, counters,
                        split_chunks, 1, r);
}
#endif

// A block does one row and one query head; its reduction order depends on positions alone.
#define ANY_THREADS 128
extern "C" __global__ void attention_any(
    const act* qkv, i64 stride, act* output, i64 output_stride, const act* keys, i64 plane, int kv_heads,
    const int* positions, const int* table_starts, const int* tables, float scale, int window) {
    __shared__ float query[HEAD];
    __shared__ float weights[ANY_THREADS];
    __shared__ float maxima[ANY_THREADS / 32];
    BEGIN;
    int row = blockIdx.x, head = blockIdx.y, kv_head = head / GROUP, me = threadIdx.x;
    cache_view cache = {keys, plane, tables, kv_heads};
    const int* table = tables + table_starts[row];
    int end = positions[row] + 1, start = max(0, end - window) / ANY_THREADS * ANY_THREADS;
    for (int i = me; i < HEAD; i += ANY_THREADS) query[i] = number(qkv[row * stride + head * HEAD + i]);
    float o[(HEAD + ANY_THREADS - 1) / ANY_THREADS] = {};
    float maximum = -INFINITE, sum = 0;
    for (int first = start; first < end; first += ANY_THREADS) {
        int token = first + me;
        bool seen = token < end && token >= end - window;
        float s = -INFINITE;
        __syncthreads();
        if (seen) {
            const act* k = key_at(cache, table, kv_head, token);
            s = 0;
            for (int i = 0; i < HEAD; i++) s += query[i] * number(k[i]);
            s *= scale;
        }
        float m = s;
        for (int d = 16; d > 0; d >>= 1) m = fmaxf(m, __shfl_xor_sync(0xffffffff, m, d));
        if ((me & 31) == 0) maxima[me >> 5] = m;
        __syncthreads();
        for (int w = 0; w < ANY_THREADS / 32; w++) m = fmaxf(m, maxima[w]);
        m = fmaxf(m, maximum);
        float keep = maximum == -INFINITE ? 0.f : expf(maximum - m);
        float weight = seen ? expf(s - m) : 0.f;
        maximum = m;
        weights[me] = weight;
        sum = sum * keep + block_sum(weight);
        int last = min(ANY_THREADS, end - first);
#pragma unroll
        for (int d = 0; d < (HEAD + ANY_THREADS - 1) / ANY_THREADS; d++) {
            int i = me + d * ANY_THREADS;
            if (i < HEAD) {
                float v = 0;
                for (int j = max(0, end - window - first); j < last; j++) v += weights[j] * number(key_at(cache, table, kv_head, first + j)[i + plane]);
                o[d] = o[d] * keep + v;
            }
        }
    }
#pragma unroll
    for (int d = 0; d < (HEAD + ANY_THREADS - 1) / ANY_THREADS; d++) {
        int i = me + d * ANY_THREADS;
        if (i < HEAD) store(o[d] / sum, output + row * output_stride + head * HEAD + i);
    }
}
