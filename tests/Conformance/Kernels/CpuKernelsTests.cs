using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Serverless.Inference;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>What the CPU backend promises beyond the suite.</summary>
public sealed class CpuKernelsTests
{
    private static readonly DType[] Storages = [DType.Float32, DType.BFloat16, DType.Float16, DType.Int8];

    [Fact]
    public void Every_instruction_set_of_this_machine_is_tested()
    {
        CpuKernels.IsSupported(CpuIsa.Portable).ShouldBeTrue();
        CpuKernels.IsSupported(CpuIsa.Avx2).ShouldBe(Avx2.IsSupported && Fma.IsSupported);
        CpuKernels.IsSupported(CpuIsa.Avx2Vnni).ShouldBe(AvxVnni.IsSupported);
        CpuKernels.IsSupported(CpuIsa.Avx512).ShouldBe(Avx512BW.IsSupported && Vector512.IsHardwareAccelerated);
        Type[] suites = [.. typeof(KernelSuite).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(KernelSuite)))];
        foreach (CpuIsa isa in Supported())
        {
            using var kernels = new CpuKernels(1, isa);
            kernels.Isa.ShouldBe(isa);
            suites.ShouldContain(suite => suite.Name == isa + "CpuKernels");
        }
    }

    [Fact]
    public void Every_instruction_set_and_number_of_threads_gives_the_same_bits()
    {
        float[]? first = null;
        foreach (CpuIsa isa in Supported())
        {
            foreach (int threads in (int[])[1, 2, 5])
            {
                using var kernels = new CpuKernels(threads, isa);
                float[] result = Everything(kernels);
                first ??= result;
                result.ShouldHaveTheBitsOf(first);
            }
        }
    }

    [Fact]
    public void An_instruction_set_that_the_machine_lacks_is_refused_by_name()
    {
        ArgumentException error = Should.Throw<ArgumentException>(() => new CpuKernels(1, (CpuIsa)99));
        error.Message.ShouldContain("99");
    }

    [Fact]
    public void Wrong_shapes_are_refused_before_memory_is_touched()
    {
        using var kernels = new CpuKernels(1);
        using Matrix matrix = kernels.LoadMatrix(new byte[4 * 6 * 10], DType.Float32, 6, 10, DType.BFloat16);
        using Tensor x = kernels.Allocate(2, 10);
        using Tensor y = kernels.Allocate(2, 6);
        Should.Throw<ArgumentException>(() => kernels.MatMul(x, matrix, null, 3, y)).Message.ShouldContain("3 rows");
        Should.Throw<ArgumentException>(() => kernels.MatMul(y, matrix, null, 1, y)).Message.ShouldContain("10 columns");
        Should.Throw<ArgumentException>(() => kernels.LoadMatrix(new byte[7], DType.BFloat16, 2, 2, DType.BFloat16)).Message.ShouldContain("8 bytes");
        Should.Throw<ArgumentException>(() => kernels.AllocateKvCache(new KvCacheShape(1, 1, 8, 1, 8))).Message.ShouldContain("multiple of 16");
        Should.Throw<ArgumentOutOfRangeException>(() => KernelSuite.Embed(kernels, matrix, [6], x)).Message.ShouldContain("token");
    }

    [Fact]
    public void Int8_weights_cost_about_a_byte_each_and_lose_less_than_a_percent()
    {
        using var kernels = new CpuKernels(1);
        var random = new Random(4);
        const int Size = 512;
        float[] weight = Weights.Random(random, Size * Size);
        float[] x = Weights.Random(random, Size);
        using Matrix matrix = kernels.LoadMatrix(Weights.ToBytes(weight, DType.Float32), DType.Float32, Size, Size, DType.Int8);
        ((double)matrix.Bytes / (Size * Size)).ShouldBeInRange(1, 1.07);
        using Tensor input = KernelSuite.Upload(kernels, x, Size);
        using Tensor output = kernels.Allocate(1, Size);
        kernels.MatMul(input, matrix, null, 1, output);
        double[] expected = Reference.MatMul(x, weight, null, Size);
        double error = Math.Sqrt(KernelSuite.Download(kernels, output, 1).Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(v => v * v));
        error.ShouldBeInRange(1e-5, 0.008);
    }

    [Fact]
    public void The_default_kv_cache_is_at_most_a_quarter_of_the_memory_and_4_GiB()
    {
        using var kernels = new CpuKernels(1);
        kernels.DefaultKvCacheBytes.ShouldBeInRange(1 << 20, Math.Min(4L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));
    }

    [Fact]
    public void Memory_that_the_system_does_not_have_is_an_error_that_says_how_much_was_asked_for()
    {
        using var kernels = new CpuKernels(1);
        InferenceException error = Should.Throw<InferenceException>(() => kernels.AllocateKvCache(new KvCacheShape(1000, 1 << 30, 16, 100, 128)));
        error.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        error.Message.ShouldContain("MB");
    }

    private static IEnumerable<CpuIsa> Supported() => Enum.GetValues<CpuIsa>().Where(CpuKernels.IsSupported);

    /// <summary>Results of all operations, large enough to be shared among threads.</summary>
    private static float[] Everything(CpuKernels kernels)
    {
        var random = new Random(9);
        const int Inputs = 530;
        const int Outputs = 200;
        const int Rows = 77;
        List<float> results = [];
        using Tensor x = KernelSuite.Upload(kernels, Weights.Random(random, Rows * Inputs, 4), Inputs);
        using Tensor y = kernels.Allocate(Rows, Outputs);
        using Tensor half = kernels.Allocate(Rows, Outputs / 2);
        using Vector norm = kernels.LoadVector(Weights.Random(random, Inputs));
        kernels.RmsNorm(x, norm, 1e-5f, Rows, x);
        foreach (DType storage in Storages)
        {
            byte[] weights = Weights.ToBytes(Weights.Random(random, Outputs * Inputs), DType.Float32);
            using Matrix matrix = kernels.LoadMatrix(weights, DType.Float32, Outputs, Inputs, storage);
            foreach (int rows in (int[])[1, 3, 9, Rows])
            {
                kernels.MatMul(x, matrix, null, rows, y);
                results.AddRange(KernelSuite.Download(kernels, y, rows));
            }

            kernels.SwiGlu(x, matrix, null, Rows, y, half);
            results.AddRange(KernelSuite.Download(kernels, half, Rows));
        }

        foreach (DType storage in Storages.Where(storage => storage != DType.Int8))
        {
            var scene = new AttentionScene(5, [140, 33, 7], 6, 2, 40, storage, window: 90, rotarySize: 24, norm: true);
            results.AddRange(scene.Run(kernels, _ => 50, 16, 1).SelectMany(r => r));
        }

        return [.. results];
    }
}
