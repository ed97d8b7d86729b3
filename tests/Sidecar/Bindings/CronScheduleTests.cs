using Dapr.Sidecar.Bindings;

namespace Serverless.Sidecar.Tests.Bindings;

public sealed class CronScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 10, 20, TimeSpan.Zero);

    [Theory]
    [InlineData("@every 15s", "2026-01-01T12:10:35Z")]
    [InlineData("@every 1h30m", "2026-01-01T13:40:20Z")]
    [InlineData("@hourly", "2026-01-01T13:00:00Z")]
    [InlineData("@daily", "2026-01-02T00:00:00Z")]
    [InlineData("30 * * * * *", "2026-01-01T12:10:30Z")]
    [InlineData("*/15 * * * *", "2026-01-01T12:15:00Z")]
    [InlineData("CRON_TZ=America/New_York 0 30 04 * * *", "2026-01-02T09:30:00Z")]
    public void The_next_time_is_the_schedule_s(string schedule, string next) =>
        CronBinding.ReadSchedule(schedule)(Start).ShouldBe(DateTimeOffset.Parse(next));

    [Theory]
    [InlineData("every day")]
    [InlineData("@every")]
    [InlineData("@every 1ms")]
    [InlineData("61 * * * *")]
    public void A_schedule_that_is_none_is_refused(string schedule) =>
        Should.Throw<FormatException>(() => CronBinding.ReadSchedule(schedule));
}
