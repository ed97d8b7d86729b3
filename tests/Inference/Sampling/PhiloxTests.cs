using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

public sealed class PhiloxTests
{
    /// <summary>The known answers of Random123, the paper's own library (kat_vectors).</summary>
    [Theory]
    [InlineData(0ul, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xfffffffffffffffful, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822ul, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_those_of_the_paper_s_library(ulong key, uint x, uint y, uint z, uint w, uint a, uint b, uint c, uint d) =>
        Philox.Block(key, x, y, z, w).ShouldBe((a, b, c, d));

    [Fact]
    public void Uniform_numbers_fill_the_unit_interval_evenly()
    {
        const int draws = 100_000;
        int[] bins = new int[10];
        for (int i = 0; i < draws; i++) bins[(int)(10 * Philox.Uniform(42, i % 7, i))]++;

        // Five standard deviations of a binomial count around its mean.
        bins.ShouldAllBe(count => Math.Abs(count - (draws / 10)) < 5 * Math.Sqrt(draws * 0.09));
    }

    [Fact]
    public void Seed_completion_and_position_each_change_the_number()
    {
        double number = Philox.Uniform(1, 0, 0);
        Philox.Uniform(2, 0, 0).ShouldNotBe(number);
        Philox.Uniform(1, 1, 0).ShouldNotBe(number);
        Philox.Uniform(1, 0, 1).ShouldNotBe(number);
        Philox.Uniform(1ul << 32, 0, 0).ShouldNotBe(Philox.Uniform(0, 0, 0));
    }
}
