namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Rotary embedding and attention for one shape of heads, and what their launches depend on.</summary>
internal sealed class CudaAttention : IDisposable
{
    // As in attention.cu.
    private const int PrefillRows = 128;
    private const int PrefillKeys = 64;
    private const int PrefillThreads = 256;
    private const int DecodeKeys = 16;
    private const int DecodeWarps = 4;
    private const int DecodeStages = 3;
    private const int AnyThreads = 128;
    private const int RotaryThreads = 256;
    private const int MostSplits = 32;
    private const int Counters = 1 << 16;
    private const long InvariantPartialBytes = 64 << 20;

    // A head of so many tokens is done about as fast by a warp as by a block, where both have the card full (measured on an H200).
    private const int ShortLength = 288;

    // Where only rows shorter than this were short, there is no choice: a recorded graph more would not pay.
    private const int LeastLength = 64;

    // A split of a decode that must not depend on the batch: 512 tokens.
    private const int InvariantChunks = 32;

    private readonly CudaContext context;
    private readonly CudaModule module;
    private readonly CudaKernel rotary;
    private readonly CudaKernel any;
    private readonly CudaKernel? prefill;
    private readonly CudaKernel? decode;
    private readonly CudaKernel? rotaryDecode;
    private readonly CudaKernel? rotaryHeads;
    private readonly bool batchInvariant;

    // Heads of keys that rotaryHeads works at at once.
    private readonly int headsAtOnce;
    private readonly int head;
    private readonly int group;
    private readonly int stride;
    private readonly DevicePointer counters;
    private readonly DevicePointer partials;
    private readonly long partialBytes;

    /// <param name="context">The card.</param>
    /// <param name="arena">Its memory.</param>
    /// <param name="type">The activations' type.</param>
    /// <param name="head">Numbers of a head.</param>
    /// <param name="group">Query heads to a key head.</param>
    /// <param name="block">Tokens of a KV block.</param>
    /// <param name="batchInvariant">Whether a row's result must not depend on what else is in the step.</param>
    public CudaAttention(CudaContext context, CudaArena arena, DType type, int head, int group, int block, bool batchInvariant)
    {
        this.context = context;
        this.batchInvariant = batchInvariant;
        this.head = head;
        this.group = group;
        stride = head + 8;
        module = CudaSource.Compile(context, "attention", ["common.cuh", "rotary.cu", "attention.cu"], type, $"-DHEAD={head}", $"-DGROUP={group}", $"-DBLOCK={block}");
        rotary = module.Get("rotary_and_store");
        any = module.Get("attention_any");
        counters = arena.Allocate(Counters * sizeof(uint));
        context.Stream.Fill(counters, 0, Counters * sizeof(uint));
        if (type == DType.Float32 || head % 16 != 0 || head > 128 || group > 16) return;
        partialBytes = batchInvariant ? InvariantPartialBytes : 2L * context.Device.Multiprocessors * group * (head + 2) * sizeof(float);
        partials = arena.Allocate(partialBytes);
        prefill = module.Get("attention_prefill");
        decode = module.Get("attention_decode");
        rotaryDecode = module.Get("rotary_attention_decode");
        rotaryHeads = module.Get("rotary_attention_heads");
        headsAtOnce = rotaryHeads.ActiveBlocks(DecodeWarps * 32, DecodeShared) * DecodeWarps * context.Device.Multiprocessors;
    }

    /// <summary>Norms, rotates and stores a step's rows; see <see cref="IKernels.RotaryAndStore"/>.</summary>
    public void Store(CudaTensor qkv, int rows, CudaStep step, DevicePointer cosines, DevicePointer sines, int rotarySize, HeadNorm? norm, CudaKvCache cache, int layer)
    {
        int kvHeads = cache.Shape.KvHeads;
        int queryHeads = kvHeads * group;
        const int Warps = RotaryThreads / 32;
        rotary.Launch(
            context.Stream, (rows, (queryHeads + (2 * kvHeads) + Warps - 1) / Warps, 1), RotaryThreads, 0,
            [
                qkv.Data, (long)qkv.Stride, cosines, sines, rotarySize, ((CudaVector?)norm?.Query)?.Values ?? default, ((CudaVector?)norm?.Key)?.Values ?? default,
                norm?.Epsilon ?? 0f, step.Positions, step.Slots, cache.Keys(layer), cache.PlaneNumbers, queryHeads, kvHeads,
            ]);
    }

    /// <summary>Attends; see <see cref="IKernels.PagedAttention"/>.</summary>
    public void Attend(CudaTensor qkv, StepLayout layout, CudaStep step, CudaKvCache cache, int layer, float scale, int window, CudaTensor output)
    {
        if (decode is null) AttendAny(qkv, layout.RowCount, step, cache, layer, scale, window, output);
        else if (batchInvariant) AttendEach(qkv, layout, step, cache, layer, scale, window, output);
        else
        {
            int tokens = PrefillRows / group;
            int tiles = step.TilesOf(tokens);
            if (tiles > 0)
            {
                prefill!.Launch(
                    context.Stream, (tiles, cache.Shape.KvHeads, 1), PrefillThreads, 2 * 2 * PrefillKeys * stride * sizeof(ushort),
                    [
                        qkv.Data, (long)qkv.Stride, output.Data, (long)output.Stride, cache.Keys(layer), cache.PlaneNumbers, cache.Shape.KvHeads,
                        step.Tiles, step.Positions, step.TableStarts, step.Tables, scale, window,
                    ]);
            }

            if (step.SingleCount == 0) return;
            Decode(
                decode, qkv, step.SingleRows, step.SingleCount, SplitsOf(step, cache), 0, [layout.PastIsComplete ? 1 : 0], step, cache, layer, scale, window, output);
        }
    }

    /// <summary>
    /// Whether a step's rotation, storing and attention are one kernel: steps of single tokens whose past is complete. Not where a row's bits must not
    /// depend on the step, since prompts take another way.
    /// </summary>
    public bool RotatesWhileAttending(StepLayout layout, RotaryTable table) =>
        rotaryDecode is not null && !batchInvariant && layout.PastIsComplete && table.RotarySize == head;

    /// <summary>Whether a step of so many rows can have <see cref="StepLayout.LengthsAreShort"/> at all.</summary>
    public bool CanBeShort(int rows, int kvHeads) =>
        rotaryHeads is not null && !batchInvariant && kvHeads % DecodeWarps == 0 && (long)ShortLength * rows * kvHeads >= (long)LeastLength * headsAtOnce;

    /// <summary>
    /// Whether the rows of a step are better off with a warp for each of their heads than with a block: they are short, and if one of them is longer, then all
    /// have work for the card for as long as that one takes.
    /// </summary>
    public bool AreShort(StepLayout layout, int kvHeads)
    {
        if (!CanBeShort(layout.SequenceCount, kvHeads)) return false;
        var (all, longest) = layout.CountTokens();
        return all <= (long)ShortLength * layout.SequenceCount && (long)longest * headsAtOnce <= (long)ShortLength * layout.SequenceCount * kvHeads;
    }

    /// <summary>Norms, rotates, stores and attends where <see cref="RotatesWhileAttending"/>; see <see cref="IKernels.RotaryAttention"/>.</summary>
    public void RotateAndAttend(
        CudaTensor qkv, StepLayout layout, CudaStep step, DevicePointer cosines, DevicePointer sines, HeadNorm? norm, CudaKvCache cache, int layer, float scale, int window,
        CudaTensor output)
    {
        KernelArgument[] rotation =
        [
            cosines, sines, ((CudaVector?)norm?.Query)?.Values ?? default, ((CudaVector?)norm?.Key)?.Values ?? default, norm?.Epsilon ?? 0f, step.Slots,
        ];
        int kvHeads = cache.Shape.KvHeads;
        if (!layout.LengthsAreShort || kvHeads % DecodeWarps != 0)
        {
            Decode(rotaryDecode!, qkv, step.SingleRows, step.SingleCount, SplitsOf(step, cache), 0, rotation, step, cache, layer, scale, window, output);
            return;
        }

        rotaryHeads!.Launch(
            context.Stream, (kvHeads / DecodeWarps, step.SingleCount, 1), DecodeWarps * 32, DecodeShared,
            [
                qkv.Data, (long)qkv.Stride, output.Data, (long)output.Stride, cache.Keys(layer), cache.PlaneNumbers, kvHeads,
                step.SingleRows, step.Positions, step.TableStarts, step.Tables, scale, window, partials, counters, 0, .. rotation,
            ]);
    }

    /// <inheritdoc/>
    public void Dispose() => module.Dispose();

    private int DecodeShared => Math.Max(DecodeWarps * DecodeStages * 2 * DecodeKeys * stride * sizeof(ushort), DecodeWarps * 16 * head * sizeof(float));

    /// <summary>Blocks that share a row's keys, where rows alone are too few to keep the card busy.</summary>
    private int SplitsOf(CudaStep step, CudaKvCache cache) =>
        Math.Clamp(2 * context.Device.Multiprocessors / Math.Max(1, step.SingleCount * cache.Shape.KvHeads), 1, MostSplits);

    private void AttendAny(CudaTensor qkv, int rows, CudaStep step, CudaKvCache cache, int layer, float scale, int window, CudaTensor output) => any.Launch(
        context.Stream, (rows, cache.Shape.KvHeads * group, 1), AnyThreads, 0,
        [
            qkv.Data, (long)qkv.Stride, output.Data, (long)output.Stride, cache.Keys(layer), cache.PlaneNumbers, cache.Shape.KvHeads,
            step.Positions, step.TableStarts, step.Tables, scale, window,
        ]);

    /// <summary>Every row by itself, in splits of one length: sums depend on positions alone.</summary>
    private void AttendEach(CudaTensor qkv, StepLayout layout, CudaStep step, CudaKvCache cache, int layer, float scale, int window, CudaTensor output)
    {
        int splits = Math.Max(1, ((layout.MaxBlocks * layout.BlockSize) + (InvariantChunks * DecodeKeys) - 1) / (InvariantChunks * DecodeKeys));
        Decode(
            decode!, qkv, step.AllRows, layout.RowCount, splits, InvariantChunks, [layout.PastIsComplete ? 1 : 0], step, cache, layer, scale, window, output);
    }

    private void Decode(
        CudaKernel kernel, CudaTensor qkv, DevicePointer rows, int count, int splits, int splitChunks, ReadOnlySpan<KernelArgument> more, CudaStep step, CudaKvCache cache,
        int layer, float scale, int window, CudaTensor output)
    {
        int kvHeads = cache.Shape.KvHeads;

        // Rows whose partial results do not fit beside each other go one after the other.
        long rowBytes = (long)kvHeads * group * splits * (head + 2) * sizeof(float);
        int most = splits == 1 ? count : (int)Math.Clamp(Math.Min(partialBytes / rowBytes, Counters / kvHeads), 1, count);
        for (int first = 0; first < count; first += most)
        {
            int here = Math.Min(most, count - first);
            kernel.Launch(
                context.Stream, (kvHeads, here, splits), DecodeWarps * 32, DecodeShared,
                [
                    qkv.Data, (long)qkv.Stride, output.Data, (long)output.Stride, cache.Keys(layer), cache.PlaneNumbers, kvHeads,
                    rows + ((long)first * sizeof(int)), step.Positions, step.TableStarts, step.Tables, scale, window, partials, counters, splitChunks, .. more,
                ]);
        }
    }
}
