using Cronos;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>
/// <c>bindings.cron</c>: an event at each time of a schedule: five fields, six with seconds first, <c>@hourly</c> and its like, or
/// <c>@every 15m</c> from the start; in UTC unless it begins with <c>CRON_TZ=zone</c>. Times that pass while the app is away are not made up for.
/// </summary>
internal sealed class CronBinding(Func<DateTimeOffset, DateTimeOffset?> next, TimeProvider time) : IInputBinding
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    public static readonly ComponentType Type = new("bindings.cron", context =>
    {
        BindingDirection.Check(context.Properties, "input");
        try
        {
            return Task.FromResult<IComponent>(new CronBinding(ReadSchedule(context.Properties.Required("schedule")), context.Time));
        }
        catch (Exception error) when (error is FormatException or TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw context.Properties.Error("schedule", $"is \"{context.Properties.Text("schedule")}\": {error.Message}");
        }
    })
    {
        Properties = [.. BindingDirection.Properties, "schedule"],
    };

    /// <summary>Reads a schedule into the time that follows another.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Func<DateTimeOffset, DateTimeOffset?> ReadSchedule(string schedule)
    {
        const string Every = "@every ", ZonePrefix = "CRON_TZ=";
        if (schedule.StartsWith(Every, StringComparison.Ordinal))
        {
            return GoDuration.TryParse(schedule[Every.Length..].Trim(), out var period) && period >= TimeSpan.FromMilliseconds(100)
                ? after => after + period
                : throw new FormatException("@every needs a duration of 100ms or more, such as @every 15m");
        }

        var zone = TimeZoneInfo.Utc;
        if (schedule.StartsWith(ZonePrefix, StringComparison.Ordinal))
        {
            var parts = schedule[ZonePrefix.Length..].Split(' ', 2);
            (zone, schedule) = (TimeZoneInfo.FindSystemTimeZoneById(parts[0]), parts[^1]);
        }

        var fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var expression = CronExpression.Parse(schedule, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
        return after => expression.GetNextOccurrence(after, zone);
    }

    public async Task ReadAsync(Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation)
    {
        var due = next(time.GetUtcNow());
        while (due is { } at)
        {
            // In pieces, so that a wall clock that jumps is noticed.
            for (var wait = at - time.GetUtcNow(); wait > TimeSpan.Zero; wait = at - time.GetUtcNow())
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellation);
            }

            var now = time.GetUtcNow();
            await handle(new BindingEvent([], new Dictionary<string, string> { ["readTimeUTC"] = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'"), ["timeZone"] = "UTC" }), cancellation);
            due = next(at) is { } following && following > time.GetUtcNow() ? following : next(time.GetUtcNow());
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
