namespace Serverless.Storage.Tests;

public sealed class FailpointsTests
{
    [Fact]
    public void An_error_fires_at_every_hit_or_at_the_one_that_was_named()
    {
        var points = Failpoints.Parse("a.b=error; c.d=error@2");

        Should.Throw<FailpointException>(() => points["a.b"].Hit("a.b")).Message.ShouldBe("Failpoint a.b fired at hit 1.");
        Should.Throw<FailpointException>(() => points["a.b"].Hit("a.b"));
        points["c.d"].Hit("c.d");
        Should.Throw<FailpointException>(() => points["c.d"].Hit("c.d")).Message.ShouldBe("Failpoint c.d fired at hit 2.");
        points["c.d"].Hit("c.d");
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("a.b=explode")]
    [InlineData("a.b=kill@0")]
    [InlineData("a.b=kill@x")]
    [InlineData("=kill")]
    public void An_entry_that_is_none_is_refused_with_the_form(string text) =>
        Should.Throw<FormatException>(() => Failpoints.Parse(text)).Message.ShouldContain("expected point=kill or point=error");

    [Fact]
    public void Points_that_are_not_armed_do_nothing() => Failpoints.Hit("storage.blob.before-link");
}
