using System.Text;

namespace Serverless.Inference.Sampling;

/// <summary>
/// Looks for stop strings in text that grows. Text that may still become part of one is held back. Which stop string ends the
/// text does not depend on how the text was cut into pieces: it is the one that is complete first, and of those that are
/// complete at the same character the longest.
/// </summary>
/// <param name="stops">Texts of at least one character.</param>
/// <param name="include">Keep the stop string in the text.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops, bool include)
{
    // Text that was not given out yet; it never holds a whole stop string that counts.
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop string was found; nothing is given out after it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes new text and returns what can be given out.</summary>
    /// <param name="text">The new text.</param>
    /// <param name="mayStop">False before min_tokens: stop strings that are complete by then do not count.</param>
    public string Push(string text, bool mayStop)
    {
        if (IsStopped) return "";
        int old = held.Length;
        held.Append(text);
        string all = held.ToString();
        if (mayStop && FindEnd(all, old) is var (start, end) && end > 0)
        {
            IsStopped = true;
            held.Clear();
            return all[..(include ? end : start)];
        }

        int keep = LongestOpenPrefix(all);
        held.Remove(0, held.Length - keep);
        return all[..^keep];
    }

    /// <summary>What was held back, when no more text comes.</summary>
    public string Flush()
    {
        string rest = held.ToString();
        held.Clear();
        return rest;
    }

    /// <summary>The stop string that is complete first after <paramref name="old"/> characters; (0, 0) if there is none.</summary>
    private (int Start, int End) FindEnd(string all, int old)
    {
        for (int end = old + 1; end <= all.Length; end++)
        {
            int longest = 0;
            foreach (string stop in stops)
            {
                if (stop.Length > longest && all.AsSpan(0, end).EndsWith(stop)) longest = stop.Length;
            }

            if (longest > 0) return (end - longest, end);
        }

        return (0, 0);
    }

    /// <summary>Length of the longest end of the text that a stop string begins with, without being all of it.</summary>
    private int LongestOpenPrefix(string all)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, all.Length); length > longest; length--)
            {
                if (all.AsSpan().EndsWith(stop.AsSpan(0, length))) longest = length;
            }
        }

        return longest;
    }
}
