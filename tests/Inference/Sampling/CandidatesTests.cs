using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

/// <summary>The candidates that selection without sorting leaves are those that sorting would leave.</summary>
public sealed class CandidatesTests
{
    // Few distinct weights make ties common.
    private static readonly Arbitrary<float[]> Rows =
        Gen.Choose(0, 12).Select(n => n / 12f).NonEmptyListOf().Select(values => Heaviest(values.ToArray())).ToArbitrary();

    [Fact]
    public void Keeping_the_top_k_keeps_what_a_sort_would_keep() => Prop.ForAll(Rows, Gen.Choose(1, 40).ToArbitrary(), (row, k) =>
    {
        var candidates = Gather(row, 0);
        candidates.KeepTop(row, k);
        Tokens(candidates).ShouldBe(Sorted(row).Take(k).Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Keeping_a_mass_keeps_the_fewest_heaviest_that_reach_it() => Prop.ForAll(Rows, Gen.Choose(1, 100).ToArbitrary(), (row, percent) =>
    {
        var candidates = Gather(row, 0);
        double mass = candidates.Mass * percent / 101.0;
        candidates.KeepMass(row, mass);

        double sum = 0;
        var expected = Sorted(row).TakeWhile(token =>
        {
            bool wanted = sum < mass;
            sum += row[token];
            return wanted;
        });
        Tokens(candidates).ShouldBe(expected.Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Gathering_takes_all_tokens_of_the_least_weight() => Prop.ForAll(Rows, Gen.Choose(0, 12).ToArbitrary(), (row, least) =>
    {
        var candidates = Gather(row, least / 12f);
        Tokens(candidates).ShouldBe(Enumerable.Range(0, row.Length).Where(token => row[token] >= least / 12f));
        candidates.Mass.ShouldBe(row.Where(weight => weight >= least / 12f).Sum(weight => (double)weight), 1e-6);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_flat_row_of_a_large_vocabulary_is_cut_in_place()
    {
        float[] row = new float[50_000];
        Array.Fill(row, 1);
        var candidates = Gather(row, 0);
        candidates.KeepMass(row, 25_000);
        Tokens(candidates).ShouldBe(Enumerable.Range(0, 25_000));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3000)]
    public void What_is_kept_of_a_large_vocabulary_is_what_a_sort_would_keep_in_the_order_of_token_ids(int kept)
    {
        var random = new Random(kept);
        float[] row = [.. Enumerable.Range(0, 20_000).Select(_ => random.Next(1, 500) / 500f)];
        var candidates = Gather(row, 0);
        candidates.KeepTop(row, kept);
        Tokens(candidates).ShouldBe(Sorted(row).Take(kept).Order());
        candidates.Mass.ShouldBe(Tokens(candidates).Sum(token => (double)row[token]));
    }

    [Fact]
    public void The_mass_is_laid_out_in_the_order_of_token_ids()
    {
        float[] row = [0.5f, 0.0625f, 1, 0.25f, 0.75f];
        var candidates = Gather(row, 0);
        candidates.KeepTop(row, 4);
        ((double[])[0, 0.49, 0.5, 1.49, 1.5, 1.74, 1.75, 2.49]).Select(candidates.At).ShouldBe([0, 0, 2, 2, 3, 3, 4, 4]);
    }

    private static float[] Heaviest(float[] row)
    {
        row[0] = 1;
        return row;
    }

    private static Candidates Gather(float[] row, float threshold)
    {
        var candidates = new Candidates(row.Length);
        candidates.Gather(row, threshold);
        return candidates;
    }

    private static IEnumerable<int> Sorted(float[] row) => Enumerable.Range(0, row.Length).OrderByDescending(token => row[token]).ThenBy(token => token);

    /// <summary>The candidates, which must be in the order of token ids.</summary>
    private static int[] Tokens(Candidates candidates) => candidates.Tokens.ToArray();
}
