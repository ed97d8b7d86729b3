namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The context that was current where something was made, for freeing it on another thread.</summary>
/// <param name="Handle">A CUcontext.</param>
internal readonly unsafe record struct ContextHandle(nint Handle)
{
    /// <summary>The calling thread's context.</summary>
    /// <exception cref="InferenceException">It has none.</exception>
    public static ContextHandle Current()
    {
        nint handle = 0;
        CudaError.Check(Driver.cuCtxGetCurrent(&handle), nameof(Driver.cuCtxGetCurrent));
        return handle != 0 ? new ContextHandle(handle) : throw new InferenceException(
            InferenceErrorCodes.Cuda, $"This thread has no current CUDA context; call {nameof(CudaContext)}.{nameof(CudaContext.MakeCurrent)} first.");
    }

    /// <summary>Makes it the calling thread's.</summary>
    /// <returns>False if it is gone, and everything of it too, or broken.</returns>
    public bool TryMakeCurrent() => Driver.cuCtxSetCurrent(Handle) == CudaError.Success;
}
