namespace Serverless.Storage.Tables;

/// <summary>
/// The columns of a table in order. A row of it is an <c>object?[]</c> in the same order whose values are null, <see cref="bool"/>,
/// <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <see cref="IReadOnlyList{T}"/> and
/// <see cref="IReadOnlyDictionary{TKey,TValue}"/> of these.
/// </summary>
public sealed class TableSchema : IEquatable<TableSchema>
{
    private readonly Column[] inOrder;
    private readonly Dictionary<string, int> positions;

    /// <summary>A schema of these columns.</summary>
    /// <exception cref="TableException">No column, an empty name, or two names that differ by case at most: readers such as DuckDB
    /// and Spark take those for one.</exception>
    public TableSchema(params IReadOnlyList<Column> columns)
    {
        CheckNames(columns, "A table", "column");
        inOrder = [.. columns];
        positions = Columns.Index().ToDictionary(entry => entry.Item.Name, entry => entry.Index);
    }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<Column> Columns => inOrder;

    internal ReadOnlySpan<Column> ColumnSpan => inOrder;

    /// <summary>Position of a column, -1 if there is none of this name.</summary>
    public int IndexOf(string name) => positions.GetValueOrDefault(name, -1);

    /// <summary>What of <paramref name="row"/> does not fit, null if all of it does.</summary>
    public ValueMismatch? Check(ReadOnlySpan<object?> row) => RowCheck.Check(this, row, out _);

    /// <inheritdoc/>
    public bool Equals(TableSchema? other) => other is not null && Columns.SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TableSchema);

    /// <inheritdoc/>
    public override int GetHashCode() => Columns.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Columns);

    internal static void CheckNames(IReadOnlyList<Column> columns, string owner, string part)
    {
        if (columns.Count == 0) throw new TableException($"{owner} needs at least one {part}.");
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, _) in columns)
        {
            if (name.Length == 0 || name.Contains('\0')) throw new TableException($"{owner}'s {part} needs a name without NUL characters, found \"{name}\".");
            if (!seen.TryAdd(name, name))
                throw new TableException($"{owner} has two {part}s named \"{seen[name]}\" and \"{name}\"; names must differ by more than case.");
        }
    }
}
