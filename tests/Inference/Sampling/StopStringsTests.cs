using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData(false, "one t")]
    [InlineData(true, "one two")]
    public void Text_ends_before_or_after_the_stop_string(bool include, string expected)
    {
        var stops = new StopStrings(["wo"], include);
        string text = stops.Push("one two three", mayStop: true) + stops.Push(" four", mayStop: true) + stops.Flush();
        stops.IsStopped.ShouldBeTrue();
        text.ShouldBe(expected);
    }

    [Fact]
    public void Text_that_may_become_a_stop_string_is_held_back_until_it_cannot()
    {
        var stops = new StopStrings(["###END"], include: false);
        stops.Push("a##", true).ShouldBe("a");
        stops.Push("#", true).ShouldBe("");
        stops.Push("#", true).ShouldBe("#", "the last three of ####");
        stops.Push("x", true).ShouldBe("###x");
        stops.Push("###EN", true).ShouldBe("");
        stops.IsStopped.ShouldBeFalse();
        stops.Flush().ShouldBe("###EN");
    }

    [Fact]
    public void A_stop_string_that_is_complete_too_early_does_not_count()
    {
        var stops = new StopStrings(["ab"], include: false);
        stops.Push("xaby", mayStop: false).ShouldBe("xaby");
        stops.Push("za", mayStop: false).ShouldBe("z");
        stops.Push("b!", mayStop: true).ShouldBe("");
        stops.IsStopped.ShouldBeTrue();
    }

    /// <summary>A two-letter alphabet makes overlaps of all kinds common.</summary>
    [Fact]
    public void How_text_is_cut_into_pieces_changes_nothing()
    {
        var letters = Gen.Elements('a', 'b');
        var stop = from n in Gen.Choose(1, 4) from text in letters.ArrayOf(n) select new string(text);
        var cases =
            from stops in stop.ListOf(3)
            from text in letters.ArrayOf(20)
            from cuts in Gen.Choose(1, 5).ListOf(20)
            from include in Gen.Elements(true, false)
            select (Stops: stops.ToArray(), Text: new string(text), Cuts: cuts.ToArray(), Include: include);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (expected, stopped) = Reference(c.Stops, c.Text, c.Include);
            var filter = new StopStrings(c.Stops, c.Include);
            string given = "";
            int start = 0;
            foreach (int cut in c.Cuts)
            {
                string piece = c.Text.Substring(start, Math.Min(cut, c.Text.Length - start));
                given += filter.Push(piece, mayStop: true);
                start += piece.Length;
                expected.ShouldStartWith(given, Case.Sensitive, "nothing is given out that has to be taken back");
            }

            (given + filter.Flush()).ShouldBe(expected);
            filter.IsStopped.ShouldBe(stopped);
        }).QuickCheckThrowOnFailure();
    }

    private static (string Text, bool Stopped) Reference(string[] stops, string text, bool include)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            string? longest = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (longest is not null) return (text[..(include ? end : end - longest.Length)], true);
        }

        return (text, false);
    }
}
