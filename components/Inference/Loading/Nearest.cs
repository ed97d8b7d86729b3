namespace Serverless.Inference.Loading;

/// <summary>Finds what someone may have meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the smallest edit distance to <paramref name="name"/>; null if none is within a third of its length.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var best = candidates.Select(candidate => (candidate, distance: Distance(name, candidate)))
            .OrderBy(c => c.distance).ThenBy(c => c.candidate, StringComparer.Ordinal).FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(1, name.Length / 3) ? best.candidate : null;
    }

    /// <summary>Levenshtein distance, one row of the table at a time.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
