namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The context that was current where something was made, for freeing it on another thread.</summary>
/// <param name="Handle">A CUcontext.</param>
/// <param name="Life">Which of its lives (<see cref="RetainedContexts"/>).</param>
internal readonly unsafe record struct ContextHandle(nint Handle, long Life)
{
    /// <summary>The calling thread's context.</summary>
    /// <exception cref="InferenceException">It has none.</exception>
    public static ContextHandle Current()
    {
        nint handle = 0;
        CudaError.Check(Driver.cuCtxGetCurrent(&handle), nameof(Driver.cuCtxGetCurrent));
        return RetainedContexts.LifeOf(handle) is var life and not 0 ? new ContextHandle(handle, life) : throw new InferenceException(
            InferenceErrorCodes.Cuda, $"This thread has no current CUDA context; call {nameof(CudaContext)}.{nameof(CudaContext.MakeCurrent)} first.");
    }

    /// <summary>Makes it the calling thread's.</summary>
    /// <returns>False if it is gone, and everything of it too, or if the driver refuses.</returns>
    public bool TryMakeCurrent() => RetainedContexts.LifeOf(Handle) == Life && Driver.cuCtxSetCurrent(Handle) == CudaError.Success;
}
