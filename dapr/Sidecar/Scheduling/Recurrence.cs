using System.Globalization;
using System.Text.RegularExpressions;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Scheduling;

/// <summary>
/// How a reminder or timer comes again: <c>R5/P1DT2H</c> (ISO 8601 without fractions, months and years by the calendar), or a Go duration.
/// </summary>
/// <param name="Months">Months, years included.</param>
/// <param name="Time">Days and what is shorter.</param>
/// <param name="Repetitions">How often it comes in all; null for no bound.</param>
internal sealed partial record Recurrence(int Months, TimeSpan Time, int? Repetitions)
{
    /// <summary>Once.</summary>
    public static readonly Recurrence Once = new(0, TimeSpan.Zero, Repetitions: null);

    /// <summary>Whether there is a second time.</summary>
    public bool Repeats => Months > 0 || Time > TimeSpan.Zero;

    /// <summary>Reads a period; empty means once.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Recurrence Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Once;
        }

        if (Iso().Match(text) is { Success: true } match)
        {
            var repetitions = match.Groups["r"].Success ? Number(match, "r") : (int?)null;
            return repetitions == 0
                ? throw new FormatException($"{text}: zero repetitions")
                : new Recurrence((Number(match, "y") * 12) + Number(match, "mo"), Span(match), repetitions);
        }

        return GoDuration.TryParse(text, out var time)
            ? new Recurrence(0, time, Repetitions: null)
            : throw new FormatException($"unsupported duration format: {text}");
    }

    /// <summary>Reads a time: a duration from <paramref name="start"/> on, or an RFC 3339 date and time.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static DateTimeOffset ParseTime(string text, DateTimeOffset start)
    {
        if (DateTimeOffset.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.ToUniversalTime();
        }

        var after = Parse(text);
        return after.Repetitions is null ? after.Next(start) : throw new FormatException($"{text}: repetitions are not allowed in a time");
    }

    /// <summary>The time that follows one.</summary>
    public DateTimeOffset Next(DateTimeOffset time) => Add(time, 1);

    /// <summary>The first time of the series through <paramref name="last"/> that lies after <paramref name="now"/>: missed ones are not made up for.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset last, DateTimeOffset now)
    {
        var next = Next(last);
        if (next > now)
        {
            return next;
        }

        if (Months == 0)
        {
            return Add(last, ((now - last).Ticks / Time.Ticks) + 1);
        }

        for (var count = 2; next <= now; count++)
        {
            next = Add(last, count);
        }

        return next;
    }

    private DateTimeOffset Add(DateTimeOffset time, long count)
    {
        try
        {
            return time.AddMonths(checked((int)(Months * count))).AddTicks(checked(Time.Ticks * count));
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private static int Number(Match match, string group) =>
        !match.Groups[group].Success ? 0
        : int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000 ? number
        : throw new FormatException($"{match.Value}: a number is too large");

    private static TimeSpan Span(Match match)
    {
        var seconds = (Number(match, "w") * 604_800L) + (Number(match, "d") * 86_400L) + (Number(match, "h") * 3600L) + (Number(match, "m") * 60L) + Number(match, "s");
        return seconds <= 100_000_000_000 ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"{match.Value}: longer than 3,000 years");
    }

    [GeneratedRegex(
        @"\A(?:R(?<r>\d+)(?:/|\z))?(?:P(?=.)(?:(?<y>\d+)Y)?(?:(?<mo>\d+)M)?(?:(?<w>\d+)W)?(?:(?<d>\d+)D)?(?:T(?=.)(?:(?<h>\d+)H)?(?:(?<m>\d+)M)?(?:(?<s>\d+)S)?)?)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Iso();
}
