namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// SwiGLU in one kernel (swiglu.cu), for steps whose rows read the weights once: with the norm in front it takes 29 to 37 us of a layer of a 1B model
/// on an H100, where norm, cuBLASLt and an activation behind it take 34 to 42. Larger steps are faster there. On Hopper (compute capability 9.0) only.
/// </summary>
internal sealed unsafe class CudaSwiGlu : IDisposable
{
    // As in swiglu.cu.
    private const int Outputs = 64;
    private const int KStep = 64;
    private const int Threads = 384;
    private const int RingAlignment = 1024;

    private static readonly Tile[] Tiles = [new(64, 8, 96, 128, 1), new(128, 6, 128, 176, 1.1), new(256, 4, 160, 224, 1.35)];

    private readonly CudaContext context;
    private readonly DType type;
    private readonly Dictionary<Tile, (CudaModule Module, CudaKernel Kernel)> kernels = [];

    /// <param name="context">The card.</param>
    /// <param name="type">Float16 or BFloat16.</param>
    public CudaSwiGlu(CudaContext context, DType type)
    {
        this.context = context;
        this.type = type;
    }

    /// <summary>Whether the card has what the kernel needs, for numbers of that type.</summary>
    public static bool RunsOn(CudaDevice device, DType type) => device is { ComputeMajor: 9, ComputeMinor: 0 } && type is DType.Float16 or DType.BFloat16;

    /// <summary>Queues output[r] = silu(gate * x[r]) * (up * x[r]), if this kernel is the fastest for it.</summary>
    /// <returns>False if nothing was queued.</returns>
    public bool TryRun(CudaTensor x, CudaMatrix gateUp, int rows, CudaTensor output)
    {
        int blocks = output.Columns / Outputs;
        if (output.Columns % Outputs != 0 || Choose(blocks, rows, context.Device.Multiprocessors) is not { } tile) return false;
        byte* room = stackalloc byte[3 * TensorMap.Bytes];
        byte* weightMap = (byte*)(((nint)room + 63) & ~(nint)63);
        byte* xMap = weightMap + TensorMap.Bytes;
        long stride = gateUp.Stride;
        TensorMap.Write(
            weightMap, type, gateUp.Data, [gateUp.Columns, 8, 2, output.Columns / 8], [stride, output.Columns * stride, 8 * stride], [KStep, 8, 2, Outputs / 8]);
        TensorMap.Write(xMap, type, x.Data, [x.Columns, x.Rows], [x.Stride], [KStep, tile.Rows]);
        var target = output.Data;
        long outputStride = output.Stride;
        int inputs = gateUp.Columns;
        void** parameters = stackalloc void*[6] { weightMap, xMap, &target, &outputStride, &rows, &inputs };
        KernelOf(tile).Launch(context.Stream, (blocks, (rows + tile.Rows - 1) / tile.Rows, 1), Threads, tile.SharedBytes, parameters);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (module, _) in kernels.Values) module.Dispose();
    }

    /// <summary>
    /// The tile that takes the least time, of those that read the weights once or keep the card busy for one round of blocks; null where there is none.
    /// </summary>
    /// <param name="blocks">Blocks of 64 outputs.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="multiprocessors">What runs one block each.</param>
    internal static Tile? Choose(int blocks, int rows, int multiprocessors)
    {
        Tile? best = null;
        double least = double.MaxValue;
        foreach (var tile in Tiles)
        {
            int columns = (rows + tile.Rows - 1) / tile.Rows;
            int rounds = ((blocks * columns) + multiprocessors - 1) / multiprocessors;
            if ((columns == 1 || rounds == 1) && rounds * tile.Cost < least) (best, least) = (tile, rounds * tile.Cost);
        }

        return best;
    }

    private CudaKernel KernelOf(Tile tile)
    {
        if (kernels.TryGetValue(tile, out var found)) return found.Kernel;
        var module = CudaSource.Compile(
            context, "swiglu", ["common.cuh", "swiglu.cu"], type, $"-DTOKENS={tile.Rows}", $"-DSTAGES={tile.Stages}", $"-DREGISTERS={tile.Registers}",
            $"--maxrregcount={tile.LaunchRegisters}");
        kernels[tile] = (module, module.Get("swiglu"));
        return kernels[tile].Kernel;
    }

    /// <summary>What a block does.</summary>
    /// <param name="Rows">Rows of x.</param>
    /// <param name="Stages">Stages of the ring.</param>
    /// <param name="LaunchRegisters">Registers of a thread when the block starts: few enough that the block in front finds room beside it.</param>
    /// <param name="Registers">Registers of a multiplying thread afterwards.</param>
    /// <param name="Cost">Time of a round, relative to the smallest tile's; measured on an H100.</param>
    internal sealed record Tile(int Rows, int Stages, int LaunchRegisters, int Registers, double Cost)
    {
        /// <summary>Dynamic shared memory: the ring, the outputs on their way, and what its boundary costs.</summary>
        public int SharedBytes => (Stages * ((128 + Rows) * KStep * sizeof(ushort))) + (Rows * Outputs * sizeof(ushort)) + RingAlignment;
    }
}
