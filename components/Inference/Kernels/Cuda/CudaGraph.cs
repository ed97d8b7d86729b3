namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Work that was recorded once and is launched in one call, with the addresses and values of its recording.</summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    private readonly CudaContext context;
    private readonly nint executable;
    private int disposed;

    /// <param name="context">The card.</param>
    /// <param name="graph">What was recorded, a CUgraph; not needed afterwards.</param>
    public CudaGraph(CudaContext context, nint graph)
    {
        this.context = context;
        nint instance;
        CudaError.Check(Driver.cuGraphInstantiateWithFlags(&instance, graph, 0), nameof(Driver.cuGraphInstantiateWithFlags));
        executable = instance;
    }

    /// <summary>Queues all of the work.</summary>
    public void Launch(CudaStream stream) => CudaError.Check(Driver.cuGraphLaunch(executable, stream.Handle), nameof(Driver.cuGraphLaunch));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && context.TryMakeCurrent()) _ = Driver.cuGraphExecDestroy(executable);
    }
}
