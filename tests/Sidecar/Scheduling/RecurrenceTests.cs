using Dapr.Sidecar.Scheduling;

namespace Serverless.Sidecar.Tests.Scheduling;

public sealed class RecurrenceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0h0m5s0ms", "2026-01-31T12:00:05Z", null)]
    [InlineData("1h30m", "2026-01-31T13:30:00Z", null)]
    [InlineData("1500ms", "2026-01-31T12:00:01.5Z", null)]
    [InlineData("R3/PT5S", "2026-01-31T12:00:05Z", 3)]
    [InlineData("R3/P2W3DT4H59M", "2026-02-17T16:59:00Z", 3)]
    [InlineData("P1M", "2026-02-28T12:00:00Z", null)]
    [InlineData("P1Y1M1DT1H1M1S", "2027-03-01T13:01:01Z", null)]
    public void A_period_is_a_go_duration_or_an_iso_duration_with_repetitions(string text, string next, int? repetitions)
    {
        var recurrence = Recurrence.Parse(text);

        recurrence.Next(Start).ShouldBe(DateTimeOffset.Parse(next));
        recurrence.Repetitions.ShouldBe(repetitions);
        recurrence.Repeats.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0s")]
    [InlineData("0h0m0s0ms")]
    [InlineData("-5s")]
    [InlineData("R4")]
    public void Nothing_and_no_time_mean_once(string? text) => Recurrence.Parse(text).Repeats.ShouldBeFalse();

    [Theory]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1H")]
    [InlineData("R0/PT1S")]
    [InlineData("R99999999999/PT1S")]
    [InlineData("R3/5s")]
    [InlineData("PT1S ")]
    public void What_is_no_period_is_refused(string text) => Should.Throw<FormatException>(() => Recurrence.Parse(text));

    [Theory]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("2026-02-01T01:00:00.25+01:00", "2026-02-01T00:00:00.25Z")]
    [InlineData("PT10S", "2026-01-31T12:00:10Z")]
    [InlineData("10s", "2026-01-31T12:00:10Z")]
    [InlineData("-10s", "2026-01-31T11:59:50Z")]
    public void A_time_is_a_duration_from_now_or_a_date(string text, string time) => Recurrence.ParseTime(text, Start).ShouldBe(DateTimeOffset.Parse(time));

    [Theory]
    [InlineData("PT10S", 35, 40)]
    [InlineData("PT10S", 40, 50)]
    [InlineData("PT10S", 5, 10)]
    [InlineData("1ms", 3600, 3600.001)]
    public void Missed_times_are_passed_over_in_step_with_the_schedule(string period, double now, double next) =>
        Recurrence.Parse(period).NextAfter(Start, Start.AddSeconds(now)).ShouldBe(Start.AddSeconds(next));

    [Fact]
    public void Missed_months_keep_the_day_of_the_month()
    {
        Recurrence.Parse("P1M").NextAfter(Start, Start.AddDays(40)).ShouldBe(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));
        Recurrence.Parse("87600000h").Next(Start).ShouldBe(DateTimeOffset.MaxValue);
    }
}
