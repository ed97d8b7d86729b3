namespace Serverless.Workflows.Tests;

/// <summary>Which rows take a worker down, found by halves.</summary>
public sealed class PoisonSearchTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(7, 3)]
    [InlineData(256, 0)]
    [InlineData(256, 255)]
    [InlineData(256, 100)]
    public void One_row_is_found_with_few_probes(int rows, int poison)
    {
        var (found, probes, died) = Search([.. Enumerable.Range(0, rows).Select(row => 3L * row)], [3L * poison]);
        found.ShouldBe([3L * poison]);
        var halvings = (int)Math.Ceiling(Math.Log2(rows));
        died.ShouldBeLessThanOrEqualTo(halvings + 1);
        probes.ShouldBeLessThanOrEqualTo((2 * halvings) + 1);
    }

    [Fact]
    public void Rows_that_harm_nobody_are_all_run_and_none_is_blamed()
    {
        long[] rows = [.. Enumerable.Range(0, 100).Select(row => (long)row)];
        HashSet<long> seen = [];
        var search = new PoisonSearch(rows);
        while (search.Probe is { } probe)
        {
            seen.UnionWith(Enumerable.Range((int)probe.First, (int)probe.Count).Select(row => (long)row));
            search.Passed();
        }

        search.Found.ShouldBeEmpty();
        seen.Count.ShouldBe(rows.Length);
    }

    [Fact]
    public void Any_rows_are_found_and_no_other()
    {
        var random = new Random(4711);
        for (var round = 0; round < 2000; round++)
        {
            long[] rows = [.. Enumerable.Range(0, random.Next(1, 60)).Select(row => (long)row * random.Next(1, 3)).Distinct().Order()];
            long[] poison = [.. rows.Where(_ => random.Next(8) == 0)];
            var (found, _, _) = Search(rows, poison);
            found.Order().ToArray().ShouldBe(poison, $"round {round}, rows {string.Join(' ', rows)}");
        }
    }

    private static (IReadOnlyList<long> Found, int Probes, int Died) Search(long[] suspects, long[] poison)
    {
        var search = new PoisonSearch(suspects);
        var (probes, died) = (0, 0);
        while (search.Probe is { } probe)
        {
            probes++;

            // What was found is left out of every later probe.
            if (poison.Except(search.Found).Any(row => row >= probe.First && row < probe.First + probe.Count))
            {
                died++;
                search.Died();
            }
            else
            {
                search.Passed();
            }
        }

        return (search.Found, probes, died);
    }
}
