using System.Text;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>Compiled kernels on a card.</summary>
internal sealed unsafe class CudaModule : IDisposable
{
    private readonly CudaContext context;
    private readonly string name;
    private readonly nint module;
    private readonly bool overlaps;
    private int disposed;

    private CudaModule(CudaContext context, string name, nint module, bool overlaps)
    {
        this.overlaps = overlaps;
        this.context = context;
        this.name = name;
        this.module = module;
    }

    /// <summary>
    /// Compiles kernels for the card, unless an earlier process did (<see cref="CacheFolder"/>), and loads them. Makes the context current.
    /// </summary>
    /// <param name="context">The card.</param>
    /// <param name="name">The source's name, for messages: <c>sampling.cu</c>.</param>
    /// <param name="source">CUDA C++ with its kernels <c>extern "C"</c>.</param>
    /// <param name="options">The compiler's options behind those for the card (<see cref="KernelCompiler.OptionsFor"/>).</param>
    /// <exception cref="InferenceException">NVRTC is missing, or the source does not compile; holds the compiler's log.</exception>
    /// <param name="overlaps">Whether its kernels wait for the ones in front of them by themselves; used on Hopper and newer.</param>
    public static CudaModule Compile(CudaContext context, string name, string source, IReadOnlyList<string> options, bool overlaps = false)
    {
        context.MakeCurrent();
        string[] all = [.. KernelCompiler.OptionsFor(context.Device.ComputeMajor, context.Device.ComputeMinor), .. options];
        var cache = new CubinCache(CacheFolder.Find());
        string key = CubinCache.Key(source, all, Nvrtc.Version, CudaDevice.CudaVersion!);
        byte[]? code = cache.Find(key);
        if (code is null)
        {
            code = KernelCompiler.Compile(name, source, all);

            // A cache that cannot be written costs the next process a compilation, and no more.
            _ = cache.TryKeep(key, code);
        }

        nint loaded;
        fixed (byte* image = code) CudaError.Check(Driver.cuModuleLoadData(&loaded, image), $"{nameof(Driver.cuModuleLoadData)}({name})");
        return new CudaModule(context, name, loaded, overlaps && context.Device.ComputeMajor >= 9);
    }

    /// <summary>One of its kernels.</summary>
    /// <param name="kernel">Its name in the source.</param>
    /// <exception cref="InferenceException">There is no such kernel.</exception>
    public CudaKernel Get(string kernel)
    {
        context.MakeCurrent();
        nint function;
        int status;
        fixed (byte* text = Encoding.UTF8.GetBytes(kernel + '\0')) status = Driver.cuModuleGetFunction(&function, module, text);
        if (status == CudaError.NotFound) throw new InferenceException(InferenceErrorCodes.Cuda, $"{name} has no extern \"C\" kernel {kernel}.");
        CudaError.Check(status, $"{nameof(Driver.cuModuleGetFunction)}({name}, {kernel})");
        return new CudaKernel(kernel, function, context.Device.SharedMemoryPerBlock, overlaps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && context.TryMakeCurrent()) _ = Driver.cuModuleUnload(module);
    }
}
