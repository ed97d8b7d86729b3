using System.Globalization;

namespace Dapr.Sidecar.Components;

/// <summary>Durations as Dapr's files write them: <c>300ms</c>, <c>15s</c>, <c>1h30m</c>, <c>-1s</c>, <c>0</c> (https://pkg.go.dev/time#ParseDuration).</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a duration.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        var sign = rest.StartsWith("-") ? -1 : 1;
        rest = rest.TrimStart("+-");
        if (rest is "0")
        {
            return true;
        }

        var seconds = 0.0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('.', '9');
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var end = rest.IndexOfAnyInRange('.', '9');
            if (Factor(end < 0 ? rest : rest[..end]) is not { } factor)
            {
                return false;
            }

            seconds += number * factor;
            rest = end < 0 ? [] : rest[end..];
        }

        var total = sign * seconds;
        if (text.Trim().Length == 0 || Math.Abs(total) > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(total);
        return true;
    }

    private static double? Factor(ReadOnlySpan<char> unit)
    {
        foreach (var (name, seconds) in Units)
        {
            if (unit.SequenceEqual(name))
            {
                return seconds;
            }
        }

        return null;
    }
}
