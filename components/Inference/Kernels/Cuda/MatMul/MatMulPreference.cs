namespace Serverless.Inference.Kernels.Cuda;

/// <summary>What an algorithm for products may use.</summary>
/// <param name="WorkspaceBytes">Memory of the card beside the matrices.</param>
/// <param name="SplitK">Whether it may cut the inputs into parts and add the parts' sums.</param>
internal readonly record struct MatMulLimits(long WorkspaceBytes, bool SplitK);

/// <summary>The limits as cuBLASLt takes them: a cublasLtMatmulPreference_t.</summary>
internal sealed unsafe class MatMulPreference : IDisposable
{
    // Matrices lie on boundaries of 16 bytes, rows of them too unless the shape says otherwise; cuBLASLt assumes 256 by default.
    private const int Alignment = 16;

    /// <param name="limits">What an algorithm may use.</param>
    public MatMulPreference(MatMulLimits limits)
    {
        nint created;
        CublasLt.Check(CublasLt.cublasLtMatmulPreferenceCreate(&created), nameof(CublasLt.cublasLtMatmulPreferenceCreate));
        Handle = created;
        try
        {
            Set(PreferenceAttribute.MaxWorkspaceBytes, (ulong)limits.WorkspaceBytes);
            if (!limits.SplitK) Set(PreferenceAttribute.ReductionSchemeMask, CublasLt.NoSplitK);
            for (var matrix = PreferenceAttribute.MinAlignmentA; matrix <= PreferenceAttribute.MinAlignmentD; matrix++) Set(matrix, (uint)Alignment);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>cuBLASLt's handle.</summary>
    public nint Handle { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Handle != 0) _ = CublasLt.cublasLtMatmulPreferenceDestroy(Handle);
        Handle = 0;
    }

    private void Set<T>(PreferenceAttribute attribute, T value)
        where T : unmanaged => CublasLt.Check(
        CublasLt.cublasLtMatmulPreferenceSetAttribute(Handle, attribute, &value, (nuint)sizeof(T)),
        $"{nameof(CublasLt.cublasLtMatmulPreferenceSetAttribute)}({attribute})");
}
