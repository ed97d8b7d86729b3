using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

public abstract partial class KernelSuite
{
    [Theory]
    [MemberData(nameof(Storages))]
    public void Products_agree_with_float64(DType storage)
    {
        using IKernels kernels = Create(storage);
        for (int seed = 0; seed < 24; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1, 20);
            int outputs = random.Next(1, 150);
            int inputs = random.Next(1, seed % 6 == 0 ? 1500 : 200);
            float[] x = Weights.Random(random, rows * inputs);
            float[] weight = Weights.Random(random, outputs * inputs, 0.1f);
            float[]? bias = seed % 2 == 0 ? Weights.Random(random, outputs) : null;
            using Matrix matrix = kernels.LoadMatrix(Weights.ToBytes(weight, DType.Float32), DType.Float32, outputs, inputs, storage);
            using Vector? vector = bias == null ? null : kernels.LoadVector(bias);
            using Tensor input = Upload(kernels, x, inputs);
            using Tensor output = Poisoned(kernels, rows + 2, outputs);
            kernels.MatMul(input, matrix, vector, rows, output);

            float[] stored = storage == DType.Int8 ? weight : Weights.Rounded(weight, storage);
            double[] expected = [.. Enumerable.Range(0, rows).SelectMany(r => Reference.MatMul(x.AsSpan(r * inputs, inputs), stored, bias, outputs))];
            ShouldAgree(kernels, output, expected, storage == DType.Int8 ? Int8Tolerance : null);
        }
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Products_are_added_to_what_is_there(DType storage)
    {
        using IKernels kernels = Create(storage);
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1, 20);
            int outputs = random.Next(1, 150);
            int inputs = random.Next(1, 200) * (seed % 2 == 0 ? 8 : 1);
            float[] x = Weights.Random(random, rows * inputs);
            float[] weight = Weights.Random(random, outputs * inputs, 0.1f);
            float[] before = Weights.Random(random, rows * outputs);
            float[]? bias = seed % 3 == 0 ? Weights.Random(random, outputs) : null;
            using Matrix matrix = kernels.LoadMatrix(Weights.ToBytes(weight, DType.Float32), DType.Float32, outputs, inputs, storage);
            using Vector? vector = bias == null ? null : kernels.LoadVector(bias);
            using Tensor input = Upload(kernels, x, inputs);
            using Tensor scratch = Poisoned(kernels, rows + 2, outputs);
            using Tensor output = Upload(kernels, before, outputs);
            kernels.MatMulAdd(input, matrix, vector, rows, scratch, output);

            float[] stored = storage == DType.Int8 ? weight : Weights.Rounded(weight, storage);
            double[] products = [.. Enumerable.Range(0, rows).SelectMany(r => Reference.MatMul(x.AsSpan(r * inputs, inputs), stored, bias, outputs))];
            ShouldAgree(kernels, output, [.. products.Zip(before, (product, old) => product + old)], storage == DType.Int8 ? Int8Tolerance : null);
        }
    }

    /// <summary>Few rows, whole tiles of a tensor core and parts of them, inputs and outputs that no tile divides.</summary>
    protected virtual IEnumerable<(int Rows, int Inner, int Inputs)> SwiGluSizes =>
        [(1, 64, 128), (3, 65, 72), (4, 33, 50), (5, 64, 64), (17, 192, 200), (64, 64, 328), (70, 128, 64), (129, 64, 90), (200, 128, 128), (7, 150, 33)];

    [Theory]
    [MemberData(nameof(Storages))]
    public void SwiGlu_agrees_with_float64(DType storage)
    {
        using IKernels kernels = Create(storage);
        foreach (var (rows, inner, inputs) in SwiGluSizes)
        {
            foreach (bool isBiased in (bool[])[false, true])
            {
                var random = new Random(rows);
                float[] x = Weights.Random(random, rows * inputs);

                // Gates far to both sides: e^-gate overflows at one end.
                float[] weight = Weights.Random(random, 2 * inner * inputs, rows % 4 == 1 ? 8 : 0.2f);
                float[]? bias = isBiased ? Weights.Random(random, 2 * inner) : null;
                using Matrix matrix = kernels.LoadMatrix(Weights.ToBytes(weight, DType.Float32), DType.Float32, 2 * inner, inputs, storage);
                using Vector? vector = bias == null ? null : kernels.LoadVector(bias);
                using Tensor input = Upload(kernels, x, inputs);
                using Tensor scratch = Poisoned(kernels, rows, 2 * inner);
                using Tensor output = Poisoned(kernels, rows + 2, inner);
                kernels.SwiGlu(input, matrix, vector, rows, scratch, output);

                float[] stored = storage == DType.Int8 ? weight : Weights.Rounded(weight, storage);
                double[] expected = [.. Enumerable.Range(0, rows).SelectMany(r => Gated(Reference.MatMul(x.AsSpan(r * inputs, inputs), stored, bias, 2 * inner)))];
                ShouldAgree(kernels, output, expected, storage == DType.Int8 ? 2 * Int8Tolerance : null);
            }
        }
    }

    /// <summary>Largest error of int8 products, relative to the largest output.</summary>
    protected virtual double Int8Tolerance => 0.02;

    [Theory]
    [MemberData(nameof(Storages))]
    public void A_row_of_a_product_has_the_same_bits_whatever_stands_beside_it(DType storage)
    {
        RequireInvariance();
        using IKernels kernels = Create(storage);
        var random = new Random(7);
        const int Rows = 67;
        const int Inputs = 1100;
        const int Outputs = 270;
        float[] x = Weights.Random(random, Rows * Inputs);
        using Matrix matrix = kernels.LoadMatrix(
            Weights.ToBytes(Weights.Random(random, Outputs * Inputs), DType.Float32), DType.Float32, Outputs, Inputs, storage);
        float[] together = Product(Rows, 0);
        for (int count = 1; count < 20; count++)
        {
            int first = random.Next(Rows - count);
            Product(count, first).ShouldHaveTheBitsOf(together.AsSpan(first * Outputs, count * Outputs));
        }

        float[] Product(int count, int first)
        {
            using Tensor input = Upload(kernels, x[(first * Inputs)..((first + count) * Inputs)], Inputs);
            using Tensor output = Poisoned(kernels, count, Outputs);
            kernels.MatMul(input, matrix, null, count, output);
            return Download(kernels, output, count);
        }
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Stacked_matrices_equal_the_single_ones(DType storage)
    {
        using IKernels kernels = Create(storage);
        var random = new Random(3);
        const int Inputs = 65;
        int[] outputs = [33, 5, 70];
        float[][] weights = [.. outputs.Select(n => Weights.Random(random, n * Inputs))];
        WeightSource[] parts = [.. weights.Select((w, i) => new WeightSource(Weights.ToBytes(w, DType.BFloat16), DType.BFloat16, outputs[i]))];
        using Matrix stacked = kernels.LoadStacked(parts, Inputs, storage);
        using Matrix single = kernels.LoadMatrix(
            Weights.ToBytes([.. weights.SelectMany(w => w)], DType.BFloat16), DType.BFloat16, outputs.Sum(), Inputs, storage);
        using Tensor input = Upload(kernels, Weights.Random(random, 3 * Inputs), Inputs);
        using Tensor a = kernels.Allocate(3, stacked.Rows);
        using Tensor b = kernels.Allocate(3, single.Rows);
        kernels.MatMul(input, stacked, null, 3, a);
        kernels.MatMul(input, single, null, 3, b);
        Download(kernels, a, 3).ShouldHaveTheBitsOf(Download(kernels, b, 3));
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Embeddings_are_the_stored_rows(DType storage)
    {
        using IKernels kernels = Create(storage);
        var random = new Random(5);
        const int Tokens = 75;
        const int Columns = 43;
        float[] table = Weights.Random(random, Tokens * Columns);
        using Matrix matrix = kernels.LoadMatrix(Weights.ToBytes(table, DType.Float32), DType.Float32, Tokens, Columns, storage);
        int[] tokens = [0, 74, 31, 32, 16, 15, 74];
        using Tensor output = Poisoned(kernels, tokens.Length + 2, Columns);
        Embed(kernels, matrix, tokens, output);
        float[] stored = storage == DType.Int8 ? table : Weights.Rounded(table, storage);
        double[] expected = [.. tokens.SelectMany(t => stored[(t * Columns)..((t + 1) * Columns)]).Select(v => (double)v)];
        ShouldAgree(kernels, output, expected, storage == DType.Int8 ? 0.5 / 127 * 1.01 : null);
    }

    private static IEnumerable<double> Gated(double[] gateUp) =>
        Enumerable.Range(0, gateUp.Length / 2).Select(i => Reference.Silu(gateUp[i]) * gateUp[i + (gateUp.Length / 2)]);
}
