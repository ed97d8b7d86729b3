using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

public sealed class RowMathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(513)]
    [InlineData(2047)]
    public void Exponentials_and_their_sum_are_those_of_double_precision(int length)
    {
        float[] row = Row(length);
        float max = row.Max();
        float[] output = new float[length];
        double[] sums = new double[(length / RowMath.BlockSize) + 1];
        double total = RowMath.Exp(row, max, 0.7f, output, sums);

        double expected = 0;
        for (int i = 0; i < length; i++)
        {
            double value = Math.Exp((row[i] - max) * 0.7f);
            ((double)output[i]).ShouldBe(value, 5e-7 * value);
            expected += value;
        }

        total.ShouldBe(expected, 1e-5 * expected);
        sums.Sum().ShouldBe(total, 1e-9 * total);
    }

    [Fact]
    public void Masked_logits_have_no_weight()
    {
        float[] row = [1, float.NegativeInfinity, 0.5f, float.NegativeInfinity, -1000, 1, 1, 1, float.NegativeInfinity];
        float[] output = new float[9];
        RowMath.Exp(row, 1, 1, output, new double[1]);
        new[] { output[1], output[3], output[4], output[8] }.ShouldAllBe(weight => weight == 0);
        output[0].ShouldBe(1);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(1001)]
    public void The_maximum_is_found_wherever_it_stands(int length)
    {
        for (int place = 0; place < length; place++)
        {
            float[] row = Row(length);
            row[place] = 100;
            RowMath.Max(row).ShouldBe(100);
            row[place] = float.NaN;
            RowMath.Max(row).ShouldBe(float.NaN);
        }
    }

    [Fact]
    public void The_best_logits_come_in_order_with_equal_ones_by_token()
    {
        var random = new Random(3);
        float[] row = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(40) / 4f)];
        var best = new TokenLogprob[20];
        TopLogits.Find(row, best);
        best.ShouldBe(row.Select((logit, token) => new TokenLogprob(token, logit)).OrderByDescending(t => t.Logprob).ThenBy(t => t.TokenId).Take(20));
    }

    private static float[] Row(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 60) - 30))];
    }
}
