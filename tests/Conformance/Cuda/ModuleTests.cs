using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Cuda;

/// <summary>Kernels compiled at run time.</summary>
public sealed class ModuleTests
{
    private const string Source = """
        extern "C" __global__ void scale(float* x, int count, float factor, long long offset, unsigned add, double more)
        {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < count) x[i] = x[i] * factor + (float)(offset + add) + (float)more;
        }

        extern "C" __global__ void reverse(int* x, int count)
        {
            extern __shared__ int held[];
            for (int i = threadIdx.x; i < count; i += blockDim.x) held[i] = x[i];
            __syncthreads();
            for (int i = threadIdx.x; i < count; i += blockDim.x) x[i] = held[count - 1 - i];
        }
        """;

    [Fact]
    public void A_kernel_gets_its_arguments()
    {
        using var card = new Card();
        using var module = CudaModule.Compile(card.Context, "test.cu", Source, []);
        var x = card.Upload<float>([.. Enumerable.Range(0, 1000).Select(i => (float)i)]);
        module.Get("scale").Launch(card.Stream, (4, 1, 1), 256, 0, [x, 999, 2f, -5L, 7u, 0.5]);
        card.Download<float>(x, 1000).ShouldBe(Enumerable.Range(0, 1000).Select(i => i < 999 ? (i * 2f) + 2.5f : i));
    }

    [Fact]
    public void A_block_may_have_more_shared_memory_than_without_asking()
    {
        using var card = new Card();
        int count = card.Context.Device.SharedMemoryPerBlock / sizeof(int);
        using var module = CudaModule.Compile(card.Context, "test.cu", Source, []);
        var kernel = module.Get("reverse");
        var x = card.Upload<int>([.. Enumerable.Range(0, count)]);
        kernel.Launch(card.Stream, (1, 1, 1), 256, count * sizeof(int), [x, count]);
        card.Download<int>(x, count).ShouldBe(Enumerable.Range(0, count).Reverse());
        Should.Throw<InferenceException>(() => kernel.Launch(card.Stream, (1, 1, 1), 256, (count + 1) * sizeof(int), [x, count]))
            .Message.ShouldContain("shared memory");
    }

    [Fact]
    public void A_launch_allocates_nothing()
    {
        using var card = new Card();
        using var module = CudaModule.Compile(card.Context, "test.cu", Source, []);
        var kernel = module.Get("scale");
        var x = card.Upload<float>([1]);
        kernel.Launch(card.Stream, (1, 1, 1), 32, 0, [x, 1, 1f, 0L, 0u, 0.0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) kernel.Launch(card.Stream, (1, 1, 1), 32, 0, [x, 1, 1f, 0L, 0u, 0.0]);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void What_does_not_compile_is_an_error_with_the_compiler_s_words()
    {
        using var card = new Card();
        var error = Should.Throw<InferenceException>(() => CudaModule.Compile(card.Context, "wrong.cu", "extern \"C\" __global__ void k() { undeclared = 1; }", []));
        error.Code.ShouldBe(InferenceErrorCodes.Cuda);
        error.Message.ShouldContain("wrong.cu does not compile");
        error.Message.ShouldContain("undeclared");
        Should.Throw<InferenceException>(() => CudaModule.Compile(card.Context, "test.cu", Source, ["--no-such-option"])).Message.ShouldContain("no-such-option");
    }

    [Fact]
    public void A_kernel_that_is_not_there_is_named()
    {
        using var card = new Card();
        using var module = CudaModule.Compile(card.Context, "test.cu", Source, []);
        Should.Throw<InferenceException>(() => module.Get("shrink")).Message.ShouldBe("test.cu has no extern \"C\" kernel shrink.");
    }

    [Fact]
    public void A_damaged_file_of_the_cache_is_compiled_anew()
    {
        using var card = new Card();
        string source = $"{Source}\n// {Path.GetRandomFileName()}";
        using (CudaModule.Compile(card.Context, "test.cu", source, []))
        {
        }

        var device = card.Context.Device;
        string key = CubinCache.Key(source, KernelCompiler.OptionsFor(device.ComputeMajor, device.ComputeMinor), Nvrtc.Version, CudaDevice.CudaVersion!);
        string file = Path.Combine(CacheFolder.Find(), key + ".cubin");
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        using (var module = CudaModule.Compile(card.Context, "test.cu", source, []))
        {
            module.Get("scale").Name.ShouldBe("scale");
        }

        new CubinCache(CacheFolder.Find()).Find(key).ShouldNotBeNull();
        File.Delete(file);
    }
}
