using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

public abstract partial class KernelSuite
{
    /// <summary>Storages of keys and values.</summary>
    public static TheoryData<DType> KvStorages => [DType.Float32, DType.BFloat16, DType.Float16];

    /// <summary>
    /// Largest error of attention. A number that lies between two values of the storage may be rounded either way after a rotation whose last
    /// bit differs, so 16-bit caches are compared with a looser bound.
    /// </summary>
    protected virtual double AttentionTolerance(DType storage) => storage == DType.Float32 ? 5e-6 : storage == DType.Float16 ? 2e-4 : 1.5e-3;

    [Theory]
    [MemberData(nameof(KvStorages))]
    public void Attention_agrees_with_float64(DType storage)
    {
        using IKernels kernels = Create(storage);
        int[] headSizes = [8, 24, 32, 40, 64, 80, 96, 128];
        for (int seed = 0; seed < headSizes.Length; seed++)
        {
            var random = new Random(seed);
            int kvHeads = random.Next(1, 4);
            int headSize = headSizes[seed];
            int[] lengths = [1, random.Next(2, 20), random.Next(130, 150), random.Next(20, 60)];
            var scene = new AttentionScene(
                seed, lengths, kvHeads * random.Next(1, 6), kvHeads, headSize, storage,
                window: seed % 3 == 1 ? random.Next(1, 40) : null, rotarySize: seed % 4 == 3 ? headSize / 2 : null, norm: seed % 2 == 1);
            ShouldAgree(scene, scene.Run(kernels, _ => random.Next(1, 50), seed % 2 == 0 ? 16 : 32, seed), storage);

            // A chunk of the prompt, then steps of single tokens alone.
            ShouldAgree(scene, scene.Run(kernels, step => step == 0 ? 100 : 1, seed % 2 == 0 ? 32 : 16, seed), storage);
        }
    }

    [Theory]
    [MemberData(nameof(KvStorages))]
    public void Attention_of_many_sequences_agrees_with_float64(DType storage)
    {
        using IKernels kernels = Create(storage);
        foreach (int headSize in new[] { 64, 128 })
        {
            var random = new Random(headSize);
            int[] lengths = [.. Enumerable.Range(0, 200).Select(_ => random.Next(18, 30))];
            var scene = new AttentionScene(headSize, lengths, 16, 8, headSize, storage, window: headSize == 64 ? 20 : null, norm: headSize == 128);
            ShouldAgree(scene, scene.Run(kernels, step => step == 0 ? 17 : 1, 16, 1), storage);
            ShouldAgree(scene, scene.Run(kernels, step => step == 0 ? 17 : 1, 16, 1, areShort: true), storage);
        }
    }

    [Theory]
    [MemberData(nameof(KvStorages))]
    public void Attention_has_the_same_bits_whatever_the_chunking_the_batch_and_the_blocks(DType storage)
    {
        RequireInvariance();
        using IKernels kernels = Create(storage);
        foreach (int? window in new int?[] { null, 1, 37, 150 })
        {
            var scene = new AttentionScene(11, [300, 17, 129], 6, 2, 40, storage, window);
            float[][] whole = scene.Run(kernels, _ => int.MaxValue, 16, 0);
            var random = new Random(3);
            scene.Run(kernels, _ => 1, 16, 1, [2, 0, 1]).ShouldHaveTheBitsOf(whole);
            scene.Run(kernels, _ => random.Next(1, 70), 32, 2, [1, 2, 0]).ShouldHaveTheBitsOf(whole);
            scene.Run(kernels, step => step == 0 ? 100 : 1, 48, 3).ShouldHaveTheBitsOf(whole);
        }
    }

    private void ShouldAgree(AttentionScene scene, float[][] actual, DType storage)
    {
        double[][] expected = scene.Expected();
        for (int sequence = 0; sequence < expected.Length; sequence++)
        {
            for (int i = 0; i < expected[sequence].Length; i++)
            {
                double error = Math.Abs(expected[sequence][i] - actual[sequence][i]);
                if (!(error <= AttentionTolerance(storage) * 2))
                {
                    Assert.Fail(
                        $"sequence {sequence} of {scene.Lengths[sequence]}, head size {scene.HeadSize}, number {i}: {actual[sequence][i]}, expected {expected[sequence][i]}");
                }
            }
        }
    }
}
