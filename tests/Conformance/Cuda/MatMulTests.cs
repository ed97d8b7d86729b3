using Serverless.Conformance.Tests.Kernels;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Cuda;

/// <summary>Products with cuBLASLt against float64.</summary>
public sealed class MatMulTests
{
    private const long WorkspaceBytes = 32 << 20;

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float16)]
    public void Products_are_right(DType type)
    {
        using var card = new Card();
        using var plans = Plans(card);
        foreach (int rows in (int[])[1, 33])
        foreach (bool float32Output in (bool[])[false, true])
        foreach (bool bias in (bool[])[false, true])
        foreach (float beta in (float[])[0, 0.5f])
        foreach (bool strided in (bool[])[false, true])
        {
            var scene = new Scene(card, rows, outputs: 96, inputs: 128, type, float32Output, strided);
            plans.Run(
                scene.X, scene.Weight, bias ? scene.Bias : null, scene.Output, rows, 96, 128, type, float32Output, beta,
                strided ? scene.XStride : null, strided ? scene.OutputStride : null);
            scene.Check(bias, beta);
        }
    }

    [Fact]
    public void A_recorded_product_is_right_at_every_launch()
    {
        using var card = new Card();
        using var plans = Plans(card);
        var scene = new Scene(card, 17, outputs: 96, inputs: 128, DType.BFloat16, float32Output: false, strided: false);
        void Run() => plans.Run(scene.X, scene.Weight, scene.Bias, scene.Output, 17, 96, 128, DType.BFloat16, float32Output: false);
        Run();
        using var graph = card.Stream.Capture(Run);
        card.Stream.Fill(scene.Output, (byte)0, 17 * 96 * 2);
        graph.Launch(card.Stream);
        scene.Check(bias: true, beta: 0);
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float32)]
    public void With_deterministic_rows_a_row_has_the_same_bits_whatever_it_is_batched_with(DType type)
    {
        using var card = new Card();
        using var plans = Plans(card, deterministicRows: true);
        const int Inputs = 2048, Outputs = 512, Rows = 600;
        var random = new Random(3);
        var x = card.Upload(Weights.Random(random, Rows * Inputs), type);
        var weight = card.Upload(Weights.Random(random, Outputs * Inputs), type);
        var output = card.Arena.Allocate(Rows * Outputs * sizeof(float));
        plans.Run(x, weight, null, output, Rows, Outputs, Inputs, type, float32Output: true);
        float[] all = card.Download<float>(output, Rows * Outputs);
        foreach (int rows in (int[])[1, 2, 3, 16, 33, 64, 127, 256, 511])
        {
            plans.Run(x, weight, null, output, rows, Outputs, Inputs, type, float32Output: true);
            card.Download<float>(output, rows * Outputs).ShouldHaveTheBitsOf(all.AsSpan(0, rows * Outputs));
        }
    }

    private static MatMulPlans Plans(Card card, bool deterministicRows = false) =>
        new(card.Context, card.Stream, card.Arena.Allocate(WorkspaceBytes), WorkspaceBytes, deterministicRows);

    /// <summary>Random matrices on the card, and what their product must be.</summary>
    private sealed class Scene
    {
        private readonly Card card;
        private readonly int rows;
        private readonly int outputs;
        private readonly int inputs;
        private readonly DType outputType;
        private readonly float[] x;
        private readonly float[] weight;
        private readonly float[] bias;
        private readonly float[] old;

        public Scene(Card card, int rows, int outputs, int inputs, DType type, bool float32Output, bool strided)
        {
            (this.card, this.rows, this.outputs, this.inputs) = (card, rows, outputs, inputs);
            outputType = float32Output ? DType.Float32 : type;
            XStride = inputs + (strided ? 32 : 0);
            OutputStride = outputs + (strided ? 64 : 0);
            var random = new Random(rows);
            x = Weights.Rounded(Weights.Random(random, rows * XStride), type);
            weight = Weights.Rounded(Weights.Random(random, outputs * inputs), type);
            float[] spread = new float[outputs * XStride];
            for (int row = 0; row < outputs; row++) weight.AsSpan(row * inputs, inputs).CopyTo(spread.AsSpan(row * XStride));
            bias = Weights.Rounded(Weights.Random(random, outputs), outputType);
            old = Weights.Rounded(Weights.Random(random, rows * OutputStride), outputType);
            (X, Weight, Bias, Output) = (card.Upload(x, type), card.Upload(spread, type), card.Upload(bias, outputType), card.Upload(old, outputType));
        }

        public DevicePointer X { get; }

        public DevicePointer Weight { get; }

        public DevicePointer Bias { get; }

        public DevicePointer Output { get; }

        public int XStride { get; }

        public int OutputStride { get; }

        public void Check(bool bias, float beta)
        {
            float[] found = card.Download(Output, rows * OutputStride, outputType);
            double tolerance = outputType switch { DType.BFloat16 => 1.0 / 128, DType.Float16 => 1.0 / 1024, _ => 1e-4 };
            for (int row = 0; row < rows; row++)
            {
                double[] expected = Reference.MatMul(x.AsSpan(row * XStride, inputs), weight, bias ? this.bias : null, outputs);
                for (int i = 0; i < OutputStride; i++)
                {
                    int at = (row * OutputStride) + i;
                    if (i >= outputs) found[at].ShouldBe(old[at], $"padding {i} of row {row}");
                    else ((double)found[at]).ShouldBe(expected[i] + (beta * old[at]), tolerance * (1 + Math.Abs(expected[i])), $"output {i} of row {row}");
                }
            }
        }
    }
}
