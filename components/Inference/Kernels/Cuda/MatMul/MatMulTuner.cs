namespace Serverless.Inference.Kernels.Cuda;

/// <summary>What timing the candidates of a product found.</summary>
/// <param name="Candidates">How many ran.</param>
/// <param name="BestMicroseconds">Time of the fastest.</param>
/// <param name="FirstMicroseconds">Time of cuBLASLt's own first choice.</param>
internal sealed record MatMulTuning(int Candidates, float BestMicroseconds, float FirstMicroseconds);

/// <summary>
/// Times products on scratch memory. Weights are read from the card's memory, not from its cache, as in a model: the runs go through
/// as many copies as the cache cannot hold. A run is recorded as a graph, since launching one by one takes longer than a small product.
/// </summary>
internal sealed class MatMulTuner : IDisposable
{
    // More than the cache of any card of today holds.
    private const long WeightBytes = 256 << 20;
    private const int LeastRuns = 8;
    private const int MostRuns = 64;
    private const int Measurements = 3;

    private readonly CudaStream stream;
    private readonly CudaArena scratch;
    private readonly DevicePointer x;
    private readonly DevicePointer output;
    private readonly DevicePointer[] weights;
    private readonly int runs;

    /// <param name="context">The card; current.</param>
    /// <param name="stream">Where the products run.</param>
    /// <param name="shape">The product.</param>
    /// <exception cref="InferenceException">The card has no memory for the scratch.</exception>
    public MatMulTuner(CudaContext context, CudaStream stream, MatMulShape shape)
    {
        this.stream = stream;
        long weightBytes = (long)shape.Outputs * shape.XStride * shape.InputBytes;
        long xBytes = (long)shape.Rows * shape.XStride * shape.InputBytes;
        long outputBytes = (long)shape.Rows * shape.OutputStride * shape.OutputBytes;
        int copies = (int)Math.Clamp(WeightBytes / weightBytes, 1, MostRuns);
        runs = Math.Max(copies, LeastRuns);
        scratch = new CudaArena(context, (copies * weightBytes) + xBytes + outputBytes + ((copies + 2) * ArenaMap.Alignment));
        x = Zeros(xBytes);
        output = Zeros(outputBytes);
        weights = [.. Enumerable.Range(0, copies).Select(_ => Zeros(weightBytes))];
    }

    /// <summary>Microseconds of one product; null if cuBLASLt refuses the plan's algorithm.</summary>
    public float? Time(MatMulPlan plan, DevicePointer workspace, long workspaceBytes)
    {
        int Run(int i) => plan.TryRun(stream, x, weights[i % weights.Length], default, output, beta: 0, workspace, workspaceBytes);

        // The first run loads the kernel, which a recording may not.
        if (Run(0) != 0) return null;
        stream.Synchronize();
        using var graph = stream.Capture(() =>
        {
            for (int i = 0; i < runs; i++) CublasLt.Check(Run(i), nameof(CublasLt.cublasLtMatmul));
        });
        using var start = new CudaEvent(timing: true);
        using var end = new CudaEvent(timing: true);
        float best = float.PositiveInfinity;
        for (int i = 0; i <= Measurements; i++)
        {
            start.Record(stream);
            graph.Launch(stream);
            end.Record(stream);
            end.Synchronize();

            // The first launch also uploads the graph.
            if (i > 0) best = Math.Min(best, CudaEvent.Milliseconds(start, end) * 1000 / runs);
        }

        return best;
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    private DevicePointer Zeros(long bytes)
    {
        var pointer = scratch.Allocate(bytes);
        stream.Fill(pointer, (byte)0, bytes);
        return pointer;
    }
}
