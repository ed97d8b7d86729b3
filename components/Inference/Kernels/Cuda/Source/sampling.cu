// Choosing tokens from rows of float32 logits, as Sampler.cs does it. A block takes one sample after the other; its 32 warps own
// consecutive segments of the vocabulary, so that lists stay in the order of token ids without sorting. Weights (exp of the logit
// relative to the best, which weighs 1) are summed as integers in units of 2^-40: sums do not depend on the order of additions.
#define SAMPLE_WARPS 32
#define SAMPLE_THREADS (SAMPLE_WARPS * 32)
#define BATCH 8  // logits or entries of a lane that are fetched at a time
#define TURNS 4  // buckets of a warp that are added up before they are counted
#define NOT_FINITE (-1)
#define UNIT 1099511627776.f

struct sample {
    int row;          // of the logits
    float scale;      // one over the temperature; 0: greedy
    int top_k;        // 0: off
    float top_p;      // 1: off
    float min_p;      // 0: off
    int slot;         // where the token goes
    double uniform;   // in [0, 1)
};

struct entry { float weight; int token; };

__device__ __forceinline__ u64 mass_of(float weight) { return (u64)(weight * UNIT); }
__device__ __forceinline__ float weight_of(float logit, float best, float scale) {
    float x = (logit - best) * scale;
    return x < -87.f ? 0.f : expf(x);
}

__device__ __forceinline__ u64 warp_sum(u64 x) {
#pragma unroll
    for (int d = 16; d > 0; d >>= 1) x += __shfl_xor_sync(0xffffffff, x, d);
    return x;
}

// A float as an integer that orders the same way.
__device__ __forceinline__ u32 ordered(float x) {
    u32 bits = __float_as_uint(x);
    return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}
__device__ __forceinline__ float from_ordered(u32 key) { return __uint_as_float(key & 0x80000000 ? key & 0x7fffffff : ~key); }

// The greatest of all threads' keys; every thread gets it.
__device__ u64 block_max(u64 key) {
    __shared__ u64 parts[SAMPLE_WARPS];
    for (int d = 16; d > 0; d >>= 1) {
        u64 other = __shfl_xor_sync(0xffffffff, key, d);
        key = other > key ? other : key;
    }
    __syncthreads();
    if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = key;
    __syncthreads();
    key = parts[threadIdx.x & 31];
    for (int d = 16; d > 0; d >>= 1) {
        u64 other = __shfl_xor_sync(0xffffffff, key, d);
        key = other > key ? other : key;
    }
    return key;
}

// (logit, smallest id) as one key: the greatest key is the best token.
__device__ __forceinline__ u64 key_of(float logit, int token) { return (u64)ordered(logit) << 32 | (u32)~token; }

// The best token whose key is at most `limit`. A NaN has the greatest key of all.
#define NO_LIMIT (~0ull)
__device__ u64 best_upto(const float* logits, int vocabulary, u64 limit) {
    u64 best = 0;
    int whole = ((u64)logits & 15) == 0 ? vocabulary / 4 : 0;
    for (int i = threadIdx.x; i < whole; i += SAMPLE_THREADS) {
        float4 v = ((const float4*)logits)[i];
        float x[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
        for (int j = 0; j < 4; j++) {
            u64 key = x[j] != x[j] ? NO_LIMIT : key_of(x[j], i * 4 + j);
            if (key > best && key <= limit) best = key;
        }
    }
    for (int i = whole * 4 + threadIdx.x; i < vocabulary; i += SAMPLE_THREADS) {
        u64 key = logits[i] != logits[i] ? NO_LIMIT : key_of(logits[i], i);
        if (key > best && key <= limit) best = key;
    }
    return block_max(best);
}

// Lists of the warps: list w has count[w] entries in the order of token ids, of total mass[w].
struct lists {
    u32 count[SAMPLE_WARPS];
    u64 mass[SAMPLE_WARPS];
    u32 ties[SAMPLE_WARPS];
    u32 counts[256];
    u64 masses[256];
    u32 prefix;
    u64 rest;
    u32 tie_quota;
};

__device__ __forceinline__ void totals(const lists& l, u32& count, u64& mass) {
    count = 0;
    mass = 0;
    for (int w = 0; w < SAMPLE_WARPS; w++) {
        count += l.count[w];
        mass += l.mass[w];
    }
}

// Keeps the heaviest entries: `quota` of them (by_mass false), or the fewest that weigh `quota` together. Ties go to smaller ids.
// A radix search for the border's weight, eight bits at a time from the top, then each warp closes its own list up.
__device__ void keep_heaviest(lists& l, entry* mine, u64 quota, bool by_mass) {
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    if (threadIdx.x == 0) {
        l.prefix = 0;
        l.rest = quota;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
        for (int i = threadIdx.x; i < 256; i += SAMPLE_THREADS) {
            l.counts[i] = 0;
            l.masses[i] = 0;
        }
        __syncthreads();
        u32 prefix = l.prefix;
        for (u32 start = 0; start < l.count[warp]; start += 32) {
            bool in = start + lane < l.count[warp];
            float weight = in ? mine[start + lane].weight : 0.f;
            u32 bits = __float_as_uint(weight), bucket = (bits >> shift) & 255;
            in = in && (shift == 24 || (bits >> (shift + 8)) == (prefix >> (shift + 8)));

            // Weights of one magnitude would all queue for one counter: the first few buckets of a warp are added up before they are counted.
            u32 left = __ballot_sync(0xffffffff, in);
            for (int turn = 0; turn < TURNS && left; turn++) {
                int leader = __ffs(left) - 1;
                u32 first = __shfl_sync(0xffffffff, bucket, leader), same = __ballot_sync(0xffffffff, in && bucket == first);
                bool mine_too = same >> lane & 1;
                u64 mass = by_mass ? warp_sum(mine_too ? mass_of(weight) : 0ull) : 0;
                if (lane == leader) {
                    atomicAdd(&l.counts[bucket], (u32)__popc(same));
                    if (by_mass) atomicAdd(&l.masses[bucket], mass);
                }
                if (mine_too) in = false;
                left &= ~same;
            }
            if (in) {
                atomicAdd(&l.counts[bucket], 1u);
                if (by_mass) atomicAdd(&l.masses[bucket], mass_of(weight));
            }
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            // From the heaviest bucket down, to the one in which the quota is reached; to the last that holds anything, if rounding left it short.
            int bucket = 255, last = 255;
            u64 rest = l.rest, before = rest;
            for (;; bucket--) {
                if (l.counts[bucket]) {
                    u64 here = by_mass ? l.masses[bucket] : l.counts[bucket];
                    last = bucket;
                    before = rest;
                    if (here >= rest) break;
                    rest -= here;
                }
                if (bucket == 0) break;
            }
            l.prefix = prefix | (u32)last << shift;
            l.rest = before;
            if (shift == 0) {
                u64 tie = mass_of(__uint_as_float(l.prefix));
                u64 ties = !by_mass ? before : tie == 0 ? l.counts[last] : (before + tie - 1) / tie;
                l.tie_quota = (u32)(ties < l.counts[last] ? ties : l.counts[last]);
                if (l.tie_quota == 0) l.tie_quota = 1;
            }
        }
        __syncthreads();
    }

    u32 border = l.prefix, ties = 0;
    for (u32 i = lane; i < l.count[warp]; i += 32) ties += __float_as_uint(mine[i].weight) == border;
    for (int d = 16; d > 0; d >>= 1) ties += __shfl_xor_sync(0xffffffff, ties, d);
    if (lane == 0) l.ties[warp] = ties;
    __syncthreads();
    u32 before = 0;
    for (int w = 0; w < warp; w++) before += l.ties[w];
    u32 quota_here = l.tie_quota > before ? l.tie_quota - before : 0, seen = 0, kept = 0;
    u64 mass = 0;
    for (u32 start = 0; start < l.count[warp]; start += 32) {
        bool there = start + lane < l.count[warp];
        entry e = there ? mine[start + lane] : entry{0.f, 0};
        u32 bits = __float_as_uint(e.weight);
        u32 tied = __ballot_sync(0xffffffff, there && bits == border);
        u32 rank = seen + __popc(tied & ((1u << lane) - 1));
        bool in = there && (bits > border || (bits == border && rank < quota_here));
        u32 ins = __ballot_sync(0xffffffff, in);
        __syncwarp();
        if (in) {
            mine[kept + __popc(ins & ((1u << lane) - 1))] = e;
            mass += mass_of(e.weight);
        }
        __syncwarp();
        seen += __popc(tied);
        kept += __popc(ins);
    }
    mass = warp_sum(mass);
    __syncthreads();
    if (lane == 0) {
        l.count[warp] = kept;
        l.mass[warp] = mass;
    }
    __syncthreads();
}

// The entry at a point of the mass, by one warp: `at` is below the mass of the list.
template <class At>
__device__ int token_at(u64 at, u32 count, At entry_at) {
    int lane = threadIdx.x & 31;
    for (u32 start = 0; start < count; start += 32 * BATCH) {
        entry e[BATCH];
        u64 here = 0;
#pragma unroll
        for (int b = 0; b < BATCH; b++) {
            u32 i = start + b * 32 + lane;
            e[b] = i < count ? entry_at(i) : entry{0.f, -1};
            here += mass_of(e[b].weight);
        }
        here = warp_sum(here);
        if (at >= here) {
            at -= here;
            continue;
        }
#pragma unroll
        for (int b = 0; b < BATCH; b++) {
            u64 mass = mass_of(e[b].weight), upto = mass;
            for (int d = 1; d < 32; d <<= 1) {
                u64 other = __shfl_up_sync(0xffffffff, upto, d);
                if (lane >= d) upto += other;
            }
            u32 hits = __ballot_sync(0xffffffff, mass > 0 && at < upto);
            if (hits) return __shfl_sync(0xffffffff, e[b].token, __ffs(hits) - 1);
            at -= __shfl_sync(0xffffffff, upto, 31);
        }
    }
    return -1;
}

// tokens[slot] = the sample's token, or NOT_FINITE; the same in the host's pinned memory. scratch: vocabulary (rounded up to whole warps) entries for each block.
extern "C" __global__ void __launch_bounds__(SAMPLE_THREADS, 1) sample_tokens(
    const float* logits, i64 stride, int vocabulary, const sample* samples, int count, int* tokens, int* host_tokens, entry* scratch) {
    __shared__ lists l;
    __shared__ int chosen;
    BEGIN;
    int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    int segment = (vocabulary + SAMPLE_WARPS - 1) / SAMPLE_WARPS;
    int from = min(warp * segment, vocabulary), to = min(from + segment, vocabulary);
    entry* mine = scratch + ((i64)blockIdx.x * SAMPLE_WARPS + warp) * segment;
    for (int s = blockIdx.x; s < count; s += gridDim.x) {
        sample it = samples[s];
        if (it.row < 0) continue;
        const float* row = logits + it.row * stride;
        u64 key = best_upto(row, vocabulary, NO_LIMIT);
        float best = from_ordered((u32)(key >> 32));
        if (key == NO_LIMIT || !(best < INFINITE && best > -INFINITE)) {
            if (threadIdx.x == 0) tokens[it.slot] = host_tokens[it.slot] = NOT_FINITE;
            continue;
        }
        if (it.scale <= 0) {
            if (threadIdx.x == 0) tokens[it.slot] = host_tokens[it.slot] = (int)~(u32)key;
            continue;
        }

        bool filtered = it.top_k > 0 || it.top_p < 1.f || it.min_p > 0.f;
        u64 whole = 0;
        for (int attempt = 0; attempt < 4; attempt++) {
            float threshold = !filtered ? 0.f : fmaxf(it.min_p, attempt == 0 ? 1e-2f : attempt == 1 ? 3e-4f : attempt == 2 ? 1e-5f : 0.f);
            u32 listed = 0;
            u64 mass = 0, all = 0;
            for (int start = from; start < to; start += 32 * BATCH) {
                float x[BATCH];
#pragma unroll
                for (int b = 0; b < BATCH; b++) {
                    int token = start + b * 32 + lane;
                    x[b] = token < to ? row[token] : -INFINITE;
                }
#pragma unroll
                for (int b = 0; b < BATCH; b++) {
                    int token = start + b * 32 + lane;
                    float weight = token < to ? weight_of(x[b], best, it.scale) : -1.f;
                    if (weight > 0) all += mass_of(weight);
                    if (!filtered) continue;
                    bool in = weight >= threshold;
                    u32 ins = __ballot_sync(0xffffffff, in);
                    if (in) {
                        mine[listed + __popc(ins & ((1u << lane) - 1))] = entry{weight, token};
                        mass += mass_of(weight);
                    }
                    listed += __popc(ins);
                }
            }
            mass = warp_sum(filtered ? mass : all);
            all = warp_sum(all);
            __syncthreads();
            if (lane == 0) {
                l.count[warp] = listed;
                l.mass[warp] = mass;
                l.masses[warp] = all;
            }
            __syncthreads();
            whole = 0;
            for (int w = 0; w < SAMPLE_WARPS; w++) whole += l.masses[w];
            u32 found;
            totals(l, found, mass);
            bool enough = it.top_k > 0 ? found >= it.top_k : it.min_p == 0 && mass >= it.top_p * (double)whole;
            if (!filtered || threshold <= it.min_p || enough) break;
        }

        u32 kept;
        u64 mass;
        totals(l, kept, mass);
        __syncthreads();
        if (it.top_k > 0 && it.top_k < kept) {
            keep_heaviest(l, mine, it.top_k, false);
            totals(l, kept, mass);
        }
        if (it.top_p < 1.f) {
            u64 share = (u64)(it.top_p * (double)(it.top_k > 0 || it.min_p > 0 ? mass : whole));
            keep_heaviest(l, mine, share > 0 ? share : 1, true);
            totals(l, kept, mass);
        }

        // Every thread finds the segment in which the draw lies; its warp finds the token.
        u64 at = (u64)(it.uniform * (double)mass);
        int owner = -1, last = 0;
        for (int w = 0; w < SAMPLE_WARPS; w++) {
            if (l.mass[w] == 0) continue;
            last = w;
            if (at < l.mass[w]) {
                owner = w;
                break;
            }
            at -= l.mass[w];
        }
        if (owner < 0) {
            owner = last;
            at = l.mass[last] - 1;
        }
        if (warp == owner) {
            float scale = it.scale;
            chosen = filtered ? token_at(at, l.count[warp], [&](u32 i) { return mine[i]; })
                              : token_at(at, (u32)(to - from), [&](u32 i) { return entry{weight_of(row[from + i], best, scale), (int)(from + i)}; });
        }
        __syncthreads();
        if (threadIdx.x == 0) tokens[it.slot] = host_tokens[it.slot] = chosen;
        __syncthreads();
    }
}

// Changes of single logits before sampling, in a copy of the row: masks and biases are added, then penalties as in TokenCounts.cs.
struct change {
    int row;          // of the copy
    int token;
    float bias;       // added first; minus infinity forbids the token
    float repetition; // positive logits are divided by it, negative ones multiplied
    float subtract;   // presence and frequency penalties
};

KERNEL copy_row(const float* logits, i64 stride, int vocabulary, const int2* pairs, float* copies) {
    BEGIN;
    const float* from = logits + pairs[blockIdx.x].x * stride;
    float* to = copies + pairs[blockIdx.x].y * stride;
    for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < vocabulary; i += gridDim.y * blockDim.x) to[i] = from[i];
}

KERNEL change_logits(float* copies, i64 stride, const change* changes, int count) {
    BEGIN;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    change c = changes[i];
    float* at = copies + c.row * stride + c.token;
    float x = *at + c.bias;
    x = x > 0 ? x / c.repetition : x * c.repetition;
    *at = x - c.subtract;
}

// Log-probabilities from the logits as the model gave them: result[i] = token's, then `top` pairs of the best (value, id as bits).
struct logprob { int row, slot, top, offset; };

extern "C" __global__ void __launch_bounds__(SAMPLE_THREADS, 1) log_probabilities(
    const float* logits, i64 stride, int vocabulary, const logprob* wanted, const int* tokens, float* result) {
    __shared__ double parts[SAMPLE_WARPS];
    BEGIN;
    logprob it = wanted[blockIdx.x];
    const float* row = logits + it.row * stride;
    int token = tokens[it.slot];
    if (token < 0) return;
    u64 key = best_upto(row, vocabulary, NO_LIMIT);
    float best = from_ordered((u32)(key >> 32));
    double sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += SAMPLE_THREADS) sum += weight_of(row[i], best, 1.f);
    for (int d = 16; d > 0; d >>= 1) sum += __shfl_xor_sync(0xffffffff, sum, d);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = sum;
    __syncthreads();
    sum = 0;
    for (int w = 0; w < SAMPLE_WARPS; w++) sum += parts[w];
    double normaliser = best + log(sum);
    float* to = result + it.offset;
    if (threadIdx.x == 0) to[0] = (float)(row[token] - normaliser);
    u64 limit = NO_LIMIT;
    for (int i = 0; i < it.top; i++) {
        u64 found = best_upto(row, vocabulary, limit);
        limit = found - 1;
        if (threadIdx.x == 0) {
            to[1 + 2 * i] = (float)(from_ordered((u32)(found >> 32)) - normaliser);
            to[2 + 2 * i] = __int_as_float((int)~(u32)found);
        }
    }
}
