using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dapr.Actors.Runtime.Timers;

/// <summary>
/// Durations as sidecars write and read them: <c>1h4m5s60ms</c> (Go's form, where days are hours), <c>R3/P1DT2H</c> (ISO 8601 with a number of
/// repetitions), and <c>@every 5s</c>, <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>. Empty means never.
/// </summary>
internal static partial class DaprDuration
{
    /// <summary>A period that does not come: fire once.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromMilliseconds(-1);

    /// <summary>A duration in hours, minutes, seconds and milliseconds; empty for a negative one.</summary>
    public static string Write(TimeSpan value) =>
        value < TimeSpan.Zero ? "" : $"{(long)value.Days * 24 + value.Hours}h{value.Minutes}m{value.Seconds}s{value.Milliseconds}ms";

    /// <summary>A period with how often it repeats; without that, as any duration.</summary>
    /// <exception cref="ArgumentException">The period has milliseconds, for which the form with repetitions has no place.</exception>
    public static string WritePeriod(TimeSpan value, int? repetitions)
    {
        if (repetitions is null)
        {
            return Write(value);
        }

        if (value.Milliseconds > 0)
        {
            throw new ArgumentException("The period of a reminder that has a number of repetitions cannot have milliseconds: use whole seconds.", nameof(value));
        }

        var text = new StringBuilder().Append('R').Append(repetitions).Append("/P");
        Append(text, value.Days, 'D');
        text.Append('T');
        Append(text, value.Hours, 'H');
        Append(text, value.Minutes, 'M');
        Append(text, value.Seconds, 'S');
        return text.ToString();
    }

    /// <summary>Reads any of the forms; -1 ms for null and empty.</summary>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public static TimeSpan Read(string? text) => ReadPeriod(text).Period;

    /// <summary>Reads any of the forms, with the repetitions where it has them.</summary>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public static (TimeSpan Period, int? Repetitions) ReadPeriod(string? text) => text switch
    {
        null or "" => (Never, null),
        ['@', ..] => (ReadSchedule(text), null),
        ['R' or 'P', ..] => ReadIso(text),
        _ => (ReadGo(text, text), null),
    };

    private static TimeSpan ReadSchedule(string text) => text switch
    {
        "@hourly" => TimeSpan.FromHours(1),
        "@daily" or "@midnight" => TimeSpan.FromDays(1),
        "@weekly" => TimeSpan.FromDays(7),
        "@monthly" => TimeSpan.FromDays(30),
        "@yearly" or "@annually" => TimeSpan.FromDays(365),
        _ => text.StartsWith("@every ", StringComparison.Ordinal) ? ReadGo(text["@every ".Length..].Trim(), text) : throw Unknown(text),
    };

    private static TimeSpan ReadGo(string duration, string text)
    {
        var match = GoForm().Match(duration);
        if (!match.Success || duration.Length == 0)
        {
            throw Unknown(text);
        }

        decimal ticks = 0;
        for (var i = 0; i < match.Groups["Number"].Captures.Count; i++)
        {
            ticks += decimal.Parse(match.Groups["Number"].Captures[i].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * TicksOf(match.Groups["Unit"].Captures[i].Value);
        }

        return ticks <= long.MaxValue ? TimeSpan.FromTicks((long)ticks) : throw Unknown(text);
    }

    private static decimal TicksOf(string unit) => unit switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "ns" => 0.01m,
        _ => TimeSpan.TicksPerMicrosecond,
    };

    private static (TimeSpan Period, int? Repetitions) ReadIso(string text)
    {
        var match = IsoForm().Match(text);
        if (!match.Success)
        {
            throw Unknown(text);
        }

        int? repetitions = match.Groups["R"].Success ? int.Parse(match.Groups["R"].ValueSpan, CultureInfo.InvariantCulture) : null;
        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var days = Part("Y") * 365 + Part("Mo") * 30 + Part("W") * 7 + Part("D");
        return (new TimeSpan(days, Part("H"), Part("Mi"), Part("S")), repetitions);
    }

    private static void Append(StringBuilder text, int value, char unit)
    {
        if (value > 0)
        {
            text.Append(value).Append(unit);
        }
    }

    private static FormatException Unknown(string text) =>
        new($"\"{text}\" is no duration that Dapr knows: expected a form like 1h4m5s60ms, R3/P1DT2H, @every 5s or @daily.");

    [GeneratedRegex(@"^(?:(?<Number>\d{1,15}(?:\.\d{1,9})?)(?<Unit>h|ms|m|s|us|µs|ns))+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GoForm();

    [GeneratedRegex(
        @"^(?:R(?<R>\d{1,9})/)?P(?:(?<Y>\d{1,4})Y)?(?:(?<Mo>\d{1,5})M)?(?:(?<W>\d{1,6})W)?(?:(?<D>\d{1,7})D)?(?:T(?:(?<H>\d{1,8})H)?(?:(?<Mi>\d{1,9})M)?(?:(?<S>\d{1,9})S)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex IsoForm();
}
