using System.Globalization;

namespace Serverless.Contracts.Specs;

/// <summary>The times in a spec: a number with <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, such as <c>90s</c>, <c>1.5h</c>; a deadline may be a point in time (ISO 8601) too.</summary>
public static class SpecTimes
{
    /// <summary>The longest time: ten years. What is longer is a mistake.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    static readonly string[] Instants = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    /// <summary>How long a job waits for capacity; null: for ever.</summary>
    /// <param name="spec">A validated job.</param>
    public static TimeSpan? PlacementTimeout(JobSpec spec) => spec.Placement.Timeout is { } text ? Duration(text) : null;

    /// <summary>When a job expires; null: never.</summary>
    /// <param name="spec">A validated job.</param>
    /// <param name="submittedAt">From when a duration counts.</param>
    public static DateTimeOffset? Deadline(JobSpec spec, DateTimeOffset submittedAt) =>
        spec.Deadline is not { } text ? null : Instant(text) ?? submittedAt + Duration(text);

    /// <summary>Reads a duration; null if it is none.</summary>
    /// <param name="text">The text.</param>
    public static TimeSpan? Duration(string text)
    {
        if (text.Length < 2 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return null;
        double? seconds = text[^1] switch
        {
            's' => number,
            'm' => number * 60,
            'h' => number * 3600,
            'd' => number * 86400,
            _ => null,
        };
        return seconds > 0 && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds.Value) : null;
    }

    /// <summary>Reads a point in time, UTC where it names no offset; null if it is none.</summary>
    /// <param name="text">The text.</param>
    public static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
}
