using Dapr.Actors.Runtime.Timers;
using FsCheck;
using FsCheck.Fluent;

namespace Serverless.ActorsSdk.Tests.Runtime;

public sealed class DaprDurationTests
{
    [Fact]
    public void A_duration_comes_back_as_it_was_written() =>
        Prop.ForAll(Milliseconds(long.MaxValue / TimeSpan.TicksPerMillisecond / 4), value => DaprDuration.Read(DaprDuration.Write(value)) == value)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_period_with_repetitions_comes_back_as_it_was_written() =>
        Prop.ForAll(Seconds(), Gen.Choose(1, 1_000_000).ToArbitrary(), (period, repetitions) =>
            DaprDuration.ReadPeriod(DaprDuration.WritePeriod(period, repetitions)) == (period, repetitions)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1h4m5s60ms", "01:04:05.060")]
    [InlineData("50h0m0s0ms", "2.02:00:00")]
    [InlineData("1m30s", "00:01:30")]
    [InlineData("1.5s", "00:00:01.500")]
    [InlineData("10us", "00:00:00.000010")]
    [InlineData("P2W3DT4H59M", "17.04:59:00")]
    [InlineData("PT5S", "00:00:05")]
    [InlineData("@every 1h30m", "01:30:00")]
    [InlineData("@hourly", "01:00:00")]
    [InlineData("@daily", "1.00:00:00")]
    [InlineData("@weekly", "7.00:00:00")]
    public void Every_form_that_sidecars_write_is_read(string text, string expected) => DaprDuration.Read(text).ShouldBe(TimeSpan.Parse(expected));

    [Fact]
    public void Repetitions_are_read_with_the_period() => DaprDuration.ReadPeriod("R3/P2W3DT4H59M").ShouldBe((new TimeSpan(17, 4, 59, 0), 3));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Nothing_means_never(string? text) => DaprDuration.Read(text).ShouldBe(TimeSpan.FromMilliseconds(-1));

    [Theory]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("5s ")]
    [InlineData("@every soon")]
    [InlineData("R/PT5S")]
    [InlineData("99999999999999999999h")]
    public void Other_text_is_an_error_that_shows_it(string text) =>
        Should.Throw<FormatException>(() => DaprDuration.Read(text)).Message.ShouldContain(text);

    [Fact]
    public void A_period_with_repetitions_has_no_milliseconds() =>
        Should.Throw<ArgumentException>(() => DaprDuration.WritePeriod(TimeSpan.FromMilliseconds(1500), 2)).Message.ShouldContain("whole seconds");

    private static Arbitrary<TimeSpan> Milliseconds(long most) =>
        ArbMap.Default.GeneratorFor<long>().Select(value => TimeSpan.FromMilliseconds((value & long.MaxValue) % most)).ToArbitrary();

    private static Arbitrary<TimeSpan> Seconds() =>
        Gen.Choose(0, int.MaxValue).Select(value => TimeSpan.FromSeconds((long)value)).ToArbitrary();
}
