namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's stable sort: equal elements keep their order, in reverse as well.</summary>
internal static class Sorting
{
    /// <summary>The elements in the order of their keys.</summary>
    public static List<object?> Sort(Run run, IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        var sorted = items.Select(item => (Key: key(item), Item: item)).ToArray();
        Sort(run, sorted, new (object?, object?)[sorted.Length], 0, sorted.Length, reverse ? ">" : "<");
        return [.. sorted.Select(pair => pair.Item)];
    }

    private static void Sort(Run run, (object? Key, object? Item)[] items, (object? Key, object? Item)[] spare, int start, int end, string before)
    {
        if (end - start < 2)
            return;
        var middle = (start + end) / 2;
        Sort(run, items, spare, start, middle, before);
        Sort(run, items, spare, middle, end, before);
        Array.Copy(items, start, spare, start, end - start);
        for (int left = start, right = middle, at = start; at < end; at++)
        {
            run.Step();
            var takeRight = left == middle || (right < end && Ordering.Holds(run, before, spare[right].Key, spare[left].Key));
            items[at] = takeRight ? spare[right++] : spare[left++];
        }
    }
}
