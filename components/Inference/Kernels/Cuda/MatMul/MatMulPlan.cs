namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// What cuBLASLt needs for products of one shape. It counts in columns: of row-major matrices it sees the transposed ones, so that it
/// computes output^T [outputs, rows] = weight (transposed) * x^T (as it is).
/// </summary>
internal sealed unsafe class MatMulPlan : IDisposable
{
    private readonly nint library;
    private nint descriptor;
    private nint weightLayout;
    private nint xLayout;
    private nint outputLayout;
    private MatmulAlgorithm algorithm;

    /// <param name="library">A cublasLtHandle_t.</param>
    /// <param name="shape">The product.</param>
    /// <exception cref="InferenceException">cuBLASLt does not take the shape.</exception>
    public MatMulPlan(nint library, MatMulShape shape)
    {
        this.library = library;
        Shape = shape;
        try
        {
            descriptor = Describe(shape);
            weightLayout = Layout(shape.InputType, shape.Inputs, shape.Outputs, shape.XStride);
            xLayout = Layout(shape.InputType, shape.Inputs, shape.Rows, shape.XStride);
            outputLayout = Layout(shape.OutputType, shape.Outputs, shape.Rows, shape.OutputStride);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The product.</summary>
    public MatMulShape Shape { get; }

    /// <summary>How it is computed; set before <see cref="TryRun"/>.</summary>
    public MatmulAlgorithm Algorithm
    {
        get => algorithm;
        set => algorithm = value;
    }

    /// <summary>What cuBLASLt would take, the most promising first (cublasLtMatmulAlgoGetHeuristic).</summary>
    /// <param name="limits">What it may use.</param>
    /// <param name="count">How many at most.</param>
    public MatmulAlgorithm[] Candidates(MatMulLimits limits, int count)
    {
        var results = new MatmulHeuristic[count];
        int found;
        using var preference = new MatMulPreference(limits);
        fixed (MatmulHeuristic* first = results)
        {
            int status = CublasLt.cublasLtMatmulAlgoGetHeuristic(
                library, descriptor, weightLayout, xLayout, outputLayout, outputLayout, preference.Handle, count, first, &found);
            if (status == CublasLt.NotSupported) return [];
            CublasLt.Check(status, $"{nameof(CublasLt.cublasLtMatmulAlgoGetHeuristic)}({Shape})");
        }

        return [.. results.Take(found).Where(result => result.State == 0).Select(result => result.Algorithm)];
    }

    /// <summary>Whether an algorithm that was chosen for another shape computes this one too (cublasLtMatmulAlgoCheck).</summary>
    public bool Fits(MatmulAlgorithm other, MatMulLimits limits)
    {
        MatmulHeuristic result;
        int status = CublasLt.cublasLtMatmulAlgoCheck(library, descriptor, weightLayout, xLayout, outputLayout, outputLayout, &other, &result);
        return status == 0 && result.State == 0 && (long)result.WorkspaceBytes <= limits.WorkspaceBytes;
    }

    /// <summary>Queues the product.</summary>
    /// <returns>A cublasStatus_t.</returns>
    public int TryRun(CudaStream stream, DevicePointer x, DevicePointer weight, DevicePointer bias, DevicePointer output, float beta, DevicePointer workspace, long workspaceBytes)
    {
        if (Shape.Bias) SetBias(descriptor, bias);
        float one = 1;
        fixed (MatmulAlgorithm* chosen = &algorithm)
        {
            return CublasLt.cublasLtMatmul(
                library, descriptor, &one, weight.Address, weightLayout, x.Address, xLayout, &beta, output.Address, outputLayout,
                output.Address, outputLayout, chosen, workspace.Address, (nuint)workspaceBytes, stream.Handle);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (descriptor != 0) _ = CublasLt.cublasLtMatmulDescDestroy(descriptor);
        foreach (nint layout in (ReadOnlySpan<nint>)[weightLayout, xLayout, outputLayout])
        {
            if (layout != 0) _ = CublasLt.cublasLtMatrixLayoutDestroy(layout);
        }

        (descriptor, weightLayout, xLayout, outputLayout) = (0, 0, 0, 0);
    }

    private static nint Describe(MatMulShape shape)
    {
        nint created;
        CublasLt.Check(CublasLt.cublasLtMatmulDescCreate(&created, CublasLt.ComputeFloat32, scaleType: 0), nameof(CublasLt.cublasLtMatmulDescCreate));
        Set(created, MatmulDescriptorAttribute.TransA, CublasLt.Transposed);
        if (!shape.Bias) return created;
        Set(created, MatmulDescriptorAttribute.Epilogue, CublasLt.EpilogueBias);
        Set(created, MatmulDescriptorAttribute.BiasType, shape.OutputType);

        // Algorithms for a bias are listed only when there is one; the address is another at every run.
        SetBias(created, new DevicePointer(ArenaMap.Alignment));
        return created;
    }

    private static void Set(nint target, MatmulDescriptorAttribute attribute, int value) => CublasLt.Check(
        CublasLt.cublasLtMatmulDescSetAttribute(target, attribute, &value, sizeof(int)), $"{nameof(CublasLt.cublasLtMatmulDescSetAttribute)}({attribute})");

    private static void SetBias(nint target, DevicePointer bias) => CublasLt.Check(
        CublasLt.cublasLtMatmulDescSetAttribute(target, MatmulDescriptorAttribute.BiasPointer, &bias, sizeof(ulong)),
        $"{nameof(CublasLt.cublasLtMatmulDescSetAttribute)}({nameof(MatmulDescriptorAttribute.BiasPointer)})");

    private static nint Layout(int type, int rows, int columns, int leadingDimension)
    {
        nint created;
        CublasLt.Check(
            CublasLt.cublasLtMatrixLayoutCreate(&created, type, (ulong)rows, (ulong)columns, leadingDimension), nameof(CublasLt.cublasLtMatrixLayoutCreate));
        return created;
    }
}
