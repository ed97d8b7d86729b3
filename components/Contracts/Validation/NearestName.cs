namespace Serverless.Contracts.Validation;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The known name that is closest to what was written, or null if none is close enough to be worth naming.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string? Find(string written, IEnumerable<string> known)
    {
        var best = known
            .Select(name => (name, distance: Distance(written.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(candidate => candidate.distance)
            .ThenBy(candidate => candidate.name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.name is not null && best.distance <= Math.Max(2, Math.Min(written.Length, best.name.Length) / 2) ? best.name : null;
    }

    /// <summary>The text <c>; did you mean "x"?</c>, or which names there are when none is close.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="known">What could have been written.</param>
    public static string Hint(string written, IReadOnlyCollection<string> known) =>
        Find(written, known) is { } name ? $"; did you mean \"{name}\"?" : known.Count == 0 ? "" : $"; known: {string.Join(", ", known)}";

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours between two texts (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
