namespace Serverless.Inference.Kernels;

/// <summary>
/// The dozen operations that a language model's forward pass is written against. Buffers are allocated once and reused; an
/// operation reads and writes the first <c>rows</c> rows of what it is given, where a row is a token (or a sequence, after
/// <see cref="Gather"/>).
/// <para>
/// Contract of every backend that claims batch invariance (the CPU backend always does): each output number is a function of its
/// own row only, computed with one fixed reduction order (by index for products, by position for attention) that depends on
/// neither the number of rows, the chunking of a prompt, the micro-kernel taken, the number of threads nor on where KV blocks
/// lie or who computed them.
/// </para>
/// </summary>
public interface IKernels : IDisposable
{
    /// <summary>What it runs on, for people: "cpu (AVX-512, 2 threads)".</summary>
    string Device { get; }

    /// <summary>Bytes that a KV cache may take on this device by default.</summary>
    long DefaultKvCacheBytes { get; }

    /// <summary>Tokens of a step by default: so many that more would not be computed faster, only later.</summary>
    int DefaultStepTokens { get; }

    /// <summary>Sequences that run at once by default: so many that more would hardly be faster together, as far as the memory of such devices goes.</summary>
    int DefaultSequences { get; }

    /// <summary>Allocates activations of <paramref name="rows"/> x <paramref name="columns"/> numbers, in the backend's activation type.</summary>
    Tensor Allocate(int rows, int columns);

    /// <summary>Allocates <paramref name="rows"/> x <paramref name="columns"/> numbers that are float32 on every backend.</summary>
    Tensor AllocateLogits(int rows, int columns);

    /// <summary>
    /// Takes a weight matrix [<paramref name="rows"/> outputs, <paramref name="columns"/> inputs] (row-major, as in checkpoints),
    /// packs it as this backend likes and stores it as <paramref name="storage"/>.
    /// </summary>
    Matrix LoadMatrix(ReadOnlySpan<byte> data, DType type, int rows, int columns, DType storage);

    /// <summary>Takes matrices of equal <paramref name="columns"/> and stacks their outputs into one (q, k, v; gate, up).</summary>
    Matrix LoadStacked(IReadOnlyList<WeightSource> parts, int columns, DType storage);

    /// <summary>Takes a vector (norm weight, bias).</summary>
    Vector LoadVector(ReadOnlySpan<byte> data, DType type, int length);

    /// <summary>Takes a vector that is a concatenation (stacked biases).</summary>
    Vector LoadVector(ReadOnlySpan<float> data);

    /// <summary>Allocates keys and values of all layers.</summary>
    KvCache AllocateKvCache(KvCacheShape shape);

    /// <summary>
    /// Begins a step: takes its layout to where kernels read it. Operations that are given a layout are given the one that was begun
    /// last, unchanged since.
    /// </summary>
    void Begin(StepLayout layout);

    /// <summary>output[r] = table[layout.Tokens[r]].</summary>
    void Embed(Matrix table, StepLayout layout, Tensor output);

    /// <summary>output[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight, over groups of weight.Length columns (so that heads can be normed).</summary>
    void RmsNorm(Tensor x, Vector weight, float epsilon, int rows, Tensor output);

    /// <summary>output[r] = weight * x[r] (+ bias).</summary>
    void MatMul(Tensor x, Matrix weight, Vector? bias, int rows, Tensor output);

    /// <summary>
    /// output[r] += weight * x[r] (+ bias). What <paramref name="scratch"/>, as large as the output, holds afterwards is the backend's affair.
    /// </summary>
    void MatMulAdd(Tensor x, Matrix weight, Vector? bias, int rows, Tensor scratch, Tensor output);

    /// <summary>
    /// output[r] = silu(gate * x[r]) * (up * x[r]), where <paramref name="gateUp"/> and its bias stack gate over up: SwiGLU (Shazeer 2020, arXiv:2002.05202).
    /// What <paramref name="scratch"/> [rows, outputs of gate and up] holds afterwards is the backend's affair.
    /// </summary>
    void SwiGlu(Tensor x, Matrix gateUp, Vector? bias, int rows, Tensor scratch, Tensor output);

    /// <summary>
    /// qkv[r] = [query heads | key heads | value heads]: norms query and key heads if weights are given (Qwen3), rotates both by
    /// the token's position (half-split layout of Hugging Face), and writes key and value into the token's KV slot. Queries stay in place.
    /// </summary>
    void RotaryAndStore(Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer);

    /// <summary>
    /// output[r] = softmax(scale * q . k) v over the positions 0 .. position(r) of the row's own sequence (last
    /// <paramref name="window"/> of them if given), read through its block table. Prefill chunks and decodes mix freely.
    /// </summary>
    void PagedAttention(Tensor qkv, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output);

    /// <summary>
    /// <see cref="RotaryAndStore"/>, then <see cref="PagedAttention"/>: what a layer does. A backend may do both at once; what <paramref name="qkv"/> holds
    /// afterwards is its affair.
    /// </summary>
    void RotaryAttention(
        Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCache cache, int layer, float scale, int? window, Tensor output)
    {
        RotaryAndStore(qkv, rotary, norm, layout, cache, layer);
        PagedAttention(qkv, layout, cache, layer, scale, window, output);
    }

    /// <summary>output[i] = x[layout.LogitRows[i]].</summary>
    void Gather(Tensor x, StepLayout layout, Tensor output);

    /// <summary>Copies whole KV blocks, all layers (copy on write).</summary>
    void CopyBlocks(KvCache cache, ReadOnlySpan<BlockCopy> copies);

    /// <summary>Waits for everything so far and copies the first <paramref name="rows"/> rows to the host, as float32.</summary>
    void Download(Tensor x, int rows, Span<float> destination);
}
