using System.Collections.Concurrent;

namespace Serverless.Processing.Rows;

/// <summary>
/// The columns of many rows, kept once. Shapes that differ by one column know each other, so that adding the same column to
/// every row of a dataset costs one copy of its values and nothing else.
/// </summary>
internal sealed class RowShape
{
    const int ScanLimit = 8;
    const int MaxRemembered = 64;

    readonly ConcurrentDictionary<string, RowShape> extended = new();
    readonly Dictionary<string, int>? positions;
    volatile Extension? extension;

    public RowShape(string[] names)
    {
        Names = names;
        if (names.Length > ScanLimit)
            positions = names.Index().ToDictionary(name => name.Item, name => name.Index);
    }

    public static RowShape Empty { get; } = new([]);

    public string[] Names { get; }

    /// <summary>Position of a column, -1 if the rows have none of this name.</summary>
    public int IndexOf(string name) => positions is null ? Array.IndexOf(Names, name) : positions.GetValueOrDefault(name, -1);

    /// <summary>The shape with more columns at the end; null if it has one of them already. The last answer is kept.</summary>
    public RowShape? Extend(string[] added)
    {
        var last = extension;
        if (!ReferenceEquals(last?.Added, added))
            extension = last = new Extension(added, added.Any(name => IndexOf(name) >= 0) ? null : new RowShape([.. Names, .. added]));
        return last.Shape;
    }

    sealed record Extension(string[] Added, RowShape? Shape);

    /// <summary>The shape with one more column at the end. Remembered for so many names only: keys may be data.</summary>
    public RowShape Append(string name) =>
        extended.TryGetValue(name, out var known) ? known
        : extended.Count >= MaxRemembered ? new RowShape([.. Names, name])
        : extended.GetOrAdd(name, static (added, shape) => new RowShape([.. shape.Names, added]), this);
}
