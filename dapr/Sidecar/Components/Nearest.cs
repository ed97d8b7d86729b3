namespace Dapr.Sidecar.Components;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
internal static class Nearest
{
    /// <summary>" (did you mean X?)" for the candidate fewest edits away, when that is at most a third of its letters.</summary>
    public static string Hint(string name, IEnumerable<string> candidates)
    {
        var nearest = candidates.Select(candidate => (Name: candidate, Edits: Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(candidate => candidate.Edits).FirstOrDefault();
        return nearest.Name is not null && nearest.Edits <= Math.Max(1, nearest.Name.Length / 3) ? $" (did you mean {nearest.Name}?)" : "";
    }

    private static int Edits(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, 1 + Math.Min(previous[j], current[j - 1]));
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
