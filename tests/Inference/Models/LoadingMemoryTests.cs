using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;
using Serverless.Inference.Loading;
using Serverless.Inference.Models;
using Serverless.Inference.Tests.Engine;

namespace Serverless.Inference.Tests.Models;

public sealed class LoadingMemoryTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int8)]
    public void Weights_are_packed_from_the_mapped_file_without_a_copy_on_the_way(DType storage)
    {
        using var model = new TinyModel().Save();
        using var kernels = new CpuKernels(threads: 1);
        Allocated(model, kernels, storage);
        long largestTensor = TinyModel.VocabSize * 64 * sizeof(float);
        Allocated(model, kernels, storage).ShouldBeLessThan(largestTensor / 2, "names and descriptions, but no numbers");
    }

    /// <summary>Managed memory that loading takes, on the one thread that does it.</summary>
    private static long Allocated(TinyModel model, CpuKernels kernels, DType storage)
    {
        using var folder = ModelFolder.Open(model.Folder);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var weights = DecoderWeights.Load(folder.Config, folder.Weights, kernels, storage, CancellationToken.None);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
