using Dapr.Sidecar.Components;

namespace Serverless.Sidecar.Tests.Components;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("-1s", -1000)]
    public void Reads_what_Go_reads(string text, long milliseconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("5d")]
    [InlineData("999999999999h")]
    public void Refuses_the_rest(string text) => GoDuration.TryParse(text, out _).ShouldBeFalse();
}
