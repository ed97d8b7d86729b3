using Serverless.Conformance.Tests.Kernels;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Conformance.Tests.Cuda;

/// <summary>Weights on their way to the card.</summary>
public sealed class WeightUploadTests
{
    [Theory]
    [InlineData(DType.BFloat16, DType.BFloat16)]
    [InlineData(DType.BFloat16, DType.Float32)]
    [InlineData(DType.Float32, DType.BFloat16)]
    [InlineData(DType.Float32, DType.Float16)]
    [InlineData(DType.Float16, DType.Float16)]
    public void Numbers_arrive_in_the_type_that_is_asked_for(DType from, DType to)
    {
        using var card = new Card();
        using var upload = new WeightUpload(card.Context);
        float[] values = Weights.Random(new Random(2), 10_001);
        byte[] bytes = Weights.ToBytes(values, from);
        var target = card.Arena.Allocate(values.Length * sizeof(float));
        card.Stream.Fill(target, (byte)0xff, values.Length * sizeof(float));
        upload.Upload(bytes, from, target, to);
        card.Download(target, values.Length, to).ShouldBe(Weights.Rounded(Weights.Rounded(values, from), to));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void More_than_all_buffers_hold_arrives_whole_between_small_pieces(int threads)
    {
        using var card = new Card();
        using var upload = new WeightUpload(card.Context, threads);
        byte[] large = new byte[(150 << 20) + 6];
        new Random(3).NextBytes(large);
        var target = card.Arena.Allocate(large.Length + 2000);
        for (int i = 0; i < 500; i++) upload.Upload(large.AsSpan(4 * i, 4), DType.Float32, target + (4 * i), DType.Float32);
        upload.Upload(large, DType.BFloat16, target + 2000, DType.BFloat16);
        byte[] found = card.Download<byte>(target, large.Length + 2000);
        found.AsSpan(0, 2000).SequenceEqual(large.AsSpan(0, 2000)).ShouldBeTrue();
        found.AsSpan(2000).SequenceEqual(large).ShouldBeTrue();
    }

    [Fact]
    public void Rows_may_lie_further_apart_on_the_card_with_zeros_between()
    {
        using var card = new Card();
        using var upload = new WeightUpload(card.Context);
        const int Rows = 3001, Columns = 1003, Stride = 1008;
        float[] values = Weights.Random(new Random(4), Rows * Columns);
        var target = card.Arena.Allocate(Rows * Stride * sizeof(ushort));
        card.Stream.Fill(target, (byte)0xff, Rows * Stride * sizeof(ushort));
        upload.Upload(Weights.ToBytes(values, DType.Float32), DType.Float32, Columns, target, DType.BFloat16, Stride);
        float[] found = card.Download(target, Rows * Stride, DType.BFloat16);
        for (int row = 0; row < Rows; row++)
        {
            found.AsSpan(row * Stride, Columns).SequenceEqual(Weights.Rounded(values[(row * Columns)..((row + 1) * Columns)], DType.BFloat16)).ShouldBeTrue($"row {row}");
            found.AsSpan((row * Stride) + Columns, Stride - Columns).ContainsAnyExcept(0f).ShouldBeFalse($"row {row}");
        }
    }
}
