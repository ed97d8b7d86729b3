using System.Globalization;
using Serverless.Contracts.Specs;

namespace Serverless.Jobs;

/// <summary>The times in a spec: <c>90s</c>, <c>30m</c>, <c>2h</c>, <c>1d</c>; a deadline may be a point in time (ISO 8601) too.</summary>
public static class SpecDurations
{
    /// <summary>How long a job waits for capacity; null: for ever.</summary>
    public static TimeSpan? Timeout(JobSpec spec) => spec.Placement.Timeout is { } text ? Parse(text) : null;

    /// <summary>When a job expires; null: never.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="submittedAt">From when a duration counts.</param>
    public static DateTimeOffset? Deadline(JobSpec spec, DateTimeOffset submittedAt) =>
        spec.Deadline is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && text.Contains('-', StringComparison.Ordinal) ? time
        : submittedAt + Parse(text);

    private static TimeSpan Parse(string text)
    {
        var number = double.Parse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }
}
