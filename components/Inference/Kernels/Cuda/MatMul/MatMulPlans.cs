namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Matrix products with cuBLASLt, summed in float32 (for float32 matrices without TF32). Everything that a shape needs is made at its
/// first use; later uses neither allocate nor wait, so that they can be recorded in a graph. Used by one thread, with its context current.
/// </summary>
internal sealed unsafe class MatMulPlans : IDisposable
{
    private readonly CudaContext context;
    private readonly CudaStream stream;
    private readonly DevicePointer workspace;
    private readonly long workspaceBytes;
    private readonly nint library;
    private readonly MatMulAlgorithms algorithms;
    private readonly Dictionary<MatMulShape, MatMulPlan> plans = [];
    private int disposed;

    /// <param name="context">The card.</param>
    /// <param name="stream">Where products run.</param>
    /// <param name="workspace">Memory that algorithms may use, on a boundary of 256 bytes; the stream's own.</param>
    /// <param name="workspaceBytes">Its length; NVIDIA advises 32 MiB on Hopper and newer, 4 MiB before.</param>
    /// <param name="deterministicRows">
    /// Whether a row's result must not depend on the number of rows: one algorithm for all of them, without split K. Default: false, the
    /// one that cuBLASLt thinks fastest for each number.
    /// </param>
    /// <param name="referenceRows">The number of rows for which that one algorithm is chosen. Default: 256.</param>
    /// <exception cref="InferenceException">cuBLASLt is missing or refuses the card.</exception>
    public MatMulPlans(
        CudaContext context, CudaStream stream, DevicePointer workspace, long workspaceBytes, bool deterministicRows = false, int referenceRows = 256)
    {
        this.context = context;
        this.stream = stream;
        this.workspace = workspace;
        this.workspaceBytes = workspaceBytes;
        context.MakeCurrent();
        nint created;
        CublasLt.Check(CublasLt.cublasLtCreate(&created), nameof(CublasLt.cublasLtCreate));
        library = created;
        algorithms = new MatMulAlgorithms(library, workspaceBytes, deterministicRows, referenceRows);
    }

    /// <summary>Queues output[rows, outputs] = x[rows, inputs] * weight[outputs, inputs]^T (+ bias) (+ beta * output), all row-major.</summary>
    /// <param name="x">[rows, inputs] of <paramref name="type"/>.</param>
    /// <param name="weight">[outputs, inputs] of <paramref name="type"/>.</param>
    /// <param name="bias">[outputs] of the output's type, added to every row; null for none.</param>
    /// <param name="output">[rows, outputs].</param>
    /// <param name="rows">Rows; with 0 nothing happens.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="inputs">Inputs.</param>
    /// <param name="type">Float32, BFloat16 or Float16.</param>
    /// <param name="float32Output">Whether the output is float32; else it is of <paramref name="type"/>.</param>
    /// <param name="beta">What of the output's old content is added. Default: 0, nothing of it.</param>
    /// <param name="xStride">Numbers from one row of x, and of the weight, to the next. Default: <paramref name="inputs"/>.</param>
    /// <param name="outputStride">Numbers from one row of the output to the next. Default: <paramref name="outputs"/>.</param>
    /// <exception cref="InferenceException">cuBLASLt has no algorithm, or the launch fails. All addresses must be multiples of 16.</exception>
    public void Run(
        DevicePointer x, DevicePointer weight, DevicePointer? bias, DevicePointer output, int rows, int outputs, int inputs, DType type,
        bool float32Output, float beta = 0, int? xStride = null, int? outputStride = null)
    {
        if (rows == 0) return;
        var shape = new MatMulShape(
            rows, outputs, inputs, type, float32Output, bias is not null, beta != 0, xStride ?? inputs, outputStride ?? outputs);
        if (!plans.TryGetValue(shape, out var plan)) plan = Prepare(shape);
        int status = plan.TryRun(stream, x, weight, bias.GetValueOrDefault(), output, beta, workspace, workspaceBytes);
        if (status != 0) throw CublasLt.Of(status, $"{nameof(CublasLt.cublasLtMatmul)}({shape})");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        foreach (var plan in plans.Values) plan.Dispose();
        if (context.TryMakeCurrent()) _ = CublasLt.cublasLtDestroy(library);
    }

    private MatMulPlan Prepare(MatMulShape shape)
    {
        var plan = new MatMulPlan(library, shape);
        try
        {
            plan.Algorithm = algorithms.For(plan);
            plans.Add(shape, plan);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }
}
