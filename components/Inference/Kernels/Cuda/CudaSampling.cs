using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>One token to sample; the struct <c>sample</c> of sampling.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceSample
{
    /// <summary>Row of the logits; -1 for none.</summary>
    public int Row;

    /// <summary>One over the temperature; 0 for greedy.</summary>
    public float Scale;

    /// <summary>0 for off.</summary>
    public int TopK;

    /// <summary>1 for off.</summary>
    public float TopP;

    /// <summary>0 for off.</summary>
    public float MinP;

    /// <summary>Where the token goes.</summary>
    public int Slot;

    /// <summary>The draw, from 0 to below 1.</summary>
    public double Uniform;
}

/// <summary>A change of one logit before sampling; the struct <c>change</c> of sampling.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceChange
{
    /// <summary>Row of the copy.</summary>
    public int Row;

    /// <summary>Which logit.</summary>
    public int Token;

    /// <summary>Added first; minus infinity forbids the token.</summary>
    public float Bias;

    /// <summary>Then positive logits are divided by it and negative ones multiplied; 1 for none.</summary>
    public float Repetition;

    /// <summary>Subtracted last.</summary>
    public float Subtract;
}

/// <summary>Log-probabilities that are wanted; the struct <c>logprob</c> of sampling.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceLogprob
{
    /// <summary>Row of the logits.</summary>
    public int Row;

    /// <summary>Where the token is that was taken.</summary>
    public int Slot;

    /// <summary>How many of the best tokens.</summary>
    public int Top;

    /// <summary>Where the result starts, in floats: the token's, then pairs of (log-probability, token as bits).</summary>
    public int Offset;
}

/// <summary>Choosing tokens on the card. What a step asks for lies in pinned memory that the card reads; what comes of it is written there.</summary>
internal sealed unsafe class CudaSampling : IDisposable
{
    // As in sampling.cu.
    private const int Warps = 32;
    private const int Threads = Warps * 32;
    private const int EntryBytes = 8;
    private const int ChangeThreads = 128;
    private const int CopyBlocks = 8;

    private readonly CudaKernels kernels;
    private readonly CudaModule module;
    private readonly CudaKernel sample;
    private readonly CudaKernel copyRow;
    private readonly CudaKernel change;
    private readonly CudaKernel logProbabilities;
    private readonly int vocabulary;
    private readonly int blocks;
    private readonly DevicePointer scratch;
    private readonly CudaTensor copies;

    /// <param name="kernels">The card.</param>
    /// <param name="vocabulary">Numbers of a row of logits.</param>
    /// <param name="maxSamples">Most samples of a step.</param>
    /// <param name="maxChanged">Most rows that are changed at once.</param>
    public CudaSampling(CudaKernels kernels, int vocabulary, int maxSamples, int maxChanged)
    {
        this.kernels = kernels;
        this.vocabulary = vocabulary;
        module = CudaSource.Compile(kernels.Context, "sampling", ["common.cuh", "sampling.cu"], kernels.Type);
        sample = module.Get("sample_tokens");
        copyRow = module.Get("copy_row");
        change = module.Get("change_logits");
        logProbabilities = module.Get("log_probabilities");
        blocks = kernels.Context.Device.Multiprocessors;
        scratch = kernels.Arena.Allocate(ScratchBytes(kernels.Context.Device, vocabulary));
        copies = new CudaTensor(kernels.Arena, maxChanged, vocabulary, DType.Float32);
        Tokens = kernels.Arena.Allocate(maxSamples * sizeof(int));
        kernels.Context.Stream.Fill(Tokens, 0, maxSamples * sizeof(int));
    }

    /// <summary>The step's tokens by slot.</summary>
    public DevicePointer Tokens { get; }

    /// <summary>Numbers of a row of logits.</summary>
    public int Vocabulary => vocabulary;

    /// <summary>Rows that are changed at once.</summary>
    public int MaxChanged => copies.Rows;

    /// <summary>Memory of the card that sampling needs beside the logits.</summary>
    public static long Bytes(CudaDevice device, int vocabulary, int maxSamples, int maxChanged) =>
        ScratchBytes(device, vocabulary) + ((long)maxChanged * vocabulary * sizeof(float)) + (maxSamples * sizeof(int));

    /// <summary>Samples from the logits.</summary>
    /// <param name="logits">The rows.</param>
    /// <param name="samples">[count] <see cref="DeviceSample"/>, on the card or in pinned memory.</param>
    /// <param name="count">How many.</param>
    /// <param name="hostTokens">Pinned memory that receives the tokens by slot too.</param>
    public void Sample(CudaTensor logits, DevicePointer samples, int count, DevicePointer hostTokens) => sample.Launch(
        kernels.Context.Stream, (Math.Min(count, blocks), 1, 1), Threads, 0,
        [logits.Data, (long)logits.Stride, vocabulary, samples, count, Tokens, hostTokens, scratch]);

    /// <summary>Samples from changed copies of some rows.</summary>
    /// <param name="logits">The rows.</param>
    /// <param name="pairs">[count] (row, row of the copy).</param>
    /// <param name="changes">[changeCount] <see cref="DeviceChange"/>, no logit twice.</param>
    /// <param name="changeCount">How many.</param>
    /// <param name="samples">[count] <see cref="DeviceSample"/>; their rows are those of the copies.</param>
    /// <param name="count">At most <see cref="MaxChanged"/>.</param>
    /// <param name="hostTokens">Pinned memory that receives the tokens by slot too.</param>
    public void SampleChanged(CudaTensor logits, DevicePointer pairs, DevicePointer changes, int changeCount, DevicePointer samples, int count, DevicePointer hostTokens)
    {
        copyRow.Launch(kernels.Context.Stream, (count, CopyBlocks, 1), Threads, 0, [logits.Data, (long)logits.Stride, vocabulary, pairs, copies.Data]);
        change.Launch(
            kernels.Context.Stream, ((changeCount + ChangeThreads - 1) / ChangeThreads, 1, 1), ChangeThreads, 0, [copies.Data, (long)copies.Stride, changes, changeCount]);
        Sample(copies, samples, count, hostTokens);
    }

    /// <summary>Computes log-probabilities of sampled tokens from unchanged logits.</summary>
    /// <param name="logits">The rows.</param>
    /// <param name="wanted">[count] <see cref="DeviceLogprob"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="result">Where they go.</param>
    public void LogProbabilities(CudaTensor logits, DevicePointer wanted, int count, DevicePointer result) => logProbabilities.Launch(
        kernels.Context.Stream, (count, 1, 1), Threads, 0, [logits.Data, (long)logits.Stride, vocabulary, wanted, Tokens, result]);

    /// <inheritdoc/>
    public void Dispose()
    {
        module.Dispose();
        copies.Dispose();
        kernels.Arena.Free(scratch);
        kernels.Arena.Free(Tokens);
    }

    private static long ScratchBytes(CudaDevice device, int vocabulary) =>
        (long)device.Multiprocessors * Warps * ((vocabulary + Warps - 1) / Warps) * EntryBytes;
}
