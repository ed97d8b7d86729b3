using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Resiliency;

/// <summary>HTTP status codes as <c>429,500-599</c>.</summary>
internal sealed class StatusRanges(IReadOnlyList<(int First, int Last)> ranges)
{
    /// <summary>Whether a status is among them.</summary>
    public bool Contains(int status) => ranges.Any(range => status >= range.First && status <= range.Last);

    /// <summary>Reads them; null where there is nothing.</summary>
    public static StatusRanges? Read(YamlField field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        var ranges = new List<(int, int)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            ranges.Add(ends.Length <= 2 && int.TryParse(ends[0], out var first) && int.TryParse(ends[^1], out var last) && first >= 100 && first <= last && last <= 599
                ? (first, last)
                : throw field.Error($"holds \"{part}\"; status codes and ranges are needed, such as 429,500-599"));
        }

        return new StatusRanges(ranges);
    }
}
