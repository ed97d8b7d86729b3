using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

public abstract partial class KernelSuite
{
    [Fact]
    public void Norms_agree_with_float64()
    {
        using IKernels kernels = Create();
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1, 9);
            int group = random.Next(1, 100);
            int columns = group * random.Next(1, 4);
            float[] x = Weights.Random(random, rows * columns, 3);
            float[] weight = Weights.Random(random, group);
            using Vector vector = kernels.LoadVector(Weights.ToBytes(weight, DType.Float32), DType.Float32, group);
            using Tensor input = Upload(kernels, x, columns);
            using Tensor output = Poisoned(kernels, rows + 2, columns);
            kernels.RmsNorm(input, vector, 1e-5f, rows, output);
            ShouldAgree(kernels, output, ByRow(x, columns, row => Reference.RmsNorm(row, weight, 1e-5)));
        }
    }

    [Fact]
    public void Rows_are_gathered_in_the_order_asked_for()
    {
        using IKernels kernels = Create();
        float[] x = Weights.Random(new Random(1), 6 * 19);
        using Tensor input = Upload(kernels, x, 19);
        using Tensor output = Poisoned(kernels, 6, 19);
        int[] rows = [5, 0, 5, 2];
        Gather(kernels, input, rows, output);
        ShouldAgree(kernels, output, [.. rows.SelectMany(r => x[(r * 19)..((r + 1) * 19)]).Select(v => (double)v)]);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    public void Vectors_are_read_in_every_type_of_a_checkpoint(DType type)
    {
        using IKernels kernels = Create();
        float[] weight = Weights.Random(new Random(2), 21);
        using Vector vector = kernels.LoadVector(Weights.ToBytes(weight, type), type, 21);
        using Tensor input = Upload(kernels, [.. Enumerable.Repeat(1f, 21)], 21);
        using Tensor output = Poisoned(kernels, 3, 21);
        kernels.RmsNorm(input, vector, 0, 1, output);
        ShouldAgree(kernels, output, [.. Weights.Rounded(weight, type).Select(v => (double)v)]);
    }

    private static double[] ByRow(float[] x, int columns, Func<double[], double[]> function) =>
        [.. x.Chunk(columns).SelectMany(row => function(Array.ConvertAll(row, v => (double)v)))];
}
